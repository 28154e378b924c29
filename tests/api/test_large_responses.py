"""Endless responses: read in chunks up to a limit, then rejected."""

import gzip
import json
import threading
import time
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import httpx
import pytest

from tests.support.processes import Api, Server, measuring, stdio_process
from tests.support.raw_api import Body, raw_api

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")

MB = 1024 * 1024
BLANKS = b" " * MB
KEY = "fjk_large"
UNREADABLE = (
    "FutureJobs sent a response that cannot be read. Nothing was charged; call list_sessions again "
    "in a minute."
)


@cache
def squeezed(bits: int = zlib.MAX_WBITS | 16) -> bytes:
    """A valid answer after 200 MB of blanks, compressed."""
    squeezer = zlib.compressobj(wbits=bits)
    pieces = [squeezer.compress(BLANKS) for _ in range(200)]
    return b"".join([*pieces, squeezer.compress(b'{"data": []}'), squeezer.flush()])


def once(body: bytes) -> Body:
    return lambda: [body]


def bomb() -> Iterable[bytes]:
    return [squeezed()]


def bomb_of_zlib() -> Iterable[bytes]:
    return [squeezed(zlib.MAX_WBITS)]


def bomb_twice() -> Iterable[bytes]:
    return [gzip.compress(squeezed())]


def nested() -> Iterable[bytes]:
    """As Python objects, ten times as large."""
    return [b'{"data": [', *(b"[]," * MB for _ in range(10)), b"[]]}"]


def endless() -> Iterable[bytes]:
    return (BLANKS for _ in range(500))


def memory(server: Server, line: str) -> float:
    """A line of a process's status, in megabytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    (value,) = (row.split()[1] for row in status.splitlines() if row.startswith(f"{line}:"))
    return int(value) / 1024


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (bomb, {"content-encoding": "gzip"}, 200),
        (bomb, {"content-encoding": "gzip"}, 502),
        (bomb_of_zlib, {"content-encoding": "deflate"}, 200),
        (bomb_twice, {"content-encoding": "gzip, gzip"}, 200),
        (once(b"\x1b" * 1000), {"content-encoding": "br"}, 200),
        (once(b"not gzip"), {"content-encoding": "gzip"}, 200),
        (endless, {}, 200),
        (endless, {}, 400),
        (endless, {"content-length": str(500 * MB)}, 200),
        (nested, {}, 200),
    ],
    ids=["gzip", "gzip 502", "deflate", "twice", "br", "broken", "plain", "400", "known", "nested"],
)
def test_an_endless_response_takes_little_memory(
    body: Body, headers: dict[str, str], status: int, tmp_path: Path
) -> None:
    with (
        raw_api(body, headers, status) as (address, asked),
        stdio_process(Api(address, httpx.Client()), KEY, tmp_path) as server,
    ):
        before = memory(server, "VmRSS")
        text = server.refusal("list_sessions")
        assert text == UNREADABLE or "Nothing was charged" in text
        assert asked
        assert memory(server, "VmHWM") - before < 100


def test_a_large_response_is_read(tmp_path: Path) -> None:
    sessions = [{"_id": f"{n:024x}", "sessionTitle": "T" * 20_000} for n in range(1000)]
    whole = json.dumps({"data": sessions}).encode()
    assert len(whole) > 19 * MB
    small = gzip.compress(whole, 1)
    with (
        raw_api(once(small), {"content-encoding": "gzip"}) as (address, _),
        stdio_process(Api(address, httpx.Client()), KEY, tmp_path, **measuring()) as server,
    ):
        assert server.call("list_sessions", limit=1)["total"] == 1000


def test_a_slow_response_is_abandoned_in_time(tmp_path: Path) -> None:
    limit = {"FJ_CALL_DEADLINE_SECONDS": "3"}
    over = threading.Event()

    def dripping() -> Iterable[bytes]:
        for _ in range(200):
            # The pauses are what is tested: each piece comes in time, and all of them do not.
            time.sleep(0.1)
            yield b" "
        over.set()

    with (
        raw_api(dripping) as (address, _),
        stdio_process(
            Api(address, httpx.Client()), KEY, tmp_path, **limit, **measuring()
        ) as server,
    ):
        text = server.refusal("list_sessions")
        assert not over.is_set()
    assert text == (
        "FutureJobs did not respond within 3 seconds. Nothing was charged; call list_sessions "
        "again in a minute."
    )
