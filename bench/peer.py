"""What the same API costs through FastMCP's `from_openapi`."""

import subprocess
from functools import partial
from tempfile import TemporaryDirectory

from mcp import Client

from bench.bare_environment import python_with
from bench.calls import search
from bench.loopback import sandbox_apart
from bench.one_call import seconds_to_session
from bench.startup import seconds_to_tools
from bench.stdio_servers import our_server, process
from bench.table import Row, reported
from bench.timing import in_turn, ratio

_PACKAGE = "fastmcp"
_STARTS = 5
_CALLS = 100
_CARDS = 20


async def peer() -> list[Row]:
    """Start-up, a call, and the size of a page of candidates."""
    what = f"{_PACKAGE}, from_openapi"
    try:
        with python_with(_PACKAGE, "httpx") as python, sandbox_apart(match_seconds=0) as api:
            return await _rows(what, python, api)
    except subprocess.CalledProcessError:
        return [reported(what, "skipped: the package cannot be installed here")]


async def _rows(what: str, python: str, api: str) -> list[Row]:
    with TemporaryDirectory() as folder:
        servers = (our_server(api, folder), process(python, "bench.peer_server", api))
        our_starts, its_starts = await in_turn(
            [partial(seconds_to_tools, server) for server in servers], _STARTS, warm_up=1
        )
        async with (
            Client(servers[0], mode="legacy") as ours,
            Client(servers[1], mode="legacy") as its,
        ):
            session_id = await search(ours)
            our_calls, its_calls = await in_turn(
                [partial(seconds_to_session, one, session_id) for one in (ours, its)],
                _CALLS,
                warm_up=10,
            )
            our_bytes, its_bytes = [await _page_bytes(one, session_id) for one in (ours, its)]
    return [
        reported(f"{what}: spawn to tools/list, ours", ratio(our_starts, its_starts)),
        reported(f"{what}: one get_session call, ours", ratio(our_calls, its_calls)),
        reported(
            f"{what}: {_CARDS} candidates, text of ours",
            f"{our_bytes:,} bytes against {its_bytes:,}",
        ),
    ]


async def _page_bytes(client: Client, session_id: str) -> int:
    """The size of the text of a page of candidates."""
    page = {"session_id": session_id, "limit": _CARDS}
    result = await client.call_tool("list_profiles", page)
    if result.is_error:
        raise RuntimeError(f"list_profiles failed: {result.content}")
    return sum(len(getattr(item, "text", "").encode()) for item in result.content)
