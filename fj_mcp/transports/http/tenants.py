"""One `Connection` per key in use, so that nothing of one key is ever visible to another."""

from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
from anyio.abc import TaskGroup
from cachetools import LRUCache
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp_types import INTERNAL_ERROR
from pydantic import SecretStr

from fj_mcp.api.call_context import user_in_use
from fj_mcp.clock import Clock
from fj_mcp.server.connection import Connection, MakeTransport
from fj_mcp.server.context import with_connection
from fj_mcp.server.sdk.protocol_errors import ProtocolError
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.memory.expiry import Expiry
from fj_mcp.storage.user import User
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.http.shutdown_signals import on_shutdown_signal
from fj_mcp.workspace.open_storage import open_database
from fj_mcp.workspace.workspace import workspace_fingerprint

TENANT = "fj_mcp.tenant"
"""The key of a request's `Tenant` in its ASGI scope."""

USER = "fj_mcp.user"
"""The key of a request's `User`, or None, in its ASGI scope."""

MAX_KEYS = 200
"""Keys that FutureJobs has accepted."""

MAX_UNPROVEN_KEYS = 50
"""Other keys, which may be made up and must not take the places of customers."""

MAX_REQUESTS = 1_900
"""Concurrent requests, with room left for the health endpoints."""

MAX_REQUESTS_OF_A_KEY = 1_000
MAX_UNPROVEN_REQUESTS = 1_400
"""Concurrent requests of all keys together that FutureJobs has not accepted yet."""

_MAX_REMEMBERED = 10_000
IDLE_SECONDS = 900.0
"""How long a key's candidates stay in memory after its last request."""

MAX_PROFILES_KEPT = 20_000
"""Over all keys; the least recently used are dropped first. A profile takes about 13 kB."""

FINISH_SECONDS = 8.0
"""How long to wait for calls in flight after a signal."""

_TIDY_SECONDS = 10.0
_POLL_SECONDS = 0.05


@dataclass
class Tenant:
    """A key in use and its connection. As a context manager it keeps itself from being dropped."""

    fingerprint: str
    connection: Connection
    clock: Clock
    accepted_before: bool = False
    """Whether FutureJobs accepted the key when it was last in use, or it is the server's own."""

    used_at: float = 0.0
    _uses: int = field(default=0, init=False)

    @property
    def proven(self) -> bool:
        """Whether FutureJobs accepted the key in its latest response."""
        accepted = self.connection.key_accepted
        return self.accepted_before if accepted is None else accepted

    @property
    def idle(self) -> bool:
        """Whether nothing is in flight, and no outcome is waiting to be recorded."""
        return not self._uses and not self.connection.unfinished

    def __enter__(self) -> None:
        self._uses += 1

    def __exit__(self, *_: object) -> None:
        self._uses -= 1
        self.used_at = self.clock.now()


class Tenants:
    """An LRU of the keys in use: at most `most_keys` that FutureJobs accepted, and
    `most_unproven` others.
    """

    def __init__(
        self,
        settings: Settings,
        make_transport: MakeTransport | None = None,
        clock: Clock | None = None,
        most_keys: int = MAX_KEYS,
        most_unproven: int = MAX_UNPROVEN_KEYS,
    ) -> None:
        self._settings = settings
        self._most_keys = most_keys
        self._most_unproven = most_unproven
        self._requests: Counter[str] = Counter()
        self._make_transport = make_transport
        self.clock = clock or Clock()
        self._known: OrderedDict[str, Tenant] = OrderedDict()
        self._accepted: LRUCache[str, None] = LRUCache(_MAX_REMEMBERED)
        self._own = self._fingerprint(settings.key) if settings.key else None
        self._in_flight: set[anyio.CancelScope] = set()
        self._tasks: TaskGroup | None = None
        self.database: Database
        self._expiry: Expiry

    @asynccontextmanager
    async def open(self, _: object = None) -> AsyncIterator["Tenants"]:
        """Serve tenants for as long as the server runs, and close everything at the end."""
        shutdown = anyio.Event()
        async with open_database(self._settings) as self.database:
            self._expiry = Expiry(self.database, self.clock.now, self._settings.keep_days)
            async with anyio.create_task_group() as self._tasks:
                self._tasks.start_soon(self._tidy)
                self._tasks.start_soon(self._finish_after, shutdown)
                try:
                    with on_shutdown_signal(shutdown.set):
                        yield self
                finally:
                    self._tasks.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                for tenant in self._known.values():
                    await tenant.connection.exit_stack.aclose()
        self._known.clear()

    @contextmanager
    def request(self, key: str, *, accepted: bool = False) -> Iterator[None]:
        """Take a place for a request of a key. It takes none of the keys' places, because the
        request may not be complete for a long time.

        Args:
            key: of the request.
            accepted: whether FutureJobs accepted it before, when its user signed in.

        Raises:
            RequestRejected: 503, if there are too many requests at once.
        """
        fingerprint = self._fingerprint(key)
        taken = self._requests
        full = taken.total() >= MAX_REQUESTS or taken[fingerprint] >= MAX_REQUESTS_OF_A_KEY
        if not full and not self._proven(fingerprint, accepted):
            unproven = (number for name, number in taken.items() if not self._proven(name, False))
            full = sum(unproven) >= MAX_UNPROVEN_REQUESTS
        if full:
            raise _busy("Too many requests are in progress: try again in a few seconds.")
        taken[fingerprint] += 1
        try:
            yield
        finally:
            taken[fingerprint] -= 1
            if not taken[fingerprint]:
                del taken[fingerprint]

    @contextmanager
    def tenant(self, key: str, *, accepted: bool = False) -> Iterator[Tenant]:
        """Hold the tenant of a key, opened if there is room, while a request is served.

        Args:
            key: of the request.
            accepted: whether FutureJobs accepted it before, when its user signed in.

        Raises:
            RequestRejected: 503, if there are too many keys at once.
        """
        fingerprint = self._fingerprint(key)
        tenant = self._known.get(fingerprint)
        if tenant is None:
            proven = self._proven(fingerprint, accepted)
            self._make_room(proven=proven)
            tenant = Tenant(fingerprint, self._connection(key), self.clock, proven)
            self._known[fingerprint] = tenant
        self._known.move_to_end(fingerprint)
        with tenant:
            yield tenant

    def _fingerprint(self, key: str) -> str:
        return workspace_fingerprint(key, self._settings.api_base_url)

    def _proven(self, fingerprint: str, accepted: bool) -> bool:
        """Whether FutureJobs accepted a key, or it is the server's own. `accepted`: whether it did
        before this process used the key.
        """
        if tenant := self._known.get(fingerprint):
            return tenant.proven
        return accepted or fingerprint in self._accepted or fingerprint == self._own

    def _connection(self, key: str) -> Connection:
        assert self._tasks is not None, "the server is not running"
        settings = self._settings.model_copy(update={"api_key": SecretStr(key)})
        return Connection(
            settings,
            self._tasks,
            AsyncExitStack(),
            self.database,
            self._expiry,
            self._make_transport,
            self.clock,
            remote=True,
            brought_key=key != self._settings.key,
        )

    async def handle(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Middleware that puts each request's `Connection` and user in the context."""
        tenant = tenant_of(ctx)
        named = user_in_use.set(user_of(ctx))
        try:
            with tenant, self.in_flight():
                own = replace(ctx, lifespan_context=tenant.connection)
                return await with_connection(own, call_next)
        finally:
            user_in_use.reset(named)
        raise ProtocolError(
            INTERNAL_ERROR,
            "The server is being restarted and did not finish this call. Call again with "
            "the same arguments; nothing is paid for twice.",
        )

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Finish what is within it before the server ends, or cancel it if that takes too long."""
        with anyio.CancelScope() as scope:
            self._in_flight.add(scope)
            try:
                yield
            finally:
                self._in_flight.discard(scope)

    async def _finish_after(self, shutdown: anyio.Event) -> None:
        """After a signal, wait for calls in flight, then end the rest with an error."""
        await shutdown.wait()
        ends = anyio.current_time() + FINISH_SECONDS
        async with anyio.create_task_group() as tasks:
            for tenant in self._known.values():
                tasks.start_soon(tenant.connection.finish, FINISH_SECONDS)
        while self._in_flight and anyio.current_time() < ends:  # noqa: ASYNC110 - once
            await anyio.sleep(_POLL_SECONDS)
        for scope in self._in_flight:
            scope.cancel()

    async def _tidy(self) -> None:
        while True:
            await self.clock.sleep(_TIDY_SECONDS)
            long_ago = self.clock.now() - IDLE_SECONDS
            kept = sum(tenant.connection.profiles_kept for tenant in self._known.values())
            for tenant in list(self._known.values()):
                if tenant.idle and (tenant.used_at < long_ago or kept > MAX_PROFILES_KEPT):
                    kept -= tenant.connection.profiles_kept
                    self._forget(tenant)

    def _make_room(self, *, proven: bool) -> None:
        """Make room for one more key, proven or not. Raises `RequestRejected`."""
        # Keys that were unproven may have been accepted by now.
        self._forget_surplus(not proven, 0)
        lacking = self._forget_surplus(proven, 1)
        if lacking or len(self._known) >= self._most_keys + self._most_unproven:
            which = "keys" if proven else "keys that FutureJobs has not accepted yet"
            most = self._most_keys if proven else self._most_unproven
            raise _busy(f"{most} {which} are in use at once: try again in a few seconds.")

    def _forget_surplus(self, proven: bool, coming: int) -> int:
        """Drop idle keys until `coming` more of a kind fit; return how many still do not fit."""
        alike = [item for item in self._known.values() if item.proven == proven]
        surplus = len(alike) + coming - (self._most_keys if proven else self._most_unproven)
        for tenant in alike:
            if surplus > 0 and tenant.idle:
                self._forget(tenant)
                surplus -= 1
        return max(surplus, 0)

    def _forget(self, tenant: Tenant) -> None:
        assert self._tasks is not None
        fingerprint = tenant.fingerprint
        del self._known[fingerprint]
        self._accepted.pop(fingerprint, None)
        if tenant.proven:
            self._accepted[fingerprint] = None
        self._tasks.start_soon(tenant.connection.exit_stack.aclose)


def _busy(message: str) -> RequestRejected:
    return RequestRejected(503, message, {"retry-after": "5"})


def tenant_of(ctx: ServerRequestContext[Any, Any]) -> Tenant:
    """The tenant of an HTTP request."""
    assert ctx.request is not None
    tenant: Tenant = ctx.request.scope[TENANT]
    return tenant


def user_of(ctx: ServerRequestContext[Any, Any]) -> User | None:
    """The user of an HTTP request, if an identity provider says who it is."""
    user: User | None = ctx.request.scope.get(USER) if ctx.request else None
    return user
