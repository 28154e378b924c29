"""Types of the settings for signing in over HTTP."""

import ipaddress
import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")
DEFAULT_PORTS = {"https": ":443", "http": ":80"}

OF_ISSUER = (
    "oauth_audience",
    "oauth_groups",
    "oauth_introspection",
    "oauth_scopes",
    "oauth_scope_prefix",
    "oauth_id_jag",
)
"""Settings that mean nothing without `oauth_issuer`."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address stands for this machine only."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _origin(address: str) -> str:
    """An address without its trailing slash, in lower case."""
    try:
        parts = urlsplit(address.strip().lower())
    except ValueError:
        parts = urlsplit("")
    local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    if not (parts.scheme == "https" or local) or not bare or not _HOST.fullmatch(parts.netloc):
        raise ValueError(
            "must be https:// and the host name that clients use, without a path, such as "
            "https://sourcing.example.com (http:// only for this machine)"
        )
    return f"{parts.scheme}://{parts.netloc.removesuffix(DEFAULT_PORTS[parts.scheme])}"


def _issuer(address: str) -> str:
    """An issuer exactly as it was written, because that is how tokens name it."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    # The address of the metadata is often taken for the issuer.
    bare = re.fullmatch(r"(?!.*/\.well-known/)[!-~]+", address) and not {*"?#"} & {*address}
    usable = _HOST.fullmatch(parts.netloc.lower())
    if not (parts.scheme == "https" or local) or not bare or not usable:
        raise ValueError(
            "must be the issuer exactly as your identity provider's metadata names it, such as "
            "https://login.example.com/realms/staff (http:// only for this machine)"
        )
    return address


def _audience(name: str) -> str:
    if not name.isprintable() or re.search(r"[\s,]", name):
        raise ValueError("must be one audience, without spaces and commas")
    return name


def _scope_prefix(prefix: str) -> str:
    # Other characters cannot be in a scope, nor in a header (RFC 6749, 3.3).
    if not re.fullmatch(r"[!#-\[\]-~]*", prefix):
        raise ValueError("must be the beginning of a scope, such as api://4711/")
    return prefix


def _credentials(setting: SecretStr) -> SecretStr:
    client_id, _, secret = setting.get_secret_value().partition(":")
    if not client_id or not secret or not re.fullmatch(r"[!-~]+", client_id + secret):
        raise ValueError("must be the client id and the secret, as client_id:client_secret")
    return setting


def _at_commas(value: object) -> object:
    """The parts of a string, without the spaces around them; names may have spaces inside."""
    if not isinstance(value, str):
        return value
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    if not names:
        # None would let everyone in.
        raise ValueError("must be names, separated by commas")
    return names


def _networks(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        try:
            ipaddress.ip_network(name)
        except ValueError:
            raise ValueError(
                "must be networks or addresses, separated by commas, such as 203.0.113.0/24"
            ) from None
    return names


Issuer = Annotated[str, AfterValidator(_issuer)]
Audience = Annotated[str, AfterValidator(_audience)]
ScopePrefix = Annotated[str, AfterValidator(_scope_prefix)]
ClientCredentials = Annotated[SecretStr, AfterValidator(_credentials)]
Names = Annotated[tuple[str, ...], BeforeValidator(_at_commas)]
Networks = Annotated[Names, AfterValidator(_networks)]
Scopes = Annotated[
    tuple[Literal["sourcing:read", "sourcing:spend", "sourcing:contacts"], ...],
    BeforeValidator(_at_commas),
]
PublicUrl = Annotated[str, AfterValidator(_origin)]


def _readable(setting: SecretStr) -> SecretStr:
    # Most servers have none.
    from fj_mcp.settings.predefined_clients import read_clients

    read_clients(setting)
    return setting


PredefinedClients = Annotated[SecretStr, AfterValidator(_readable)]
