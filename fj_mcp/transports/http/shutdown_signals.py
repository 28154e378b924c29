"""Being told when the process is asked to end, whoever manages the process."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def when_asked_to_end(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` in the event loop when the process is asked to end.

    The server that runs the app has handlers of its own, which are called as well: they stop
    accepting, and wait for what is in flight.
    """
    # Only the main thread has a say in signals, and only servers need to be told.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    ours = [number for number, handler in before.items() if callable(handler)]
    for number in ours:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
