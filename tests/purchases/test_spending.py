"""The spending report: complete by session, with stated prices apart from estimated ones."""

from typing import Any

import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.population.odd_people import population
from tests.support.assistant import CSHARP, Assistant, Refused, connected, search_for, small_sandbox
from tests.support.clocks import SteppedClock

pytestmark = pytest.mark.anyio

START = 1_800_000_000.0  # 2027-01-15 08:00 UTC


async def reveal(
    assistant: Assistant, session_id: str, channel: str, count: int = 1
) -> dict[str, Any]:
    """Reveal a contact of the first candidates who have both."""
    reachable = {person.id for person in population(5000) if person.email and person.phone}
    listed = await assistant.call("list_profiles", session_id=session_id, limit=50)
    ids = [card["candidate_id"] for card in listed["candidates"]]
    chosen = [one for one in ids if one in reachable][:count]
    return await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=chosen, channel=channel
    )


async def test_a_usual_day_is_grouped_by_session_with_titles_and_channels() -> None:
    clock = SteppedClock(START)
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        other = await assistant.call("create_sourcing_session", **search_for("Another search"))
        clock.time += 3600
        session_id = await assistant.search()
        clock.time += 3600
        await reveal(assistant, session_id, "email", 2)
        await reveal(assistant, session_id, "phone")
        report = await assistant.call("get_spending")
    spent = {one.id: one.credits_charged for one in sandbox.sessions.values()}
    assert report["by_session"] == [
        {
            "session_id": session_id,
            "title": "Test",
            "credits": spent[session_id],
            "counts": {"reveal phone": 1, "reveal email": 2, "create_session": 1},
        },
        {
            "session_id": other["session_id"],
            "title": "Another search",
            "credits": 5,
            "counts": {"create_session": 1},
        },
    ]
    assert report["spent_today"] == sum(spent.values())
    assert report["remaining_credits"] == sandbox.credits_left("fjk_sandbox")
    assert report["remaining_as_of"] == "2027-01-15T10:00:00Z"
    assert "estimated_today" not in report
    assert len(str(report["by_session"])) < 600


async def test_nothing_falls_off_the_end() -> None:
    async with connected(small_sandbox(credits=1000)) as assistant:
        made = [
            (await assistant.call("create_sourcing_session", **search_for(f"Number {number}")))
            for number in range(23)
        ]
        for number in range(21):
            await assistant.call("wait_for_session", session_id=made[0]["session_id"])
            await assistant.call(
                "update_sourcing_session",
                session_id=made[0]["session_id"],
                filters=CSHARP | {"years_of_experience": {"min": 1 + number % 2}},
            )
        report = await assistant.call("get_spending")
    first, *others, rest = report["by_session"]
    assert first["session_id"] == made[0]["session_id"]
    assert first["counts"] == {"update_session": 21, "create_session": 1}
    assert len(others) == 19
    assert rest == {
        "title": "3 sessions used before these",
        "credits": 15,
        "counts": {"create_session": 3},
    }
    assert sum(line["credits"] for line in report["by_session"]) == report["spent_today"]
    assert len(report["purchases"]) == 20


async def test_prices_that_nobody_stated_are_told_apart(assistant: Assistant) -> None:
    session_id = await assistant.search()
    body = {"data": {"newProfilesCount": 5}, "statusCode": 200}
    assistant.sandbox.fail("fetch_more", Fault("status", status=200, body=body))
    await assistant.call("fetch_more_profiles", session_id=session_id)
    report = await assistant.call("get_spending")
    assert (report["spent_today"], report["estimated_today"]) == (10, 5)
    (line,) = report["by_session"]
    assert (line["credits"], line["estimated"]) == (5, 5)


@pytest.mark.parametrize("kind", ["status", "drop_before"])
async def test_the_report_needs_no_titles(assistant: Assistant, kind: str) -> None:
    session_id = await assistant.search()
    assistant.sandbox.fail("project_sessions", Fault(kind, status=404), times=9)  # type: ignore[arg-type]
    (line,) = (await assistant.call("get_spending"))["by_session"]
    assert line == {"session_id": session_id, "credits": 5, "counts": {"create_session": 1}}


async def test_a_question_calls_an_old_balance_old() -> None:
    questions: list[str] = []

    async def approve(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with connected(answer=approve) as assistant:
        session_id = await assistant.search()
        for _ in range(2):
            body = {"data": {"newProfilesCount": 5}, "statusCode": 200}
            assistant.sandbox.fail("fetch_more", Fault("status", status=200, body=body))
            await assistant.call("fetch_more_profiles", session_id=session_id)
    assert "95 credits were left after the last purchase." in questions[1]
    assert "95 credits were left after an earlier purchase." in questions[2]


async def test_a_reveal_found_without_its_response_names_its_cost() -> None:
    async with connected() as assistant:
        session_id = await assistant.search()
        assistant.sandbox.fail("reveal", Fault("drop_after"))
        result = await reveal(assistant, session_id, "email")
        (charge,) = (one for one in assistant.sandbox.charges if one.operation == "reveal")
    assert result["credits"]["charged"] == charge.amount


async def test_a_purchase_found_without_any_price_names_the_estimate() -> None:
    clock = SteppedClock(START)
    sandbox = small_sandbox(clock=clock.now)
    async with connected(sandbox, clock=clock) as assistant:
        session_id = await assistant.search()
        shown = sandbox.sessions[session_id].as_dict("", clock.time)
        del shown["sessionCreditCharged"]
        silent = Fault("status", status=200, body={"data": {"session": shown}})
        after = shown | {"searchMoreCounter": 1}
        sandbox.fail("get_session", silent)
        sandbox.fail("fetch_more", Fault("drop_after"))
        body = {"data": {"session": after}}
        sandbox.fail("get_session", Fault("status", status=200, body=body), times=9)
        result = await assistant.call("fetch_more_profiles", session_id=session_id)
    assert result["credits"] == {"estimated": 5}


async def test_contacts_that_were_paid_for_are_never_said_to_have_cost_nothing() -> None:
    async with connected(small_sandbox(credits=6)) as assistant:
        session_id = await assistant.search()
        result = await reveal(assistant, session_id, "email", 3)
    assert result["credits"]["charged"] > 0
    assert "Nothing was" not in result["warning"]
    assert result["warning"].startswith("Stopped: the sandbox has ")
    assert "Not revealed and not charged: " in result["warning"]


async def test_each_channel_has_its_own_price_in_the_budget_the_question_and_the_view() -> None:
    questions: list[str] = []

    async def approve(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with connected(credit_budget=14, answer=approve) as assistant:
        session_id = await assistant.search()
        await reveal(assistant, session_id, "email", 4)
        shown = await assistant.call("show_candidates", session_id=session_id)
        assert shown["prices"] == {"fetch_more": 5, "reveal_email": 1}
        await reveal(assistant, session_id, "phone")
        shown = await assistant.call("show_candidates", session_id=session_id)
        assert shown["prices"] == {
            "fetch_more": 5, "reveal": 2, "reveal_email": 1, "reveal_phone": 2
        }  # fmt: skip
        await reveal(assistant, session_id, "phone", 2)
    assert "It costs credits; FutureJobs does not publish how many." in questions[2]
    assert "a phone" not in questions[1]
    assert "the phone number of a candidate" in questions[3]
    assert "about 2 credits" in questions[3]


async def test_a_channel_whose_price_is_unknown_cannot_exceed_the_budget() -> None:
    async with connected(credit_budget=10) as assistant:
        session_id = await assistant.search()
        await reveal(assistant, session_id, "email", 4)
        with pytest.raises(Refused) as refused:
            await reveal(assistant, session_id, "phone", 2)
        report = await assistant.call("get_spending")
    assert "9 of today's 10 credits are spent or reserved, and each contact would cost about 5" in (
        str(refused.value)
    )
    assert report["spent_today"] == 9
