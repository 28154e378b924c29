"""The purchases of a workspace as rows of a database, within one transaction."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from fj_mcp.storage.database.database import Row
from fj_mcp.storage.database.tables import purchases

_c = purchases.c


def _chosen(*conditions: ColumnElement[bool]) -> Select[Any]:
    own = _c.workspace == bindparam("workspace")
    return select(purchases).where(own, *conditions).order_by(_c.id.desc())


# Made once, so that SQLAlchemy compiles each once.
_NEWEST = _chosen().limit(bindparam("count", type_=Integer))
_BY_ID = _chosen(_c.id == bindparam("row_id"))
_OPEN = _chosen(_c.state.in_(("pending", "unknown")))
_WITH_FINGERPRINT = _chosen(_c.fingerprint == bindparam("fingerprint"))
_IN_SESSION = _chosen(_c.session_id == bindparam("session_id"))
_SINCE = _chosen(_c.claimed_at >= bindparam("moment"))
_PRICED = _chosen(
    _c.operation == bindparam("operation"), _c.state == "charged", _c.credits > 0
).limit(1)
_PRICED_IN_CHANNEL = _PRICED.where(_c.traces.contains(bindparam("channel")))
_MADE = _chosen(
    _c.operation == "create_session", _c.state == "charged", _c.session_id.is_not(None)
).with_only_columns(_c.session_id)
_ADD = insert(purchases)
_CHANGE = update(purchases).where(_c.id == bindparam("row_id"))
_REMOVE = delete(purchases).where(_c.id == bindparam("row_id"))


class Rows:
    """The purchases of a workspace. Ids increase, and lists are sorted newest first."""

    def __init__(self, connection: Connection, workspace: str) -> None:
        """Args: `connection` in a transaction; `workspace`: its id."""
        self._connection = connection
        self._workspace = workspace

    def get(self, row_id: int) -> Row | None:
        """The purchase with this id."""
        return self._first(_BY_ID, row_id=row_id)

    def newest(self, count: int) -> list[Row]:
        """The newest purchases."""
        return self._all(_NEWEST, count=count)

    def open(self) -> list[Row]:
        """The pending and unknown purchases."""
        return self._all(_OPEN)

    def with_fingerprint(self, fingerprint: str) -> list[Row]:
        """The purchases with this fingerprint."""
        return self._all(_WITH_FINGERPRINT, fingerprint=fingerprint)

    def in_session(self, session_id: str) -> list[Row]:
        """The purchases in a session."""
        return self._all(_IN_SESSION, session_id=session_id)

    def since(self, moment: float) -> list[Row]:
        """The purchases claimed at `moment` (Unix seconds) or later."""
        return self._all(_SINCE, moment=moment)

    def last_priced(self, operation: str, channel: str | None) -> Row | None:
        """The newest charged purchase of an operation with a known price above 0.

        Args:
            operation: the API's operation.
            channel: of a reveal; None for any.
        """
        if channel is None:
            return self._first(_PRICED, operation=operation)
        # As `Evidence.stored` writes it.
        written = f'"channel": "{channel}"'
        return self._first(_PRICED_IN_CHANNEL, operation=operation, channel=written)

    def sessions_made(self) -> set[str]:
        """The ids of the sessions created by charged searches."""
        return set(self._connection.scalars(_MADE, {"workspace": self._workspace}))

    def add(self, row: Row) -> int:
        """Add a purchase and return its id."""
        added = self._connection.execute(_ADD, {"workspace": self._workspace, **row})
        assert added.inserted_primary_key is not None
        return int(added.inserted_primary_key[0])

    def change(self, row_id: int, values: Row) -> None:
        """Change some columns of an existing purchase."""
        self._connection.execute(_CHANGE, {"row_id": row_id, **values})

    def remove(self, row_id: int) -> None:
        """Remove a purchase, if it exists."""
        self._connection.execute(_REMOVE, {"row_id": row_id})

    def _first(self, query: Select[Any], **values: Any) -> Row | None:
        return next(iter(self._all(query, **values)), None)

    def _all(self, query: Select[Any], **values: Any) -> list[Row]:
        found = self._connection.execute(query, {"workspace": self._workspace, **values})
        return [dict(row) for row in found.mappings()]
