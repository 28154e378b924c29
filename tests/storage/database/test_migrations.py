"""Tables of earlier and of later versions: brought up to date once, or refused."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine

from fj_mcp.storage.database.migration import SCRIPTS, migrate
from fj_mcp.storage.database.schema import NEWEST
from fj_mcp.storage.database.tables import metadata, revisions
from fj_mcp.workspace.open_storage import LEDGER_FILE
from fj_mcp.workspace.workspace import workspace_fingerprint
from tests.support.assistant import search_for
from tests.support.company import company, company_site
from tests.support.ledgers import PostgresServer, on_a_file, postgres_server, rows_of
from tests.support.processes import CLEAN, Api, measuring, stdio_process
from tests.support.sign_in import result_of, works

pytestmark = [pytest.mark.xdist_group("migrations"), on_a_file]

FIRST_VERSION = """
CREATE TABLE IF NOT EXISTS purchases (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    operation TEXT NOT NULL,
    slot TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    session_id TEXT,
    state TEXT NOT NULL,
    claimed_at REAL NOT NULL,
    lease_until REAL NOT NULL,
    process INTEGER NOT NULL,
    token TEXT NOT NULL,
    sent INTEGER NOT NULL,
    expected INTEGER NOT NULL,
    credits INTEGER,
    remaining INTEGER,
    told INTEGER NOT NULL,
    traces TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS notes (
    workspace TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    until REAL,
    PRIMARY KEY (workspace, name)
) STRICT;
CREATE INDEX IF NOT EXISTS by_state ON purchases (workspace, state);
CREATE INDEX IF NOT EXISTS by_intent ON purchases (workspace, fingerprint);
CREATE INDEX IF NOT EXISTS by_session ON purchases (workspace, session_id);
CREATE INDEX IF NOT EXISTS by_time ON purchases (workspace, claimed_at);
"""
"""The tables before they had versions."""

BROUGHT_UP_TO_DATE = """
import os, signal, sys
from sqlalchemy import Engine, event
import anyio
from pathlib import Path
from pydantic import SecretStr
import fj_mcp.storage.database.migration, fj_mcp.storage.database.sqlite_file
import sqlalchemy.dialects.postgresql.psycopg, sqlalchemy.dialects.sqlite
from fj_mcp.storage.database.postgres import PostgresDatabase
from fj_mcp.storage.database.sqlite import SqliteDatabase

address, last = sys.argv[1], int(sys.argv[2])
statements = 0

for line in sys.stdin:
    # Loaded once for all that die.
    last = int(line)
    if not (child := os.fork()):
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, many):
    global statements
    if statement.lstrip().upper().startswith(("CREATE", "ALTER", "INSERT", "UPDATE")):
        statements += 1
        if statements == last:
            os.kill(os.getpid(), signal.SIGKILL)

if "://" in address:
    database = PostgresDatabase(SecretStr(address))
else:
    database = SqliteDatabase(lambda: Path(address))
anyio.run(database.read, lambda connection: None)
"""
"""Opens the database of its first argument; dies just before the n-th change of its second.

For each number that it reads, it forks a process that does the same, and prints its exit status.
"""


def bring_up_to_date(address: str | Path, dies_before: int = 0) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", BROUGHT_UP_TO_DATE, str(address), str(dies_before)]
    return subprocess.Popen(
        command, env=CLEAN, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


@contextmanager
def processes_that_die(file: Path) -> Iterator[Callable[[int], int]]:
    """Opens the file in a process that dies before the n-th change; gives its exit status."""
    command = [sys.executable, "-c", BROUGHT_UP_TO_DATE, str(file), "0"]
    with subprocess.Popen(
        command, env=CLEAN, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def die_before(statement: int) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            print(statement, file=process.stdin, flush=True)
            return int(process.stdout.readline())

        yield die_before
        process.kill()


def turn_back(folder: Path) -> None:
    """Make the file what it was before its tables had versions."""
    file = folder / LEDGER_FILE
    with closing(sqlite3.connect(":memory:")) as first:
        first.executescript(FIRST_VERSION)
        columns = {
            table: ", ".join(name for _, name, *_ in first.execute(f"PRAGMA table_info({table})"))
            for table in ("purchases", "notes")
        }
    with closing(sqlite3.connect(file)) as connection:
        kept = {
            table: connection.execute(f"SELECT {of} FROM {table}").fetchall()
            for table, of in columns.items()
        }
    for path in folder.glob(f"{LEDGER_FILE}*"):
        path.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(FIRST_VERSION)
        for table, rows in kept.items():
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(row))})", row)


def tables_of(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found}


def an_old_file(folder: Path) -> Path:
    """A file of the first version with one purchase."""
    file = folder / LEDGER_FILE
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(FIRST_VERSION)
        connection.execute(
            "INSERT INTO purchases VALUES (7, 'w', 'create_session', 's', 'f', 'x', 'charged',"
            " 1, 2, 3, 't', 1, 5, 5, NULL, 1, '{}')"
        )
    return file


def test_the_purchases_of_a_file_from_before_are_kept_and_not_made_again(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        bought = server.search(**search_for("one"))
        server.kill()
    before = rows_of(tmp_path)
    turn_back(tmp_path)
    assert tables_of(tmp_path / LEDGER_FILE) == {"purchases", "notes"}
    with stdio_process(api, key, tmp_path, **measuring()) as server:
        again = server.call("create_sourcing_session", **search_for("one"))
        assert (again["session_id"], again["already_existed"]) == (bought, True)
        assert server.call("get_spending")["spent_today"] == 5
    assert rows_of(tmp_path) == before
    assert tables_of(tmp_path / LEDGER_FILE) == set(metadata.tables)
    assert api.charges(key) == [bought]


def test_processes_that_start_at_once_bring_a_file_up_to_date_once(tmp_path: Path) -> None:
    file = an_old_file(tmp_path)
    starting = [bring_up_to_date(file) for _ in range(4)]
    for process in starting:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert tables_of(file) == set(metadata.tables)
    assert [row["id"] for row in rows_of(tmp_path)] == [7]


def make_version(connection: Connection, version: str) -> None:
    """Make the tables of an earlier version in an empty database."""
    context = MigrationContext.configure(connection, opts={"version_table": revisions.name})
    with Operations.context(context):
        for script in reversed([*SCRIPTS.iterate_revisions(version, "base")]):
            script.module.upgrade()
    context.stamp(SCRIPTS, version)


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_purchases_from_before_users_were_named_count_for_the_key_and_for_no_user(
    server: PostgresServer, api: Api, key: str, tmp_path: Path, kind: str
) -> None:
    with ExitStack() as stack:
        place: dict[str, Any] = {}
        engine = create_engine(f"sqlite:///{tmp_path / LEDGER_FILE}")
        if kind == "postgresql":
            address = stack.enter_context(fresh(server))
            place = {"database_url": address}
            engine = create_engine(
                "postgresql+psycopg://", creator=lambda: psycopg.connect(address)
            )
        with engine.begin() as connection:
            make_version(connection, "0003")
            connection.exec_driver_sql(
                "INSERT INTO purchases (workspace, operation, slot, fingerprint, session_id, state,"
                " claimed_at, lease_until, process, token, sent, expected, credits, told, traces)"
                f" VALUES ('{workspace_fingerprint(key, api.address)}', 'create_session', 's', 'f',"
                f" 'x', 'charged', {time.time()}, 2, 3, 't', 1, 5, 5, 1, '{{}}')"
            )
        engine.dispose()
        provider = stack.enter_context(company())
        own = place | {"api_key": key, "person_budget": 5, "credit_budget": 12}
        async with company_site(tmp_path, provider, on=api.address, **own) as site:
            search = search_for("one")
            bought = await site.call(provider.token(), "create_sourcing_session", **search)
            assert works(bought)
            report = result_of(await site.call(provider.token()))["structuredContent"]
    assert report["spent_today"] == 10
    assert report["yours"] == {"spent_today": 5, "budget": 5, "left": 0}
    assert [one.get("who") for one in report["purchases"]] == ["ann@example.com", None]


def test_a_process_killed_anywhere_in_a_migration_leaves_the_file_as_it_was(
    tmp_path: Path,
) -> None:
    file = an_old_file(tmp_path)
    with processes_that_die(file) as die_before:
        for statement in count(1):
            status = die_before(statement)
            assert [row["id"] for row in rows_of(tmp_path)] == [7]
            if status == 0:
                break
            assert status == -signal.SIGKILL
            assert tables_of(file) == {"purchases", "notes"}
    # All six tables of the memory, among others.
    assert statement > 6
    assert tables_of(file) == set(metadata.tables)


def test_a_file_of_a_newer_version_is_refused_and_left_unchanged(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        server.call("get_spending")
        server.kill()
    file = tmp_path / LEDGER_FILE
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE fj_mcp_version SET version_num = '9999'")
        connection.execute("ALTER TABLE purchases RENAME COLUMN traces TO evidence")
    before = tables_of(file)
    with stdio_process(api, key, tmp_path, **measuring()) as server:
        text = server.refusal("create_sourcing_session", **search_for("one"))
        assert text == (
            f"Nothing was sent or charged: the database at {file} cannot be used, and without it "
            "nothing is bought or exported, and no decision is read or recorded. It was written by "
            "a newer version of fj-mcp; update this one. Everything else still works."
        )
        assert "sessions" in server.call("list_sessions")
    assert tables_of(file) == before
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT version_num FROM fj_mcp_version").fetchone() == ("9999",)
    assert api.charges(key) == []


FOREIGN = ["purchases", "notes", "people", "searches", "reviews"]
"""Names of tables that another program may have, too."""


@pytest.mark.parametrize("table", FOREIGN)
def test_a_file_with_a_table_of_another_program_is_refused_and_left_unchanged(
    tmp_path: Path, table: str
) -> None:
    file = tmp_path / LEDGER_FILE
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"CREATE TABLE {table} (something TEXT)")
    _, errors = bring_up_to_date(file).communicate(timeout=60)
    assert "Its tables are not those of fj-mcp: move the file away" in errors
    assert tables_of(file) == {table}


def test_the_newest_version_is_the_last_migration() -> None:
    assert SCRIPTS.get_current_head() == NEWEST


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return [
        one
        for one in compare_metadata(context, metadata)
        # SQLite's own key of a row is never null, but was not declared so at first.
        if not (isinstance(one, list) and one[0][0] == "modify_nullable" and one[0][3] == "id")
    ]


def test_all_migrations_together_make_the_tables_that_are_declared(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{an_old_file(tmp_path)}")
    with engine.begin() as connection:
        migrate(connection)
        assert differences(connection) == []
    engine.dispose()


# PostgreSQL


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as one:
        yield one


@contextmanager
def fresh(server: PostgresServer) -> Iterator[str]:
    """The address of a database without tables."""
    with server.admin() as admin:
        admin.execute("CREATE DATABASE fresh")
    try:
        yield server.address.replace("/postgres?", "/fresh?")
    finally:
        with server.admin() as admin:
            admin.execute("DROP DATABASE fresh WITH (FORCE)")


def tables_in(address: str) -> set[str]:
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in found}


def test_all_migrations_together_make_the_same_tables_in_postgresql(
    server: PostgresServer,
) -> None:
    with fresh(server) as address:
        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address))
        with engine.begin() as connection:
            migrate(connection)
            assert differences(connection) == []
        engine.dispose()


def test_servers_that_start_at_once_make_the_tables_of_an_empty_database_once(
    server: PostgresServer,
) -> None:
    with fresh(server) as address:
        starting = [bring_up_to_date(address) for _ in range(3)]
        for process in starting:
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
        assert tables_in(address) == set(metadata.tables)


@pytest.mark.parametrize("foreign", [["1f3a"], ["1f3a", "2b7c"]], ids=["one head", "two heads"])
def test_another_program_with_alembic_in_the_same_database_is_left_alone(
    server: PostgresServer, foreign: list[str]
) -> None:
    with fresh(server) as address:
        with psycopg.connect(address) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
            connection.execute("INSERT INTO alembic_version SELECT unnest(%s::text[])", [foreign])
        process = bring_up_to_date(address)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert tables_in(address) == {*metadata.tables, "alembic_version"}
        with psycopg.connect(address) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        assert sorted(version for (version,) in found) == foreign


def test_a_database_with_two_versions_is_refused(server: PostgresServer) -> None:
    with fresh(server) as address:
        bring_up_to_date(address).communicate(timeout=60)
        with psycopg.connect(address) as connection:
            connection.execute("UPDATE fj_mcp_version SET version_num = '0000'")
            connection.execute("INSERT INTO fj_mcp_version VALUES ('0009')")
        process = bring_up_to_date(address)
        _, errors = process.communicate(timeout=60)
        assert "StorageUnavailable: Nothing was sent or charged: the database at" in errors


def test_a_server_killed_while_it_makes_the_tables_leaves_none(server: PostgresServer) -> None:
    with fresh(server) as address:
        process = bring_up_to_date(address, dies_before=9)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL, errors
        assert tables_in(address) == set()
        process = bring_up_to_date(address)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert tables_in(address) == set(metadata.tables)


@pytest.mark.parametrize("table", FOREIGN)
def test_a_database_with_a_table_of_another_program_is_refused_and_left_unchanged(
    server: PostgresServer, table: str
) -> None:
    with fresh(server) as address:
        with psycopg.connect(address) as connection:
            connection.execute(f"CREATE TABLE {table} (something TEXT)")
        _, errors = bring_up_to_date(address).communicate(timeout=60)
        assert "give fj-mcp a database or a schema of its own" in errors
        assert tables_in(address) == {table}
