"""Reveals: paid for once, late phone numbers, failures halfway."""

import pytest

from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import Assistant, connected, small_sandbox

pytestmark = pytest.mark.anyio


async def candidates(assistant: Assistant, count: int = 10) -> tuple[str, list[str]]:
    session_id = await assistant.search()
    page = await assistant.call("list_profiles", session_id=session_id, limit=count)
    return session_id, [card["candidate_id"] for card in page["candidates"]]


async def reveal(
    assistant: Assistant, session_id: str, ids: list[str], channel: str = "email"
) -> list[str]:
    result = await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=ids, channel=channel
    )
    assert [item["candidate_id"] for item in result["results"]] == ids
    return [item["status"] for item in result["results"]]


async def test_a_revealed_contact_is_not_paid_for_again(assistant: Assistant) -> None:
    session_id, ids = await candidates(assistant)
    first = await reveal(assistant, session_id, ids)
    assert "found" in first
    found = [one for one, status in zip(ids, first, strict=True) if status == "found"]
    paid = assistant.sent("reveal")
    assert await reveal(assistant, session_id, found) == ["already_revealed"] * len(found)
    assert assistant.sent("reveal") == paid
    page = await assistant.call("list_profiles", session_id=session_id)
    revealed = {card["candidate_id"] for card in page["candidates"] if "emails" in card}
    assert revealed == set(found)


async def test_the_profiles_own_address_is_sent_unchanged(assistant: Assistant) -> None:
    session_id, ids = await candidates(assistant, 1)
    await reveal(assistant, session_id, ids)
    (call,) = (call for call in assistant.sandbox.calls if call.operation == "reveal")
    assert call.query["sourcingSessionId"] == session_id
    assert call.query["revealType"] == "EMAIL"
    assert call.query["linkedin_profile_url"].startswith("https://www.linkedin.com/in/")
    assert call.body is None


async def test_a_pending_phone_number_arrives_for_free() -> None:
    now = [1_800_000_000.0]
    sandbox = small_sandbox(phone_delay_seconds=120, clock=lambda: now[0])
    async with connected(sandbox) as assistant:
        session_id, ids = await candidates(assistant)
        statuses = await reveal(assistant, session_id, ids, "phone")
        assert set(statuses) <= {"pending", "not_found"}
        assert "pending" in statuses
        waiting = ids[statuses.index("pending")]
        arguments = {"session_id": session_id, "candidate_id": waiting}
        assert "phone" not in await assistant.call("get_candidate", **arguments)
        now[0] += 180
        arrived = [
            full["phone"]
            for one, status in zip(ids, statuses, strict=True)
            if status == "pending"
            for full in [
                await assistant.call("get_candidate", session_id=session_id, candidate_id=one)
            ]
            if "phone" in full
        ]
        assert arrived
        assert all("555" in number for numbers in arrived for number in numbers)
        assert assistant.sent("reveal") == len(ids)


async def test_a_candidate_of_another_session_is_rejected_before_anything_is_paid(
    assistant: Assistant,
) -> None:
    session_id, ids = await candidates(assistant, 1)
    text = await assistant.refusal(
        "reveal_contacts", session_id=session_id, candidate_ids=[*ids, "0" * 24], channel="email"
    )
    assert text == (
        f"Nothing was sent or charged: candidate_ids[1] {'0' * 24} is not in session "
        f"{session_id}; list_profiles shows the ids of its candidates."
    )
    assert assistant.sent("reveal") == 0


async def test_a_candidate_named_twice_is_rejected(assistant: Assistant) -> None:
    session_id, ids = await candidates(assistant, 1)
    text = await assistant.refusal(
        "reveal_contacts", session_id=session_id, candidate_ids=ids * 2, channel="email"
    )
    assert "names a candidate twice" in text


async def test_a_reveal_with_an_open_outcome_is_unknown_and_not_sent_again(
    assistant: Assistant,
) -> None:
    session_id, ids = await candidates(assistant, 1)
    assistant.sandbox.fail("reveal", Fault("drop_before"))
    result = await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
    )
    assert result["results"][0]["status"] == "unknown"
    assert "the outcome is not certain yet" in result["warning"]
    assert assistant.sent("reveal") == 1


async def test_if_credits_run_out_the_candidates_not_revealed_are_named() -> None:
    async with connected(small_sandbox(credits=8)) as assistant:
        session_id, ids = await candidates(assistant, 6)
        result = await assistant.call(
            "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
        )
        paid = sum(charge.amount for charge in assistant.sandbox.charges) - 5
        assert paid == result["credits"]["charged"] == 3
        missing = set(ids) - {item["candidate_id"] for item in result["results"]}
        assert missing
        assert all(one in result["warning"] for one in missing)
        text = await assistant.refusal(
            "reveal_contacts", session_id=session_id, candidate_ids=[*missing][:1], channel="email"
        )
        assert text.startswith("Nothing was charged: the sandbox has")


async def test_a_404_response_to_a_reveal_means_no_contact(assistant: Assistant) -> None:
    session_id, ids = await candidates(assistant, 1)
    assistant.sandbox.fail("reveal", Fault("status", status=404, body={}))
    assert await reveal(assistant, session_id, ids) == ["not_found"]


@pytest.mark.parametrize(
    "data",
    [
        [{"type": "EMAIL", "values": ["a@example.com"], "status": "FOUND"}],
        {"values": ["a@example.com"]},
        {"value": "a@example.com"},
        {"revealStatus": {"email": {"revealed": True, "values": ["a@example.com"]}}},
        ["a@example.com"],
        "a@example.com",
    ],
)
async def test_every_known_shape_of_a_reveal_is_read(assistant: Assistant, data: object) -> None:
    session_id, ids = await candidates(assistant, 1)
    assistant.sandbox.fail("reveal", Fault("status", status=200, body={"data": data}))
    result = await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
    )
    assert result["results"][0]["values"] == ["a@example.com"]
    assert result["results"][0]["status"] == "found"


async def test_an_empty_phone_response_that_says_not_found_is_not_found(
    assistant: Assistant,
) -> None:
    session_id, ids = await candidates(assistant, 1)
    data = [{"type": "PHONE", "values": [], "status": "NOT_FOUND"}]
    assistant.sandbox.fail("reveal", Fault("status", status=200, body={"data": data}))
    assert await reveal(assistant, session_id, ids, "phone") == ["not_found"]
