"""The record of purchases of a process, for all its workspaces."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from fj_mcp.api.rate_limit import RateLimit
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.database.sqlite import SqliteDatabase
from fj_mcp.storage.ledger.sqlite import SqliteStorage
from fj_mcp.storage.ledger.storage import Storage


class Record(ABC):
    """The storage of all workspaces in a process."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Its location, for messages to the user."""

    @property
    def database(self) -> Database | None:
        """The database that also holds the memory; None if there is none."""
        return None

    @abstractmethod
    def storage(self, workspace: str) -> Storage:
        """The storage of one workspace."""

    def rate_limit(self, workspace: str) -> RateLimit:
        """The rate limit of a workspace's key."""
        return RateLimit()

    @abstractmethod
    async def close(self) -> None:
        """Close its files and connections."""


class LocalRecord(Record):
    """An SQLite file on this machine, or a database in memory. Opened on first use."""

    def __init__(self, find_path: Callable[[], Path | None]) -> None:
        """Args: `find_path` returns the path of the file, or None for memory only."""
        self._database = SqliteDatabase(find_path)

    @property
    def place(self) -> str:
        return self._database.place

    @property
    def database(self) -> Database:
        return self._database

    def storage(self, workspace: str) -> SqliteStorage:
        return SqliteStorage(self._database, workspace)

    async def close(self) -> None:
        await self._database.close()
