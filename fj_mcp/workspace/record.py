"""Where a process keeps what is remembered of all its workspaces."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from fj_mcp.api.rate_limit import Pace
from fj_mcp.ledger.sqlite import SqliteStorage
from fj_mcp.ledger.sqlite_file import SqliteDatabase
from fj_mcp.ledger.storage import Storage


class Record(ABC):
    """Where a process keeps what is remembered of all its workspaces."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is, as a person is told it."""

    @abstractmethod
    def storage(self, workspace: str) -> Storage:
        """The part of a workspace."""

    def pace(self, workspace: str) -> Pace:
        """The pace of a workspace's key."""
        return Pace()

    @abstractmethod
    async def close(self) -> None:
        """Close what was opened for it."""


class LocalRecord(Record):
    """A SQLite file on this machine, or a database in memory. Opened when it is first needed."""

    def __init__(self, find_path: Callable[[], Path | None]) -> None:
        """Args: `find_path` gives the path of the file, None for memory only."""
        self._database = SqliteDatabase(find_path)

    @property
    def place(self) -> str:
        return self._database.place

    def storage(self, workspace: str) -> SqliteStorage:
        return SqliteStorage(self._database, workspace)

    async def close(self) -> None:
        await self._database.close()
