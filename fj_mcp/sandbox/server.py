"""Serves the sandbox over a socket on loopback, for other programs."""

import asyncio
import socket
from collections.abc import Callable

import uvicorn

from fj_mcp.sandbox.app import Sandbox

_HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._when_ready()


async def serve_forever(
    sandbox: Sandbox, port: int = 0, on_ready: Callable[[int], None] | None = None
) -> None:
    """Serve the sandbox on 127.0.0.1 until the task is canceled or the process is interrupted.

    Args:
        sandbox: the app to serve.
        port: the TCP port; 0 takes a free one.
        on_ready: called with the port once the server accepts requests. Nothing is printed.

    Raises:
        OSError: if the port is taken.
    """
    # The app sends its own Date, which follows its own clock.
    config = uvicorn.Config(
        sandbox,
        log_level="warning",
        access_log=False,
        lifespan="off",
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    with socket.create_server((_HOST, port)) as listener:
        # asyncio does this for sockets it creates itself; without it every second response on a
        # kept-alive connection waits 40 ms for an acknowledgment.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bound: int = listener.getsockname()[1]
        server = _Server(config, lambda: on_ready(bound) if on_ready else None)
        await server.serve(sockets=[listener])


def serve(port: int, sandbox: Sandbox, on_ready: Callable[[int], None] | None = None) -> None:
    """Run `serve_forever` from synchronous code, until Ctrl-C."""
    asyncio.run(serve_forever(sandbox, port, on_ready))
