"""One paid call with the purchase ledger on disk, against one with the ledger in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from mcp import Client
from pydantic import SecretStr

from bench.bare_session_server import KEY
from bench.calls import call
from bench.table import Row, at_most
from bench.timing import in_turn
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings

_ROUNDS = 60
_MAX_MILLISECONDS = 10.0
_SKILL = {"skills": {"mandatory": ["C#"]}}


async def purchases() -> list[Row]:
    """The time that the ledger on disk adds to a search, with the API in this process."""
    with TemporaryDirectory() as folder:
        kept = Settings(api_key=SecretStr(KEY), state_dir=Path(folder))
        numbers = count()
        async with _server(kept) as on_disk, _server(Settings(sandbox=True)) as in_memory:
            subjects = [partial(_seconds_to_buy, one, numbers) for one in (on_disk, in_memory)]
            disk_seconds, memory_seconds = await in_turn(subjects, _ROUNDS, warm_up=5)
    added = (median(disk_seconds) - median(memory_seconds)) * 1000
    note = f"{median(disk_seconds) * 1000:,.1f} ms against {median(memory_seconds) * 1000:,.1f} ms"
    what = "One search, added by the purchase ledger on disk"
    return [at_most(what, added, _MAX_MILLISECONDS, "{:.1f} ms", note)]


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[Client]:
    sandbox = Sandbox(match_seconds=0, credits=1_000_000, rate_limit=1_000_000)
    server = build_server(settings, sandbox.transport)
    async with Client(server, mode="legacy") as client:
        yield client


async def _seconds_to_buy(client: Client, numbers: "count[int]") -> float:
    title = f"Search {next(numbers)}"
    started = perf_counter()
    # The same filters, so that only the first of them are looked up.
    arguments = {"title": title, "filters": _SKILL, "allow_duplicate": True}
    bought = await call(client, "create_sourcing_session", **arguments)
    if bought["credits"]["charged"] != 5:
        raise RuntimeError(f"nothing was bought: {bought}")
    return perf_counter() - started
