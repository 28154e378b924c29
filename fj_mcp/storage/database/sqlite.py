"""This process's use of an SQLite file that the processes of one machine share."""

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio.from_thread
import anyio.to_thread

from fj_mcp.storage.database.database import Database, DatabaseBusy, Row, while_wanted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fj_mcp.storage.database.sqlite_file import SqliteFile

T = TypeVar("T")

_TURN_SECONDS = 5.0
"""How long a thread waits for an abandoned one before it."""

_OVERWRITES = 20
"""How often to try it: a server reads for milliseconds, another program perhaps for hours."""

_REMEDY = (
    "If another program has it locked, call again. Otherwise make its folder writable, set "
    "FJ_STATE_DIR to another folder, or move a damaged file away."
)


class SqliteDatabase(Database):
    """A process's only connection to the file, or to a database in memory.

    It is opened on first use. Work runs in threads, one at a time, so that a slow disk or a locked
    file delays nothing but its users.
    """

    def __init__(self, find_path: Callable[[], Path | None]) -> None:
        """Args: `find_path` returns the path of the file, or None for memory."""
        self._find_path = find_path
        self._open: type[SqliteFile] | None = None
        self._file: SqliteFile | None = None
        self._rescued: dict[str, list[Row]] = {}
        """Rows of a replaced file, until they are written to the new one."""

        # The limiter alone is not enough: an abandoned thread may still be at work.
        self._one_at_a_time = threading.Lock()

    @cached_property
    def _turns(self) -> anyio.CapacityLimiter:
        return anyio.CapacityLimiter(1)

    @cached_property
    def _path(self) -> Path | None:
        return self._find_path()

    @property
    def place(self) -> str:
        """The path of the file, for messages."""
        return str(self._path or "memory")

    async def load(self) -> None:
        self._open = self._open or await anyio.to_thread.run_sync(_load, abandon_on_cancel=True)

    async def read(self, work: "Callable[[Connection], T]") -> T:
        return await self._run(lambda file: file.read(work))

    async def transact(
        self,
        workspace: str,  # noqa: ARG002 - a file has one transaction at a time
        work: "Callable[[Connection], T]",
        *,
        durable: bool = False,
    ) -> T:
        wanted = while_wanted(work)
        return await self._run(lambda file: file.transact(wanted, durable=durable))

    async def overwrite_deleted(self) -> bool:
        for _ in range(_OVERWRITES):
            if await self._run(lambda file: file.overwrite_deleted()):
                return True
            await _pause()
        return False

    async def check(self) -> None:
        await self._run(lambda file: file.check())

    async def close(self) -> None:
        await anyio.to_thread.run_sync(self._close)

    async def _run(self, work: "Callable[[SqliteFile], T]") -> T:
        """Run `work` once the file is available, and return its result."""
        await self.load()
        with self._in_time(_REMEDY):
            while True:
                with suppress(DatabaseBusy):
                    return await anyio.to_thread.run_sync(
                        self._run_in_turn, work, abandon_on_cancel=True, limiter=self._turns
                    )
                await _pause()

    def _run_in_turn(self, work: "Callable[[SqliteFile], T]") -> T:
        if not self._one_at_a_time.acquire(timeout=_TURN_SECONDS):
            raise TimeoutError
        try:
            # If nobody waits any more, the database may have been closed or its file deleted.
            anyio.from_thread.check_cancelled()
            return work(self._current_file())
        finally:
            self._one_at_a_time.release()

    def _current_file(self) -> "SqliteFile":
        assert self._open is not None
        if self._file is not None and self._file.was_replaced:
            # Write the rows of this process to the new file, so that nothing is forgotten.
            self._rescued = self._file.rows() or self._rescued
            self._file.leave()
            self._file = None
        if self._file is None:
            self._file = self._open(self._path, self._rescued)
            self._rescued = {}
        return self._file

    def _close(self) -> None:
        with self._one_at_a_time:
            if self._file is not None:
                self._file.close()
                self._file = None


async def _pause() -> None:
    """Wait for another process, but not as long as a third one that waits."""
    await anyio.sleep(random.uniform(0.005, 0.025))


def _load() -> "type[SqliteFile]":
    """Load SQLAlchemy, which takes a while and is not needed before the first use."""
    from fj_mcp.storage.database.sqlite_file import SqliteFile

    return SqliteFile
