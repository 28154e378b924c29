"""One `get_session` call, against a bare tool that sends the same request."""

import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from bench.bare_environment import bare_python
from bench.bare_session_server import KEY
from bench.calls import call, search
from bench.loopback import sandbox_apart
from bench.table import Row
from bench.timing import in_turn, ratio_row

_HERE = Path(__file__).parent.parent
_ROUNDS = 400


async def one_call() -> list[Row]:
    """The time of a call over stdio to a separate process, for both servers."""
    with sandbox_apart(match_seconds=0) as api, TemporaryDirectory() as folder:
        settings = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": api, "FJ_STATE_DIR": folder}
        with bare_python() as python:
            async with (
                Client(_server(sys.executable, "fj_mcp", **settings), mode="legacy") as ours,
                Client(_server(python, "bench.bare_session_server", api), mode="legacy") as bare,
            ):
                session_id = await search(ours)
                subjects = [partial(_seconds_to_session, one, session_id) for one in (ours, bare)]
                our_seconds, bare_seconds = await in_turn(subjects, _ROUNDS, warm_up=40)
    what = "One get_session call over stdio, API on loopback"
    return [ratio_row(what, our_seconds, bare_seconds, 1.25)]


def _server(python: str, module: str, *arguments: str, **settings: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=python, args=["-m", module, *arguments], cwd=_HERE, env=settings
    )


async def _seconds_to_session(client: Client, session_id: str) -> float:
    started = perf_counter()
    await call(client, "get_session", session_id=session_id)
    return perf_counter() - started
