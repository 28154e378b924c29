"""Which requests are retried, which are not, and the delay before a retry."""

import email.utils
import time
from typing import Any

import anyio
import httpx
import pytest
import stamina
from mcp import Client

from fj_mcp.sandbox.faults import Fault
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from tests.support.assistant import (
    CSHARP,
    UNKNOWN_SESSION,
    Assistant,
    connected,
    small_sandbox,
    text_of,
)

pytestmark = pytest.mark.anyio

SEARCH = {"title": "Test", "filters": CSHARP}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("429", retry_after=0),
        Fault("502_before"),
        Fault("html", status=503),
        Fault("html", status=504),
        Fault("html", status=200),
        Fault("drop_before"),
        Fault("empty"),
        Fault("cut"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
async def test_a_free_request_survives_two_transient_failures(
    assistant: Assistant, fault: Fault
) -> None:
    assistant.sandbox.fail("project_sessions", fault, times=2)
    assert (await assistant.call("list_sessions"))["total"] == 0
    assert assistant.sent("project_sessions") == 3


async def test_job_descriptions_and_completions_are_free_and_retried(
    assistant: Assistant,
) -> None:
    assistant.sandbox.fail("annotation", Fault("502_before"), times=2)
    assistant.sandbox.fail("autocomplete", Fault("502_before"), times=2)
    suggested = await assistant.call("suggest_filters", job_description="C# in Pune")
    found = await assistant.call("search_filter_values", filter="regions", query="Pu")
    assert suggested["filters"]["skills"]
    assert found["values"]


async def test_a_missing_result_is_not_mistaken_for_an_empty_one(assistant: Assistant) -> None:
    nothing = Fault("status", status=200, body={"data": None})
    assistant.sandbox.fail("annotation", nothing, times=2)
    assistant.sandbox.fail("autocomplete", nothing, times=2)
    suggested = await assistant.call("suggest_filters", job_description="C# in Pune")
    found = await assistant.call("search_filter_values", filter="regions", query="Pu")
    assert suggested["filters"]["skills"]
    assert found["values"]


async def test_a_free_request_is_not_retried_when_a_retry_cannot_help(
    assistant: Assistant,
) -> None:
    assistant.sandbox.fail("project_sessions", Fault("status", status=500, body={}))
    await assistant.refusal("list_sessions")
    assert assistant.sent("project_sessions") == 1


@pytest.mark.parametrize("kind", ["502_before", "html", "drop_before"])
async def test_a_search_is_never_sent_again_while_its_outcome_is_open(
    assistant: Assistant, kind: str
) -> None:
    fault = Fault(kind, status=503)  # type: ignore[arg-type]
    assistant.sandbox.fail("create_session", fault)
    for _ in range(3):
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
        assert "the outcome is not certain yet. Nothing will be paid for twice" in text
    assert assistant.sent("create_session") == 1


@pytest.mark.parametrize("kind", ["502_after", "drop_after", "empty", "cut", "null_data"])
async def test_a_search_whose_response_was_lost_is_found_in_the_same_call(
    assistant: Assistant, kind: str
) -> None:
    assistant.sandbox.fail("create_session", Fault(kind))  # type: ignore[arg-type]
    started = await assistant.call("create_sourcing_session", **SEARCH)
    assert [charge.session_id for charge in assistant.sandbox.charges] == [started["session_id"]]
    assert started["credits"]["charged"] == 5
    assert assistant.sent("create_session") == 1


async def test_a_search_is_sent_again_after_a_rate_limit(assistant: Assistant) -> None:
    assistant.sandbox.fail("create_session", Fault("429", retry_after=0), times=2)
    started = await assistant.call("create_sourcing_session", **SEARCH)
    assert started["credits"]["charged"] == 5
    assert assistant.sent("create_session") == 3
    assert len(assistant.sandbox.charges) == 1


class Unreachable(httpx.AsyncBaseTransport):
    """A network that fails until the third attempt."""

    def __init__(self, inner: httpx.AsyncBaseTransport, error: type[httpx.TransportError]) -> None:
        self.inner = inner
        self.error = error
        self.refused = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.refused < 2:
            self.refused += 1
            raise self.error("no route", request=request)
        return await self.inner.handle_async_request(request)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_a_search_is_sent_again_when_no_connection_was_made(
    error: type[httpx.TransportError],
) -> None:
    sandbox = small_sandbox()
    network = Unreachable(sandbox.transport(), error)
    server = build_server(Settings(sandbox=True), lambda: network)
    async with Client(server) as client:
        answer = await client.call_tool("create_sourcing_session", SEARCH)
    assert not answer.is_error, text_of(answer)
    assert network.refused == 2
    assert len(sandbox.charges) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_the_wait_in_a_rate_limit_response_is_respected(form: str) -> None:
    sandbox = small_sandbox()
    seconds = 0.2 if form == "seconds" else 2
    asked = seconds if form == "seconds" else email.utils.formatdate(time.time() + 2, usegmt=True)
    with stamina.set_testing(False):
        async with connected(sandbox) as assistant:
            sandbox.fail("project_sessions", Fault("429", retry_after=asked))
            began = anyio.current_time()
            await assistant.call("list_sessions")
            # A date has no fractions of a second.
            assert anyio.current_time() - began >= (seconds if form == "seconds" else 0.9)


async def test_a_rate_limit_response_with_only_a_reset_time_is_waited_for() -> None:
    class Hurried(httpx.AsyncBaseTransport):
        """Rejects the first request until a reset in Unix seconds."""

        def __init__(self) -> None:
            self.asked: list[float] = []

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.asked.append(anyio.current_time())
            if len(self.asked) == 1:
                headers = {"RateLimit-Reset": f"{time.time() + 1.5}"}
                return httpx.Response(429, headers=headers, request=request)
            return httpx.Response(200, json={"data": []}, request=request)

    network = Hurried()
    with stamina.set_testing(False):
        async with Client(build_server(Settings(sandbox=True), lambda: network)) as client:
            answer = await client.call_tool("list_sessions", {})
    assert not answer.is_error, text_of(answer)
    first, second = network.asked
    # Without the header it would be one second.
    assert 1.4 < second - first < 10


async def test_the_next_request_waits_for_the_reset_when_no_requests_remain() -> None:
    sandbox = small_sandbox(rate_limit=1, rate_window_seconds=1)
    async with connected(sandbox) as assistant:
        await assistant.call("list_sessions")
        await assistant.call("list_sessions")
    # Had the second not waited, the API would have rejected it, and there would be a retry.
    assert assistant.sent("project_sessions") == 2


async def test_a_reset_beyond_the_deadline_is_reported_without_sending() -> None:
    sandbox = small_sandbox(rate_limit=1, rate_window_seconds=3600)
    async with connected(sandbox) as assistant:
        await assistant.call("list_sessions")
        text = await assistant.refusal("create_sourcing_session", **SEARCH)
    assert text.startswith("Nothing was charged: FutureJobs is rate limiting requests.")
    assert assistant.sent("create_session") == 0


async def test_all_attempts_together_stay_within_the_deadline() -> None:
    async with connected(call_deadline_seconds=1) as assistant:
        assistant.sandbox.fail("get_session", Fault("delay_before", seconds=0.7), times=1)
        assistant.sandbox.fail("get_session", Fault("delay_before", seconds=60), times=5)
        with anyio.fail_after(1.5):
            await assistant.refusal("get_session", session_id=UNKNOWN_SESSION)


async def test_the_key_is_in_no_error_no_result_and_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    key = "fjk_veryverysecret"
    settings: dict[str, Any] = {"sandbox": False, "api_key": key, "log_level": "DEBUG"}
    seen = []
    async with connected(**settings) as assistant:
        seen.append(str(await assistant.call("create_sourcing_session", **SEARCH)))
        for status in (400, 401, 402, 404, 422, 429, 500):
            body = {"message": "no", "key": "x"}
            assistant.sandbox.fail("project_sessions", Fault("status", status=status, body=body))
            seen.append(await assistant.refusal("list_sessions"))
    assert all(call.key == key for call in assistant.sandbox.calls)
    assert key not in "".join(seen) + caplog.text
    assert key not in repr(Settings.model_validate({"api_key": key}))
