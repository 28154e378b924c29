"""Waiting for a condition by polling it, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

import anyio

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.025


def until(condition: Callable[[], T]) -> T:
    """Return the first true value of `condition`. Raises AssertionError after 20 seconds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(_PAUSE_SECONDS)
    return value


async def eventually(condition: Callable[[], T], *, pause_seconds: float = _PAUSE_SECONDS) -> T:
    """Do the same while other tasks go on."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true"
        await anyio.sleep(pause_seconds)
    return value
