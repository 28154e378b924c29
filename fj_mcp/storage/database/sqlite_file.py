"""An open SQLite file, through SQLAlchemy.

A process has one connection to the file, regardless of the number of keys. POSIX drops all locks of
a process on a file when the process closes any descriptor of that file, so the file must be opened
by SQLite only (https://sqlite.org/howtocorrupt.html, section 2.2).
"""

import os
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    RowMapping,
    StaticPool,
    Table,
    create_engine,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from fj_mcp.storage.database.database import DatabaseBusy, DatabaseFailed, Row
from fj_mcp.storage.database.schema import (
    bring_up_to_date,
    is_current,
    reject_unknown_tables,
    write_nothing,
)
from fj_mcp.storage.database.tables import (
    browsers,
    clients,
    grants,
    metadata,
    purchases,
    revisions,
    tokens,
)

T = TypeVar("T")

_KEPT = [table for table in metadata.sorted_tables if table is not revisions]
"""The tables whose rows move to a file that takes the place of an open one."""

_OF_SIGN_IN = (clients, grants, tokens, browsers)
"""Those whose rows end when a user disconnects an app. They move only once."""

_DAMAGED = "The file is damaged: move it away, or set FJ_STATE_DIR to another folder."
_REMEDIES = {
    sqlite3.SQLITE_ERROR: (
        "Its tables are not those of fj-mcp: move the file away, or set FJ_STATE_DIR to another "
        "folder."
    ),
    sqlite3.SQLITE_FULL: "Its disk is full: free space, and call again.",
    sqlite3.SQLITE_READONLY: (
        "Make the file and its folder writable, or set FJ_STATE_DIR to another folder."
    ),
    sqlite3.SQLITE_CANTOPEN: "Make its folder writable, or set FJ_STATE_DIR to another folder.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
"""By the code of the error (https://sqlite.org/rescode.html)."""


class SqliteFile:
    """An open file, which notices when another file takes its place.

    Every method may raise `DatabaseFailed`, and `DatabaseBusy` while another process has it locked.
    """

    def __init__(self, path: Path | None, rows: dict[str, list[Row]]) -> None:
        """Open a file, and make or change its tables if they are not of this version.

        Args:
            path: of the file; None for memory.
            rows: to add if missing, by table.

        Raises:
            NewerDatabase: if a newer version of this program has changed its tables.
            DatabaseFailed, OSError: if it cannot be opened.
        """
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                # SQLite would make it world-readable; its companion files get the same mode. An
                # existing file must not be opened here (see the module's docstring).
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._paths = [] if path is None else [Path(f"{path}{end}") for end in ("", "-wal", "-shm")]
        for file in self._paths:
            with suppress(OSError):
                # Not a folder of this name, nor what a link leads to.
                if stat.S_ISREG(file.lstat().st_mode):
                    file.chmod(0o600)
        with _plain_errors():
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=0, isolation_level=None, check_same_thread=False
            )
        with ExitStack() as opened:
            opened.callback(self._connection.close)
            self._execute("PRAGMA journal_mode = WAL")
            self._execute("PRAGMA secure_delete = ON")
            # One for all transactions, which begin and end below, not where SQLAlchemy supposes.
            engine = create_engine(
                "sqlite://",
                creator=lambda: self._connection,
                poolclass=StaticPool,
                pool_reset_on_return=None,
                isolation_level="AUTOCOMMIT",
                hide_parameters=True,
            )
            # SQLAlchemy never forgets a connection that is not closed, nor what it has compiled.
            self._tables = opened.enter_context(engine.connect())
            if not self.read(is_current):
                self.transact(bring_up_to_date, durable=True)
            self.read(reject_unknown_tables)
            if rows:
                self.transact(lambda connection: _add_missing(connection, rows), durable=True)
            self._size = 0
            self._identity = self._identities()
            self._opened = opened.pop_all()

    def read(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, which sees one state of the file."""
        with self._transaction("BEGIN"):
            return work(self._tables)

    def transact(self, work: Callable[[Connection], T], *, durable: bool) -> T:
        """The result of `work`, whose changes are made together, or not at all if it raises."""
        # With a log NORMAL leaves flushing to the operating system, and FULL waits for the disk.
        self._execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        with self._transaction("BEGIN IMMEDIATE"):
            return work(self._tables)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with _plain_errors():
            self._connection.execute(begin)
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def overwrite_deleted(self) -> bool:
        """Remove deleted rows from the log, too; they are overwritten in the file anyway.

        Returns whether no other program held it up.
        """
        return bool(self._execute("PRAGMA wal_checkpoint(TRUNCATE)") != 1)

    def check(self) -> None:
        """Fail if the file cannot be read and written."""
        self.transact(write_nothing, durable=False)
        self.read(reject_unknown_tables)
        if self._execute("PRAGMA quick_check(purchases)") != "ok":
            raise DatabaseFailed("quick_check", _DAMAGED)

    @property
    def was_replaced(self) -> bool:
        """Whether the file or a companion file was deleted, replaced or truncated."""
        return self._identities() != self._identity

    def rows(self) -> dict[str, list[Row]]:
        """All rows by table; empty if the file is not readable any more."""
        try:
            return self.read(_all_rows)
        except DatabaseFailed:
            return {}

    def close(self) -> None:
        """Close the connection."""
        self._opened.close()

    def leave(self) -> None:
        """Close a replaced file and delete its companions, which the new file must not use."""
        self.close()
        if _identity(self._paths[0]) != self._identity[0]:
            for path, identity in zip(self._paths[1:], self._identity[1:], strict=True):
                if _identity(path) == identity:
                    path.unlink(missing_ok=True)

    def _execute(self, statement: str) -> Any:
        """The first value that a statement returns; None without one."""
        with _plain_errors():
            row = self._connection.execute(statement).fetchone()
        return row[0] if row else None

    def _identities(self) -> list[tuple[int, int] | None]:
        found = [_identity(path) for path in self._paths]
        if found and found[0] is not None:
            # The companions are truncated at times; the file itself only grows.
            size = self._paths[0].stat().st_size
            found[0] = found[0] if size >= self._size else None
            self._size = max(size, self._size)
        return found


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the errors of SQLAlchemy and of the driver into this package's."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        failed = DatabaseBusy if code == sqlite3.SQLITE_BUSY else DatabaseFailed
        name = getattr(cause, "sqlite_errorname", type(cause).__name__)
        raise failed(name, _REMEDIES.get(code, "")) from error


def _identity(path: Path) -> tuple[int, int] | None:
    """The device and inode of a path; None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _all_rows(connection: Connection) -> dict[str, list[Row]]:
    return {
        table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
        for table in _KEPT
    }


def _add_missing(connection: Connection, rows: dict[str, list[Row]]) -> None:
    """Add rows that are missing. They keep their ids unless those are taken."""
    # Another process has moved them, and some may have ended since.
    moved = any(connection.execute(select(table).limit(1)).first() for table in _OF_SIGN_IN)
    for table in _KEPT:
        if moved and table in _OF_SIGN_IN:
            continue
        if table is purchases:
            sent = [row for row in rows[table.name] if row["sent"]]
            _add_counted(connection, table, sent, ("workspace", "fingerprint", "claimed_at"))
        elif "id" in table.c:
            own = tuple(column.name for column in table.c if column.name != "id")
            _add_counted(connection, table, rows[table.name], own)
        elif rows[table.name]:
            connection.execute(insert(table).prefix_with("OR IGNORE"), rows[table.name])


def _add_counted(
    connection: Connection, table: Table, rows: list[Row], names: tuple[str, ...]
) -> None:
    """Add rows of which fewer are there. `names` identify a row in two files, if not uniquely."""

    def key(row: Mapping[str, Any] | RowMapping) -> tuple[Any, ...]:
        return tuple(row[name] for name in names)

    there = Counter(map(key, connection.execute(select(table)).mappings()))
    for row in rows:
        there[key(row)] -= 1
        if there[key(row)] < 0:
            taken = connection.scalar(select(table.c.id).where(table.c.id == row["id"]))
            kept = {name: value for name, value in row.items() if name != "id" or not taken}
            connection.execute(insert(table).values(kept))
