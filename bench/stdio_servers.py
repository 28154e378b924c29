"""Servers as a client starts them on stdio: ours, and a bare one in an environment of its own."""

import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream
from mcp.client.stdio import StdioServerParameters

from bench.bare_session_server import KEY

_HERE = Path(__file__).parent.parent


def our_server(api: str, folder: str) -> StdioServerParameters:
    """Our server on the API at `api`, with its database in `folder`."""
    settings = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": api, "FJ_STATE_DIR": folder}
    return process(sys.executable, "fj_mcp", **settings)


def bare_server(python: str, api: str) -> StdioServerParameters:
    """The bare server, run by the interpreter of `bare_environment`."""
    return process(python, "bench.bare_session_server", api)


def process(python: str, module: str, *arguments: str, **settings: str) -> StdioServerParameters:
    """`python -m module`, in this repository."""
    return StdioServerParameters(
        command=python, args=["-m", module, *arguments], cwd=_HERE, env=settings
    )


Ask = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a request with a method and parameters, and returns its result."""


@asynccontextmanager
async def asking(server: StdioServerParameters) -> AsyncIterator[Ask]:
    """Requests to a new server without the SDK's client.

    That examines the schema of a result at the first call, which takes it longer the more fields
    there are, and is no time of the server.
    """
    command = [server.command, *server.args]
    env = {**os.environ, **(server.env or {})}
    async with await anyio.open_process(command, cwd=server.cwd, env=env, stderr=None) as process:
        sent, stdout = process.stdin, process.stdout
        assert sent is not None
        assert stdout is not None
        received = BufferedByteReceiveStream(stdout)

        async def ask(method: str, params: dict[str, Any]) -> dict[str, Any]:
            request = {"jsonrpc": "2.0", "id": method, "method": method, "params": params}
            await sent.send(json.dumps(request).encode() + b"\n")
            response = json.loads(await received.receive_until(b"\n", 1_000_000))
            if response.get("id") != method or response.get("result", {}).get("isError"):
                raise RuntimeError(f"{method} failed: {response}")
            if method == "initialize":
                done = b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n'
                await sent.send(done)
            result: dict[str, Any] = response["result"]
            return result

        yield ask
        await sent.aclose()
        await process.wait()
