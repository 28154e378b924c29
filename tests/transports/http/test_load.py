"""Slow, silent and greedy clients over HTTP: the next client is still served."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.transports.http.h11_protocol import HEAD_SECONDS, MAX_CONNECTIONS
from fj_mcp.transports.http.request_bodies import BODY_SECONDS
from fj_mcp.transports.http.tenants import MAX_KEYS, MAX_REQUESTS_OF_A_KEY
from tests.support.processes import Api, HttpServer, http_process, sandbox_process

pytestmark = [pytest.mark.unmeasured, pytest.mark.anyio, pytest.mark.xdist_group("http-load")]

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def server(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    with http_process(tmp_path_factory.mktemp("load"), api=api, measured=False) as one:
        yield one


def head(length: int | None, key: str = "fjk_load", **more: str) -> bytes:
    """The head of a POST; without a length the body comes in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [
        "POST /mcp HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"x-fj-api-key: {key}",
        size,
        *(f"{name}: {value}" for name, value in more.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def posted(method: str, params: dict[str, Any], key: str = "fjk_load") -> bytes:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    body = json.dumps(message).encode()
    return head(len(body), key, Connection="close") + body


def request(tool: str, key: str = "fjk_load", **arguments: object) -> bytes:
    return posted("tools/call", {"name": tool, "arguments": arguments}, key)


@asynccontextmanager
async def connections(server: HttpServer, count: int) -> AsyncIterator[list[Streams]]:
    streams: list[Streams] = []
    try:
        for _ in range(count):
            streams.append(await asyncio.open_connection("127.0.0.1", server.port))
        yield streams
    finally:
        for _, writer in streams:
            writer.transport.abort()


@asynccontextmanager
async def asking_at_once(server: HttpServer, asked: list[bytes]) -> AsyncIterator[list[Streams]]:
    """A connection for each request, which is sent as soon as that is open."""
    async with connections(server, 0) as streams:
        for each in asked:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            streams.append((reader, writer))
            writer.write(each)
        yield streams


async def served(server: HttpServer, key: str = "fjk_load") -> None:
    """An ordinary call, which must succeed."""
    answer = await exchanged(server, request("list_sessions", key))
    assert b'"isError":false' in answer, answer


async def exchanged(server: HttpServer, sent: bytes) -> bytes:
    async with connections(server, 1) as [(reader, writer)]:
        writer.write(sent)
        return await asyncio.wait_for(reader.read(), 30)


async def rest(stream: Streams, seconds: float) -> bytes:
    """The response up to the end of the connection, which must come in time."""
    received = b""
    with suppress(ConnectionError):
        while part := await asyncio.wait_for(stream[0].read(65_536), seconds):
            received += part
    return received


def resident(server: HttpServer) -> float:
    """Megabytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1_000


async def test_many_idle_connections_do_not_block_others(server: HttpServer) -> None:
    await served(server)
    before = resident(server)
    # More than the limit, so that the oldest are closed.
    async with connections(server, MAX_CONNECTIONS + 200) as idle:
        await served(server)
        assert resident(server) - before < 60
        assert await rest(idle[0], 5) == b""
        newest = idle[-1]
        newest[1].write(request("list_sessions"))
        assert b'"isError":false' in await rest(newest, 10)


async def test_an_unfinished_request_gets_an_error_or_is_cut_off(server: HttpServer) -> None:
    await served(server)
    before = resident(server)

    async def nothing(stream: Streams) -> None:
        assert await rest(stream, HEAD_SECONDS + 5) == b""

    async def half_a_head(stream: Streams) -> None:
        stream[1].write(head(10)[:60])
        assert await rest(stream, HEAD_SECONDS + 5) == b""

    async def a_head_letter_by_letter(stream: Streams) -> None:
        with suppress(ConnectionError):
            for letter in head(10)[: int(HEAD_SECONDS) + 5]:
                stream[1].write(bytes([letter]))
                await stream[1].drain()
                # A client that is slow is what is tested.
                await asyncio.sleep(1)
        assert await rest(stream, 20) == b""

    async def half_a_body(stream: Streams) -> None:
        stream[1].write(head(MEGABYTE) + b"{" * 50_000)
        assert b"HTTP/1.1 408" in await rest(stream, BODY_SECONDS + 5)

    async def a_body_without_end(stream: Streams) -> None:
        # A client that only writes may lose the response when the server hangs up.
        answer = asyncio.create_task(rest(stream, 20))
        stream[1].write(head(None))
        with suppress(ConnectionError):
            for _ in range(200):
                stream[1].write(b"2710\r\n" + b" " * 10_000 + b"\r\n")
                await stream[1].drain()
        assert b"HTTP/1.1 413" in await answer

    async def a_body_that_is_said_to_be_huge(stream: Streams) -> None:
        stream[1].write(head(10**15))
        assert b"HTTP/1.1 413" in await rest(stream, 20)

    async def half_closed(stream: Streams) -> None:
        stream[1].write(head(10))
        stream[1].write_eof()
        assert await rest(stream, 20) == b""

    async def no_http(stream: Streams) -> None:
        stream[1].write(b"\x16\x03\x01" + b"\x00" * 500)
        assert b"HTTP/1.1 400" in await rest(stream, 20)

    async def endless_headers(stream: Streams) -> None:
        stream[1].write(head(10)[:-2] + b"x-more: 1\r\n" * 10_000)
        assert b"HTTP/1.1 4" in await rest(stream, 20)

    behaviors: list[Callable[[Streams], Awaitable[None]]] = [
        nothing,
        half_a_head,
        a_head_letter_by_letter,
        half_a_body,
        a_body_without_end,
        a_body_that_is_said_to_be_huge,
        half_closed,
        no_http,
        endless_headers,
    ]
    async with connections(server, 10 * len(behaviors)) as streams:
        async with asyncio.TaskGroup() as tasks:
            behaving = [
                tasks.create_task(_done(behaviors[number % len(behaviors)](stream)))
                for number, stream in enumerate(streams)
            ]
            await served(server)
            # It did not have to wait until the slow ones were cut off.
            assert not all(each.done() for each in behaving)
            for _ in range(9):
                await served(server)
        assert resident(server) - before < 60
    await served(server)


async def _done(behavior: Awaitable[None]) -> None:
    await behavior


async def test_bodies_that_arrive_at_once_stay_within_the_memory_limit(server: HttpServer) -> None:
    await served(server)
    before = resident(server)
    async with connections(server, 150) as streams:
        for _, writer in streams:
            writer.write(head(MEGABYTE) + b" " * (MEGABYTE - 10))
        # Requests over the limit are rejected at once; the others are still in flight.
        waiting = {asyncio.create_task(rest(stream, 20)) for stream in streams}
        refused = 0
        while refused < 50:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            assert all(b"HTTP/1.1 503" in each.result() for each in done)
            refused += len(done)
        assert resident(server) - before < 200
        for each in waiting:
            each.cancel()
    await served(server)


async def test_slow_bodies_of_one_key_leave_room_for_others(server: HttpServer) -> None:
    unfinished = head(MEGABYTE, "fjk_slow") + b"{"
    surplus = 100
    async with asking_at_once(server, [unfinished] * (MAX_REQUESTS_OF_A_KEY + surplus)) as streams:
        answers = {asyncio.create_task(rest(stream, 30)) for stream in streams}
        refused = asyncio.as_completed(answers)
        for _ in range(surplus):
            assert b"HTTP/1.1 503" in await next(refused)
        await served(server, "fjk_customer")
        assert not all(each.done() for each in answers)
        for each in answers:
            each.cancel()


async def test_an_unread_response_does_not_block_others(server: HttpServer) -> None:
    key = "fjk_unread"
    filters = {"skills": {"mandatory": ["C#"]}}
    made = await exchanged(
        server, request("create_sourcing_session", key, title="T", filters=filters)
    )
    (session_id, *_) = re.findall(rb"[0-9a-f]{24}", made)
    uri = f"fj://sessions/{session_id.decode()}/profiles.json"
    message = {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": uri}}
    body = json.dumps(message).encode()
    before = resident(server)
    async with connections(server, 60) as streams:
        for reader, writer in streams:
            # Nothing that arrives is read.
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(head(len(body), key) + body)
        for _ in range(10):
            await served(server)
        assert resident(server) - before < 120


async def test_more_keys_than_the_limit_are_served_and_never_confused(
    server: HttpServer, api: Api
) -> None:
    wish = {"title": "T", "filters": {"skills": {"mandatory": ["C#"]}}}
    await exchanged(server, request("create_sourcing_session", "fjk_first", **wish))
    (bought,) = api.charges("fjk_first")
    keys = iter([f"fjk_number_{number}" for number in range(MAX_KEYS + 20)])

    async def work() -> None:
        for key in keys:
            await served(server, key)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(8):
            tasks.create_task(work())
    # The key was dropped since, but not its purchases.
    answer = await exchanged(server, request("create_sourcing_session", "fjk_first", **wish))
    assert bought.encode() in answer
    assert api.charges("fjk_first") == [bought]


async def test_silent_streams_are_rejected_and_take_no_place(api: Api, tmp_path: Path) -> None:
    """Waits of every kind, as many as there are connections."""
    listen = {
        "notifications": {"toolsListChanged": True},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }
    asking: dict[str, dict[str, Any]] = {
        "subscriptions/listen": listen,
        "resources/subscribe": {"uri": "fj://sessions"},
        "logging/setLevel": {"level": "debug"},
    }
    silent = [
        *(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
            "x-fj-api-key: fjk_silent\r\nLast-Event-ID: 1\r\n\r\n".encode()
            for path in ("/mcp", "/mcp/", "/mcp%0a")
        ),
        *(posted(method, params, "fjk_silent") for method, params in asking.items()),
    ]
    with http_process(tmp_path, api=api, measured=False) as server:
        await served(server)
        sent = [silent[number % len(silent)] for number in range(1_999)]
        async with asking_at_once(server, sent) as streams:
            for _ in range(5):
                await served(server, "fjk_customer")
            assert await healthy(server)
            for stream in streams:
                # Connections without a request are closed when there are too many.
                answer = await rest(stream, 20)
                assert (
                    b"Connection: close" in answer or b"connection: close" in answer or not answer
                )
            server.end()
        assert len(server.log().splitlines()) < 20


async def test_waits_of_one_client_leave_room_for_others_and_end_with_the_server(
    api: Api, tmp_path: Path
) -> None:
    filters = {"skills": {"mandatory": ["C#"]}}
    # So that no wait ends by itself, however busy the machine is.
    long = {"FJ_CALL_DEADLINE_SECONDS": "600", "FJ_MAX_WAIT_SECONDS": "540"}
    with (
        sandbox_process(match_seconds=600) as slow,
        http_process(tmp_path, api=slow, measured=False, **long) as server,
    ):
        made = await exchanged(
            server, request("create_sourcing_session", "fjk_many", title="T", filters=filters)
        )
        (session_id, *_) = re.findall(rb"[0-9a-f]{24}", made)
        wait = request("wait_for_session", "fjk_many", session_id=session_id.decode())
        async with asking_at_once(server, [wait] * 1_999) as streams:
            answers = [asyncio.create_task(rest(stream, 300)) for stream in streams]
            refused = asyncio.as_completed(answers)
            for _ in range(1_999 - MAX_REQUESTS_OF_A_KEY):
                told = await next(refused)
                # Or closed, if there were too many without a request.
                assert b"HTTP/1.1 503" in told or not told
            for _ in range(5):
                await served(server, "fjk_customer")
            assert await healthy(server)
            ending = asyncio.create_task(asyncio.to_thread(server.end, 120))
            ended = [b"is being restarted" in each for each in await asyncio.gather(*answers)]
            assert sum(ended) == MAX_REQUESTS_OF_A_KEY
            await ending
        assert len(server.log().splitlines()) < 20


async def test_unproven_keys_do_not_push_out_a_proven_one(api: Api, tmp_path: Path) -> None:
    async with refusing_api(api, "fjk_customer", after_seconds=0.4) as address:
        with http_process(tmp_path, measured=False, FJ_API_BASE_URL=address) as server:
            await served(server, "fjk_customer")
            stopped, full = asyncio.Event(), asyncio.Event()

            async def make_up(number: int) -> None:
                for attempt in count():
                    if stopped.is_set():
                        return
                    key = f"fjk_made_up_{number}_{attempt}"
                    answer = await exchanged(server, request("list_sessions", key))
                    if b"HTTP/1.1 503" in answer:
                        assert b"retry-after: 5" in answer
                        full.set()
                        # How often each of them comes again is a part of the load.
                        await asyncio.sleep(0.1)

            async with asyncio.TaskGroup() as tasks:
                for number in range(240):
                    tasks.create_task(make_up(number))
                await full.wait()
                for _ in range(40):
                    await served(server, "fjk_customer")
                stopped.set()


@asynccontextmanager
async def refusing_api(api: Api, known: str, after_seconds: float) -> AsyncIterator[str]:
    """A slow API that refuses all keys but one."""
    good = f"x-fj-api-key: {known}\r\n".encode()
    refusal = (
        b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
        b"Connection: close\r\n\r\n{}"
    )
    answer = json.dumps({"statusCode": 200, "data": []}).encode()
    accepted = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer)
    )

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            if good not in head:
                # A refusal that takes its time is what is tested.
                await asyncio.sleep(after_seconds)
            writer.write(accepted if good in head else refusal)
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=500)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"


async def healthy(server: HttpServer) -> bool:
    asked = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    return b'"ok"' in await exchanged(server, asked)
