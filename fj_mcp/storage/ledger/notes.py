"""The notes of a workspace: names with one value, which all of its processes agree on."""

import time

from sqlalchemy import Connection, bindparam, delete, insert, or_, select

from fj_mcp.storage.database.tables import notes

_c = notes.c
_NOTED = select(_c.value).where(
    _c.workspace == bindparam("workspace"),
    _c.name == bindparam("name"),
    or_(_c.until.is_(None), _c.until >= bindparam("now")),
)
_FORGET = delete(notes).where(_c.workspace == bindparam("workspace"), _c.until < bindparam("now"))
_REMOVE = delete(notes).where(_c.workspace == bindparam("workspace"), _c.name == bindparam("name"))
_ADD = insert(notes)


def noted(connection: Connection, workspace: str, name: str) -> str | None:
    """The value of a note; None if there is none, or none any more."""
    named = {"workspace": workspace, "name": name, "now": time.time()}
    return connection.scalar(_NOTED, named)


def note(
    connection: Connection,
    workspace: str,
    name: str,
    value: str,
    seconds: float | None,
    *,
    replace: bool,
) -> str:
    """Set a note in a transaction, if it is unset or to be replaced; return the stored value."""
    now = time.time()
    connection.execute(_FORGET, {"workspace": workspace, "now": now})
    if replace:
        connection.execute(_REMOVE, {"workspace": workspace, "name": name})
    elif (found := noted(connection, workspace, name)) is not None:
        return found
    until = None if seconds is None else now + seconds
    row = {"workspace": workspace, "name": name, "value": value, "until": until}
    connection.execute(_ADD, row)
    return value
