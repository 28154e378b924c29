"""Several servers behind one address, as on several machines."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.processes import HttpServer


@asynccontextmanager
async def balancer(servers: Sequence[HttpServer]) -> AsyncIterator[str]:
    """An address whose connections go to the servers in turn, except those that are down."""
    turns = count()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
        writer.close()

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in servers:
            server = servers[next(turns) % len(servers)]
            try:
                return await asyncio.open_connection("127.0.0.1", server.port)
            except ConnectionRefusedError:
                continue
        raise ConnectionRefusedError

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await connect()
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer), return_exceptions=True)

    async with await asyncio.start_server(meet, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/mcp"


@asynccontextmanager
async def somebody(address: str, key: str) -> AsyncIterator[Client]:
    """A client whose every request is a connection of its own."""
    async with httpx2.AsyncClient(
        headers={"x-fj-api-key": key},
        limits=httpx2.Limits(max_keepalive_connections=0),
        timeout=60,
        trust_env=False,
    ) as http:
        transport = streamable_http_client(address, http_client=http)
        async with Client(transport) as client:
            yield client
