"""Time from spawning the server to its list of tools and to its first call, against a bare one."""

import sys
from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from bench.bare_environment import bare_python
from bench.calls import search
from bench.loopback import sandbox_apart, server_on
from bench.stdio_servers import bare_server, our_server, process, talking
from bench.table import Row
from bench.timing import in_turn, ratio_row

_ROUNDS = 20


async def startup() -> list[Row]:
    """Start-up with the sandbox, and with a key."""
    with (
        sandbox_apart(match_seconds=0) as api,
        TemporaryDirectory() as folder,
        bare_python() as python,
    ):
        commands = (
            process(sys.executable, "fj_mcp", "--sandbox"),
            our_server(api, folder),
            bare_server(python, api),
        )
        sandbox, keyed, bare = await in_turn(
            [partial(seconds_to_tools, command) for command in commands], _ROUNDS, warm_up=1
        )
    what = "Spawn to tools/list, stdio"
    return [
        ratio_row(f"{what}, --sandbox", sandbox, bare, 1.1),
        ratio_row(f"{what}, with a key", keyed, bare, 1.1),
    ]


async def first_call() -> list[Row]:
    """The first call of a new process, made as soon as the list of tools is there."""
    with (
        sandbox_apart(match_seconds=0) as api,
        TemporaryDirectory() as folder,
        bare_python() as python,
    ):
        async with server_on(api) as client:
            session_id = await search(client)
        servers = (our_server(api, folder), bare_server(python, api))
        ours, bare = await in_turn(
            [partial(_seconds_of_first_call, server, session_id) for server in servers],
            _ROUNDS,
            warm_up=1,
        )
    return [ratio_row("First get_session call after tools/list, stdio", ours, bare, 1.1)]


async def seconds_to_tools(server: StdioServerParameters) -> float:
    """From spawning the server to its list of tools."""
    started = perf_counter()
    async with Client(server, mode="legacy") as client:
        await client.list_tools()
        return perf_counter() - started


async def _seconds_of_first_call(server: StdioServerParameters, session_id: str) -> float:
    async with talking(server) as conversation:
        await conversation.list_tools()
        started = perf_counter()
        await conversation.call("get_session", session_id=session_id)
        return perf_counter() - started
