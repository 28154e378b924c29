"""The part of a database that belongs to one workspace: its purchases and agreed values."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from fj_mcp.storage.database.database import Database

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fj_mcp.storage.ledger.rows import Rows

T = TypeVar("T")


class Storage:
    """The rows of one workspace. Every method raises `StorageUnavailable` on failure.

    Attributes:
        workspace: its id.
        machine: identifies this machine among those that share the database; empty if there is only
            one.
        is_shared: whether other machines may use the database.
    """

    def __init__(self, database: Database, workspace: str) -> None:
        """Open nothing yet."""
        self.workspace = workspace
        self.machine = database.machine
        self.is_shared = database.is_shared
        self._database = database

    async def read(self, work: "Callable[[Rows], T]") -> T:
        """Run `work`, which only reads, and return its result."""
        return await self._database.read(self._on_rows(work))

    async def transact(self, work: "Callable[[Rows], T]", *, durable: bool = False) -> T:
        """Run `work` in an isolated transaction, and return its result.

        The transaction is rolled back if `work` raises. `work` may be run several times.

        Args:
            work: reads and changes rows.
            durable: whether the changes must survive a power cut, not only the end of the process.
        """
        return await self._database.transact(self.workspace, self._on_rows(work), durable=durable)

    async def agree(
        self, name: str, value: str, seconds: float | None = None, *, replace: bool = False
    ) -> str:
        """Set the value of `name` if it is unset, or to be replaced; return the agreed value.

        It expires after `seconds`, if given.
        """

        def work(connection: "Connection") -> str:
            from fj_mcp.storage.database.agreed_values import agree

            return agree(connection, self.workspace, name, value, seconds, replace=replace)

        return await self._database.transact(self.workspace, work)

    async def agreed(self, name: str) -> str | None:
        """The agreed value of `name`; None if there is none."""

        def work(connection: "Connection") -> str | None:
            from fj_mcp.storage.database.agreed_values import agreed

            return agreed(connection, self.workspace, name)

        return await self._database.read(work)

    async def withdraw(self, name: str) -> None:
        """Remove the agreed value of `name`, if there is one."""

        def work(connection: "Connection") -> None:
            from fj_mcp.storage.database.agreed_values import withdraw

            withdraw(connection, self.workspace, name)

        await self._database.transact(self.workspace, work)

    def _on_rows(self, work: "Callable[[Rows], T]") -> "Callable[[Connection], T]":
        def run(connection: "Connection") -> T:
            # SQLAlchemy is loaded by the first use of the database, in its thread.
            from fj_mcp.storage.ledger.rows import Rows

            return work(Rows(connection, self.workspace))

        return run
