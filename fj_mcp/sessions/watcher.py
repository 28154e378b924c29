"""Waiting for a session to finish, with one poller per session however many calls wait.

Matching takes about a minute, and clients time out after one, so a wait ends at its own limit with
the state known by then and can be repeated. A transient failure does not end a wait.
"""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup

from fj_mcp.api.errors import ApiError
from fj_mcp.api.session_records import Session

if TYPE_CHECKING:
    from fj_mcp.api.client import FutureJobs

FIRST_PAUSE = 1.0
PAUSE_GROWTH = 1.5
LONGEST_PAUSE = 5.0
LOOK_SECONDS = 10.0
"""Time limit of one poll: a request that hangs must not delay the next."""

Report = Callable[[Session], Awaitable[None]]


@dataclass
class _Poller:
    """One session being polled. `changed` is set, and replaced, at every poll."""

    latest: Session | None = None
    failure: Exception | None = None
    transient: ApiError | None = None
    waiting: int = 0
    changed: anyio.Event = field(default_factory=anyio.Event)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    @property
    def over(self) -> bool:
        return self.failure is not None or (
            self.latest is not None and self.latest.status != "running"
        )


class SessionWatcher:
    """Polls the sessions that calls are waiting for. A poller ends with the last wait."""

    def __init__(self, client: "FutureJobs", tasks: TaskGroup) -> None:
        self._client = client
        self._tasks = tasks
        self._pollers: dict[str, _Poller] = {}

    async def wait(self, session_id: str, seconds: float, report: Report) -> Session:
        """The session when it is finished, or its state after `seconds`.

        `report` is awaited with every new state. Raises an `ApiError` if the session cannot be
        read: immediately for a permanent failure, for a transient one only if no poll succeeded.
        """
        if seconds <= 0:
            return await self.look(session_id)
        poller = self._pollers.get(session_id)
        if poller is None:
            poller = self._pollers[session_id] = _Poller()
            self._tasks.start_soon(self._poll, session_id, poller)
        poller.waiting += 1
        try:
            with anyio.move_on_after(seconds):
                while not poller.over:
                    await poller.changed.wait()
                    if poller.latest is not None:
                        await report(poller.latest)
        finally:
            poller.waiting -= 1
            if not poller.waiting:
                self._forget(session_id, poller)
        if poller.failure is not None:
            raise poller.failure
        if poller.latest is not None:
            return poller.latest
        if poller.transient is not None:
            raise poller.transient
        return await self.look(session_id)

    async def glance(self, session_id: str) -> Session:
        """The session as last seen by a wait in progress, or else as it is now.

        Raises an `ApiError` if it cannot be read.
        """
        poller = self._pollers.get(session_id)
        if poller is not None and poller.latest is not None:
            return poller.latest
        return await self.look(session_id)

    async def look(self, session_id: str) -> Session:
        """The session as it is now; `idle` with profiles counts as done.

        The API reports `idle` before a search as well as after it. As production clients found,
        only the profiles show which of the two it is.
        """
        session = await self._client.get_session(session_id)
        if session.status == "running" and session.is_quiet:
            page = await self._client.profiles(session_id, 1, 1)
            return session.with_profiles(page.total)
        return session

    async def _poll(self, session_id: str, poller: _Poller) -> None:
        pause = FIRST_PAUSE
        with poller.scope:
            while True:
                await self._look_again(session_id, poller)
                poller.changed.set()
                if poller.over:
                    break
                poller.changed = anyio.Event()
                # With jitter, so that pollers spread out; never longer than the longest pause.
                await anyio.sleep(pause * random.uniform(0.9, 1.0))
                pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
            self._forget(session_id, poller)

    async def _look_again(self, session_id: str, poller: _Poller) -> None:
        with suppress(TimeoutError), anyio.fail_after(LOOK_SECONDS):
            try:
                poller.latest = await self.look(session_id)
            except ApiError as error:
                if error.transient:
                    poller.transient = error
                else:
                    poller.failure = error
            except Exception as error:
                # For the waiting calls to raise; here it would end the whole server.
                poller.failure = error

    def _forget(self, session_id: str, poller: _Poller) -> None:
        if self._pollers.get(session_id) is poller:
            del self._pollers[session_id]
        poller.scope.cancel()


def progress(session: Session) -> str:
    """The progress of matching, in words."""
    return f"matched {session.matched} of {session.total}"


def pause_after(seconds: float) -> float:
    """The pause before the next poll, `seconds` after the first."""
    return min(FIRST_PAUSE + seconds * (PAUSE_GROWTH - 1), LONGEST_PAUSE)
