"""What servers on several machines share besides the ledger."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from fj_mcp.api.rate_limit import RateLimit
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.storage import Storage

T = TypeVar("T")

_PATIENCE_SECONDS = 1.0
"""How long a free call waits for the database."""

_UNAVAILABLE_SECONDS = 5.0
"""How long free calls then go without it."""

_RESUME_AT = "resume at"


def rate_limit_of(storage: Storage) -> RateLimit:
    """The rate limit of a key, shared with other machines if the `storage` of its workspace is."""
    return SharedRateLimit(storage) if storage.is_shared else RateLimit()


class SharedRateLimit(RateLimit):
    """The rate limit of a key across all processes; of this one while the database is away."""

    def __init__(self, storage: Storage) -> None:
        """Args: `storage` of the key's workspace."""
        super().__init__()
        self._storage = storage
        self._unavailable_until = 0.0

    async def wait_seconds(self) -> float:
        resume_at = await self._try(lambda: self._storage.agreed(_RESUME_AT))
        shared = float(resume_at) - time.time() if resume_at is not None else 0.0
        return max(shared, await super().wait_seconds())

    async def pause(self, seconds: float) -> None:
        await super().pause(seconds)
        resume_at = str(time.time() + seconds)
        await self._try(lambda: self._storage.agree(_RESUME_AT, resume_at, seconds, replace=True))

    async def _try(self, work: Callable[[], Awaitable[T]]) -> T | None:
        """The result of `work`; None if the database is unavailable, or was a moment ago."""
        if anyio.current_time() < self._unavailable_until:
            return None
        try:
            # The database itself keeps to this deadline.
            with anyio.move_on_after(_PATIENCE_SECONDS):
                return await work()
        except StorageUnavailable:
            self._unavailable_until = anyio.current_time() + _UNAVAILABLE_SECONDS
        return None
