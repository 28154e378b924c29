"""HTTP/1.1 with read, write and idle time-outs."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""How long a request's head may take, from the connection or the end of keep-alive."""

KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep idle connections, so that this side never closes one in use."""

STALLED_SECONDS = 30.0
"""How long a client may leave a response unread."""

MAX_CONNECTIONS = 1_500
"""Beyond this number, a new connection closes the one that has been idle longest."""


class TimedConnection(H11Protocol):
    """A connection that is closed when the client stalls.

    Uvicorn alone waits for ever for a request's head, and for a response to be read.
    """

    idle_since: float | None = None
    _timer: asyncio.TimerHandle | None = None
    _unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time-out for the first request; drop the longest idle connection if full."""
        super().connection_made(transport)
        self._wait_for_head(HEAD_SECONDS)
        if len(self.connections) > MAX_CONNECTIONS:
            idle: list[Any] = [item for item in self.connections if _idle_since(item) is not None]
            if len(idle) > 1:
                min(idle, key=_idle_since).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time-out."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Stop the time-out once a request's head is complete."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Start the time-out for the next request."""
        before = self.cycle
        super().on_response_complete()
        # The next request may already have arrived.
        if self.cycle is before:
            self._wait_for_head(KEEP_ALIVE_SECONDS + HEAD_SECONDS)

    def pause_writing(self) -> None:
        """Start the time-out for a client that does not read its response."""
        super().pause_writing()
        if self.idle_since is None:
            self._wait(STALLED_SECONDS)

    def resume_writing(self) -> None:
        """Stop that time-out."""
        super().resume_writing()
        if self.idle_since is None:
            self._stop_waiting()

    def _wait_for_head(self, seconds: float) -> None:
        self.idle_since = self.loop.time()
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._unread = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(seconds, self._time_out)

    def _stop_waiting(self) -> None:
        self.idle_since = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        # Abort, because closing would first try to deliver everything unread.
        if 0 < self.transport.get_write_buffer_size() < self._unread:
            self._wait(STALLED_SECONDS)
        else:
            self.transport.abort()


def _idle_since(connection: Any) -> Any:
    return getattr(connection, "idle_since", None)
