"""The file in which purchases are remembered: SQLite, shared by several processes of a machine."""

import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from fj_mcp.errors import LedgerBroken
from fj_mcp.storage import Row, Rows, Storage

T = TypeVar("T")

_BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""

_REMEDY = (
    "If another program holds it, call again. Else make its folder writable, set FJ_STATE_DIR to "
    "another one, or move a damaged file away."
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS purchases (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    operation TEXT NOT NULL,
    slot TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    session_id TEXT,
    state TEXT NOT NULL,
    claimed_at REAL NOT NULL,
    lease_until REAL NOT NULL,
    process INTEGER NOT NULL,
    token TEXT NOT NULL,
    sent INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    credits INTEGER,
    remaining INTEGER,
    told INTEGER NOT NULL,
    traces TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notes (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    until REAL,
    PRIMARY KEY (workspace, name)
) STRICT;
CREATE INDEX IF NOT EXISTS by_state ON purchases (workspace, state);
CREATE INDEX IF NOT EXISTS by_intent ON purchases (workspace, fingerprint);
CREATE INDEX IF NOT EXISTS by_session ON purchases (workspace, session_id);
CREATE INDEX IF NOT EXISTS by_time ON purchases (workspace, claimed_at);
"""


class SqliteStorage(Storage):
    """The open file, or a database in memory. Opened when it is first needed.

    Nothing in it waits for anything but the disk, so no other task comes between its statements.
    """

    def __init__(self, path: Path | None, workspace: str) -> None:
        """Args: `path` of the file (None: memory only), `workspace`: whose purchases they are."""
        self.place = str(path or "memory")
        self._path = path
        self._workspace = workspace
        self._connection: sqlite3.Connection | None = None

    async def read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        with self._opened() as connection:
            return await work(_SqliteRows(connection, self._workspace))

    async def transact(self, work: Callable[[Rows], Awaitable[T]], *, on_disk: bool = False) -> T:
        with self._transaction(on_disk=on_disk) as connection:
            return await work(_SqliteRows(connection, self._workspace))

    async def note(self, name: str, value: str, seconds: float | None = None) -> str:
        until = None if seconds is None else time.time() + seconds
        with self._transaction() as connection:
            connection.execute("DELETE FROM notes WHERE until < ?", (time.time(),))
            row = (self._workspace, name, value, until)
            connection.execute("INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?)", row)
        return await self.noted(name) or value

    async def noted(self, name: str) -> str | None:
        query = "SELECT value FROM notes WHERE workspace = ? AND name = ?"
        with self._opened() as connection:
            row = connection.execute(query, (self._workspace, name)).fetchone()
        return str(row["value"]) if row else None

    async def check(self) -> None:
        with self._transaction() as connection:
            connection.execute("UPDATE purchases SET state = state WHERE id = -1")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The connection. Whatever fails inside becomes a `LedgerBroken`."""
        try:
            yield self._connection or self._open_file()
        except (sqlite3.Error, OSError, ValueError, LookupError) as error:
            # The last two are a file of another shape, or a line that does not make sense.
            raise LedgerBroken(self.place, _REMEDY) from error

    @contextmanager
    def _transaction(self, *, on_disk: bool = False) -> Iterator[sqlite3.Connection]:
        with self._opened() as connection:
            # With the write-ahead log, NORMAL hands it to the system, and FULL waits for the disk.
            connection.execute(f"PRAGMA synchronous = {'FULL' if on_disk else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _open_file(self) -> sqlite3.Connection:
        if self._path is not None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # SQLite would make the file readable for everybody; its companions take its mode.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            self._path or ":memory:",
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.row_factory = sqlite3.Row
            _write_ahead(connection)
            connection.executescript(_SCHEMA)
            # A file of another shape is refused now, and not after something was paid.
            connection.execute("SELECT token, told, traces FROM purchases LIMIT 0")
        except sqlite3.Error:
            connection.close()
            raise
        self._connection = connection
        return connection


class _SqliteRows:
    """The rows of a workspace. Asynchronous only because those of Redis are."""

    def __init__(self, connection: sqlite3.Connection, workspace: str) -> None:
        self._connection = connection
        self._workspace = workspace

    async def get(self, row_id: int) -> Row | None:
        return self._first("id = ?", row_id)

    async def newest(self, count: int) -> list[Row]:
        return self._select("1", limit=count)

    async def open(self) -> list[Row]:
        return self._select("state IN ('pending', 'unknown')")

    async def with_fingerprint(self, fingerprint: str) -> list[Row]:
        return self._select("fingerprint = ?", fingerprint)

    async def in_session(self, session_id: str) -> list[Row]:
        return self._select("session_id = ?", session_id)

    async def since(self, moment: float) -> list[Row]:
        return self._select("claimed_at >= ?", moment)

    async def last_priced(self, operation: str) -> Row | None:
        return self._first("operation = ? AND state = 'charged' AND credits > 0", operation)

    async def sessions_made(self) -> set[str]:
        rows = self._connection.execute(
            "SELECT session_id FROM purchases WHERE workspace = ? AND state = 'charged'"
            " AND operation = 'create_session' AND session_id IS NOT NULL",
            (self._workspace,),
        )
        return {row["session_id"] for row in rows}

    async def add(self, row: Row) -> int:
        row = {"workspace": self._workspace, **row}
        cursor = self._connection.execute(
            f"INSERT INTO purchases ({', '.join(row)})"  # noqa: S608 - our own names
            f" VALUES ({', '.join('?' * len(row))})",
            tuple(row.values()),
        )
        return int(cursor.lastrowid or 0)

    async def change(self, row_id: int, values: Row) -> None:
        columns = ", ".join(f"{name} = ?" for name in values)
        self._connection.execute(
            f"UPDATE purchases SET {columns} WHERE id = ?",  # noqa: S608 - our own names
            (*values.values(), row_id),
        )

    async def remove(self, row_id: int) -> None:
        self._connection.execute("DELETE FROM purchases WHERE id = ?", (row_id,))

    def _first(self, condition: str, *values: Any) -> Row | None:
        return next(iter(self._select(condition, *values, limit=1)), None)

    def _select(self, condition: str, *values: Any, limit: int = -1) -> list[Row]:
        rows = self._connection.execute(
            f"SELECT * FROM purchases WHERE workspace = ? AND {condition}"  # noqa: S608 - our own
            " ORDER BY id DESC LIMIT ?",
            (self._workspace, *values, limit),
        )
        return [dict(row) for row in rows]


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the write-ahead log on."""
    ends = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # The one statement for which SQLite does not wait itself, when several processes open
            # a new file at once.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.01)
        else:
            return
