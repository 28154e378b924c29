"""Whether this machine's clock may decide what is too old. Loaded at the first use of the memory.

A clock that is half a year ahead would make everything look too old at once. So it must agree with
that of PostgreSQL. The clock of one machine is compared with itself: after a leap it decides again
on the next day, by which its owner may have noticed.
"""

from sqlalchemy import Connection, extract, func, select

from fj_mcp.storage.database.agreed_values import agree, agreed

_ALL_WORKSPACES = ""

_DAY_SECONDS = 86_400.0

_LAST = "expiry: last moment"
_LEAPT = "expiry: moment after a leap"


def is_recorded(connection: Connection, now: float) -> bool:
    """Whether `is_trusted` recorded a moment within a day of `now`, and no leap since."""
    last, leapt = _moment(connection, _LAST), _moment(connection, _LEAPT)
    return last is not None and abs(now - last) < _DAY_SECONDS and leapt is None


def is_trusted(connection: Connection, now: float, max_leap: float) -> bool:
    """Whether `now` (Unix seconds by this machine's clock) is credible. Records it.

    `max_leap`: the most seconds since the last time that are no leap.
    """
    theirs = _database_time(connection)
    if theirs is not None and abs(now - theirs) > _DAY_SECONDS:
        return False
    last, leapt = _moment(connection, _LAST), _moment(connection, _LEAPT)
    if last is not None and now - last > max_leap:
        if leapt is None or now < leapt:
            _record(connection, _LEAPT, now)
            return False
        if now - leapt < _DAY_SECONDS:
            return False
    _record(connection, _LAST, now)
    if leapt is not None:
        _record(connection, _LEAPT, None)
    return last is not None


def _database_time(connection: Connection) -> float | None:
    """Unix seconds by the server's clock; None in SQLite, which has no other one than ours."""
    if connection.dialect.name != "postgresql":
        return None
    return float(connection.execute(select(extract("epoch", func.now()))).scalar_one())


def _moment(connection: Connection, name: str) -> float | None:
    value = agreed(connection, _ALL_WORKSPACES, name)
    return float(value) if value else None


def _record(connection: Connection, name: str, moment: float | None) -> None:
    value = "" if moment is None else str(moment)
    agree(connection, _ALL_WORKSPACES, name, value, replace=True)
