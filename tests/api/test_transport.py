"""Connections to the API: failures keep their meaning, and no request is retried."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import anyio
import httpx
import pytest

from fj_mcp.api.direct_transport import DirectTransport
from fj_mcp.api.transport import AiohttpTransport

pytestmark = pytest.mark.anyio

Ending = Callable[[socket.socket], None]

WHOLE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


def closed(_: socket.socket) -> None:
    """No response at all."""


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answering(response: bytes) -> Ending:
    return lambda connection: connection.sendall(response)


ENDINGS: dict[str, Ending] = {
    "closed": closed,
    "reset": reset,
    "half a status line": answering(WHOLE[:10]),
    "half the headers": answering(WHOLE[:40]),
    "half the body": answering(WHOLE[:-1]),
    "a wrong chunk": answering(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}"),
    "another protocol": answering(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a header without end": answering(b"HTTP/1.1 200 OK\r\nx: " + b"x" * 200_000),
}


class Api:
    """The heads of the requests that a server got, and whether it has closed a connection."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.heads: list[str] = []
        self.closed = threading.Event()

    @property
    def asked(self) -> list[str]:
        """The methods and paths."""
        return [head.partition(" HTTP/")[0] for head in self.heads]


@contextmanager
def api(*connections: list[Ending]) -> Iterator[Api]:
    """A server that sends each connection its responses in turn, and then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Api(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def serve() -> None:
            with suppress(OSError):
                for endings in connections:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        for ending in endings:
                            request = connection.recv(65536)
                            found.heads.append(request.decode().partition("\r\n\r\n")[0])
                            ending(connection)
                    found.closed.set()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def refusing() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


Client = Callable[[], httpx.AsyncClient]

LIBRARIES: dict[str, type[AiohttpTransport] | None] = {
    "httpcore": None,
    "aiohttp": AiohttpTransport,
}


@pytest.fixture(params=LIBRARIES)
def client(request: pytest.FixtureRequest) -> Client:
    """Makes clients that send over one library, before and after the other is loaded."""
    return lambda: client_over(lambda: LIBRARIES[request.param])


def client_over(find: Callable[[], type[AiohttpTransport] | None]) -> httpx.AsyncClient:
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    transport = DirectTransport(trusted, httpx.Limits(), find)
    return httpx.AsyncClient(transport=transport, timeout=None)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kept", [False, True], ids=["a new connection", "a kept connection"])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT"])
async def test_a_request_that_may_have_been_sent_is_never_retried_or_reported_as_unsent(
    client: Client, method: str, kept: bool, ending: str
) -> None:
    first = [answering(WHOLE)] if kept else []
    with api([*first, ENDINGS[ending]], [answering(WHOLE)]) as server:
        async with client() as http:
            if kept:
                assert (await http.get(f"{server.address}/first")).json() == {}
            with pytest.raises(httpx.TransportError) as raised:
                await http.request(method, f"{server.address}/paid", json={"a": 1})
    assert isinstance(raised.value, httpx.ReadError | httpx.RemoteProtocolError)
    assert server.asked == [*(["GET /first"] if kept else []), f"{method} /paid"]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
async def test_a_closed_keep_alive_connection_is_replaced(client: Client, method: str) -> None:
    with api([answering(WHOLE)], [answering(WHOLE)]) as server:
        async with client() as http:
            await http.get(f"{server.address}/first")
            await anyio.to_thread.run_sync(server.closed.wait)
            response = await http.request(method, f"{server.address}/second", json={"a": 1})
    assert response.json() == {}
    assert server.asked == ["GET /first", f"{method} /second"]


@pytest.mark.parametrize("address", ["refused", "http://nobody.invalid", "https://127.0.0.1:1"])
async def test_a_connection_error_means_that_nothing_was_sent(client: Client, address: str) -> None:
    with refusing() as refused:
        async with client() as http:
            with pytest.raises(httpx.ConnectError):
                await http.post(refused if address == "refused" else address, json={"a": 1})


async def test_a_connect_time_out_means_that_nothing_was_sent(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(address)
        async with client() as http:
            with pytest.raises(httpx.ConnectTimeout):
                await http.post(
                    f"http://127.0.0.1:{address[1]}",
                    json={"a": 1},
                    timeout=httpx.Timeout(None, connect=0.3),
                )
        for each in waiting:
            each.close()


async def test_an_address_is_sent_as_httpx_encoded_it(client: Client) -> None:
    with api([answering(WHOLE)]) as server:
        async with client() as http:
            query = {"q": "C++ & C# / ü", "u": "https://x"}
            response = await http.get(f"{server.address}/a%2Fb%3F/c", params=query)
    assert server.asked == [f"GET {response.request.url.raw_path.decode()}"]


async def test_only_the_headers_of_the_request_are_sent(client: Client) -> None:
    cookie = WHOLE.replace(b"\r\n\r\n", b"\r\nset-cookie: a=b; path=/\r\n\r\n", 1)

    with api([answering(cookie), answering(WHOLE)]) as server:
        async with client() as http:
            await http.get(server.address)
            http.cookies.clear()
            request = http.build_request("POST", server.address, headers={"x-fj-api-key": "fjk_a"})
            await http.send(request)
    names = {line.partition(":")[0].lower() for line in server.heads[-1].split("\r\n")[1:] if line}
    assert names == {name.lower() for name in request.headers}


async def test_a_long_header_of_a_gateway_is_no_failure(client: Client) -> None:
    policy = b"content-security-policy: " + b"x" * 60_000
    long = WHOLE.replace(b"\r\n\r\n", b"\r\n" + policy + b"\r\n\r\n", 1)
    with api([answering(long)]) as server:
        async with client() as http:
            response = await http.post(server.address, json={"a": 1})
    assert response.json() == {}


async def test_a_client_goes_on_over_aiohttp_as_soon_as_it_is_loaded() -> None:
    loaded: list[type[AiohttpTransport]] = []
    with api([answering(WHOLE)], [answering(WHOLE), answering(WHOLE)]) as server:
        async with client_over(lambda: loaded[0] if loaded else None) as http:
            responses = [await http.get(f"{server.address}/first")]
            loaded.append(AiohttpTransport)
            responses += [
                await http.get(f"{server.address}/{path}") for path in ("second", "third")
            ]
    assert server.asked == ["GET /first", "GET /second", "GET /third"]
    # Of the two, only httpcore lets its caller at the connection.
    assert ["network_stream" in each.extensions for each in responses] == [True, False, False]
