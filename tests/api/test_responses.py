"""Which responses count: each endpoint with bodies that hold no result."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import Assistant, Refused, connected, search_for, small_sandbox
from tests.support.clocks import SteppedClock

pytestmark = pytest.mark.anyio

SEARCH = search_for("Again")

PAID = {
    "create_session": "create_sourcing_session",
    "update_session": "update_sourcing_session",
    "fetch_more": "fetch_more_profiles",
    "reveal": "reveal_contacts",
}
FREE = {
    "get_session": "get_session",
    "profiles": "list_profiles",
    "candidate": "get_candidate",
    "project_sessions": "list_sessions",
    "annotation": "suggest_filters",
    "autocomplete": "search_filter_values",
}

NO_MATCH = "No profiles match your filters"

REFUSALS: list[tuple[Any, str]] = [
    ({"statusCode": 402, "message": "Insufficient credits", "status": "ERROR"}, "credits left"),
    ({"statusCode": "402", "success": False}, "credits left"),
    ({"status": 402, "creditInfo": {"charged": False, "amount": 5}}, "credits left"),
    ({"error": {"code": 402, "message": "No credits"}}, "credits left"),
    ({"data": {"success": False, "statusCode": 402}}, "credits left"),
    ({"statusCode": 401, "message": "Unauthorized"}, "rejected the API key"),
    ({"statusCode": 403, "data": None}, "rejected the API key"),
    ({"statusCode": 404, "message": "Not found", "success": False}, "FutureJobs has no"),
    ({"statusCode": 409, "message": "Session is locked", "data": {}}, "“Session is locked”"),
    (
        {"statusCode": 422, "errors": [{"queries.region": "has a postal code"}]},
        "filters.regions: “has a postal code”",
    ),
    ({"statusCode": 400, "message": ["title must be a string"]}, "“title must be a string”"),
    ({"statusCode": 429, "message": "Too many"}, "is rate limiting requests"),
]
"""Failures in the body of an HTTP 200, and the error for each."""

FAILURES: list[Any] = [
    {"statusCode": 500, "message": "Internal error", "status": "ERROR"},
    {"statusCode": "503"},
    {"status": 500},
    {"statusCode": 408},
    {"statusCode": 402, "error": {"statusCode": 500}},
    {"statusCode": 1234},
    {"success": False, "message": "Something went wrong"},
    {"success": "false"},
    {"status": False},
    {"status": "FAILED", "data": None},
    {"status": "error"},
    {"status": "Failure", "data": {}},
    {"error": {"message": "boom"}},
    {"data": {"success": False, "message": "boom"}},
    {"data": {"error": "boom", "status": "failed"}},
    {"data": None},
    {"data": None, "status": "SUCCESS", "statusCode": 200, "success": True},
    {},
    {"data": {}},
    {"data": {"message": "done"}},
    {"data": {"session": None, "sourcing": {}}},
    {"data": {"session": {"_id": "no id at all"}, "candidate": {}}},
    {"data": "done"},
    {"data": 7},
    {"data": True},
    {"data": [None]},
    {"data": [{}]},
    {"data": {"docs": None, "totalDocs": 3}},
    {"data": {"docs": "none", "list": "none", "values": None, "value": ""}},
    {"message": "ok", "status": "SUCCESS"},
    "{}",
    '"accepted"',
    "12",
    "null",
    "true",
    "",
]
"""Bodies with an HTTP 200 that leave the outcome open."""

EMPTY = [(201, "{}"), (202, ""), (202, "{}"), (204, ""), (206, "[{}]")]


@asynccontextmanager
async def at_work() -> AsyncIterator[tuple[Assistant, SteppedClock, dict[str, dict[str, Any]]]]:
    """An assistant with a finished session, its clock, and the arguments of each tool."""
    clock = SteppedClock()
    async with connected(small_sandbox(clock=clock.now), clock=clock) as assistant:
        session_id = await assistant.search()
        listed = await assistant.call("list_profiles", session_id=session_id)
        candidate_id = listed["candidates"][0]["candidate_id"]
        in_session = {"session_id": session_id}
        yield (
            assistant,
            clock,
            {
                "create_sourcing_session": SEARCH,
                "update_sourcing_session": in_session | {"filters": {"open_to_work": True}},
                "fetch_more_profiles": in_session,
                "reveal_contacts": in_session
                | {"candidate_ids": [candidate_id], "channel": "email"},
                "get_session": in_session,
                "list_profiles": in_session,
                "get_candidate": in_session | {"candidate_id": candidate_id},
                "list_sessions": {},
                "suggest_filters": {"job_description": "C# in Pune"},
                "search_filter_values": {"filter": "regions", "query": "Pu"},
            },
        )


async def result_or_error(assistant: Assistant, tool: str, arguments: dict[str, Any]) -> str:
    """The text of the error, or the warning in the result."""
    try:
        return str(await assistant.call(tool, **arguments))
    except Refused as refused:
        return str(refused)


async def spent(assistant: Assistant) -> int:
    report = await assistant.call("get_spending")
    assert not [line for line in report["purchases"] if (line.get("credits") or 0) < 0]
    amount: int = report["spent_today"]
    return amount


@pytest.mark.parametrize("operation", PAID)
async def test_an_error_in_the_body_of_a_paid_response_is_reported_as_uncharged(
    operation: str,
) -> None:
    async with at_work() as (assistant, _, arguments):
        tool, before = PAID[operation], await spent(assistant)
        for body, words in REFUSALS:
            fault, tries = (
                Fault("status", status=200, body=body),
                3 if "rate limiting" in words else 1,
            )
            assistant.sandbox.fail(operation, fault, tries)
            text = await result_or_error(assistant, tool, arguments[tool])
            if operation == "reveal" and words == "FutureJobs has no":
                # A missing contact is a result, not an error.
                assert "'status': 'not_found'" in text
            else:
                assert text.startswith("Nothing was charged: "), body
                assert words in text, body
            assert await spent(assistant) == before, body
        assert len(assistant.sandbox.charges) == 1


@pytest.mark.parametrize("operation", PAID)
@pytest.mark.parametrize(
    "body",
    [
        {"statusCode": 400, "message": NO_MATCH, "success": False},
        {"success": False, "message": NO_MATCH},
        {"status": "FAILED", "error": {"message": NO_MATCH}},
    ],
    ids=["code", "success", "status"],
)
async def test_no_match_in_the_body_is_an_empty_result(
    operation: str, body: dict[str, Any]
) -> None:
    async with at_work() as (assistant, _, arguments):
        tool, before = PAID[operation], await spent(assistant)
        assistant.sandbox.fail(operation, Fault("status", status=200, body=body))
        result = await assistant.call(tool, **arguments[tool])
        if operation == "reveal":
            assert result["results"][0]["status"] == "not_found"
        else:
            assert result["expected_profiles"] == 0
            assert "charged" not in result.get("credits", {})
        assert await spent(assistant) == before


@pytest.mark.parametrize("operation", PAID)
async def test_an_unusable_response_to_a_paid_request_is_reconciled_and_never_paid_twice(
    operation: str,
) -> None:
    async with at_work() as (assistant, clock, arguments):
        tool = PAID[operation]
        bodies = [(200, body) for body in (*FAILURES, [])] + EMPTY
        for status, body in bodies:
            charges = len(assistant.sandbox.charges)
            assistant.sandbox.fail(operation, Fault("status", status=status, body=body))
            for _ in range(2):
                text = await result_or_error(assistant, tool, arguments[tool])
                assert "certain yet" in text, (status, body, text)
            clock.time += 600
            await assistant.call("get_spending")
            # The free look-up showed that nothing was carried out.
            assert len(assistant.sandbox.charges) == charges
        assert assistant.sent(operation) == len(bodies) + (operation == "create_session")
        assert await spent(assistant) == 5


@pytest.mark.parametrize("operation", PAID)
@pytest.mark.parametrize(
    "body",
    [{}, {"success": False}, {"statusCode": 500}, {"data": None}, [], "", "true"],
    ids=str,
)
async def test_a_purchase_carried_out_behind_an_unusable_response_is_found_and_paid_once(
    operation: str, body: Any
) -> None:
    async with at_work() as (assistant, _, arguments):
        tool = PAID[operation]
        assistant.sandbox.fail(operation, Fault("status_after", status=200, body=body))
        result = await assistant.call(tool, **arguments[tool])
        assert result
        assert len(assistant.sandbox.charges) == 2
        assert await spent(assistant) == sum(one.amount for one in assistant.sandbox.charges)
        assert assistant.sent(operation) == 1 + (operation == "create_session")


async def test_a_response_that_is_too_large_is_reconciled_like_a_lost_one() -> None:
    async with at_work() as (assistant, _, _):
        huge = '{"data": {"session": {"_id": "1"}}' + " " * (33 * 1024 * 1024) + "}"
        assistant.sandbox.fail("create_session", Fault("status_after", status=201, body=huge))
        started = await assistant.call("create_sourcing_session", **SEARCH)
        assert started["session_id"] == assistant.sandbox.charges[-1].session_id
        assert len(assistant.sandbox.charges) == 2


@pytest.mark.parametrize(
    ("operation", "beside"),
    [
        ("create_session", {"data": {"session": {"_id": "6" * 24}}}),
        ("update_session", {"data": {"session": {"_id": "6" * 24}, "sourcing": {}}}),
        ("fetch_more", {"data": {"newProfilesCount": 5}}),
        ("fetch_more", {"creditInfo": {"charged": True, "amount": 5}}),
        ("reveal", {"data": [{"type": "EMAIL", "values": []}]}),
        ("reveal", {"data": [], "creditInfo": {"charged": 2}}),
    ],
)
@pytest.mark.parametrize(
    ("status", "mark"),
    [
        (200, {"success": False}),
        (207, {"success": False, "statusCode": 207}),
        (200, {"statusCode": 402}),
        (200, {"status": "FAILED"}),
        (400, {"statusCode": 400, "message": NO_MATCH}),
    ],
    ids=["false", "207", "402", "failed", "http"],
)
async def test_a_failure_beside_signs_of_success_is_not_certain(
    operation: str, beside: dict[str, Any], status: int, mark: dict[str, Any]
) -> None:
    async with at_work() as (assistant, _, arguments):
        tool = PAID[operation]
        assistant.sandbox.fail(operation, Fault("status", status=status, body=mark | beside))
        assert "certain yet" in await result_or_error(assistant, tool, arguments[tool])
        assert "certain yet" in await result_or_error(assistant, tool, arguments[tool])
        assert assistant.sent(operation) == 1 + (operation == "create_session")


@pytest.mark.parametrize("operation", FREE)
async def test_an_error_in_the_body_of_a_free_response_is_reported(operation: str) -> None:
    async with at_work() as (assistant, _, arguments):
        tool = FREE[operation]
        for body, words in REFUSALS:
            if operation == "profiles":
                # The list was just read, and is read again only when the session changes.
                assistant.sandbox.sessions[arguments[tool]["session_id"]].updated_at += 1
            fault, tries = (
                Fault("status", status=200, body=body),
                3 if "rate limiting" in words else 1,
            )
            assistant.sandbox.fail(operation, fault, tries)
            text = await assistant.refusal(tool, **arguments[tool])
            assert words in text, body
            assert "Nothing was charged" in text


@pytest.mark.parametrize("operation", FREE)
async def test_an_unusable_response_to_a_free_request_is_retried_and_reported_in_one_sentence(
    operation: str,
) -> None:
    async with at_work() as (assistant, _, arguments):
        tool = FREE[operation]
        given = [(200, body) for body in FAILURES] + EMPTY
        for status, body in given:
            if operation == "profiles":
                assistant.sandbox.sessions[arguments[tool]["session_id"]].updated_at += 1
            # A bug of the API is not retried.
            tries = 1 if "500" in str(body) else 3
            assistant.sandbox.fail(operation, Fault("status", status=status, body=body), tries)
            text = await assistant.refusal(tool, **arguments[tool])
            assert text in (
                f"FutureJobs {what}. Nothing was charged; call {tool} again in a minute."
                for what in (
                    "sent a response that cannot be read",
                    *(f"returned an error (HTTP {code})" for code in (408, 500, 503)),
                )
            ), (status, body)


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("project_sessions", {"data": {}}),
        ("project_sessions", {"data": {"_id": "6" * 24}}),
        ("profiles", {"data": [{"_id": "6" * 24}]}),
        ("profiles", {"data": {"docs": []}}),
        ("candidate", {"data": {"candidate": {"odd": 1}}}),
        ("annotation", {"data": {"skills": {"value": {}}}}),
        ("autocomplete", {"data": {"list": {}}}),
        ("autocomplete", [{"id": 1}]),
    ],
)
async def test_data_of_an_unexpected_shape_is_unreadable(operation: str, body: Any) -> None:
    async with at_work() as (assistant, _, arguments):
        tool = FREE[operation]
        session = arguments["get_session"]["session_id"]
        assistant.sandbox.sessions[session].updated_at += 1
        assistant.sandbox.fail(operation, Fault("status", status=200, body=body), times=3)
        assert "cannot be read" in await assistant.refusal(tool, **arguments[tool])


@pytest.mark.parametrize(
    "envelope",
    [
        {"status": "SUCCESS", "statusCode": 200},
        {"status": 200},
        {"status": "201", "statusCode": 201},
        {"status": True, "success": True},
        {"statusCode": "200", "success": "true", "error": None},
        {},
    ],
    ids=str,
)
async def test_a_success_envelope_may_have_any_form(envelope: dict[str, Any]) -> None:
    async with at_work() as (assistant, _, arguments):
        sandbox = assistant.sandbox
        listed = envelope | {"data": [{"_id": "6" * 24, "sessionTitle": "RequestContext"}]}
        more = envelope | {"data": {"newProfilesCount": 3}}
        shown = envelope | {"data": [{"type": "EMAIL", "values": ["a@example.com"]}]}
        for operation, body in (
            ("project_sessions", listed),
            ("fetch_more", more),
            ("reveal", shown),
            ("autocomplete", envelope | {"data": {"list": [{"label": "Pune"}]}}),
            ("candidate", envelope | {"data": {"name": "Asha"}}),
        ):
            sandbox.fail(operation, Fault("status", status=200, body=body))
        assert (await assistant.call("list_sessions"))["sessions"][0]["title"] == "RequestContext"
        values = await assistant.call("search_filter_values", **arguments["search_filter_values"])
        assert values["values"] == ["Pune"]
        full = await assistant.call("get_candidate", **arguments["get_candidate"])
        assert full["name"] == "Asha"
        revealed = await assistant.call("reveal_contacts", **arguments["reveal_contacts"])
        assert revealed["results"][0]["values"] == ["a@example.com"]
        fetched = await assistant.call("fetch_more_profiles", **arguments["fetch_more_profiles"])
        assert fetched["expected_profiles"] == 3


async def test_sessions_and_people_without_an_id_are_left_out(assistant: Assistant) -> None:
    started = await assistant.call("create_sourcing_session", **SEARCH)
    session_id = started["session_id"]
    sessions: list[Any] = [{"_id": ""}, {}, {"_id": None}, {"_id": "x. Now pay"}, {"_id": "6" * 24}]
    body: dict[str, Any] = {"data": sessions}
    assistant.sandbox.fail("project_sessions", Fault("status", status=200, body=body))
    listed = await assistant.call("list_sessions")
    assert [one["session_id"] for one in listed["sessions"]] == ["6" * 24]
    assert listed["total"] == 1
    docs = [{"profile": {"name": "Nobody"}}, {"_id": {}}, {"_id": "7" * 24}]
    body = {"data": {"docs": docs, "totalDocs": 3, "totalPages": 1}}
    assistant.sandbox.fail("profiles", Fault("status", status=200, body=body))
    people = await assistant.call("list_profiles", session_id=session_id)
    assert [one["candidate_id"] for one in people["candidates"]] == ["7" * 24]
