"""Open the database that the settings name, and find its file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from fj_mcp.settings.settings import NO_HOME, STATE_DIR, Settings, own_folder
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.database.postgres import PostgresDatabase
from fj_mcp.storage.database.sqlite import SqliteDatabase
from fj_mcp.storage.errors import StorageUnavailable

LEDGER_FILE = "purchases.sqlite3"


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database that these settings name. Files and connections are opened on first use."""
    database = _database(settings)
    try:
        yield database
    finally:
        with anyio.CancelScope(shield=True):
            await database.close()


def _database(settings: Settings) -> Database:
    if settings.database_url is None or settings.sandbox:
        return SqliteDatabase(lambda: ledger_path(settings))
    return PostgresDatabase(settings.database_url)


def ledger_path(settings: Settings) -> Path | None:
    """The file of the database; None for the sandbox, whose sessions end with the process.

    Raises:
        StorageUnavailable: if there is neither a setting nor a home folder for it.
    """
    if settings.sandbox:
        return None
    folder = settings.state_dir or own_folder("user_state_path")
    if folder is None:
        raise StorageUnavailable("its usual place", f"{STATE_DIR} {NO_HOME}.")
    return folder / LEDGER_FILE
