"""Logs and spans: useful to an operator, and free of searches and people."""

import logging
import os
import re
import sys
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.context import ClientRequestContext
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    ElicitRequestParams,
    ElicitResult,
    PromptReference,
    Request,
    ResourceTemplateReference,
    Result,
)
from opentelemetry import trace

from fj_mcp.server.build import build_server
from fj_mcp.server.sdk.protocol_errors import UNEXPECTED
from fj_mcp.server.sdk.tracing import RedactedSpans
from fj_mcp.settings.settings import Settings
from tests.support.assistant import CSHARP, ERAS, UNKNOWN_SESSION, connected, search_for, text_of
from tests.support.processes import (
    CLEAN,
    Api,
    Server,
    http_process,
    measuring,
    started,
    stdio_process,
)
from tests.support.span_collector import Collector, Span, collecting

pytestmark = [pytest.mark.unmeasured, pytest.mark.anyio, pytest.mark.xdist_group("telemetry")]

WORD = "Quokka"
"""A search term that occurs nowhere else."""

JOB = f"{WORD} keepers who write C# for a zoological garden in Pune, one to five years."
SESSION = ResourceTemplateReference(type="ref/resource", uri="fj://sessions/{session_id}")
REPORT = PromptReference(type="ref/prompt", name="shortlist_report")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as one:
        yield one


@asynccontextmanager
async def stdio_client_of(
    era: str, log: Path, settings: dict[str, str], **options: Any
) -> AsyncIterator[Client]:
    """A client of a stdio process, which ends with it; the process's stderr goes to `log`."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "fj_mcp"], env=CLEAN | settings
    )
    with log.open("w", encoding="utf-8") as stderr:
        async with Client(stdio_client(command, stderr), mode=era, **options) as client:
            yield client


async def agreed(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    return ElicitResult(action="accept", content={"approve": True})


class WholeRun:
    """A client's whole run, good and bad, and the private texts it must not leave in logs."""

    def __init__(self, client: Client, api: Api, key: str) -> None:
        self.client = client
        self.api = api
        self.private = {key, WORD, "zoological", "C#", "Pune"}
        self.tool_calls = 0

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The facts of a tool's result; none if it is an error."""
        answer = await self.client.call_tool(tool, arguments)
        self.tool_calls += 1
        return {} if answer.is_error else answer.structured_content or {}

    async def work(self) -> None:
        """Use every tool, prompt and kind of resource, and completion."""
        await self.client.list_tools()
        await self.call("suggest_filters", job_description=JOB)
        await self.call("search_filter_values", filter="regions", query="Pune")
        made = await self.call(
            "create_sourcing_session", title=f"{WORD} 1", filters=CSHARP, job_description=JOB
        )
        session = {"session_id": made["session_id"]}
        assert (await self.call("wait_for_session", **session))["status"] == "done"
        cards = (await self.call("list_profiles", **session, detail="detailed"))["candidates"]
        self._know(cards)
        ids = [card["candidate_id"] for card in cards[:3]]
        await self.call("get_candidate", **session, candidate_id=ids[0])
        for channel, shape in (("email", ".+@.+"), ("phone", r"\+?[\d ()-]{7,}")):
            values = await self._reveal(session["session_id"], ids, channel)
            assert any(re.fullmatch(shape, value) for value in values)
            self.private.update(values)
        await self.client.read_resource(
            f"fj://sessions/{made['session_id']}/profiles.csv?candidate_ids={','.join(ids)}"
        )
        for tool in ("show_candidates", "export_profiles", "get_session", "fetch_more_profiles"):
            await self.call(tool, **session)
        filters = {"regions": ["Pune, Maharashtra, India"]}
        await self.call("update_sourcing_session", **session, filters=filters)
        await self.call("wait_for_session", **session)
        self._know((await self.call("list_profiles", **session))["candidates"])
        await self.call("list_sessions")
        await self.call("get_spending")
        for uri in ("fj://filters", "fj://sessions", f"fj://sessions/{made['session_id']}"):
            await self.client.read_resource(uri)
        await self.client.get_prompt("source_candidates", {"job_description": JOB})
        await self.client.complete(SESSION, {"name": "session_id", "value": WORD})
        await self.client.complete(REPORT, {"name": "session_id", "value": WORD})

    async def fail(self) -> None:
        """Ask for what there is not, in the words of the search, and of an API that fails."""
        for tool, arguments in (
            ("create_sourcing_session", {"title": "x", "filters": {WORD: [WORD]}}),
            ("create_sourcing_session", {"title": "x", "filters": CSHARP | {"degree": WORD}}),
            ("search_filter_values", {"filter": WORD, "query": WORD}),
            ("get_candidate", {"session_id": UNKNOWN_SESSION, "candidate_id": "f" * 24}),
            ("get_session", {"session_id": WORD}),
            ("list_sessions", {WORD: WORD}),
        ):
            assert await self.call(tool, **arguments) == {}
        for kind in ("502_before", "429", "cut", "drop_before", "html", "status"):
            self.api.fail("project_sessions", kind, 0)
            await self.call("list_sessions")
        self.api.fail("create_session", "cut", 0)
        await self.call("create_sourcing_session", **search_for(f"{WORD} 2"))
        with suppress(MCPError):
            await self.client.call_tool(f"find_{WORD}")
        for uri in (f"fj://sessions/{WORD}", f"fj://{WORD}", f"fj://sessions/{UNKNOWN_SESSION}"):
            with pytest.raises(MCPError):
                await self.client.read_resource(uri)
        for method in ("tasks/get", WORD):
            request = Request[dict[str, Any], str](method=method, params={"taskId": WORD})
            with pytest.raises(MCPError):
                await self.client.session.send_request(request, Result)
        for prompt, given in ((WORD, {}), ("shortlist_report", {"session_id": WORD})):
            with pytest.raises(MCPError):
                await self.client.get_prompt(prompt, given)

    async def _reveal(self, session_id: str, ids: list[str], channel: str) -> list[str]:
        arguments = {"session_id": session_id, "candidate_ids": ids, "channel": channel}
        values: list[str] = []
        # The sandbox's phone numbers arrive after two seconds.
        with anyio.fail_after(10):
            while not values:
                results = (await self.call("reveal_contacts", **arguments))["results"]
                values = [value for result in results for value in result.get("values", ())]
                await anyio.sleep(0 if values else 0.25)
        return values

    def _know(self, cards: list[dict[str, Any]]) -> None:
        fields = ("candidate_id", "name", "headline", "company", "linkedin_url", "why")
        self.private.update(card[field] for card in cards for field in fields if card.get(field))
        self.private.update(part for card in cards for part in _parts(card.get("name", "")))

    def found_in(self, text: str) -> list[str]:
        """The private words in a text; a part of a name counts."""
        lowered = text.lower()
        return [
            word
            for word in self.private
            if re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", lowered)
            or (len(word) > 5 and word.lower() in lowered)
        ]


def _parts(name: str) -> list[str]:
    return [part for part in name.split() if len(part) > 2]


@pytest.mark.parametrize(("era", "level"), [(ERAS[0], "DEBUG"), (ERAS[1], "INFO")])
async def test_logs_and_spans_contain_no_search_terms_or_candidates_on_stdio(
    api: Api, collector: Collector, tmp_path: Path, era: str, level: str
) -> None:
    key, log = f"fjk_{era}{level}", tmp_path / "log"
    settings = {
        "FJ_API_KEY": key,
        "FJ_API_BASE_URL": api.address,
        "FJ_STATE_DIR": str(tmp_path),
        "FJ_EXPORT_DIR": str(tmp_path),
        "FJ_LOG_LEVEL": level,
    }
    given = settings | collector.variables
    async with stdio_client_of(era, log, given, elicitation_callback=agreed) as client:
        run = WholeRun(client, api, key)
        await run.work()
        await run.fail()
    text = log.read_text(encoding="utf-8")
    check_whole_run(run, text, collector)
    assert ("operation=profiles attempt=1" in text) == (level == "DEBUG")


async def test_logs_and_spans_contain_no_search_terms_or_candidates_over_http(
    api: Api, collector: Collector, tmp_path: Path
) -> None:
    runs = []
    settings = collector.variables | {"FJ_LOG_LEVEL": "DEBUG", "measured": False}
    with http_process(tmp_path, api=api, **settings) as server:
        for era in ERAS:
            key = f"fjk_http{era}"
            async with server.client(key, era, elicitation_callback=agreed) as client:
                run = WholeRun(client, api, key)
                await run.work()
                await run.fail()
                runs.append(run)
        server.end()
        text = server.log()
    runs[0].private |= runs[1].private
    runs[0].tool_calls += runs[1].tool_calls
    check_whole_run(runs[0], text, collector)


def check_whole_run(run: WholeRun, log: str, collector: Collector) -> None:
    """Assert that the run was recorded, without any private text."""
    assert len(run.private) > 50
    lines = [line for line in log.splitlines() if " fj_mcp: tool=" in line]
    # One that the person is asked about first may be two requests.
    assert len([line for line in lines if "=input_required " not in line]) == run.tool_calls
    assert any(re.search("outcome=ok ms=\\d+ credits=5 request=", line) for line in lines)
    assert "WARNING" not in log
    assert "ERROR" not in log
    names = {span.name for span in collector.spans()}
    assert {
        "tools/call reveal_contacts",
        "tools/call other",
        "tasks/get",
        "other",
        "prompts/get source_candidates",
        "prompts/get other",
        "resources/read",
        "completion/complete",
        "FutureJobs create_session",
        "FutureJobs reveal",
        "FutureJobs autocomplete",
    } <= names
    assert run.found_in(log) == []
    assert run.found_in(collector.text()) == []
    # The check would find it.
    assert run.found_in(f"GET /?query={WORD.lower()}&key=1") == [WORD]


async def test_a_tool_call_is_one_line_with_outcome_time_credits_and_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connected(log_level="INFO") as assistant:
        await assistant.search()
        await assistant.refusal("get_session", session_id=UNKNOWN_SESSION)
        await assistant.refusal("get_session", session_id="x")
    said = [re.fullmatch(r"(.+) ms=\d+(.*) request=(\d+)", line) for line in caplog.messages]
    assert [line and line.group(1, 2) for line in said] == [
        ("tool=create_sourcing_session outcome=ok", " credits=5"),
        ("tool=wait_for_session outcome=ok", ""),
        ("tool=get_session outcome=NotFound", ""),
        ("tool=get_session outcome=BadArguments", ""),
    ]
    assert len({line and line[3] for line in said}) == 4


async def test_calls_are_not_logged_by_default(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connected() as assistant:
        await assistant.search()
    assert caplog.messages == []


class Broken(httpx.AsyncBaseTransport):
    """A network with an unexpected failure."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise ExceptionGroup(WORD, [RuntimeError(WORD)])


async def test_a_crash_is_logged_with_its_stack_and_without_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        # As in a process of its own, where nothing else has set up a log.
        patched.setattr(logging.getLogger(), "handlers", [])
        async with Client(build_server(Settings(sandbox=True, log_level="INFO"), Broken)) as client:
            answer = await client.call_tool("list_sessions", {})
    assert answer.is_error
    assert text_of(answer) == UNEXPECTED
    said = capsys.readouterr().err
    assert "tool=list_sessions outcome=ExceptionGroup" in said
    assert "RuntimeError\n" in said
    assert "in handle_async_request" in said
    assert WORD not in said


async def test_spans_have_the_type_of_an_error_and_not_its_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As in a process that collects spans.
    monkeypatch.setattr(trace, "get_tracer_provider", trace.NoOpTracerProvider)
    seen: list[Exception] = []

    async def spans(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        try:
            return await call_next(ctx)
        except Exception as error:
            seen.append(error)
            raise

    async def fail(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if ctx.method == "tools/list":
            raise LookupError(WORD)
        if ctx.method == "prompts/list":
            raise MCPError(-32000, WORD)
        return await call_next(ctx)

    server = build_server(Settings(sandbox=True))
    server.middleware[0] = RedactedSpans(spans, ())
    server.middleware.append(fail)
    async with Client(server) as client:
        with pytest.raises(MCPError):
            await client.list_tools()
        with pytest.raises(MCPError, match=WORD):
            await client.list_prompts()
    assert [type(error).__qualname__ for error in seen] == ["LookupError", "MCPError"]
    assert not any(WORD in "".join(traceback.format_exception(error)) for error in seen)


def test_each_attempt_of_a_request_is_a_child_span_of_its_tool_call(
    api: Api, collector: Collector, tmp_path: Path
) -> None:
    with stdio_process(
        api, "fjk_attempts", tmp_path, **collector.variables, **measuring()
    ) as server:
        api.fail("project_sessions", "502_before", 0)
        server.call("list_sessions")
        api.fail("get_session", "drop_before", 0, times=3)
        server.refusal("get_session", session_id=UNKNOWN_SESSION)
        server.hang_up()
        server.process.wait(timeout=20)
    (tool,) = collector.spans("tools/call list_sessions")
    first, second = collector.spans("FutureJobs project_sessions")
    assert first.facts == {
        "futurejobs.operation": "project_sessions",
        "futurejobs.attempt": 1,
        "http.response.status_code": 502,
        "error.type": "502",
    }
    assert second.facts == {
        "futurejobs.operation": "project_sessions",
        "futurejobs.attempt": 2,
        "http.response.status_code": 200,
    }
    assert (first.failed, second.failed, tool.failed) == (True, False, False)
    assert {first.trace_id, second.trace_id} == {tool.trace_id}
    assert {first.parent_id, second.parent_id} == {tool.span_id}
    assert 0 < second.nanoseconds < tool.nanoseconds
    (failed,) = collector.spans("tools/call get_session")
    assert failed.failed
    broken = collector.spans("FutureJobs get_session")
    assert [span.facts["futurejobs.attempt"] for span in broken] == [1, 2, 3]
    assert {span.facts["error.type"] for span in broken} == {"RemoteProtocolError"}


def named(spans: list[Span]) -> set[str]:
    return {span.service for span in spans}


def test_the_last_spans_are_sent_when_a_stdio_server_is_stopped(
    api: Api, collector: Collector, tmp_path: Path
) -> None:
    variables = collector.variables | {"OTEL_RESOURCE_ATTRIBUTES": "service.name=recruiting"}
    with stdio_process(api, "fjk_asked", tmp_path, **variables) as server:
        server.call("list_sessions")
        assert collector.bodies == []
        server.process.terminate()
        server.process.wait(timeout=20)
    assert named(collector.spans("tools/call list_sessions")) == {"recruiting"}


def test_an_endpoint_that_does_not_respond_delays_neither_calls_nor_shutdown(
    api: Api, tmp_path: Path
) -> None:
    # Port 9 is discard: nothing listens there.
    unheard = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    with stdio_process(api, "fjk_unheard", tmp_path, **unheard) as server:
        server.call("list_sessions")
        server.hang_up()
        assert server.process.wait(timeout=4) == 0


@pytest.fixture
def without_packages(tmp_path: Path) -> dict[str, str]:
    """The variables of a process in which OpenTelemetry's optional packages cannot be loaded."""
    package = tmp_path / "opentelemetry" / "sdk"
    package.mkdir(parents=True)
    source = "import sys\nsys.stderr.write('loaded\\n')\nraise ImportError\n"
    (package / "__init__.py").write_text(source)
    return {"PYTHONPATH": str(tmp_path)}


async def test_missing_optional_packages_are_reported_in_one_sentence(
    api: Api, tmp_path: Path, without_packages: dict[str, str]
) -> None:
    log = tmp_path / "log"
    settings = {"FJ_SANDBOX": "1", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9"}
    settings |= without_packages | measuring()
    async with stdio_client_of(ERAS[1], log, settings) as client:
        assert not (await client.call_tool("list_sessions", {})).is_error
    loaded, sentence = log.read_text(encoding="utf-8").splitlines()
    assert loaded == "loaded"
    assert sentence.endswith(
        "WARNING fj_mcp: No spans are exported, although an OpenTelemetry endpoint is set: install "
        "this project with its extra otel (uv run --extra otel fj-mcp, or pip install '.[otel]' in "
        "its folder), or unset OTEL_EXPORTER_OTLP_ENDPOINT."
    )


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_SERVICE_NAME": "x"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
    ids=["nothing", "no-endpoint", "switched-off"],
)
async def test_without_an_endpoint_nothing_is_imported_or_logged(
    tmp_path: Path, without_packages: dict[str, str], variables: dict[str, str]
) -> None:
    log = tmp_path / "log"
    settings = {"FJ_SANDBOX": "1"} | variables | without_packages
    async with stdio_client_of(ERAS[1], log, settings) as client:
        assert not (await client.call_tool("list_sessions", {})).is_error
    assert log.read_text(encoding="utf-8") == ""


async def test_a_setting_that_opentelemetry_cannot_use_does_not_stop_the_server(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    settings = {
        "FJ_SANDBOX": "1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
        "OTEL_BSP_MAX_QUEUE_SIZE": "-1",
    } | measuring()
    async with stdio_client_of(ERAS[1], log, settings) as client:
        assert not (await client.call_tool("list_sessions", {})).is_error
    assert "an OpenTelemetry setting (OTEL_...) has a value that cannot be used" in log.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are POSIX's")
@pytest.mark.parametrize("how", ["stdio", "http"])
def test_an_unread_log_delays_neither_calls_nor_shutdown(
    api: Api, tmp_path: Path, how: str
) -> None:
    reading, writing = os.pipe()
    key = f"fjk_unread_{how}"
    used = {"FJ_API_KEY": key, "FJ_API_BASE_URL": api.address, "FJ_STATE_DIR": str(tmp_path)}
    settings = used | {"FJ_LOG_LEVEL": "DEBUG"}
    arguments = () if how == "stdio" else ("serve", "--http", "--port", "0")
    calls = 1_000
    with (
        os.fdopen(reading, "rb") as unread,
        os.fdopen(writing, "w") as stderr,
        started(arguments, settings, stderr=stderr) as process,
    ):
        os.set_blocking(unread.fileno(), False)
        if how == "stdio":
            server = Server(process)
            client = {"name": "test", "version": "1"}
            hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
            server.answers([server.request("initialize", hello)])
            for _ in range(calls):
                assert server.call("get_spending")["purchases"] == []
            server.hang_up()
        else:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            with httpx.Client(trust_env=False, timeout=10) as http:
                for number in range(calls):
                    call = {"name": "get_spending", "arguments": {}}
                    message = {"jsonrpc": "2.0", "id": number, "method": "tools/call"}
                    answer = http.post(address, json=message | {"params": call})
                    assert answer.status_code == 200
            process.terminate()
        process.wait(timeout=10)
        # More was logged than a pipe holds.
        assert len(unread.read(1_000_000)) > 60_000
