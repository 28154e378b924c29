"""Ranked candidates: read from all pages, merged, cached, and cut to size."""

from typing import Any

import anyio
import httpx
import pytest
from mcp import Client

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.population.odd_people import SPARSE_SKILL
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from tests.support.assistant import PEOPLE, Assistant, connected
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio


async def names(assistant: Assistant, session_id: str, **arguments: Any) -> list[str]:
    page = await assistant.call("list_profiles", session_id=session_id, **arguments)
    return [card.get("name", "") for card in page["candidates"]]


async def test_the_best_candidate_of_the_last_page_comes_first() -> None:
    async with connected(Sandbox(match_seconds=0, first_batch=350)) as assistant:
        session_id = await assistant.search(skills={"core": ["Python", "SQL"]})
        pages = [
            await assistant.call("list_profiles", session_id=session_id, limit=50, page=number)
            for number in range(1, 8)
        ]
        scores = [card.get("score", -1) for page in pages for card in page["candidates"]]
        ids = {card["candidate_id"] for page in pages for card in page["candidates"]}
        assert scores == sorted(scores, reverse=True)
        assert len(ids) == len(scores) == 350
        assert [page["has_more"] for page in pages] == [True] * 6 + [False]
        assert pages[0]["pages"] == 7
        # Four pages of a hundred, read once for everything above.
        assert assistant.sent("profiles") == 4
        limits = {
            call.query["limit"] for call in assistant.sandbox.calls if call.operation == "profiles"
        }
        assert limits == {"100"}


async def test_missing_scores_are_last_and_equal_ones_keep_the_apis_order(
    assistant: Assistant,
) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    docs = [profile(1), profile(2, 3), profile(3, "4.5"), profile(4, 3), profile(5, None)]
    assistant.sandbox.fail("profiles", page_of(*docs))
    assert await names(assistant, session_id) == ["P3", "P2", "P4", "P1", "P5"]


async def test_a_person_listed_twice_is_one_candidate(assistant: Assistant) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    address = "https://www.linkedin.com/in/ACoAAA"
    person = {"name": "Same", "linkedin_profile_url": address}
    docs = [
        profile(1, 2),
        profile(1, 3),
        profile(2, 4, profile=person),
        profile(3, 5, profile=person),
    ]
    assistant.sandbox.fail("profiles", page_of(*docs))
    page = await assistant.call("list_profiles", session_id=session_id)
    assert [(card["name"], card["score"]) for card in page["candidates"]] == [
        ("Same", 5),
        ("P1", 3),
    ]


async def test_a_minimum_score_leaves_out_the_rest(assistant: Assistant) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    assistant.sandbox.fail("profiles", page_of(profile(1), profile(2, 3), profile(3, 4.5)))
    page = await assistant.call("list_profiles", session_id=session_id, min_score=3.5)
    assert [card["name"] for card in page["candidates"]] == ["P3"]
    assert page["total"] == 1


async def test_a_warning_says_how_many_candidates_beyond_a_thousand_are_unread(
    assistant: Assistant,
) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    for number in range(10):
        docs = [profile(number * 100 + index, 1) for index in range(100)]
        assistant.sandbox.fail("profiles", page_of(*docs, total=1234))
    page = await assistant.call("list_profiles", session_id=session_id)
    assert assistant.sent("profiles") == 10
    assert page["total"] == 1000
    assert page["warning"] == "Only the first 1,000 of 1,234 candidates were read and ranked."


async def test_pages_that_are_missing_are_not_taken_for_nobody(assistant: Assistant) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    missing = Fault("status", status=200, body={"data": {"docs": None, "totalDocs": 5}})
    assistant.sandbox.fail("profiles", missing)
    page = await assistant.call("list_profiles", session_id=session_id)
    assert page["candidates"]


async def test_at_most_three_pages_are_read_at_once() -> None:
    class Counting(httpx.AsyncBaseTransport):
        """Counts the concurrent requests for pages."""

        def __init__(self, network: httpx.AsyncBaseTransport) -> None:
            self._network = network
            self.now = self.most = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if not request.url.path.endswith("/profiles"):
                return await self._network.handle_async_request(request)
            self.now += 1
            self.most = max(self.most, self.now)
            # Gives other requests time to start.
            await anyio.wait_all_tasks_blocked()
            response = await self._network.handle_async_request(request)
            self.now -= 1
            return response

    sandbox = Sandbox(match_seconds=0, first_batch=900)
    network = Counting(sandbox.transport())
    async with Client(build_server(Settings(sandbox=True), lambda: network)) as client:
        made = await client.call_tool(
            "create_sourcing_session",
            {"title": "T", "filters": {"skills": {"core": ["Python", "SQL"]}}},
        )
        assert made.structured_content is not None
        ids = {"session_id": made.structured_content["session_id"]}
        listed = await client.call_tool("list_profiles", ids)
    assert listed.structured_content is not None
    assert listed.structured_content["total"] == 900
    assert network.most == 3


async def test_one_unreadable_page_is_one_sentence() -> None:
    async with connected(Sandbox(match_seconds=0, first_batch=300)) as assistant:
        session_id = await assistant.start_search(skills={"core": ["Python"]})
        refused = Fault("status", status=401, body={})
        assistant.sandbox.fail("profiles", Fault("delay_before", seconds=0))
        assistant.sandbox.fail("profiles", refused, times=2)
        text = await assistant.refusal("list_profiles", session_id=session_id)
    assert text.startswith("Nothing was charged: FutureJobs rejected the API key.")


async def test_a_session_that_lists_fewer_candidates_than_it_counts_is_read_all_the_same() -> None:
    async with connected(Sandbox(match_seconds=0, first_batch=300)) as assistant:
        session_id = await assistant.start_search(skills={"core": ["Python"]})
        assistant.sandbox.fail("profiles", page_of(profile(1, 3), profile(2, 4)))
        assistant.sandbox.fail("profiles", Fault("status", status=404, body={}), times=2)
        page = await assistant.call("list_profiles", session_id=session_id)
        assert assistant.sent("profiles") == 3
    assert [card["name"] for card in page["candidates"]] == ["P2", "P1"]


async def test_a_session_that_lists_more_candidates_than_it_counts_is_read_to_the_end() -> None:
    async with connected(Sandbox(match_seconds=0, first_batch=300)) as assistant:
        session_id = await assistant.start_search(skills={"core": ["Python"]})
        uncounted = {"data": {"session": {"_id": session_id, "profileMatchingStatus": "done"}}}
        assistant.sandbox.fail("get_session", Fault("status", status=200, body=uncounted))
        page = await assistant.call("list_profiles", session_id=session_id)
    assert page["total"] == 300


async def test_changed_filters_are_another_search_with_other_candidates(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search(skills={"mandatory": ["C#"]})
    await assistant.call("list_profiles", session_id=session_id)
    await assistant.call(
        "update_sourcing_session",
        session_id=session_id,
        filters={"skills": {"mandatory": ["C#"]}, "regions": ["Pune, Maharashtra, India"]},
    )
    await assistant.call("wait_for_session", session_id=session_id)
    page = await assistant.call("list_profiles", session_id=session_id, limit=50)
    assert {card["region"] for card in page["candidates"]} == {"Pune, Maharashtra, India"}


async def test_wanted_skills_come_first_on_a_card(assistant: Assistant) -> None:
    session_id = await assistant.search(skills={"mandatory": ["Docker"], "core": ["git"]})
    page = await assistant.call("list_profiles", session_id=session_id)
    for card in page["candidates"]:
        assert "Docker" in card["skills"][:2]
        assert len(card["skills"]) <= 8


async def test_detail_adds_highlights_education_and_skills(assistant: Assistant) -> None:
    session_id = await assistant.search()
    page = await assistant.call("list_profiles", session_id=session_id, limit=5, detail="detailed")
    card = page["candidates"][0]
    assert card["highlights"]
    assert card["education"]
    assert len(card["skills"]) > 8


async def test_a_large_page_is_shortened_and_says_so() -> None:
    async with connected(Sandbox(match_seconds=0)) as assistant:
        session_id = await assistant.search()
        page = await assistant.call(
            "list_profiles", session_id=session_id, limit=50, detail="detailed"
        )
        assert len(page["candidates"]) == 50
        assert page["warning"].startswith("Texts are shortened to fit")


async def test_a_profile_with_nothing_but_an_id_makes_a_card(assistant: Assistant) -> None:
    session_id = await assistant.search(skills={"mandatory": [SPARSE_SKILL]})
    assistant.sandbox.fail("profiles", page_of({"_id": "5" * 24}, None, 7))
    assistant.sandbox.fail("get_session", Fault("null_data"))
    page = await assistant.call("list_profiles", session_id=session_id)
    assert page["candidates"]


async def test_a_page_beyond_the_last_is_empty_and_not_an_error(assistant: Assistant) -> None:
    session_id = await assistant.search()
    page = await assistant.call("list_profiles", session_id=session_id, page=99)
    assert page["candidates"] == []
    assert page["has_more"] is False
    assert page["total"] == PEOPLE


async def test_profiles_are_listed_while_matching_goes_on() -> None:
    now = [1_800_000_000.0]
    sandbox = Sandbox(match_seconds=100, clock=lambda: now[0])
    async with connected(sandbox) as assistant:
        session_id = await assistant.start_search(skills={"core": ["Python"]})
        seen = []
        for _ in range(3):
            now[0] += 30
            page = await assistant.call("list_profiles", session_id=session_id)
            assert page["status"] == "running"
            assert "wait_for_session" in page["next_step"]
            seen.append(page["total"])
        assert seen == [30, 60, 90]


async def test_a_lone_surrogate_does_not_make_a_response_unreadable(
    assistant: Assistant,
) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    name = '{"data": {"docs": [{"_id": "%s", "profile": {"name": "A\\ud83d B"}}]}}' % ("5" * 24)
    assistant.sandbox.fail("profiles", Fault("status", status=200, body=name))
    page = await assistant.call("list_profiles", session_id=session_id)
    assert page["candidates"][0]["name"] == "A B"
