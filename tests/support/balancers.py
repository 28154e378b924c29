"""A load balancer on loopback, in threads of its own, and a client behind it."""

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import count

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.support.processes import HttpServer


class Balancer:
    """An address whose connections go to the servers in turn, except those that are down.

    Attributes:
        url: known before there is a server.
    """

    def __init__(self, listener: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._listener = listener
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._ports: list[int] = []

    def serve(self, *servers: HttpServer) -> None:
        """Pass connections on to these servers from now on."""
        self._ports = [server.port for server in servers]
        if not self._threads:
            self._start(self._accept)

    def cut(self) -> None:
        """Break all connections, and those to come until it serves again."""
        self._ports = []
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait until every connection is closed."""
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            for turn in count():
                connection, _ = self._listener.accept()
                ports = self._ports
                # Each connection starts at the next server.
                first = turn % max(1, len(ports))
                self._start(self._pass_on, connection, ports[first:] + ports[:first])

    def _pass_on(self, connection: socket.socket, ports: list[int]) -> None:
        self._open.add(connection)
        try:
            _pass_on_both_ways(connection, ports)
        finally:
            self._open.discard(connection)


def _first_that_is_up(ports: list[int]) -> socket.socket:
    for port in ports:
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port))
    raise ConnectionRefusedError


def _pass_on_both_ways(connection: socket.socket, ports: list[int]) -> None:
    with connection, suppress(OSError), _first_that_is_up(ports) as there:
        back = threading.Thread(target=_pass_on, args=(there, connection), daemon=True)
        back.start()
        _pass_on(connection, there)
        back.join()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65_536):
            other.sendall(piece)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)


@contextmanager
def balancer() -> Iterator[Balancer]:
    """A balancer; enter it before its servers, so that they end first."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        one = Balancer(listener)
        yield one
        listener.shutdown(socket.SHUT_RDWR)
        one.join()


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
