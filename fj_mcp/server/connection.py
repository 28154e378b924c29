"""Everything a tool needs, made once for a running server."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup

from fj_mcp.clock import Clock
from fj_mcp.errors import BadSettings, NoKey
from fj_mcp.ledger.ledger import Ledger
from fj_mcp.ledger.storage import Storage
from fj_mcp.purchases.checkout import Spending
from fj_mcp.server.task_ids import TaskIds
from fj_mcp.sessions.sent_filters import SentFilters
from fj_mcp.sessions.watcher import Matching
from fj_mcp.settings.settings import Settings
from fj_mcp.shortlist.ranking import Shortlists
from fj_mcp.workspace.open_storage import open_record
from fj_mcp.workspace.record import Record
from fj_mcp.workspace.workspace import Shop, workspace_fingerprint

if TYPE_CHECKING:
    import httpx

    from fj_mcp.api.client import FutureJobs

MakeTransport = Callable[[], "httpx.AsyncBaseTransport"]


@dataclass
class Sourcing:
    """The API's client and what is built on it. Made at the start, opened at the first call."""

    settings: Settings
    tasks: TaskGroup
    open_things: AsyncExitStack
    record: Record
    """Where the process remembers what was bought, for this key and for others."""

    make_transport: MakeTransport | None = None
    clock: Clock = field(default_factory=Clock)

    remote: bool = False
    """Whether clients are on other machines, where a file of this one is of no use."""

    brought_key: bool = False
    """Whether the key is one that requests bring, and not the server's own."""

    @cached_property
    def client(self) -> "FutureJobs":
        """The client. httpx is a tenth of the start-up time, and listing tools needs none of it."""
        from fj_mcp.api.client import FutureJobs

        transport = self.make_transport() if self.make_transport else None
        able = self.settings.key is not None and not self.settings.problems
        pace = self.record.pace(self.workspace) if able else None
        client = FutureJobs(self.settings, transport, pace, self.brought_key, self.clock)
        self.open_things.push_async_callback(client.close)
        return client

    @cached_property
    def workspace(self) -> str:
        """The fingerprint of the key that is used.

        Raises:
            BadSettings: where a setting is wrong, so that nothing can be done.
            NoKey: where there is none.
        """
        settings = self.settings
        if settings.problems:
            raise BadSettings(settings.problems)
        if settings.key is None:
            raise NoKey
        return workspace_fingerprint(settings.key, settings.api_base_url)

    @cached_property
    def storage(self) -> Storage:
        """What is remembered of this key."""
        return self.record.storage(self.workspace)

    @cached_property
    def task_ids(self) -> TaskIds:
        """The ids of tasks, which no other key can use."""
        return TaskIds(self.storage, self.settings.state_key, self.workspace, self.clock.now)

    @cached_property
    def shop(self) -> Shop:
        """What orders are carried out with."""
        return Shop(
            client=self.client,
            ledger=Ledger(self.storage, self.clock.now),
            matching=Matching(self.client, self.tasks),
            shortlists=Shortlists(self.client),
            sent=SentFilters(),
            clock=self.clock,
        )

    @cached_property
    def spending(self) -> Spending:
        """Everything that costs credits."""
        return Spending(self.shop, self.settings)

    async def finish(self, seconds: float) -> None:
        """Let purchases that are under way end, or be remembered as unknown."""
        # Without a purchase there is nothing to finish, and nothing to open for it.
        if "spending" in self.__dict__:
            await self.spending.finish(seconds)

    @property
    def key_accepted(self) -> bool | None:
        """Whether FutureJobs accepted the key at its last response; None if there was none yet."""
        return self.client.key_accepted if "client" in self.__dict__ else None

    @property
    def unfinished(self) -> bool:
        """Whether a purchase is under way, or its outcome is not written down yet."""
        return "spending" in self.__dict__ and self.spending.unfinished

    @property
    def profiles_kept(self) -> int:
        """How many candidates are remembered."""
        return self.shop.shortlists.profiles_kept if "shop" in self.__dict__ else 0

    @property
    def shortlists(self) -> Shortlists:
        """The ranked candidates of the sessions in use."""
        return self.shop.shortlists

    @property
    def matching(self) -> Matching:
        """The sessions being waited for."""
        return self.shop.matching


@asynccontextmanager
async def open_sourcing(
    settings: Settings,
    make_transport: MakeTransport | None = None,
    clock: Clock | None = None,
    on_open: Callable[[Sourcing], None] | None = None,
) -> AsyncIterator[Sourcing]:
    """A `Sourcing` for as long as the server runs; what it opened is closed at the end."""
    async with (
        open_record(settings) as record,
        AsyncExitStack() as open_things,
        anyio.create_task_group() as tasks,
    ):
        sourcing = Sourcing(settings, tasks, open_things, record, make_transport, clock or Clock())
        if on_open is not None:
            on_open(sourcing)
        yield sourcing
        tasks.cancel_scope.cancel()


def sandbox_transport() -> "httpx.AsyncBaseTransport":
    """The way to a new sandbox in this process."""
    from fj_mcp.sandbox.app import Sandbox

    return Sandbox().transport()
