"""The SQLite file that the processes of one machine share, and one process's connection to it.

A process has one connection to the file, whatever the number of keys. POSIX drops all locks of a
process on a file when the process closes any descriptor of that file, so nothing here opens the
file beside SQLite (https://sqlite.org/howtocorrupt.html, section 2.2).
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

from fj_mcp.ledger.errors import LedgerUnavailable
from fj_mcp.ledger.storage import Row

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

_BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""

_GRACE_SECONDS = 0.5
"""How long a call whose time is up may still take to write down what it knows."""

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
    """The one connection of a process to the file, or to a database in memory.

    It is opened when it is first needed. The work is done in threads, in turn, so that a slow disk
    or another process that holds the file delays nothing but purchases.
    """

    def __init__(self, find_path: Callable[[], Path | None]) -> None:
        """Args: `find_path` gives the path of the file, None for memory only."""
        self._find_path = find_path
        self._file: _File | None = None
        self._rescued: dict[str, list[Row]] = {}
        """What was in a file that was taken away, until it is in the one that took its place."""

        # The lock is for a thread that is still at it although nobody waits for it any more.
        self._one_at_a_time = threading.Lock()

    @cached_property
    def _turns(self) -> anyio.CapacityLimiter:
        return anyio.CapacityLimiter(1)

    @cached_property
    def _path(self) -> Path | None:
        return self._find_path()

    @property
    def place(self) -> str:
        """The path of the file, as a person reads it."""
        return str(self._path or "memory")

    async def do(self, work: Work[T]) -> T:
        """The result of `work`, done when the file can be had.

        Raises:
            LedgerUnavailable: if it cannot, or if anything in `work` fails.
        """
        left = anyio.current_effective_deadline() - anyio.current_time()
        seconds = min(_BUSY_SECONDS, max(left, _GRACE_SECONDS))
        try:
            # A call that is cancelled must still be able to say what became of its purchase.
            with anyio.fail_after(seconds, shield=True):
                while True:
                    try:
                        return await anyio.to_thread.run_sync(
                            self._do, work, abandon_on_cancel=True, limiter=self._turns
                        )
                    except sqlite3.OperationalError as error:
                        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                            raise
                    await anyio.sleep(random.uniform(0.005, 0.025))
        except (sqlite3.Error, OSError, ValueError, LookupError, TimeoutError) as error:
            # `ValueError` and `LookupError`: a file of another shape, or a line without sense.
            raise LedgerUnavailable(self.place, _REMEDY) from error

    async def close(self) -> None:
        """Close the file, if it is open."""
        await anyio.to_thread.run_sync(self._close)

    def _do(self, work: Work[T]) -> T:
        if not self._one_at_a_time.acquire(timeout=_BUSY_SECONDS):
            raise TimeoutError
        try:
            if self._file is not None and self._file.was_taken_away:
                # What this process knows goes into the file that is there now, so that nothing
                # which was paid for is forgotten with the other.
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
    """An open file, and how to tell that it is still the one that others open by its name."""

    def __init__(self, path: Path | None, rows: dict[str, list[Row]]) -> None:
        """Args: `path` of the file, None for memory; `rows`, by table, that it must hold."""
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                # SQLite would make it readable for everybody; its companions take its mode. One
                # that is there must not be opened, see above.
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
            # A file of another shape is refused now, and not after something was paid.
            self.connection.execute("SELECT token, told, traces FROM purchases LIMIT 0")
            if rows:
                with transaction(self.connection, on_disk=True):
                    _add_missing(self.connection, rows)
            self._size = 0
            self._identity = self._identities()
        except (sqlite3.Error, OSError):
            self.connection.close()
            raise

    @property
    def was_taken_away(self) -> bool:
        """Whether the file, or a companion of it, was deleted, replaced or cut short."""
        return self._identities() != self._identity

    def rows(self) -> dict[str, list[Row]]:
        """All that it holds, by table; nothing if it cannot be read any more."""
        try:
            return {
                table: [dict(row) for row in self.connection.execute(f"SELECT * FROM {table}")]  # noqa: S608 - our own
                for table in ("purchases", "notes")
            }
        except sqlite3.Error:
            return {}

    def close(self) -> None:
        """Close it."""
        self.connection.close()

    def leave(self) -> None:
        """Close a file that was taken away; its companions must not be taken for the next one's."""
        self.connection.close()
        if _identity(self._paths[0]) != self._identity[0]:
            for path, identity in zip(self._paths[1:], self._identity[1:], strict=True):
                if _identity(path) == identity:
                    path.unlink(missing_ok=True)

    def _identities(self) -> list[tuple[int, int] | None]:
        found = [_identity(path) for path in self._paths]
        if found and found[0] is not None:
            # The companions are emptied now and then; the file itself only grows.
            size = self._paths[0].stat().st_size
            found[0] = found[0] if size >= self._size else None
            self._size = max(size, self._size)
        return found


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file a path leads to; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def transaction(connection: sqlite3.Connection, *, on_disk: bool) -> Iterator[None]:
    """All that is done inside, or nothing of it; with `on_disk` it survives a power cut."""
    # With the write-ahead log, NORMAL hands it to the system, and FULL waits for the disk.
    connection.execute(f"PRAGMA synchronous = {'FULL' if on_disk else 'NORMAL'}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _add_missing(connection: sqlite3.Connection, rows: dict[str, list[Row]]) -> None:
    """Add what was sent and is not there; a purchase keeps its id, unless another one has it."""
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
    """What makes a purchase the same in two files; a few of them may share it."""
    return row["workspace"], row["fingerprint"], row["claimed_at"]


def insert_row(connection: sqlite3.Connection, table: str, row: Row, manner: str = "") -> int:
    """Insert a row by column; its id. `manner` is what SQL says of conflicts."""
    cursor = connection.execute(
        f"INSERT {manner} INTO {table} ({', '.join(row)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join('?' * len(row))})",
        tuple(row.values()),
    )
    return int(cursor.lastrowid or 0)
