"""The ledgers of the servers under test, and how a test reads them from outside.

SQLite in a folder of the test, or a real redis-server with `FJ_TEST_LEDGER=redis`, which the test
run starts and each test finds empty. The same tests run with both.
"""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError

from fj_mcp.storage.ledger.redis import index_entries
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.conditions import until

Row = dict[str, Any]

IN_REDIS = os.environ.get("FJ_TEST_LEDGER") == "redis"
on_a_file = pytest.mark.skipif(IN_REDIS, reason="about the SQLite file")

_addresses: list[str] = []


class RedisServer:
    """A redis-server process without persistence."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.address = f"unix://{folder / 'redis.sock'}"
        self._command = ["redis-server", "--port", "0", "--save", "", "--daemonize", "no"]
        self._command += ["--unixsocket", str(folder / "redis.sock"), "--dir", str(folder)]
        self._command += arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it responds."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until(self._answers)

    def _answers(self) -> bool:
        with closing(Redis.from_url(self.address)) as redis, suppress(RedisError):
            return bool(redis.ping())
        return False

    def admin(self) -> "closing[Redis]":
        """A connection for its administrator, as a context manager."""
        return closing(Redis.from_url(self.address, decode_responses=True))

    def signal(self, number: int) -> None:
        """Send a signal to the process."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Kill the process, and lose its data."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def redis_server(*arguments: str) -> Iterator[RedisServer]:
    """A running redis-server; skips the test if it is not installed."""
    if shutil.which("redis-server") is None:
        reason = "redis-server is not installed"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with TemporaryDirectory() as folder:
        server = RedisServer(Path(folder), *arguments)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def ledger_server() -> Iterator[None]:
    """The redis-server of this test run, if it uses one."""
    if not IN_REDIS:
        yield
        return
    with redis_server() as server:
        _addresses.append(server.address)
        yield
        _addresses.clear()


def forget_all() -> None:
    """Empty the redis-server."""
    for address in _addresses:
        with closing(Redis.from_url(address)) as redis:
            redis.flushall()


def ledger_settings(folder: Path | str) -> dict[str, str]:
    """The settings, by field, of a server with its record in `folder`."""
    settings = {"state_dir": str(folder)}
    return settings | ({"ledger_url": _addresses[0]} if _addresses else {})


def ledger_environment(folder: Path) -> dict[str, str]:
    """The same settings as environment variables."""
    return {f"FJ_{name.upper()}": value for name, value in ledger_settings(folder).items()}


def rows_of(folder: Path) -> list[Row]:
    """Every purchase in the ledger, the oldest first."""
    if _addresses:
        return rows_in(_addresses[0])
    path = folder / LEDGER_FILE
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return []
        return [dict(row) for row in connection.execute("SELECT * FROM purchases ORDER BY id")]


def rows_in(address: str) -> list[Row]:
    """Every purchase in a Redis, by workspace, oldest first."""
    with closing(Redis.from_url(address, decode_responses=True)) as redis:
        found: list[Row] = []
        for name in redis.scan_iter("fj-mcp:*:rows"):
            texts: dict[str, str] = redis.hgetall(name)  # type: ignore[assignment]
            found += sorted(map(json.loads, texts.values()), key=lambda row: row["id"])
        return found


def put_back(folder: Path, rows: list[Row]) -> None:
    """Restore purchases to an earlier state."""
    if _addresses:
        _put_back_in(_addresses[0], rows)
        return
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as connection, connection:
        for row in rows:
            connection.execute(
                f"INSERT OR REPLACE INTO purchases ({', '.join(row)})"
                f" VALUES ({', '.join('?' * len(row))})",
                tuple(row.values()),
            )


def _put_back_in(address: str, rows: list[Row]) -> None:
    with closing(Redis.from_url(address, decode_responses=True)) as redis:
        names = list(redis.scan_iter("fj-mcp:*:ids"))
        # Without a purchase there is nothing to restore.
        for prefix in (str(name).removesuffix("ids") for name in names):
            for row in rows:
                text = redis.hget(f"{prefix}rows", str(row["id"]))
                for place, member in index_entries(json.loads(str(text))) if text else ():
                    redis.zrem(f"{prefix}{place}", member)
                redis.hset(f"{prefix}rows", str(row["id"]), json.dumps(row))
                for (place, member), score in index_entries(row).items():
                    redis.zadd(f"{prefix}{place}", {member: score})


def wipe(folder: Path) -> None:
    """Delete every purchase."""
    forget_all()
    for file in folder.glob(f"{LEDGER_FILE}*"):
        file.unlink()
