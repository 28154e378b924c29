"""A PostgreSQL that the servers of a team share."""

import socket
import threading
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread
from pydantic import SecretStr

from fj_mcp.clock import boot
from fj_mcp.storage.database.database import Database, while_wanted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fj_mcp.storage.database.postgres_server import PostgresServer

T = TypeVar("T")

_CONNECTIONS = 5
"""Of one process. A transaction takes a few milliseconds."""

_REMEDY = (
    "Call again in a minute. If that does not help, the server's operator must check that "
    "PostgreSQL (FJ_DATABASE_URL) is up and accepts writes."
)


class PostgresDatabase(Database):
    """A process's connections to the server, each used by one thread at a time."""

    is_shared = True

    def __init__(self, url: SecretStr) -> None:
        """Args: `url`: `postgresql://…`, as libpq reads it."""
        self.machine = _machine()
        self._url = url.get_secret_value()
        self._server: PostgresServer | None = None
        self._loading = threading.Lock()

    @cached_property
    def _turns(self) -> anyio.CapacityLimiter:
        return anyio.CapacityLimiter(_CONNECTIONS)

    @cached_property
    def place(self) -> str:
        scheme, rest = self._url.partition("?")[0].split("://", 1)
        return f"{scheme}://{rest.rpartition('@')[2]}"

    async def load(self) -> None:
        if self._server is None:
            await anyio.to_thread.run_sync(self._load, abandon_on_cancel=True)

    async def read(self, work: "Callable[[Connection], T]") -> T:
        return await self._run(lambda server: server.read(work))

    async def transact(
        self,
        workspace: str,
        work: "Callable[[Connection], T]",
        *,
        durable: bool = False,  # noqa: ARG002 - every transaction is
    ) -> T:
        wanted = while_wanted(work)
        return await self._run(lambda server: server.transact(workspace, wanted))

    async def overwrite_deleted(self) -> bool:
        # Its files are its operator's; vacuuming them is PostgreSQL's own work.
        return True

    async def check(self) -> None:
        await self._run(lambda server: server.check())

    async def close(self) -> None:
        if self._server is not None:
            await anyio.to_thread.run_sync(self._server.close, abandon_on_cancel=True)

    async def _run(self, work: "Callable[[PostgresServer], T]") -> T:
        await self.load()
        assert self._server is not None
        with self._in_time(_REMEDY):
            return await anyio.to_thread.run_sync(
                partial(work, self._server), abandon_on_cancel=True, limiter=self._turns
            )

    def _load(self) -> None:
        """Load SQLAlchemy and psycopg, which takes a while and is not needed before."""
        from fj_mcp.storage.database.postgres_server import PostgresServer

        with self._loading:
            if self._server is None:
                self._server = PostgresServer(self._url, _CONNECTIONS)


def _machine() -> str:
    """Identifies this machine or container, within which process ids are valid."""
    return f"{socket.gethostname()}:{boot()}"
