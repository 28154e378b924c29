"""What goes on while the memory's database is locked or damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from mcp.shared.exceptions import MCPError

from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import PEOPLE, small_sandbox
from tests.support.ledgers import on_a_file
from tests.support.memories import card, listed, remembered, remembering, search

pytestmark = pytest.mark.anyio


@on_a_file
async def test_while_another_process_writes_lists_show_what_is_decided(tmp_path: Path) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path) as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        await assistant.call("review_candidates", **one, decision="rejected")
        another, _ = await search(assistant, "Another")
        before = remembered(tmp_path, "sightings")
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            page = await assistant.call("list_profiles", session_id=session)
            assert page["left_out"] == {"rejected": 1}
            assert "warning" not in page
            refused = await assistant.refusal("review_candidates", **one, decision="maybe")
            assert LEDGER_FILE in refused
            writer.execute("ROLLBACK")
        assert remembered(tmp_path, "sightings") == before
        await assistant.call("review_candidates", **one, decision="maybe")
        marked = await card(assistant, another, people[0])
        assert marked["seen_before"]["decision"] == "maybe"


@on_a_file
async def test_without_its_database_lists_go_on_and_reviews_are_refused(tmp_path: Path) -> None:
    api = small_sandbox()
    exports = tmp_path / "exports"
    exports.mkdir()
    async with remembering(api, tmp_path) as assistant:
        session, people = await search(assistant)
        other, _ = await search(assistant, "Another")
        await assistant.call(
            "review_candidates", session_id=session, candidate_ids=people[:1], decision="rejected"
        )
    file = tmp_path / LEDGER_FILE
    kept = file.read_bytes()
    for path in tmp_path.glob(f"{LEDGER_FILE}*"):
        path.unlink()
    file.write_bytes(b"This is no database. " * 1_000)
    async with remembering(api, tmp_path, export_dir=exports) as assistant:
        for tool in ("list_profiles", "show_candidates", "wait_for_session"):
            result = await assistant.call(tool, session_id=session)
            assert "Decisions and earlier searches cannot be shown now" in result["warning"], tool
            assert (
                "people who were rejected or must not be contacted may be listed"
                in result["warning"]
            ), tool
            assert "left_out" not in result, tool
            assert "counts" not in result, tool
        assert len(await listed(assistant, session_id=session)) == PEOPLE
        full = await assistant.call("get_candidate", session_id=session, candidate_id=people[0])
        assert "Decisions and earlier searches cannot be shown now" in full["next_step"]
        one = {"session_id": session, "candidate_ids": people[:1]}
        for tool, arguments in (
            ("review_candidates", one | {"decision": "maybe"}),
            ("list_profiles", {"session_id": session, "decisions": ["rejected"]}),
            ("list_profiles", {"session_id": session, "new_only": True}),
            ("list_profiles", {}),
            ("reveal_contacts", one | {"channel": "email"}),
            ("forget_candidates", one),
            # Without marks nobody knows who must not be in it.
            ("export_profiles", {"session_id": session}),
            ("export_profiles", {"session_ids": [session, other]}),
        ):
            refused = await assistant.refusal(tool, **arguments)
            assert LEDGER_FILE in refused, tool
            assert refused.startswith("Nothing was sent or charged: "), tool
            assert "nothing is bought or exported, and no decision is read or recorded" in refused
        for resource in ("profiles.csv", "profiles.json", "record"):
            with pytest.raises(MCPError, match="nothing is bought or exported"):
                await assistant.client.read_resource(f"fj://sessions/{session}/{resource}")
        assert not [*exports.iterdir()]
        # As soon as it is back, everything is.
        file.write_bytes(kept)
        page = await assistant.call("list_profiles", session_id=session)
        assert page["left_out"] == {"rejected": 1}
    assert len(remembered(tmp_path, "reviews")) == 1
