"""One client's time with the server: its settings, its workspace and its open resources."""

import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup

from fj_mcp.clock import Clock
from fj_mcp.errors import BadSettings, NoKey
from fj_mcp.purchases.checkout import Checkout
from fj_mcp.server.task_ids import TaskIds
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.ledger.storage import Storage
from fj_mcp.storage.memory.expiry import Expiry
from fj_mcp.storage.memory.memory import Memory
from fj_mcp.workspace.open_storage import open_database
from fj_mcp.workspace.replicas import rate_limit_of
from fj_mcp.workspace.workspace import (
    Workspace,
    derived_key,
    open_workspace,
    workspace_fingerprint,
)

if TYPE_CHECKING:
    from fj_mcp.api.client import Transport

MakeTransport = Callable[[], "Transport"]


@dataclass
class Connection:
    """Created when the server starts; the workspace is opened at the first call."""

    settings: Settings
    tasks: TaskGroup
    exit_stack: AsyncExitStack
    database: Database
    """The database of this process, for this key and others."""

    expiry: Expiry
    """What deletes the rows of all keys in time."""

    make_transport: MakeTransport | None = None
    clock: Clock = field(default_factory=Clock)

    remote: bool = False
    """Whether clients may be on other machines, where a local file is of no use."""

    brought_key: bool = False
    """Whether the key came with a request and is not the server's own."""

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace of the key. Raises like `fingerprint`."""
        workspace = open_workspace(
            self.settings,
            self.storage,
            self.tasks,
            self.clock,
            stored_memory=self.memory or self.stored_memory,
            expiry=self.expiry,
            transport=self.make_transport() if self.make_transport else None,
            rate_limit=rate_limit_of(self.storage),
            brought_key=self.brought_key,
        )
        self.exit_stack.push_async_callback(workspace.client.close)
        return workspace

    @cached_property
    def checkout(self) -> Checkout:
        """The checkout, through which everything is bought."""
        return Checkout(self.workspace, self.settings)

    @cached_property
    def fingerprint(self) -> str:
        """The fingerprint of the workspace.

        Raises:
            BadSettings: if a setting is wrong.
            NoKey: if there is no key.
        """
        settings = self.settings
        if settings.problems:
            raise BadSettings(settings.problems)
        if settings.key is None:
            raise NoKey
        return workspace_fingerprint(settings.key, settings.api_base_url)

    @cached_property
    def storage(self) -> Storage:
        """The storage of the workspace."""
        return Storage(self.database, self.fingerprint)

    @cached_property
    def memory(self) -> Memory | None:
        """The memory of the workspace; None if nothing is to be remembered."""
        return self._memory(self.expiry) if self.settings.memory else None

    @cached_property
    def stored_memory(self) -> Memory:
        """The same, even if it is switched off. Nothing expires by its use."""
        return self._memory(None)

    def _memory(self, expiry: Expiry | None) -> Memory:
        secret = derived_key(self.settings.key or "", "people")
        return Memory(self.database, self.fingerprint, secret, self.clock.now, expiry)

    def view_token(self, session_id: str) -> str:
        """The token that the interactive shortlist of a session sends with what the user clicks.

        It goes to the view with the result that opens it, in `_meta`, which models do not see.
        """
        return self.keyed("views", session_id)[:32]

    def keyed(self, purpose: str, text: str) -> str:
        """A digest of a text for one purpose, which nobody without the key can make or check."""
        secret = derived_key(self.settings.key or "", purpose)
        return hmac.digest(secret, text.encode(), "sha256").hex()

    def is_view(self, session_id: str, token: str) -> bool:
        """Whether a token is the one of a session's view."""
        return hmac.compare_digest(
            token.encode("utf-8", "surrogatepass"), self.view_token(session_id).encode()
        )

    @cached_property
    def task_ids(self) -> TaskIds:
        """The task ids, which no other key can use."""
        return TaskIds(self.storage, self.settings.state_key, self.fingerprint, self.clock.now)

    async def finish(self, seconds: float) -> None:
        """Wait for purchases in flight, and record those that do not end in time as unknown."""
        # Do not open a workspace only to find nothing to finish.
        if "checkout" in self.__dict__:
            await self.checkout.finish(seconds)

    @property
    def key_accepted(self) -> bool | None:
        """Whether the last response accepted the key; None if there was no response yet."""
        return self.workspace.client.key_accepted if "workspace" in self.__dict__ else None

    @property
    def unfinished(self) -> bool:
        """Whether a purchase is in flight, or its outcome is not recorded yet."""
        return "checkout" in self.__dict__ and self.checkout.unfinished

    @property
    def profiles_kept(self) -> int:
        """The number of profiles in the cache."""
        return self.workspace.shortlists.profiles_kept if "workspace" in self.__dict__ else 0


@asynccontextmanager
async def open_connection(
    settings: Settings,
    make_transport: MakeTransport | None = None,
    clock: Clock | None = None,
    on_open: Callable[[Connection], None] | None = None,
) -> AsyncIterator[Connection]:
    """Open a `Connection` for as long as the server runs, and close everything at the end."""
    async with (
        open_database(settings) as database,
        AsyncExitStack() as exit_stack,
        anyio.create_task_group() as tasks,
    ):
        clock = clock or Clock()
        expiry = Expiry(database, clock.now, settings.keep_days)
        connection = Connection(
            settings, tasks, exit_stack, database, expiry, make_transport, clock
        )
        if on_open is not None:
            on_open(connection)
        yield connection
        tasks.cancel_scope.cancel()


def sandbox_transport() -> "Transport":
    """A transport to a new sandbox in this process."""
    from fj_mcp.sandbox.app import Sandbox

    return Sandbox().transport()
