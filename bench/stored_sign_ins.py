"""A sign-in with the records of many others in the database, and while those are being removed."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import psycopg
from msgspec import Struct
from msgspec.structs import asdict
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import Connection, Table, insert

from bench.bare_session_server import KEY
from bench.loopback import sandbox_apart
from bench.postgres import MISSING, postgres
from bench.sign_in import sign_in_once, signing_in
from bench.table import Row, reported
from bench.timing import in_turn, ratio_row
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.database.postgres import PostgresDatabase
from fj_mcp.storage.database.sqlite import SqliteDatabase
from fj_mcp.storage.database.tables import clients, grants, tokens
from fj_mcp.storage.sign_in.records import Client, Grant, Token
from fj_mcp.storage.sign_in.store import MAX_CLIENTS
from fj_mcp.transports.sign_in.sealing import digest
from fj_mcp.workspace.open_storage import LEDGER_FILE

_GRANTS = 20_000
_TOKENS = 100_000
_AT_ONCE = 2_000
"""Records in one transaction, each of which may take some seconds only."""

_ROUNDS = 20
_DAY = 86_400.0
_NAMES = ("empty", "full", "expired")


async def stored_sign_ins() -> list[Row]:
    """Sign-ins with many stored, and with as many expired ones, against none."""
    rows: list[Row] = []
    with sandbox_apart(match_seconds=0) as api, postgres() as address, TemporaryDirectory() as name:
        folders = [Path(name) / one for one in _NAMES]
        files = [SqliteDatabase(partial(_file_in, folder)) for folder in folders]
        settings = [{"FJ_STATE_DIR": str(folder)} for folder in folders]
        rows += await _compare(api, "SQLite", files, settings)
        if address is None:
            rows.append(reported("A sign-in with many stored, PostgreSQL", MISSING))
        else:
            addresses = [_new_database(address, one) for one in _NAMES]
            shared = [PostgresDatabase(SecretStr(one)) for one in addresses]
            settings = [{"FJ_DATABASE_URL": one} for one in addresses]
            rows += await _compare(api, "PostgreSQL", shared, settings)
    return rows


async def _compare(
    api: str, engine: str, databases: Sequence[Database], settings: list[dict[str, str]]
) -> list[Row]:
    """Args: `databases`: an empty one, and two to fill; `settings` for a server on each."""
    _, full, expired = databases
    await _fill(full, expires_at=time.time() + _DAY)
    await _fill(expired, expires_at=time.time())
    with ExitStack() as servers:
        served = [servers.enter_context(signing_in(api, **one)) for one in settings]
        subjects = [partial(_seconds_to_sign_in, one.port) for one in served]
        without, with_many, removing = await in_turn(subjects, _ROUNDS, warm_up=2)
    what = f"A sign-in with {MAX_CLIENTS:,} clients and {_TOKENS:,} tokens"
    return [
        ratio_row(f"{what}, against none, {engine}", with_many, without, 1.25),
        ratio_row(f"{what} expired, against none, {engine}", removing, without, 3.0),
    ]


async def _seconds_to_sign_in(port: int) -> float:
    started = perf_counter()
    await sign_in_once(port, KEY)
    return perf_counter() - started


async def _fill(database: Database, expires_at: float) -> None:
    """Add clients, what users have allowed them, and tokens."""
    for table, records in _records(expires_at).items():
        rows = [asdict(record) for record in records]
        for start in range(0, len(rows), _AT_ONCE):
            await database.transact(
                "bench", partial(_insert, table, rows[start : start + _AT_ONCE])
            )
    await database.close()


def _insert(table: Table, rows: list[dict[str, object]], connection: Connection) -> None:
    connection.execute(insert(table), rows)


def _records(expires_at: float) -> dict[Table, Iterator[Struct]]:
    now = time.time()
    metadata = '{"client_name": "An app", "redirect_uris": ["https://app.example.com/callback"]}'
    scopes = "sourcing:read sourcing:spend sourcing:contacts"
    return {
        clients: (
            Client(digest(f"client {one}"), metadata, None, now, now if one % 2 else None)
            for one in range(MAX_CLIENTS)
        ),
        grants: (
            Grant(
                grant_id=digest(f"grant {one}"),
                workspace=digest(f"workspace {one % 1_000}"),
                client_id=digest(f"client {one % MAX_CLIENTS}"),
                client_name="An app",
                place="app.example.com",
                browser=digest(f"browser {one % 1_000}"),
                scopes=scopes,
                resource="http://localhost/mcp",
                sealed_key="sealed" * 20,
                created_at=now - _DAY,
                used_at=now,
            )
            for one in range(_GRANTS)
        ),
        tokens: (
            Token(
                digest(f"token {one}"),
                digest(f"grant {one % _GRANTS}"),
                "refresh",
                scopes,
                expires_at,
            )
            for one in range(_TOKENS)
        ),
    }


def _file_in(folder: Path) -> Path:
    return folder / LEDGER_FILE


def _new_database(address: str, name: str) -> str:
    """The address of a new database on a server."""
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return address.replace("/postgres?", f"/{name}?")
