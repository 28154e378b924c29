"""Opening the record of purchases that the settings name, and finding its file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from fj_mcp.ledger.errors import LedgerBroken
from fj_mcp.settings.settings import NO_HOME, STATE_DIR, Settings, own_folder
from fj_mcp.workspace.record import LocalRecord, Record

LEDGER_FILE = "purchases.sqlite3"


@asynccontextmanager
async def open_record(settings: Settings) -> AsyncIterator[Record]:
    """Where these settings put what is remembered. Nothing is opened before it is needed."""
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
    """Write and read. Raises `LedgerBroken` if purchases cannot be remembered."""
    await record.storage("check").check()


def ledger_path(settings: Settings) -> Path | None:
    """The file that remembers purchases; None for the sandbox, whose sessions end with it.

    Raises:
        LedgerBroken: if nothing says where it should be.
    """
    if settings.sandbox:
        return None
    folder = settings.state_dir or own_folder("user_state_path")
    if folder is None:
        raise LedgerBroken("its usual place", f"{STATE_DIR} {NO_HOME}.")
    return folder / LEDGER_FILE
