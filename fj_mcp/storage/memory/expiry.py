"""The end of what was kept for long enough, of all keys that were ever used with a database."""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from fj_mcp.storage.database.database import Database
from fj_mcp.storage.errors import StorageUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

log = logging.getLogger("fj_mcp")

_ALL_WORKSPACES = ""
_DAY_SECONDS = 86_400.0
_SIGHTING_DAYS = 90
_MAX_LEAP_DAYS = 30
"""Of the clock between two looks, in which not everything can become too old."""

_EXPIRY_SECONDS = 3_600.0
"""How often to look for what is too old."""

_RETRY_SECONDS = 60.0
"""When to look again if it failed, so that not every call waits for a locked database."""


class Expiry:
    """Deletes what is too old, whichever key it was found with."""

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

    async def in_time(self) -> None:
        """Delete what is too old, if that was not done within the last hour.

        A failure is left for the next time: nobody's call depends on it.
        """
        now = self._clock()
        if self._next is not None and now < self._next:
            return
        self._next = now + _RETRY_SECONDS
        with suppress(StorageUnavailable):
            await self._run(now)
            self._next = now + _EXPIRY_SECONDS

    async def _run(self, now: float) -> None:
        before = now - self._keep_days * _DAY_SECONDS
        seen_before = now - min(self._keep_days, _SIGHTING_DAYS) * _DAY_SECONDS

        def look(connection: "Connection") -> tuple[list[str], bool]:
            from fj_mcp.storage.memory.stored_rows import workspaces_with_old_rows
            from fj_mcp.storage.memory.trusted_clock import is_recorded

            old = workspaces_with_old_rows(connection, before, seen_before)
            return old, is_recorded(connection, now)

        max_leap = min(_MAX_LEAP_DAYS, self._keep_days / 2) * _DAY_SECONDS

        def trust(connection: "Connection") -> bool:
            from fj_mcp.storage.memory.trusted_clock import is_trusted

            return is_trusted(connection, now, max_leap)

        workspaces, recorded = await self._database.read(look)
        if recorded and not workspaces:
            return
        if not await self._database.transact(_ALL_WORKSPACES, trust):
            if workspaces:
                log.warning("Nothing is deleted for its age: this machine's clock may be wrong.")
            return
        gone = 0
        for workspace in workspaces:
            gone += await self._expire(workspace, before, seen_before)
        if gone:
            with suppress(StorageUnavailable):
                await self._database.overwrite_deleted()

    async def _expire(self, workspace: str, before: float, seen_before: float) -> int:
        def expire(connection: "Connection") -> int:
            from fj_mcp.storage.memory.stored_rows import StoredRows

            return StoredRows(connection, workspace).expire(before, seen_before)

        return await self._database.transact(workspace, expire)
