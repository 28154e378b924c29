"""What to loosen when a search finds nobody, or nobody good: ready changes, tried by nobody."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from fj_mcp.filters import FilterChanges, SearchFilters
from fj_mcp.queries import to_queries
from fj_mcp.sandbox import Sandbox
from fj_mcp.suggestions import suggest_changes
from tests.front import CSHARP, Assistant, connected
from tests.test_filters import all_filters
from tests.test_shortlists import page_of, profile

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
    """A session that is over and whose candidates nobody has read yet."""
    started = await assistant.call("create_sourcing_session", title="T", filters=CSHARP)
    session_id: str = started["session_id"]
    return session_id


def as_queries(filters: dict[str, Any]) -> dict[str, Any]:
    return to_queries(SearchFilters.model_validate(filters))


async def test_a_weak_result_comes_with_changes_the_least_loosening_first() -> None:
    sandbox = Sandbox(match_seconds=0)
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


async def test_waiting_for_a_search_that_finds_nobody_suggests_changes_and_spends_nothing(
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


async def test_a_search_under_way_or_a_read_only_server_gets_no_suggestions() -> None:
    sandbox = Sandbox(match_seconds=1_000)
    async with connected(sandbox) as assistant:
        session_id = await unread(assistant)
        assert "suggestions" not in await assistant.call("list_profiles", session_id=session_id)
    quick = Sandbox(match_seconds=0)
    async with connected(quick) as assistant:
        session_id = await unread(assistant)
    async with connected(quick, read_only=True) as assistant:
        quick.fail("profiles", page_of(), times=3)
        assert "suggestions" not in await assistant.call("wait_for_session", session_id=session_id)


async def test_each_suggestion_is_a_change_that_an_update_takes_as_it_is(
    assistant: Assistant,
) -> None:
    for number in range(5):
        started = await assistant.call(
            "create_sourcing_session", title=f"T{number}", filters=CSHARP
        )
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


async def test_the_sandbox_finds_more_people_with_each_suggestion() -> None:
    narrow = {
        "skills": {"mandatory": ["C#", "Kubernetes"]},
        "regions": ["Pune, Maharashtra, India"],
        "years_of_experience": {"min": 4, "max": 5},
        "current_titles": ["Senior Software Developer", "Software Developer"],
    }
    sandbox = Sandbox(match_seconds=0, credits=10_000, first_batch=1_000)
    async with connected(sandbox) as assistant:

        async def found(filters: dict[str, Any]) -> int:
            started = await assistant.call(
                "create_sourcing_session", title="Any", filters=filters, allow_duplicate=True
            )
            return int(started["expected_profiles"])

        before = await found(narrow)
        for suggestion in suggest_changes(FilterChanges.model_validate(narrow)):
            changed = narrow | (suggestion.filters or {})
            for name in suggestion.remove_filters or []:
                del changed[name]
            assert await found(changed) >= before, suggestion


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(filters=all_filters())
def test_whatever_the_filters_are_at_most_five_valid_changes_are_suggested(
    filters: dict[str, Any],
) -> None:
    suggestions = suggest_changes(FilterChanges.model_validate(filters))
    assert len(suggestions) <= 5
    for one in suggestions:
        assert (one.filters is None) is not (one.remove_filters is None)
        merged = FilterChanges.model_validate(filters).shown() | (one.filters or {})
        for name in one.remove_filters or []:
            del merged[name]
        again = FilterChanges.model_validate(merged).shown()
        assert again != FilterChanges.model_validate(filters).shown()
        assert again.get("skills")
