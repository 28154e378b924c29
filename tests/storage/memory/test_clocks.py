"""What expires depends on a clock, which may be wrong."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import small_sandbox
from tests.support.clocks import InstantClock
from tests.support.ledgers import on_a_file, postgres_server
from tests.support.memories import DAY, listed, remembering, review, search

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("shared-memory"), on_a_file]

Place = dict[str, Any]
"""The settings that choose a database."""


class WrongClock(InstantClock):
    """A clock that is ahead."""

    def __init__(self, days: float) -> None:
        self._seconds = days * DAY

    def now(self) -> float:
        """Unix seconds."""
        return time.time() + self._seconds


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "sqlite":
        yield {}
    else:
        with postgres_server() as server:
            yield {"database_url": server.address}


def make_older(folder: Path, place: Place, days: float) -> None:
    """Make all people older by some days."""
    statement = f"UPDATE people SET touched_at = touched_at - {days * DAY}"
    if "database_url" in place:
        with psycopg.connect(place["database_url"]) as server:
            server.execute(statement)
    else:
        with closing(sqlite3.connect(folder / LEDGER_FILE)) as file, file:
            file.execute(statement)


async def test_what_has_become_too_old_is_deleted(tmp_path: Path, place: Place, key: str) -> None:
    api = small_sandbox()
    own = place | {"api_key": key}
    async with remembering(api, tmp_path, clock=WrongClock(0), **own) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
    for days, kept in ((170, people[:1]), (20, [])):
        make_older(tmp_path, place, days)
        async with remembering(api, tmp_path, clock=WrongClock(0), **own) as assistant:
            assert await listed(assistant) == kept


async def test_a_clock_that_is_half_a_year_ahead_deletes_nothing(
    tmp_path: Path, place: Place, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    api = small_sandbox()
    own = place | {"api_key": key}
    async with remembering(api, tmp_path, clock=WrongClock(0), **own) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
    # Each is a server that starts: with a wrong clock, a right one, and a wrong one again.
    for days in (181, 0, 183, 0, 400):
        async with remembering(api, tmp_path, clock=WrongClock(days), **own) as assistant:
            assert await listed(assistant) == people[:1]
    said = [record.getMessage() for record in caplog.records if record.name == "fj_mcp"]
    assert said == ["Nothing is deleted for its age: this machine's clock may be wrong."] * 3


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
async def test_two_machines_whose_clocks_disagree_by_more_than_a_day_delete_by_the_databases(
    tmp_path: Path, place: Place, key: str
) -> None:
    api = small_sandbox()
    own = place | {"api_key": key}
    async with remembering(api, tmp_path, clock=WrongClock(0), **own) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
    for days in (178, 179.5, 181, 182.5, 184):
        async with remembering(api, tmp_path, clock=WrongClock(days), **own) as assistant:
            assert await listed(assistant) == people[:1]


async def test_the_largest_time_to_keep_of_the_servers_that_share_a_database_counts(
    tmp_path: Path, place: Place, key: str
) -> None:
    api = small_sandbox()
    own = place | {"api_key": key}
    async with remembering(api, tmp_path, clock=WrongClock(0), keep_days=3650, **own) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
    make_older(tmp_path, place, 200)
    # Of this key and of another one.
    for another in ({}, {"api_key": f"{key}_of_others"}):
        clock = WrongClock(0)
        async with remembering(api, tmp_path, clock=clock, **own | another) as assistant:
            await search(assistant)
    async with remembering(api, tmp_path, clock=WrongClock(0), keep_days=3650, **own) as assistant:
        assert await listed(assistant) == people[:1]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
async def test_a_smaller_time_to_keep_counts_once_the_larger_was_not_used_for_a_month(
    tmp_path: Path, place: Place, key: str
) -> None:
    api = small_sandbox()
    own = place | {"api_key": key}
    async with remembering(api, tmp_path, clock=WrongClock(0), keep_days=100, **own) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
    make_older(tmp_path, place, 50)
    for days, kept in ((14, people[:1]), (29, people[:1]), (32, [])):
        clock = WrongClock(days)
        async with remembering(api, tmp_path, clock=clock, keep_days=30, **own) as assistant:
            assert await listed(assistant) == kept
