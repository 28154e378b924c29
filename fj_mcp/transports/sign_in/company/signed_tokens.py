"""Tokens that the company's identity provider has signed (JWT, RFC 9068)."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import jwt
from cachetools import TLRUCache
from starlette.requests import HTTPConnection

from fj_mcp.clock import Elapsed
from fj_mcp.transports.sign_in.company.claims import Claims, is_for_calls
from fj_mcp.transports.sign_in.company.published import ALGORITHMS, Published, SigningKey
from fj_mcp.transports.sign_in.company.tokens import NotValid
from fj_mcp.transports.sign_in.sealing import digest

LEEWAY_SECONDS = 60.0
"""By how much the clocks of the provider and of this machine may differ."""

_KEPT_SECONDS = 10.0
"""For how long a token is not verified again: a signature takes a tenth of a call's CPU time."""

_MAX_KEPT = 10_000

_ACCESS_TOKENS = (None, "jwt", "at+jwt", "application/at+jwt")

_REASONS: dict[type[jwt.PyJWTError], str] = {
    jwt.ExpiredSignatureError: "it has expired",
    jwt.ImmatureSignatureError: "it is not valid yet",
    jwt.InvalidIssuerError: "its issuer is not FJ_OAUTH_ISSUER",
    jwt.InvalidAudienceError: "its audience is not this server",
}


class SignedTokens:
    """Reads signed access tokens. A `TokenReader`."""

    def __init__(
        self,
        published: Published,
        audiences: Sequence[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Args: `audiences`: whom tokens must be for, one of them; `clock`: Unix seconds."""
        self._published = published
        self._audiences = audiences

        def until(_: str, claims: Claims, now: float) -> float:
            left: float = claims["exp"] + LEEWAY_SECONDS - clock()
            return now + min(_KEPT_SECONDS, left)

        self._kept: TLRUCache[str, Claims] = TLRUCache(_MAX_KEPT, until, Elapsed(clock))

    async def read(self, token: str, request: HTTPConnection) -> Claims:
        """The claims of a token. Raises `NotValid`, `ProviderUnavailable`."""
        name = digest(token)
        claims = self._kept.get(name)
        if claims is None:
            claims = await verified_claims(self._published, token, self._audiences, _ACCESS_TOKENS)
            if not is_for_calls(claims):
                raise NotValid("it is not a bearer access token")
            self._kept[name] = claims
        return claims


async def verified_claims(
    published: Published,
    token: str,
    audiences: Sequence[str],
    types: Collection[str | None],
) -> dict[str, Any]:
    """The claims of a signed token, with `exp` as a number.

    Args:
        published: of the issuer that must have signed it.
        token: as it was sent.
        audiences: whom it must be for, one of them.
        types: that its header may name.

    Raises:
        NotValid: if it is not.
        ProviderUnavailable: if the issuer's keys cannot be read.
    """
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise NotValid("it is not a signed token") from None
    named, algorithm = header.get("typ"), header.get("alg")
    if (named.lower() if isinstance(named, str) else named) not in types:
        raise NotValid("it has the wrong type")
    if not any(algorithm in names for names in ALGORITHMS.values()):
        raise NotValid("its algorithm does not use a public key")
    reason = "its key is not among the issuer's"
    wrong: list[SigningKey] = []
    while keys := await published.keys(header.get("kid"), wrong):
        wrong += keys
        for key in keys:
            try:
                return _decode(token, key, published.issuer, audiences)
            except jwt.InvalidSignatureError:
                # A token need not name its key, and another one may have signed it.
                reason = "its signature is wrong"
            except (jwt.InvalidAlgorithmError, jwt.InvalidKeyError):
                reason = "its key cannot be used with its algorithm, or is too short"
            except jwt.PyJWTError as error:
                name = type(error).__name__
                raise NotValid(_REASONS.get(type(error), f"PyJWT says {name}")) from None
            except OverflowError:
                raise NotValid("its expiry is not a time") from None
    raise NotValid(reason)


def _decode(token: str, key: SigningKey, issuer: str, audiences: Sequence[str]) -> dict[str, Any]:
    """The claims of a token that a key has signed. Raises `jwt.PyJWTError`, `OverflowError`."""
    claims: dict[str, Any] = jwt.decode(
        token,
        key.key,
        algorithms=key.algorithms,
        issuer=issuer,
        audience=audiences,
        leeway=LEEWAY_SECONDS,
        options={"require": ["iss", "aud", "exp"], "enforce_minimum_key_length": True},
    )
    return claims | {"exp": float(claims["exp"])}
