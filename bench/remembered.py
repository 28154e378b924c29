"""A memory of many people, written into a database from outside."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from fj_mcp.workspace.open_storage import LEDGER_FILE

REMEMBERED = 100_000
_A_SEARCH = 500
"""Remembered people found by one search."""

_COLUMNS = {
    "sightings": ("workspace", "person", "session_id", "first_at", "last_at"),
    "people": ("workspace", "person", "identity", "name", "touched_at"),
}
_LISTED = "SELECT person FROM sightings"


def remember_in_file(folder: Path, workspace: str) -> None:
    """Write people of other searches into the memory, and the listed ones as seen there."""
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as file, file:
        listed = [row[0] for row in file.execute(_LISTED)]
        for table, rows in _rows(workspace, listed).items():
            columns = _COLUMNS[table]
            places = ", ".join("?" * len(columns))
            file.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def remember_in_postgres(address: str, workspace: str) -> None:
    """Do the same in PostgreSQL."""
    with psycopg.connect(address, autocommit=True) as server:
        listed = [row[0] for row in server.execute(_LISTED)]
        for table, rows in _rows(workspace, listed).items():
            columns = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS[table]))
            copying = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
            with server.cursor() as cursor, cursor.copy(copying) as copy:
                for row in rows:
                    copy.write_row(row)
        server.execute("ANALYZE")


def _rows(workspace: str, listed: list[str]) -> dict[str, Iterator[tuple[Any, ...]]]:
    now = time.time()
    persons = [*listed, *(f"{number:032x}" for number in range(REMEMBERED - len(listed)))]
    return {
        "sightings": (
            (workspace, person, f"{number // _A_SEARCH:024x}", now, now)
            for number, person in enumerate(persons)
        ),
        "people": ((workspace, person, f"in/{person}", "Somebody", now) for person in persons),
    }
