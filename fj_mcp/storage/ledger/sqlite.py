"""The purchases of a workspace in a database."""

import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from fj_mcp.storage.database.database import Database, Row
from fj_mcp.storage.ledger.storage import Rows, Storage

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

T = TypeVar("T")


class SqliteStorage(Storage):
    """The purchases and notes of one workspace in SQLite."""

    def __init__(self, database: Database, workspace: str) -> None:
        """Args: `workspace`: the id of the workspace."""
        self._database = database
        self._workspace = workspace

    async def read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        return await self._database.read(lambda connection: self._finished(work, connection))

    async def transact(self, work: Callable[[Rows], Awaitable[T]], *, durable: bool = False) -> T:
        return await self._database.transact(
            self._workspace,
            lambda connection: self._finished(work, connection),
            durable=durable,
        )

    async def note(self, name: str, value: str, seconds: float | None = None) -> str:
        def write(connection: "Connection") -> str:
            from sqlalchemy import delete, insert

            from fj_mcp.storage.database.tables import notes

            now = time.time()
            connection.execute(delete(notes).where(notes.c.until < now))
            if (found := self._noted(connection, name)) is not None:
                return found
            until = None if seconds is None else now + seconds
            row = {"workspace": self._workspace, "name": name, "value": value, "until": until}
            connection.execute(insert(notes).values(row))
            return value

        return await self._database.transact(self._workspace, write)

    async def noted(self, name: str) -> str | None:
        return await self._database.read(lambda connection: self._noted(connection, name))

    async def check(self) -> None:
        await self._database.check()

    def _noted(self, connection: "Connection", name: str) -> str | None:
        from sqlalchemy import or_, select

        from fj_mcp.storage.database.tables import notes

        query = select(notes.c.value).where(
            notes.c.workspace == self._workspace,
            notes.c.name == name,
            or_(notes.c.until.is_(None), notes.c.until >= time.time()),
        )
        return connection.scalar(query)

    def _finished(self, work: Callable[[Rows], Awaitable[T]], connection: "Connection") -> T:
        """Run `work` to its end. It never waits, because the rows of SQLite do not."""
        rows = _SqliteRows(connection, self._workspace)

        async def finish() -> T:
            return await work(rows)

        return _result(finish())


class _SqliteRows:
    """The rows of a workspace. The methods are asynchronous only because those of Redis are."""

    def __init__(self, connection: "Connection", workspace: str) -> None:
        from fj_mcp.storage.database.tables import purchases

        self._connection = connection
        self._workspace = workspace
        self._table = purchases
        self._c = purchases.c

    async def get(self, row_id: int) -> Row | None:
        return self._first(self._c.id == row_id)

    async def newest(self, count: int) -> list[Row]:
        return self._select(limit=count)

    async def open(self) -> list[Row]:
        return self._select(self._c.state.in_(("pending", "unknown")))

    async def with_fingerprint(self, fingerprint: str) -> list[Row]:
        return self._select(self._c.fingerprint == fingerprint)

    async def in_session(self, session_id: str) -> list[Row]:
        return self._select(self._c.session_id == session_id)

    async def since(self, moment: float) -> list[Row]:
        return self._select(self._c.claimed_at >= moment)

    async def last_priced(self, operation: str, channel: str | None) -> Row | None:
        c = self._c
        priced = [c.operation == operation, c.state == "charged", c.credits > 0]
        if channel is not None:
            # How the evidence is written, see `Evidence.stored`.
            priced.append(c.traces.contains(f'"channel": "{channel}"', autoescape=True))
        return self._first(*priced)

    async def sessions_made(self) -> set[str]:
        from sqlalchemy import select

        c = self._c
        query = select(c.session_id).where(
            c.workspace == self._workspace,
            c.state == "charged",
            c.operation == "create_session",
            c.session_id.is_not(None),
        )
        return set(self._connection.scalars(query))

    async def add(self, row: Row) -> int:
        from sqlalchemy import insert

        values = {"workspace": self._workspace, **row}
        key = self._connection.execute(insert(self._table).values(values)).inserted_primary_key
        return int(key[0]) if key else 0

    async def change(self, row_id: int, values: Row) -> None:
        query = self._table.update().where(self._c.id == row_id).values(values)
        self._connection.execute(query)

    async def remove(self, row_id: int) -> None:
        self._connection.execute(self._table.delete().where(self._c.id == row_id))

    def _first(self, *conditions: "ColumnElement[bool]") -> Row | None:
        return next(iter(self._select(*conditions, limit=1)), None)

    def _select(self, *conditions: "ColumnElement[bool]", limit: int | None = None) -> list[Row]:
        from sqlalchemy import select

        own = self._c.workspace == self._workspace
        query = select(self._table).where(own, *conditions).order_by(self._c.id.desc())
        if limit is not None:
            query = query.limit(limit)
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _result(coroutine: Coroutine[Any, Any, T]) -> T:
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("work on SQLite rows must not wait")
