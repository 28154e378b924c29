"""Exports a whole session, then prints the time and the peak memory of this process."""

import sys
from tempfile import TemporaryDirectory
from time import perf_counter

import anyio
from mcp import Client

from bench.calls import call
from bench.weighed_server import peak_bytes
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings


async def main(people: int) -> None:
    sandbox = Sandbox(match_seconds=0, first_batch=people)
    with TemporaryDirectory() as folder:
        settings = Settings.model_validate(
            {"sandbox": True, "state_dir": folder, "export_dir": folder}
        )
        async with Client(build_server(settings, sandbox.transport)) as client:
            filters = {"skills": {"secondary": ["SQL", "Communication", "Excel", "Python"]}}
            started_session = await call(
                client, "create_sourcing_session", title="Bench", filters=filters
            )
            started = perf_counter()
            exported = await call(
                client, "export_profiles", session_id=started_session["session_id"]
            )
            taken = perf_counter() - started
    print(f"exported {exported['rows']} in {taken} seconds, peak {peak_bytes()} bytes")


if __name__ == "__main__":
    anyio.run(main, int(sys.argv[1]))
