"""The sentence a model reads for each failure."""

from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from fj_mcp.sandbox.faults import Fault
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from tests.support.assistant import (
    CSHARP,
    ERAS,
    UNKNOWN_SESSION,
    Assistant,
    connected,
    search_for,
    small_sandbox,
    text_of,
)

pytestmark = pytest.mark.anyio

SEARCH = {"title": "Test", "filters": CSHARP}


async def test_a_missing_key_is_explained_with_the_way_to_try_without_one() -> None:
    async with Client(build_server(Settings())) as client:
        answer = await client.call_tool("list_sessions", {})
    assert answer.is_error
    assert text_of(answer) == (
        "Nothing was sent or charged: no FutureJobs API key is set. Set FJ_API_KEY=fjk_… in the "
        "server's environment and restart it, or set FJ_SANDBOX=1 to try everything with fictional "
        "candidates and no key."
    )


async def test_every_call_names_an_invalid_setting_and_the_server_keeps_running() -> None:
    settings = Settings(problems=("FJ_MAX_WAIT_SECONDS must be a number",))
    async with Client(build_server(settings)) as client:
        text = text_of(await client.call_tool("list_sessions", {}))
    assert text == (
        "Nothing was sent or charged: FJ_MAX_WAIT_SECONDS must be a number. Correct the setting "
        "and restart the server; fj-mcp doctor checks all of them."
    )


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_says_which_setting_to_check(assistant: Assistant, status: int) -> None:
    assistant.sandbox.fail("project_sessions", Fault("status", status=status, body={}))
    assert await assistant.refusal("list_sessions") == (
        "Nothing was charged: FutureJobs rejected the API key. Check FJ_API_KEY (fj-mcp doctor "
        "shows more) and restart the server; calling again will not help until then."
    )
    assert assistant.sent("project_sessions") == 1


@pytest.mark.parametrize(
    ("real", "whose", "remedy"),
    [
        (True, "workspace", "Top up in FutureJobs"),
        (False, "sandbox", "Restart the server for new credits (free)"),
    ],
)
@pytest.mark.parametrize(("credits", "left"), [(8, "3 credits"), (6, "1 credit")])
async def test_too_few_credits_say_what_the_call_would_have_cost(
    real: bool, whose: str, remedy: str, credits: int, left: str
) -> None:
    settings: dict[str, Any] = {"sandbox": False, "api_key": "fjk_real"} if real else {}
    async with connected(small_sandbox(credits=credits), **settings) as assistant:
        await assistant.search()
        text = await assistant.refusal("create_sourcing_session", **search_for("Another"))
    assert text == (
        f"Nothing was charged: the {whose} has {left} left and a search costs 5. {remedy}, "
        "or use list_sessions to find searches that are already paid for."
    )


async def test_too_few_credits_without_numbers_are_still_one_sentence(assistant: Assistant) -> None:
    session_id = await assistant.search()
    assistant.sandbox.fail("update_session", Fault("status", status=402, body={}))
    text = await assistant.refusal(
        "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
    )
    assert text == (
        "Nothing was charged: the sandbox has too few credits left and an update costs more "
        "(FutureJobs does not publish the price). Restart the server for new credits (free), or "
        "use list_sessions to find searches that are already paid for."
    )


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_session", {}),
        ("list_profiles", {}),
        ("show_candidates", {}),
        ("export_profiles", {}),
        ("fetch_more_profiles", {}),
        ("update_sourcing_session", {"filters": {"open_to_work": True}}),
        ("wait_for_session", {}),
        ("get_candidate", {"candidate_id": "0" * 24}),
        ("reveal_contacts", {"candidate_ids": ["0" * 24], "channel": "email"}),
    ],
)
async def test_an_unknown_session_is_named_with_the_tool_that_lists_them(
    assistant: Assistant, tool: str, arguments: dict[str, object]
) -> None:
    assert await assistant.refusal(tool, session_id=UNKNOWN_SESSION, **arguments) == (
        f"Nothing was charged: FutureJobs has no session {UNKNOWN_SESSION} in this key's "
        "workspace. list_sessions shows the sessions it has."
    )


async def test_an_unknown_candidate_is_named_with_its_session(assistant: Assistant) -> None:
    session_id = await assistant.search()
    text = await assistant.refusal(
        "get_candidate", session_id=session_id, candidate_id=UNKNOWN_SESSION
    )
    assert text == (
        f"Nothing was charged: FutureJobs has no candidate {UNKNOWN_SESSION} in session "
        f"{session_id}. list_profiles shows the ids of that session's candidates."
    )


async def test_a_key_without_a_project_cannot_list_sessions_and_says_why() -> None:
    async with connected(sandbox=False, api_key="fjk_noproject") as assistant:
        text = await assistant.refusal("list_sessions")
    assert text == (
        "Nothing was charged: FutureJobs has no project for this key. Ask FutureJobs to assign the "
        "key to one; the ids of earlier sessions still work."
    )


@pytest.mark.parametrize("status", [400, 422])
async def test_the_apis_reasons_use_this_servers_names(assistant: Assistant, status: int) -> None:
    body = {
        "message": "Validation failed",
        "success": False,
        "statusCode": status,
        "errors": [
            {"queries.current_employers.title": "must be an array"},
            {"sessionTitle": "is too long"},
        ],
    }
    assistant.sandbox.fail("create_session", Fault("status", status=status, body=body))
    assert await assistant.refusal("create_sourcing_session", **SEARCH) == (
        "Nothing was charged: FutureJobs did not accept a search: filters.current_titles: “must be "
        "an array”; sessionTitle: “is too long”. Correct that and call create_sourcing_session "
        "again."
    )


async def test_a_rejection_without_field_reasons_quotes_the_apis_message(
    assistant: Assistant,
) -> None:
    fault = Fault("status", status=409, body={"message": "Session is locked."})
    assistant.sandbox.fail("create_session", fault)
    assert await assistant.refusal("create_sourcing_session", **SEARCH) == (
        "Nothing was charged: FutureJobs did not accept a search: “Session is locked”. Correct "
        "that and call create_sourcing_session again."
    )


async def test_a_failure_reported_only_in_the_body_is_a_failure(assistant: Assistant) -> None:
    body = {"success": False, "statusCode": 402, "message": "Insufficient credits"}
    assistant.sandbox.fail("create_session", Fault("status", status=200, body=body))
    text = await assistant.refusal("create_sourcing_session", **SEARCH)
    assert "too few credits left and a search costs 5" in text


async def test_a_rate_limit_that_does_not_end_soon_names_the_wait(assistant: Assistant) -> None:
    assistant.sandbox.fail("get_session", Fault("429", retry_after=90), times=5)
    text = await assistant.refusal("get_session", session_id=UNKNOWN_SESSION)
    assert text == (
        "Nothing was charged: FutureJobs is rate limiting requests. Call get_session again in 90 "
        "seconds."
    )
    assert assistant.sent("get_session") == 1


@pytest.mark.parametrize("kind", ["html", "502_before", "502_after"])
async def test_a_gateways_page_never_reaches_the_model(assistant: Assistant, kind: str) -> None:
    status = 503 if kind == "html" else 502
    fault = Fault(kind, status=status)  # type: ignore[arg-type]
    assistant.sandbox.fail("get_session", fault, times=3)
    assert await assistant.refusal("get_session", session_id=UNKNOWN_SESSION) == (
        f"FutureJobs returned an error (HTTP {status}). Nothing was charged; call get_session "
        "again in a minute."
    )


@pytest.mark.parametrize("kind", ["empty", "cut", "null_data"])
async def test_an_unreadable_response_to_a_free_request_is_one_sentence(
    assistant: Assistant, kind: str
) -> None:
    session_id = await assistant.search()
    assistant.sandbox.fail("get_session", Fault(kind), times=3)  # type: ignore[arg-type]
    assert await assistant.refusal("get_session", session_id=session_id) == (
        "FutureJobs sent a response that cannot be read. Nothing was charged; call get_session "
        "again in a minute."
    )


async def test_a_lost_connection_is_one_sentence(assistant: Assistant) -> None:
    assistant.sandbox.fail("project_sessions", Fault("drop_after"), times=3)
    assert await assistant.refusal("list_sessions") == (
        "The connection to FutureJobs was lost. Nothing was charged; call list_sessions again in a "
        "minute."
    )


@pytest.mark.parametrize("era", ERAS)
async def test_a_hanging_request_ends_before_the_client_gives_up(era: str) -> None:
    async with connected(era=era, call_deadline_seconds=4) as assistant:
        assistant.sandbox.fail("get_session", Fault("delay_before", seconds=60), times=3)
        text = await assistant.refusal("get_session", session_id=UNKNOWN_SESSION)
    assert text == (
        "FutureJobs did not respond within 4 seconds. Nothing was charged; call get_session again "
        "in a minute."
    )


async def test_an_unreachable_api_is_distinguished_from_a_failing_one(
    tmp_path: Path,
) -> None:
    settings = Settings.model_validate(
        # Port 9 is discard: nothing listens there.
        {"api_key": "fjk_test", "api_base_url": "http://127.0.0.1:9", "state_dir": tmp_path}
    )
    async with Client(build_server(settings)) as client:
        answer = await client.call_tool("create_sourcing_session", SEARCH)
    assert text_of(answer) == (
        "Nothing was sent or charged: FutureJobs cannot be reached. Check the network (and "
        "FJ_API_BASE_URL, if it is set), then call create_sourcing_session again."
    )


async def test_no_match_is_an_empty_result_that_says_how_to_widen_the_search(
    assistant: Assistant,
) -> None:
    nobody = {"skills": {"mandatory": ["C#", "Underwater Basket Weaving"]}}
    result = await assistant.call("create_sourcing_session", title="Nobody", filters=nobody)
    assert result["status"] == "done"
    assert result["expected_profiles"] == 0
    assert "session_id" not in result
    assert "skills “Underwater Basket Weaving” left out" in result["next_step"]
    assert assistant.sandbox.charges == []
