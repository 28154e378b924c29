"""Rules of clients for every tool call: shape, size, errors and time."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp_types import CallToolResult

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, ERAS, Assistant, connected, small_sandbox, text_of
from tests.support.tool_calls import ENDPOINTS, JOB, TOOLS, arguments_for, tools_of

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]


MAX_BYTES = 24_000


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
    one = {"session_id": session_id, "candidate_ids": [best]}
    await call("review_candidates", **one, decision="shortlisted", note="Call on Monday.")
    await call("export_profiles", session_id=session_id)
    await call("get_session", session_id=session_id)
    await call("list_sessions")
    await call(
        "update_sourcing_session",
        session_id=session_id,
        filters={"years_of_experience": {"min": 1}},
        remove_filters=["regions"],
    )
    await call("fetch_more_profiles", session_id=session_id)
    found = await client.call_tool("list_profiles", {"session_id": session_id})
    best = found.structured_content["candidates"][0]["candidate_id"]
    await call("reveal_contacts", session_id=session_id, candidate_ids=[best], channel="phone")
    # This client cannot ask the user, so the first call is refused.
    await client.call_tool("forget_candidates", one)
    await call("forget_candidates", **one)
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
        assert len(text.encode()) <= MAX_BYTES, name
        declared = tools[name].output_schema
        assert declared is not None
        Draft202012Validator(declared).validate(facts)
        # What the schema does not name, a reader of the schema does not know of.
        assert facts.keys() <= declared["properties"].keys(), name


async def test_nobody_fitting_is_a_result_as_declared_and_not_an_error(either: Assistant) -> None:
    filters = {"skills": {"mandatory": ["C#"]}, "schools": ["No School Anywhere"]}
    answer = await either.client.call_tool(
        "create_sourcing_session", {"title": "Nobody", "filters": filters}
    )
    assert not answer.is_error
    declared = (await tools_of(either))["create_sourcing_session"].output_schema
    assert declared is not None
    Draft202012Validator(declared).validate(answer.structured_content)


async def test_a_read_only_server_never_advises_a_tool_that_it_does_not_have() -> None:
    sandbox = small_sandbox()
    nobody = Fault("status", status=200, body={"data": {"docs": [], "totalDocs": 0}})
    texts: list[str] = []

    async def call(assistant: Assistant, tool: str, **arguments: Any) -> None:
        result = await assistant.call(tool, **arguments)
        for name in ("next_step", "warning", "suggestions"):
            texts.append(json.dumps(result.get(name, "")))

    async with connected(sandbox, read_only=True) as assistant:
        await call(assistant, "list_sessions")
    async with connected(sandbox) as assistant:
        session_id = await assistant.search()
    async with connected(sandbox, read_only=True) as assistant:
        known = await tools_of(assistant)
        page = await assistant.call("list_profiles", session_id=session_id)
        someone = {"candidate_id": page["candidates"][0]["candidate_id"]}
        for tool in known:
            more = {
                "get_candidate": someone,
                "review_candidates": {"candidate_ids": [someone["candidate_id"]]},
            }
            arguments = arguments_for(session_id)[tool] | more.get(tool, {})
            if tool == "forget_candidates":
                await assistant.refusal(tool, **arguments)
            await call(assistant, tool, **arguments)
        listing = [tool for tool in known if "query" in known[tool].input_schema["properties"]]
        parts: tuple[dict[str, Any], ...] = ({"query": "zzz"}, {"min_score": 5})
        for tool in set(listing) - {"search_filter_values"}:
            for part in parts:
                await call(assistant, tool, session_id=session_id, **part)
        await call(assistant, "list_profiles", session_id=session_id, page=5)
        await call(assistant, "suggest_filters", job_description="We are a nice company.")
    for fault in (nobody, Fault("status", status=500)):
        async with connected(sandbox, read_only=True) as assistant:
            sandbox.fail("profiles", fault, times=9)
            await call(assistant, "wait_for_session", session_id=session_id)
            if fault is nobody:
                for tool in ("list_profiles", "show_candidates", "export_profiles"):
                    await call(assistant, tool, session_id=session_id)
        sandbox.mend()
    slow = Sandbox(match_seconds=600)
    async with connected(slow) as assistant:
        session_id = await assistant.start_search()
    async with connected(slow, read_only=True) as assistant:
        await call(assistant, "wait_for_session", session_id=session_id, max_wait_seconds=0)
        for tool in ("list_profiles", "show_candidates", "get_session", "export_profiles"):
            await call(assistant, tool, session_id=session_id)
    assert sum("list_profiles" in text for text in texts) >= 3
    for text in texts:
        named = set(re.findall(r"[a-z]+(?:_[a-z]+)+", text)) & set(TOOLS)
        assert named <= known.keys(), text


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
            assert len(text_of(shown).encode()) <= MAX_BYTES


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
        assert 1_000 < largest <= MAX_BYTES


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
        assert len(text_of(answer).encode()) <= MAX_BYTES


async def test_a_search_over_a_thousand_companies_is_refused_or_answered_in_the_size() -> None:
    companies = [f"Example Software Company Number {number}" for number in range(1_000)]
    async with connected() as assistant:
        answer = await assistant.client.call_tool(
            "create_sourcing_session",
            {"title": "Many", "filters": CSHARP | {"current_companies": companies}},
        )
        assert len(text_of(answer).encode()) <= MAX_BYTES


async def test_filters_from_the_longest_job_description_fit() -> None:
    async with connected() as assistant:
        answer = await assistant.client.call_tool(
            "suggest_filters", {"job_description": (JOB + "検索。").ljust(30_000, "検")}
        )
        assert not answer.is_error
        assert len(text_of(answer).encode()) <= MAX_BYTES


# What clients do to arguments


async def test_a_nested_argument_may_come_as_a_string_of_json(either: Assistant) -> None:
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
async def test_without_a_key_tools_are_listed_and_calls_say_how_to_set_one(era: str) -> None:
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
async def test_a_call_is_answered_within_its_deadline_when_the_api_hangs(
    era: str, group: str
) -> None:
    api = small_sandbox()
    async with connected(api) as assistant:
        # The invented people and the session are there before the clock starts.
        session_id = await assistant.search()
        shown = await assistant.call("list_profiles", session_id=session_id)
        best = shown["candidates"][0]["candidate_id"]
    answered = set()

    async def call(assistant: Assistant, name: str) -> None:
        arguments = arguments_for(session_id)[name]
        if "candidate_id" in arguments:
            arguments = arguments | {"candidate_id": best}
        if "candidate_ids" in arguments:
            arguments = arguments | {"candidate_ids": [best]}
        answer = await assistant.client.call_tool(name, arguments)
        answered.add(name)
        assert answer.is_error, name
        assert "second" in text_of(answer), name

    async with connected(api, era, call_deadline_seconds=1) as assistant:
        for name in GROUPS[group]:
            api.fail(ENDPOINTS[name], Fault("delay_before", seconds=30), times=10)
        # Before the API responds.
        with anyio.fail_after(20):
            async with anyio.create_task_group() as calls:
                for name in GROUPS[group]:
                    calls.start_soon(call, assistant, name)
    assert answered == {*GROUPS[group]}
