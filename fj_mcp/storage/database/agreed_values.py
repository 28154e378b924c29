"""Agreed values: each has a name, and all processes of a workspace agree on it."""

import time

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from fj_mcp.storage.database.tables import agreed_values

_c = agreed_values.c
_own = _c.workspace == bindparam("workspace")
_AGREED = select(_c.value).where(
    _own, _c.name == bindparam("name"), or_(_c.until.is_(None), _c.until >= bindparam("now"))
)
_EXPIRE = delete(agreed_values).where(_own, _c.until < bindparam("now"))
_REMOVE = delete(agreed_values).where(_own, _c.name == bindparam("name"))
_ADD = insert(agreed_values)


def agreed(connection: Connection, workspace: str, name: str) -> str | None:
    """The value of this name; None if there is none, or none any more."""
    named = {"workspace": workspace, "name": name, "now": time.time()}
    return connection.scalar(_AGREED, named)


def agree(
    connection: Connection,
    workspace: str,
    name: str,
    value: str,
    seconds: float | None = None,
    *,
    replace: bool = False,
) -> str:
    """Set a value in a transaction, if it is unset or to be replaced; return the agreed value."""
    now = time.time()
    connection.execute(_EXPIRE, {"workspace": workspace, "now": now})
    if replace:
        connection.execute(_REMOVE, {"workspace": workspace, "name": name})
    elif (found := agreed(connection, workspace, name)) is not None:
        return found
    until = None if seconds is None else now + seconds
    row = {"workspace": workspace, "name": name, "value": value, "until": until}
    connection.execute(_ADD, row)
    return value


def withdraw(connection: Connection, workspace: str, name: str) -> None:
    """Remove a value in a transaction, if there is one."""
    connection.execute(_REMOVE, {"workspace": workspace, "name": name})
