"""The transport between a client and the sandbox in one process, and how it fails."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx


class ConnectionDropped(Exception):
    """The sandbox closes the connection without a response."""


async def hang_up(receive: Callable[[], Awaitable[Any]]) -> bool:
    """Abort the connection of a request; False if there is no socket."""
    # ASGI has no message for this. Under uvicorn `receive` is a method of the object that holds the
    # socket; aborting that looks like a broken connection to the client.
    socket = getattr(getattr(receive, "__self__", None), "transport", None)
    if socket is None:
        return False
    socket.abort()
    # Uvicorn logs an error about the missing response unless it has seen the disconnect.
    await receive()
    return True


class SandboxTransport(httpx.AsyncBaseTransport):
    """Passes requests to an ASGI app, with the errors and time-outs of a real connection."""

    def __init__(self, app: Any) -> None:
        self._asgi = httpx.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The app's response.

        Raises:
            httpx.ReadError: if the app closes the connection.
            httpx.ReadTimeout: if the response takes longer than the client's read time-out.
        """
        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            with anyio.fail_after(seconds):
                return await self._asgi.handle_async_request(request)
        except ConnectionDropped:
            raise httpx.ReadError("The connection was dropped", request=request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("No response in time", request=request) from None
