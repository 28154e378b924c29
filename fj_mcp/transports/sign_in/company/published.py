"""What an identity provider publishes about itself: its metadata and its keys."""

import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import anyio
from jwt import PyJWK, PyJWTError
from msgspec import Struct

from fj_mcp.api.identity_provider import NoDocument, ProviderUnavailable, read_document
from fj_mcp.clock import Elapsed
from fj_mcp.settings.settings import safe_address
from fj_mcp.telemetry.logs import log
from fj_mcp.text import lenient

T = TypeVar("T")

FRESH_SECONDS = 3_600.0
"""How long metadata and keys are used before they are read again."""

STALE_SECONDS = 86_400.0
"""How long they are used if the provider cannot be reached, so that users can go on working."""

KEYS_AGAIN_SECONDS = 30.0
"""The shortest time between two looks for an unknown key."""

FAILURE_SECONDS = 5.0
"""How long the provider is not asked again after it could not be reached."""

_PATIENCE_SECONDS = 2.0
"""How long a call waits for something new while what was read before can be used."""


ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""By the type of the key. With a shared secret, or without one, anyone could sign."""


class Metadata(Struct, frozen=True):
    """The addresses that this server needs of the provider; None for what it does not serve."""

    jwks_uri: str | None
    introspection_endpoint: str | None


class SigningKey(Struct, frozen=True):
    """A public key, and the algorithms that may be used with it."""

    key_id: str | None
    key: Any
    algorithms: tuple[str, ...]


class Published:
    """The metadata and the keys of one issuer, read when they are first needed.

    Every method raises `ProviderUnavailable`.
    """

    def __init__(self, issuer: str, clock: Callable[[], float] = time.time) -> None:
        """Args: `clock`: Unix seconds."""
        self.issuer = issuer
        elapsed = Elapsed(clock)
        self._metadata = _Kept(self._read_metadata, elapsed)
        self._keys = _Kept(self._read_keys, elapsed)

    async def keys(
        self, key_id: str | None, wrong: Collection[SigningKey] = ()
    ) -> list[SigningKey]:
        """The keys that may have signed a token that names one, or none; not those tried before."""
        known = await self._keys.get()
        found = _matching(known, key_id, wrong)
        if not found and self._keys.age >= KEYS_AGAIN_SECONDS:
            # The provider may have changed its keys.
            found = _matching(await self._keys.read(), key_id, wrong)
        return found

    async def introspection_endpoint(self) -> str:
        """The address that says what a token stands for."""
        return _needed((await self._metadata.get()).introspection_endpoint, "introspection")

    async def _read_metadata(self) -> Metadata:
        document = await self._find_metadata()
        if document.get("issuer") != self.issuer:
            # Tokens would be refused for the same reason, and clients would refuse the provider.
            log.warning(
                "FJ_OAUTH_ISSUER is %s, but the provider there calls itself %s: set it to "
                "exactly that",
                self.issuer,
                ascii(document.get("issuer"))[:200],
            )
            raise ProviderUnavailable("it is not the issuer that FJ_OAUTH_ISSUER names")
        return Metadata(
            _address(document.get("jwks_uri")), _address(document.get("introspection_endpoint"))
        )

    async def _find_metadata(self) -> dict[str, Any]:
        for address in metadata_addresses(self.issuer):
            try:
                return await read_document(address)
            except NoDocument:
                continue
        raise ProviderUnavailable("it has no metadata")

    async def _read_keys(self) -> list[SigningKey]:
        address = _needed((await self._metadata.get()).jwks_uri, "keys")
        document = await read_document(address)
        listed = map(_signing_key, lenient.mappings(document.get("keys")))
        keys = [key for key in listed if key is not None]
        if not keys:
            raise ProviderUnavailable("it publishes no usable key")
        return keys


class _Kept(Generic[T]):
    """Something that the provider publishes."""

    def __init__(self, read: Callable[[], Awaitable[T]], elapsed: Elapsed) -> None:
        self._read = read
        self._elapsed = elapsed
        self._turn = anyio.Lock()
        self._value: T | None = None
        self._read_at = self._failed_at = float("-inf")

    @property
    def age(self) -> float:
        """Seconds since it was read."""
        return self._elapsed() - self._read_at

    async def get(self) -> T:
        """What it was at most an hour ago, or longer if the provider cannot be reached."""
        if self._value is None or self.age >= STALE_SECONDS:
            return await self.read()
        if self.age >= FRESH_SECONDS:
            with anyio.move_on_after(_PATIENCE_SECONDS) as patience, suppress(ProviderUnavailable):
                return await self.read()
            if patience.cancelled_caught:
                self._failed_at = self._elapsed()
        return self._value

    async def read(self) -> T:
        """What it is now. Simultaneous requests share one read."""
        asked_at = self._elapsed()
        async with self._turn:
            if self._value is not None and self._read_at >= asked_at:
                return self._value
            if self._elapsed() - self._failed_at < FAILURE_SECONDS:
                raise ProviderUnavailable("it could not be reached a moment ago")
            try:
                self._value = await self._read()
            except ProviderUnavailable:
                self._failed_at = self._elapsed()
                raise
            self._read_at = self._elapsed()
            return self._value


def metadata_addresses(issuer: str) -> list[str]:
    """Where an issuer's metadata may be: as OpenID Connect has it, and as RFC 8414."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    return [
        f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{path}",
    ]


def _address(value: object) -> str | None:
    try:
        return value if isinstance(value, str) and safe_address(value) else None
    except ValueError:
        return None


def _needed(address: str | None, what: str) -> str:
    if address is None:
        raise ProviderUnavailable(f"its metadata has no usable address for {what}")
    return address


def _signing_key(data: dict[str, Any]) -> SigningKey | None:
    """A public key of a JSON Web Key Set; None for one that is not there to verify tokens."""
    named = data.get("alg")
    usable = ALGORITHMS.get(str(data.get("kty")), ())
    algorithms = tuple(one for one in usable if named in (None, one))
    # With a private key that everyone can read, anyone could sign.
    if not algorithms or data.get("use", "sig") != "sig" or data.get("d"):
        return None
    try:
        found = PyJWK(data)
    except (PyJWTError, LookupError, TypeError, ValueError):
        return None
    return SigningKey(found.key_id, found.key, algorithms)


def _matching(
    keys: list[SigningKey], key_id: str | None, wrong: Collection[SigningKey]
) -> list[SigningKey]:
    return [key for key in keys if key_id in (None, key.key_id) and key not in wrong]
