"""Purchases whose response is late or lost: looked up while waiting, never settled too early."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, Assistant, Refused, connected, small_sandbox
from tests.support.clocks import SteppedClock
from tests.support.purchase_world import Gate, World

pytestmark = pytest.mark.anyio

SEARCH = {"title": "C# people", "filters": CSHARP}
HANGS = 60.0
"""Seconds; longer than any test waits."""


async def bought(assistant: Assistant, operation: str, session_id: str) -> dict[str, Any]:
    of_session = {"session_id": session_id}
    if operation == "create_session":
        return await assistant.call("create_sourcing_session", **SEARCH)
    if operation == "update_session":
        change = {"open_to_work": True}
        return await assistant.call("update_sourcing_session", **of_session, filters=change)
    if operation == "fetch_more":
        return await assistant.call("fetch_more_profiles", **of_session)
    listed = await assistant.call("list_profiles", **of_session)
    chosen = [card["candidate_id"] for card in listed["candidates"][:1]]
    return await assistant.call(
        "reveal_contacts", **of_session, candidate_ids=chosen, channel="email"
    )


@pytest.mark.parametrize("operation", ["create_session", "update_session", "fetch_more", "reveal"])
async def test_a_purchase_whose_response_hangs_is_returned_by_the_same_call(
    operation: str,
) -> None:
    sandbox = small_sandbox()
    async with connected(sandbox) as assistant:
        # Not the search that is bought below: the two servers may share a ledger.
        session_id = await assistant.search(**CSHARP, years_of_experience={"min": 1})
    async with connected(sandbox, call_deadline_seconds=6) as assistant:
        before = len(sandbox.charges)
        sandbox.fail(operation, Fault("delay_after", seconds=HANGS))
        result = await bought(assistant, operation, session_id)
        (charge,) = sandbox.charges[before:]
        found = result.get("session_id") or result["results"][0]["values"]
        assert found == charge.session_id or "@" in found[0]
        assert result["credits"]["charged"] == charge.amount
        newest = (await assistant.call("get_spending"))["purchases"][0]
        assert (newest["outcome"], newest["credits"]) == ("charged", charge.amount)
        assert assistant.sent(operation) == (2 if operation == "create_session" else 1)


async def test_a_late_response_within_the_call_is_returned() -> None:
    sandbox = small_sandbox()
    async with connected(sandbox, call_deadline_seconds=6) as assistant:
        # The look-up meanwhile fails.
        sandbox.fail("create_session", Fault("delay_after", seconds=3))
        sandbox.fail("project_sessions", Fault("delay_before"))
        sandbox.fail("project_sessions", Fault("html", status=500), times=9)
        result = await assistant.call("create_sourcing_session", **SEARCH)
    assert "already_existed" not in result
    assert len(sandbox.charges) == 1


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    # Each call must reach the API before it, also on a busy machine.
    one = World(tmp_path, hasty_seconds=0.5)
    # The deadline of the hasty server leaves no time to load and open the database.
    one.run(one.call(2, "get_spending", {}))
    yield one
    one.close()


def in_world(world: World, server: int = 0) -> dict[str, Any] | str:
    return world.run(world.call(server, "create_sourcing_session", SEARCH))


@pytest.mark.parametrize("late", [46.0, 75.0, 120.0, 170.0])
def test_a_search_that_is_carried_out_long_after_its_call_ended_is_not_paid_for_twice(
    world: World, late: float
) -> None:
    world.wire.gate = Gate("before", late)
    assert isinstance(in_world(world, server=2), str)
    for passed in (15.0, 30.0, 0.5, 14.5, 1.0, 1.0, 60.0, 40.0):
        # Like an assistant that is asked to try again repeatedly.
        world.run(world.clocks.sleep(passed))
        in_world(world)
    world.run(world.clocks.sleep(60))
    result = in_world(world)
    assert isinstance(result, dict)
    assert [charge.session_id for charge in world.sandbox.charges] == [result["session_id"]]


def test_a_purchase_without_a_sign_is_sent_again_only_after_three_minutes(world: World) -> None:
    gate = world.wire.gate = Gate("before", None)
    in_world(world, server=2)
    assert gate.reached.is_set()
    world.run(world.clocks.sleep(178))
    assert "not certain" in str(in_world(world))
    assert world.sandbox.charges == []
    world.run(world.clocks.sleep(3))
    assert isinstance(in_world(world), dict)
    assert len(world.sandbox.charges) == 1


@pytest.mark.parametrize("operation", ["update_session", "fetch_more"])
async def test_a_session_without_its_counters_does_not_show_that_nothing_was_carried_out(
    operation: str,
) -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        session_id = await assistant.search()
        before = len(sandbox.charges)
        bare = {"data": {"session": {"_id": session_id, "profileMatchingStatus": "done"}}}
        sandbox.fail(operation, Fault("drop_after"))
        sandbox.fail("get_session", Fault("delay_before"))
        sandbox.fail("get_session", Fault("status", status=200, body=bare), times=9)
        with pytest.raises(Refused, match="not certain"):
            await bought(assistant, operation, session_id)
        clock.time += 3600
        with pytest.raises(Refused, match="not certain"):
            await bought(assistant, operation, session_id)
        assert assistant.sent(operation) == 1
        sandbox.mend()
        assert (await bought(assistant, operation, session_id))["session_id"] == session_id
        assert len(sandbox.charges) == before + 1
        assert assistant.sent(operation) == 1


async def test_a_response_with_another_session_is_unreadable() -> None:
    async with connected() as assistant:
        one, two = await assistant.search(), await assistant.search(skills={"core": ["Python"]})
        other = {"data": {"session": {"_id": two, "profileMatchingStatus": "done"}}}
        assistant.sandbox.fail("get_session", Fault("status", status=200, body=other), times=3)
        text = await assistant.refusal("get_session", session_id=one)
    assert "cannot be read" in text


def test_a_purchase_whose_process_died_before_sending_does_not_stay_open_forever(
    world: World,
) -> None:
    gate = Gate("before", None)
    world.run(world.interrupted(0, "create_sourcing_session", SEARCH, gate, killed=True))
    (row,) = world.rows()
    traces = json.loads(row["traces"])
    del traces["left"]
    world.restore([row | {"traces": json.dumps(traces)}])
    assert "not certain" in str(in_world(world))
    world.run(world.clocks.sleep(300))
    assert isinstance(in_world(world), dict)
    assert len(world.sandbox.charges) == 1


# The API's clock


class Dated(Sandbox):
    """A sandbox whose responses carry any `Date`, or none."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(match_seconds=0, first_batch=5, clock=clock.now)
        self.date: str | None = ""

    def transport(self) -> httpx.AsyncBaseTransport:
        inner, sandbox = super().transport(), self

        class Transport(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                response = await inner.handle_async_request(request)
                if sandbox.date != "":
                    del response.headers["date"]
                if sandbox.date:
                    response.headers["date"] = sandbox.date
                return response

        return Transport()


ABSURD = [
    None,
    "yesterday",
    "Mon, 1 Jan 2024 00:00:00 " + "9" * 50,
    "Mon, 1 Jan 2024 00:00:00 +9999",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Wed, 01 Jan 2025 00:00:00 GMT",
    "Mon, 99 Foo 99999999999999999999 25:61:61 GMT",
    "\x00",
    "-1",
    "253402300800",
]


@pytest.mark.parametrize("date", ABSURD, ids=lambda date: str(date)[:30])
@pytest.mark.parametrize("from_the_start", [True, False])
async def test_without_a_credible_date_nothing_is_settled_by_this_machines_clock(
    date: str | None, from_the_start: bool
) -> None:
    clock = SteppedClock()
    sandbox = Dated(clock)
    async with connected(sandbox, clock=clock) as assistant:
        if from_the_start:
            sandbox.date = date
        assert "sessions" in await assistant.call("list_sessions")
        sandbox.fail("create_session", Fault("drop_before"))
        assert "not certain" in await assistant.refusal("create_sourcing_session", **SEARCH)
        sandbox.date = date
        clock.time += 2 * 3600
        assert "not certain" in await assistant.refusal("create_sourcing_session", **SEARCH)
        assert assistant.sent("create_session") == 1
        session = await assistant.call("list_sessions")
        assert session["sessions"] == []


async def test_a_date_that_leaps_ahead_settles_nothing() -> None:
    clock = SteppedClock()
    sandbox = Dated(clock)
    async with connected(sandbox, clock=clock) as assistant:
        sandbox.fail("create_session", Fault("drop_before"))
        await assistant.refusal("create_sourcing_session", **SEARCH)
        sandbox.date = "Mon, 01 Jan 2029 00:00:00 GMT"
        assert "not certain" in await assistant.refusal("create_sourcing_session", **SEARCH)
        sandbox.date = ""
        clock.time += 200
        assert (await assistant.call("create_sourcing_session", **SEARCH))["session_id"]
    assert len(sandbox.charges) == 1


def test_a_clock_that_is_set_ahead_between_two_responses_of_one_second_keeps_nothing_open(
    world: World,
) -> None:
    world.run(world.call(2, "list_sessions", {}))
    world.clocks.skew += 26 * 3600
    world.wire.gate = Gate("before", None)
    assert isinstance(in_world(world, server=2), str)
    world.run(world.clocks.sleep(181))
    assert isinstance(in_world(world), dict)
    assert len(world.sandbox.charges) == 1


async def test_a_search_of_today_is_returned_for_free_where_nothing_tells_the_time() -> None:
    clock = SteppedClock()
    sandbox = Dated(clock)
    sandbox.date = None
    async with connected(sandbox, clock=clock) as assistant:
        first = await assistant.call("create_sourcing_session", **SEARCH)
        clock.time += 25 * 3600
        again = await assistant.call("create_sourcing_session", **SEARCH)
    assert again["session_id"] == first["session_id"]
    assert again["already_existed"] is True
    assert len(sandbox.charges) == 1
