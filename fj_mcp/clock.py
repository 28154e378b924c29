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


def answering_seconds(deadline_seconds: float) -> float:
    """How long a call may take, so that its answer reaches the client before the deadline."""
    return deadline_seconds - min(0.5, deadline_seconds * 0.025)
