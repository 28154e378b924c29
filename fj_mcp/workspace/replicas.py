"""What server processes on many machines share, in Redis: the ledger, and each key's pace."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import anyio
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from fj_mcp.api.rate_limit import Pace
from fj_mcp.ledger.redis import RedisStorage
from fj_mcp.workspace.record import Record

_ANSWER_SECONDS = 1.0
"""How long Redis may take for one answer."""

_LOST_SECONDS = 5.0
"""After Redis did not answer, free calls leave it alone for this long, and go on without it."""


class Replicas(Record):
    """The connection to Redis of one process."""

    def __init__(self, url: SecretStr) -> None:
        """Args: `url`: `redis://`, `rediss://` or `unix://`; nothing is sent yet."""
        self._place = _without_password(url.get_secret_value())
        # The types of redis-py name every answer that any version of the protocol could give.
        self._redis: Any = Redis.from_url(
            url.get_secret_value(),
            decode_responses=True,
            socket_timeout=_ANSWER_SECONDS,
            socket_connect_timeout=_ANSWER_SECONDS,
            health_check_interval=30,
            # Whether a change was made cannot be told once its answer is lost; nothing is then
            # bought, and whoever asks again finds what is there.
            retry=Retry(NoBackoff(), 0),
        )
        self._lost_until = 0.0

    @property
    def place(self) -> str:
        return self._place

    def storage(self, workspace: str) -> "RedisStorage":
        return RedisStorage(self._redis, f"fj-mcp:{{{workspace}}}:", self.place)

    def pace(self, workspace: str) -> "SharedPace":
        return SharedPace(self, f"fj-mcp:{{{workspace}}}:pause")

    async def close(self) -> None:
        with suppress(RedisError, OSError):
            await self._redis.aclose()

    async def ask(self, *command: str | int) -> Any:
        """The answer to a command; None if Redis is not there, or was not a moment ago."""
        if anyio.current_time() < self._lost_until:
            return None
        try:
            with anyio.fail_after(_ANSWER_SECONDS):
                return await self._redis.execute_command(*command)
        except (RedisError, OSError, TimeoutError):
            self._lost_until = anyio.current_time() + _LOST_SECONDS
            return None


class SharedPace(Pace):
    """The pace of one key as all processes know it; without Redis, as this one does."""

    def __init__(self, replicas: Replicas, name: str) -> None:
        super().__init__()
        self._replicas = replicas
        self._name = name

    async def wait_seconds(self) -> float:
        left = await self._replicas.ask("PTTL", self._name)
        # Redis says -2 where nobody has to wait.
        return max((left or 0) / 1000, await super().wait_seconds())

    async def pause(self, seconds: float) -> None:
        await super().pause(seconds)
        await self._replicas.ask("SET", self._name, 1, "PX", max(1, int(seconds * 1000)))


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
