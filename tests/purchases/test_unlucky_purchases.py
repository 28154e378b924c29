"""Purchases with bad luck: late requests, odd responses, a damaged ledger."""

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import anyio
import httpx
import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, Assistant, connected, small_sandbox
from tests.support.clocks import SteppedClock
from tests.support.held_sandbox import HeldSandbox
from tests.support.ledgers import on_a_file

pytestmark = pytest.mark.anyio

SEARCH = {"title": "C# people", "filters": CSHARP}


class Waiting(Sandbox):
    """A sandbox that a search reaches only 30 seconds after it was first sent."""

    def __init__(self, clock: SteppedClock) -> None:
        super().__init__(match_seconds=0, clock=clock.now)
        self.own_clock = clock

    def transport(self) -> httpx.AsyncBaseTransport:
        inner, clock = super().transport(), self.own_clock

        class Slow(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                if request.method == "POST":
                    clock.time += 30
                return await inner.handle_async_request(request)

        return Slow()


async def test_the_time_of_a_purchase_is_that_of_its_last_attempt() -> None:
    clock = SteppedClock()
    sandbox = Waiting(clock)
    async with connected(sandbox, clock=clock) as assistant:
        # 30 seconds pass before the first attempt is rejected, and the second one is lost.
        sandbox.fail("create_session", Fault("429", retry_after=0))
        sandbox.fail("create_session", Fault("drop_before"))
        await assistant.refusal("create_sourcing_session", **SEARCH)
        began = clock.time
        clock.time = began + 20
        assert "not certain" in await assistant.refusal("create_sourcing_session", **SEARCH)
    assert assistant.sent("create_session") == 2


async def test_nothing_is_sent_when_too_little_time_is_left_for_a_response() -> None:
    async def slowly(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        # An answer that comes late is what is tested: 1.95 of the 2 seconds are the call's.
        await anyio.sleep(1.7)
        return ElicitResult(action="accept", content={"approve": True})

    sandbox = small_sandbox()
    async with connected(sandbox, "legacy", answer=slowly, call_deadline_seconds=2) as assistant:
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
    assert text == (
        "Nothing was sent or charged: too little time was left in this call to wait for a "
        "response. Call create_sourcing_session again with the same arguments."
    )
    assert sandbox.charges == []


async def test_an_update_keeps_stored_filters_unknown_to_this_server(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    stored = assistant.sandbox.sessions[session_id].queries
    odd = {
        "current_employers.seniority_level": {"type": "IN", "value": ["Senior", "Manager"]},
        "funding_stage": {"type": "IN", "value": ["pre_seed"]},
        "years_of_experience_raw": {"type": "RANGE", "value": [0, 70]},
    }
    stored.update(odd)
    await assistant.refusal(
        "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
    )
    (call,) = (one for one in assistant.sandbox.calls if one.operation == "update_session")
    assert {key: call.body["queries"][key] for key in odd} == odd


async def test_ranges_survive_an_update_whose_response_names_no_session(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    body = {"data": {"creditInfo": {"charged": True, "amount": 5}}, "statusCode": 200}
    assistant.sandbox.fail("update_session", Fault("status", status=200, body=body))
    changed = {"years_of_experience": {"min": 2}}
    updated = await assistant.call(
        "update_sourcing_session", session_id=session_id, filters=changed
    )
    assert updated["filters"]["years_of_experience"] == {"min": 2}
    # The API's echo lost the range, and its counter moved.
    assistant.sandbox.sessions[session_id].filter_changes_counter += 1
    session = await assistant.call("get_session", session_id=session_id)
    assert session["filters"]["years_of_experience"] == {"min": 2}


async def test_in_strict_mode_free_calls_need_no_approval() -> None:
    sandbox = small_sandbox()
    # The ledger must outlive the connection, as it does between two clients of one user.
    with TemporaryDirectory() as folder:
        own: dict[str, Any] = {"sandbox": False, "api_key": "fjk_strict", "state_dir": folder}
        async with connected(sandbox, confirm_spend="off", **own) as assistant:
            first = await assistant.call("create_sourcing_session", **SEARCH)
        async with connected(sandbox, confirm_spend="strict", **own) as assistant:
            again = await assistant.call("create_sourcing_session", **SEARCH)
    assert again["session_id"] == first["session_id"]
    assert again["already_existed"] is True


@on_a_file
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE purchases SET traces = '{'",
        "UPDATE purchases SET traces = '[]'",
        """UPDATE purchases SET traces = '{"left": 3}'""",
        "ALTER TABLE purchases DROP COLUMN told",
        "DROP TABLE purchases; CREATE TABLE purchases (id INTEGER)",
    ],
    ids=["bad line", "no object", "no moment", "older shape", "other shape"],
)
async def test_an_unreadable_ledger_prevents_purchases_and_is_named(
    damage: str, tmp_path: Path
) -> None:
    sandbox = small_sandbox()
    own: dict[str, Any] = {"sandbox": False, "api_key": "fjk_odd", "state_dir": tmp_path}
    async with connected(sandbox, **own) as assistant:
        session_id = await assistant.search()
    with sqlite3.connect(tmp_path / "purchases.sqlite3") as connection:
        connection.executescript(damage)
    connection.close()
    async with connected(sandbox, **own) as assistant:
        for tool, arguments in (
            ("create_sourcing_session", SEARCH | {"title": "Test"}),
            ("get_spending", {}),
        ):
            text = await assistant.refusal(tool, **arguments)
            assert str(tmp_path / "purchases.sqlite3") in text
        assert (await assistant.call("list_profiles", session_id=session_id))["total"]
    assert len(sandbox.charges) == 1


async def test_a_response_without_a_price_counts_at_the_expected_one(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    body = {"data": {"newProfilesCount": 5}, "statusCode": 200}
    assistant.sandbox.fail("fetch_more", Fault("status", status=200, body=body))
    await assistant.call("fetch_more_profiles", session_id=session_id)
    report = await assistant.call("get_spending")
    assert report["spent_today"] == 10


async def test_a_session_deleted_meanwhile_is_not_mistaken_for_a_missing_project() -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        sandbox.fail("create_session", Fault("drop_after"))
        gone = Fault("status", status=404, body={"message": "Sourcing session not found"})
        sandbox.fail("get_session", gone, times=10)
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
    assert "no project" not in text
    assert "not certain yet" in text


async def test_a_session_that_shows_other_filters_is_never_taken_for_a_miss() -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        sandbox.fail("create_session", Fault("drop_after"))
        sandbox.fail("project_sessions", Fault("delay_before"))
        sandbox.fail("project_sessions", Fault("502_before"), times=9)
        await assistant.refusal("create_sourcing_session", **SEARCH)
        (session,) = sandbox.sessions.values()
        session.queries["skills"]["value"]["core"] = ["Echoed otherwise"]
        clock.time += 600
        for _ in range(2):
            text = await assistant.refusal("create_sourcing_session", **SEARCH)
            assert "shows other filters than requested" in text
    assert len(sandbox.charges) == 1


async def test_a_purchase_given_up_by_another_server_is_not_sent_any_more(tmp_path: Path) -> None:
    clock = SteppedClock()
    sandbox = HeldSandbox(clock, "create_session")
    sandbox.fail("create_session", Fault("429", retry_after=0))
    own: dict[str, Any] = {"sandbox": False, "api_key": "fjk_held", "state_dir": tmp_path}
    async with (
        connected(sandbox, clock=clock, **own) as slow,
        connected(sandbox, clock=clock, **own) as other,
        anyio.create_task_group() as tasks,
    ):
        refusals: list[str] = []

        async def buy() -> None:
            refusals.append(await slow.refusal("create_sourcing_session", **SEARCH))

        tasks.start_soon(buy)
        await sandbox.reached.wait()
        # As after a laptop's sleep: the deadline has passed, and nothing was carried out.
        clock.time += 600
        (line,) = (await other.call("get_spending"))["purchases"]
        assert line["outcome"] == "not_charged"
        sandbox.let_through.set()
    assert refusals[0].startswith("Nothing was sent or charged: too little time was left")
    assert sandbox.charges == []
    assert slow.sent("create_session") == 1


async def test_a_purchase_counts_as_not_carried_out_three_minutes_after_it_was_last_under_way() -> (
    None
):
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock, call_deadline_seconds=100) as assistant:
        sandbox.fail("create_session", Fault("drop_before"))
        await assistant.refusal("create_sourcing_session", **SEARCH)
        clock.time += 170
        assert "not certain" in await assistant.refusal("create_sourcing_session", **SEARCH)
        clock.time += 20
        await assistant.call("create_sourcing_session", **SEARCH)
    assert assistant.sent("create_session") == 2
    assert len(sandbox.charges) == 1


async def test_a_found_search_that_was_used_since_is_not_charged_with_its_further_uses() -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        sandbox.fail("create_session", Fault("drop_after"))
        sandbox.fail("project_sessions", Fault("delay_before"))
        sandbox.fail("project_sessions", Fault("502_before"), times=9)
        await assistant.refusal("create_sourcing_session", **SEARCH)
        # The user continues the search in FutureJobs.
        (session,) = sandbox.sessions.values()
        session.search_more_counter += 2
        session.credits_charged += 10
        found = await assistant.call("create_sourcing_session", **SEARCH)
        assert found["session_id"] == session.id
        assert (await assistant.call("get_spending"))["spent_today"] == 5


@on_a_file
async def test_an_outcome_that_could_not_be_recorded_is_recorded_with_the_next_purchase(
    tmp_path: Path,
) -> None:
    path = tmp_path / "purchases.sqlite3"
    sandbox = small_sandbox()
    own: dict[str, Any] = {"sandbox": False, "api_key": "fjk_full", "state_dir": tmp_path}

    def forbid(*, outcomes: bool) -> None:
        refuse = "SELECT RAISE(ABORT, 'disk full')"
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TRIGGER IF EXISTS full")
            if outcomes:
                connection.execute(
                    "CREATE TRIGGER full BEFORE UPDATE ON purchases WHEN NEW.state = 'charged'"
                    f" BEGIN {refuse}; END"
                )
        connection.close()

    async with connected(sandbox, **own) as assistant:
        await assistant.call("get_spending")
        forbid(outcomes=True)
        first = await assistant.call("create_sourcing_session", **SEARCH)
        assert str(path) in await assistant.refusal("create_sourcing_session", **SEARCH)
        forbid(outcomes=False)
        again = await assistant.call("create_sourcing_session", **SEARCH)
    assert again["session_id"] == first["session_id"]
    assert len(sandbox.charges) == 1


async def test_the_next_purchase_does_not_count_toward_the_price_of_the_one_before(
    tmp_path: Path,
) -> None:
    clock = SteppedClock()
    sandbox = HeldSandbox(clock, "fetch_more")
    own: dict[str, Any] = {"sandbox": False, "api_key": "fjk_held", "state_dir": tmp_path}
    async with (
        connected(sandbox, clock=clock, **own) as slow,
        connected(sandbox, clock=clock, **own) as other,
        anyio.create_task_group() as tasks,
    ):
        session_id = await slow.search()
        sandbox.fail("fetch_more", Fault("null_data"))

        async def fetch_more() -> None:
            await slow.call("fetch_more_profiles", session_id=session_id)

        tasks.start_soon(fetch_more)
        await sandbox.reached.wait()
        clock.time += 700
        await other.call(
            "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
        )
        sandbox.let_through.set()
    async with connected(sandbox, clock=clock, **own) as assistant:
        report = await assistant.call("get_spending")
    assert [line["credits"] for line in report["purchases"]] == [5, 5, 5]
    assert [charge.amount for charge in sandbox.charges] == [5, 5, 5]


async def test_a_reveal_that_arrives_between_two_reads_is_not_taken_for_a_gift() -> None:
    clock = SteppedClock()
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        session_id = await assistant.search()
        listed = await assistant.call("list_profiles", session_id=session_id, limit=10)
        ids = [card["candidate_id"] for card in listed["candidates"]]
        async with connected(api_key="fjk_elsewhere") as elsewhere:
            twin = await elsewhere.search()
            tried = await elsewhere.call(
                "reveal_contacts", session_id=twin, candidate_ids=ids, channel="email"
            )
        person = next(one["candidate_id"] for one in tried["results"] if one["status"] == "found")
        reveal = {"session_id": session_id, "candidate_ids": [person], "channel": "email"}
        before = (await assistant.call("get_spending"))["spent_today"]
        sandbox.fail("reveal", Fault("drop_after"))
        # The session is unchanged, while the profile already shows the contact.
        stale = sandbox.sessions[session_id].as_dict("w", clock.now())
        body = {"data": {"session": stale}, "statusCode": 200}
        sandbox.fail("get_session", Fault("delay_before"), times=2)
        sandbox.fail("get_session", Fault("status", status=200, body=body))
        (told,) = (await assistant.call("reveal_contacts", **reveal))["results"]
        assert told["status"] == "found"
        # The price is read again, after the contact was seen.
        assert (await assistant.call("get_spending"))["spent_today"] == before + 1
