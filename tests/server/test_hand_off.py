"""From decisions to files and to the record, as a recruiter would hand a search over."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.assistant import ERAS, Assistant, connected, small_sandbox
from tests.support.clocks import SteppedClock

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


async def record_of(assistant: Assistant, session_id: str) -> dict[str, Any]:
    uri = f"fj://sessions/{session_id}/record.json"
    (found,) = (await assistant.client.read_resource(uri)).contents
    facts: dict[str, Any] = json.loads(found.text)  # type: ignore[union-attr]
    return facts


async def test_earlier_decisions_stay_in_the_record_and_the_last_one_counts(
    assistant: Assistant,
) -> None:
    session_id, ids = await decided(assistant)
    counted = await assistant.call(
        "review_candidates",
        session_id=session_id,
        candidate_ids=[ids[2]],
        decision="maybe",
        reason="location",
    )
    assert counted["counts"] == {"shortlisted": 2, "maybe": 1, "do_not_contact": 1}
    made = (await record_of(assistant, session_id))["decisions"]
    assert [
        (one["decision"], one.get("reason")) for one in made if one["candidate_id"] == ids[2]
    ] == [("rejected", None), ("maybe", "location")]


async def test_after_a_shortlisting_or_a_reveal_a_notice_is_due_until_they_are_contacted() -> None:
    # Clients of the older protocol keep no resource for a while.
    async with connected(era=ERAS[1], clock=SteppedClock()) as assistant:
        session_id, ids = await decided(assistant)
        await assistant.call(
            "reveal_contacts", session_id=session_id, candidate_ids=[ids[4]], channel="email"
        )
        due = (await record_of(assistant, session_id))["notices_due"]
        assert {one["candidate_id"]: one["due"] for one in due} == dict.fromkeys(
            (ids[0], ids[1], ids[4]), "2027-02-14"
        )
        await assistant.call(
            "review_candidates",
            session_id=session_id,
            candidate_ids=[ids[0], ids[4]],
            outreach="contacted",
        )
        due = (await record_of(assistant, session_id))["notices_due"]
        assert [one["candidate_id"] for one in due] == [ids[1]]


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
