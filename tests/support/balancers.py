"""A load balancer on loopback, in threads of its own, so that it serves synchronous tests, too."""

import socket
import threading
from collections.abc import Iterator
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
        self._turns: Iterator[int] | None = None

    def serve(self, *ports: int) -> None:
        """Pass connections on to these ports from now on."""
        first = self._turns is None
        self._turns = cycle(ports)
        if first:
            threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                assert self._turns is not None
                there = socket.create_connection(("127.0.0.1", next(self._turns)))
                for one, other in ((connection, there), (there, connection)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while piece := one.recv(65_536):
            other.sendall(piece)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def balancer() -> Iterator[Balancer]:
    """A balancer, which refuses connections until it has servers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield Balancer(listener)
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
