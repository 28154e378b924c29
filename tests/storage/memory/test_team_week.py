"""The recruiter's week of a team: two machines and one PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from tests.support.assistant import Caller
from tests.support.balancers import balancer, somebody
from tests.support.ledgers import PostgresServer, everything_in, postgres_server
from tests.support.processes import Api, HttpServer, http_process
from tests.support.recruiter_week import Office, live_a_recruiters_week

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured, pytest.mark.xdist_group("shared-memory")]


class Machine:
    """A machine on which one server runs, and is started again after its end."""

    def __init__(self, folder: Path, postgres: PostgresServer, api: Api) -> None:
        self._folder = folder
        self._api = api
        self._settings = {
            "FJ_DATABASE_URL": postgres.address,
            "FJ_STATE_KEY": "k" * 32,
            "FJ_CONFIRM_SPEND": "off",
            "FJ_LOG_LEVEL": "INFO",
        }
        self._running = ExitStack()
        self.logs: list[str] = []
        self.server: HttpServer

    def start(self) -> None:
        """Start the server."""
        folder = self._folder / str(len(self.logs))
        folder.mkdir(parents=True)
        process = http_process(folder, api=self._api, measured=False, **self._settings)
        self.server = self._running.enter_context(process)

    def kill(self) -> None:
        """Kill the server (SIGKILL)."""
        self.server.process.kill()
        self.server.process.wait()
        self.stop()

    def stop(self) -> None:
        """End the server."""
        self._running.close()
        self.logs.append(self.server.log())


async def test_a_week_on_two_machines_of_which_one_is_killed(
    api: Api, key: str, tmp_path: Path
) -> None:
    with postgres_server() as postgres, ExitStack() as stopping:
        machines = [Machine(tmp_path / name, postgres, api) for name in ("one", "two")]
        for machine in machines:
            machine.start()
            stopping.callback(machine.stop)
        days = 0

        @asynccontextmanager
        async def day() -> AsyncIterator[Caller]:
            nonlocal days
            days += 1
            if days == 2:
                machines[0].start()
            with balancer() as front:
                front.serve(*(one.server for one in machines))
                async with somebody(f"{front.url}/mcp", key) as client:
                    yield Caller(client)

        async def one_is_killed() -> None:
            machines[0].kill()

        await live_a_recruiters_week(
            Office(
                day=day,
                charges=lambda: len(api.charges(key)),
                stored=lambda: everything_in(postgres),
                incident=one_is_killed,
            )
        )
    (killed, restarted), (other,) = (one.logs for one in machines)
    for log in (killed, restarted, other):
        assert "review_candidates" in log or "list_profiles" in log
