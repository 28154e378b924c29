"""HTTP requests from many connections at once, with little overhead in the client."""

import asyncio
import json
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

VERSION = "2026-07-28"


@dataclass
class Load:
    """Measurements of a number of requests.

    Attributes:
        seconds: duration of all of them.
        latencies: seconds per request.
        results: result of each, if kept.
        cpu_seconds: processor time of the server, if measured.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    cpu_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds


def call(bearer: str, tool: str, **arguments: Any) -> bytes:
    """A complete HTTP request that calls a tool with a key or a token, for protocol 2026-07-28."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    }
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    body = json.dumps(message).encode()
    head = (
        f"POST /mcp HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: application/json\r\n"
        f"Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {VERSION}\r\n"
        f"Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\nAuthorization: Bearer {bearer}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(port: int, requests: list[bytes], connections: int, keep: bool = False) -> Load:
    """Send all of `requests`, each as soon as one of the connections is free.

    Raises:
        RuntimeError: for a response without a result.
    """
    load = Load()
    pending = iter(requests)

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for request in pending:
            started = perf_counter()
            writer.write(request)
            body = await _read_body(reader)
            load.latencies.append(perf_counter() - started)
            if keep:
                load.results.append(json.loads(body)["result"])
            elif b'"structuredContent"' not in body:
                raise RuntimeError(f"not a result: {body[:500]!r}")

    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    try:
        started = perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for reader, writer in streams:
                tasks.create_task(work(reader, writer))
        load.seconds = perf_counter() - started
    finally:
        for _, writer in streams:
            writer.close()
    return load


async def search(port: int, key: str, title: str = "A search") -> str:
    """The id of a new session of a key, whatever it has searched for before."""
    filters = {"skills": {"mandatory": ["C#"]}}
    arguments = {"title": title, "filters": filters, "allow_duplicate": True}
    request = call(key, "create_sourcing_session", **arguments)
    load = await send(port, [request], 1, keep=True)
    session_id: str = load.results[0]["structuredContent"]["session_id"]
    return session_id


async def _read_body(reader: asyncio.StreamReader) -> bytes:
    """The JSON of a plain response, or the last event of a streamed one."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await reader.readexactly(size)
    parts = bytearray()
    while size := int(await reader.readline(), 16):
        parts += await reader.readexactly(size + 2)
    await reader.readexactly(2)
    return bytes(parts).rpartition(b"data: ")[2].strip()
