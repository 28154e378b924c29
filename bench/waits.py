"""200 calls that wait for one session: the number of polls, and the delay of the last result."""

from time import time

import anyio
from mcp import Client

from bench.calls import search
from bench.table import Row, at_most
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings

_WAITS = 200
_MATCH_SECONDS = 40
# Longer than the defaults, so that one wait covers all of the matching.
_SETTINGS = Settings(sandbox=True, max_wait_seconds=50, call_deadline_seconds=60)


async def waits() -> list[Row]:
    """In real time, because polling intervals are measured."""
    sandbox = Sandbox(match_seconds=_MATCH_SECONDS)
    ended: list[float] = []
    reports = 0

    async def count_report(progress: float, total: float | None, message: str | None) -> None:
        nonlocal reports
        reports += 1

    async def wait(client: Client, session_id: str) -> None:
        result = await client.call_tool(
            "wait_for_session", {"session_id": session_id}, progress_callback=count_report
        )
        ended.append(time())
        if (result.structured_content or {}).get("status") != "done":
            raise RuntimeError(f"a wait ended before the search was done: {result.content}")

    server = build_server(_SETTINGS, sandbox.transport)
    async with Client(server, mode="legacy") as client:
        session_id = await search(client)
        (batch,) = sandbox.sessions[session_id].batches
        async with anyio.create_task_group() as tasks:
            for _ in range(_WAITS):
                tasks.start_soon(wait, client, session_id)
    polls = sum(call.operation == "get_session" for call in sandbox.calls)
    late = max(ended) - (batch.started + batch.seconds)
    what = f"{_WAITS} waits for one session"
    return [
        at_most(f"{what}, polls in {_MATCH_SECONDS} s of matching", polls, 15),
        at_most(f"{what}, done to the last result", late, 5.5, "{:.1f} s", f"{reports:,} reports"),
    ]
