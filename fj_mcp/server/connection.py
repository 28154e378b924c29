"""What a running server has for one key: its settings, its workspace, and what it opened."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup

from fj_mcp.clock import Clock
from fj_mcp.errors import BadSettings, NoKey
from fj_mcp.ledger.storage import Storage
from fj_mcp.purchases.checkout import Spending
from fj_mcp.server.task_ids import TaskIds
from fj_mcp.settings.settings import Settings
from fj_mcp.workspace.open_storage import open_record
from fj_mcp.workspace.record import Record
from fj_mcp.workspace.workspace import Workspace, open_workspace, workspace_fingerprint

if TYPE_CHECKING:
    from fj_mcp.api.client import Transport

MakeTransport = Callable[[], "Transport"]


@dataclass
class Connection:
    """Made when the server starts; its workspace is opened at the first call."""

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
    def workspace(self) -> Workspace:
        """What the key works with. Raises like `fingerprint`."""
        fingerprint = self.fingerprint
        workspace = open_workspace(
            self.settings,
            self.storage,
            self.tasks,
            self.clock,
            transport=self.make_transport() if self.make_transport else None,
            pace=self.record.pace(fingerprint),
            brought_key=self.brought_key,
        )
        self.open_things.push_async_callback(workspace.client.close)
        return workspace

    @cached_property
    def checkout(self) -> Spending:
        """Everything that costs credits."""
        return Spending(self.workspace, self.settings)

    @cached_property
    def fingerprint(self) -> str:
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
        return self.record.storage(self.fingerprint)

    @cached_property
    def task_ids(self) -> TaskIds:
        """The ids of tasks, which no other key can use."""
        return TaskIds(self.storage, self.settings.state_key, self.fingerprint, self.clock.now)

    async def finish(self, seconds: float) -> None:
        """Let purchases that are under way end, or be remembered as unknown."""
        # Without a purchase there is nothing to finish, and nothing to open for it.
        if "checkout" in self.__dict__:
            await self.checkout.finish(seconds)

    @property
    def key_accepted(self) -> bool | None:
        """Whether FutureJobs accepted the key at its last response; None if there was none yet."""
        return self.workspace.client.key_accepted if "workspace" in self.__dict__ else None

    @property
    def unfinished(self) -> bool:
        """Whether a purchase is under way, or its outcome is not written down yet."""
        return "checkout" in self.__dict__ and self.checkout.unfinished

    @property
    def profiles_kept(self) -> int:
        """How many candidates are remembered."""
        return self.workspace.shortlists.profiles_kept if "workspace" in self.__dict__ else 0


@asynccontextmanager
async def open_connection(
    settings: Settings,
    make_transport: MakeTransport | None = None,
    clock: Clock | None = None,
    on_open: Callable[[Connection], None] | None = None,
) -> AsyncIterator[Connection]:
    """A `Connection` for as long as the server runs; what it opened is closed at the end."""
    async with (
        open_record(settings) as record,
        AsyncExitStack() as open_things,
        anyio.create_task_group() as tasks,
    ):
        connection = Connection(
            settings, tasks, open_things, record, make_transport, clock or Clock()
        )
        if on_open is not None:
            on_open(connection)
        yield connection
        tasks.cancel_scope.cancel()


def sandbox_transport() -> "Transport":
    """The way to a new sandbox in this process."""
    from fj_mcp.sandbox.app import Sandbox

    return Sandbox().transport()
