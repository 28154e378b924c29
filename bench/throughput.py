"""Purchases and reviews a second of one server, with the record in each of the databases."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import anyio
from mcp import Client
from pydantic import SecretStr

from bench.bare_session_server import KEY
from bench.calls import call, search
from bench.postgres import MISSING, postgres
from bench.table import Row, reported
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings

_AT_ONCE = 8
_PURCHASES = 200
_REVIEWS = 400

Work = Callable[[int], Awaitable[dict[str, Any]]]


async def throughput() -> list[Row]:
    """Calls of eight callers at once, on one key, with the API in this process."""
    rows: list[Row] = []
    with TemporaryDirectory() as folder, postgres() as address:
        settings = Settings(api_key=SecretStr(KEY), state_dir=Path(folder))
        rows += await _rates(settings, "SQLite")
        if address is None:
            rows.append(reported("Purchases and reviews a second, PostgreSQL", MISSING))
        else:
            url = SecretStr(address)
            rows += await _rates(settings.model_copy(update={"database_url": url}), "PostgreSQL")
    return rows


async def _rates(settings: Settings, engine: str) -> list[Row]:
    async with _server(settings) as client:
        session_id = await search(client)
        page = await call(client, "list_profiles", session_id=session_id, limit=50)
        people = [card["candidate_id"] for card in page["candidates"]]

        async def buy(number: int) -> dict[str, Any]:
            # With the same values, so that only the first of them are looked up.
            years = {"min": number % 40, "max": 41 + number // 40}
            filters = {"skills": {"mandatory": ["C#"]}, "years_of_experience": years}
            arguments = {"title": f"Search {number}", "filters": filters}
            return await call(client, "create_sourcing_session", **arguments)

        async def review(number: int) -> dict[str, Any]:
            return await call(
                client,
                "review_candidates",
                session_id=session_id,
                candidate_ids=[people[number % len(people)]],
                decision=("maybe", "rejected")[number // len(people) % 2],
            )

        bought = await _rate(buy, _PURCHASES)
        reviewed = await _rate(review, _REVIEWS)
    return [
        reported(f"Purchases a second, {_AT_ONCE} callers, {engine}", f"{bought:.0f}"),
        reported(f"Reviews a second, {_AT_ONCE} callers, {engine}", f"{reviewed:.0f}"),
    ]


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[Client]:
    sandbox = Sandbox(match_seconds=0, credits=1_000_000, rate_limit=1_000_000)
    async with Client(build_server(settings, sandbox.transport), mode="legacy") as client:
        yield client


async def _rate(work: Work, times: int) -> float:
    """The calls a second."""
    numbers = count()

    async def caller() -> None:
        while (number := next(numbers)) < times:
            await work(number)

    started = perf_counter()
    async with anyio.create_task_group() as tasks:
        for _ in range(_AT_ONCE):
            tasks.start_soon(caller)
    return times / (perf_counter() - started)
