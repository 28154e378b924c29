"""One read for all the requests that want the same thing at the same time."""

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

import anyio

T = TypeVar("T")


class SharedReads(Generic[T]):
    """Reads by name. A client makes many calls at once, for which one read is enough."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[anyio.Event, Future[T]]] = {}

    async def read(self, name: str, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` returns or raises, or what a read already running under that name does."""
        while (running := self._running.get(name)) is not None:
            over, outcome = running
            await over.wait()
            # A canceled request leaves no outcome, and one of those that waited reads instead.
            if outcome.done():
                return outcome.result()
        over, outcome = self._running[name] = anyio.Event(), Future()
        try:
            outcome.set_result(await read())
        except Exception as error:
            outcome.set_exception(error)
        finally:
            del self._running[name]
            over.set()
        return outcome.result()
