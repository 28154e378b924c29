"""Servers as a client starts them on stdio: ours, and a bare one in an environment of its own."""

import sys
from pathlib import Path

from mcp.client.stdio import StdioServerParameters

from bench.bare_session_server import KEY

_HERE = Path(__file__).parent.parent


def our_server(api: str, folder: str) -> StdioServerParameters:
    """Our server on the API at `api`, with its record in `folder`."""
    settings = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": api, "FJ_STATE_DIR": folder}
    return process(sys.executable, "fj_mcp", **settings)


def bare_server(python: str, api: str) -> StdioServerParameters:
    """The bare server, run by the interpreter of `bare_environment`."""
    return process(python, "bench.bare_session_server", api)


def process(python: str, module: str, *arguments: str, **settings: str) -> StdioServerParameters:
    """`python -m module`, in this repository."""
    return StdioServerParameters(
        command=python, args=["-m", module, *arguments], cwd=_HERE, env=settings
    )
