"""Filters that contradict each other cost nothing, in a new search and in an update."""

from typing import Any

import pytest

from fj_mcp.filters.query_map import to_queries
from fj_mcp.filters.search_filters import SearchFilters
from tests.support.assistant import CSHARP, Assistant

pytestmark = pytest.mark.anyio

PUNE = "Pune, Maharashtra, India"
BERLIN = "Berlin, Germany"

CONTRADICTORY = [
    ({"within_km": 50}, "filters.within_km"),
    ({"company_headcount": {"max": 50}, "company_headcount_ranges": ["10,001+"]}, "headcount"),
    ({"company_headcount": {"min": 501}, "company_headcount_ranges": ["1-10", "51-200"]}, "head"),
    ({"regions": [PUNE], "countries": ["Germany"]}, f"filters.regions has “{PUNE}”"),
    ({"regions": [PUNE, BERLIN], "countries": ["India"]}, f"filters.regions has “{BERLIN}”"),
    ({"regions": ["Munich, Germany"], "countries": ["GB"]}, "filters.regions has “Munich"),
    ({"regions": ["Munich, Germany"], "countries": ["USA"]}, "filters.regions has “Munich"),
    ({"regions": [PUNE], "countries": ["India", "Germany"]}, "filters.countries has “Germany”"),
]

CONSISTENT: list[dict[str, Any]] = [
    {"regions": [PUNE], "within_km": 50},
    {"company_headcount": {"max": 300}, "company_headcount_ranges": ["201-500", "10,001+"]},
    {"company_headcount": {"max": 50}, "company_headcount_ranges": ["Some of them"]},
    {"regions": [PUNE], "countries": ["india"]},
    {"regions": [PUNE, BERLIN], "countries": ["Deutschland", "Bharat"]},
    {"regions": [BERLIN], "countries": ["DEU"]},
    *(
        {"regions": [BERLIN], "countries": [country]}
        for country in ("DE", "Germny", "State of Israel", "U.A.E.", "England")
    ),
    # The country of these is not certain.
    {"regions": ["Lebanon"], "countries": ["United States"]},
    {"regions": ["Greater Pune Area"], "countries": ["India", "Germany"]},
    {"regions": ["Atlanta, Georgia"], "countries": ["United States"]},
]


UNKNOWN = (
    *(["Atlanta, Georgia"], ["Greater Pune Area"], ["Lebanon"]),
    *(["DE"], ["Germny"], ["State of Israel"], ["U.A.E."], ["England"]),
)


@pytest.mark.parametrize(("filters", "named"), CONTRADICTORY)
async def test_a_contradictory_search_is_refused_before_anything_is_sent(
    assistant: Assistant, filters: dict[str, Any], named: str
) -> None:
    for _ in range(2):
        text = await assistant.refusal(
            "create_sourcing_session", title="T", filters=CSHARP | filters
        )
        assert text.startswith("Nothing was sent or charged: ")
        assert named in text
    assert assistant.sandbox.calls == []


@pytest.mark.parametrize(("filters", "named"), CONTRADICTORY)
async def test_an_update_that_leads_to_a_contradiction_is_refused(
    assistant: Assistant, filters: dict[str, Any], named: str
) -> None:
    before = {name: filters[name] for name in list(filters)[1:]}
    session_id = await assistant.start_search(**CSHARP)
    stored = assistant.sandbox.sessions[session_id]
    stored.queries.update(to_queries(SearchFilters.model_validate(CSHARP | before)))
    change = {name: filters[name] for name in list(filters)[:1]}
    text = await assistant.refusal("update_sourcing_session", session_id=session_id, filters=change)
    assert named in text
    assert assistant.sent("update_session") == 0


@pytest.mark.parametrize("filters", CONSISTENT)
async def test_what_is_not_certainly_a_contradiction_is_searched(
    assistant: Assistant, filters: dict[str, Any]
) -> None:
    arguments = {"title": "T", "filters": CSHARP | filters}
    if filters.get("regions") in UNKNOWN or filters.get("countries") in UNKNOWN:
        # The sandbox does not know them, so that only the second call searches.
        await assistant.refusal("create_sourcing_session", **arguments)
    await assistant.call("create_sourcing_session", **arguments)
    assert assistant.sent("create_session") == 1


async def test_removing_the_regions_of_a_distance_is_refused_unless_both_go(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search(**CSHARP, regions=[PUNE], within_km=50)
    update = ("update_sourcing_session",)
    text = await assistant.refusal(*update, session_id=session_id, remove_filters=["regions"])
    assert "remove within_km" in text
    both = ["regions", "within_km"]
    updated = await assistant.call(*update, session_id=session_id, remove_filters=both)
    assert updated["filters"] == CSHARP


async def test_a_stored_session_with_contradictory_filters_is_still_readable(
    assistant: Assistant,
) -> None:
    session_id = await assistant.start_search(**CSHARP)
    stored = assistant.sandbox.sessions[session_id]
    odd = CSHARP | {"within_km": 50, "countries": ["Germany"]}
    stored.queries.update(to_queries(SearchFilters.model_validate(odd)))
    session = await assistant.call("get_session", session_id=session_id)
    assert session["filters"] == odd
    assert (await assistant.call("list_profiles", session_id=session_id))["total"]
    assert (await assistant.call("wait_for_session", session_id=session_id))["status"] == "done"
