"""The record of a process, for all its workspaces."""

from fj_mcp.api.rate_limit import RateLimit
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.ledger.storage import Storage
from fj_mcp.workspace.replicas import SharedRateLimit


class Record:
    """The database of a process, by workspace."""

    def __init__(self, database: Database) -> None:
        """Args: `database`, which is opened on first use."""
        self.database = database

    @property
    def place(self) -> str:
        """Its location, for messages to the user."""
        return self.database.place

    def storage(self, workspace: str) -> Storage:
        """The storage of one workspace."""
        return Storage(self.database, workspace)

    def rate_limit(self, workspace: str) -> RateLimit:
        """The rate limit of a workspace's key."""
        return SharedRateLimit(self.storage(workspace)) if self.database.machine else RateLimit()

    async def close(self) -> None:
        """Close its files and connections."""
        await self.database.close()
