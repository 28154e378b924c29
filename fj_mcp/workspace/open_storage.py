"""Open the record of purchases that the settings name, and find its file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from fj_mcp.settings.settings import NO_HOME, STATE_DIR, Settings, own_folder
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.workspace.record import LocalRecord, Record

LEDGER_FILE = "purchases.sqlite3"


@asynccontextmanager
async def open_record(settings: Settings) -> AsyncIterator[Record]:
    """The record that these settings name. Files and connections are opened on first use."""
    record: Record
    if settings.ledger_url is None or settings.sandbox:
        record = LocalRecord(lambda: ledger_path(settings))
    else:
        from fj_mcp.workspace.replicas import Replicas

        record = Replicas(settings.ledger_url)
    try:
        yield record
    finally:
        with anyio.CancelScope(shield=True):
            await record.close()


async def check_record(record: Record) -> None:
    """Write and read. Raises `StorageUnavailable` if purchases cannot be recorded."""
    await record.storage("check").check()


def ledger_path(settings: Settings) -> Path | None:
    """The file of the record; None for the sandbox, whose sessions end with the process.

    Raises:
        StorageUnavailable: if there is neither a setting nor a home folder for it.
    """
    if settings.sandbox:
        return None
    folder = settings.state_dir or own_folder("user_state_path")
    if folder is None:
        raise StorageUnavailable("its usual place", f"{STATE_DIR} {NO_HOME}.")
    return folder / LEDGER_FILE
