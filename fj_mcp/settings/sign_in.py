"""Types of the settings for signing in over HTTP."""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from pydantic import AfterValidator, SecretStr

_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


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
    return f"{parts.scheme}://{parts.netloc.removesuffix(_DEFAULT_PORTS[parts.scheme])}"


PublicUrl = Annotated[str, AfterValidator(_origin)]


class PredefinedClient(Struct, frozen=True):
    """A client that the operator has set up.

    Attributes:
        redirect_uris: where users may be sent back to.
        client_secret: None for a public client.
        name: shown to the user.
    """

    client_id: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,200}$")]
    redirect_uris: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    client_secret: str | None = None
    name: str = ""


def read_clients(setting: SecretStr) -> list[PredefinedClient]:
    """The clients of FJ_OAUTH_CLIENTS. Raises `ValueError`."""
    try:
        return msgspec.json.decode(setting.get_secret_value(), type=list[PredefinedClient])
    except (msgspec.MsgspecError, RecursionError):
        # The list may hold a secret, so nothing of it is quoted.
        raise ValueError(
            "must be a JSON list of clients, each with client_id, redirect_uris (a list) and, if "
            "it has one, client_secret"
        ) from None


def _readable(setting: SecretStr) -> SecretStr:
    read_clients(setting)
    return setting


PredefinedClients = Annotated[SecretStr, AfterValidator(_readable)]
