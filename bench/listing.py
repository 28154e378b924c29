"""Time and memory of `list_profiles` over 500 large profiles."""

import gc
import json
import re
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter

import anyio
import httpx
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from bench.bare_session_server import KEY, bare_http
from bench.calls import call, search
from bench.loopback import sandbox_apart, server_on
from bench.table import Row, at_most
from bench.timing import in_turn, ratio_row
from fj_mcp.sandbox.population.odd_people import SPARSE_SKILL

_PROFILES = 500
_PAGE_SIZE = 100
_AT_ONCE = 3
_ROUNDS = 15


async def listing() -> list[Row]:
    """Reading, ranking and listing all candidates, against fetching and decoding the same pages."""
    with sandbox_apart(match_seconds=0, first_batch=_PROFILES) as api:
        async with server_on(api) as client:
            session_id = await search(client)
            small_id = await search(client, SPARSE_SKILL)
        subjects = [
            partial(_seconds_to_list, api, session_id, small_id),
            partial(_seconds_to_fetch, api, session_id),
        ]
        ours, bare = await in_turn(subjects, _ROUNDS, warm_up=2)
        peak = await _peak_megabytes(api, session_id)
    what = f"list_profiles over {_PROFILES} profiles"
    return [
        ratio_row(what, ours, bare, 0.9),
        at_most(f"{what}, peak memory of the server", peak, 300, "{:,.0f} MB"),
    ]


async def _seconds_to_list(api: str, session_id: str, small_id: str) -> float:
    """Time of a new server with an open connection, which has read another, small session."""
    async with server_on(api) as client:
        await call(client, "list_profiles", session_id=small_id)
        gc.collect()
        started = perf_counter()
        page = await call(client, "list_profiles", session_id=session_id)
        taken = perf_counter() - started
    _expect_all(page["total"])
    return taken


async def _seconds_to_fetch(api: str, session_id: str) -> float:
    """Time of a new httpx client with an open connection."""
    path = f"/sourcing-session/{session_id}/profiles"
    pages: dict[int, list[object]] = {}
    at_once = anyio.CapacityLimiter(_AT_ONCE)

    async def fetch(http: httpx.AsyncClient, number: int) -> int:
        async with at_once:
            response = await http.get(path, params={"page": number, "limit": _PAGE_SIZE})
        data = json.loads(response.content)["data"]
        pages[number] = data["docs"]
        count: int = data["totalPages"]
        return count

    async with bare_http(api) as http:
        await http.get(f"/sourcing-session/{session_id}")
        gc.collect()
        started = perf_counter()
        last = await fetch(http, 1)
        async with anyio.create_task_group() as tasks:
            for number in range(2, last + 1):
                tasks.start_soon(fetch, http, number)
        taken = perf_counter() - started
    _expect_all(sum(map(len, pages.values())))
    return taken


async def _peak_megabytes(api: str, session_id: str) -> float:
    """Peak memory of a new server process."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "bench.weighed_server"],
        cwd=Path(__file__).parent.parent,
        env={"FJ_API_KEY": KEY, "FJ_API_BASE_URL": api},
    )
    with TemporaryFile("w+") as log:
        async with Client(stdio_client(server, log), mode="legacy") as client:
            page = await call(client, "list_profiles", session_id=session_id)
        _expect_all(page["total"])
        log.seek(0)
        text = log.read()
    if (peak := re.search(r"^peak (\d+) bytes$", text, re.MULTILINE)) is None:
        raise RuntimeError(f"the server did not report its peak memory: {text}")
    return int(peak[1]) / 1e6


def _expect_all(count: int) -> None:
    if count != _PROFILES:
        raise RuntimeError(f"{count} profiles instead of {_PROFILES}")
