"""What remembering 100,000 people costs: reviews, and the marks on a list of 1,000."""

import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from mcp import Client
from pydantic import SecretStr

from bench.bare_session_server import KEY
from bench.calls import call, search
from bench.loopback import sandbox_apart
from bench.table import Row, at_most
from bench.timing import in_turn, ratio_row
from fj_mcp.sandbox.population.odd_people import SPARSE_SKILL
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from fj_mcp.workspace.open_storage import LEDGER_FILE
from fj_mcp.workspace.workspace import workspace_fingerprint

_LISTED = 1_000
_REMEMBERED = 100_000
_A_SEARCH = 500
"""Remembered people found by one search."""

_REVIEWED = 50
_ROUNDS = 15


async def memory() -> list[Row]:
    """A list and a review with a memory, and the same list without one."""
    with (
        sandbox_apart(match_seconds=0, first_batch=_LISTED) as api,
        TemporaryDirectory() as name,
    ):
        folder = Path(name)
        async with _server(api, folder) as client:
            session_id = await search(client)
            small_id = await search(client, SPARSE_SKILL)
            page = await call(client, "list_profiles", session_id=session_id, limit=_REVIEWED)
            people = [card["candidate_id"] for card in page["candidates"]]
        _remember(folder, workspace_fingerprint(KEY, api))
        subjects = [
            partial(_seconds_to_list, api, folder, session_id, small_id, remember=remember)
            for remember in (True, False)
        ]
        marked, plain = await in_turn(subjects, _ROUNDS, warm_up=2)
        async with _server(api, folder) as client:
            await call(client, "list_profiles", session_id=session_id)
            numbers = count()
            reviewed = [
                await _seconds_to_review(client, session_id, people, next(numbers))
                for _ in range(_ROUNDS + 2)
            ][2:]
    what = f"list_profiles over {page['total']:,} people with {_REMEMBERED:,} remembered"
    return [
        ratio_row(f"{what}, against no memory", marked, plain, 1.2),
        at_most(
            f"Reviewing {len(people)} people in one call",
            median(reviewed) * 1000,
            30,
            "{:.1f} ms",
        ),
    ]


@asynccontextmanager
async def _server(api: str, folder: Path, *, remember: bool = True) -> AsyncIterator[Client]:
    settings = Settings(api_key=SecretStr(KEY), api_base_url=api, state_dir=folder, memory=remember)
    async with Client(build_server(settings), mode="legacy") as client:
        yield client


async def _seconds_to_list(
    api: str, folder: Path, session_id: str, small_id: str, *, remember: bool
) -> float:
    """Time of a new server with an open connection, which has read another, small session."""
    async with _server(api, folder, remember=remember) as client:
        await call(client, "list_profiles", session_id=small_id)
        started = perf_counter()
        await call(client, "list_profiles", session_id=session_id)
        return perf_counter() - started


async def _seconds_to_review(
    client: Client, session_id: str, people: list[str], number: int
) -> float:
    decision = ("maybe", "shortlisted")[number % 2]
    started = perf_counter()
    done = await call(
        client,
        "review_candidates",
        session_id=session_id,
        candidate_ids=people,
        decision=decision,
    )
    taken = perf_counter() - started
    if done["counts"][decision] != len(people):
        raise RuntimeError(f"not all were reviewed: {done}")
    return taken


def _remember(folder: Path, workspace: str) -> None:
    """Write people of other searches into the memory, and the listed ones as seen there."""
    now = time.time()
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as connection, connection:
        listed = [row[0] for row in connection.execute("SELECT person FROM sightings")]
        others = [f"{number:032x}" for number in range(_REMEMBERED - len(listed))]
        people = [
            (workspace, person, f"{number // _A_SEARCH:024x}")
            for number, person in enumerate([*listed, *others])
        ]
        connection.executemany(
            "INSERT OR REPLACE INTO sightings VALUES (?, ?, ?, ?, ?)",
            [(*one, now, now) for one in people],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO people (workspace, person, identity, name, touched_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [(workspace, person, f"in/{person}", "Somebody", now) for _, person, _ in people],
        )
        connection.executemany(
            "INSERT INTO reviews (workspace, person, session_id, candidate_id, at, by, decision)"
            " VALUES (?, ?, ?, ?, ?, 'user', 'maybe')",
            [(*one, one[1][:24], now) for one in people],
        )
