"""Suggestions for a search that finds too few: changes an update takes as they are."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fj_mcp.filters.contradictions import contradiction_in
from fj_mcp.filters.query_map import to_queries
from fj_mcp.filters.search_filters import FILTERS, FilterChanges, SearchFilters
from fj_mcp.filters.spellings import UnknownValue
from fj_mcp.results.models import Suggestion
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.shortlist.suggestions import (
    Clues,
    Looser,
    as_search,
    suggest_changes,
    suggest_for_nobody,
)
from tests.support.assistant import CSHARP, Assistant, Refused, connected, search_for, small_sandbox
from tests.support.filter_strategies import all_filters
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio

NARROW: dict[str, Any] = {
    "skills": {"mandatory": ["C#", "Kubernetes"], "core": ["React"]},
    "regions": ["Pune, Maharashtra, India"],
    "years_of_experience": {"min": 3, "max": 5},
    "current_titles": ["Senior Software Developer"],
    "company_types": ["Public Company"],
    "recently_funded": "6m",
    "degree": "Master's or Above",
}


async def unread(assistant: Assistant) -> str:
    """A finished session whose candidates have not been read yet."""
    started = await assistant.call("create_sourcing_session", title="T", filters=CSHARP)
    session_id: str = started["session_id"]
    return session_id


def as_queries(filters: dict[str, Any]) -> dict[str, Any]:
    return to_queries(SearchFilters.model_validate(filters))


async def test_a_weak_result_comes_with_changes_the_least_loosening_first() -> None:
    sandbox = small_sandbox()
    async with connected(sandbox) as assistant:
        session_id = await unread(assistant)
        stored = sandbox.sessions[session_id]
        stored.queries.clear()
        stored.queries.update(as_queries(NARROW))
    async with connected(sandbox) as assistant:
        sandbox.fail("profiles", page_of(*(profile(number, 3.0) for number in range(30))))
        listed = await assistant.call("list_profiles", session_id=session_id)
    assert [
        {key: value for key, value in one.items() if key != "reason"}
        for one in listed["suggestions"]
    ] == [
        {"filters": {"skills": {"mandatory": ["C#"], "core": ["Kubernetes", "React"]}}},
        {"filters": {"within_km": 50}},
        {"filters": {"years_of_experience": {"min": 2, "max": 7}}},
        {
            "filters": {
                "current_titles": [
                    "Senior Software Developer",
                    "Software Developer",
                    "Software Engineer",
                    "Senior Software Engineer",
                ]
            }
        },
        {"remove_filters": ["recently_funded"]},
    ]
    assert all(one["reason"].endswith(".") for one in listed["suggestions"])
    assert "suggestions[]" in listed["next_step"]
    assert session_id in listed["next_step"]


async def test_waiting_for_a_search_without_matches_suggests_changes_and_spends_nothing(
    assistant: Assistant,
) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(), times=3)
    before = len(assistant.sandbox.calls)
    waited = await assistant.call("wait_for_session", session_id=session_id)
    assert waited["status"] == "done"
    assert waited["suggestions"]
    assert "suggestions[]" in waited["next_step"]
    assert len(assistant.sandbox.charges) == 1
    assert {call.method for call in assistant.sandbox.calls[before:]} == {"GET"}


async def test_ten_good_candidates_are_enough(assistant: Assistant) -> None:
    people = [profile(number, 3.1) for number in range(10)]
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(*people))
    assert "suggestions" not in await assistant.call("list_profiles", session_id=session_id)


async def test_nine_good_candidates_are_few(assistant: Assistant) -> None:
    people = [profile(number, 3.1) for number in range(9)]
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(*people, profile(9, 3.0), profile(10)))
    assert (await assistant.call("list_profiles", session_id=session_id))["suggestions"]


async def test_a_running_search_or_a_read_only_server_gets_no_suggestions() -> None:
    sandbox = Sandbox(match_seconds=1_000)
    async with connected(sandbox) as assistant:
        session_id = await unread(assistant)
        assert "suggestions" not in await assistant.call("list_profiles", session_id=session_id)
    quick = small_sandbox()
    async with connected(quick) as assistant:
        session_id = await unread(assistant)
    async with connected(quick, read_only=True) as assistant:
        quick.fail("profiles", page_of(), times=3)
        assert "suggestions" not in await assistant.call("wait_for_session", session_id=session_id)


async def test_each_suggestion_is_a_change_that_an_update_takes_as_it_is() -> None:
    async with connected(small_sandbox(refuse_without_match=False)) as assistant:
        for number in range(5):
            started = await assistant.call("create_sourcing_session", **search_for(f"T{number}"))
            session_id = started["session_id"]
            assistant.sandbox.fail("profiles", page_of())
            stored = assistant.sandbox.sessions[session_id]
            stored.queries.clear()
            stored.queries.update(as_queries(NARROW))
            listed = await assistant.call("list_profiles", session_id=session_id)
            suggestion = listed["suggestions"][number]
            del suggestion["reason"]
            updated = await assistant.call(
                "update_sourcing_session", session_id=session_id, **suggestion
            )
            for name, value in suggestion.get("filters", {}).items():
                assert updated["filters"][name] == value
            for name in suggestion.get("remove_filters", []):
                assert name not in updated["filters"]


@pytest.mark.parametrize(
    ("narrow", "which"),
    [
        ({"skills": {"mandatory": ["C#", "Kubernetes"]}}, "skills"),
        (
            {"skills": {"mandatory": ["C#"]}, "regions": ["Pune, Maharashtra, India"]},
            "within_km",
        ),
        (
            {"skills": {"core": ["C#"]}, "years_of_experience": {"min": 4, "max": 5}},
            "years_of_experience",
        ),
        (
            {"skills": {"core": ["C#"]}, "current_titles": ["Senior Software Developer"]},
            "current_titles",
        ),
        (
            {"skills": {"core": ["C#"]}, "company_types": ["Public Company"]},
            "company_types",
        ),
        ({"skills": {"core": ["C#"]}, "degree": "Master's or Above"}, "degree"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_search_finds_more_candidates_with_each_suggestion(
    narrow: dict[str, Any], which: str
) -> None:
    sandbox = Sandbox(match_seconds=0, credits=10_000, first_batch=5_000)
    suggestions = suggest_changes(FilterChanges.model_validate(narrow))
    suggestion = next(
        one for one in suggestions if which in {**(one.filters or {}), **as_keys(one)}
    )
    changed = narrow | (suggestion.filters or {})
    for name in suggestion.remove_filters or []:
        del changed[name]
    async with connected(sandbox) as assistant:

        async def found(filters: dict[str, Any]) -> int:
            started = await assistant.call("create_sourcing_session", title="Any", filters=filters)
            return int(started["expected_profiles"])

        before = await found(narrow)
        assert 0 < before < await found(changed)


def as_keys(suggestion: Suggestion) -> dict[str, None]:
    return dict.fromkeys(suggestion.remove_filters or [])


@pytest.mark.parametrize("known", [[], ["Senior"]])
@pytest.mark.parametrize(
    ("title", "more"),
    [
        ("Senior .NET Developer", [".NET Developer", ".NET Engineer", "Senior .NET Engineer"]),
        ("backend engineer", ["backend developer"]),
        ("Head of Engineering", []),
        ("Chief of Staff", []),
        ("Mechanical Engineer", []),
        ("Sales Engineer", []),
        ("Business Developer", []),
        ("Real Estate Developer", []),
        ("Lead Generation Specialist", []),
        ("Developer Advocate", []),
    ],
)
def test_only_titles_of_the_same_work_are_suggested(
    title: str, more: list[str], known: list[str]
) -> None:
    filters = {"skills": {"core": ["C#"]}, "current_titles": [title, *known]}
    suggested = [
        one.filters["current_titles"]
        for one in suggest_changes(FilterChanges.model_validate(filters))
        if one.filters and "current_titles" in one.filters
    ]
    expected = [[title, *known, *more]] if more else []
    assert [sorted(titles) for titles in suggested] == [sorted(titles) for titles in expected]


@pytest.mark.parametrize("span", [{"min": 1}, {"max": 58}, {"min": 1, "max": 59}])
async def test_a_range_that_would_restrict_nothing_is_dropped_instead(
    assistant: Assistant, span: dict[str, int]
) -> None:
    filters = {"skills": {"core": ["C#"]}, "years_of_experience": span}
    (suggestion,) = suggest_changes(FilterChanges.model_validate(filters))
    assert suggestion.remove_filters == ["years_of_experience"]
    started = await assistant.call("create_sourcing_session", title="T", filters=filters)
    await assistant.call(
        "update_sourcing_session",
        session_id=started["session_id"],
        remove_filters=suggestion.remove_filters,
    )


def test_a_session_without_skills_gets_no_suggestion_because_none_could_be_applied() -> None:
    assert suggest_changes(FilterChanges.model_validate({"degree": "Master's or Above"})) == []


async def test_a_distance_that_cannot_be_read_is_not_made_smaller(assistant: Assistant) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of())
    stored = assistant.sandbox.sessions[session_id]
    stored.queries.update(as_queries(NARROW))
    stored.queries["geo_distance"] = {"type": "=", "value": ["800_km"]}
    listed = await assistant.call("list_profiles", session_id=session_id)
    assert all("within_km" not in one.get("filters", {}) for one in listed["suggestions"])


async def test_candidates_without_scores_lead_to_no_suggestions(
    assistant: Assistant,
) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(*(profile(number) for number in range(12))))
    assert "suggestions" not in await assistant.call("list_profiles", session_id=session_id)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(filters=all_filters())
def test_whatever_the_filters_are_at_most_five_valid_changes_are_suggested(
    filters: dict[str, Any],
) -> None:
    suggestions = suggest_changes(FilterChanges.model_validate(filters))
    assert len(suggestions) <= 5
    for one in suggestions:
        assert (one.filters is None) is not (one.remove_filters is None)
        before = FilterChanges.model_validate(filters).as_dict()
        changes = FilterChanges.model_validate(one.filters or {})
        # Ranges that restrict nothing, which an update refuses, would be missing here.
        assert changes.as_dict().keys() == (one.filters or {}).keys()
        merged = before | changes.as_dict()
        for name in one.remove_filters or []:
            del merged[name]
        assert SearchFilters.model_validate(merged).as_dict() != before


# Nobody at all


async def test_a_new_search_that_nobody_fits_suggests_whole_searches(assistant: Assistant) -> None:
    narrow = CSHARP | {"honors": ["Nobel Prize"], "regions": ["Pune, Maharashtra, India"]}
    nobody = await assistant.call("create_sourcing_session", title="T", filters=narrow)
    assert "session_id" not in nobody
    first, *others = nobody["suggestions"]
    assert first["reason"] == "honors is usually the narrowest of these filters."
    assert nobody["next_step"] == (
        f"Nobody fits; nothing was charged. suggestions[0]: {first['reason']}"
    )
    assert first["filters"] == CSHARP | {"regions": ["Pune, Maharashtra, India"]}
    assert all(one["filters"]["skills"] for one in others)
    found = await assistant.call("create_sourcing_session", title="T", filters=first["filters"])
    assert found["expected_profiles"] > 0
    assert len(assistant.sandbox.charges) == 1


async def test_the_unknown_value_that_excludes_everyone_is_named_first(
    assistant: Assistant,
) -> None:
    narrow = {
        "skills": {"mandatory": ["C#"], "secondary": ["Angulr"]},
        "current_titles": ["Software Developper"],
        "honors": ["Nobel Prize"],
    }
    nobody = await assistant.call("create_sourcing_session", title="T", filters=narrow)
    (only,) = nobody["suggestions"]
    assert only["reason"] == (
        "Unknown values: current_titles “Software Developper” replaced by “Software Developer”."
    )
    assert only["filters"] == narrow | {"current_titles": ["Software Developer"]}
    # The unknown skill excludes nobody.
    assert nobody["next_step"] == (
        f"Nobody fits; nothing was charged. suggestions[0]: {only['reason']}"
    )


REPAIRED = [
    (
        {"skills": {"mandatory": ["C#", "Nursing", "AI", "Sales", "Angulr"]}},
        {"skills": {"mandatory": ["C#", "Angular"]}},
        "skills “Nursing” left out; skills “AI” left out; skills “Sales” left out; "
        "skills “Angulr” replaced by “Angular”",
    ),
    (
        CSHARP | {"schools": ["Foo School"], "regions": ["Atlantis"], "within_km": 50},
        CSHARP,
        "regions “Atlantis” left out; schools “Foo School” left out",
    ),
    (
        CSHARP | {"current_titles": ["VP of Engineering"], "regions": ["Delhi NCR"]},
        CSHARP | {"regions": ["New Delhi, Delhi, India"]},
        "regions “Delhi NCR” replaced by “New Delhi, Delhi, India”; "
        "current_titles “VP of Engineering” left out",
    ),
    (
        CSHARP | {"company_types": ["Product Company"]},
        CSHARP,
        "company_types “Product Company” left out",
    ),
]


@pytest.mark.parametrize(("given", "repaired", "clauses"), REPAIRED)
async def test_one_suggestion_repairs_all_that_is_unknown_and_names_each_value(
    assistant: Assistant, given: dict[str, Any], repaired: dict[str, Any], clauses: str
) -> None:
    nobody = await nobody_for(assistant, given)
    first = nobody["suggestions"][0]
    assert first == {"filters": repaired, "reason": f"Unknown values: {clauses}."}
    found = await assistant.call("create_sourcing_session", title="T", filters=repaired)
    assert found["expected_profiles"] > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("current_titles", "Senior Python Developer"),
        ("current_titles", "Python Engineer"),
        ("regions", "Georgia"),
        ("regions", "CA"),
        ("regions", "Paris, Texas"),
        ("schools", "Nowhere University"),
    ],
)
async def test_an_unknown_value_is_never_replaced_by_another_thing(
    assistant: Assistant, name: str, value: str
) -> None:
    nobody = await nobody_for(assistant, CSHARP | {name: [value]})
    assert nobody["suggestions"][0]["filters"] == CSHARP
    assert all("replaced" not in one["reason"] for one in nobody["suggestions"])
    assert all(one["filters"].get(name) != [value] for one in nobody["suggestions"])


@pytest.mark.parametrize(
    "skill", ["AI", "Sales", "Accounting", "Data Engineering", "Nursing", "Testing"]
)
@pytest.mark.parametrize("tier", ["mandatory", "core"])
async def test_nothing_is_suggested_where_the_only_skill_is_unknown(
    assistant: Assistant, skill: str, tier: str
) -> None:
    nobody = await nobody_for(assistant, {"skills": {tier: [skill]}})
    assert "suggestions" not in nobody
    assert nobody["next_step"].startswith(
        f"Nobody fits; nothing was charged. Unknown values: skills “{skill}”"
    )


async def nobody_for(assistant: Assistant, filters: dict[str, Any]) -> dict[str, Any]:
    """The result of a search, repeated if it was refused because of a place."""
    for _ in range(2):
        with suppress(Refused):
            nobody = await assistant.call("create_sourcing_session", title="T", filters=filters)
            assert nobody["expected_profiles"] == 0
            return nobody
    raise AssertionError("refused twice")


async def test_of_many_mandatory_skills_that_nobody_has_one_is_kept(
    assistant: Assistant,
) -> None:
    many = {"skills": {"mandatory": ["C#", "Figma", "Kotlin"], "core": ["React"]}}
    nobody = await nobody_for(assistant, many)
    first = nobody["suggestions"][0]
    assert first["filters"] == {
        "skills": {"mandatory": ["C#"], "core": ["Figma", "Kotlin", "React"]}
    }
    found = await assistant.call("create_sourcing_session", title="T", filters=first["filters"])
    assert found["expected_profiles"] > 0


async def test_a_distance_is_never_blamed(assistant: Assistant) -> None:
    pune = CSHARP | {"regions": ["Pune, Maharashtra, India"]}
    await assistant.call("create_sourcing_session", title="T", filters=pune)
    narrow = pune | {"within_km": 20, "honors": ["Nobel Prize"]}
    nobody = await assistant.call("create_sourcing_session", title="T", filters=narrow)
    first = nobody["suggestions"][0]
    assert first["filters"] == pune | {"within_km": 20}
    assert first["reason"].startswith("honors excludes everyone: ")


async def test_three_filters_that_exclude_everyone_are_named_with_commas(
    assistant: Assistant,
) -> None:
    await assistant.call("create_sourcing_session", title="T", filters=CSHARP)
    narrow = CSHARP | {"honors": ["Nobel Prize"], "degree": "DOCTORATE", "seniority": ["CXO"]}
    nobody = await assistant.call("create_sourcing_session", title="T", filters=narrow)
    assert "seniority, degree and honors exclude everyone: " in nobody["next_step"]


async def test_what_an_earlier_search_blames_is_changed_by_every_suggestion(
    assistant: Assistant,
) -> None:
    wide = {"skills": {"mandatory": ["C#", "React"]}, "regions": ["Pune, Maharashtra, India"]}
    await assistant.call("create_sourcing_session", title="T", filters=wide)
    narrow = wide | {"seniority": ["In Training"], "years_of_experience": {"min": 30}}
    nobody = await assistant.call("create_sourcing_session", title="T", filters=narrow)
    assert nobody["suggestions"]
    for one in nobody["suggestions"]:
        kept = {name: one["filters"].get(name) for name in ("seniority", "years_of_experience")}
        assert kept != {name: narrow[name] for name in kept}


async def test_an_earlier_search_tells_which_filter_excludes_everyone(
    assistant: Assistant,
) -> None:
    wider = {"skills": {"mandatory": ["C#"]}, "functions": ["Engineering"]}
    found = await assistant.call("create_sourcing_session", title="T", filters=wider)
    narrow = wider | {"employment_types": ["Gig"]}
    nobody = await assistant.call("create_sourcing_session", title="T", filters=narrow)
    first = nobody["suggestions"][0]
    assert first["filters"] == wider
    assert first["reason"] == (
        "employment_types excludes everyone: an earlier search with the same other filters found "
        f"{found['expected_profiles']}."
    )


async def test_an_earlier_search_tells_that_the_mandatory_skills_exclude_everyone(
    assistant: Assistant,
) -> None:
    await assistant.call("create_sourcing_session", title="T", filters=CSHARP)
    narrow = {"skills": {"mandatory": ["C#", "Figma"]}}
    nobody = await assistant.call("create_sourcing_session", title="T", filters=narrow)
    first = nobody["suggestions"][0]
    assert first["filters"] == CSHARP
    assert first["reason"].startswith("The mandatory skills exclude everyone: an earlier search")


async def test_an_update_that_nobody_fits_suggests_another_update(assistant: Assistant) -> None:
    session_id = await assistant.search(**CSHARP, degree="BACHELORS")
    change = {"honors": ["Nobel Prize"], "years_of_experience": {"min": 3}}
    nobody = await assistant.call(
        "update_sourcing_session",
        session_id=session_id,
        filters=change,
        remove_filters=["degree"],
    )
    first = nobody["suggestions"][0]
    assert first["filters"] == {"years_of_experience": {"min": 3}}
    assert first["remove_filters"] == ["degree"]
    assert first["reason"] in nobody["next_step"]
    del first["reason"]
    updated = await assistant.call("update_sourcing_session", session_id=session_id, **first)
    assert updated["status"] == "running"
    assert updated["filters"] == CSHARP | {"years_of_experience": {"min": 3}}


async def test_what_an_update_added_excludes_everyone_if_the_session_has_candidates(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    nobody = await assistant.call(
        "update_sourcing_session", session_id=session_id, filters={"honors": ["Nobel Prize"]}
    )
    assert "honors excludes everyone: an earlier search" in nobody["next_step"]
    # Without honors nothing is left of the update.
    assert "suggestions" not in nobody
    assert session_id in nobody["next_step"]


async def test_an_update_to_nothing_but_unknown_values_names_them(assistant: Assistant) -> None:
    session_id = await assistant.search()
    nobody = await assistant.call(
        "update_sourcing_session", session_id=session_id, filters={"schools": ["Foo School"]}
    )
    assert nobody["next_step"] == (
        "Nobody fits; nothing was charged. Unknown values: schools “Foo School”. schools excludes "
        "everyone: an earlier search with the same other filters found 30. Correct, loosen or "
        "remove one of the requested filters with update_sourcing_session and session_id "
        f"{session_id}, which costs credits: ask first."
    )


@pytest.mark.parametrize("tool", ["wait_for_session", "list_profiles"])
async def test_a_session_that_nobody_fits_names_its_unknown_value_first(
    assistant: Assistant, tool: str
) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(), times=3)
    stored = assistant.sandbox.sessions[session_id]
    stored.queries.update(as_queries(NARROW | {"schools": ["Glaswater University"]}))
    listed = await assistant.call(tool, session_id=session_id)
    first = listed["suggestions"][0]
    assert first["filters"] == {"schools": ["Glasswater University"]}
    assert len(assistant.sandbox.charges) == 1


async def test_an_unknown_skill_that_fills_a_tier_is_removed_with_it(assistant: Assistant) -> None:
    session_id = await unread(assistant)
    assistant.sandbox.fail("profiles", page_of(), times=3)
    lost = {"skills": {"mandatory": ["Nursing"], "core": ["C#"]}}
    assistant.sandbox.sessions[session_id].queries.update(as_queries(lost))
    listed = await assistant.call("list_profiles", session_id=session_id)
    first = listed["suggestions"][0]
    assert first["remove_filters"] == ["skills.mandatory"]
    assert first.pop("reason") == "Unknown values: skills “Nursing” left out."
    updated = await assistant.call("update_sourcing_session", session_id=session_id, **first)
    assert updated["filters"] == {"skills": {"core": ["C#"]}}


async def test_an_update_without_the_mandatory_skills_is_suggested_as_one_that_removes_them(
    assistant: Assistant,
) -> None:
    wider = {"skills": {"core": ["SQL"]}}
    earlier = await assistant.call("create_sourcing_session", title="T", filters=wider)
    await assistant.call("wait_for_session", session_id=earlier["session_id"])
    session_id = await assistant.search(skills={"mandatory": ["C#"], "core": ["SQL"]})
    # The session itself, whose filters are no change, is the newest of two that found candidates.
    assistant.sandbox.sessions[earlier["session_id"]].created_at -= 60
    nobody = await assistant.call(
        "update_sourcing_session",
        session_id=session_id,
        filters={"skills": {"mandatory": ["C#", "Figma"]}},
    )
    first = nobody["suggestions"][0]
    assert first.pop("reason").startswith("The mandatory skills exclude everyone: an earlier")
    updated = await assistant.call("update_sourcing_session", session_id=session_id, **first)
    assert updated["filters"] == wider


async def test_without_free_data_the_narrowest_filter_is_still_named(assistant: Assistant) -> None:
    narrow = CSHARP | {"honors": ["Nobel Prize"]}
    session_id = await unread(assistant)
    assistant.sandbox.sessions[session_id].queries.update(as_queries(narrow))
    assistant.sandbox.fail("profiles", page_of(), times=3)
    for operation in ("autocomplete", "project_sessions"):
        assistant.sandbox.fail(operation, Fault("status", status=500, body={}), times=50)
    listed = await assistant.call("list_profiles", session_id=session_id)
    assert listed["suggestions"][0] == {
        "remove_filters": ["honors"],
        "reason": "honors is usually the narrowest of these filters.",
    }


async def test_a_place_with_nothing_near_it_is_dropped_with_the_distance(
    assistant: Assistant,
) -> None:
    lost = CSHARP | {"regions": ["Atlantis"], "within_km": 50}
    await assistant.refusal("create_sourcing_session", title="T", filters=lost)
    nobody = await assistant.call("create_sourcing_session", title="T", filters=lost)
    assert nobody["suggestions"][0]["filters"] == CSHARP


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(filters=all_filters(), number=st.integers(0, 30))
def test_whatever_nobody_fits_at_most_five_valid_changes_are_suggested(
    filters: dict[str, Any], number: int
) -> None:
    before = FilterChanges.model_validate(filters)
    shown = before.as_dict()
    unknown = [
        UnknownValue(name, value, (f"{value} known",) if number % 2 else ())
        for name, values in shown.items()
        if isinstance(values, list) and FILTERS[name].autocomplete
        for value in values[: number % 3]
    ]
    clues = Clues(unknown, Looser(number, tuple(shown.keys() - {"skills"})[:1]))
    suggestions = suggest_for_nobody(before, clues)
    assert len(suggestions) <= 5
    for one in suggestions:
        whole = as_search(before, one)
        if whole is not None:
            assert SearchFilters.model_validate(whole.filters).as_dict() == whole.filters
            assert contradiction_in(whole.filters or {}) is None
