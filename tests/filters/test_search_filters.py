"""Search filters: the round trip to the API, and how values are normalized."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fj_mcp.filters.base import STORED
from fj_mcp.filters.query_map import from_queries, to_queries
from fj_mcp.filters.search_filters import FILTERS, SearchFilters
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import Assistant
from tests.support.filter_strategies import all_filters, words


@pytest.mark.unmeasured
@settings(max_examples=150, deadline=None)
@given(all_filters())
def test_any_valid_filters_survive_the_conversion_to_the_api_and_back(
    given: dict[str, Any],
) -> None:
    filters = SearchFilters.model_validate(given)
    back, ignored = from_queries(to_queries(filters))
    assert ignored == []
    assert back.as_dict() == filters.as_dict()
    assert SearchFilters.model_validate(back.as_dict()).as_dict() == filters.as_dict()


@pytest.mark.unmeasured
@settings(max_examples=150, deadline=None)
@given(all_filters())
def test_the_api_accepts_whatever_is_sent(given: dict[str, Any]) -> None:
    for key, entry in to_queries(SearchFilters.model_validate(given)).items():
        (declared,) = (declared for declared in FILTERS.values() if declared.key == key)
        assert entry["type"] == declared.operator
        assert declared.check(entry["value"]) is None


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.unmeasured
@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([declared.key for declared in FILTERS.values()]) | words, anything
    )
)
def test_a_filter_map_of_any_shape_is_read_without_failing(queries: dict[str, Any]) -> None:
    for answer in (queries, {key: {"presence": True, "value": v} for key, v in queries.items()}):
        filters, _ = from_queries(answer)
        if filters.skills:
            SearchFilters.model_validate(filters.as_dict(), context=STORED)


def normal(**given: Any) -> dict[str, Any]:
    filters = SearchFilters.model_validate({"skills": {"core": ["Go"]}} | given)
    return {name: value for name, value in filters.as_dict().items() if name != "skills"}


def test_a_missing_side_of_a_range_is_sent_as_the_natural_bound() -> None:
    this_year = datetime.now(UTC).year
    filters = SearchFilters.model_validate(
        {
            "skills": {"core": ["Go"]},
            "years_of_experience": {"min": 5},
            "company_headcount": {"max": 50},
            "headcount_growth_percent": {"min": 10},
            "founded_year": {"min": 2000},
        }
    )
    sent = {key: entry["value"] for key, entry in to_queries(filters).items()}
    assert sent["years_of_experience_raw"] == [5, 60]
    assert sent["current_employers.company_headcount_latest"] == [1, 50]
    assert sent["headcount_growth"] == [10, 10_000]
    assert sent["year_founded"] == [2000, this_year]


def test_a_range_between_the_natural_bounds_is_not_a_filter() -> None:
    assert normal(years_of_experience={"min": 0, "max": 60}) == {}
    assert normal(years_of_experience={}) == {}


def test_whitespace_and_duplicates_are_dropped_with_empty_filters() -> None:
    assert normal(past_titles=[" ", ""]) == {}
    assert normal(current_titles=["Dev", " dev ", "DEV", "QA  Lead"]) == {
        "current_titles": ["Dev", "QA Lead"]
    }


def test_a_skill_named_in_two_tiers_stays_in_the_more_important_one() -> None:
    tiers = {"mandatory": ["C#"], "core": ["c#", "SQL"], "secondary": ["sql", "Go"]}
    filters = SearchFilters.model_validate({"skills": tiers})
    assert filters.as_dict()["skills"] == {
        "mandatory": ["C#"],
        "core": ["SQL"],
        "secondary": ["Go"],
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("244001, Moradabad, Uttar Pradesh, India", "Moradabad, Uttar Pradesh, India"),
        ("411 057, Pune, Maharashtra, India", "Pune, Maharashtra, India"),
        ("94103-1234, San Francisco, California", "San Francisco, California"),
        ("244001, 411001 Pune, India", "Pune, India"),
        ("411001 Pune, Maharashtra, India", "Pune, Maharashtra, India"),
        ("Pune, Maharashtra, India", "Pune, Maharashtra, India"),
        ("411001", "411001"),
    ],
)
def test_a_leading_postal_code_is_dropped_from_a_region(given: str, kept: str) -> None:
    assert normal(regions=[given]) == {"regions": [kept]}


def test_fixed_lists_take_the_value_or_the_label_in_any_case() -> None:
    assert normal(funding_stages=["series a", "SERIES_B", "ipo"]) == {
        "funding_stages": ["series_a", "series_b", "ipo"]
    }
    assert normal(degree="bachelor's or above") == {"degree": "BACHELORS"}
    assert normal(annual_revenue="$1M – $10M") == {"annual_revenue": "1_10"}


def test_open_lists_accept_other_values() -> None:
    assert normal(company_types=["public company", "Cooperative"]) == {
        "company_types": ["Public Company", "Cooperative"]
    }


@pytest.mark.parametrize(
    "given",
    [
        {"seniority": ["Mid-Senior"]},
        {"degree": "Diploma"},
        {"years_of_experience": {"min": 5, "max": 1}},
        {"years_of_experience": {"min": 61}},
        {"within_km": 0},
        {"senority": ["Senior"]},
        {"skills": {}},
        {"regions": ["x" * 201]},
    ],
)
def test_values_that_would_fail_or_match_nobody_are_rejected(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        normal(**given)


def test_entries_that_no_filter_represents_are_listed() -> None:
    filters, ignored = from_queries(
        {
            "skills": {"presence": True, "value": {"mandatory": None, "core": ["Go", None]}},
            "languages": {"presence": True, "value": ["Hindi"]},
            "country_region": {"presence": False, "value": ["India"]},
            "current_employers.seniority_level": {"presence": True, "value": ["Senior", "Mid"]},
            "years_of_experience_raw": {"presence": True, "value": ["3", None]},
            "year_founded": {"presence": True, "value": [1500, 2000]},
            "open_to_cards": {"presence": True, "value": ["HIRING_MANAGER"]},
            "honors.title": {"presence": True, "value": None},
            "geo_distance": {"presence": True, "value": "50_km"},
            "certifications.name": {"presence": True, "value": {"strange": True}},
        }
    )
    assert filters.as_dict() == {
        "skills": {"core": ["Go"]},
        "seniority": ["Senior"],
        "years_of_experience": {"min": 3},
        "within_km": 50,
    }
    assert ignored == [
        "languages",
        "current_employers.seniority_level: Mid",
        "year_founded: 1500, 2000",
        "open_to_cards: HIRING_MANAGER",
    ]


@pytest.mark.parametrize("presence", [False, "false", 0, None])
@pytest.mark.anyio
async def test_only_filters_present_in_a_job_description_are_suggested(
    assistant: Assistant, presence: Any
) -> None:
    body = {
        "skills": {"presence": True, "value": {"core": ["Go"]}},
        "country_region": {"presence": presence, "value": ["India"]},
        "message": "found",
    }
    assistant.sandbox.fail("annotation", Fault("status", status=200, body=body))
    suggested = await assistant.call("suggest_filters", job_description="Go")
    assert suggested["filters"] == {"skills": {"core": ["Go"]}}
    assert suggested["ignored"] == []


@pytest.mark.anyio
async def test_suggested_filters_are_accepted_as_they_are(assistant: Assistant) -> None:
    suggested = await assistant.call(
        "suggest_filters",
        job_description="Python and Django in Bengaluru, 3+ years, Bachelor's. Hindi is a plus.",
    )
    assert "Python" in str(suggested["filters"]["skills"])
    assert suggested["filters"]["years_of_experience"] == {"min": 3}
    started = await assistant.call(
        "create_sourcing_session", title="As suggested", filters=suggested["filters"]
    )
    assert started["filters"] == suggested["filters"]


@pytest.mark.anyio
async def test_suggestions_without_a_skill_ask_for_one(assistant: Assistant) -> None:
    suggested = await assistant.call("suggest_filters", job_description="Somebody nice in Pune")
    assert "skills" not in suggested["filters"]
    assert "at least one skill" in suggested["next_step"]
