"""The worker processes of `fj-mcp serve --http --workers`."""

import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess


class _Stopped(BaseException):
    """SIGTERM or Ctrl-C was received."""


class Workers(Multiprocess):
    """Worker processes that end in time on SIGTERM or Ctrl-C.

    Uvicorn's own handles a signal only between its checks, each of which waits for a worker's
    response, and then waits for all workers without a limit. A worker that is starting, has died
    or hangs would hold up the end until the operating system kills all of them, with requests in
    flight.
    """

    def __init__(
        self, config: uvicorn.Config, sockets: list[socket.socket], ending_seconds: float
    ) -> None:
        """Args: `ending_seconds`: how long workers may take to end before they are killed."""
        super().__init__(config, sockets)
        self._ending_seconds = ending_seconds

    def run(self) -> None:
        """Run the workers until SIGTERM or Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            super().run()
        except _Stopped:
            self.terminate_all()
            # One that is not among them may be about to take the place of another.
            known = [worker.process for worker in self.processes]
            for process in multiprocessing.active_children():
                if process not in known:
                    process.terminate()
            self.join_all()

    def join_all(self) -> None:
        """Wait for the workers, and kill those that do not end."""
        end = time.monotonic() + self._ending_seconds
        for worker in multiprocessing.active_children():
            worker.join(max(0.0, end - time.monotonic()))
            worker.kill()
            worker.join()

    def _stop(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a handler
        for again in (signal.SIGTERM, signal.SIGINT):
            signal.signal(again, lambda *_: None)
        raise _Stopped


def app_of_a_worker(make_app: Callable[[], ASGIApp], ending_seconds: float) -> ASGIApp:
    """The app in a worker, which ends when its parent process ends, even by a crash."""
    threading.Thread(target=_end_with_parent, args=(ending_seconds,), daemon=True).start()
    return make_app()


def _end_with_parent(ending_seconds: float) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    multiprocessing.connection.wait([parent.sentinel])
    signal.raise_signal(signal.SIGTERM)
    time.sleep(ending_seconds)
    os._exit(1)
