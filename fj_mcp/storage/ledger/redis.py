"""The purchases of a workspace in Redis, shared by the processes of several machines.

The purchases of a workspace are one hash of JSON values, with sorted sets of their ids as indexes.
A transaction watches the workspace's version and is restarted if another one comes between, so it
is atomic. All keys of a workspace have the same hash tag, as a Redis cluster requires.
"""

import json
import random
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import anyio
from redis.exceptions import RedisError, WatchError

from fj_mcp.clock import boot
from fj_mcp.storage.database.database import Row
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.storage import Rows, Storage

T = TypeVar("T")

_WORK_SECONDS = 4.0
"""The time-out of one read or transaction, with all its attempts."""

_REMEDY = (
    "Call again in a minute. If that does not help, the server's operator must check that Redis "
    "(FJ_LEDGER_URL) is up and accepts writes."
)


class RedisStorage(Storage):
    """The purchases of one workspace in Redis."""

    def __init__(self, redis: Any, prefix: str, place: str) -> None:
        """Args: `prefix` of the workspace's keys, `place`: the address, for error messages."""
        self.machine = _machine()
        self._place = place
        self._redis = redis
        self._prefix = prefix
        # One transaction at a time per process, so that its tasks do not restart each other's.
        self._changing = anyio.Lock()

    async def read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        with self._in_time():
            return await work(_RedisRows(self._redis, self._prefix))

    async def transact(self, work: Callable[[Rows], Awaitable[T]], *, durable: bool = False) -> T:
        # Durability depends on the settings of Redis (docs/deploy.md).
        with self._in_time():
            async with self._changing:
                while True:
                    with suppress(WatchError):
                        return await self._attempt(work)
                    await anyio.sleep(random.uniform(0, 0.02))

    async def note(self, name: str, value: str, seconds: float | None = None) -> str:
        milliseconds = None if seconds is None else int(seconds * 1000)
        with self._in_time():
            place = f"{self._prefix}note:{name}"
            if await self._redis.set(place, value, nx=True, px=milliseconds):
                return value
        return await self.noted(name) or value

    async def noted(self, name: str) -> str | None:
        with self._in_time():
            value = await self._redis.get(f"{self._prefix}note:{name}")
        return None if value is None else str(value)

    async def check(self) -> None:
        async def work(rows: Rows) -> None:
            await rows.remove(0)

        await self.transact(work)

    async def _attempt(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        version = f"{self._prefix}version"
        async with self._redis.pipeline() as pipeline:
            await pipeline.watch(version)
            rows = _RedisRows(pipeline, self._prefix)
            result = await work(rows)
            pipeline.multi()
            pipeline.incr(version)
            for command in rows.changes:
                pipeline.execute_command(*command)
            await pipeline.execute()
        return result

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Turn failures and time-outs into `StorageUnavailable`."""
        try:
            # A canceled call must still be able to record the outcome of its purchase.
            with anyio.fail_after(_WORK_SECONDS, shield=True):
                yield
        except (RedisError, OSError, TimeoutError, ValueError, LookupError) as error:
            raise StorageUnavailable(self._place, _REMEDY) from error


class _RedisRows:
    """The rows of a workspace, with the commands of one transaction.

    Changes are visible only after the transaction.
    """

    def __init__(self, redis: Any, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix
        self.changes: list[tuple[str | int | float, ...]] = []

    async def get(self, row_id: int) -> Row | None:
        text = await self._redis.hget(self._name("rows"), str(row_id))
        return None if text is None else json.loads(text)

    async def newest(self, count: int) -> list[Row]:
        return await self._among("all", count)

    async def open(self) -> list[Row]:
        return await self._among("open")

    async def with_fingerprint(self, fingerprint: str) -> list[Row]:
        return await self._among(f"intent:{fingerprint}")

    async def in_session(self, session_id: str) -> list[Row]:
        return await self._among(f"session:{session_id}")

    async def since(self, moment: float) -> list[Row]:
        ids = await self._redis.zrangebyscore(self._name("time"), moment, "+inf")
        return await self._rows(sorted(ids, key=int, reverse=True))

    async def last_priced(self, operation: str, channel: str | None) -> Row | None:
        return next(iter(await self._among(_priced(operation, channel), 1)), None)

    async def sessions_made(self) -> set[str]:
        return set(await self._redis.zrange(self._name("made"), 0, -1))

    async def add(self, row: Row) -> int:
        row_id = int(await self._redis.incr(self._name("ids")))
        self._put({"id": row_id, **row}, before={})
        return row_id

    async def change(self, row_id: int, values: Row) -> None:
        if (row := await self.get(row_id)) is not None:
            self._put({**row, **values}, before=index_entries(row))

    async def remove(self, row_id: int) -> None:
        self.changes.append(("HDEL", self._name("rows"), row_id))
        if (row := await self.get(row_id)) is not None:
            self._move(index_entries(row), {})

    def _put(self, row: Row, before: "IndexEntries") -> None:
        self.changes.append(("HSET", self._name("rows"), row["id"], json.dumps(row)))
        self._move(before, index_entries(row))

    def _move(self, before: "IndexEntries", after: "IndexEntries") -> None:
        for place, member in before.keys() - after.keys():
            self.changes.append(("ZREM", self._name(place), member))
        for (place, member), score in after.items():
            self.changes.append(("ZADD", self._name(place), score, member))

    async def _among(self, place: str, count: int = 0) -> list[Row]:
        """The newest `count` rows of a sorted set; all of them for 0."""
        return await self._rows(await self._redis.zrevrange(self._name(place), 0, count - 1))

    async def _rows(self, ids: list[str]) -> list[Row]:
        if not ids:
            return []
        texts = await self._redis.hmget(self._name("rows"), ids)
        # A claim may have been deleted between the two commands.
        return [json.loads(text) for text in texts if text is not None]

    def _name(self, part: str) -> str:
        return f"{self._prefix}{part}"


IndexEntries = dict[tuple[str, str], float]


def index_entries(row: Row) -> IndexEntries:
    """The sorted sets that a row is in: set and member, with the score."""
    number = str(row["id"])
    by_id = ["all", f"intent:{row['fingerprint']}"]
    charged = row["state"] == "charged"
    if row["state"] in ("pending", "unknown"):
        by_id.append("open")
    if row["session_id"]:
        by_id.append(f"session:{row['session_id']}")
    if charged and row["credits"]:
        by_id.append(_priced(row["operation"], None))
        if channel := json.loads(row["traces"]).get("channel"):
            by_id.append(_priced(row["operation"], channel))
    entries: IndexEntries = {(name, number): row["id"] for name in by_id}
    entries["time", number] = row["claimed_at"]
    if charged and row["operation"] == "create_session" and row["session_id"]:
        entries["made", row["session_id"]] = row["id"]
    return entries


def _priced(operation: str, channel: str | None) -> str:
    return f"priced:{operation}" + (f":{channel}" if channel else "")


def _machine() -> str:
    """Identifies this machine or container, within which process ids are valid."""
    return f"{socket.gethostname()}:{boot()}"
