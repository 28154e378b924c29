"""The time of this machine, in one place, so that tests can step it."""

import time

import anyio


class Clock:
    """The time of this machine, and waiting for it to pass."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return `seconds` later."""
        await anyio.sleep(seconds)
