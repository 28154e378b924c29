"""The restrictions of MCP clients, checked for every tool in both eras.

Each client drops, cuts or refuses something; one bad tool can cost the whole list.
"""

import json
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from subprocess import PIPE
from typing import Any

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult, Tool

import fj_mcp
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from tests.front import CSHARP, ERAS, UNKNOWN_SESSION, Assistant, connected, small_sandbox, text_of

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]

TOOLS = (
    "suggest_filters",
    "search_filter_values",
    "create_sourcing_session",
    "wait_for_session",
    "list_profiles",
    "get_candidate",
    "show_candidates",
    "export_profiles",
    "fetch_more_profiles",
    "update_sourcing_session",
    "get_session",
    "list_sessions",
    "reveal_contacts",
    "get_spending",
)
PAID = {
    "create_sourcing_session",
    "fetch_more_profiles",
    "update_sourcing_session",
    "reveal_contacts",
}
WRITES = {"export_profiles"}
"""Free tools that create something new."""

UNTITLED = {
    # A page is a page.
    "list_profiles": {"page"},
    "list_sessions": {"page"},
}
"""Properties that need no description of their own."""

KNOWN_EVERYWHERE = {
    *("type", "properties", "required", "additionalProperties", "items", "enum", "description"),
    *("default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"),
}
"""The JSON Schema keywords for which no client drops a tool. Not among them: `$ref`, `$defs`,
`anyOf`, `oneOf`, `allOf` and `prefixItems`, and none that is not of JSON Schema at all."""

MOST_BYTES = 24_000
JOB = "Senior .NET developers in Pune, one to five years of experience. Must know C#."
REGISTERED = Path(fj_mcp.__file__).parents[1]


@pytest.fixture(params=ERAS)
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Assistant]:
    """An assistant of each era."""
    async with connected(era=request.param) as one:
        yield one


async def tools_of(assistant: Assistant) -> dict[str, Tool]:
    listing = await assistant.client.list_tools(cache_mode="bypass")
    assert listing.next_cursor is None
    return {tool.name: tool for tool in listing.tools}


@cache
def listed(era: str) -> dict[str, Tool]:
    """The tools as a client of an era receives them, listed once for all tests."""

    async def ask() -> dict[str, Tool]:
        async with connected(era=era) as assistant:
            return await tools_of(assistant)

    return anyio.run(ask)


def as_received(tool: Tool) -> dict[str, Any]:
    received: dict[str, Any] = tool.model_dump(mode="json", by_alias=True, exclude_none=True)
    return received


def nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with its path: `filters.skills.core[]`."""
    assert path.count(".") + path.count("[") < 8, f"{path} never ends"
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from nodes(inner, f"{path}.{name}".removeprefix("."))
    if isinstance(schema.get("items"), dict):
        yield from nodes(schema["items"], f"{path}[]")


def words_of(value: Any) -> Iterator[str]:
    """Every key in a JSON value that is a schema's own word, not a property's name."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "properties":
                for schema in inner.values():
                    yield from words_of(schema)
            else:
                yield key
                yield from words_of(inner)
    elif isinstance(value, list):
        for item in value:
            yield from words_of(item)


# Listing


async def test_the_tools_are_few_and_always_listed_in_the_same_order(either: Assistant) -> None:
    for _ in range(3):
        assert tuple(await tools_of(either)) == TOOLS
    assert len(TOOLS) <= 15


def test_both_eras_receive_the_same_tools() -> None:
    lists = [[as_received(tool) for tool in listed(era).values()] for era in ERAS]
    assert lists[0] == lists[1]
    for first, second in zip(*lists, strict=True):
        for schema in ("inputSchema", "outputSchema"):
            assert list(first[schema]["properties"]) == list(second[schema]["properties"])


@pytest.mark.parametrize("era", ERAS)
def test_names_descriptions_and_input_schemas_take_at_most_20_kilobytes(era: str) -> None:
    shown = [
        {"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}
        for tool in listed(era).values()
    ]
    assert len(json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()) <= 20_000


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_instructions_start_with_what_the_server_is_for(mode: str) -> None:
    server = build_server(Settings(sandbox=True))
    async with Client(server, mode=mode) as client:
        assert client.protocol_version == (ERAS[0] if mode == "auto" else "2025-11-25")
        instructions = client.instructions or ""
        known = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert len(instructions) <= 2_000
    first = instructions.split(".")[0].lower()
    assert first.startswith("find and reach candidates")
    assert {"job", "skills", "shortlist"} <= set(re.findall(r"\w+", first))
    arguments = {name for tool in known.values() for name in tool.input_schema["properties"]}
    named = set(re.findall(r"[a-z]+(?:_[a-z]+)+", instructions)) - {"next_step"}
    assert named <= known.keys() | arguments


async def test_read_only_hides_the_tools_that_spend() -> None:
    for era in ERAS:
        async with connected(era=era, read_only=True) as assistant:
            assert tuple(await tools_of(assistant)) == tuple(t for t in TOOLS if t not in PAID)


# Every tool by itself


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_has_a_short_name_a_title_and_all_four_hints(era: str, name: str) -> None:
    tool = listed(era)[name]
    assert len(name) <= 40
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)
    assert tool.title
    hints = tool.annotations
    assert hints is not None
    assert hints.read_only_hint is (name not in PAID | WRITES)
    for hint in (hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint):
        assert isinstance(hint, bool)
    if name in PAID | WRITES:
        assert hints.idempotent_hint is False
    if name not in PAID:
        assert hints.destructive_hint is False


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_a_description_is_short_says_what_a_call_costs_and_names_a_sibling(
    era: str, name: str
) -> None:
    description = listed(era)[name].description or ""
    assert 80 < len(description) <= 1_000
    assert "\n" not in description
    if name in PAID:
        assert re.search(r"\bcosts (\d+ )?credits\b", description.lower())
    else:
        assert re.search(r"\bfree\b", description.lower())
    siblings = set(re.findall(r"[a-z]+(?:_[a-z]+)+", description)) & set(TOOLS)
    assert siblings - {name}


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_schemas_use_no_keyword_that_a_client_drops_or_rejects(era: str, name: str) -> None:
    tool = listed(era)[name]
    assert tool.output_schema is not None
    for schema in (tool.input_schema, tool.output_schema):
        Draft202012Validator.check_schema(schema)
        assert set(words_of(schema)) <= KNOWN_EVERYWHERE
        assert schema["type"] == "object"
        for path, node in nodes(schema):
            kind = node.get("type")
            assert isinstance(kind, str) or path.endswith(".additionalProperties"), path
            assert kind != "null", path
            assert None not in (node.get("const", ""), node.get("default", "")), path
            assert None not in node.get("enum", []), path
            assert not any("." in inner for inner in node.get("properties", {})), path
            if kind == "array":
                assert isinstance(node["items"], dict), path
            if kind == "object":
                assert "properties" in node, path


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", TOOLS)
def test_every_input_is_described_and_every_stated_bound_is_in_the_words(
    era: str, name: str
) -> None:
    schema = listed(era)[name].input_schema
    assert schema["additionalProperties"] is False
    undescribed = set()
    for path, node in nodes(schema):
        words = node.get("description", "")
        for bound in ("minimum", "maximum"):
            if bound in node:
                assert str(node[bound]) in re.findall(r"-?\d+", words), f"{path} {bound}"
        parent, _, side = path.rpartition(".")
        inherits = path.endswith("[]") or side in ("min", "max") or parent == "filters.skills"
        if not (words or inherits or path == ""):
            undescribed.add(path)
    if name == "update_sourcing_session":
        # Its lists of words are described in create_sourcing_session.
        create = listed(era)["create_sourcing_session"].input_schema
        described = dict(nodes(create))
        lists = {path for path in undescribed if path.startswith("filters.")}
        assert all(
            described[path]["type"] == "array" and described[path]["description"] for path in lists
        )
        undescribed -= lists
    assert undescribed <= UNTITLED.get(name, set())


# Every tool's result


async def every_tool(assistant: Assistant) -> dict[str, CallToolResult]:
    """One result of each tool, from one job."""
    client = assistant.client
    results: dict[str, CallToolResult] = {}

    async def call(tool: str, **arguments: Any) -> Any:
        answer = await client.call_tool(tool, arguments)
        assert not answer.is_error, text_of(answer)
        results[tool] = answer
        return answer.structured_content

    suggested = await call("suggest_filters", job_description=JOB)
    await call("search_filter_values", filter="regions", query="Pun")
    started = await call(
        "create_sourcing_session", title="All", filters=suggested["filters"], job_description=JOB
    )
    session_id = started["session_id"]
    waited = await call("wait_for_session", session_id=session_id)
    best = waited["top_candidates"][0]["candidate_id"]
    await call("list_profiles", session_id=session_id, detail="detailed", min_score=1)
    await call("get_candidate", session_id=session_id, candidate_id=best)
    await call("show_candidates", session_id=session_id)
    await call("export_profiles", session_id=session_id)
    await call("get_session", session_id=session_id)
    await call("list_sessions")
    await call("reveal_contacts", session_id=session_id, candidate_ids=[best], channel="phone")
    await call(
        "update_sourcing_session",
        session_id=session_id,
        filters={"years_of_experience": {"min": 1}},
        remove_filters=["regions"],
    )
    await call("fetch_more_profiles", session_id=session_id)
    await call("get_spending")
    assert results.keys() == set(TOOLS)
    return results


async def test_every_result_is_sent_twice_compact_and_as_declared(either: Assistant) -> None:
    tools = await tools_of(either)
    for name, answer in (await every_tool(either)).items():
        text, facts = text_of(answer), answer.structured_content
        assert isinstance(facts, dict), name
        assert text == json.dumps(facts, ensure_ascii=False, separators=(",", ":")), name
        assert "null" not in re.sub(r'"[^"]*"', "", text), name
        assert len(text.encode()) <= MOST_BYTES, name
        declared = tools[name].output_schema
        assert declared is not None
        Draft202012Validator(declared).validate(facts)
        # What the schema does not name, a reader of the schema does not know of.
        assert facts.keys() <= declared["properties"].keys(), name


async def test_no_match_is_a_result_as_declared_and_not_an_error(either: Assistant) -> None:
    filters = {"skills": {"mandatory": ["C#"]}, "schools": ["No School Anywhere"]}
    answer = await either.client.call_tool(
        "create_sourcing_session", {"title": "Nobody", "filters": filters}
    )
    assert not answer.is_error
    declared = (await tools_of(either))["create_sourcing_session"].output_schema
    assert declared is not None
    Draft202012Validator(declared).validate(answer.structured_content)


async def test_a_read_only_server_never_suggests_a_tool_that_it_does_not_have() -> None:
    sandbox = small_sandbox()
    nobody = Fault("status", status=200, body={"data": {"docs": [], "totalDocs": 0}})
    steps: list[str] = []
    async with connected(sandbox, read_only=True) as assistant:
        steps.append((await assistant.call("list_sessions"))["next_step"])
    async with connected(sandbox) as assistant:
        session_id = await assistant.search()
    async with connected(sandbox, read_only=True) as assistant:
        known = await tools_of(assistant)
        for tool, more in (
            ("list_sessions", {}),
            ("get_session", {}),
            ("wait_for_session", {}),
            ("list_profiles", {"page": 5}),
            ("show_candidates", {}),
            ("export_profiles", {}),
            ("get_spending", {}),
        ):
            taken = known[tool].input_schema["properties"]
            session = {"session_id": session_id} if "session_id" in taken else {}
            steps.append((await assistant.call(tool, **session, **more)).get("next_step", ""))
    async with connected(sandbox, read_only=True) as assistant:
        sandbox.fail("profiles", nobody, times=9)
        for tool in ("wait_for_session", "list_profiles", "show_candidates", "export_profiles"):
            steps.append((await assistant.call(tool, session_id=session_id))["next_step"])
    assert sum("list_profiles" in step for step in steps) >= 3
    for step in steps:
        assert not any(name in step for name in PAID), step


def arguments_for(session_id: str = UNKNOWN_SESSION) -> dict[str, dict[str, Any]]:
    """Arguments for each tool that need the API, for the session named."""
    session = {"session_id": session_id}
    return {
        "suggest_filters": {"job_description": JOB},
        "search_filter_values": {"filter": "regions", "query": "Pun"},
        "create_sourcing_session": {"title": "Any", "filters": CSHARP},
        "wait_for_session": session | {"max_wait_seconds": 0},
        "list_profiles": session,
        "get_candidate": session | {"candidate_id": "c" * 24},
        "show_candidates": session,
        "export_profiles": session,
        "fetch_more_profiles": session,
        "update_sourcing_session": session | {"title": "Other"},
        "get_session": session,
        "list_sessions": {},
        "reveal_contacts": session | {"candidate_ids": ["c" * 24], "channel": "email"},
        "get_spending": {},
    }


ENDPOINTS = {
    "suggest_filters": "annotation",
    "search_filter_values": "autocomplete",
    "create_sourcing_session": "create_session",
    "wait_for_session": "get_session",
    "list_profiles": "profiles",
    "get_candidate": "candidate",
    "fetch_more_profiles": "fetch_more",
    "update_sourcing_session": "update_session",
    "get_session": "get_session",
    "list_sessions": "project_sessions",
    "reveal_contacts": "profiles",
}
"""The request of each tool that fails in these tests."""


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_an_error_is_marked_and_is_one_block_of_text(era: str, name: str) -> None:
    async with connected(era=era) as assistant:
        arguments = arguments_for(await assistant.search())[name]
        for fault in (Fault("status", status=500), Fault("html", status=503), Fault("429")):
            # Candidates once read are kept, so only the session's own request is sure to be made.
            operation = "get_session" if name == "list_profiles" else ENDPOINTS[name]
            assistant.sandbox.fail(operation, fault, times=3)
            answer = await assistant.client.call_tool(name, arguments)
            assert answer.is_error
            assert answer.structured_content is None
            text = text_of(answer)
            assert "\n" not in text
            assert not re.search("Error executing|Traceback|<html|pydantic", text)


# Sizes


@asynccontextmanager
async def large_session(era: str) -> AsyncIterator[tuple[Assistant, str]]:
    async with connected(Sandbox(first_batch=300, match_seconds=0), era) as assistant:
        yield assistant, await assistant.search(skills={"core": ["Python", "Java", "SQL"]})


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("detail", ["concise", "detailed"])
async def test_the_largest_page_of_candidates_fits(era: str, detail: str) -> None:
    async with large_session(era) as (assistant, session_id):
        for page in range(1, 7):
            shown = await assistant.client.call_tool(
                "list_profiles",
                {"session_id": session_id, "limit": 50, "page": page, "detail": detail},
            )
            assert shown.structured_content["total"] == 300
            assert len(shown.structured_content["candidates"]) == 50
            assert len(text_of(shown).encode()) <= MOST_BYTES


async def test_every_candidate_in_full_fits() -> None:
    async with large_session(ERAS[0]) as (assistant, session_id):
        largest = 0
        for page in range(1, 7):
            shown = await assistant.call(
                "list_profiles", session_id=session_id, limit=50, page=page
            )
            for card in shown["candidates"][::5]:
                answer = await assistant.client.call_tool(
                    "get_candidate",
                    {"session_id": session_id, "candidate_id": card["candidate_id"]},
                )
                largest = max(largest, len(text_of(answer).encode()))
        assert 1_000 < largest <= MOST_BYTES


@pytest.mark.parametrize("letter", ["x", "検"])
async def test_50_sessions_with_the_longest_titles_fit(letter: str) -> None:
    async with connected(small_sandbox(credits=1_000)) as assistant:
        for _ in range(50):
            await assistant.call(
                "create_sourcing_session",
                title=letter * 200,
                filters=CSHARP,
                allow_duplicate=True,
            )
        answer = await assistant.client.call_tool("list_sessions", {"limit": 50})
        assert len(answer.structured_content["sessions"]) == 50
        assert len(text_of(answer).encode()) <= MOST_BYTES


async def test_a_search_over_a_thousand_companies_is_rejected_or_fits() -> None:
    companies = [f"Example Software Company Number {number}" for number in range(1_000)]
    async with connected() as assistant:
        answer = await assistant.client.call_tool(
            "create_sourcing_session",
            {"title": "Many", "filters": CSHARP | {"current_companies": companies}},
        )
        assert len(text_of(answer).encode()) <= MOST_BYTES


async def test_filters_from_the_longest_job_description_fit() -> None:
    async with connected() as assistant:
        answer = await assistant.client.call_tool(
            "suggest_filters", {"job_description": (JOB + "検索。").ljust(30_000, "検")}
        )
        assert not answer.is_error
        assert len(text_of(answer).encode()) <= MOST_BYTES


# What clients do to arguments


async def test_a_nested_argument_may_be_a_json_string(either: Assistant) -> None:
    filters = CSHARP | {"years_of_experience": {"min": 1, "max": 5}}
    started = await either.call(
        "create_sourcing_session", title="String", filters=json.dumps(filters)
    )
    assert started["filters"] == filters
    updated = await either.call(
        "update_sourcing_session",
        session_id=started["session_id"],
        filters=json.dumps({"open_to_work": True}),
        remove_filters=json.dumps(["years_of_experience"]),
    )
    assert updated["filters"] == CSHARP | {"open_to_work": True}
    session_id = started["session_id"]
    waited = await either.call("wait_for_session", session_id=session_id)
    best = waited["top_candidates"][0]["candidate_id"]
    revealed = await either.call(
        "reveal_contacts",
        session_id=session_id,
        candidate_ids=json.dumps([best]),
        channel="email",
    )
    assert revealed["results"][0]["candidate_id"] == best


# Without a key


@pytest.mark.parametrize("era", ERAS)
async def test_without_a_key_tools_are_listed_and_calls_explain_how_to_set_one(era: str) -> None:
    api = small_sandbox()
    async with connected(api, era, sandbox=False) as assistant:
        assert tuple(await tools_of(assistant)) == TOOLS
        for name, arguments in arguments_for().items():
            text = await assistant.refusal(name, **arguments)
            assert text.startswith("Nothing was sent or charged: "), name
            assert "FJ_API_KEY=fjk_" in text, name
            assert "FJ_SANDBOX=1" in text, name
    assert not api.calls


# Time

GROUPS = {
    "filters": ("suggest_filters", "search_filter_values"),
    "sessions": ("get_session", "list_sessions", "wait_for_session"),
    "candidates": ("list_profiles", "get_candidate"),
    "purchases": (
        "create_sourcing_session",
        "fetch_more_profiles",
        "update_sourcing_session",
        "reveal_contacts",
    ),
}


def test_every_tool_is_in_a_group() -> None:
    assert sorted(name for group in GROUPS.values() for name in group) == sorted(ENDPOINTS)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("group", GROUPS)
async def test_a_call_returns_within_its_deadline_when_the_api_hangs(era: str, group: str) -> None:
    api = small_sandbox()
    async with connected(api) as assistant:
        # The invented people and the session are there before the clock starts.
        session_id = await assistant.search()
        shown = await assistant.call("list_profiles", session_id=session_id)
        best = shown["candidates"][0]["candidate_id"]
    late: dict[str, float] = {}

    async def call(assistant: Assistant, name: str) -> None:
        arguments = arguments_for(session_id)[name]
        if "candidate_id" in arguments:
            arguments = arguments | {"candidate_id": best}
        if "candidate_ids" in arguments:
            arguments = arguments | {"candidate_ids": [best]}
        started = time.monotonic()
        answer = await assistant.client.call_tool(name, arguments)
        late[name] = time.monotonic() - started
        assert answer.is_error, name
        assert "second" in text_of(answer), name

    async with connected(api, era, call_deadline_seconds=1) as assistant:
        for name in GROUPS[group]:
            api.fail(ENDPOINTS[name], Fault("delay_before", seconds=30), times=10)
        with anyio.fail_after(10):
            async with anyio.create_task_group() as calls:
                for name in GROUPS[group]:
                    calls.start_soon(call, assistant, name)
    assert late.keys() == set(GROUPS[group])
    assert max(late.values()) < 1.5


# A real process


def process(folder: Path, *arguments: str, **environment: str) -> StdioServerParameters:
    """The server as a client starts it, in an empty folder and with no settings but these."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "fj_mcp", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(REGISTERED)} | environment,
    )


@pytest.mark.parametrize("era", ERAS)
async def test_a_process_on_stdio_lists_its_tools_answers_and_keeps_its_log_clean(
    era: str, tmp_path: Path
) -> None:
    log = tmp_path / "stderr.txt"
    word = "Zanzibarian"
    with log.open("w") as errors:
        server = stdio_client(process(tmp_path, "--sandbox", FJ_LOG_LEVEL="DEBUG"), errors)
        async with Client(server, mode=era) as client:
            assistant = Assistant(client, Sandbox())
            assert tuple(await tools_of(assistant)) == TOOLS
            found = await assistant.call("search_filter_values", filter="regions", query=word)
            assert found["values"] == []
    assert word not in log.read_text()


async def test_stdout_of_a_process_carries_protocol_and_nothing_else(tmp_path: Path) -> None:
    initialize = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    call = '{"name": "list_profiles", "arguments": {"session_id": "%s", "%s": %s}}'
    requests = [
        ("initialize", json.dumps(initialize)),
        ("tools/list", "{}"),
        ("tools/call", call % (UNKNOWN_SESSION, "page", "1")),
        # Not JSON, but what Python's own encoder writes; a client may send it.
        ("tools/call", call % (UNKNOWN_SESSION, "min_score", "NaN")),
        ("tools/call", call % (UNKNOWN_SESSION, "page", "-Infinity")),
        ("tools/call", call % (UNKNOWN_SESSION, "page", "9" * 3_000)),
    ]
    lines = []
    server = process(tmp_path, "--sandbox")
    async with await anyio.open_process(
        [server.command, *server.args], cwd=server.cwd, env=server.env, stdin=PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        answers = BufferedByteReceiveStream(running.stdout)
        with anyio.fail_after(30):
            for number, (method, parameters) in enumerate(requests):
                request = (
                    f'{{"jsonrpc": "2.0", "id": {number}, "method": "{method}", '
                    f'"params": {parameters}}}\n'
                )
                await running.stdin.send(request.encode())
                lines.append(await answers.receive_until(b"\n", 1_000_000))
                if method == "initialize":
                    await running.stdin.send(
                        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'
                    )
            await running.stdin.aclose()
            rest = b"".join([chunk async for chunk in running.stdout])
            complaints = b"".join([chunk async for chunk in running.stderr])
            await running.wait()
    messages = [json.loads(line) for line in lines]
    assert [message["id"] for message in messages] == list(range(len(requests)))
    assert all(message["jsonrpc"] == "2.0" for message in messages)
    assert rest == b""
    assert b"Traceback" not in complaints
    for message in messages[3:]:
        assert message["result"]["isError"], message
        text = message["result"]["content"][0]["text"]
        assert text.startswith("Nothing was sent or charged: "), text


async def test_a_process_without_a_key_answers_initialize_and_says_so_when_called(
    tmp_path: Path,
) -> None:
    started = time.monotonic()
    with (tmp_path / "stderr.txt").open("w") as errors:
        async with Client(stdio_client(process(tmp_path), errors), mode="legacy") as client:
            # Clients give up on an unanswered initialize after 30 seconds.
            assert time.monotonic() - started < 15
            assert client.server_info is not None
            assert client.server_info.name == "fj-mcp"
            answer = await client.call_tool("list_sessions", {})
            assert answer.is_error
            assert "FJ_API_KEY" in text_of(answer)
