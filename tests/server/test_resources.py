"""Resources: the tools' results, read by URI and for free."""

import csv
import io
import json
from typing import Any

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from fj_mcp.filters.reference import filters_page
from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.population.odd_people import HOSTILE_SKILL
from tests.support.assistant import (
    ERAS,
    PEOPLE,
    UNKNOWN_SESSION,
    Assistant,
    connected,
    small_sandbox,
)
from tests.support.hostile_text import MARKS, unwanted

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured]

HOUR = 3_600_000
FREE_OPERATIONS = {"project_sessions", "get_session", "profiles"}


async def read(assistant: Assistant, uri: str) -> ReadResourceResult:
    return await assistant.client.read_resource(uri, cache_mode="bypass")


async def contents(assistant: Assistant, uri: str) -> TextResourceContents:
    (only,) = (await read(assistant, uri)).contents
    assert isinstance(only, TextResourceContents)
    assert only.uri == uri
    return only


async def data(assistant: Assistant, uri: str) -> Any:
    found = await contents(assistant, uri)
    assert found.mime_type == "application/json"
    return json.loads(found.text)


async def table(assistant: Assistant, uri: str) -> list[dict[str, str]]:
    found = await contents(assistant, uri)
    assert found.mime_type == "text/csv"
    return list(csv.DictReader(io.StringIO(found.text, newline="")))


async def refusal(assistant: Assistant, uri: str, code: int) -> str:
    with pytest.raises(MCPError) as refused:
        await read(assistant, uri)
    assert refused.value.error.code == code
    return refused.value.error.message


# Listing


@pytest.mark.parametrize("era", ERAS)
async def test_resources_and_templates_are_listed_with_their_descriptions(era: str) -> None:
    async with connected(era=era) as assistant:
        listed = (await assistant.client.list_resources()).resources
        templates = (await assistant.client.list_resource_templates()).resource_templates
    ours = [item for item in listed if item.uri.startswith("fj://")]
    assert {item.uri: item.mime_type for item in ours} == {
        "fj://filters": "text/markdown",
        "fj://sessions": "application/json",
    }
    narrowed = "{?session_ids,layout,min_score,candidate_ids,query,decisions,include_notes,file}"
    assert {item.uri_template: item.mime_type for item in templates} == {
        "fj://sessions/{session_id}": "application/json",
        f"fj://sessions/{{session_id}}/profiles.csv{narrowed}": "text/csv",
        f"fj://sessions/{{session_id}}/profiles.json{narrowed}": "application/json",
        "fj://sessions/{session_id}/record": "text/markdown",
        "fj://sessions/{session_id}/record.json": "application/json",
    }
    described: list[Resource | ResourceTemplate] = [*ours, *templates]
    assert len({item.name for item in described}) == len({item.title for item in described}) == 7
    for item in described:
        assert item.title
        assert 40 < len(item.description or "") <= 200
        assert "\n" not in (item.description or "")


# Reading


@pytest.mark.parametrize("era", ERAS)
async def test_the_filter_reference_names_every_filter_and_needs_no_key(era: str) -> None:
    api = small_sandbox()
    async with connected(api, era, sandbox=False) as assistant:
        found = await contents(assistant, "fj://filters")
    assert found.mime_type == "text/markdown"
    assert found.text.startswith("# Search filters\n\nFilters are combined with AND.")
    assert all(f"| `{name}` |" in found.text for name in FILTERS)
    assert "<!--" not in found.text
    assert filters_page().endswith(found.text.removeprefix("# Search filters\n\n"))
    assert not api.calls


@pytest.mark.parametrize("era", ERAS)
async def test_sessions_are_shown_as_the_tools_show_them(era: str) -> None:
    async with connected(era=era) as assistant:
        session_id = await assistant.search()
        assert await data(assistant, "fj://sessions") == await assistant.call("list_sessions")
        shown = await data(assistant, f"fj://sessions/{session_id}")
        assert shown == await assistant.call("get_session", session_id=session_id)


async def test_of_many_sessions_the_newest_50_are_shown_with_a_next_step() -> None:
    async with connected(small_sandbox(credits=1_000)) as assistant:
        for number in range(51):
            await assistant.call(
                "create_sourcing_session",
                title=f"Search {number}",
                filters={"skills": {"mandatory": ["C#"]}},
                allow_duplicate=True,
            )
        shown = await data(assistant, "fj://sessions")
        assert len(shown["sessions"]) == 50
        assert shown["total"] == 51
        assert shown["next_step"] == "For older sessions call list_sessions with page 2, limit 50."
        older = await assistant.call("list_sessions", page=2, limit=50)
    ids = {item["session_id"] for item in [*shown["sessions"], *older["sessions"]]}
    assert len(ids) == 51


@pytest.mark.parametrize("era", ERAS)
async def test_a_whole_session_is_read_as_a_table_and_as_data_in_the_order_of_its_ranks(
    era: str,
) -> None:
    async with connected(era=era) as assistant:
        session_id = await assistant.search()
        ranked = []
        for page in (1, 2):
            cards = await assistant.call(
                "list_profiles", session_id=session_id, limit=20, page=page
            )
            ranked += [card["candidate_id"] for card in cards["candidates"]]
        rows = await table(assistant, f"fj://sessions/{session_id}/profiles.csv")
        whole = await data(assistant, f"fj://sessions/{session_id}/profiles.json")
    assert [row["candidate_id"] for row in rows] == ranked
    assert [item["candidate_id"] for item in whole["candidates"]] == ranked
    assert [row["rank"] for row in rows] == [str(place) for place in range(1, PEOPLE + 1)]
    assert whole["session_id"] == session_id


@pytest.mark.parametrize("era", ERAS)
async def test_a_session_is_narrowed_by_score_and_by_candidates(era: str) -> None:
    async with connected(era=era) as assistant:
        session_id = await assistant.search(skills={"core": ["Python", "Java", "SQL"]})
        base = f"fj://sessions/{session_id}/profiles"
        whole = (await data(assistant, f"{base}.json"))["candidates"]
        scores = [item.get("score", 0) for item in whole]
        least = scores[0]
        assert scores[-1] < least
        high = await table(assistant, f"{base}.csv?min_score={least}")
        assert len(high) == scores.count(least)
        two = [whole[3]["candidate_id"], whole[1]["candidate_id"]]
        for separator in (",", "%2C", "%2C%20"):
            uri = f"{base}.json?candidate_ids={two[0]}{separator}{two[1]}"
            chosen = (await data(assistant, uri))["candidates"]
            assert [item["rank"] for item in chosen] == [2, 4]
        last = whole[-1]["candidate_id"]
        both = f"{base}.csv?min_score={least}&candidate_ids={last},{whole[0]['candidate_id']}"
        assert [row["rank"] for row in await table(assistant, both)] == ["1"]
        assert len(await table(assistant, f"{base}.csv?min_score=&candidate_ids=")) == len(whole)


@pytest.mark.parametrize("era", ERAS)
async def test_reading_is_free_and_sends_only_get_requests(era: str) -> None:
    async with connected(era=era) as assistant:
        session_id = await assistant.search()
        charges, calls = list(assistant.sandbox.charges), len(assistant.sandbox.calls)
        for path in ("", f"/{session_id}", f"/{session_id}/profiles.csv"):
            await read(assistant, f"fj://sessions{path}")
        assert assistant.sandbox.charges == charges
        made = assistant.sandbox.calls[calls:]
        assert {call.method for call in made} == {"GET"}
        assert {call.operation for call in made} <= FREE_OPERATIONS


@pytest.mark.parametrize("era", ERAS)
async def test_profile_text_is_read_without_hidden_characters(
    era: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async with connected(era=era) as assistant:
        session_id = await assistant.search(skills={"mandatory": [HOSTILE_SKILL]})
        for path in ("", ".csv", ".json"):
            uri = f"fj://sessions/{session_id}" + (f"/profiles{path}" if path else "")
            text = (await contents(assistant, uri)).text
            assert unwanted(text.replace("\r\n", "\n"), lines=True) == []
            # The attack is real, and arrives as a candidate's data.
            assert not path or all(mark in text.lower() for mark in MARKS[:2])
    assert caplog.records == []
    assert capfd.readouterr().err == ""


# The record of a search


@pytest.mark.parametrize("era", ERAS)
async def test_the_record_has_filters_cost_scores_and_reveals_and_no_contact(era: str) -> None:
    async with connected(era=era) as assistant:
        session_id = await assistant.search()
        listed = await assistant.call("list_profiles", session_id=session_id)
        ids = [card["candidate_id"] for card in listed["candidates"]][:10]
        revealed = await assistant.call(
            "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
        )
        uri = f"fj://sessions/{session_id}/record"
        facts = await data(assistant, f"{uri}.json")
        found = await contents(assistant, uri)
    assert found.mime_type == "text/markdown"
    assert facts["session_id"] == session_id
    assert facts["sandbox"] is True
    assert facts["filters"] == {"skills": {"mandatory": ["C#"]}}
    assert facts["candidates"] == sum(facts["scores"].values()) == PEOPLE
    charged = [one for one in facts["purchases"] if one["outcome"] == "charged"]
    assert charged[0]["operation"] == "create_session"
    assert charged[0]["credits"] == 5
    assert {one["candidate_id"] for one in facts["reveals"]} == set(ids)
    assert facts["limits"] in found.text
    assert found.text.rstrip().endswith(facts["limits"])
    values = [value for one in revealed["results"] for value in one["values"]]
    assert values
    assert not [value for value in values if value in found.text + json.dumps(facts)]


async def test_the_record_of_a_session_is_found_by_the_id_in_its_address(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    for path in ("record", "record.json", "profiles.csv?layout=ats"):
        uri = f"fj://sessions/{session_id}/{path}"
        shown = await assistant.call("get_session", session_id=uri)
        assert shown["session_id"] == session_id


# Exports


async def test_an_export_by_uri_takes_all_that_the_tool_takes(assistant: Assistant) -> None:
    first = await assistant.search()
    other = await assistant.search(skills={"mandatory": ["SQL"]})
    base = f"fj://sessions/{first}/profiles.csv"
    both = await table(assistant, f"{base}?session_ids={other}&layout=recruitee")
    assert len(both) > PEOPLE
    assert "Social Links" in both[0]
    assert len(await table(assistant, f"{base}?decisions=undecided&include_notes=true")) == PEOPLE
    assert await table(assistant, f"{base}?decisions=shortlisted") == []
    assert await table(assistant, f"{base}?decisions=keep,do-not-contact") == []
    assert len(await table(assistant, f"{base}?layout=lever&file=1")) == PEOPLE


# Failures


@pytest.mark.parametrize("era", ERAS)
async def test_a_wrong_uri_is_one_sentence_and_sends_nothing(
    era: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    good = f"fj://sessions/{UNKNOWN_SESSION}/profiles.csv"
    wrong = {
        "fj://sessions/mine": "session_id must be the 24 hex digits that list_sessions shows.",
        "fj://sessions/": "session_id must be the 24 hex digits that list_sessions shows.",
        "fj://sessions/%E2%80%AE/profiles.csv": "session_id must be the 24 hex digits that "
        "list_sessions shows.",
        f"{good}?min_score=high": "min_score must be a number.",
        f"{good}?min_score=6": "min_score must be at most 5.",
        f"{good}?min_score=nan": "min_score must be a number.",
        f"{good}?candidate_ids=a%20b": "candidate_ids[0] must be an id that list_profiles shows.",
        f"{good}?candidate_ids=,": "candidate_ids must have at least one item.",
        f"{good}?session_ids=mine": "session_ids[0] must be the 24 hex digits that list_sessions "
        "shows.",
        f"{good}?layout=taleo": "layout must be 'full', 'ats', 'lever' or 'recruitee'.",
        f"{good}?file=0": "file must be at least 1.",
        f"{good}?include_notes=perhaps": "include_notes must be true or false.",
        f"fj://sessions/{UNKNOWN_SESSION}/record?x=1": "x is not a parameter of this URI, or is "
        "there twice; it has no parameters.",
        "fj://sessions/mine/record": "session_id must be the 24 hex digits that list_sessions "
        "shows.",
    }
    async with connected(era=era) as assistant:
        for uri, words in wrong.items():
            text = await refusal(assistant, uri, INVALID_PARAMS)
            assert text == f"Nothing was sent or charged: {words}"
        for uri in ("fj://nothing", "fj://sessions/../x", f"{good}.exe"):
            assert "There is no resource" in await refusal(assistant, uri, INVALID_PARAMS)
        assert not assistant.sandbox.calls
    assert caplog.records == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("era", ERAS)
async def test_api_failures_have_the_same_sentences_as_in_tools(
    era: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async with connected(era=era) as assistant:
        text = await refusal(assistant, f"fj://sessions/{UNKNOWN_SESSION}", INVALID_PARAMS)
        assert text == await assistant.refusal("get_session", session_id=UNKNOWN_SESSION)
        session_id = await assistant.search()
        for path, operation, tool in (
            ("fj://sessions", "project_sessions", "list_sessions"),
            (f"fj://sessions/{session_id}", "get_session", "get_session"),
            (f"fj://sessions/{session_id}/profiles.json", "get_session", "export_profiles"),
        ):
            for fault in (Fault("status", status=500), Fault("html", status=503), Fault("429")):
                assistant.sandbox.fail(operation, fault, times=3)
                text = await refusal(assistant, path, INTERNAL_ERROR)
                assert text.count(f"all {tool} again in ") == 1
                assert "Nothing was charged" in text
                assert "<html" not in text
                for _ in range(3):
                    await assistant.client.call_tool("list_sessions", {})
    assert caplog.records == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("era", ERAS)
async def test_without_a_key_a_session_cannot_be_read_and_the_error_says_why(era: str) -> None:
    api = small_sandbox()
    async with connected(api, era, sandbox=False) as assistant:
        expected = await assistant.refusal("list_sessions")
        for path in ("", f"/{UNKNOWN_SESSION}", f"/{UNKNOWN_SESSION}/profiles.csv"):
            text = await refusal(assistant, f"fj://sessions{path}", INTERNAL_ERROR)
            assert text == expected
            assert "FJ_API_KEY=fjk_" in text
    assert not api.calls


@pytest.mark.parametrize("era", ERAS)
async def test_a_read_returns_within_the_deadline_when_the_api_hangs(era: str) -> None:
    async with connected(era=era, call_deadline_seconds=1) as assistant:
        for operation in ("project_sessions", "get_session"):
            assistant.sandbox.fail(operation, Fault("delay_before", seconds=30), times=10)
        for path in ("", f"/{UNKNOWN_SESSION}/profiles.csv"):
            # Before the API responds.
            with anyio.fail_after(20):
                text = await refusal(assistant, f"fj://sessions{path}", INTERNAL_ERROR)
            assert "second" in text


# Cache hints


async def test_lists_may_be_cached_longer_than_sessions() -> None:
    async with connected() as assistant:
        session_id = await assistant.search()
        client = assistant.client
        for listing in (
            await client.list_tools(cache_mode="bypass"),
            await client.list_prompts(cache_mode="bypass"),
            await client.list_resources(cache_mode="bypass"),
            await client.list_resource_templates(cache_mode="bypass"),
        ):
            assert (listing.ttl_ms, listing.cache_scope) == (HOUR, "public")
        for uri in ("fj://filters", "ui://fj-mcp/shortlist.html"):
            found = await read(assistant, uri)
            assert (found.ttl_ms, found.cache_scope) == (24 * HOUR, "public")
        for path in ("", f"/{session_id}", f"/{session_id}/profiles.csv"):
            found = await read(assistant, f"fj://sessions{path}")
            assert 1_000 <= found.ttl_ms <= 30_000
            assert found.cache_scope == "private"


async def test_a_2025_client_gets_no_cache_hints() -> None:
    async with connected(era="legacy") as assistant:
        for uri in ("fj://filters", "fj://sessions"):
            assert (await read(assistant, uri)).model_fields_set == {"contents"}
        assert (await assistant.client.list_resources()).model_fields_set == {"resources"}


async def test_a_client_that_reads_twice_within_the_hint_causes_one_api_request() -> None:
    async with connected() as assistant:
        for _ in range(2):
            await assistant.client.read_resource("fj://sessions")
        assert assistant.sent("project_sessions") == 1
