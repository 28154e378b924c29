"""Tokens that the company's identity provider is asked about (introspection, RFC 7662)."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import anyio
from cachetools import TLRUCache, TTLCache
from msgspec import Struct
from starlette.requests import HTTPConnection

from fj_mcp.api.identity_provider import ProviderUnavailable, post_form
from fj_mcp.clock import Elapsed
from fj_mcp.text import lenient
from fj_mcp.transports.sign_in.company.claims import Claims, audiences_of, is_for_calls
from fj_mcp.transports.sign_in.company.published import Published
from fj_mcp.transports.sign_in.company.tokens import NotValid
from fj_mcp.transports.sign_in.limits import address_of
from fj_mcp.transports.sign_in.sealing import digest
from fj_mcp.transports.sign_in.shared_reads import SharedReads

KEPT_SECONDS = 60.0
"""For how long an answer is used again."""

_REFUSED_SECONDS = 10.0
"""For how long a token that is not valid is not asked about again."""

_CONFIRMED_SECONDS = 3_600.0
"""For how long a token that was valid is asked about at places of its own."""

_MAX_KEPT = 10_000

_AT_ONCE = 20
"""Questions, so that a flood of made-up tokens does not become one at the provider."""

_MAX_WAITING = 200
_MAX_WAIT_SECONDS = 10.0

_MAX_UNPROVEN = 100
"""Tokens from one address in a minute that are not valid, or not known to be. The colleagues in an
office share one."""

_UNPROVEN_SECONDS = 60.0


class _Answer(Struct, frozen=True):
    """The claims of a valid token, and for how long they may be used."""

    claims: Claims
    seconds: float


class _Unproven:
    """How many tokens from one address are not valid, or not known to be."""

    count = 0


class _Places:
    """Room for some questions at once, and for others to wait."""

    def __init__(self) -> None:
        self._semaphore = anyio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Wait for a place. Raises `ProviderUnavailable` if that would take too long."""
        if self._semaphore.statistics().tasks_waiting >= _MAX_WAITING:
            raise ProviderUnavailable("too many tokens are waiting")
        try:
            with anyio.fail_after(_MAX_WAIT_SECONDS):
                await self._semaphore.acquire()
        except TimeoutError:
            raise ProviderUnavailable("it is slow, and many tokens are waiting") from None
        try:
            yield
        finally:
            self._semaphore.release()


class IntrospectedTokens:
    """Reads access tokens by asking the provider. A `TokenReader`."""

    def __init__(
        self,
        published: Published,
        audiences: Sequence[str],
        credentials: tuple[str, str],
        clock: Callable[[], float],
    ) -> None:
        """Open nothing yet.

        Args:
            published: of the provider.
            audiences: whom tokens must be for, one of them.
            credentials: this server's client id and secret at the provider.
            clock: Unix seconds.
        """
        self._published = published
        self._audiences = frozenset(audiences)
        self._credentials = credentials
        self._clock = clock
        elapsed = Elapsed(clock)
        self._kept: TLRUCache[str, _Answer] = TLRUCache(
            _MAX_KEPT, lambda _, answer, now: now + answer.seconds, elapsed
        )
        # Made-up tokens fill caches of their own, and wait for places of their own.
        self._refused: TTLCache[str, bool] = TTLCache(_MAX_KEPT, _REFUSED_SECONDS, elapsed)
        self._confirmed: TTLCache[str, bool] = TTLCache(_MAX_KEPT, _CONFIRMED_SECONDS, elapsed)
        self._places, self._places_of_confirmed = _Places(), _Places()
        self._unproven: TTLCache[str, _Unproven] = TTLCache(_MAX_KEPT, _UNPROVEN_SECONDS, elapsed)
        self._questions: SharedReads[_Answer | None] = SharedReads()

    async def read(self, token: str, request: HTTPConnection) -> Claims:
        """The claims of a token. Raises `NotValid`, `ProviderUnavailable`."""
        name = digest(token)
        answer = self._kept.get(name)
        if answer is None and name not in self._refused:
            ask = partial(self._ask_in_turn, name, token, request)
            answer = await self._questions.read(name, ask)
        if answer is None:
            raise NotValid("the provider does not know it, or it has expired or was revoked")
        self._check(answer.claims)
        return answer.claims

    async def _ask_in_turn(self, name: str, token: str, request: HTTPConnection) -> _Answer | None:
        if name in self._confirmed:
            async with self._places_of_confirmed.one():
                return await self._ask_and_keep(name, token)
        unproven = self._unproven.setdefault(address_of(request), _Unproven())
        if unproven.count >= _MAX_UNPROVEN:
            raise ProviderUnavailable("too many tokens from one address are invalid")
        unproven.count += 1
        refused = False
        try:
            async with self._places.one():
                answer = await self._ask_and_keep(name, token)
            refused = answer is None
            return answer
        finally:
            if not refused:
                unproven.count -= 1

    async def _ask_and_keep(self, name: str, token: str) -> _Answer | None:
        answer = await self._ask(token)
        if answer is None:
            self._refused[name] = True
            self._confirmed.pop(name, None)
        else:
            self._kept[name] = answer
            self._confirmed[name] = True
        return answer

    async def _ask(self, token: str) -> _Answer | None:
        """What the provider says; None if the token is not valid."""
        address = await self._published.introspection_endpoint()
        form = {"token": token, "token_type_hint": "access_token"}
        claims = await post_form(address, form, self._credentials)
        expires_at = lenient.number(claims.get("exp"))
        left = KEPT_SECONDS if expires_at is None else expires_at - self._clock()
        valid = claims.get("active") is True and left > 0
        return _Answer(claims, min(KEPT_SECONDS, left)) if valid else None

    def _check(self, claims: Claims) -> None:
        """Raises `NotValid`."""
        if claims.get("iss", self._published.issuer) != self._published.issuer:
            raise NotValid("its issuer is not FJ_OAUTH_ISSUER")
        if self._audiences.isdisjoint(audiences_of(claims)):
            raise NotValid("its audience is not this server")
        if not is_for_calls(claims):
            raise NotValid("it is not a bearer access token")
