"""The ledger's SQLite file: its permissions and its contents."""

import gc
import signal
import sqlite3
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import Connection, Engine, Table, delete, insert, select

from fj_mcp.storage.database.sqlite import SqliteDatabase
from fj_mcp.storage.database.tables import agreed_values, metadata, revisions
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.storage import Storage
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import small_sandbox
from tests.support.conditions import PATIENCE_SECONDS, until
from tests.support.ledgers import full, on_a_file, read_only, small_disk
from tests.support.memories import remembering
from tests.support.processes import Api, stdio_process

pytestmark = [pytest.mark.xdist_group("sqlite-file"), pytest.mark.unmeasured]

CREATE: dict[str, Any] = {"title": "Backend", "filters": {"skills": {"mandatory": ["C#"]}}}

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")


@on_a_file
@posix
def test_a_file_that_others_could_read_becomes_its_owners_alone(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        server.call("create_sourcing_session", **CREATE)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    with stdio_process(api, key, tmp_path) as server:
        server.call("get_spending")
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes) >= {LEDGER_FILE, f"{LEDGER_FILE}-wal"}
    assert set(modes.values()) == {0o600}, modes


@posix
@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["folder", "link to a folder", "link to a file"])
async def test_the_modes_of_what_is_no_file_of_its_own_stay(tmp_path: Path, kind: str) -> None:
    file, other = tmp_path / "state" / LEDGER_FILE, tmp_path / "other"
    file.parent.mkdir()
    if kind == "folder":
        other = file
    if kind == "link to a file":
        other.touch()
    else:
        other.mkdir()
    if other != file:
        file.symlink_to(other)
    other.chmod(0o755)
    with suppress(StorageUnavailable):
        await SqliteDatabase(lambda: file).check()
    assert other.stat().st_mode & 0o777 == 0o755


@pytest.mark.anyio
@pytest.mark.parametrize(
    "table", [name for name in metadata.tables if name not in (revisions.name, "purchases")]
)
async def test_a_check_finds_a_table_that_is_missing(tmp_path: Path, table: str) -> None:
    file = tmp_path / LEDGER_FILE
    database = SqliteDatabase(lambda: file)
    await database.check()
    with closing(sqlite3.connect(file)) as other:
        other.execute(f"DROP TABLE {table}")
    with pytest.raises(StorageUnavailable, match="tables are not those of fj-mcp"):
        await database.check()
    await database.close()


@posix
@on_a_file
def test_the_ledger_is_for_its_owner_alone_and_has_a_write_ahead_log(
    api: Api, key: str, tmp_path: Path
) -> None:
    state = tmp_path / "made" / "here"
    with stdio_process(api, key, state) as server:
        server.search(**CREATE)
        files = {path.name: path.stat().st_mode & 0o777 for path in state.iterdir()}
        assert f"{LEDGER_FILE}-wal" in files
        assert set(files.values()) == {0o600}, files
        with closing(sqlite3.connect(state / LEDGER_FILE)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert state.stat().st_mode & 0o777 == 0o700


@on_a_file
def test_the_file_holds_no_key_no_contact_and_no_name_of_those_merely_shown(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        session_id = server.search(**CREATE)
        server.call("fetch_more_profiles", session_id=session_id)
        server.call("wait_for_session", session_id=session_id)
        listed = server.call("list_profiles", session_id=session_id, limit=50)["candidates"]
        ids = [card["candidate_id"] for card in listed[:5]]
        revealed: dict[str, set[str]] = {}
        for channel in ("email", "phone"):
            wanted = {"session_id": session_id, "candidate_ids": ids, "channel": channel}
            server.call("reveal_contacts", **wanted)

            def contacts(channel: str = channel) -> set[str]:
                shown = [
                    server.call("get_candidate", session_id=session_id, candidate_id=one)
                    for one in ids
                ]
                return {value for full in shown for value in full.get(channel, [])}

            # A phone number may come later.
            revealed[channel] = until(contacts)
        server.call("get_spending")
        content = content_of(tmp_path)
    assert any(path.name.endswith("-wal") for path in tmp_path.iterdir())
    # What is looked for would be found: the ledger does hold the session.
    assert session_id.encode() in content
    # They must be informed, so the record of the search names them.
    assert listed[0]["name"].encode() in content
    names = {card["name"] for card in listed[5:]} - {card["name"] for card in listed[:5]}
    assert len(names) > 35
    digits = {"".join(filter(str.isdigit, number)) for number in revealed["phone"]}
    for secret in (
        {key, key.removeprefix("fjk_")} | names | digits | set().union(*revealed.values())
    ):
        assert secret.encode() not in content, secret


@pytest.mark.anyio
async def test_an_agreed_value_is_gone_once_its_time_is_over() -> None:
    storage = Storage(SqliteDatabase(lambda: None), "w")
    await storage.agree("kept", "1")
    await storage.agree("recent", "2", 3600)
    await storage.agree("old", "3", -1)
    assert [await storage.agreed(name) for name in ("kept", "recent", "old")] == ["1", "2", None]


@on_a_file
def test_a_full_disk_refuses_purchases_until_there_is_room(api: Api, key: str) -> None:
    another = CREATE | {"title": "Another", "filters": {"skills": {"mandatory": ["Go"]}}}
    with small_disk(megabytes=1) as disk, stdio_process(api, key, disk) as server:
        bought = server.search(**CREATE)
        with full(disk):
            text = server.refusal("create_sourcing_session", **another)
            assert text.startswith("Nothing was sent or charged: the database at ")
            assert "Its disk is full: free space, and call again." in text
            assert server.call("get_session", session_id=bought)["status"] == "done"
            assert api.charges(key) == [bought]
        assert server.call("create_sourcing_session", **another)["session_id"] != bought
        assert server.call("get_spending")["spent_today"] == 10


@on_a_file
def test_a_file_that_only_reads_refuses_purchases_and_says_what_to_do(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        bought = server.search(**CREATE)
        server.hang_up()
        server.process.wait()
    with read_only(tmp_path / LEDGER_FILE), stdio_process(api, key, tmp_path) as server:
        another = CREATE | {"filters": {"skills": {"mandatory": ["Go"]}}}
        text = server.refusal("create_sourcing_session", **another)
        assert text.startswith("Nothing was sent or charged: the database at ")
        assert "Make the file and its folder writable, or set FJ_STATE_DIR" in text
        assert server.call("get_session", session_id=bought)["status"] == "done"
    assert api.charges(key) == [bought]


@on_a_file
@pytest.mark.anyio
async def test_the_log_says_once_that_the_file_is_gone_and_once_that_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / LEDGER_FILE
    file.write_bytes(b"not a database" * 999)
    async with remembering(small_sandbox(), tmp_path) as assistant:
        for _ in range(3):
            assert str(file) in await assistant.refusal("get_spending")
        file.unlink()
        for _ in range(2):
            await assistant.call("get_spending")
    away, back = [record.getMessage() for record in caplog.records if record.name == "fj_mcp"]
    assert "is damaged: move it away" in away
    assert back == f"The database at {file} can be used again."


@pytest.mark.anyio
async def test_a_file_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"not a database" * 999)
    folder = tmp_path / "folder"
    folder.mkdir()
    for path, remedy in ((damaged, "is damaged: move it away"), (folder, "FJ_STATE_DIR")):
        with pytest.raises(StorageUnavailable, match=remedy):
            await Storage(SqliteDatabase(lambda path=path: path), "w").agreed("n")  # type: ignore[misc]


def some_row(table: Table) -> dict[str, Any]:
    """A row with a value in every column."""
    values: dict[type, Any] = {int: 3, float: 0.5, str: "text"}
    return {column.name: values[column.type.python_type] for column in table.columns}


@pytest.mark.anyio
async def test_the_rows_of_every_table_move_to_a_file_that_takes_the_place_of_theirs(
    tmp_path: Path,
) -> None:
    file = tmp_path / LEDGER_FILE
    tables = [table for table in metadata.sorted_tables if table is not revisions]
    database = SqliteDatabase(lambda: file)

    def fill(connection: Connection) -> None:
        for table in tables:
            connection.execute(insert(table), some_row(table))

    def rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables
        }

    await database.transact("w", fill)
    before = await database.read(rows)
    for path in tmp_path.iterdir():
        path.unlink()
    assert await database.read(rows) == before
    await database.close()
    another = SqliteDatabase(lambda: file)
    assert await another.read(rows) == before
    await another.close()


@pytest.mark.anyio
async def test_what_was_deleted_is_gone_from_the_file_and_from_its_log(tmp_path: Path) -> None:
    database = SqliteDatabase(lambda: tmp_path / LEDGER_FILE)
    await Storage(database, "w").agree("name", "to be forgotten")
    assert b"to be forgotten" in content_of(tmp_path)
    await database.transact("w", lambda connection: connection.execute(delete(agreed_values)))
    await database.overwrite_deleted()
    assert b"to be forgotten" not in content_of(tmp_path)
    await database.close()


@pytest.mark.anyio
async def test_what_nobody_waits_for_any_more_is_not_begun(tmp_path: Path) -> None:
    database = SqliteDatabase(lambda: tmp_path / LEDGER_FILE)
    await database.check()
    go_on, begun = threading.Event(), threading.Event()
    for work in (lambda _: go_on.wait(PATIENCE_SECONDS), lambda _: begun.set()):
        with pytest.raises(StorageUnavailable), anyio.move_on_after(0):
            await database.read(work)
    go_on.set()
    for _ in range(20):
        await database.check()
    await database.close()
    assert not begun.is_set()


def content_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def engines() -> int:
    """How many engines of SQLAlchemy are in memory, each with the statements that it compiled."""
    gc.collect()
    return sum(isinstance(one, Engine) for one in gc.get_objects())


@pytest.mark.anyio
async def test_a_file_that_is_closed_or_refused_leaves_nothing_in_memory(tmp_path: Path) -> None:
    before = engines()
    for _ in range(3):
        database = SqliteDatabase(lambda: tmp_path / "file")
        await database.check()
        await database.close()
    assert engines() == before
    with closing(sqlite3.connect(tmp_path / "file")) as file, file:
        file.execute("UPDATE fj_mcp_version SET version_num = '9999'")
    database = SqliteDatabase(lambda: tmp_path / "file")
    for _ in range(3):
        with pytest.raises(StorageUnavailable):
            await database.check()
    # The thread still knows its last failure.
    assert engines() <= before + 1
