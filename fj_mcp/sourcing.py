"""Everything a tool needs, made once for a running server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup

from fj_mcp.matching import Matching
from fj_mcp.settings import Settings
from fj_mcp.shortlists import Shortlists
from fj_mcp.spending import Spending

if TYPE_CHECKING:
    import httpx

    from fj_mcp.client import FutureJobs

MakeTransport = Callable[[], "httpx.AsyncBaseTransport"]


@dataclass
class Sourcing:
    """The API's client and what is built on it. Made at the start, opened at the first call."""

    settings: Settings
    tasks: TaskGroup
    open_things: AsyncExitStack
    make_transport: MakeTransport | None = None

    @cached_property
    def client(self) -> "FutureJobs":
        """The client. httpx is a tenth of the start-up time, and listing tools needs none of it."""
        from fj_mcp.client import FutureJobs

        transport = self.make_transport() if self.make_transport else None
        client = FutureJobs(self.settings, transport)
        self.open_things.push_async_callback(client.close)
        return client

    @cached_property
    def shortlists(self) -> Shortlists:
        """The ranked candidates of the sessions in use."""
        return Shortlists(self.client)

    @cached_property
    def matching(self) -> Matching:
        """The sessions being waited for."""
        return Matching(self.client, self.tasks)

    @cached_property
    def spending(self) -> Spending:
        """Everything that costs credits."""
        return Spending(self.client, self.shortlists)


@asynccontextmanager
async def open_sourcing(
    settings: Settings, make_transport: MakeTransport | None = None
) -> AsyncIterator[Sourcing]:
    """A `Sourcing` for as long as the server runs; what it opened is closed at the end."""
    async with AsyncExitStack() as open_things, anyio.create_task_group() as tasks:
        yield Sourcing(settings, tasks, open_things, make_transport)
        tasks.cancel_scope.cancel()
