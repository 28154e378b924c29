"""Checks of the Host and Origin headers."""

from collections.abc import Sequence

from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.request_headers import Headers

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
_SCHEMES = ("http", "https")


def without_port(name: str) -> str:
    """A host or an origin without its port, which may be `*` for any."""
    bare, colon, port = name.rpartition(":")
    return bare if colon and (port.isdigit() or port == "*") else name


class AllowedNames:
    """The hosts and origins that are served: local ones, and those that were allowed."""

    def __init__(self, hosts: Sequence[str], origins: Sequence[str]) -> None:
        """Args: `hosts` and `origins` besides local ones; without a port they match any."""
        pages = (f"{scheme}://{name}" for scheme in _SCHEMES for name in LOCAL_NAMES)
        self._hosts = _normalized(*LOCAL_NAMES, *hosts)
        self._origins = _normalized(*pages, *origins)

    def check(self, headers: Headers) -> None:
        """Check that a request was sent to an allowed host and not from a foreign web page.

        Either check stops a web page that makes its own name point here (DNS rebinding).

        Raises:
            RequestRejected: 421 or 403.
        """
        self.check_host(headers)
        for name, value in headers:
            if name == b"origin" and value and not _among(value.decode("latin-1"), self._origins):
                raise RequestRejected(
                    403,
                    "Pages from that origin may not call this server: if they should, allow it "
                    "with --allowed-origin or FJ_HTTP_ALLOWED_ORIGINS.",
                )

    def check_host(self, headers: Headers) -> None:
        """Check only that a request was sent to an allowed host.

        Raises:
            RequestRejected: 421.
        """
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not _among(hosts[0], self._hosts):
            raise RequestRejected(
                421,
                "This server does not accept that host name: allow it with --allowed-host or "
                "FJ_HTTP_ALLOWED_HOSTS, or connect with an allowed name.",
            )


def _normalized(*names: str) -> frozenset[str]:
    return frozenset(name.lower().removesuffix(":*") for name in names)


def _among(name: str, known: frozenset[str]) -> bool:
    name = name.lower()
    return name in known or without_port(name) in known
