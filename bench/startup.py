"""Time from spawning the server to its list of tools, against a minimal SDK server."""

import sys
from functools import partial
from pathlib import Path
from time import perf_counter

from mcp import Client
from mcp.client.stdio import StdioServerParameters

from bench.table import Row
from bench.timing import in_turn, ratio_row

_HERE = Path(__file__).parent.parent
_ROUNDS = 20


async def startup() -> list[Row]:
    """Start-up with and without the sandbox."""
    commands = (("fj_mcp", "--sandbox"), ("fj_mcp",), ("bench.bare_server",))
    sandbox, plain, bare = await in_turn(
        [partial(_seconds_to_tools, command) for command in commands], _ROUNDS, warm_up=1
    )
    what = "Spawn to tools/list, stdio"
    return [
        ratio_row(f"{what}, --sandbox", sandbox, bare, 1.15),
        ratio_row(f"{what}, no settings", plain, bare, 1.15),
    ]


async def _seconds_to_tools(command: tuple[str, ...]) -> float:
    server = StdioServerParameters(command=sys.executable, args=["-m", *command], cwd=_HERE)
    started = perf_counter()
    async with Client(server, mode="legacy") as client:
        await client.list_tools()
        return perf_counter() - started
