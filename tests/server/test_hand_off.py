"""From decisions to files and to the record, as a recruiter would hand a search over."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.assistant import Assistant, connected, small_sandbox

pytestmark = pytest.mark.anyio


def rows_of(result: dict[str, Any]) -> list[dict[str, str]]:
    text = Path(result["path"]).read_text(encoding="utf-8").removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def decided(assistant: Assistant) -> tuple[str, list[str]]:
    """A search with decisions about its first four candidates."""
    session_id = await assistant.search()
    listed = await assistant.call("list_profiles", session_id=session_id)
    ids = [card["candidate_id"] for card in listed["candidates"]]
    review = {"session_id": session_id}
    await assistant.call(
        "review_candidates",
        **review,
        candidate_ids=ids[:2],
        decision="shortlisted",
        reason="skills",
        note="Call on Monday",
    )
    await assistant.call("review_candidates", **review, candidate_ids=[ids[2]], decision="rejected")
    await assistant.call(
        "review_candidates", **review, candidate_ids=[ids[3]], outreach="do_not_contact"
    )
    return session_id, ids


async def test_the_kept_ones_go_to_the_ats_with_decision_note_and_source(
    assistant: Assistant,
) -> None:
    session_id, ids = await decided(assistant)
    result = await assistant.call(
        "export_profiles",
        session_id=session_id,
        layout="ats",
        decisions=["shortlisted"],
        include_notes=True,
    )
    rows = rows_of(result)
    assert [row["External ID"] for row in rows] == ids[:2]
    for row in rows:
        assert (row["Prospect Stage"], row["Notes"], row["Source"]) == (
            "shortlisted",
            "Call on Monday",
            "FutureJobs",
        )
        assert row["Tags"] == "Test,shortlisted,skills"


async def test_nobody_who_must_not_be_contacted_is_exported_from_any_session(
    assistant: Assistant,
) -> None:
    session_id, ids = await decided(assistant)
    other = await assistant.search(skills={"core": ["C#"]})
    for given in ({"session_id": other}, {"session_ids": [session_id, other]}):
        result = await assistant.call("export_profiles", **given)
        assert ids[3] not in {row["candidate_id"] for row in rows_of(result)}
        assert "1 candidate is left out, marked do_not_contact" in result["warning"]
    only = await assistant.call("export_profiles", session_id=session_id, candidate_ids=[ids[3]])
    assert only["rows"] == 0
    assert only["next_step"].startswith("None of these candidates may be contacted")


async def test_the_record_lists_each_decision_and_who_made_it(assistant: Assistant) -> None:
    session_id, ids = await decided(assistant)
    uri = f"fj://sessions/{session_id}/record"
    (found,) = (await assistant.client.read_resource(f"{uri}.json")).contents
    facts = json.loads(found.text)  # type: ignore[union-attr]
    assert [
        (one["candidate_id"], one["by"], one.get("decision"), one.get("outreach"), one["rank"])
        for one in facts["decisions"]
    ] == [
        (ids[0], "assistant", "shortlisted", None, 1),
        (ids[1], "assistant", "shortlisted", None, 2),
        (ids[2], "assistant", "rejected", None, 3),
        (ids[3], "assistant", None, "do_not_contact", 4),
    ]
    assert {one["candidate_id"] for one in facts["notices_due"]} >= set(ids[:2])
    (text,) = (await assistant.client.read_resource(uri)).contents
    assert "Call on Monday" not in text.text  # type: ignore[union-attr]
    assert "| shortlisted |" in text.text  # type: ignore[union-attr]


async def test_with_memory_off_nothing_is_marked_and_the_record_says_so() -> None:
    async with connected(small_sandbox(), memory=False) as assistant:
        session_id = await assistant.search()
        result = await assistant.call("export_profiles", session_id=session_id)
        assert {row["decision"] for row in rows_of(result)} == {""}
        uri = f"fj://sessions/{session_id}/record"
        (text,) = (await assistant.client.read_resource(uri)).contents
        assert "Decisions are not stored on this server." in text.text  # type: ignore[union-attr]
        (tool,) = [
            tool
            for tool in (await assistant.client.list_tools()).tools
            if tool.name == "export_profiles"
        ]
        assert not tool.input_schema["properties"].keys() & {"decisions", "include_notes"}
