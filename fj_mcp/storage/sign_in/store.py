"""The records of signing in, in the database that all servers of a team share."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio
from msgspec.structs import replace

from fj_mcp.clock import Elapsed
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.sign_in.records import Attempts, Browser, Client, Grant, Token, TokenKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fj_mcp.storage.sign_in.rows import Rows

T = TypeVar("T")

MAX_CLIENTS = 10_000
"""Registrations at a time. Beyond that, older ones are removed; their clients register again."""

_MAX_UNUSED_CLIENTS = 5_000
"""Registrations that were never used replace each other, so that a flood of them does not push out
the others, and the others do not take all the room.
"""

_REPLAY_SECONDS = 86_400.0
"""How long a code is remembered after its use, to notice a second one."""

MAX_TOKENS = 500
"""Tokens of a grant of each kind, and refresh tokens that are remembered after their use, to notice
a second one. Only a client that refreshes all the time has more."""

_EXPIRY_SECONDS = 3_600.0
_EXPIRED_AT_ONCE = 200
"""Records of each kind, which take a hundredth of a second; others wait for an SQLite file."""

_SOON_SECONDS = 1.0
"""If a database fails within this time, it is tried once more."""

_BROWSER_STEP_SECONDS = 86_400.0
"""How often the last use of a browser is written down."""


class SignInStore:
    """Every method raises `StorageUnavailable` if the database cannot be used."""

    def __init__(self, database: Callable[[], Database], clock: Callable[[], float]) -> None:
        """Args: `database`: finds the one of this process; `clock`: Unix seconds."""
        self._database = database
        self._clock = clock
        self._elapsed = Elapsed(clock)
        self._expire_at = 0.0

    async def add_client(self, client: Client) -> None:
        """Add a registration, if need be in the place of another."""

        def work(rows: "Rows") -> None:
            from fj_mcp.storage.database.tables import clients

            if rows.client(client.client_id) is not None:
                # Recorded by the first try, whose answer was lost.
                return
            if rows.clients() >= MAX_CLIENTS:
                rows.make_room_for_client(_MAX_UNUSED_CLIENTS)
            rows.add(clients, client)

        await self._expire_in_time()
        await self._transact("clients", work, durable=True)

    async def client(self, client_id: str) -> Client | None:
        """A registered client; None if it is unknown or has expired."""
        return await self._read(lambda rows: rows.client(client_id))

    async def allow(self, grant: Grant, code: Token) -> None:
        """Record what a user has allowed, and the code that stands for it."""

        def work(rows: "Rows") -> None:
            from fj_mcp.storage.database.tables import grants, tokens

            if rows.grant(grant.grant_id) is not None:
                return
            rows.add(grants, grant)
            rows.add(tokens, code)
            rows.use_client(grant.client_id)

        await self._expire_in_time()
        await self._transact(grant.grant_id, work, durable=True)

    async def token(self, digest: str, kind: TokenKind) -> tuple[Token, Grant] | None:
        """A token that has not expired, and its grant."""

        def work(rows: "Rows") -> tuple[Token, Grant] | None:
            token = rows.token(digest, kind)
            grant = rows.grant(token.grant_id) if token else None
            return (token, grant) if token and grant else None

        return await self._read(work)

    async def exchange(
        self, used: Token, issued: Sequence[Token], *, grace_seconds: float = 0.0
    ) -> bool:
        """Exchange a code or a refresh token for new tokens.

        A second exchange removes the grant, because one of the two must be a thief's. Within
        `grace_seconds` of the first one, a client has lost the response and tries again.

        Returns: whether the new tokens are valid.
        """

        def work(rows: "Rows") -> bool:
            from fj_mcp.storage.database.tables import tokens

            token, grant = rows.token(used.digest, used.kind), rows.grant(used.grant_id)
            if token is None or grant is None:
                return False
            if rows.token(issued[0].digest, issued[0].kind) is not None:
                return True
            if token.used_at is None:
                kept = self._clock() + _REPLAY_SECONDS if token.kind == "code" else 0.0
                rows.use_token(token, max(kept, token.expires_at))
            # Another server's clock may be ahead.
            elif not grace_seconds or self._clock() - token.used_at >= grace_seconds:
                rows.remove_grants([grant.grant_id])
                return False
            rows.limit_tokens(grant.grant_id, MAX_TOKENS)
            rows.add(tokens, *issued)
            rows.use_grant(grant)
            return True

        await self._expire_in_time()
        return await self._transact(used.grant_id, work, durable=True)

    async def grants_of(self, workspace: str) -> list[Grant]:
        """The grants of a workspace, the newest first, with those whose code is not used yet."""
        return await self._read(lambda rows: rows.grants_of(workspace))

    async def allowed_in(self, browser: str, client_id: str, place: str) -> Grant | None:
        """The newest grant to a client that was allowed in a browser."""
        return await self._read(lambda rows: rows.allowed_in(browser, client_id, place))

    async def remove_grant(self, grant_id: str) -> None:
        """Remove a grant with all its tokens."""
        await self._transact(grant_id, lambda rows: rows.remove_grants([grant_id]), durable=True)

    async def add_browser(self, browser: Browser) -> None:
        """Sign a browser in."""

        def work(rows: "Rows") -> None:
            from fj_mcp.storage.database.tables import browsers

            if rows.browser(browser.digest) is None:
                rows.add(browsers, browser)

        await self._transact(browser.digest, work)

    async def browser(self, digest: str) -> Browser | None:
        """A browser that is signed in."""
        found = await self._read(lambda rows: rows.browser(digest))
        if found is not None and self._clock() - found.used_at > _BROWSER_STEP_SECONDS:
            await self._transact(digest, lambda rows: rows.use_browser(digest))
            found = replace(found, used_at=self._clock())
        return found

    async def remove_browser(self, digest: str) -> None:
        """Sign a browser out."""
        await self._transact(digest, lambda rows: rows.remove_browser(digest))

    async def attempts(self, subject: str, seconds: float) -> Attempts:
        """How often something was tried in the last `seconds`."""
        return await self._read(lambda rows: rows.attempts(subject, seconds))

    async def count_attempt(self, subject: str, seconds: float) -> Attempts:
        """Count an attempt; after `seconds` it counts from one again."""

        def work(rows: "Rows") -> Attempts:
            before = rows.attempts(subject, seconds)
            until = before.until if before.count else self._clock() + seconds
            counted = Attempts(before.count + 1, until)
            rows.set_attempts(subject, counted)
            return counted

        await self._expire_in_time()
        return await self._transact(subject, work)

    async def _expire_in_time(self) -> None:
        """Remove expired records, once an hour in each process, and only a few at a time."""
        now = self._elapsed()
        if now >= self._expire_at:
            self._expire_at = now + _EXPIRY_SECONDS
            if not await self._transact("expiry", lambda rows: rows.expire(_EXPIRED_AT_ONCE)):
                self._expire_at = now

    async def _read(self, work: "Callable[[Rows], T]") -> T:
        return await self._database().read(self._on_rows(work))

    async def _transact(
        self, subject: str, work: "Callable[[Rows], T]", *, durable: bool = False
    ) -> T:
        """Run `work` in a transaction; durable if clients or users will rely on it.

        It is run once more if the database fails at once. If only the answer was lost, `work` finds
        what it has recorded.
        """
        # The subject takes the place of a workspace, and no workspace has such an id.
        transact = partial(
            self._database().transact, f"sign-in {subject}", self._on_rows(work), durable=durable
        )
        started = anyio.current_time()
        try:
            return await transact()
        except StorageUnavailable:
            if anyio.current_time() - started > _SOON_SECONDS:
                raise
        return await transact()

    def _on_rows(self, work: "Callable[[Rows], T]") -> "Callable[[Connection], T]":
        def run(connection: "Connection") -> T:
            # SQLAlchemy is loaded by the first use of the database, in its thread.
            from fj_mcp.storage.sign_in.rows import Rows

            return work(Rows(connection, self._clock()))

        return run
