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
TAKING = [tool for tool, arguments in VALID.items() if arguments]
"""The tools that take arguments; those of the others are dropped."""


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
            # Several sessions take the place of one.
            without = {"filters.honors", "session_ids"}
            assert missing <= without, f"give {tool} an example of {missing}"
            text = text_of(await assistant.client.call_tool(tool, arguments))
            assert not text.startswith("Nothing was sent"), f"{tool}: {text}"


@pytest.mark.parametrize("tool", TAKING)
async def test_broken_arguments_are_refused_by_name_before_anything_is_sent(
    tool: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    share = -(-HOW_MANY // len(TAKING))
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
        searching(regions=["Pune", None]),
        "filters.regions[1] must not be null.",
    ),
    ("create_sourcing_session", {"title": None, "filters": CSHARP}, "title must not be null."),
    (
        "create_sourcing_session",
        {"title": "null", "filters": {"skills": None}},
        "title must not be null; filters.skills must not be null.",
    ),
    *(
        (
            "create_sourcing_session",
            {"title": "Test", "filters": {"skills": skills}},
            "filters.skills must say how important each skill is: mandatory (must have), core "
            '(wanted) or secondary (nice to have), such as {"mandatory": ["Python"], "core": '
            '["SQL"]}.',
        )
        for skills in (["C#"], "C#", '["C#", "SQL"]', ["C#", "SQL"], 5, True)
    ),
    *(
        (
            "create_sourcing_session",
            {"title": "Test", "filters": {"skills": skills}},
            f"filters.skills has no tier {tier} and must say how important each skill is: "
            "mandatory (must have), core (wanted) or secondary (nice to have), such as "
            '{"mandatory": ["Python"], "core": ["SQL"]}.',
        )
        for tier, skills in (
            ("required", {"required": ["C#"]}),
            ("must_have", {"must_have": ["C#"], "mandatory": ["SQL"]}),
            ("Python", {"Python": "mandatory"}),
            ("name", [{"name": "Python"}]),
        )
    ),
    (
        "create_sourcing_session",
        {"title": "Test", "filters": {"skills": {"exclude": ["C#"]}}},
        "filters.skills.exclude is not known: FutureJobs has no exclusion; search without it, then "
        'leave people out with list_profiles query "-c#".',
    ),
    *(
        (
            "create_sourcing_session",
            searching(degree=degree),
            "filters.degree takes one value, which means that degree or above.",
        )
        for degree in (["Bachelor's", "Master's"], "Bachelor's or Master's", "BACHELORS, MASTERS")
    ),
    *(
        (
            "create_sourcing_session",
            searching(regions=["Pune"], within_km=distance),
            "filters.within_km must be a whole number of kilometers, 1 to 500.",
        )
        for distance in ("50 miles", "50,5", "near")
    ),
    *(
        (
            "list_profiles",
            {"session_id": SESSION, "min_score": score},
            "min_score must be a number.",
        )
        for score in ("NaN", "inf", "-Infinity")
    ),
    (
        "create_sourcing_session",
        {"title": "Test", "skills": {"core": ["C#"]}, "regions": ["Pune"]},
        'skills, regions must be directly in filters: {"filters": {"skills": …, "regions": …}}.',
    ),
    (
        "update_sourcing_session",
        {"session_id": SESSION, "regions": ["Pune"]},
        'regions must be directly in filters: {"filters": {"regions": …}}.',
    ),
    (
        "create_sourcing_session",
        {"title": "Test", "filters": {"filters": CSHARP}},
        'filters.filters must be directly in filters: {"filters": {"skills": …}}.',
    ),
    *(
        (
            "create_sourcing_session",
            {"title": "Test", "filters": filters},
            f"{key} is twice in one JSON text with different values; give it once, with all of its "
            "values.",
        )
        for key, filters in (
            ("regions", '{"skills": {"core": "C#"}, "regions": ["Pune"], "regions": ["Mumbai"]}'),
            ("core", {"skills": '{"core": ["C#"], "core": ["SQL"]}'}),
            ("min", CSHARP | {"years_of_experience": '"{\\"min\\": 1, \\"min\\": 5}"'}),
        )
    ),
    *(
        (
            "create_sourcing_session",
            searching(years_of_experience=years),
            "filters.years_of_experience must be a range with min, max or both, such as "
            '{"min": 3, "max": 5}.',
        )
        for years in (5, [3], [3, 5, 7], "3", "[3]", True)
    ),
    (
        "create_sourcing_session",
        searching(years_of_experience=[5, 3]),
        "filters.years_of_experience has min 5 above max 3; swap them.",
    ),
    *(
        (
            "create_sourcing_session",
            searching() | {"allow_duplicate": value},
            "allow_duplicate must be true or false.",
        )
        for value in ("true", "True", "yes", 1, [True], "[true]")
    ),
    (
        "create_sourcing_session",
        searching() | {"allowDuplicate": True},
        "allowDuplicate is not an argument of create_sourcing_session; did you mean "
        "allow_duplicate?",
    ),
    (
        "create_sourcing_session",
        searching(Seniority=["Senior"], seniority=["Director"]),
        "filters.Seniority is not a filter; did you mean seniority?",
    ),
    (
        "list_profiles",
        {"session_id": "Pune search"},
        "session_id must be the 24 hex digits that list_sessions shows.",
    ),
    ("list_profiles", {"session_id": SESSION, "limit": 0}, "limit must be at least 1."),
    ("list_profiles", {"session_id": SESSION, "page": 10_001}, "page must be at most 10000."),
    (
        "list_profiles",
        {"session_id": SESSION, "detail": "full"},
        "detail must be 'concise' or 'detailed'.",
    ),
    (
        "list_profiles",
        {"session_id": SESSION, "sort": "score"},
        "sort is not an argument of list_profiles; valid names are session_id, page, limit, "
        "min_score, detail, query, candidate_ids, decisions, new_only.",
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
        "title, job_description, sample_profile_url, filters or remove_filters is required; an "
        "empty filter or tier keeps its value, and remove_filters removes it, such as regions or "
        "skills.core.",
    ),
    (
        "update_sourcing_session",
        {"session_id": SESSION, "filters": {"regions": [" "]}},
        "filters.regions restricts nothing with these values; to remove the filter, name it in "
        "remove_filters.",
    ),
    (
        "update_sourcing_session",
        {"session_id": SESSION, "remove_filters": ["skills"]},
        "remove_filters may not name skills; a search needs at least one skill, and a single tier "
        "is named as skills.core.",
    ),
    (
        "update_sourcing_session",
        {"session_id": SESSION, "remove_filters": ["core"]},
        "remove_filters[0] core is not a filter; did you mean skills.core?",
    ),
    (
        "update_sourcing_session",
        {"session_id": SESSION, "remove_filters": ["skills.cor"]},
        "remove_filters[0] skills.cor is not a filter; did you mean skills.core?",
    ),
    (
        "update_sourcing_session",
        {
            "session_id": SESSION,
            "filters": {"skills": {"core": ["SQL"]}},
            "remove_filters": ["skills.core"],
        },
        "filters.skills.core is in remove_filters too; keep one of the two.",
    ),
    (
        "search_filter_values",
        {"filter": "skills.core", "query": "SQL"},
        "filter skills.core is not a filter; did you mean skills?",
    ),
    (
        "create_sourcing_session",
        searching(seniority=["Executive"]),
        "filters.seniority has no value 'Executive'; did you mean Vice President or CXO?",
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
