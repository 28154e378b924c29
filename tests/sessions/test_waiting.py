"""Waiting for a session: progress, limits, temporary failures, and one shared poller."""

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio
import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import ERAS, PEOPLE, UNKNOWN_SESSION, Assistant, connected
from tests.support.clocks import SteppedClock
from tests.support.conditions import eventually

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("era", ERAS)
async def test_progress_rises_and_says_how_many_are_matched(era: str) -> None:
    sandbox = Sandbox(match_seconds=2.0)
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None = None, message: str | None = None) -> None:
        heard.append((progress, total, message))

    async with connected(sandbox, era=era) as assistant:
        session_id = await assistant.start_search()
        await assistant.client.call_tool(
            "wait_for_session", {"session_id": session_id}, progress_callback=hear
        )
    values = [progress for progress, _, _ in heard]
    assert len(values) > 1
    assert all(low < high for low, high in itertools.pairwise(values))
    assert heard[-1] == (100, 100, "matched 100 of 100")


async def test_unchanged_counts_are_not_reported_again() -> None:
    heard: list[float] = []

    async def hear(progress: float, total: float | None = None, message: str | None = None) -> None:
        heard.append(progress)

    async with connected(Sandbox(match_seconds=3600)) as assistant:
        session_id = await assistant.start_search()
        for matched in (10, 10, 20, 20):
            session = {
                "_id": session_id,
                "profileMatchingStatus": "processing",
                "totalProfilesMatched": matched,
                "totalProfilesForMatching": 100,
            }
            fault = Fault("status", status=200, body={"data": {"session": session}})
            assistant.sandbox.fail("get_session", fault)
        done = {"_id": session_id, "profileMatchingStatus": "done", "totalProfilesMatched": 100}
        fault = Fault("status", status=200, body={"data": {"session": done}})
        assistant.sandbox.fail("get_session", fault)
        await assistant.client.call_tool(
            "wait_for_session", {"session_id": session_id}, progress_callback=hear
        )
    assert heard[:2] == [10, 20]
    assert all(low < high for low, high in itertools.pairwise(heard))


async def test_a_wait_gives_up_at_its_limit_and_says_to_call_again() -> None:
    clock = SteppedClock(time.time())
    async with connected(Sandbox(match_seconds=100, clock=clock.now)) as assistant:
        session_id = await assistant.start_search()
        clock.time += 40
        result = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=1)
    result.pop("sandbox", None)
    assert result == {
        "session_id": session_id,
        "status": "running",
        "matched": 40,
        "total": 100,
        "waited_seconds": 1,
        "next_step": ("Still matching, 40 of 100. Call wait_for_session again; it is free."),
    }


async def test_a_wait_of_zero_looks_once(assistant: Assistant) -> None:
    session_id = await assistant.start_search()
    result = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=0)
    assert result["status"] == "done"
    assert assistant.sent("get_session") == 1


async def test_a_wait_longer_than_the_setting_is_as_long_as_the_setting() -> None:
    async with connected(max_wait_seconds=7) as assistant:
        session_id = await assistant.search()
        waited = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=8)
    assert waited["warning"] == (
        "max_wait_seconds is at most 7, so 7 was used; to wait longer, call again (free)."
    )


async def test_a_passing_failure_is_not_the_end_of_a_wait(assistant: Assistant) -> None:
    session_id = await assistant.start_search()
    assistant.sandbox.fail("get_session", Fault("502_before"), times=3)
    result = await assistant.call("wait_for_session", session_id=session_id)
    assert result["status"] == "done"


async def test_a_wait_in_which_nothing_could_be_read_says_why(assistant: Assistant) -> None:
    session_id = await assistant.start_search()
    assistant.sandbox.fail("get_session", Fault("502_before"), times=100)
    text = await assistant.refusal("wait_for_session", session_id=session_id, max_wait_seconds=1)
    assert text.startswith("FutureJobs returned an error (HTTP 502).")


@pytest.mark.parametrize(
    ("word", "status", "shown"),
    [
        ("completed", "done", True),
        ("failed", "failed", True),
        ("building", "running", True),
        ("Pondering", "running", True),
        ("processing", "running", False),
    ],
)
async def test_an_undocumented_api_status_is_shown(
    assistant: Assistant, word: str, status: str, shown: bool
) -> None:
    session_id = await assistant.start_search()
    session = {"_id": session_id, "profileMatchingStatus": word}
    fault = Fault("status", status=200, body={"data": {"session": session}})
    assistant.sandbox.fail("get_session", fault)
    result = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=0)
    assert result["status"] == status
    assert result.get("api_status") == (word if shown else None)


def idle(session_id: str, created_at: float) -> Fault:
    session: dict[str, Any] = {
        "_id": session_id,
        "profileMatchingStatus": "idle",
        "createdAt": created_at,
    }
    return Fault("status", status=200, body={"data": {"session": session}})


async def test_an_idle_session_without_profiles_has_not_begun() -> None:
    async with connected(Sandbox(match_seconds=3600)) as assistant:
        session_id = await assistant.start_search()
        assistant.sandbox.fail("get_session", idle(session_id, time.time()))
        result = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=0)
    assert result["status"] == "running"
    assert "api_status" not in result


async def test_an_idle_session_with_profiles_is_done(assistant: Assistant) -> None:
    session_id = await assistant.search()
    assistant.sandbox.fail("get_session", idle(session_id, time.time()))
    result = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=0)
    assert result["status"] == "done"
    assert result["total"] == PEOPLE


async def test_an_idle_session_without_activity_is_done_although_some_are_unmatched(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    for age, status in ((0, "running"), (3600, "done")):
        session = {
            "_id": session_id,
            "profileMatchingStatus": "idle",
            "createdAt": time.time() - age,
            "totalProfilesMatched": 97,
            "totalProfilesForMatching": 100,
        }
        fault = Fault("status", status=200, body={"data": {"session": session}})
        assistant.sandbox.fail("get_session", fault)
        waited = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=0)
        assert waited["status"] == status


async def test_an_old_idle_session_without_profiles_is_done_and_says_how_to_widen() -> None:
    async with connected(Sandbox(match_seconds=3600)) as assistant:
        session_id = await assistant.start_search()
        assistant.sandbox.fail("get_session", idle(session_id, time.time() - 3600))
        result = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=0)
    assert result["status"] == "done"
    assert result["next_step"].startswith("Nobody fits. Correct, loosen or remove a filter with")


async def test_a_failed_search_says_what_to_do(assistant: Assistant) -> None:
    session_id = await assistant.start_search()
    session = {"_id": session_id, "profileMatchingStatus": "failed"}
    fault = Fault("status", status=200, body={"data": {"session": session}})
    assistant.sandbox.fail("get_session", fault)
    result = await assistant.call("wait_for_session", session_id=session_id)
    assert result["status"] == "failed"
    assert "before paying for another search" in result["next_step"]


async def test_many_waits_on_one_session_share_one_poller_and_one_read() -> None:
    sandbox = Sandbox(match_seconds=0.5)
    async with connected(sandbox) as assistant:
        session_id = await assistant.start_search()
        done = []

        async def wait() -> None:
            result = await assistant.call("wait_for_session", session_id=session_id)
            done.append(result["status"])

        async with anyio.create_task_group() as tasks:
            for _ in range(30):
                tasks.start_soon(wait)
        assert done == ["done"] * 30
        assert assistant.sent("get_session") <= 3
        assert assistant.sent("profiles") == 1


@pytest.mark.parametrize("era", ERAS)
async def test_polling_stops_when_the_last_wait_is_canceled(era: str) -> None:
    async with connected(Sandbox(match_seconds=3600), era=era) as assistant:

        def looks_at(session_id: str) -> int:
            calls = assistant.sandbox.calls
            return sum(
                call.operation == "get_session" and session_id in call.path for call in calls
            )

        @asynccontextmanager
        async def wait_for(session_id: str) -> AsyncIterator[None]:
            """A wait that goes on from its first look until it is cancelled."""
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(partial(assistant.call, "wait_for_session", session_id=session_id))
                await eventually(lambda: looks_at(session_id))
                yield
                tasks.cancel_scope.cancel()

        cancelled = await assistant.start_search()
        other = await assistant.start_search(skills={"core": ["Python"]})
        async with wait_for(cancelled):
            pass
        # Its pauses differ by a tenth, so that a poller still alive would have looked again by now.
        async with wait_for(other):
            await eventually(lambda: looks_at(other) > 2)
        assert looks_at(cancelled) == 1


async def test_a_wait_on_an_unknown_session_ends_at_once(assistant: Assistant) -> None:
    text = await assistant.refusal("wait_for_session", session_id=UNKNOWN_SESSION)
    assert UNKNOWN_SESSION in text
    assert assistant.sent("get_session") == 1
