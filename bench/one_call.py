"""One `get_session` call, against a bare tool that sends the same request."""

from functools import partial
from time import perf_counter
from typing import Any

import httpx
from mcp import Client
from mcp.server import MCPServer

from bench.calls import call, search
from bench.loopback import bare_http, sandbox_apart, server_on
from bench.table import Row
from bench.timing import in_turn, ratio_row

_ROUNDS = 400


async def one_call() -> list[Row]:
    """The time of a call through a connected client, the same for both."""
    with sandbox_apart(match_seconds=0) as api:
        async with (
            server_on(api) as ours,
            bare_http(api) as http,
            Client(bare_server(http), mode="legacy") as bare,
        ):
            session_id = await search(ours)
            subjects = [partial(_seconds_to_session, one, session_id) for one in (ours, bare)]
            our_seconds, bare_seconds = await in_turn(subjects, _ROUNDS, warm_up=40)
    what = "One get_session call, API on loopback"
    return [ratio_row(what, our_seconds, bare_seconds, 1.25)]


def bare_server(http: httpx.AsyncClient) -> MCPServer:
    """A server with one tool, which sends the request that ours sends."""
    server = MCPServer("bare", log_level="WARNING")

    @server.tool()
    async def get_session(session_id: str) -> dict[str, Any]:
        """Look up one session."""
        answer = await http.get(f"/sourcing-session/{session_id}")
        answer.raise_for_status()
        session: dict[str, Any] = answer.json()["data"]["session"]
        return session

    return server


async def _seconds_to_session(client: Client, session_id: str) -> float:
    started = perf_counter()
    await call(client, "get_session", session_id=session_id)
    return perf_counter() - started
