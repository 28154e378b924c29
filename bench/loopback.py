"""The sandbox API in a separate process on loopback, and clients connected to it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mcp import Client
from pydantic import SecretStr

from bench.bare_session_server import KEY
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.server import serve
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings


@contextmanager
def sandbox_apart(**options: Any) -> Iterator[str]:
    """The base address of a sandbox with these options, for the duration of the context."""
    processes = get_context("spawn")
    ports, announced = processes.Pipe(duplex=False)
    process = processes.Process(target=_serve, args=(options, announced), daemon=True)
    process.start()
    announced.close()
    try:
        yield f"http://127.0.0.1:{ports.recv()}/api/v1/wl"
    finally:
        process.terminate()
        process.join()


def _serve(options: dict[str, Any], announced: "Connection[int, int]") -> None:
    serve(0, Sandbox(rate_limit=1_000_000, **options), announced.send)


@asynccontextmanager
async def server_on(api: str) -> AsyncIterator[Client]:
    """A client of a new server on the API at `api`, after the usual handshake."""
    with TemporaryDirectory() as folder:
        settings = Settings(api_key=SecretStr(KEY), api_base_url=api, state_dir=Path(folder))
        async with Client(build_server(settings), mode="legacy") as client:
            yield client
