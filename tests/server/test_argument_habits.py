"""Arguments as clients and models send them have the effect of clean ones, and the same price."""

import random
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult
from pydantic import ValidationError

from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.server.catalog import list_tools
from fj_mcp.server.sdk.argument_forms import read_arguments
from fj_mcp.settings.settings import Settings
from tests.support.argument_habits import HABITS, Schema, mangled, schemas_by_tool, variants
from tests.support.assistant import CSHARP, ERAS, Assistant, connected, small_sandbox, text_of
from tests.support.broken_arguments import VALID
from tests.support.filter_strategies import all_filters
from tests.support.processes import CLEAN, http_process
from tests.support.repository import ROOT

VOLATILE = ("waited_seconds", "path", "when", "remaining")
"""What differs between two equal calls."""


class Chosen:
    """Valid arguments for every tool, about a session that was bought."""

    def __init__(self, assistant: Assistant, schemas: dict[str, Schema], ids: list[str]) -> None:
        self.assistant = assistant
        self.schemas = schemas
        session_id, *people = ids
        given = {"session_id": session_id, "candidate_id": people[0], "candidate_ids": people[:2]}
        self.arguments = {
            tool: arguments | {name: given[name] for name in given if name in arguments}
            for tool, arguments in VALID.items()
        }
        self.arguments["create_sourcing_session"]["allow_duplicate"] = False
        self.arguments["export_profiles"]["candidate_ids"] = people[:1]
        self.arguments["reveal_contacts"]["candidate_ids"] = people[:1]

    async def effect(self, tool: str, arguments: dict[str, Any]) -> Any:
        """What a call does: its requests, its charges, and its result."""
        sandbox = self.assistant.sandbox
        sandbox.calls.clear()
        charges = len(sandbox.charges)
        answer = await self.assistant.client.call_tool(tool, arguments)
        result = text_of(answer) if answer.is_error else steady(answer.structured_content)
        # Requests whose results are kept need not be made again.
        sent = [call for call in sandbox.calls if call.method != "GET"]
        return (
            result,
            [(call.path, call.query, call.body) for call in sent],
            (len(sandbox.charges) - charges),
        )


def steady(result: Any) -> Any:
    if isinstance(result, dict):
        return {key: steady(value) for key, value in result.items() if key not in VOLATILE}
    if isinstance(result, str):
        # Each export is a new file.
        return re.sub(r"/\S+", "", result)
    return [steady(item) for item in result] if isinstance(result, list) else result


@asynccontextmanager
async def chosen(era: str) -> AsyncIterator[Chosen]:
    sandbox = small_sandbox(refuse_without_match=False, credits=10_000)
    async with connected(sandbox, era) as assistant:
        session_id = await assistant.search()
        listed = await assistant.call("list_profiles", session_id=session_id)
        people = [card["candidate_id"] for card in listed["candidates"]]
        tools = {
            tool.name: tool.input_schema for tool in (await assistant.client.list_tools()).tools
        }
        yield Chosen(assistant, schemas_by_tool(tools), [session_id, *people])


@pytest.mark.anyio
@pytest.mark.unmeasured
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("tool", VALID)
async def test_each_habit_at_each_place_has_the_effect_of_the_clean_call(
    era: str, tool: str
) -> None:
    async with chosen(era) as calls:
        clean = calls.arguments[tool]
        # What is paid for is free when it is asked for again, and who is forgotten, after a first
        # call without effect, is not forgotten twice.
        for _ in range(2):
            first, *_ = await calls.effect(tool, clean)
        assert not str(first).startswith("Nothing was sent or charged"), first
        # And what is deleted at the second call, after a question, is gone at the third.
        await calls.effect(tool, clean)
        expected = await calls.effect(tool, clean)
        tried = 0
        for what, path, arguments in variants(calls.schemas[tool], clean):
            tried += 1
            assert await calls.effect(tool, arguments) == expected, (what, path)
        assert tried >= (7 if clean else 1)


@pytest.mark.anyio
@pytest.mark.unmeasured
@pytest.mark.parametrize("era", ERAS)
async def test_a_mangled_search_is_the_one_that_was_already_bought(era: str) -> None:
    chance = random.Random(era)
    async with chosen(era) as calls:
        tool = "create_sourcing_session"
        clean = calls.arguments[tool]
        bought = await calls.assistant.call(tool, **clean)
        charges = len(calls.assistant.sandbox.charges)
        for _ in range(150):
            again = await calls.assistant.call(tool, **mangled(calls.schemas[tool], clean, chance))
            assert again["already_existed"] is True
            assert again["session_id"] == bought["session_id"]
        assert len(calls.assistant.sandbox.charges) == charges


def validated(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    metadata = TOOLS[tool].fn_metadata
    return metadata.validate_arguments(read_arguments(arguments, metadata.arg_model)[0])


TOOLS = {tool.name: tool for tool in list_tools(Settings(sandbox=True))}
SCHEMAS = schemas_by_tool({name: tool.parameters for name, tool in TOOLS.items()})


@pytest.mark.unmeasured
@settings(max_examples=400, deadline=None)
@given(st.data(), st.randoms(use_true_random=False))
def test_any_valid_call_with_any_habits_is_the_clean_call(
    data: st.DataObject, chance: random.Random
) -> None:
    tool = data.draw(st.sampled_from([tool for tool, arguments in VALID.items() if arguments]))
    required = SCHEMAS[tool].get("required", [])
    optional = [name for name in VALID[tool] if name not in required]
    kept = data.draw(st.sets(st.sampled_from(optional))) if optional else set()
    clean = {name: VALID[tool][name] for name in VALID[tool] if name in {*required, *kept}}
    if "filters" in clean:
        clean["filters"] = data.draw(all_filters())
    expected = validated(tool, clean)
    assert validated(tool, mangled(SCHEMAS[tool], clean, chance)) == expected


anything = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=6)
    | st.sampled_from(["null", "[]", '["x"]', '{"min": 3}', '"x"', "20.0", "true", "[3, 5]"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*FILTERS, "min", "core", "Regions"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.unmeasured
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_arguments_of_any_shape_are_read_and_are_then_stable(data: st.DataObject) -> None:
    tool = data.draw(st.sampled_from(list(VALID)))
    names = [*SCHEMAS[tool]["properties"], "x"]
    arguments = data.draw(st.dictionaries(st.sampled_from(names), anything, max_size=4))
    model = TOOLS[tool].fn_metadata.arg_model
    once, _ = read_arguments(arguments, model)
    assert read_arguments(once, model) == (once, [])
    with suppress(ValidationError):
        validated(tool, arguments)


def test_every_habit_is_one_that_some_call_can_have() -> None:
    found = {what for tool in VALID for what, _, _ in variants(SCHEMAS[tool], VALID[tool])}
    assert found == {habit.what for habit in HABITS}


# What the result says


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "arguments", "most"),
    [
        ("list_profiles", {"limit": 100}, 50),
        ("list_profiles", {"limit": "1000"}, 50),
        ("list_sessions", {"limit": 51.0}, 50),
        ("search_filter_values", {"filter": "regions", "query": "Pun", "limit": 26}, 25),
        ("wait_for_session", {"max_wait_seconds": 60}, 40),
        ("wait_for_session", {"max_wait_seconds": "3600"}, 40),
    ],
)
async def test_a_number_above_the_maximum_is_the_maximum_and_the_result_says_so(
    either: Assistant, tool: str, arguments: dict[str, Any], most: int
) -> None:
    session_id = await either.search()
    takes = tool in ("list_profiles", "wait_for_session")
    session = {"session_id": session_id} if takes else {}
    (name,) = arguments.keys() & {"limit", "max_wait_seconds"}
    result = await either.call(tool, **session, **arguments)
    exact = await either.call(tool, **session, **arguments | {name: most})
    assert result["warning"].startswith(f"{name} is at most {most}, so {most} was used")
    assert "warning" not in exact
    assert steady(result).keys() - steady(exact).keys() == {"warning"}


@pytest.mark.anyio
async def test_a_warning_joins_those_that_a_result_has_anyway() -> None:
    async with connected(Sandbox(first_batch=300, match_seconds=0)) as assistant:
        session_id = await assistant.search(skills={"core": ["Python", "Java", "SQL"]})
        result = await assistant.call(
            "list_profiles", session_id=session_id, limit=51, detail="detailed"
        )
    own, _, joined = result["warning"].rpartition("limit is at most 50")
    assert own
    assert joined == ", so 50 was used."


@pytest.mark.anyio
@pytest.mark.parametrize(
    "arguments", [{"random_string": "x"}, {"kwargs": {}}, {"_meta": {}}, {"since": None}]
)
async def test_arguments_of_a_tool_that_takes_none_are_dropped(
    either: Assistant, arguments: dict[str, Any]
) -> None:
    assert await either.call("get_spending", **arguments) == await either.call("get_spending")


@pytest.mark.anyio
async def test_a_place_with_commas_stays_one_place(either: Assistant) -> None:
    started = await either.call(
        "create_sourcing_session",
        title="Commas",
        filters=CSHARP | {"regions": "Pune, Maharashtra, India"},
    )
    assert started["filters"]["regions"] == ["Pune, Maharashtra, India"]


@pytest.mark.anyio
async def test_an_update_with_empty_filters_keeps_them(either: Assistant) -> None:
    session_id = await either.search(**CSHARP, years_of_experience={"min": 1, "max": 30})
    updated = await either.call(
        "update_sourcing_session",
        session_id=session_id,
        filters={
            "countries": ["India"],
            "skills": {"mandatory": None, "core": []},
            "years_of_experience": {"min": None, "max": ""},
            "regions": [],
            "degree": "null",
            "open_to_work": None,
        },
        remove_filters=None,
    )
    kept = CSHARP | {"years_of_experience": {"min": 1, "max": 30}}
    assert updated["filters"] == kept | {"countries": ["India"]}


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_the_user_is_asked_the_same_question_and_their_answer_counts(era: str) -> None:
    questions: list[str] = []

    async def accept(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    clean = {"title": "Asked", "filters": CSHARP | {"degree": "MASTERS"}}
    changed = {"Title": "Asked", "filters": '{"skills": {"mandatory": "C#"}, "degree": ["M.Sc."]}'}
    for arguments in (clean, changed):
        async with connected(era=era, answer=accept) as assistant:
            bought = await assistant.call("create_sourcing_session", **arguments)
            # The same in other words is not asked and not paid for.
            again = await assistant.call("create_sourcing_session", **changed)
        assert again["session_id"] == bought["session_id"]
        assert len(assistant.sandbox.charges) == 1
    first, second = questions
    assert first == second


@pytest.mark.anyio
async def test_prompts_and_resources_take_an_id_in_quotes_too(either: Assistant) -> None:
    session_id = await either.search()
    quoted = await either.client.get_prompt("shortlist_report", {"session_id": f"`{session_id}`"})
    assert quoted == await either.client.get_prompt("shortlist_report", {"session_id": session_id})


# Over the transports


HABITUAL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("get_spending", {"random_string": "x"}),
    ("list_sessions", {"page": "1", "limit": 500, "_meta": {}}),
    ("search_filter_values", {"filter": "filters.Degree", "query": ["PhD"], "limit": None}),
    (
        "create_sourcing_session",
        {
            "title": "Habits",
            "filters": '{"skills": "{\\"mandatory\\": \\"C#\\"}", "YearsOfExperience": ["1", 30]}',
            "job_description": None,
            "sample_profile_url": "null",
            "allow_duplicate": None,
        },
    ),
)


async def check_over(client: Client) -> None:
    assistant = Assistant(client, Sandbox())
    results = [await assistant.call(tool, **arguments) for tool, arguments in HABITUAL]
    assert results[1]["warning"] == "limit is at most 50, so 50 was used."
    assert results[2]["values"] == ["DOCTORATE"]
    assert results[3]["filters"] == CSHARP | {"years_of_experience": {"min": 1, "max": 30}}
    session_id = results[3]["session_id"]
    found = await assistant.call("get_session", session_id=f"`fj://sessions/{session_id}`")
    assert found["session_id"] == session_id


@pytest.mark.anyio
@pytest.mark.unmeasured
@pytest.mark.parametrize("era", ERAS)
async def test_habits_over_stdio(era: str, tmp_path: Path) -> None:
    environment = CLEAN | {"PYTHONPATH": str(ROOT), "FJ_STATE_DIR": str(tmp_path)}
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "fj_mcp", "--sandbox"], cwd=tmp_path, env=environment
    )
    async with Client(server, mode=era) as client:
        await check_over(client)


@pytest.mark.anyio
@pytest.mark.unmeasured
async def test_habits_over_http(tmp_path: Path) -> None:
    with http_process(tmp_path, measured=False, FJ_SANDBOX="1") as server:
        for era in ERAS:
            async with server.client(f"fjk_{era}", era) as client:
                await check_over(client)
