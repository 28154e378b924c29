"""Fake clocks: pauses take no time, or last until a test advances the clock."""

import anyio
import anyio.lowlevel

from fj_mcp.clock import Clock


class InstantClock(Clock):
    """A clock whose pauses take no time."""

    async def sleep(self, seconds: float) -> None:
        """Return at once."""
        await anyio.lowlevel.checkpoint()


class SteppedClock(Clock):
    """A clock that advances only when a test sets it, or by each pause."""

    def __init__(self, time: float = 1_800_000_000.0) -> None:
        self.time = time

    def now(self) -> float:
        """Unix seconds."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Advance by `seconds`."""
        self.time += seconds
        await anyio.lowlevel.checkpoint()


class AlarmClock(Clock):
    """A clock that stands still until a test advances it, which ends the pauses that are over."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0
        self._moved = anyio.Event()
        self._waiting = anyio.Event()

    def now(self) -> float:
        """Unix seconds."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Wait until it was advanced by `seconds`."""
        until = self.time + seconds
        while self.time < until:
            self._waiting.set()
            await self._moved.wait()

    async def forward(self, seconds: float) -> None:
        """Advance it, and wait until the tasks it woke pause again."""
        await self._waiting.wait()
        self._waiting = anyio.Event()
        self.time += seconds
        moved, self._moved = self._moved, anyio.Event()
        moved.set()
        await self._waiting.wait()
