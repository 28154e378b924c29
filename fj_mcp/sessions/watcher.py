"""Waiting for a session to finish, with one poller a session however many calls wait.

Matching takes about a minute and clients hang up after one, so a wait ends at its own limit with
what is known by then, and can be repeated. A failure that passes is not the end of a wait.
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
"""How long one look may take: a hung request must not hold up the next look."""

Report = Callable[[Session], Awaitable[None]]


@dataclass
class _Poller:
    """One session being watched. `changed` is set, and replaced, at every look."""

    latest: Session | None = None
    failure: Exception | None = None
    trouble: ApiError | None = None
    waiting: int = 0
    changed: anyio.Event = field(default_factory=anyio.Event)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    @property
    def over(self) -> bool:
        return self.failure is not None or (
            self.latest is not None and self.latest.status != "running"
        )


class SessionWatcher:
    """The sessions that calls are waiting for. Pollers end with the last wait."""

    def __init__(self, client: "FutureJobs", tasks: TaskGroup) -> None:
        self._client = client
        self._tasks = tasks
        self._pollers: dict[str, _Poller] = {}

    async def wait(self, session_id: str, seconds: float, report: Report) -> Session:
        """The session when it is over, or as it is after `seconds`.

        `report` is awaited with every new state. Raises an `ApiError` if the session cannot be
        read: at once if that will not pass, else only if nothing was read in all the time.
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
        if poller.trouble is not None:
            raise poller.trouble
        return await self.look(session_id)

    async def glance(self, session_id: str) -> Session:
        """The session as a wait that is going on saw it last, else as it is now.

        Raises an `ApiError` if it cannot be read.
        """
        poller = self._pollers.get(session_id)
        if poller is not None and poller.latest is not None:
            return poller.latest
        return await self.look(session_id)

    async def look(self, session_id: str) -> Session:
        """The session as it is now; `idle` with profiles counts as done.

        The API says `idle` before a search as well as after it, and production clients found
        that only the profiles themselves tell which it is.
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
                # A little sooner or later than the others, never later than the longest pause.
                await anyio.sleep(pause * random.uniform(0.9, 1.0))
                pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
            self._forget(session_id, poller)

    async def _look_again(self, session_id: str, poller: _Poller) -> None:
        with suppress(TimeoutError), anyio.fail_after(LOOK_SECONDS):
            try:
                poller.latest = await self.look(session_id)
            except ApiError as error:
                if error.transient:
                    poller.trouble = error
                else:
                    poller.failure = error
            except Exception as error:
                # It belongs to the calls that wait; here it would end the whole server.
                poller.failure = error

    def _forget(self, session_id: str, poller: _Poller) -> None:
        if self._pollers.get(session_id) is poller:
            del self._pollers[session_id]
        poller.scope.cancel()


def progress(session: Session) -> str:
    """How far matching is, in words."""
    return f"matched {session.matched} of {session.total}"


def pause_after(seconds: float) -> float:
    """How long to wait for the next look, `seconds` after the first."""
    return min(FIRST_PAUSE + seconds * (PAUSE_GROWTH - 1), LONGEST_PAUSE)
