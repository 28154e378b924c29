"""One `Sourcing` for each key in use, so that nothing of one key is ever shown to another."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import anyio
from anyio.abc import TaskGroup
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp_types import INTERNAL_ERROR
from pydantic import SecretStr

from fj_mcp.clock import Clock
from fj_mcp.handlers import with_sourcing
from fj_mcp.http.ending import when_asked_to_end
from fj_mcp.http.refusals import Refused
from fj_mcp.orders import workspace_fingerprint
from fj_mcp.protocol_errors import Told
from fj_mcp.settings import Settings
from fj_mcp.sourcing import MakeTransport, Sourcing, open_replicas

if TYPE_CHECKING:
    from fj_mcp.replicas import Replicas

WORKSPACE = "fj_mcp.workspace"
"""Where a request's ASGI scope holds its `Workspace`."""

MOST_KEYS = 200
IDLE_SECONDS = 900.0
"""How long after its last request a key's candidates stay in memory."""

MOST_PROFILES_KEPT = 20_000
"""Over all keys; the least recently used are forgotten first. A profile is some 13 kB."""

FINISH_SECONDS = 8.0
"""How long calls may still take when the process is asked to end."""

_TIDY_SECONDS = 10.0
_WATCH_SECONDS = 0.05


@dataclass
class Workspace:
    """What one key works with. As a context it is in use, and is not forgotten."""

    fingerprint: str
    sourcing: Sourcing
    clock: Clock
    used_at: float = 0.0
    _uses: int = field(default=0, init=False)

    @property
    def idle(self) -> bool:
        """Whether nothing is in flight, and no outcome is waiting to be written down."""
        return not self._uses and not self.sourcing.unfinished

    def __enter__(self) -> None:
        self._uses += 1

    def __exit__(self, *_: object) -> None:
        self._uses -= 1
        self.used_at = self.clock.now()


class Workspaces:
    """The workspaces of the keys used last, `most_keys` at most, least recently used first."""

    def __init__(
        self,
        settings: Settings,
        make_transport: MakeTransport | None = None,
        clock: Clock | None = None,
        most_keys: int = MOST_KEYS,
    ) -> None:
        self._settings = settings
        self._most_keys = most_keys
        self._make_transport = make_transport
        self._clock = clock or Clock()
        self._known: OrderedDict[str, Workspace] = OrderedDict()
        self._in_flight: set[anyio.CancelScope] = set()
        self._tasks: TaskGroup | None = None
        self._replicas: Replicas | None = None

    @asynccontextmanager
    async def open(self, _: object = None) -> AsyncIterator["Workspaces"]:
        """For as long as the server runs; what was opened is closed at the end."""
        asked = anyio.Event()
        async with open_replicas(self._settings) as self._replicas:
            async with anyio.create_task_group() as self._tasks:
                self._tasks.start_soon(self._tidy)
                self._tasks.start_soon(self._finish_when, asked)
                try:
                    with when_asked_to_end(asked.set):
                        yield self
                finally:
                    self._tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                for workspace in self._known.values():
                    await workspace.sourcing.open_things.aclose()
        self._known.clear()

    def of(self, key: str) -> Workspace:
        """The workspace of a key.

        Raises:
            Refused: 503, if all that may be open are in use.
        """
        fingerprint = workspace_fingerprint(key, self._settings.api_base_url)
        workspace = self._known.get(fingerprint)
        if workspace is None:
            if len(self._known) >= self._most_keys and not self._forget_one():
                busy = f"{self._most_keys} keys are in use at once: send it again in a few seconds."
                raise Refused(503, busy, {"retry-after": "5"})
            workspace = Workspace(fingerprint, self._sourcing(key), self._clock)
            self._known[fingerprint] = workspace
        self._known.move_to_end(fingerprint)
        return workspace

    def _sourcing(self, key: str) -> Sourcing:
        assert self._tasks is not None, "the server is not running"
        settings = self._settings.model_copy(update={"api_key": SecretStr(key)})
        return Sourcing(
            settings,
            self._tasks,
            AsyncExitStack(),
            self._make_transport,
            self._clock,
            self._replicas,
            remote=True,
            brought_key=key != self._settings.key,
        )

    async def handle(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Middleware: each request works with the `Sourcing` of its own key."""
        workspace = workspace_of(ctx)
        with workspace, anyio.CancelScope() as scope:
            self._in_flight.add(scope)
            try:
                own = replace(ctx, lifespan_context=workspace.sourcing)
                return await with_sourcing(own, call_next)
            finally:
                self._in_flight.discard(scope)
        raise Told(
            INTERNAL_ERROR,
            "The server is being restarted and did not finish this call. Call again with "
            "the same arguments; nothing is paid for twice.",
        )

    async def _finish_when(self, asked: anyio.Event) -> None:
        """Once asked, let calls end, purchases before all; then end the rest with a sentence."""
        await asked.wait()
        ends = anyio.current_time() + FINISH_SECONDS
        async with anyio.create_task_group() as tasks:
            for workspace in self._known.values():
                tasks.start_soon(workspace.sourcing.finish, FINISH_SECONDS)
        while self._in_flight and anyio.current_time() < ends:  # noqa: ASYNC110 - once
            await anyio.sleep(_WATCH_SECONDS)
        for scope in self._in_flight:
            scope.cancel()

    async def _tidy(self) -> None:
        while True:
            await self._clock.sleep(_TIDY_SECONDS)
            long_ago = self._clock.now() - IDLE_SECONDS
            kept = sum(workspace.sourcing.profiles_kept for workspace in self._known.values())
            for workspace in list(self._known.values()):
                if workspace.idle and (workspace.used_at < long_ago or kept > MOST_PROFILES_KEPT):
                    kept -= workspace.sourcing.profiles_kept
                    self._forget(workspace)

    def _forget_one(self) -> bool:
        """Forget the workspace that was used least recently; whether one could be."""
        oldest = next((item for item in self._known.values() if item.idle), None)
        if oldest is not None:
            self._forget(oldest)
        return oldest is not None

    def _forget(self, workspace: Workspace) -> None:
        assert self._tasks is not None
        del self._known[workspace.fingerprint]
        self._tasks.start_soon(workspace.sourcing.open_things.aclose)


def workspace_of(ctx: ServerRequestContext[Any, Any]) -> Workspace:
    """The workspace of a request over HTTP."""
    assert ctx.request is not None
    workspace: Workspace = ctx.request.scope[WORKSPACE]
    return workspace
