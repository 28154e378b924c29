"""HTTP requests from many connections at once, by a client that costs little itself."""

import asyncio
import json
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

VERSION = "2026-07-28"


@dataclass
class Load:
    """What some requests took.

    Attributes:
        seconds: from the first to the last.
        latencies: the seconds of each.
        answers: the result of each, if they are kept.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds


def call(key: str, tool: str, **arguments: Any) -> bytes:
    """A whole HTTP request that calls a tool, under protocol 2026-07-28."""
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
        f"Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\nx-fj-api-key: {key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(port: int, requests: list[bytes], connections: int, keep: bool = False) -> Load:
    """Send all of `requests`, each as soon as one of the connections is free.

    Raises:
        RuntimeError: for an answer that is no result.
    """
    load = Load()
    waiting = iter(requests)

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for request in waiting:
            started = perf_counter()
            writer.write(request)
            answer = await _answer(reader)
            load.latencies.append(perf_counter() - started)
            if keep:
                load.answers.append(json.loads(answer)["result"])
            elif b'"structuredContent"' not in answer:
                raise RuntimeError(f"that is no result: {answer[:500]!r}")

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


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """The JSON of an answer that comes whole, or the last event of one that comes in parts."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"content-length:" in head:
        size = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await reader.readexactly(size)
    parts = bytearray()
    while size := int(await reader.readline(), 16):
        parts += await reader.readexactly(size + 2)
    await reader.readexactly(2)
    return bytes(parts).rpartition(b"data: ")[2].strip()
