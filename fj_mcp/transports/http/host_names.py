"""By which names the server may be reached, and from which web pages."""

from collections.abc import Sequence

from fj_mcp.transports.http.rejections import Refused

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
_SCHEMES = ("http", "https")

Headers = Sequence[tuple[bytes, bytes]]


def without_port(name: str) -> str:
    """A host or an origin as it is without the port (or `*` for any) that it may end in."""
    bare, colon, port = name.rpartition(":")
    return bare if colon and (port.isdigit() or port == "*") else name


class Names:
    """Hosts and origins that are served: local ones, and those that were named."""

    def __init__(self, hosts: Sequence[str], origins: Sequence[str]) -> None:
        """Args: `hosts` and `origins` beside local ones; without a port, any port will do."""
        pages = (f"{scheme}://{name}" for scheme in _SCHEMES for name in LOCAL_NAMES)
        self._hosts = _usual(*LOCAL_NAMES, *hosts)
        self._origins = _usual(*pages, *origins)

    def check(self, headers: Headers) -> None:
        """Let a request pass that was sent to one of the hosts, and by a page only if it may.

        A web page that makes its own name point here (DNS rebinding) is told by either.

        Raises:
            Refused: 421 or 403.
        """
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not _among(hosts[0], self._hosts):
            raise Refused(
                421,
                "This server is not served under that name: name it with --allowed-host or "
                "FJ_HTTP_ALLOWED_HOSTS, or connect to a name that is.",
            )
        for name, value in headers:
            if name == b"origin" and value and not _among(value.decode("latin-1"), self._origins):
                raise Refused(
                    403,
                    "Pages of that origin may not call this server: name it with --allowed-origin "
                    "or FJ_HTTP_ALLOWED_ORIGINS if they should.",
                )


def _usual(*names: str) -> frozenset[str]:
    return frozenset(name.lower().removesuffix(":*") for name in names)


def _among(name: str, known: frozenset[str]) -> bool:
    name = name.lower()
    return name in known or without_port(name) in known
