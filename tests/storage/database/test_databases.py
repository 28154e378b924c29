"""What holds for a transaction in any database."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, delete, func, insert, select, update

from fj_mcp.storage.database.database import Database
from fj_mcp.storage.database.postgres import PostgresDatabase
from fj_mcp.storage.database.sqlite import SqliteDatabase
from fj_mcp.storage.database.tables import agreed_values
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.storage import Storage
from tests.support.ledgers import on_a_file, postgres_server

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("databases"), on_a_file]

Open = Callable[[], Database]
"""Opens the same database, as another process would."""

ROW = {"workspace": "w", "name": "n", "value": "0"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("state") / "file")
    else:
        with postgres_server() as server:
            yield server.address


@pytest.fixture
async def open_database(address: str) -> AsyncIterator[Open]:
    def opened() -> Database:
        one: Database = (
            PostgresDatabase(SecretStr(address))
            if "://" in address
            else SqliteDatabase(lambda: Path(address))
        )
        closing.push_async_callback(one.close)
        return one

    async with AsyncExitStack() as closing:
        await opened().transact("w", lambda connection: connection.execute(delete(agreed_values)))
        yield opened


def value(connection: Connection) -> Any:
    return connection.scalar(select(agreed_values.c.value).where(agreed_values.c.name == "n"))


def add(connection: Connection) -> None:
    connection.execute(insert(agreed_values), ROW)


async def test_work_that_raises_changes_nothing(open_database: Open) -> None:
    database = open_database()

    def work(connection: Connection) -> None:
        add(connection)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.transact("w", work)
    assert await database.read(value) is None


async def test_work_whose_caller_has_given_up_changes_nothing(open_database: Open) -> None:
    database = open_database()
    await database.check()
    over = threading.Event()

    def work(connection: Connection) -> None:
        add(connection)
        assert over.wait(10)

    with pytest.raises(StorageUnavailable), anyio.move_on_after(0):
        await database.transact("w", work)
    over.set()
    assert await open_database().read(value) is None


async def test_transactions_of_a_workspace_follow_each_other(open_database: Open) -> None:
    databases = [open_database(), open_database()]
    await databases[0].transact("w", add)

    def count_up(connection: Connection) -> None:
        # Two at once would read the same number.
        one_more = int(value(connection)) + 1
        connection.execute(update(agreed_values).values(value=str(one_more)))

    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(databases[number % 2].transact, "w", count_up)
    assert await databases[0].read(value) == "40"


async def test_an_agreed_value_stays_unless_it_is_replaced(open_database: Open) -> None:
    storage = Storage(open_database(), "w")
    assert await storage.agree("n", "1") == "1"
    assert await storage.agree("n", "2") == "1"
    assert await storage.agree("n", "3", replace=True) == "3"
    assert await storage.agree("n", "4", -1, replace=True) == "4"
    assert await storage.agreed("n") is None
    assert await Storage(open_database(), "another").agreed("n") is None


async def test_one_name_has_one_value_whoever_sets_it(open_database: Open) -> None:
    storages = [Storage(open_database(), "w") for _ in range(2)]
    found: list[str] = []

    async def set_it(number: int) -> None:
        found.append(await storages[number % 2].agree("n", str(number)))

    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(set_it, number)
    assert len(set(found)) == 1
    count = select(func.count()).select_from(agreed_values)
    assert await open_database().read(lambda connection: connection.scalar(count)) == 1
