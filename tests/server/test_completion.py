"""Completion of arguments: free, quick, and never an error."""

import pytest
from mcp import Client
from mcp_types import PromptReference, ResourceTemplateReference

from fj_mcp.sandbox.faults import Fault
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from tests.support.assistant import (
    CSHARP,
    ERAS,
    UNKNOWN_SESSION,
    Assistant,
    connected,
    small_sandbox,
)

pytestmark = pytest.mark.anyio

REPORT = PromptReference(type="ref/prompt", name="shortlist_report")
OUTREACH = PromptReference(type="ref/prompt", name="outreach_drafts")
SOURCE = PromptReference(type="ref/prompt", name="source_candidates")
SESSION = ResourceTemplateReference(type="ref/resource", uri="fj://sessions/{session_id}")
PROFILES = ResourceTemplateReference(
    type="ref/resource", uri="fj://sessions/{session_id}/profiles.csv{?min_score,candidate_ids}"
)

Reference = PromptReference | ResourceTemplateReference


async def completed(
    assistant: Assistant, ref: Reference, name: str, typed: str, **given: str
) -> list[str]:
    argument = {"name": name, "value": typed}
    result = await assistant.client.complete(ref, argument, given or None)
    assert result.completion.total is not None
    assert result.completion.has_more is (result.completion.total > len(result.completion.values))
    return result.completion.values


async def search(assistant: Assistant, title: str) -> str:
    started = await assistant.call(
        "create_sourcing_session", title=title, filters=CSHARP, allow_duplicate=True
    )
    session_id: str = started["session_id"]
    return session_id


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_the_server_declares_completion(mode: str) -> None:
    async with Client(build_server(Settings(sandbox=True)), mode=mode) as client:
        assert client.server_capabilities is not None
        assert client.server_capabilities.completions is not None


# Sessions


async def test_a_session_is_found_by_its_title_or_id_and_the_id_is_offered(
    either: Assistant,
) -> None:
    pune = await search(either, "Senior .NET, Pune")
    java = await search(either, "Java, Berlin")
    for ref in (REPORT, OUTREACH, SESSION, PROFILES):
        for typed in ("se", ".net,  PUNE", "pune", pune, pune[:-1].upper(), f" {pune} "):
            assert await completed(either, ref, "session_id", typed) == [pune], typed
        assert await completed(either, ref, "session_id", "berlin") == [java]
        assert await completed(either, ref, "session_id", "cobol") == []


async def test_the_newest_session_comes_first_and_20_are_offered_at_most() -> None:
    async with connected(small_sandbox(credits=1_000)) as assistant:
        for number in range(22):
            await search(assistant, f"Search {number}")
        shown = await assistant.call("list_sessions", limit=50)
        newest = [item["session_id"] for item in shown["sessions"]]
        result = await assistant.client.complete(REPORT, {"name": "session_id", "value": "search"})
    assert result.completion.values == newest[:20]
    assert result.completion.total == 22
    assert result.completion.has_more is True


# Candidates


async def test_a_candidate_is_found_by_name_or_id_behind_the_last_comma(
    either: Assistant,
) -> None:
    session_id = await either.search()
    shown = await either.call("list_profiles", session_id=session_id, limit=50)
    best, second, *_ = shown["candidates"]
    one, two = best["candidate_id"], second["candidate_id"]
    for ref, name in ((OUTREACH, "candidates"), (PROFILES, "candidate_ids")):
        assert await completed(either, ref, name, one, session_id=session_id) == [one]
        found = await completed(either, ref, name, best["name"].upper(), session_id=session_id)
        assert found[0] == one
        typed = f"{one}, {second['name']}"
        found = await completed(either, ref, name, typed, session_id=session_id)
        assert found[0] in (f"{one},{two}", f"{one}, {two}")
        assert await completed(either, ref, name, f"{one},{one}", session_id=session_id) == []
        assert await completed(either, ref, name, f"{one},", session_id=session_id) == []
        everybody = await completed(either, ref, name, one[:2], session_id=session_id)
        assert len(everybody) <= 20


async def test_candidates_are_completed_only_if_a_session_is_given(
    either: Assistant,
) -> None:
    for given in ({}, {"session_id": ""}, {"session_id": "mine"}, {"tone": "warm"}):
        assert await completed(either, OUTREACH, "candidates", "Asha", **given) == []
    assert not either.sandbox.calls
    found = await completed(either, OUTREACH, "candidates", "Asha", session_id=UNKNOWN_SESSION)
    assert found == []


# Words


async def test_tones_are_suggested_and_free_text_is_not(
    either: Assistant,
) -> None:
    tones = await completed(either, OUTREACH, "tone", "")
    assert {"warm", "formal", "brief"} <= set(tones)
    assert await completed(either, OUTREACH, "tone", "For") == ["formal"]
    assert await completed(either, OUTREACH, "tone", "sarcastic") == []
    for ref, name in (
        (SOURCE, "number_wanted"),
        (SOURCE, "credit_limit"),
        (SOURCE, "job_description"),
        (PROFILES, "min_score"),
        (REPORT, "no_such_argument"),
    ):
        assert await completed(either, ref, name, "10") == []
    assert not either.sandbox.calls


# Limits


async def test_fewer_than_two_letters_send_nothing(either: Assistant) -> None:
    session_id = await either.search()
    sent = len(either.sandbox.calls)
    for typed in ("", " ", "t", " t "):
        assert await completed(either, REPORT, "session_id", typed) == []
        found = await completed(
            either, OUTREACH, "candidates", f"abc,{typed}", session_id=session_id
        )
        assert found == []
    assert len(either.sandbox.calls) == sent


async def test_completion_is_free_and_sends_only_get_requests(either: Assistant) -> None:
    session_id = await either.search()
    charges, sent = list(either.sandbox.charges), len(either.sandbox.calls)
    await completed(either, REPORT, "session_id", "test")
    await completed(either, OUTREACH, "candidates", "an", session_id=session_id)
    made = either.sandbox.calls[sent:]
    assert {call.operation for call in made} == {"project_sessions", "get_session"} | (
        {"profiles"} & {call.operation for call in made}
    )
    assert {call.method for call in made} == {"GET"}
    assert either.sandbox.charges == charges


async def test_a_failure_is_an_empty_list(
    either: Assistant, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    session_id = await either.search()
    for fault in (Fault("status", status=500), Fault("status", status=401), Fault("html")):
        for operation in ("project_sessions", "get_session"):
            either.sandbox.fail(operation, fault, times=3)
        assert await completed(either, REPORT, "session_id", "test") == []
        found = await completed(either, OUTREACH, "candidates", "an", session_id=session_id)
        assert found == []
        for _ in range(3):
            await either.client.call_tool("list_sessions", {})
            await either.client.call_tool("get_session", {"session_id": session_id})
    assert caplog.records == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("era", ERAS)
async def test_without_a_key_there_are_no_completions(era: str) -> None:
    api = small_sandbox()
    async with connected(api, era, sandbox=False) as assistant:
        assert await completed(assistant, REPORT, "session_id", "test") == []
        found = await completed(assistant, OUTREACH, "candidates", "an", session_id=UNKNOWN_SESSION)
        assert found == []
        assert await completed(assistant, OUTREACH, "tone", "war") == ["warm"]
    assert not api.calls


@pytest.mark.parametrize("era", ERAS)
async def test_each_server_completes_from_its_own_sessions(era: str) -> None:
    async with connected(era=era) as one, connected(era=era) as other:
        session_id = await search(one, "Pune")
        assert await completed(other, REPORT, "session_id", "pune") == []
        assert await completed(one, REPORT, "session_id", "pune") == [session_id]
