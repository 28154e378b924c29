"""A recruiter's week: searches, decisions, a restart, a kept list, an ATS file, a deletion."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.settings.settings import SANDBOX_KEY
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import PEOPLE, Assistant, connected, search_for, small_sandbox
from tests.support.ledgers import on_a_file

KEYED: dict[str, Any] = {"sandbox": False, "api_key": SANDBOX_KEY}
NOTE = "Knows no Kubernetes yet; ask again in spring."


async def searched(assistant: Assistant, title: str) -> str:
    """The id of a finished search; the searches of all titles find the same candidates."""
    started = await assistant.call("create_sourcing_session", **search_for(title))
    await assistant.call("wait_for_session", session_id=started["session_id"])
    session_id: str = started["session_id"]
    return session_id


def stored_bytes(folder: Path) -> bytes:
    """The bytes of the database's file and of its write-ahead log."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob(f"{LEDGER_FILE}*")))


async def cards(assistant: Assistant, session_id: str, **arguments: Any) -> list[dict[str, Any]]:
    """The first page of a session's candidates."""
    listed = await assistant.call("list_profiles", session_id=session_id, limit=50, **arguments)
    found: list[dict[str, Any]] = listed["candidates"]
    return found


@on_a_file
@pytest.mark.anyio
async def test_what_a_recruiter_decides_on_monday_is_known_all_week(tmp_path: Path) -> None:
    api = small_sandbox()
    kept = {**KEYED, "state_dir": str(tmp_path), "export_dir": str(tmp_path)}

    async with connected(api, **kept) as monday:
        pune = await searched(monday, "Team Pune")
        first, second, third, fourth, fifth = (await cards(monday, pune))[:5]
        reviewed = await monday.call(
            "review_candidates",
            session_id=pune,
            candidate_ids=[one["candidate_id"] for one in (first, second, third)],
            decision="shortlisted",
        )
        assert reviewed["reviewed"] == 3
        assert reviewed["counts"]["shortlisted"] == 3
        await monday.call(
            "review_candidates",
            session_id=pune,
            candidate_ids=[fourth["candidate_id"]],
            decision="rejected",
            reason="skills",
            note=NOTE,
        )
        listed = await monday.call("list_profiles", session_id=pune, limit=50)
        assert fourth["candidate_id"] not in {one["candidate_id"] for one in listed["candidates"]}
        assert listed["left_out"] == {"rejected": 1}
        charged = len(api.charges)

    # After a restart, in another search that finds the same people.
    async with connected(api, **kept) as tuesday:
        delhi = await searched(tuesday, "Team Delhi")
        shown = {one["candidate_id"]: one for one in await cards(tuesday, delhi)}
        assert len(shown) == PEOPLE, "somebody rejected in another search is shown"
        before = shown[fourth["candidate_id"]]["seen_before"]
        assert (before["session_id"], before["decision"]) == (pune, "rejected")
        assert shown[first["candidate_id"]]["seen_before"]["title"] == "Team Pune"
        assert await cards(tuesday, delhi, new_only=True) == []

        async def outreach(card: dict[str, Any], state: str) -> None:
            await tuesday.call(
                "review_candidates",
                session_id=delhi,
                candidate_ids=[card["candidate_id"]],
                outreach=state,
            )

        await outreach(first, "contacted")
        await outreach(fifth, "do_not_contact")
        refused = await tuesday.refusal(
            "reveal_contacts",
            session_id=delhi,
            candidate_ids=[fifth["candidate_id"]],
            channel="email",
        )
        assert fifth["candidate_id"] in refused
        assert len(api.charges) == charged + 1, "deciding is free"

    async with connected(api, **kept) as friday:
        await week_ends(friday, api, tmp_path, (first, second, third, fourth, fifth), (pune, delhi))


async def week_ends(
    friday: Assistant,
    api: Sandbox,
    folder: Path,
    people: tuple[dict[str, Any], ...],
    sessions: tuple[str, str],
) -> None:
    """A third search, the kept list, the file for the ATS, the record, and a deletion."""
    first, _, third, fourth, fifth = people
    pune, _ = sessions
    goa = await searched(friday, "Team Goa")
    listed = await friday.call("list_profiles", session_id=goa, limit=50)
    assert listed["left_out"] == {"do_not_contact": 1}
    assert fifth["candidate_id"] not in {one["candidate_id"] for one in listed["candidates"]}
    assert {one["candidate_id"]: one for one in listed["candidates"]}[first["candidate_id"]][
        "outreach"
    ] == "contacted"

    everyone = await friday.call("list_profiles", decisions=["shortlisted"])
    assert {one["name"] for one in everyone["candidates"]} == {one["name"] for one in people[:3]}
    assert {one["session_id"] for one in everyone["candidates"]} == {pune}

    exported = await friday.call(
        "export_profiles", session_id=pune, layout="ats", decisions=["shortlisted"]
    )
    file = Path(exported["path"]).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file, newline="")))
    assert len(rows) == 3
    assert {row["Prospect Stage"] for row in rows} == {"shortlisted"}
    assert {row["Source"] for row in rows} == {"FutureJobs"}

    read = await friday.client.read_resource(f"fj://sessions/{pune}/record")
    (record,) = (content.text for content in read.contents)  # type: ignore[union-attr]
    assert "skills" in record
    assert "rejected" in record
    assert "C#" in record

    whom = {"session_id": pune, "candidate_ids": [fourth["candidate_id"]]}
    assert "cannot be undone" in await friday.refusal("forget_candidates", **whom)
    forgotten = await friday.call("forget_candidates", **whom)
    assert forgotten["forgotten"] == 1
    bytes_left = stored_bytes(folder)
    assert NOTE.encode() not in bytes_left
    assert fourth["name"].encode() not in bytes_left
    assert third["name"].encode() in bytes_left
    again = {one["candidate_id"]: one for one in await cards(friday, pune)}
    assert "decision" not in again[fourth["candidate_id"]]
    assert len(api.charges) == 3
