"""The wire between a client and the sandbox in the same process, and how it breaks."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx


class ConnectionDropped(Exception):
    """The sandbox hangs up without an answer."""


async def hang_up(receive: Callable[[], Awaitable[Any]]) -> bool:
    """Break the connection that a request came on; False where there is no socket to break."""
    # ASGI has no message for hanging up. Under uvicorn `receive` is a method of the object that
    # holds the socket, and aborting that is what a broken connection looks like to a client.
    socket = getattr(getattr(receive, "__self__", None), "transport", None)
    if socket is None:
        return False
    socket.abort()
    # Uvicorn complains of a request without an answer unless it saw the connection end.
    await receive()
    return True


class SandboxTransport(httpx.AsyncBaseTransport):
    """Requests go straight to an ASGI app, with the errors and time-outs of a real connection."""

    def __init__(self, app: Any) -> None:
        self._asgi = httpx.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The app's answer.

        Raises:
            httpx.ReadError: when the app hangs up.
            httpx.ReadTimeout: when the answer takes longer than the client's read time-out.
        """
        seconds = request.extensions.get("timeout", {}).get("read")
        try:
            with anyio.fail_after(seconds):
                return await self._asgi.handle_async_request(request)
        except ConnectionDropped:
            raise httpx.ReadError("The connection was dropped", request=request) from None
        except TimeoutError:
            raise httpx.ReadTimeout("No answer in time", request=request) from None
