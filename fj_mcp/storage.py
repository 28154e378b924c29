"""The file in which purchases are remembered: SQLite, shared by several processes of a machine."""

import os
import secrets
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from fj_mcp.errors import LedgerBroken

_BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""

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
    sent INTEGER NOT NULL DEFAULT 0,
    expected INTEGER NOT NULL,
    credits INTEGER,
    remaining INTEGER,
    told INTEGER NOT NULL DEFAULT 0,
    traces TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX IF NOT EXISTS by_slot ON purchases (workspace, slot, state);
CREATE INDEX IF NOT EXISTS by_time ON purchases (workspace, claimed_at);
"""


class Storage:
    """The open file, or a database in memory. Opened when it is first needed."""

    def __init__(self, path: Path | None) -> None:
        """Args: `path` of the file; None: memory only."""
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection. Whatever fails inside becomes a `LedgerBroken`."""
        try:
            yield self._connection or self._open_file()
        except (sqlite3.Error, OSError, ValueError, LookupError) as error:
            # The last two are a file of another shape, or a line that does not make sense.
            raise LedgerBroken(str(self._path or "memory")) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, with what happens inside done as a whole, before or after the others."""
        with self.reading() as connection:
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
            # A purchase must survive a power cut, not only a crash of this process.
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(_SCHEMA)
            # A file of another shape is refused now, and not after something was paid.
            connection.execute("SELECT token, told, traces FROM purchases LIMIT 0")
        except sqlite3.Error:
            connection.close()
            raise
        self._connection = connection
        return connection


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


@cache
def process_token() -> str:
    """Tells this process from an earlier one with the same number, as containers have them."""
    return secrets.token_hex(8)


def is_gone(process: int, token: str) -> bool:
    """Whether a process of this machine has ended; where that cannot be told, its lease decides."""
    if process == os.getpid():
        return token != process_token()
    # On Windows a signal 0 would end the process that it asks about.
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
