"""Connections to the API without a proxy: over httpcore at first, later over aiohttp.

httpx brings httpcore along. aiohttp takes a third of its CPU time, but 100 ms to load, which a new
process does not have.
"""

import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpcore  # noqa: F401 - httpx would load it for the first client
import httpx
import sniffio  # noqa: F401 - httpcore looks for it four times a request, even in vain

if TYPE_CHECKING:
    from fj_mcp.api.transport import AiohttpTransport

_loaded: "list[type[AiohttpTransport]]" = []


def load_aiohttp() -> None:
    """Load aiohttp. From then on every transport of the process sends its requests over it."""
    from fj_mcp.api.transport import AiohttpTransport

    _loaded.append(AiohttpTransport)


def loaded_aiohttp() -> "type[AiohttpTransport] | None":
    """The transport over aiohttp; None until it is loaded."""
    return _loaded[0] if _loaded else None


class DirectTransport(httpx.AsyncBaseTransport):
    """Sends each request over the faster library that is loaded.

    Failures keep their meaning on both: `httpx.ConnectError` and `ConnectTimeout` mean that nothing
    was sent, any other `httpx.TransportError` that something may have been.
    """

    def __init__(
        self,
        trusted: ssl.SSLContext,
        limits: httpx.Limits,
        find_faster: "Callable[[], type[AiohttpTransport] | None]" = loaded_aiohttp,
    ) -> None:
        """Prepare to send.

        Args:
            trusted: the authorities for `https` addresses.
            limits: of each pool.
            find_faster: finds the transport to change to, as soon as there is one.
        """
        self._trusted = trusted
        self._limits = limits
        self._find_faster = find_faster
        self._first: httpx.AsyncHTTPTransport | None = None
        self._faster: AiohttpTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request.

        Raises:
            httpx.TransportError: see the class.
        """
        return await self._fastest().handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in (self._first, self._faster):
            if transport is not None:
                await transport.aclose()

    def _fastest(self) -> httpx.AsyncBaseTransport:
        if self._faster is None and (faster := self._find_faster()) is not None:
            self._faster = faster(self._trusted, self._limits)
        if self._faster is not None:
            return self._faster
        if self._first is None:
            self._first = httpx.AsyncHTTPTransport(verify=self._trusted, limits=self._limits)
        return self._first
