"""A recruiter's week: searches, decisions, a restart, a kept list, an ATS file, a deletion."""

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.settings.settings import SANDBOX_KEY
from fj_mcp.storage.database.tables import metadata
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import PEOPLE, Assistant, connected, search_for, small_sandbox
from tests.support.ledgers import on_a_file, postgres_server, table_in

pytestmark = pytest.mark.anyio

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


def rows_bytes(address: str) -> bytes:
    """Every row in a PostgreSQL."""
    return repr([table_in(address, name, "1") for name in metadata.tables]).encode()


async def cards(assistant: Assistant, session_id: str, **arguments: Any) -> list[dict[str, Any]]:
    """The first page of a session's candidates."""
    listed = await assistant.call("list_profiles", session_id=session_id, limit=50, **arguments)
    found: list[dict[str, Any]] = listed["candidates"]
    return found


async def monday(assistant: Assistant) -> tuple[str, list[dict[str, Any]]]:
    """A search, and what is decided about the first four; the best five of it."""
    pune = await searched(assistant, "Team Pune")
    people = (await cards(assistant, pune))[:5]
    reviewed = await assistant.call(
        "review_candidates",
        session_id=pune,
        candidate_ids=[one["candidate_id"] for one in people[:3]],
        decision="shortlisted",
    )
    assert reviewed["reviewed"] == 3
    assert reviewed["counts"]["shortlisted"] == 3
    rejected = people[3]["candidate_id"]
    await assistant.call(
        "review_candidates",
        session_id=pune,
        candidate_ids=[rejected],
        decision="rejected",
        reason="skills",
        note=NOTE,
    )
    listed = await assistant.call("list_profiles", session_id=pune, limit=50)
    assert rejected not in {one["candidate_id"] for one in listed["candidates"]}
    assert listed["left_out"] == {"rejected": 1}
    return pune, people


async def tuesday(
    assistant: Assistant, api: Sandbox, people: list[dict[str, Any]], pune: str
) -> str:
    """Another search that finds the same people, and to whom somebody wrote."""
    charged = len(api.charges)
    first, _, _, fourth, fifth = people
    delhi = await searched(assistant, "Team Delhi")
    shown = {one["candidate_id"]: one for one in await cards(assistant, delhi)}
    assert len(shown) == PEOPLE, "somebody rejected in another search is shown"
    before = shown[fourth["candidate_id"]]["seen_before"]
    assert (before["session_id"], before["decision"]) == (pune, "rejected")
    assert shown[first["candidate_id"]]["seen_before"]["title"] == "Team Pune"
    assert await cards(assistant, delhi, new_only=True) == []
    for card, state in ((first, "contacted"), (fifth, "do_not_contact")):
        await assistant.call(
            "review_candidates",
            session_id=delhi,
            candidate_ids=[card["candidate_id"]],
            outreach=state,
        )
    refused = await assistant.refusal(
        "reveal_contacts",
        session_id=delhi,
        candidate_ids=[fifth["candidate_id"]],
        channel="email",
    )
    assert fifth["candidate_id"] in refused
    assert len(api.charges) == charged + 1, "deciding is free"
    return delhi


@on_a_file
async def test_what_a_recruiter_decides_on_monday_is_known_all_week(tmp_path: Path) -> None:
    api = small_sandbox()
    kept = {**KEYED, "state_dir": str(tmp_path), "export_dir": str(tmp_path)}
    async with connected(api, **kept) as assistant:
        pune, people = await monday(assistant)
    # After a restart.
    async with connected(api, **kept) as assistant:
        await tuesday(assistant, api, people, pune)
    async with connected(api, **kept) as assistant:
        await friday(assistant, api, partial(stored_bytes, tmp_path), people, pune)


async def test_what_one_machine_of_a_team_decides_is_known_to_the_other_all_week(
    tmp_path: Path,
) -> None:
    api = small_sandbox()
    with postgres_server() as postgres:
        one, other = (
            {
                **KEYED,
                "state_dir": str(tmp_path / name),
                "export_dir": str(tmp_path),
                "database_url": postgres.address,
            }
            for name in ("one", "other")
        )
        async with connected(api, **other) as there:
            async with connected(api, **one) as here:
                pune, people = await monday(here)
                await tuesday(there, api, people, pune)
            async with connected(api, **one) as here:
                await friday(here, api, partial(rows_bytes, postgres.address), people, pune)
            known = {card["candidate_id"]: card for card in await cards(there, pune)}
            assert "decision" not in known[people[3]["candidate_id"]]
            assert known[people[0]["candidate_id"]]["decision"] == "shortlisted"


async def friday(
    assistant: Assistant,
    api: Sandbox,
    stored: Callable[[], bytes],
    people: list[dict[str, Any]],
    pune: str,
) -> None:
    """A third search, the kept list, the file for the ATS, the record, and a deletion."""
    first, _, third, fourth, fifth = people
    goa = await searched(assistant, "Team Goa")
    listed = await assistant.call("list_profiles", session_id=goa, limit=50)
    assert listed["left_out"] == {"do_not_contact": 1}
    assert fifth["candidate_id"] not in {one["candidate_id"] for one in listed["candidates"]}
    assert {one["candidate_id"]: one for one in listed["candidates"]}[first["candidate_id"]][
        "outreach"
    ] == "contacted"

    everyone = await assistant.call("list_profiles", decisions=["shortlisted"])
    assert {one["name"] for one in everyone["candidates"]} == {one["name"] for one in people[:3]}
    assert {one["session_id"] for one in everyone["candidates"]} == {pune}

    exported = await assistant.call(
        "export_profiles", session_id=pune, layout="ats", decisions=["shortlisted"]
    )
    file = Path(exported["path"]).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file, newline="")))
    assert len(rows) == 3
    assert {row["Prospect Stage"] for row in rows} == {"shortlisted"}
    assert {row["Source"] for row in rows} == {"FutureJobs"}

    read = await assistant.client.read_resource(f"fj://sessions/{pune}/record")
    (record,) = (content.text for content in read.contents)  # type: ignore[union-attr]
    assert "skills" in record
    assert "rejected" in record
    assert "C#" in record

    whom = {"session_id": pune, "candidate_ids": [fourth["candidate_id"]]}
    assert "cannot be undone" in await assistant.refusal("forget_candidates", **whom)
    forgotten = await assistant.call("forget_candidates", **whom)
    assert forgotten["forgotten"] == 1
    bytes_left = stored()
    assert NOTE.encode() not in bytes_left
    assert fourth["name"].encode() not in bytes_left
    assert third["name"].encode() in bytes_left
    again = {one["candidate_id"]: one for one in await cards(assistant, pune)}
    assert "decision" not in again[fourth["candidate_id"]]
    assert len(api.charges) == 3
