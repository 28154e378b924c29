"""The SQLite file shared by the processes of one machine, and this process's connection to it.

A process has one connection to the file, regardless of the number of keys. POSIX drops all locks of
a process on a file when the process closes any descriptor of that file, so the file must be opened
by SQLite only (https://sqlite.org/howtocorrupt.html, section 2.2).
"""

import os
import random
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import anyio.to_thread

from fj_mcp.storage.database.database import Row
from fj_mcp.storage.errors import LedgerUnavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_BUSY_SECONDS = 5.0
"""How long to wait while another process has the file locked."""

_GRACE_SECONDS = 0.5
"""The time that a call past its deadline still has to record an outcome."""

_REMEDY = (
    "If another program has it locked, call again. Otherwise make its folder writable, set "
    "FJ_STATE_DIR to another folder, or move a damaged file away."
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


class SqliteDatabase:
    """A process's only connection to the file, or to a database in memory.

    It is opened on first use. Work runs in threads, one at a time, so that a slow disk or a locked
    file delays nothing but purchases.
    """

    def __init__(self, find_path: Callable[[], Path | None]) -> None:
        """Args: `find_path` returns the path of the file, or None for memory."""
        self._find_path = find_path
        self._file: _File | None = None
        self._rescued: dict[str, list[Row]] = {}
        """Rows of a replaced file, until they are written to the new one."""

        # The limiter alone is not enough: an abandoned thread may still be at work.
        self._one_at_a_time = threading.Lock()

    @cached_property
    def _turns(self) -> anyio.CapacityLimiter:
        return anyio.CapacityLimiter(1)

    @cached_property
    def _path(self) -> Path | None:
        return self._find_path()

    @property
    def place(self) -> str:
        """The path of the file, for messages."""
        return str(self._path or "memory")

    async def run(self, work: Work[T]) -> T:
        """Run `work` once the file is available, and return its result.

        Raises:
            LedgerUnavailable: if it does not become available, or if `work` fails.
        """
        left = anyio.current_effective_deadline() - anyio.current_time()
        seconds = min(_BUSY_SECONDS, max(left, _GRACE_SECONDS))
        try:
            # A canceled call must still be able to record the outcome of its purchase.
            with anyio.fail_after(seconds, shield=True):
                while True:
                    try:
                        return await anyio.to_thread.run_sync(
                            self._run, work, abandon_on_cancel=True, limiter=self._turns
                        )
                    except sqlite3.OperationalError as error:
                        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                            raise
                    await anyio.sleep(random.uniform(0.005, 0.025))
        except (sqlite3.Error, OSError, ValueError, LookupError, TimeoutError) as error:
            # ValueError, LookupError: the file has an unexpected schema or invalid values.
            raise LedgerUnavailable(self.place, _REMEDY) from error

    async def close(self) -> None:
        """Close the connection."""
        await anyio.to_thread.run_sync(self._close)

    def _run(self, work: Work[T]) -> T:
        if not self._one_at_a_time.acquire(timeout=_BUSY_SECONDS):
            raise TimeoutError
        try:
            if self._file is not None and self._file.was_replaced:
                # Write the rows of this process to the new file, so that no purchase is forgotten.
                self._rescued = self._file.rows() or self._rescued
                self._file.leave()
                self._file = None
            if self._file is None:
                self._file = _File(self._path, self._rescued)
                self._rescued = {}
            return work(self._file.connection)
        finally:
            self._one_at_a_time.release()

    def _close(self) -> None:
        with self._one_at_a_time:
            if self._file is not None:
                self._file.close()
                self._file = None


class _File:
    """An open file, which notices when another file takes its place."""

    def __init__(self, path: Path | None, rows: dict[str, list[Row]]) -> None:
        """Args: `path` of the file, or None for memory; `rows` to add if missing, by table."""
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                # SQLite would make it world-readable; its companion files get the same mode. An
                # existing file must not be opened here (see the module's docstring).
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._paths = [] if path is None else [Path(f"{path}{end}") for end in ("", "-wal", "-shm")]
        for file in self._paths:
            with suppress(OSError):
                file.chmod(0o600)
        self.connection = sqlite3.connect(
            path or ":memory:", timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.executescript(_SCHEMA)
            # Reject an unexpected schema now, not after a purchase.
            self.connection.execute("SELECT token, told, traces FROM purchases LIMIT 0")
            if rows:
                with transaction(self.connection, durable=True):
                    _add_missing(self.connection, rows)
            self._size = 0
            self._identity = self._identities()
        except (sqlite3.Error, OSError):
            self.connection.close()
            raise

    @property
    def was_replaced(self) -> bool:
        """Whether the file or a companion file was deleted, replaced or truncated."""
        return self._identities() != self._identity

    def rows(self) -> dict[str, list[Row]]:
        """All rows by table; empty if the file is not readable any more."""
        try:
            return {
                table: [dict(row) for row in self.connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 - our own
                for table in ("purchases", "notes")
            }
        except sqlite3.Error:
            return {}

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def leave(self) -> None:
        """Close a replaced file and delete its companions, which the new file must not use."""
        self.connection.close()
        if _identity(self._paths[0]) != self._identity[0]:
            for path, identity in zip(self._paths[1:], self._identity[1:], strict=True):
                if _identity(path) == identity:
                    path.unlink(missing_ok=True)

    def _identities(self) -> list[tuple[int, int] | None]:
        found = [_identity(path) for path in self._paths]
        if found and found[0] is not None:
            # The companions are truncated at times; the file itself only grows.
            size = self._paths[0].stat().st_size
            found[0] = found[0] if size >= self._size else None
            self._size = max(size, self._size)
        return found


def _identity(path: Path) -> tuple[int, int] | None:
    """The device and inode of a path; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def transaction(connection: sqlite3.Connection, *, durable: bool) -> Iterator[None]:
    """A transaction; with `durable` it survives a power cut."""
    # In WAL mode NORMAL leaves flushing to the operating system, and FULL waits for the disk.
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _add_missing(connection: sqlite3.Connection, rows: dict[str, list[Row]]) -> None:
    """Add sent purchases that are missing. They keep their ids unless those are taken."""
    there = Counter(_purchase_key(row) for row in connection.execute("SELECT * FROM purchases"))
    for row in rows["purchases"]:
        if not row["sent"]:
            continue
        there[_purchase_key(row)] -= 1
        if there[_purchase_key(row)] >= 0:
            continue
        taken = connection.execute("SELECT 1 FROM purchases WHERE id = ?", (row["id"],)).fetchone()
        kept = {name: value for name, value in row.items() if name != "id" or not taken}
        insert_row(connection, "purchases", kept)
    for row in rows["notes"]:
        insert_row(connection, "notes", row, "OR IGNORE")


def _purchase_key(row: Mapping[str, Any] | sqlite3.Row) -> tuple[Any, ...]:
    """Identifies a purchase in two files; not necessarily unique."""
    return row["workspace"], row["fingerprint"], row["claimed_at"]


def insert_row(connection: sqlite3.Connection, table: str, row: Row, conflict: str = "") -> int:
    """Insert a row and return its id. `conflict` is SQL's conflict clause."""
    cursor = connection.execute(
        f"INSERT {conflict} INTO {table} ({', '.join(row)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )
    return int(cursor.lastrowid or 0)
