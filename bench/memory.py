"""What remembering 100,000 people costs: reviews, the marks on a list of 1,000, and each start."""

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
from bench.calls import call, search
from bench.http_servers import megabytes
from bench.loopback import sandbox_apart
from bench.postgres import MISSING, postgres
from bench.remembered import REMEMBERED, remember_in_file, remember_in_postgres
from bench.stdio_servers import our_server, talking
from bench.table import Row, at_most, reported
from bench.timing import in_turn, ratio_row
from fj_mcp.sandbox.population.odd_people import SPARSE_SKILL
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings
from fj_mcp.workspace.workspace import workspace_fingerprint

_LISTED = 1_000
_REVIEWED = 50
_ROUNDS = 15
_STARTS = 15


async def memory() -> list[Row]:
    """A list and reviews with a memory, and the same list without one."""
    with (
        sandbox_apart(match_seconds=0, first_batch=_LISTED) as api,
        TemporaryDirectory() as name,
        postgres() as address,
    ):
        folder = Path(name)
        workspace = workspace_fingerprint(KEY, api)
        in_file = Settings(api_key=SecretStr(KEY), api_base_url=api, state_dir=folder)
        session_id, people = await _first_search(in_file)
        async with _server(in_file) as client:
            small_id = await search(client, SPARSE_SKILL)
            page = await call(client, "list_profiles", session_id=session_id)
        remember_in_file(folder, workspace)
        subjects = [
            partial(_seconds_to_list, settings, session_id, small_id)
            for settings in (in_file, in_file.model_copy(update={"memory": False}))
        ]
        marked, plain = await in_turn(subjects, _ROUNDS, warm_up=2)
        reviewed = await _milliseconds_to_review(in_file, session_id, people)
        what = f"list_profiles over {page['total']:,} people with {REMEMBERED:,} remembered"
        review = f"Reviewing {len(people)} people in one call"
        rows = [
            ratio_row(f"{what}, against no memory", marked, plain, 1.2),
            at_most(f"{review}, SQLite", reviewed, 30, "{:.1f} ms"),
        ]
        if address is None:
            return [*rows, reported(f"{review}, PostgreSQL", MISSING)]
        shared = in_file.model_copy(update={"database_url": SecretStr(address)})
        session_id, people = await _first_search(shared)
        remember_in_postgres(address, workspace)
        reviewed = await _milliseconds_to_review(shared, session_id, people)
    return [*rows, at_most(f"{review}, PostgreSQL", reviewed, 60, "{:.1f} ms")]


async def remembering_start() -> list[Row]:
    """A start of a process until its first list, with many people remembered and with none."""
    with (
        sandbox_apart(match_seconds=0) as api,
        TemporaryDirectory() as full,
        TemporaryDirectory() as empty,
    ):
        for folder in (full, empty):
            settings = Settings(api_key=SecretStr(KEY), api_base_url=api, state_dir=Path(folder))
            session_id, _ = await _first_search(settings)
        remember_in_file(Path(full), workspace_fingerprint(KEY, api))
        weights: dict[str, list[float]] = {full: [], empty: []}
        subjects = [
            partial(_seconds_of_start, api, folder, session_id, weights[folder])
            for folder in (full, empty)
        ]
        with_people, without = await in_turn(subjects, _STARTS, warm_up=1)
    added = median(weights[full]) - median(weights[empty])
    note = f"{median(weights[full]):.0f} MB against {median(weights[empty]):.0f} MB"
    what = f"with {REMEMBERED:,} remembered, against none"
    return [
        ratio_row(f"Spawn to the first list, stdio, {what}", with_people, without, 1.05),
        at_most(f"Resident memory after it, {what}", added, 10, "{:.0f} MB", note),
    ]


@asynccontextmanager
async def _server(settings: Settings) -> AsyncIterator[Client]:
    async with Client(build_server(settings), mode="legacy") as client:
        yield client


async def _first_search(settings: Settings) -> tuple[str, list[str]]:
    """The id of a new session, and the ids of its first candidates, which are shown."""
    async with _server(settings) as client:
        session_id = await search(client)
        page = await call(client, "list_profiles", session_id=session_id, limit=_REVIEWED)
    return session_id, [card["candidate_id"] for card in page["candidates"]]


async def _seconds_to_list(settings: Settings, session_id: str, small_id: str) -> float:
    """Time of a new server with an open connection, which has read another, small session."""
    async with _server(settings) as client:
        await call(client, "list_profiles", session_id=small_id)
        started = perf_counter()
        await call(client, "list_profiles", session_id=session_id)
        return perf_counter() - started


async def _milliseconds_to_review(settings: Settings, session_id: str, people: list[str]) -> float:
    """The median of calls that change all of these people."""
    async with _server(settings) as client:
        await call(client, "list_profiles", session_id=session_id)
        numbers = count()
        seconds = [
            await _seconds_to_review(client, session_id, people, next(numbers))
            for _ in range(_ROUNDS + 2)
        ]
    return median(seconds[2:]) * 1000


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


async def _seconds_of_start(api: str, folder: str, session_id: str, weights: list[float]) -> float:
    """From spawning a server to its first list, after which its memory is added to the weights."""
    started = perf_counter()
    async with talking(our_server(api, folder)) as conversation:
        await conversation.list_tools()
        await conversation.call("list_profiles", session_id=session_id)
        taken = perf_counter() - started
        weights.append(megabytes(conversation.process))
    return taken
