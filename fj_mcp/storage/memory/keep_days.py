"""How long each workspace is kept, and in which something is too old by that.

Servers with different settings may use one database: the largest that was used within a month
counts, and a command that uses it changes nothing. Loaded at the first use of the memory.
"""

from msgspec import Struct
from sqlalchemy import Connection, func, select, union

from fj_mcp.storage.database.agreed_values import agree, agreed
from fj_mcp.storage.database.tables import (
    agreed_values,
    people,
    purchases,
    searches,
    sightings,
)

_NAME = "expiry: keep days"
_DAY_SECONDS = 86_400.0
_SIGHTING_DAYS = 90
_IN_USE_DAYS = 30
"""How long a larger setting counts after its last use."""

_MAX_LEAP_DAYS = 30
"""Of the clock between two looks, in which not everything can become too old."""


class Due(Struct, frozen=True):
    """A workspace in which something may be too old, with the moments before which it is."""

    workspace: str
    people_before: float
    sightings_before: float


class _Recorded(Struct, frozen=True):
    """A setting, and when it was last used."""

    days: int
    at: float


def is_to_be_recorded(connection: Connection, workspace: str, days: int, now: float) -> bool:
    """Whether this setting counts for a workspace, and is not recorded or not of this day."""
    recorded = _read(agreed(connection, workspace, _NAME))
    if recorded is None or days > recorded.days:
        return True
    in_use = _DAY_SECONDS * (_IN_USE_DAYS if days < recorded.days else 1)
    return now - recorded.at > in_use


def record_keep_days(connection: Connection, workspace: str, days: int, now: float) -> None:
    """Record the setting of a server for a workspace, if it counts."""
    if is_to_be_recorded(connection, workspace, days, now):
        agree(connection, workspace, _NAME, f"{days} {now}", replace=True)


def due_workspaces(connection: Connection, keep_days: int, now: float) -> list[Due]:
    """The workspaces in which something was not touched for so long. Some may still be needed.

    `keep_days` is for those of which nothing is recorded.
    """
    recorded = _recorded_days(connection)
    due = []
    named = purchases.c.who.is_not(None)
    # Without a memory there are purchases only.
    used = union(
        select(searches.c.workspace).distinct(),
        select(purchases.c.workspace).where(named).distinct(),
    )
    for workspace in connection.scalars(used).all():
        days = recorded.get(workspace, keep_days)
        before = now - days * _DAY_SECONDS
        seen_before = now - min(days, _SIGHTING_DAYS) * _DAY_SECONDS
        oldest = (
            (people.c.touched_at, people.c.workspace == workspace, before),
            (sightings.c.last_at, sightings.c.workspace == workspace, seen_before),
            (searches.c.first_at, searches.c.workspace == workspace, before),
            (purchases.c.claimed_at, named & (purchases.c.workspace == workspace), before),
        )
        for moment, condition, limit in oldest:
            first = connection.scalar(select(func.min(moment)).where(condition))
            if first is not None and first < limit:
                due.append(Due(workspace, before, seen_before))
                break
    return due


def max_leap(connection: Connection, keep_days: int) -> float:
    """The most seconds between two looks in which no workspace can become too old as a whole."""
    days = min([keep_days, *_recorded_days(connection).values()])
    return min(_MAX_LEAP_DAYS, days / 2) * _DAY_SECONDS


def _recorded_days(connection: Connection) -> dict[str, int]:
    c = agreed_values.c
    found = connection.execute(select(c.workspace, c.value).where(c.name == _NAME))
    return {workspace: read.days for workspace, value in found if (read := _read(value))}


def _read(value: str | None) -> _Recorded | None:
    if value is None:
        return None
    days, at = value.split()
    return _Recorded(int(days), float(at))
