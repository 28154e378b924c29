"""Prices and counters in the API's responses: a value that is no amount is left out."""

from typing import Any

import pytest

from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, connected, search_for, small_sandbox

pytestmark = pytest.mark.anyio

NO_AMOUNTS = [-50, -1_000_000, 2.5, "2.5", 1_000_001, 10**30, "1e300", True, "five", [5], {}, "NaN"]


@pytest.mark.parametrize("amount", NO_AMOUNTS, ids=str)
async def test_no_amount_in_a_response_can_undo_the_budget(amount: Any) -> None:
    async with connected(credit_budget=12) as assistant:
        info = {"charged": True, "amount": amount, "remainingCredits": amount}
        for number in range(5):
            data = {"session": {"_id": f"{number:024x}"}, "sourcing": {"creditInfo": info}}
            body = {"data": data, "creditInfo": info}
            assistant.sandbox.fail("create_session", Fault("status", status=201, body=body))
            search = search_for(f"Number {number}")
            if number < 2:
                started = await assistant.call("create_sourcing_session", **search)
                assert "credits" not in started
            else:
                text = await assistant.refusal("create_sourcing_session", **search)
                assert "credits are spent or reserved" in text
        report = await assistant.call("get_spending")
    assert report["spent_today"] == 10
    assert "remaining_credits" not in report


@pytest.mark.parametrize(
    ("info", "charged"),
    [
        ({"charged": True, "amount": 3}, 3),
        ({"charged": True, "amount": "3"}, 3),
        ({"charged": 3}, 3),
        ({"charged": False}, 0),
        ({"charged": False, "amount": 0}, 0),
        ({"charged": False, "amount": 5}, None),
        ({"charged": False, "amount": -5}, None),
        ({"charged": True}, None),
        ({"charged": -3}, None),
        ({"charged": "yes", "amount": None}, None),
        ({"charged": True, "amount": 1_000_000}, 1_000_000),
    ],
    ids=str,
)
async def test_a_charge_is_reported_if_flag_and_amount_agree(
    info: dict[str, Any], charged: int | None
) -> None:
    async with connected() as assistant:
        session_id = await assistant.search()
        body = {"data": {"newProfilesCount": 5, "creditInfo": info}}
        assistant.sandbox.fail("fetch_more", Fault("status", status=200, body=body))
        result = await assistant.call("fetch_more_profiles", session_id=session_id)
    assert result.get("credits", {}).get("charged") == charged


@pytest.mark.parametrize("price", [-5, 2.5, True, 10**9])
async def test_an_invalid_price_is_not_reported_with_a_402(price: Any) -> None:
    async with connected() as assistant:
        body = {"creditInfo": {"amount": price, "remainingCredits": price}}
        assistant.sandbox.fail("create_session", Fault("status", status=402, body=body))
        text = await assistant.refusal("create_sourcing_session", title="T", filters=CSHARP)
    assert "has too few credits left and a search costs 5." in text


@pytest.mark.parametrize("before", [-5, 2.5, "x", None])
async def test_a_falling_credit_count_of_a_session_refunds_nothing(before: Any) -> None:
    async with connected(small_sandbox()) as assistant:
        session_id = await assistant.search()
        session = assistant.sandbox.sessions[session_id]
        shown = session.as_dict("w", session.created_at + 100)
        # The update is carried out and its response lost; then the session counts fewer credits.
        fewer = shown | {"filterChangesCounter": 7, "sessionCreditCharged": before or 0}
        body = {"data": {"session": fewer}}
        assistant.sandbox.fail("update_session", Fault("drop_before"))
        assistant.sandbox.fail("get_session", Fault("delay_before"))
        assistant.sandbox.fail("get_session", Fault("status", status=200, body=body), times=6)
        await assistant.call(
            "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
        )
        report = await assistant.call("get_spending")
    assert report["spent_today"] >= 5
    assert all(line.get("credits", 0) >= 0 for line in report["purchases"])


@pytest.mark.parametrize("count", [-3, 2.5, "many", True, None])
async def test_an_invalid_counter_is_not_reported(count: Any) -> None:
    async with connected() as assistant:
        session_id = await assistant.search()
        data: Any = {"newProfilesCount": count, "profileMatchingStatus": "fetching_more"}
        body = {"data": data}
        assistant.sandbox.fail("fetch_more", Fault("status", status=200, body=body))
        result = await assistant.call("fetch_more_profiles", session_id=session_id)
        assert "expected_profiles" not in result
        body = {"data": [{"_id": session_id, "totalProfiles": count}]}
        assistant.sandbox.fail("project_sessions", Fault("status", status=200, body=body))
        assert "profiles" not in (await assistant.call("list_sessions"))["sessions"][0]
