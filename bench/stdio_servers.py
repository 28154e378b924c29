"""Servers as a client starts them on stdio: ours, and a bare one in an environment of its own."""

import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process
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


class Conversation:
    """Requests to a server process without the SDK's client.

    That examines the schema of a result at the first call, which takes it longer the more fields
    there are, and is no time of the server.
    """

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process = process.pid
        self._sent = process.stdin
        self._received = BufferedByteReceiveStream(process.stdout)

    async def list_tools(self) -> None:
        """Shake hands, and list the tools."""
        client = {"name": "bench", "version": "1"}
        start = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
        await self._ask("initialize", start)
        await self._sent.send(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        await self._ask("tools/list", {})

    async def call(self, tool: str, **arguments: Any) -> None:
        """Call a tool, and wait for its result. Raises `RuntimeError` if it fails."""
        await self._ask("tools/call", {"name": tool, "arguments": arguments})

    async def _ask(self, method: str, params: dict[str, Any]) -> None:
        request = {"jsonrpc": "2.0", "id": method, "method": method, "params": params}
        await self._sent.send(json.dumps(request).encode() + b"\n")
        response = json.loads(await self._received.receive_until(b"\n", 1_000_000))
        if response.get("id") != method or response.get("result", {}).get("isError"):
            raise RuntimeError(f"{method} failed: {response}")


@asynccontextmanager
async def talking(server: StdioServerParameters) -> AsyncIterator[Conversation]:
    """A conversation with a new server process."""
    command = [server.command, *server.args]
    env = {**os.environ, **(server.env or {})}
    async with await anyio.open_process(command, cwd=server.cwd, env=env, stderr=None) as process:
        yield Conversation(process)
        assert process.stdin is not None
        await process.stdin.aclose()
        await process.wait()
