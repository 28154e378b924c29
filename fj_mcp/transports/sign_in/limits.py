"""How often strangers may try something."""

import ipaddress
import re
from collections.abc import Callable, Sequence
from math import ceil

from cachetools import LRUCache
from msgspec import Struct
from starlette.requests import HTTPConnection

from fj_mcp.clock import Elapsed
from fj_mcp.storage.sign_in.records import Attempts
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.transports.sign_in.sealing import Sealer


class Limit(Struct, frozen=True):
    """At most `most` times in `seconds`."""

    what: str
    most: int
    seconds: float


REGISTRATIONS = Limit("registrations", 20, 60.0)
DOCUMENTS = Limit("documents", 20, 60.0)
"""Documents that this server is made to read."""

KEYS_OF_CLIENT = Limit("keys of a client", 5, 600.0)
"""Wrong keys from one address for one client. Not for the client alone: the address of a client's
document is the same for all of its users, and anyone could lock them out."""

KEYS = Limit("keys", 20, 600.0)
"""Wrong keys from one address, which the colleagues in an office share."""

_BEFORE_PORT = re.compile(r"\[([^]]+)\](?::\d+)?|([\d.]+):\d+")
"""An address as some proxies name it."""

_MAX_REACHED = 10_000
"""Limits that are remembered as reached."""


class TooOften(Exception):
    """A limit is reached. `seconds`: how long to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = max(1, ceil(seconds))


class Limiter:
    """Counts attempts by digests, in the database."""

    def __init__(self, store: SignInStore, sealer: Sealer, clock: Callable[[], float]) -> None:
        """Args: `sealer` makes the digests; `clock`: Unix seconds."""
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._elapsed = Elapsed(clock)
        self._reached: LRUCache[str, float] = LRUCache(_MAX_REACHED)

    async def count(self, limit: Limit, *who: str) -> None:
        """Count an attempt. Raises `TooOften` if there were too many."""
        subject = self._subject(limit, who)
        self._check_reached(subject)
        counted = await self._store.count_attempt(subject, limit.seconds)
        if counted.count > limit.most:
            self._reach(subject, counted)

    async def check(self, limit: Limit, *who: str) -> None:
        """Count no attempt. Raises `TooOften` if there is none left."""
        subject = self._subject(limit, who)
        self._check_reached(subject)
        counted = await self._store.attempts(subject, limit.seconds)
        if counted.count >= limit.most:
            self._reach(subject, counted)

    def _check_reached(self, subject: str) -> None:
        # A flood must not become one of transactions, which those of purchases would wait for.
        left = self._reached.get(subject, 0.0) - self._elapsed()
        if left > 0:
            raise TooOften(left)

    def _reach(self, subject: str, counted: Attempts) -> None:
        left = counted.until - self._clock()
        self._reached[subject] = self._elapsed() + left
        raise TooOften(left)

    def _subject(self, limit: Limit, who: Sequence[str]) -> str:
        return self._sealer.mark("attempts", "\n".join((limit.what, *who)))


def address_of(request: HTTPConnection) -> str:
    """The address of a client's network, as the nearest proxy names it, if there is one."""
    peer = _address(request.client.host if request.client else "")
    # Some proxies add a line of their own below those that the client has sent.
    lines = request.headers.getlist("x-forwarded-for")
    named = _address(lines[-1].rpartition(",")[2]) if lines else None
    # From the internet, anyone can send the header.
    if peer is None or (named is not None and not peer.is_global):
        peer = named
    if isinstance(peer, ipaddress.IPv6Address):
        # One machine has a whole network of them.
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    found = _BEFORE_PORT.fullmatch(text.strip())
    try:
        ip = ipaddress.ip_address((found[1] or found[2]) if found else text.strip())
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip
