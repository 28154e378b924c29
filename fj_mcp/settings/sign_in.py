"""Types of the settings for signing in over HTTP."""

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

_HOST = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:]+\])(:\d{1,5})?")
DEFAULT_PORTS = {"https": ":443", "http": ":80"}


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


PublicUrl = Annotated[str, AfterValidator(_origin)]


def _readable(setting: SecretStr) -> SecretStr:
    # Most servers have none.
    from fj_mcp.settings.predefined_clients import read_clients

    read_clients(setting)
    return setting


PredefinedClients = Annotated[SecretStr, AfterValidator(_readable)]
