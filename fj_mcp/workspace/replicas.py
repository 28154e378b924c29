"""The record that servers on several machines share in Redis: ledgers and rate limits."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import anyio
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from fj_mcp.api.rate_limit import RateLimit
from fj_mcp.storage.ledger.redis import RedisStorage
from fj_mcp.workspace.record import Record

_TIMEOUT_SECONDS = 1.0
"""Time-out of one Redis command."""

_UNAVAILABLE_SECONDS = 5.0
"""After a failed command, free calls go without Redis for this long."""


class Replicas(Record):
    """A record in Redis, and this process's connection to it."""

    def __init__(self, url: SecretStr) -> None:
        """Args: `url`: `redis://`, `rediss://` or `unix://`. Connects on first use."""
        self._place = _without_password(url.get_secret_value())
        # redis-py's types are unions of every response in every protocol version.
        self._redis: Any = Redis.from_url(
            url.get_secret_value(),
            decode_responses=True,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            health_check_interval=30,
            # Once a response is lost, it is not known whether the command was carried out, so it
            # is not retried: nothing is bought then, and the next call reads the current state.
            retry=Retry(NoBackoff(), 0),
        )
        self._unavailable_until = 0.0

    @property
    def place(self) -> str:
        return self._place

    def storage(self, workspace: str) -> "RedisStorage":
        return RedisStorage(self._redis, f"fj-mcp:{{{workspace}}}:", self.place)

    def rate_limit(self, workspace: str) -> "SharedRateLimit":
        return SharedRateLimit(self, f"fj-mcp:{{{workspace}}}:pause")

    async def close(self) -> None:
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def execute(self, *command: str | int) -> Any:
        """The response to a command; None if Redis is unavailable, or was a moment ago."""
        if anyio.current_time() < self._unavailable_until:
            return None
        try:
            with anyio.fail_after(_TIMEOUT_SECONDS):
                return await self._redis.execute_command(*command)
        except (RedisError, OSError, TimeoutError):
            self._unavailable_until = anyio.current_time() + _UNAVAILABLE_SECONDS
            return None


class SharedRateLimit(RateLimit):
    """The rate limit of a key across all processes; of this one while Redis is unavailable."""

    def __init__(self, replicas: Replicas, name: str) -> None:
        super().__init__()
        self._replicas = replicas
        self._name = name

    async def wait_seconds(self) -> float:
        left = await self._replicas.execute("PTTL", self._name)
        # Redis returns -2 for a key that does not exist.
        return max((left or 0) / 1000, await super().wait_seconds())

    async def pause(self, seconds: float) -> None:
        await super().pause(seconds)
        await self._replicas.execute("SET", self._name, 1, "PX", max(1, int(seconds * 1000)))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
