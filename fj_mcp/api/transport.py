"""An httpx transport over aiohttp, which takes a third of the CPU time of httpcore.

Failures keep their meaning: `httpx.ConnectError` and `ConnectTimeout` mean that nothing was sent,
any other `httpx.TransportError` that something may have been. No request is retried here.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx
from yarl import URL

_MAX_HEADER_BYTES = 100_000
"""Of a status line or a header, about as much as httpx accepts. Gateways add long ones."""

_CHUNK_BYTES = 64 * 1024


class AiohttpTransport(httpx.AsyncBaseTransport):
    """A connection pool, opened in the event loop of the first request."""

    def __init__(self, trusted: ssl.SSLContext, limits: httpx.Limits) -> None:
        """Args: `trusted`: the authorities for `https` addresses; `limits` of the pool."""
        self._trusted = trusted
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request whose body is in memory. Only its `connect` time-out applies.

        Raises:
            httpx.TransportError: see the module.
        """
        if self._session is None:
            self._session = self._open_session()
        connect = request.extensions.get("timeout", {}).get("connect")
        with _httpx_exceptions():
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

    def _open_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=self._trusted,
            limit=self._limits.max_connections or 0,
            keepalive_timeout=self._limits.keepalive_expiry,
            resolver=aiohttp.ThreadedResolver(),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=_MAX_HEADER_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
            # httpx has already set the headers.
            skip_auto_headers=["Content-Type", "User-Agent"],
            middlewares=[_without_retries],
        )


class _Body(httpx.AsyncByteStream):
    """The body of a response as it arrives."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_exceptions():
            async for chunk in self._response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        # A connection with an unread rest of a body is closed, not reused.
        self._response.release()


class _Disconnected(aiohttp.ClientError):
    """The server closed the connection without a response."""


class _Broken(aiohttp.ClientError):
    """The connection was lost after part of the request may have been sent."""


async def _without_retries(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Middleware that hides a lost connection from aiohttp, which would retry GET and PUT."""
    try:
        return await handler(request)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise
    except aiohttp.ServerDisconnectedError as error:
        raise _Disconnected(str(error)) from error
    except aiohttp.ClientOSError as error:
        raise _Broken(str(error)) from error


@contextmanager
def _httpx_exceptions() -> Iterator[None]:
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
