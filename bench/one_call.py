"""One `get_session` call, against a bare tool that sends the same request."""

from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter

from mcp import Client

from bench.bare_environment import bare_python
from bench.calls import call, search
from bench.loopback import sandbox_apart
from bench.stdio_servers import bare_server, our_server
from bench.table import Row
from bench.timing import in_turn, ratio_row

_ROUNDS = 400
_PAIRS = 5
"""Processes of each, because a call of one takes up to a tenth longer than that of another."""


async def one_call() -> list[Row]:
    """The time of a call over stdio to a separate process, for both servers."""
    with (
        sandbox_apart(match_seconds=0) as api,
        TemporaryDirectory() as folder,
        bare_python() as python,
    ):
        our_seconds: list[float] = []
        bare_seconds: list[float] = []
        for _ in range(_PAIRS):
            async with (
                Client(our_server(api, folder), mode="legacy") as ours,
                Client(bare_server(python, api), mode="legacy") as bare,
            ):
                session_id = await search(ours)
                subjects = [partial(seconds_to_session, one, session_id) for one in (ours, bare)]
                of_ours, of_bare = await in_turn(subjects, _ROUNDS, warm_up=40)
                our_seconds += of_ours
                bare_seconds += of_bare
    what = "One get_session call over stdio, API on loopback"
    return [ratio_row(what, our_seconds, bare_seconds, 0.95)]


async def seconds_to_session(client: Client, session_id: str) -> float:
    """The time of one call."""
    started = perf_counter()
    await call(client, "get_session", session_id=session_id)
    return perf_counter() - started
