"""What a request with a token may do."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import msgspec
from cachetools import TTLCache
from msgspec import Struct
from starlette.requests import HTTPConnection

from fj_mcp.clock import Elapsed
from fj_mcp.storage.sign_in.records import Grant
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.storage.user import User
from fj_mcp.transports.sign_in.metadata import Addresses
from fj_mcp.transports.sign_in.provider import ACCESS_PREFIX
from fj_mcp.transports.sign_in.sealing import Sealer, digest
from fj_mcp.transports.sign_in.shared_reads import SharedReads

CACHE_SECONDS = 10.0
"""How long a token that another server has revoked may still work here."""

_MAX_CACHED = 10_000


class Access(Struct, frozen=True):
    """What a token stands for.

    Attributes:
        key: of FutureJobs, to use.
        expires_at: Unix seconds, for as long as this is remembered.
        grant_id: of a token that this server has issued.
        person: who uses it, if an identity provider says so.
    """

    key: str
    scopes: tuple[str, ...]
    expires_at: float = float("inf")
    grant_id: str | None = None
    person: User | None = None


class AccessDenied(Exception):
    """A token is valid, but the user may not use this server. The text says what to do."""


class AccessVerifier(Protocol):
    """Verifies the access tokens of one issuer."""

    def recognizes(self, token: str) -> bool:
        """Whether a token looks like one of its issuer's."""
        ...

    async def verify(self, token: str, request: HTTPConnection) -> Access | None:
        """What the token of a request stands for; None if it is not valid.

        Raises:
            AccessDenied: if its user may not use this server.
            StorageUnavailable: if the database cannot be used.
            ProviderUnavailable: if the identity provider does not respond.
        """
        ...


class StoredTokens:
    """Verifies the tokens that this server has issued, with the database and a small cache."""

    def __init__(
        self,
        store: SignInStore,
        sealer: Sealer,
        addresses: Addresses,
        clock: Callable[[], float],
    ) -> None:
        """Args: `clock`: Unix seconds."""
        self._store = store
        self.sealer = sealer
        self._addresses = addresses
        self._clock = clock
        self._cache: TTLCache[str, Access] = TTLCache(_MAX_CACHED, CACHE_SECONDS, Elapsed(clock))
        self._reads: SharedReads[Access | None] = SharedReads()
        self._ended = 0

    def recognizes(self, token: str) -> bool:
        """Whether a token has the form of this server's."""
        return token.startswith(ACCESS_PREFIX)

    async def verify(self, token: str, request: HTTPConnection) -> Access | None:
        """What a token stands for; None if it is not valid. Raises `StorageUnavailable`."""
        name = digest(token)
        access = self._cache.get(name)
        # A flood of made-up tokens must not keep others from the database.
        if access is None and self.sealer.is_own_token(token):
            access = await self._reads.read(name, partial(self._read_and_cache, name))
        return access if access is not None and access.expires_at > self._clock() else None

    def forget_grant(self, grant_id: str) -> None:
        """Stop accepting the tokens of a grant in this process."""
        self._ended += 1
        for name, access in list(self._cache.items()):
            if access.grant_id == grant_id:
                del self._cache[name]

    def key_of(self, grant: Grant) -> str | None:
        """The key of a grant; None if it can no longer be read."""
        return self.sealer.unseal_key(grant.sealed_key, grant.grant_id)

    async def _read_and_cache(self, name: str) -> Access | None:
        ended = self._ended
        access = await self._read(name)
        # What was read before a grant ended may be of that one.
        if access is not None and ended == self._ended:
            self._cache[name] = access
        return access

    async def _read(self, name: str) -> Access | None:
        found = await self._store.token(name, "access")
        if found is None or found[1].resource != self._addresses.resource:
            return None
        token, grant = found
        key = self.key_of(grant)
        if key is None:
            return None
        return Access(
            key=key,
            scopes=tuple(token.scopes.split()),
            grant_id=grant.grant_id,
            expires_at=token.expires_at,
            person=msgspec.json.decode(grant.person, type=User) if grant.person else None,
        )
