"""A load balancer on loopback, in threads of its own."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle


class Balancer:
    """An address whose connections go to the servers in turn.

    Attributes:
        url: known before there is a server.
    """

    def __init__(self, listener: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._listener = listener
        self._threads: list[threading.Thread] = []

    def serve(self, *ports: int) -> None:
        """Pass connections on to these ports from now on."""
        self._start(self._accept, cycle(ports))

    def join(self) -> None:
        """Wait until every connection is closed."""
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, turns: Iterator[int]) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._start(_pass_on_both_ways, connection, next(turns))


def _pass_on_both_ways(connection: socket.socket, port: int) -> None:
    # A server that has ended refuses the connection.
    with connection, suppress(OSError), socket.create_connection(("127.0.0.1", port)) as there:
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
