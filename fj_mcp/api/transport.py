"""httpx over aiohttp's connections, which take a third of the processor time of httpcore's.

Every failure keeps its certainty: `httpx.ConnectError` and `ConnectTimeout` mean that nothing of
the request has left, any other `httpx.TransportError` that it may have. No request is ever
repeated here.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from yarl import URL

_CONNECTIONS = 20
_IDLE_SECONDS = 5.0
"""How long a connection is kept for the next request, as httpx keeps its own."""

_PIECE_BYTES = 64 * 1024


class AiohttpTransport(httpx.AsyncBaseTransport):
    """A pool of connections without proxies, opened in the event loop of the first request."""

    def __init__(self, trusted: ssl.SSLContext) -> None:
        """Args: `trusted`: the authorities for `https` addresses."""
        self._trusted = trusted
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request whose body is in memory; its `connect` time-out counts here.

        Raises:
            httpx.TransportError: see the module.
        """
        if self._session is None:
            self._session = self._opened()
        connect = request.extensions.get("timeout", {}).get("connect")
        with _in_terms_of_httpx():
            response = await self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers,
                data=request.content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(connect=connect),
            )
        return httpx.Response(
            response.status,
            headers=response.raw_headers,
            stream=_Body(response),
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": (response.reason or "").encode("ascii", "replace"),
            },
        )

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=self._trusted,
            limit=_CONNECTIONS,
            keepalive_timeout=_IDLE_SECONDS,
            resolver=aiohttp.ThreadedResolver(),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            # httpx has set what there is to say.
            skip_auto_headers=["Content-Type", "User-Agent"],
            middlewares=[_once],
        )


class _Body(httpx.AsyncByteStream):
    """The body of a response as it arrives."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _in_terms_of_httpx():
            async for piece in self._response.content.iter_chunked(_PIECE_BYTES):
                yield piece

    async def aclose(self) -> None:
        # A connection whose body was not read to its end is closed, not kept.
        self._response.release()


class _Disconnected(aiohttp.ClientError):
    """The server closed the connection instead of a response."""


class _Broken(aiohttp.ClientError):
    """The connection broke after some of the request may have left."""


async def _once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Middleware that hides a broken connection from aiohttp, which would repeat GET and PUT."""
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except aiohttp.ServerDisconnectedError as error:
        raise _Disconnected(str(error)) from error
    except aiohttp.ClientOSError as error:
        raise _Broken(str(error)) from error


@contextmanager
def _in_terms_of_httpx() -> Iterator[None]:
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx.ConnectTimeout(str(error)) from error
    except aiohttp.ClientConnectorError as error:
        raise httpx.ConnectError(str(error)) from error
    except (_Disconnected, aiohttp.ClientResponseError, aiohttp.ClientPayloadError) as error:
        raise httpx.RemoteProtocolError(str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpx.ReadError(str(error)) from error
