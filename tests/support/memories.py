"""What servers under test remember, read from outside."""

import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.settings.settings import SANDBOX_KEY
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import Assistant, connected, search_for
from tests.support.ledgers import table_of

_ORDERS = {
    "searches": "first_at",
    "search_changes": "id",
    "people": "touched_at, person",
    "reviews": "id",
    "reveals": "at, person",
    "sightings": "first_at, person",
    "bans": "at, person",
}
TABLES = tuple(_ORDERS)

DAY = 86_400
"""In seconds."""

Row = dict[str, Any]


@asynccontextmanager
async def remembering(api: Sandbox, folder: Path, **options: Any) -> AsyncIterator[Assistant]:
    """An assistant whose server keeps its memory in `folder`, as a real one does."""
    real: dict[str, Any] = {"sandbox": False, "api_key": SANDBOX_KEY, "state_dir": folder}
    async with connected(api, **real | options) as assistant:
        yield assistant


async def search(assistant: Assistant, title: str = "Pune .NET") -> tuple[str, list[str]]:
    """The session and the candidates, best first, of a search that finds the same people."""
    started = await assistant.call("create_sourcing_session", **search_for(title))
    session_id: str = started["session_id"]
    await assistant.call("wait_for_session", session_id=session_id)
    return session_id, await listed(assistant, session_id=session_id)


async def review(
    assistant: Assistant, session_id: str, candidate_ids: list[str], **change: Any
) -> dict[str, Any]:
    """Record a decision, an outreach or a note about candidates of a session."""
    return await assistant.call(
        "review_candidates", session_id=session_id, candidate_ids=candidate_ids, **change
    )


async def listed(assistant: Assistant, **arguments: Any) -> list[str]:
    """The candidates on the first page of a list."""
    page = await assistant.call("list_profiles", limit=50, **arguments)
    return [card["candidate_id"] for card in page["candidates"]]


async def card(assistant: Assistant, session_id: str, candidate_id: str) -> dict[str, Any]:
    """One candidate as every list shows them."""
    page = await assistant.call(
        "list_profiles", session_id=session_id, candidate_ids=[candidate_id]
    )
    (only,) = page["candidates"]
    assert isinstance(only, dict)
    return only


def remembered(folder: Path, table: str) -> list[Row]:
    """The rows of a table of the memory, the oldest first."""
    return table_of(folder, table, _ORDERS[table])


def execute(folder: Path, statement: str, rows: Iterable[tuple[Any, ...]] = ((),)) -> None:
    """Run a statement on the database, once for each row of parameters."""
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as connection, connection:
        connection.executemany(statement, rows)


def bytes_of(folder: Path) -> bytes:
    """Everything in the database's files, the log too."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{LEDGER_FILE}*")))
