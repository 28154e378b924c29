"""The addresses that users may be sent back to with a code."""

import re
from urllib.parse import unquote, urlsplit

from fj_mcp.settings.sign_in import is_loopback

MAX_ADDRESSES = 20
_MAX_LENGTH = 2_000

_PLAIN = re.compile(r"[!-\[\]-~]+")
"""Without blanks, and without the backslash, which browsers read as a slash."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_ANY_PORT = re.compile(r"^(http://[a-z0-9.]+):\*(?=/|$)")
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
"""An app's own scheme has the reversed name of a domain in it (RFC 8252, section 7.1)."""

_KNOWN_SCHEMES = (
    "antigravity",
    "claude",
    "cursor",
    "jetbrains",
    "kiro",
    "raycast",
    "trae",
    "vscode",
    "vscode-insiders",
    "vscodium",
    "warp",
    "windsurf",
    "zed",
)
_FURTHER = (
    "https:",
    "http://127.0.0.1:*",
    "http://localhost:*",
    *(f"{scheme}:" for scheme in _KNOWN_SCHEMES),
)
"""Where apps pass the user on to, such as from claude.ai to the app on this computer. Chromium
checks each of these steps, and would end the sign-in without a word."""


def without_any_port(address: str) -> str:
    """An address of this machine without `:*` for its port, which may be any in any case."""
    return _ANY_PORT.sub(r"\1", address)


def problem_with(address: str) -> str | None:
    """What is wrong with an address that a client wants to be sent back to; None if nothing is."""
    try:
        parts = urlsplit(address)
        host, _ = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "is not an address"
    if len(address) > _MAX_LENGTH or not is_plain(address):
        return "is not an address"
    if "#" in address or "@" in parts.netloc:
        return "must have neither a fragment nor a user name"
    scheme = parts.scheme.lower()
    if scheme == "https":
        return None if is_host_name(host) else "must have a host name"
    if scheme == "http":
        return None if is_loopback(host) else "must start with https://"
    if scheme in _KNOWN_SCHEMES or _PRIVATE_SCHEME.fullmatch(scheme):
        return None
    return "must start with https:// or with an app's own scheme"


def is_plain(address: str) -> bool:
    """Whether no library rewrites an address: it has no blanks, no backslash and no `/../`."""
    path = address.partition("?")[0]
    dots = any(unquote(part) in (".", "..") for part in path.split("/"))
    return _PLAIN.fullmatch(address) is not None and not dots


def is_host_name(host: str) -> bool:
    """Whether a host is a name in small letters, or an IPv4 address."""
    return _HOST.fullmatch(host) is not None


def same_address(registered: str, asked: str) -> bool:
    """Whether two addresses are equal; on this machine in all but the port (RFC 8252)."""
    if registered == asked:
        return True
    one = urlsplit(registered)
    local = one.scheme == "http" and is_loopback(one.hostname or "")
    alike = _parts(registered, local) == _parts(asked, local)
    return alike and one.scheme in ("http", "https") and problem_with(asked) is None


def _parts(address: str, local: bool) -> tuple[str, str | None, str, str]:
    parts = urlsplit(address)
    host = parts.hostname if local else parts.netloc
    return parts.scheme, host, parts.path or "/", parts.query


def is_local(address: str) -> bool:
    """Whether an address leads to the user's own computer."""
    return urlsplit(address).scheme != "https"


def place(address: str) -> str:
    """Where an address leads, for the user: its host, or an app's scheme.

    On this computer any port belongs to the same app.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "nowhere"
    if parts.scheme == "https":
        return parts.netloc
    return f"this computer ({parts.hostname if parts.scheme == 'http' else parts.scheme})"


def form_targets(address: str) -> list[str]:
    """Where a form may lead that ends at an address, as the Content-Security-Policy names it."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return [f"{parts.scheme}:"]
    # The policy cannot name an address of IPv6.
    own = "http:" if parts.netloc.startswith("[") else f"{parts.scheme}://{parts.netloc}"
    return [own, *_FURTHER]
