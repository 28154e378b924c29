"""Whose key a request is for: its own, or the server's where it may use that."""

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import Scope

from fj_mcp.settings.settings import KEY_SHAPE, Settings
from fj_mcp.transports.http.rejections import Refused

_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")

HOW_TO_BRING_A_KEY = (
    "Send your FutureJobs key with every request, as x-fj-api-key: fjk_… or as Authorization: "
    "Bearer fjk_…"
)
HOW_TO_BE_LET_IN = (
    "Send this server's token (FJ_HTTP_TOKEN) with every request, as Authorization: Bearer …"
)

_OWN_KEY_ONLY = (
    "This server takes no other key than its own: its settings come from .env in the folder that "
    "it was started in. Whoever runs it can name that file with --env-file."
)

Headers = Sequence[tuple[bytes, bytes]]


def is_loopback(host: str) -> bool:
    """Whether a host's name or address means this machine alone."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Credentials:
    """What requests must bring.

    Attributes:
        key: the server's own, which requests without one use; None if there is none.
        token: what every request must carry; None if there is none.
        exposed: whether requests from this machine may come from another one in truth.
        own_key_only: whether requests may bring no other key than the server's own.
    """

    key: str | None
    token: bytes | None
    exposed: bool
    own_key_only: bool = False

    @classmethod
    def of(cls, settings: Settings, *, exposed: bool) -> "Credentials":
        """What `settings` ask of requests.

        Raises:
            ValueError: with a sentence, if anybody could spend the server's credits.
        """
        if exposed and settings.api_key and not settings.http_token and not settings.sandbox:
            raise ValueError(
                "Anybody who reaches this server could spend the credits of FJ_API_KEY: set "
                "FJ_HTTP_TOKEN, which every request must then carry; or unset FJ_API_KEY, and each "
                "request brings its own key; or listen on 127.0.0.1 alone, for local names."
            )
        token = settings.http_token.get_secret_value().encode() if settings.http_token else None
        return cls(settings.key, token, exposed, settings.own_key_only)

    def key_of(self, scope: Scope) -> str:
        """The key that a request is for.

        Raises:
            Refused: 401, if it brings none, or not what the server asks for.
        """
        headers: Headers = scope["headers"]
        keys = {value.strip() for name, value in headers if name == b"x-fj-api-key"}
        bearers = {found for found in map(_bearer, headers) if found is not None}
        if self.token is None:
            keys |= bearers
        elif len(bearers) != 1 or not hmac.compare_digest(self.token, *bearers):
            raise _unauthorized(HOW_TO_BE_LET_IN, wrong=bool(bearers))
        if not keys and self.key is not None and (self.token or self._is_local(scope)):
            return self.key
        if not keys:
            raise _unauthorized(HOW_TO_BRING_A_KEY, wrong=False)
        key = keys.pop().decode("latin-1")
        if keys:
            raise _unauthorized("The request brings two different keys: send one.", wrong=True)
        if not KEY_SHAPE.fullmatch(key):
            raise _unauthorized(f"That is not a FutureJobs key. {HOW_TO_BRING_A_KEY}", wrong=True)
        if self.own_key_only and key != self.key:
            raise _unauthorized(_OWN_KEY_ONLY, wrong=True)
        return key

    def _is_local(self, scope: Scope) -> bool:
        # The app may be served at an address that it was not told of, or behind a proxy.
        client = scope.get("client")
        forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
        return not self.exposed and not forwarded and client is not None and is_loopback(client[0])


def _bearer(header: tuple[bytes, bytes]) -> bytes | None:
    name, value = header
    scheme, _, credential = value.strip().partition(b" ")
    if name != b"authorization" or scheme.lower() != b"bearer":
        return None
    return credential.strip()


def _unauthorized(sentence: str, *, wrong: bool) -> Refused:
    error = ', error="invalid_token"' if wrong else ""
    return Refused(401, sentence, {"www-authenticate": f'Bearer realm="fj-mcp"{error}'})
