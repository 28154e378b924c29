"""The end of what was kept for long enough, of all keys that were ever used with a database."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from fj_mcp.storage.database.database import Database
from fj_mcp.storage.errors import StorageUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fj_mcp.storage.memory.keep_days import Due

log = logging.getLogger("fj_mcp")

_ALL_WORKSPACES = ""

_EXPIRY_SECONDS = 3_600.0
"""How often to look for what is too old."""

_RETRY_SECONDS = 60.0
"""When to go on with what failed or was too much for one call."""

_MOST_SECONDS = 0.5
"""How long one call may be kept waiting by it."""


class Expiry:
    """Deletes what is too old, whichever key it was found with. A process has one.

    It also removes from the database's log what was deleted before, here or by another process.
    """

    def __init__(self, database: Database, clock: Callable[[], float], keep_days: int) -> None:
        """Open nothing yet.

        Args:
            database: of this process.
            clock: Unix seconds.
            keep_days: after the last touch a person's decisions are deleted.
        """
        self._database = database
        self._clock = clock
        self._keep_days = keep_days
        self._next: float | None = None
        self._recorded: set[str] = set()

    async def in_time(self, workspace: str) -> None:
        """Delete what is too old, if that was not done within the last hour.

        A failure is left for the next time: nobody's call depends on it.

        Args:
            workspace: that is about to be used, for which `keep_days` holds.
        """
        now = self._clock()
        is_due = self._next is None or now >= self._next
        if is_due:
            self._next = now + _RETRY_SECONDS
            self._recorded.clear()
        is_recorded = workspace in self._recorded
        self._recorded.add(workspace)
        with suppress(StorageUnavailable):
            if not is_recorded:
                await self._record(workspace, now)
            if is_due and await self._run(now):
                self._next = now + _EXPIRY_SECONDS

    def soon(self) -> None:
        """Run at the next use: the log still holds what was deleted."""
        self._next = None

    async def _record(self, workspace: str, now: float) -> None:
        """Record how long this workspace is kept, for processes with another setting."""
        days = self._keep_days

        def is_missing(connection: "Connection") -> bool:
            from fj_mcp.storage.memory.keep_days import is_to_be_recorded

            return is_to_be_recorded(connection, workspace, days, now)

        def record(connection: "Connection") -> None:
            from fj_mcp.storage.memory.keep_days import record_keep_days

            record_keep_days(connection, workspace, days, now)

        if await self._database.read(is_missing):
            await self._database.transact(workspace, record)

    async def _run(self, now: float) -> bool:
        """Whether nothing is left to do."""
        is_done = await self._delete_old(now)
        return await self._database.overwrite_deleted() and is_done

    async def _delete_old(self, now: float) -> bool:
        def look(connection: "Connection") -> "tuple[list[Due], float, bool]":
            from fj_mcp.storage.memory.keep_days import due_workspaces, max_leap
            from fj_mcp.storage.memory.trusted_clock import is_recorded

            due = due_workspaces(connection, self._keep_days, now)
            return due, max_leap(connection, self._keep_days), is_recorded(connection, now)

        due, leap, recorded = await self._database.read(look)
        if recorded and not due:
            return True

        def trust(connection: "Connection") -> bool:
            from fj_mcp.storage.memory.trusted_clock import is_trusted

            return is_trusted(connection, now, leap)

        if not await self._database.transact(_ALL_WORKSPACES, trust):
            if due:
                log.warning("Nothing is deleted for its age: this machine's clock may be wrong.")
            return True
        until = anyio.current_time() + _MOST_SECONDS
        for one in due:
            while await self._expire_some(one):
                if anyio.current_time() > until:
                    return False
        return True

    async def _expire_some(self, due: "Due") -> bool:
        """Whether there may be more in this workspace."""

        def expire(connection: "Connection") -> bool:
            from fj_mcp.storage.memory.stored_rows import StoredRows

            rows = StoredRows(connection, due.workspace)
            return rows.expire(due.people_before, due.sightings_before)

        return await self._database.transact(due.workspace, expire)
