"""Sessions: starting, changing, fetching more, looking up."""

from typing import Any

import pytest

from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, Assistant, connected, search_for, small_sandbox

pytestmark = pytest.mark.anyio


def bodies(assistant: Assistant, operation: str) -> list[Any]:
    return [call.body for call in assistant.sandbox.calls if call.operation == operation]


async def test_a_search_returns_before_matching_is_over() -> None:
    async with connected(Sandbox(match_seconds=3600)) as assistant:
        started = await assistant.call("create_sourcing_session", title="T", filters=CSHARP)
        assert started["status"] == "running"
        assert started["expected_profiles"] > 0
        assert assistant.sent("get_session") == 0
        assert started["next_step"] == (
            f"Call wait_for_session with session_id {started['session_id']}; matching usually "
            "takes under a minute and waiting is free."
        )


async def test_all_three_parts_of_a_search_are_sent_and_the_text_is_kept_short(
    assistant: Assistant,
) -> None:
    await assistant.call(
        "create_sourcing_session",
        title="  C# people ",
        filters=CSHARP,
        job_description="Wanted:\n\n" + "x" * 1000,
        sample_profile_url="https://www.linkedin.com/in/somebody",
    )
    (body,) = bodies(assistant, "create_session")
    assert body["sessionTitle"] == "C# people"
    assert body["jdDetail"]["sampleProfileURL"] == "https://www.linkedin.com/in/somebody"
    text = body["jdDetail"]["userText"]
    assert text.startswith("Wanted: xxx")
    assert len(text) == 250
    assert body["queries"]["skills"]["value"]["mandatory"] == ["C#"]


async def test_a_saved_session_without_its_search_is_running_with_the_apis_reason(
    assistant: Assistant,
) -> None:
    fault = Fault("207", body="search backend timed out", seconds=3600)
    assistant.sandbox.fail("create_session", fault)
    started = await assistant.call("create_sourcing_session", title="T", filters=CSHARP)
    assert started["status"] == "running"
    assert started["session_id"]
    assert "search backend timed out" in started["warning"]


async def test_an_update_sends_the_whole_map_with_what_changed(assistant: Assistant) -> None:
    session_id = await assistant.search(
        skills={"mandatory": ["C#"]}, years_of_experience={"min": 1, "max": 9}, countries=["India"]
    )
    updated = await assistant.call(
        "update_sourcing_session",
        session_id=session_id,
        title="Wider",
        filters={"years_of_experience": {"max": 12}},
        remove_filters=["countries"],
    )
    in_force = {"skills": {"mandatory": ["C#"]}, "years_of_experience": {"max": 12}}
    assert updated["filters"] == in_force
    assert updated["session_id"] == session_id
    assert updated["status"] == "running"
    assert updated["credits"]["charged"] == 5
    (body,) = bodies(assistant, "update_session")
    assert set(body["queries"]) == {"skills", "years_of_experience_raw"}
    assert body["queries"]["years_of_experience_raw"]["value"] == [0, 12]
    assert body["sessionTitle"] == "Wider"
    await assistant.call("wait_for_session", session_id=session_id)
    session = await assistant.call("get_session", session_id=session_id)
    assert session["filters"] == in_force
    assert session["title"] == "Wider"


async def test_ranges_that_the_apis_response_omits_stay_in_force() -> None:
    sandbox = small_sandbox(lose_ranges_on_update=True)
    async with connected(sandbox, confirm_spend="off") as assistant:
        session_id = await assistant.search(
            skills={"mandatory": ["C#"]}, years_of_experience={"min": 1}
        )
        for title in ("One", "Two"):
            updated = await assistant.call(
                "update_sourcing_session", session_id=session_id, title=title
            )
            assert updated["filters"]["years_of_experience"] == {"min": 1}
            await assistant.call("wait_for_session", session_id=session_id)
        session = await assistant.call("get_session", session_id=session_id)
        assert session["filters"]["years_of_experience"] == {"min": 1}
        assert bodies(assistant, "update_session")[1]["queries"]["years_of_experience_raw"]


async def test_an_update_of_the_text_keeps_the_sample_profile(assistant: Assistant) -> None:
    sample = "https://www.linkedin.com/in/somebody"
    started = await assistant.call(
        "create_sourcing_session", title="T", filters=CSHARP, sample_profile_url=sample
    )
    session_id = started["session_id"]
    await assistant.call("wait_for_session", session_id=session_id)
    await assistant.call(
        "update_sourcing_session",
        session_id=session_id,
        job_description="A new text",
        filters={"open_to_work": True},
    )
    (body,) = bodies(assistant, "update_session")
    assert body["jdDetail"] == {"userText": "A new text", "sampleProfileURL": sample}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({}, "title, job_description, sample_profile_url, filters or remove_filters is"),
        ({"remove_filters": ["senority"]}, "remove_filters[0] senority is not a filter; did you"),
        ({"remove_filters": ["skills"]}, "remove_filters may not name skills; a search needs"),
        (
            {"filters": {"regions": ["Pune"]}, "remove_filters": ["regions"]},
            "filters.regions is in remove_filters too; keep one of the two.",
        ),
        ({"filters": {"regions": [" "]}}, "filters.regions restricts nothing with these values"),
    ],
)
async def test_an_update_that_would_pay_for_something_else_is_refused(
    assistant: Assistant, arguments: dict[str, Any], problem: str
) -> None:
    session_id = await assistant.search()
    text = await assistant.refusal("update_sourcing_session", session_id=session_id, **arguments)
    assert text.startswith(f"Nothing was sent or charged: {problem}")
    assert assistant.sent("update_session") == 0


async def test_an_update_without_matches_is_an_empty_result(assistant: Assistant) -> None:
    session_id = await assistant.search()
    fault = Fault("status", status=400, body={"message": "No profiles match your filters"})
    assistant.sandbox.fail("update_session", fault)
    updated = await assistant.call(
        "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
    )
    assert updated["expected_profiles"] == 0
    assert session_id in updated["next_step"]


async def test_fetching_more_brings_new_candidates_until_there_are_none() -> None:
    sandbox = Sandbox(match_seconds=0, first_batch=20, more_batch=25)
    async with connected(sandbox) as assistant:
        session_id = await assistant.search(
            skills={"mandatory": ["C#"]}, regions=["Pune, Maharashtra, India"]
        )
        totals = [20]
        for _ in range(10):
            more = await assistant.call("fetch_more_profiles", session_id=session_id)
            if more.get("exhausted"):
                break
            assert more["status"] == "running"
            assert more["credits"]["charged"] == 5
            await assistant.call("wait_for_session", session_id=session_id)
            page = await assistant.call("list_profiles", session_id=session_id)
            totals.append(page["total"])
        assert more["exhausted"] is True
        assert "do not fetch more" in more["next_step"]
        assert totals == sorted(totals)
        assert len(totals) > 1


async def test_earlier_candidates_stay_when_the_api_lists_only_the_new_batch() -> None:
    sandbox = Sandbox(
        match_seconds=0, first_batch=20, more_batch=25, only_new_batch_after_fetch=True
    )
    async with connected(sandbox) as assistant:
        session_id = await assistant.search()
        before = await assistant.call("list_profiles", session_id=session_id, limit=50)
        await assistant.call("fetch_more_profiles", session_id=session_id)
        await assistant.call("wait_for_session", session_id=session_id)
        after = await assistant.call("list_profiles", session_id=session_id, limit=50)
        ids = [{card["candidate_id"] for card in page["candidates"]} for page in (before, after)]
        assert ids[0] < ids[1]
        assert after["total"] == 45


async def test_sessions_are_listed_newest_first_and_page_by_page() -> None:
    now = [1_700_000_000.0]
    sandbox = small_sandbox(clock=lambda: now[0])
    async with connected(sandbox) as assistant:
        empty = await assistant.call("list_sessions")
        assert empty["sessions"] == []
        for number in range(3):
            now[0] += 60
            await assistant.call("create_sourcing_session", **search_for(f"No {number}"))
        first = await assistant.call("list_sessions", limit=2)
        assert [line["title"] for line in first["sessions"]] == ["No 2", "No 1"]
        assert first["sessions"][0]["created_at"] == "2023-11-14T22:16:20Z"
        assert first["total"] == 3
        assert first["has_more"] is True
        assert "page 2" in first["next_step"]
        second = await assistant.call("list_sessions", limit=2, page=2)
        assert [line["title"] for line in second["sessions"]] == ["No 0"]
        assert second["has_more"] is False


async def test_a_session_is_shown_in_this_servers_names(assistant: Assistant) -> None:
    session_id = await assistant.search(
        skills={"mandatory": ["C#"]}, countries=["India"], years_of_experience={"min": 2}
    )
    session = await assistant.call("get_session", session_id=session_id)
    assert session["status"] == "done"
    assert session["filters"] == {
        "skills": {"mandatory": ["C#"]},
        "years_of_experience": {"min": 2},
        "countries": ["India"],
    }
    assert session["matched"] == session["total"] > 0
    assert session["times_fetched_more"] == 0


async def test_filters_that_another_client_set_are_named_and_kept(assistant: Assistant) -> None:
    session_id = await assistant.search()
    stored = assistant.sandbox.sessions[session_id].queries
    stored["current_employers.mood"] = {"type": "IN", "value": ["sunny"]}
    stored["languages"] = {"type": "IN", "value": ["Hindi"]}
    session = await assistant.call("get_session", session_id=session_id)
    assert "current_employers.mood, languages" in session["warning"]
    await assistant.refusal(
        "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
    )
    (body,) = bodies(assistant, "update_session")
    assert body["queries"]["current_employers.mood"]["value"] == ["sunny"]
    # Undocumented, so never sent.
    assert "languages" not in body["queries"]


async def test_an_update_sends_back_unchanged_what_a_filter_carries_only_in_part(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    stored: dict[str, dict[str, Any]] = {
        FILTERS["degree"].key: {"type": "IN", "value": ["BACHELORS", "MASTERS"]},
        "years_of_experience_raw": {"type": "RANGE", "value": [3.5, 7.5]},
        "open_to_cards": {"type": "=", "value": ["CAREER_INTEREST", "HIRING_MANAGER"]},
        "geo_distance": {"type": "=", "value": ["50_mi"]},
    }
    assistant.sandbox.sessions[session_id].queries |= stored
    session = await assistant.call("get_session", session_id=session_id)
    for lost in ("MASTERS", "3.5, 7.5", "HIRING_MANAGER", "geo_distance: 50_mi"):
        assert lost in session["warning"]
    assert "within_km" not in session["filters"]
    changes = {"current_titles": ["Engineer"]}
    await assistant.refusal("update_sourcing_session", session_id=session_id, filters=changes)
    (body,) = bodies(assistant, "update_session")
    assert {key: body["queries"][key] for key in stored} == stored
    assert body["queries"][FILTERS["current_titles"].key]["value"] == ["Engineer"]


async def test_a_session_whose_response_omits_its_id_is_the_requested_one(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    nameless = {"profileMatchingStatus": "done", "totalProfilesMatched": 30}
    fault = Fault("status", status=200, body={"data": {"session": nameless}})
    assistant.sandbox.fail("get_session", fault)
    waited = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=0)
    assert waited["session_id"] == session_id
    assistant.sandbox.fail("get_session", fault)
    listed = await assistant.call("list_profiles", session_id=session_id)
    assert listed["candidates"]


@pytest.mark.parametrize("data", [None, {}, {"session": None}, {"session": {}}, "words"])
async def test_a_response_without_a_session_is_requested_again(
    assistant: Assistant, data: Any
) -> None:
    session_id = await assistant.search()
    nothing = Fault("status", status=200, body={"data": data})
    assistant.sandbox.fail("get_session", nothing)
    session = await assistant.call("get_session", session_id=session_id)
    assert session["status"] == "done"


async def test_a_session_id_in_capitals_is_the_same_session(assistant: Assistant) -> None:
    session_id = await assistant.search()
    session = await assistant.call("get_session", session_id=session_id.upper())
    assert session["session_id"] == session_id


async def test_a_kept_filter_of_unknown_shape_does_not_break_later_calls(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    stored = assistant.sandbox.sessions[session_id]
    stored.queries["current_employers.seniority_level"] = {"value": ["Weird level"]}
    body = {"data": {"creditInfo": {"charged": True, "amount": 5}}, "statusCode": 200}
    assistant.sandbox.fail("update_session", Fault("status", status=200, body=body))
    await assistant.call(
        "update_sourcing_session", session_id=session_id, filters={"open_to_work": True}
    )
    stored.filter_changes_counter += 1
    assert (await assistant.call("get_session", session_id=session_id))["session_id"] == session_id
