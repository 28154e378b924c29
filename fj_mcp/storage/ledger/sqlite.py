"""The purchases of a workspace in SQLite, shared by the processes of one machine."""

import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from fj_mcp.storage.database.database import Row
from fj_mcp.storage.database.sqlite_file import SqliteDatabase, insert_row, transaction
from fj_mcp.storage.ledger.storage import Rows, Storage

T = TypeVar("T")


class SqliteStorage(Storage):
    """The purchases and notes of one workspace in SQLite."""

    def __init__(self, database: SqliteDatabase, workspace: str) -> None:
        """Args: `workspace`: the id of the workspace."""
        self._database = database
        self._workspace = workspace

    async def read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        return await self._database.run(lambda connection: self._finished(work, connection))

    async def transact(self, work: Callable[[Rows], Awaitable[T]], *, durable: bool = False) -> T:
        def change(connection: sqlite3.Connection) -> T:
            with transaction(connection, durable=durable):
                return self._finished(work, connection)

        return await self._database.run(change)

    async def note(self, name: str, value: str, seconds: float | None = None) -> str:
        def write(connection: sqlite3.Connection) -> str:
            until = None if seconds is None else time.time() + seconds
            with transaction(connection, durable=False):
                connection.execute("DELETE FROM notes WHERE until < ?", (time.time(),))
                row = (self._workspace, name, value, until)
                connection.execute("INSERT OR IGNORE INTO notes VALUES (?, ?, ?, ?)", row)
                return self._noted(connection, name) or value

        return await self._database.run(write)

    async def noted(self, name: str) -> str | None:
        return await self._database.run(lambda connection: self._noted(connection, name))

    async def check(self) -> None:
        def check(connection: sqlite3.Connection) -> None:
            with transaction(connection, durable=False):
                connection.execute("UPDATE purchases SET state = state WHERE id = -1")
                (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                if verdict != "ok":
                    raise sqlite3.DatabaseError(verdict)

        await self._database.run(check)

    def _noted(self, connection: sqlite3.Connection, name: str) -> str | None:
        query = (
            "SELECT value FROM notes WHERE workspace = ? AND name = ?"
            " AND (until IS NULL OR until >= ?)"
        )
        row = connection.execute(query, (self._workspace, name, time.time())).fetchone()
        return str(row["value"]) if row else None

    def _finished(self, work: Callable[[Rows], Awaitable[T]], connection: sqlite3.Connection) -> T:
        """Run `work` to its end. It never waits, because the rows of SQLite do not."""
        rows = _SqliteRows(connection, self._workspace)

        async def finish() -> T:
            return await work(rows)

        return _result(finish())


class _SqliteRows:
    """The rows of a workspace. The methods are asynchronous only because those of Redis are."""

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

    async def last_priced(self, operation: str, channel: str | None) -> Row | None:
        priced = "operation = ? AND state = 'charged' AND credits > 0"
        if channel is None:
            return self._first(priced, operation)
        return self._first(
            f"{priced} AND json_extract(traces, '$.channel') = ?", operation, channel
        )

    async def sessions_made(self) -> set[str]:
        rows = self._connection.execute(
            "SELECT session_id FROM purchases WHERE workspace = ? AND state = 'charged'"
            " AND operation = 'create_session' AND session_id IS NOT NULL",
            (self._workspace,),
        )
        return {row["session_id"] for row in rows}

    async def add(self, row: Row) -> int:
        return insert_row(self._connection, "purchases", {"workspace": self._workspace, **row})

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


def _result(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("work on SQLite rows must not wait")
