"""Tokens that the company's identity provider is asked about (introspection, RFC 7662)."""

from collections.abc import Callable

import anyio
from cachetools import TLRUCache
from msgspec import Struct

from fj_mcp.api.identity_provider import post_form
from fj_mcp.text import lenient
from fj_mcp.transports.sign_in.company.claims import Claims, audiences_of, is_for_calls
from fj_mcp.transports.sign_in.company.published import Published
from fj_mcp.transports.sign_in.company.tokens import NotValid
from fj_mcp.transports.sign_in.sealing import digest

KEPT_SECONDS = 60.0
"""For how long an answer is used again."""

_MAX_KEPT = 10_000
_AT_ONCE = 20
"""Questions, so that a flood of made-up tokens does not become one at the provider."""


class _Answer(Struct, frozen=True):
    """The claims of a token, or None if it is not valid; used until a moment in Unix seconds."""

    claims: Claims | None
    until: float


class IntrospectedTokens:
    """Reads access tokens by asking the provider. A `TokenReader`."""

    def __init__(
        self,
        published: Published,
        audience: str,
        credentials: tuple[str, str],
        clock: Callable[[], float],
    ) -> None:
        """Open nothing yet.

        Args:
            published: of the provider.
            audience: whom tokens must be for.
            credentials: this server's client id and secret at the provider.
            clock: Unix seconds.
        """
        self._published = published
        self._audience = audience
        self._credentials = credentials
        self._clock = clock
        self._turns = anyio.Semaphore(_AT_ONCE)
        self._kept: TLRUCache[str, _Answer] = TLRUCache(
            _MAX_KEPT, lambda _, answer, __: answer.until, clock
        )

    async def read(self, token: str) -> Claims:
        """The claims of a token. Raises `NotValid`, `ProviderUnavailable`."""
        name = digest(token)
        answer = self._kept.get(name)
        if answer is None:
            answer = self._kept[name] = await self._ask(token)
        if answer.claims is None:
            raise NotValid("the provider does not know it, or it has expired or was revoked")
        self._check(answer.claims)
        return answer.claims

    async def _ask(self, token: str) -> _Answer:
        address = await self._published.introspection_endpoint()
        form = {"token": token, "token_type_hint": "access_token"}
        async with self._turns:
            claims = await post_form(address, form, self._credentials)
        now = self._clock()
        expires_at = lenient.number(claims.get("exp"))
        until = now + KEPT_SECONDS if expires_at is None else min(now + KEPT_SECONDS, expires_at)
        return _Answer(claims if claims.get("active") is True and until > now else None, until)

    def _check(self, claims: Claims) -> None:
        """Raises `NotValid`."""
        if claims.get("iss", self._published.issuer) != self._published.issuer:
            raise NotValid("it has another issuer than FJ_OAUTH_ISSUER")
        if self._audience not in audiences_of(claims):
            raise NotValid("it is for another audience than FJ_OAUTH_AUDIENCE")
        if not is_for_calls(claims):
            raise NotValid("it is not a bearer's access token")
