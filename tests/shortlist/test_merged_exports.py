"""Several sessions in one list: one row a person, by identity, with the best score."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp_types import TextResourceContents

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import (
    PEOPLE,
    UNKNOWN_SESSION,
    Assistant,
    connected,
    search_for,
    small_sandbox,
)
from tests.support.processes import http_process
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio


class CountingSandbox(Sandbox):
    """Notes how many sessions are being read at each request for one."""

    def __init__(self, busy: list[int]) -> None:
        super().__init__(match_seconds=0, first_batch=PEOPLE)
        self.busy = busy
        self.reading = 0

    def transport(self) -> httpx.AsyncBaseTransport:
        inner, world = super().transport(), self

        class Counter(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                world.reading += 1
                world.busy.append(world.reading)
                try:
                    # Others get their turn before this one is answered.
                    await anyio.wait_all_tasks_blocked()
                    return await inner.handle_async_request(request)
                finally:
                    world.reading -= 1

        return Counter()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def person(number: int, score: float | None, url: str | None = None, **more: Any) -> Any:
    """A candidate whose LinkedIn address is the same in every session, if it has one."""
    about = {"name": f"P{number}"} | ({"linkedin_profile_url": url} if url else {})
    return profile(number, score, profile=about, **more)


def email(*values: str) -> dict[str, Any]:
    return {"email": {"revealed": True, "values": list(values)}}


async def sessions_of(assistant: Assistant, **people: list[Any]) -> list[str]:
    """Sessions by title, each with some people."""
    ids = []
    for title, found in people.items():
        started = await assistant.call("create_sourcing_session", **search_for(title))
        session_id = started["session_id"]
        assistant.sandbox.fail("profiles", page_of(*found))
        # Once read, the candidates are kept.
        await assistant.call("list_profiles", session_id=session_id)
        ids.append(session_id)
    return ids


async def merged(assistant: Assistant, ids: list[str], **arguments: Any) -> list[Any]:
    result = await assistant.call("export_profiles", session_ids=ids, format="json", **arguments)
    text = Path(result["path"]).read_text(encoding="utf-8")
    people: list[Any] = json.loads(text)["candidates"]
    assert result["rows"] == len(people)
    return people


async def test_a_person_in_two_sessions_is_one_row_with_the_best_score(
    assistant: Assistant,
) -> None:
    ids = await sessions_of(
        assistant,
        Pune=[
            person(1, 4.5, "https://www.linkedin.com/in/ada"),
            person(2, 3, "https://www.linkedin.com/in/bob", revealStatus=email("bob@example.com")),
        ],
        Mumbai=[
            person(12, 4, "https://in.linkedin.com/in/Bob/", revealStatus=email("b@example.com")),
            person(13, 2),
        ],
    )
    people = await merged(assistant, ids)
    assert [
        (one["rank"], one["candidate_id"], one["score"], one["sessions"]) for one in people
    ] == [
        (1, f"{1:024x}", 4.5, ["Pune"]),
        (2, f"{12:024x}", 4, ["Mumbai", "Pune"]),
        (3, f"{13:024x}", 2, ["Mumbai"]),
    ]
    # What was revealed in either session is in the row.
    assert people[1]["email"] == ["b@example.com", "bob@example.com"]


async def test_people_without_an_address_are_the_same_only_within_a_session(
    assistant: Assistant,
) -> None:
    nameless = {"finalScore": 1, "profile": {}}
    ids = await sessions_of(
        assistant, Pune=[person(1, 4), nameless, nameless], Mumbai=[person(1, 3), nameless]
    )
    people = await merged(assistant, ids)
    assert [one["score"] for one in people] == [4, 3, 1, 1, 1]


async def test_the_csv_and_the_file_name_say_which_sessions_were_merged(tmp_path: Path) -> None:
    async with connected(export_dir=tmp_path) as assistant:
        ids = await sessions_of(assistant, Pune=[person(1, 4)], Mumbai=[person(2, 3)])
        result = await assistant.call("export_profiles", session_ids=ids)
        single = await assistant.call("export_profiles", session_id=ids[0])
    assert "session_id" not in result
    assert single["session_id"] == ids[0]
    assert Path(result["path"]).name.startswith("pune-mumbai-")
    rows = rows_of(Path(result["path"]).read_text(encoding="utf-8"))
    assert [row["sessions"] for row in rows] == ["Pune", "Mumbai"]


async def test_a_merged_json_file_describes_each_session(assistant: Assistant) -> None:
    ids = await sessions_of(assistant, Pune=[person(1, 4)], Mumbai=[person(2, 3)])
    result = await assistant.call("export_profiles", session_ids=ids, format="json")
    file = json.loads(Path(result["path"]).read_text(encoding="utf-8"))
    assert [(one["session_id"], one["title"]) for one in file["sessions"]] == [
        (ids[0], "Pune"),
        (ids[1], "Mumbai"),
    ]


async def test_a_merged_list_is_narrowed_as_a_single_one(assistant: Assistant) -> None:
    bob = "https://www.linkedin.com/in/bob"
    ids = await sessions_of(
        assistant,
        Pune=[person(1, 4.5), person(2, 3, bob)],
        Mumbai=[person(12, 4, bob), person(13, 2)],
    )
    assert [one["rank"] for one in await merged(assistant, ids, min_score=4)] == [1, 2]
    assert [one["name"] for one in await merged(assistant, ids, query="P13")] == ["P13"]
    # The id of either session names the person.
    for number in (2, 12):
        (one,) = await merged(assistant, ids, candidate_ids=[f"{number:024x}"])
        assert one["candidate_id"] == f"{12:024x}"
    text = await assistant.refusal(
        "export_profiles", session_ids=ids, candidate_ids=[f"{2:024x}", "nobody"]
    )
    assert f"candidate_ids[1] nobody is not in any of sessions {ids[0]}, {ids[1]}" in text


async def test_real_sessions_that_overlap_have_nobody_twice(assistant: Assistant) -> None:
    ids = [await assistant.search(), await assistant.search(skills={"mandatory": ["SQL"]})]
    singles = []
    for one in ids:
        result = await assistant.call("export_profiles", session_id=one, format="json")
        singles.append(json.loads(Path(result["path"]).read_text(encoding="utf-8"))["candidates"])
    people = await merged(assistant, ids)
    known = [{one["linkedin_url"] for one in single} for single in singles]
    assert {one["linkedin_url"] for one in people} == known[0] | known[1]
    assert len(people) == len(known[0] | known[1])
    for one in people:
        scores = [
            other["score"]
            for single in singles
            for other in single
            if other["linkedin_url"] == one["linkedin_url"]
        ]
        assert one["score"] == max(scores)
        assert len(one["sessions"]) == 1  # both have the same title
    assert [one["score"] for one in people] == sorted(
        (one["score"] for one in people), reverse=True
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "session_id is required, or session_ids to merge several sessions"),
        (
            {"session_id": UNKNOWN_SESSION, "session_ids": [UNKNOWN_SESSION, "1" * 24]},
            "give session_id for one session, or session_ids to merge several",
        ),
        ({"session_ids": [f"{n:024x}" for n in range(11)]}, "session_ids may have at most 10"),
        ({"session_ids": [UNKNOWN_SESSION, "mine"]}, "session_ids[1] must be the 24 hex digits"),
    ],
)
async def test_one_session_or_several_must_be_named(
    assistant: Assistant, given: dict[str, Any], words: str
) -> None:
    text = await assistant.refusal("export_profiles", **given)
    assert text.startswith("Nothing was sent or charged: ")
    assert words in text
    assert not assistant.sandbox.calls


async def test_a_list_of_one_session_is_that_session(assistant: Assistant) -> None:
    session_id = await assistant.search()
    one = await assistant.call("export_profiles", session_ids=[session_id])
    same = await assistant.call("export_profiles", session_id=session_id)
    assert one["session_id"] == session_id
    assert Path(one["path"]).read_bytes() == Path(same["path"]).read_bytes()


async def test_each_session_is_read_once_whatever_is_named_twice() -> None:
    sandbox = small_sandbox()
    async with connected(sandbox) as assistant:
        ids = [await assistant.search(), await assistant.search(skills={"mandatory": ["SQL"]})]
    async with connected(sandbox) as assistant:
        sandbox.calls.clear()
        await assistant.call("export_profiles", session_ids=[*ids, ids[0].upper()])
        assert assistant.sent("get_session") == 2
        assert assistant.sent("profiles") == 2


async def test_sessions_are_read_a_few_at_a_time_and_their_pages_are_reported(
    tmp_path: Path,
) -> None:
    reports: list[tuple[float, float | None, str | None]] = []
    busy: list[int] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, total, message))

    sandbox = CountingSandbox(busy)
    async with connected(sandbox, export_dir=tmp_path) as assistant:
        ids = [
            (await assistant.call("create_sourcing_session", **search_for(title)))["session_id"]
            for title in "ABCDEF"
        ]
        busy.clear()
        await assistant.client.call_tool(
            "export_profiles", {"session_ids": ids}, progress_callback=on_progress
        )
    assert 1 < max(busy) <= 3
    assert [done for done, _, _ in reports] == [1, 2, 3, 4, 5, 6]
    assert reports[-1] == (6, 6, "read 6 of 6 pages of candidates")


async def test_a_session_that_cannot_be_read_is_one_sentence_and_leaves_no_file(
    tmp_path: Path,
) -> None:
    async with connected(export_dir=tmp_path) as assistant:
        session_id = await assistant.search()
        text = await assistant.refusal("export_profiles", session_ids=[session_id, UNKNOWN_SESSION])
        assert UNKNOWN_SESSION in text or "session" in text
        assistant.sandbox.fail("get_session", Fault("status", status=500), times=9)
        text = await assistant.refusal("export_profiles", session_ids=[session_id, "1" * 24])
        assert "Nothing was charged" in text
        assert "\n" not in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unmeasured
async def test_over_http_the_uri_has_all_of_it(tmp_path: Path) -> None:
    with http_process(tmp_path, measured=False, FJ_SANDBOX="1") as server:
        async with server.client("fjk_merged", "2026-07-28") as client:
            assistant = Assistant(client, small_sandbox())
            ids = [await assistant.search(), await assistant.search(skills={"mandatory": ["SQL"]})]
            result = await assistant.call(
                "export_profiles",
                session_ids=ids,
                layout="lever",
                min_score=1,
                query="sql",
                decisions=["undecided", "maybe"],
                include_notes=True,
            )
            assert "path" not in result
            uri = result["uri"]
            assert uri == (
                f"fj://sessions/{ids[0]}/profiles.csv?session_ids={ids[1]}&layout=lever&min_score=1"
                "&query=sql&decisions=undecided,maybe&include_notes=true"
            )
            (found,) = (await client.read_resource(uri)).contents
            assert isinstance(found, TextResourceContents)
            rows = rows_of(found.text)
            assert list(rows[0]) == result["columns"]
            assert len(rows) == result["rows"] > 0
