"""Clocks that tests set: pauses take no time, or wait until a test sets the clock forward."""

import anyio
import anyio.lowlevel

from fj_mcp.clock import Clock


class InstantClock(Clock):
    """A clock whose pauses take no time."""

    async def sleep(self, seconds: float) -> None:
        """Return at once."""
        await anyio.lowlevel.checkpoint()


class SteppedClock(Clock):
    """A clock that only goes on when it is told to, or when somebody waits for it."""

    def __init__(self, time: float = 1_800_000_000.0) -> None:
        self.time = time

    def now(self) -> float:
        """Unix seconds."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Go on by `seconds`."""
        self.time += seconds
        await anyio.lowlevel.checkpoint()


class AlarmClock(Clock):
    """A clock that stands still until it is set forward, and then lets whoever waits go on."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        self._moved = anyio.Event()
        self._waiting = anyio.Event()

    def now(self) -> float:
        """Unix seconds."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Wait until it was set forward by `seconds`."""
        until = self.time + seconds
        while self.time < until:
            self._waiting.set()
            await self._moved.wait()

    async def forward(self, seconds: float) -> None:
        """Set it forward, and wait until whoever was woken waits again."""
        await self._waiting.wait()
        self._waiting = anyio.Event()
        self.time += seconds
        moved, self._moved = self._moved, anyio.Event()
        moved.set()
        await self._waiting.wait()
