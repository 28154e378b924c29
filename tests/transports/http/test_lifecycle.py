"""Server processes over HTTP: replicas, workers, other process managers, and shutdown."""

import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from tests.support.assistant import ERAS, search_for
from tests.support.conditions import until
from tests.support.http_messages import SEARCH, call, message, modern, post_modern, tool_call
from tests.support.processes import CLEAN, Api, HttpServer, http_process, states, workers_of
from tests.support.span_collector import collecting

pytestmark = [pytest.mark.unmeasured, pytest.mark.anyio, pytest.mark.xdist_group("http-lifecycle")]


linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="workers are read from /proc")

SPEEDS = ("quick", "slow")


def asked_and_answered(asking: HttpServer, answered: HttpServer, key: str, title: str) -> str:
    """Buy a session: one replica asks for consent, another gets the answer."""
    wish = tool_call("create_sourcing_session", **search_for(title))
    body = modern("tools/call", wish, elicitation={})
    asked = post_modern(asking, body, key)["result"]
    (question,) = asked["inputRequests"]
    body["params"]["requestState"] = asked["requestState"]
    answer = {"action": "accept", "content": {"approve": True}}
    body["params"]["inputResponses"] = {question: answer}
    assert post_modern(answered, body, "fjk_thief")["error"]["code"] == -32602
    session_id: str = post_modern(answered, body, key)["result"]["structuredContent"]["session_id"]
    return session_id


def test_a_question_of_one_replica_is_answered_to_another(tmp_path: Path, api: Api) -> None:
    key = "fjk_replicas"
    with (
        http_process(tmp_path, api=api, FJ_STATE_KEY="k" * 32) as one,
        http_process(tmp_path, api=api, FJ_STATE_KEY="k" * 32) as two,
    ):
        session_id = asked_and_answered(one, two, key, "Replicas")
    assert api.charges(key) == [session_id]
    assert api.charges("fjk_thief") == []


def test_several_workers_serve_one_address_and_end_together(tmp_path: Path, api: Api) -> None:
    key = "fjk_workers"
    with (
        collecting() as collector,
        http_process(tmp_path, "--workers", "2", api=api, **collector.variables) as server,
    ):
        # Each request may come to either.
        bought = [asked_and_answered(server, server, key, f"Worker {n}") for n in range(5)]
        server.end()
        # A worker ends by a signal, and what it watched last has left before.
        assert len(collector.spans("FutureJobs create_session")) == len(bought)
    assert api.charges(key) == bought


@linux
def test_a_server_ends_although_a_worker_hangs(tmp_path: Path) -> None:
    with http_process(tmp_path, "--workers", "2", measured=False) as server:
        until(lambda: len(workers_of(server)) == 2)
        os.kill(workers_of(server)[0], signal.SIGSTOP)
        server.end()


@linux
def test_a_server_ends_while_a_worker_takes_the_place_of_a_dead_one(tmp_path: Path) -> None:
    with http_process(tmp_path, "--workers", "2", measured=False) as server:
        until(lambda: len(workers_of(server)) == 2)
        dead, other = workers_of(server)
        os.kill(dead, signal.SIGKILL)
        # The new one hangs before its first response, for which the parent process waits.
        (new,) = until(lambda: {*workers_of(server)} - {dead, other})
        os.kill(new, signal.SIGSTOP)
        server.end()
    assert not any(Path(f"/proc/{pid}").exists() for pid in (new, other))


def test_the_app_runs_under_other_process_managers(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "fj_mcp.transports.http.app:create_app",
    ]
    process = subprocess.Popen(
        [*command, "--uds", str(tmp_path / "socket")],
        env=CLEAN | {"FJ_STATE_DIR": str(tmp_path), "FJ_SANDBOX": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: (tmp_path / "socket").exists() or None)
        transport = httpx.HTTPTransport(uds=str(tmp_path / "socket"))
        with httpx.Client(transport=transport, base_url="http://localhost") as http:
            assert http.get("/healthz").status_code == 200
            # Who is on the other end of this socket cannot be told.
            assert http.post("/mcp", json=message("tools/list")).status_code == 401
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)


# The end


async def test_what_is_in_flight_at_the_end_is_answered(tmp_path: Path, api: Api) -> None:
    told: dict[str, str] = {}

    async def buy(key: str, client: Client) -> None:
        try:
            told[key] = (await call(client, "create_sourcing_session", **SEARCH))["session_id"]
        except MCPError as ended:
            told[key] = ended.error.message

    with http_process(tmp_path, api=api) as server:
        async with AsyncExitStack() as clients:
            connected = [
                (key, await clients.enter_async_context(server.client(key, era)))
                for key, era in [(f"fjk_{speed}_{era}", era) for speed in SPEEDS for era in ERAS]
            ]
            for _, client in connected:
                # Else a client would ask for the tools once it has a result.
                await client.list_tools()
            async with anyio.create_task_group() as tasks:
                for pair, seconds in ((connected[:2], 2), (connected[2:], 30)):
                    sent = api.calls("create_session") + len(pair)
                    api.fail("create_session", "delay_after", seconds, times=len(pair))
                    for key, client in pair:
                        tasks.start_soon(buy, key, client)
                    arrived = partial(lambda count: api.calls("create_session") >= count, sent)
                    await anyio.to_thread.run_sync(until, arrived)
                await anyio.to_thread.run_sync(server.end)
    for era in ERAS:
        assert told[f"fjk_quick_{era}"] in api.charges(f"fjk_quick_{era}")
        assert "Call again with the same arguments" in told[f"fjk_slow_{era}"]
    assert sorted(states(tmp_path)) == ["charged", "charged", "unknown", "unknown"]
