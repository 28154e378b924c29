"""Invalid arguments: 10,000 generated ones, each broken in one place, and some by hand."""

import json
import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest

from fj_mcp.sandbox.app import Sandbox
from tests.support.assistant import CSHARP, ERAS, Assistant, connected, text_of
from tests.support.broken_arguments import SESSION, VALID, Breaker, Broken, objection

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]

HOW_MANY = 10_000
SEED = 20_260_728


async def schemas_of(assistant: Assistant) -> dict[str, dict[str, Any]]:
    return {tool.name: tool.input_schema for tool in (await assistant.client.list_tools()).tools}


def unfilled(schema: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        if name not in value:
            yield f"{path}{name}"
        elif inner["type"] == "object":
            yield from unfilled(inner, value[name], f"{path}{name}.")


async def test_the_examples_have_every_argument_and_are_accepted() -> None:
    async with connected() as assistant:
        schemas = await schemas_of(assistant)
        assert schemas.keys() == VALID.keys()
        for tool, arguments in VALID.items():
            missing = set(unfilled(schemas[tool], arguments))
            assert missing <= {"filters.honors"}, f"give {tool} an example of {missing}"
            text = text_of(await assistant.client.call_tool(tool, arguments))
            assert not text.startswith("Nothing was sent"), f"{tool}: {text}"


@pytest.mark.parametrize("tool", VALID)
async def test_broken_arguments_are_refused_by_name_before_anything_is_sent(
    tool: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    share = -(-HOW_MANY // len(VALID))
    failures: dict[str, str] = {}
    async with connected() as assistant:
        breaker = Breaker(
            tool, (await schemas_of(assistant))[tool], random.Random(f"{SEED} {tool}")
        )
        for _ in range(share):
            broken = breaker.one()
            try:
                answer = await assistant.client.call_tool(tool, broken.arguments)
                text, is_error = text_of(answer), answer.is_error
            except Exception as error:
                # An answer is owed to every call, so this is one failure more.
                text, is_error = repr(error), True
            if assistant.sandbox.calls:
                failures.setdefault(f"{broken.what}: reached the API", shown(tool, broken, text))
                assistant.sandbox.calls.clear()
            elif (wrong := objection(broken, is_error, text)) is not None:
                failures.setdefault(f"{broken.what}: {wrong}", shown(tool, broken, text))
    assert not failures, "\n".join(f"{key}\n  {value}" for key, value in failures.items())
    assert [entry for entry in caplog.records if entry.levelno >= logging.WARNING] == []
    assert capfd.readouterr().err == ""


def changed(broken: Any, valid: Any) -> Any:
    """The part of some broken arguments that is not as in the valid ones."""
    if isinstance(broken, dict) and isinstance(valid, dict) and broken.keys() & valid.keys():
        parts = {key: changed(value, valid.get(key)) for key, value in broken.items()}
        parts = {key: value for key, value in parts.items() if broken[key] != valid.get(key)}
        return parts | dict.fromkeys(valid.keys() - broken.keys(), "(left out)")
    return broken


def shown(tool: str, broken: Broken, text: str) -> str:
    try:
        words = f"{changed(broken.arguments, VALID[tool])!r:.300}"
    except ValueError:
        words = "(a number too long to print)"
    return f"{words} -> {text[:300]}"


async def test_free_text_reaches_the_api_without_control_characters_or_not_at_all() -> None:
    odd = "C\x00\x1b[31m\u200b#\u202e\U000e0041"
    cases: list[tuple[str, dict[str, Any]]] = [
        ("create_sourcing_session", {"title": odd, "filters": CSHARP}),
        ("create_sourcing_session", {"title": "x", "filters": {"skills": {"core": [odd]}}}),
        ("create_sourcing_session", {"title": "x", "filters": CSHARP | {"schools": [odd]}}),
        ("create_sourcing_session", {"title": "x", "filters": CSHARP | {"seniority": ["CXO\0"]}}),
        ("suggest_filters", {"job_description": f"Developers\n{odd}"}),
        ("create_sourcing_session", {"title": "x", "filters": CSHARP, "job_description": odd}),
        ("search_filter_values", {"filter": "regions", "query": odd}),
    ]
    async with connected() as assistant:
        for tool, arguments in cases:
            await assistant.client.call_tool(tool, arguments)
        sent = [json.dumps([call.body, call.query]) for call in assistant.sandbox.calls]
    for request in sent:
        for character in ("\\u0000", "\\u001b", "\\u200b", "\\u202e", "\\udb40"):
            assert character not in request, request


@pytest.mark.parametrize(
    "words", [{"degree": ""}, {"seniority": [" "]}, {"regions": ["", " "]}, {"schools": []},
              {"open_to_work": False}, {"years_of_experience": {}}, {"annual_revenue": " "}],
    ids=lambda words: next(iter(words)),
)  # fmt: skip
async def test_blank_filters_of_a_new_search_are_dropped(words: dict[str, Any]) -> None:
    async with connected() as assistant:
        started = await assistant.call(
            "create_sourcing_session", title="Blank", filters=CSHARP | words
        )
        assert started["filters"] == CSHARP


@pytest.mark.parametrize(
    "changes",
    [{"filters": {}}, {"remove_filters": []}, {"filters": {}, "remove_filters": []}],
    ids=str,
)
async def test_an_update_that_changes_nothing_costs_nothing(changes: dict[str, Any]) -> None:
    async with connected() as assistant:
        session_id = await assistant.search()
        charges = len(assistant.sandbox.charges)
        text = await assistant.refusal("update_sourcing_session", session_id=session_id, **changes)
        assert text.startswith("Nothing was sent or charged: ")
        assert len(assistant.sandbox.charges) == charges


async def test_numbers_come_as_digits_in_a_string_or_as_whole_floats_too() -> None:
    async with connected() as assistant:
        session_id = await assistant.search()
        for limit in (5, "5", 5.0):
            listed = await assistant.call("list_profiles", session_id=session_id, limit=limit)
            assert len(listed["candidates"]) == 5


def searching(**filters: Any) -> dict[str, Any]:
    return {"title": "Test", "filters": CSHARP | filters}


SENTENCES: list[tuple[str, dict[str, Any], str]] = [
    (
        "create_sourcing_session",
        searching(senority=["Senior"]),
        "filters.senority is not a filter; did you mean seniority?",
    ),
    (
        "create_sourcing_session",
        {"titel": "Test", "title": "Test", "filters": CSHARP},
        "titel is not an argument of create_sourcing_session; did you mean title?",
    ),
    ("create_sourcing_session", {}, "title is required; filters is required."),
    (
        "create_sourcing_session",
        {"title": "Test", "filters": {"skills": {}}},
        "filters.skills needs at least one skill in mandatory, core or secondary.",
    ),
    (
        "create_sourcing_session",
        searching(years_of_experience={"min": 9, "max": 2}),
        "filters.years_of_experience has min 9 above max 2; swap them.",
    ),
    (
        "create_sourcing_session",
        searching(years_of_experience={"min": -1}),
        "filters.years_of_experience must be between 0 and 60.",
    ),
    (
        "create_sourcing_session",
        searching(seniority=["Seniors"]),
        "filters.seniority has no value 'Seniors'; did you mean Senior?",
    ),
    (
        "create_sourcing_session",
        searching(regions="Pune"),
        "filters.regions must be a list.",
    ),
    (
        "create_sourcing_session",
        searching(regions=None),
        "filters.regions must not be null; leave it out or give it a value.",
    ),
    (
        "list_profiles",
        {"session_id": "Pune search"},
        "session_id must be the 24 hex digits that list_sessions shows.",
    ),
    ("list_profiles", {"session_id": SESSION, "limit": 51}, "limit must be at most 50."),
    (
        "list_profiles",
        {"session_id": SESSION, "detail": "full"},
        "detail must be 'concise' or 'detailed'.",
    ),
    (
        "list_profiles",
        {"session_id": SESSION, "sort": "score"},
        "sort is not an argument of list_profiles; valid names are session_id, page, limit, "
        "min_score, detail, query, candidate_ids.",
    ),
    (
        "get_spending",
        {"since": "2026-01-01"},
        "since is not an argument of get_spending, which takes none.",
    ),
    (
        "wait_for_session",
        {"session_id": SESSION, "max_wait_seconds": 120},
        "max_wait_seconds must be at most 40; to wait longer, call again (free).",
    ),
    (
        "reveal_contacts",
        {"session_id": SESSION, "candidate_ids": ["a", "a"], "channel": "email"},
        "candidate_ids names a candidate twice; name each once.",
    ),
    (
        "search_filter_values",
        {"filter": "senority", "query": "Sen"},
        "filter senority is not a filter; did you mean seniority?",
    ),
    (
        "update_sourcing_session",
        {"session_id": SESSION, "filters": {"regions": []}},
        "filters.regions restricts nothing with these values; to remove the filter, name it in "
        "remove_filters.",
    ),
    (
        "update_sourcing_session",
        {"session_id": SESSION, "remove_filters": ["skills"]},
        "remove_filters may not name skills; a search needs at least one skill.",
    ),
    (
        "suggest_filters",
        {"job_description": " "},
        "job_description must not be empty.",
    ),
]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("tool", "arguments", "sentence"), SENTENCES, ids=range(len(SENTENCES)))
async def test_a_refusal_says_what_to_change(
    era: str, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    api = Sandbox()
    async with connected(api, era) as assistant:
        text = await assistant.refusal(tool, **arguments)
    assert text == f"Nothing was sent or charged: {sentence}"
    assert api.calls == []
