"""Read a document from the public internet, at an address that anyone may have chosen.

The name is resolved here, and the connection goes to the address that was checked, so that no
request reaches this machine or its network, whatever the name points to a moment later.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit
from urllib.request import getproxies

import anyio
import anyio.to_thread
import httpcore
from msgspec import Struct

from fj_mcp.api.network import trusted_certificates

_MAX_BYTES = 65_536
_SECONDS = 5.0
_AT_ONCE = 16
_LEAST_AGE, _MOST_AGE = 60.0, 86_400.0

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Leads to an IPv4 address, its last four bytes."""

_GLOBAL = ipaddress.IPv6Network("2000::/3")
"""All that is routed on the internet; much else is local by its router's settings."""

_OF_CLOUDS = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
"""Where machines of clouds reach what manages them."""

_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})")
_UNCACHED = re.compile(r"\bno-(store|cache)\b")


class PublicDocument(Struct, frozen=True):
    """A document, and for how many seconds it may be kept."""

    content: bytes
    fresh_seconds: float


class NotRead(Exception):
    """A document cannot be read. The text has no final period and quotes nothing of it."""


class PublicDocuments:
    """Reads documents over HTTPS, a few at a time."""

    def __init__(self, *, allow_loopback: bool = False) -> None:
        """Args: `allow_loopback`: also read from this machine, for tests."""
        self._backend = _PublicAddresses(allow_loopback)
        self._turns: anyio.CapacityLimiter | None = None

    async def read(self, url: str) -> PublicDocument:
        """Read a JSON document of up to 64 kB within five seconds, without following a redirect.

        Raises:
            NotRead: with the reason.
        """
        if self._turns is None:
            self._turns = anyio.CapacityLimiter(_AT_ONCE)
        try:
            with anyio.fail_after(_SECONDS):
                async with (
                    self._turns,
                    httpcore.AsyncConnectionPool(
                        trusted_certificates(), network_backend=self._backend
                    ) as pool,
                    pool.stream("GET", url, headers=_headers(url)) as response,
                ):
                    if response.status != 200:
                        raise NotRead(f"its server responded with HTTP {response.status}")
                    if not _is_json(response.headers):
                        # Many servers keep files of their users, which are not theirs.
                        raise NotRead("its Content-Type is not application/json")
                    content = bytearray()
                    async for part in response.aiter_stream():
                        content += part
                        if len(content) > _MAX_BYTES:
                            raise NotRead(f"it is larger than {_MAX_BYTES // 1024} kB")
                    return PublicDocument(bytes(content), _fresh_seconds(response.headers))
        except TimeoutError:
            raise NotRead(f"its server did not respond within {_SECONDS:g} seconds") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
            raise NotRead("no secure connection to its server can be made") from None
        except (httpcore.UnsupportedProtocol, UnicodeError, ValueError):
            raise NotRead("its address is not valid") from None


def reaches_internet_directly() -> bool:
    """Whether there is no proxy, behind which addresses cannot be checked."""
    return not any(getproxies().get(scheme) for scheme in ("https", "all"))


class _PublicAddresses(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only."""

    def __init__(self, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback
        self._connections = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        # In a thread of its own: names that nobody answers for would soon occupy the few threads in
        # which requests to FutureJobs wait for theirs.
        look_up = partial(socket.getaddrinfo, host, port, proto=socket.IPPROTO_TCP)
        found = await anyio.to_thread.run_sync(
            look_up, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1)
        )
        addresses = list(dict.fromkeys(place[4][0] for place in found))
        if not addresses or not all(map(self._may_connect, addresses)):
            raise NotRead("its server is not on the public internet")
        failed: Exception = OSError()
        for address in addresses:
            try:
                return await self._connections.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def _may_connect(self, address: str | int) -> bool:
        ip = ipaddress.ip_address(address)
        return is_public(ip) or (self._allow_loopback and ip.is_loopback)


def is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is on the public internet, and so is one inside it, if any."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in net for net in _OF_CLOUDS)
    if ip in _NAT64:
        return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    if ip.ipv4_mapped is not None:
        return is_public(ip.ipv4_mapped)
    inner = ip.sixtofour or (ip.teredo or (None, None))[1]
    return ip in _GLOBAL and ip.is_global and (inner is None or is_public(inner))


def _headers(url: str) -> list[tuple[bytes, bytes]]:
    return [
        (b"host", urlsplit(url).netloc.encode("ascii")),
        (b"accept", b"application/json"),
        (b"accept-encoding", b"identity"),
        (b"user-agent", b"fj-mcp"),
    ]


def _is_json(headers: list[tuple[bytes, bytes]]) -> bool:
    kind = _header(headers, b"content-type").partition(";")[0].strip()
    return kind == "application/json" or re.fullmatch(r"application/\S+\+json", kind) is not None


def _header(headers: list[tuple[bytes, bytes]], wanted: bytes) -> str:
    values = (value for name, value in headers if name.lower() == wanted)
    return b",".join(values).decode("latin-1").lower()


def _fresh_seconds(headers: list[tuple[bytes, bytes]]) -> float:
    control = _header(headers, b"cache-control")
    found = None if _UNCACHED.search(control) else _MAX_AGE.search(control)
    return min(max(float(found[1]) if found else 0.0, _LEAST_AGE), _MOST_AGE)
