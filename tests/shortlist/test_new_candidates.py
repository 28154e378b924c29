"""Candidates that the last fetch-more found: marked, counted and shown first."""

import time
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import Assistant, connected
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio

SKILLS = {"core": ["Python", "SQL"]}
MORE = 7


def sandbox(**rules: Any) -> Sandbox:
    return Sandbox(match_seconds=0, first_batch=30, more_batch=MORE, **rules)


async def ids_of(assistant: Assistant, session_id: str) -> set[str]:
    page = await assistant.call("list_profiles", session_id=session_id, limit=50)
    return {card["candidate_id"] for card in page["candidates"]}


async def new_of(assistant: Assistant, session_id: str) -> set[str]:
    page = await assistant.call("list_profiles", session_id=session_id, limit=50)
    assert all(card["new"] is True for card in page["candidates"] if "new" in card)
    return {card["candidate_id"] for card in page["candidates"] if "new" in card}


@pytest.mark.parametrize("only_new", [False, True], ids=["all listed", "only new ones listed"])
async def test_those_found_by_fetch_more_are_marked_counted_and_shown_first(only_new: bool) -> None:
    async with connected(sandbox(only_new_batch_after_fetch=only_new)) as assistant:
        session_id = await assistant.search(skills=SKILLS)
        before = await ids_of(assistant, session_id)
        assert await new_of(assistant, session_id) == set()
        await assistant.call("fetch_more_profiles", session_id=session_id)
        waited = await assistant.call("wait_for_session", session_id=session_id)
        marked = await new_of(assistant, session_id)
        assert len(marked) == MORE == waited["new_profiles"]
        assert marked.isdisjoint(before)
        assert before < await ids_of(assistant, session_id)
        top = waited["top_candidates"]
        assert [card.get("new") for card in top] == [True] * MORE + [None] * 3
        scores = [card["score"] for card in top]
        assert scores[:MORE] == sorted(scores[:MORE], reverse=True)
        assert scores[MORE:] == sorted(scores[MORE:], reverse=True)
        assert waited["next_step"].startswith(f"Show the user the {MORE} new ones, listed first.")


async def test_the_mark_moves_on_with_the_next_fetch_and_ends_with_new_filters() -> None:
    async with connected(sandbox()) as assistant:
        session_id = await assistant.search(skills=SKILLS)
        marks = []
        for _ in range(2):
            await assistant.call("fetch_more_profiles", session_id=session_id)
            await assistant.call("wait_for_session", session_id=session_id)
            marks.append(await new_of(assistant, session_id))
        assert marks[0]
        assert marks[0].isdisjoint(marks[1])
        await assistant.call(
            "update_sourcing_session", session_id=session_id, filters={"skills": {"core": ["SQL"]}}
        )
        waited = await assistant.call("wait_for_session", session_id=session_id)
        assert "new_profiles" not in waited
        assert await new_of(assistant, session_id) == set()


async def test_a_first_search_has_nobody_new(assistant: Assistant) -> None:
    session_id = await assistant.search(skills=SKILLS)
    waited = await assistant.call("wait_for_session", session_id=session_id)
    assert "new_profiles" not in waited
    assert not any("new" in card for card in waited["top_candidates"])


@pytest.mark.parametrize("seen", [False, True], ids=["unseen", "seen while matching"])
async def test_after_two_fetches_everyone_is_new_who_was_not_in_the_last_list(seen: bool) -> None:
    clock = [time.time()]
    shared = Sandbox(match_seconds=10, first_batch=30, more_batch=MORE, clock=lambda: clock[0])
    async with connected(shared) as assistant:
        session_id = await assistant.start_search(skills=SKILLS)
        clock[0] += 20
        before = await ids_of(assistant, session_id)
        for _ in range(2):
            await assistant.call("fetch_more_profiles", session_id=session_id)
            clock[0] += 5
            if seen:
                page = await assistant.call("list_profiles", session_id=session_id)
                assert page["status"] == "running"
            clock[0] += 20
        waited = await assistant.call("wait_for_session", session_id=session_id)
        assert waited["new_profiles"] == 2 * MORE
        assert all(card.get("new") for card in waited["top_candidates"])
        marked = await new_of(assistant, session_id)
        assert len(marked) == 2 * MORE
        assert marked.isdisjoint(before)


async def test_a_recovered_fetch_leads_to_the_new_candidates() -> None:
    shared = sandbox()
    async with connected(shared) as assistant:
        session_id = await assistant.search(skills=SKILLS)
        shared.fail("fetch_more", Fault("502_after"), times=1)
        fetched = await assistant.call("fetch_more_profiles", session_id=session_id)
        assert fetched["next_step"].startswith(
            f"Call wait_for_session with session_id {session_id}"
        )
        waited = await assistant.call("wait_for_session", session_id=session_id)
        assert waited["new_profiles"] == MORE


def stored(seconds: float, number: int) -> dict[str, Any]:
    """A profile that the API stored at a time in Unix seconds."""
    return profile(number, 3) | {"_id": f"{int(seconds):08x}{number:016x}"}


@pytest.mark.parametrize(
    ("ages", "marked"),
    [
        ((100, 90, -1, -3), {3, 4}),
        # Stored with the first search, so the ids tell nothing.
        ((100, 90, 80, 70), set()),
        # Perhaps by the first search, perhaps by the fetch.
        ((100, 90, 5, -3), set()),
        # Older than the session, so the ids are not of this search.
        ((10_000, 90, -1, -3), set()),
    ],
)
async def test_after_a_restart_the_ids_tell_who_is_new_or_nobody_is_marked(
    tmp_path: Path, ages: tuple[int, ...], marked: set[int]
) -> None:
    now = time.time()
    clock = [now - 200]
    shared = sandbox(clock=lambda: clock[0])
    started: dict[str, Any] = {"sandbox": False, "api_key": "fjk_test", "state_dir": tmp_path}
    async with connected(shared, **started) as assistant:
        session_id = await assistant.start_search(skills=SKILLS)
        clock[0] = now
        await assistant.call("fetch_more_profiles", session_id=session_id)
    docs = [stored(now - age, number) for number, age in enumerate(ages, 1)]
    shared.fail("profiles", page_of(*docs), times=5)
    async with connected(shared, **started) as restarted:
        new = await new_of(restarted, session_id)
        waited = await restarted.call("wait_for_session", session_id=session_id)
    assert {int(one[-2:], 16) for one in new} == marked
    assert waited.get("new_profiles", 0) == len(marked)
