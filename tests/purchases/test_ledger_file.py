"""One ledger shared by processes that open, close, lock, delete or replace it."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import httpx
import pytest
from mcp import Client

from fj_mcp.settings.settings import Settings
from fj_mcp.transports.http.tenants import IDLE_SECONDS, Tenants
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import ERAS, search_for, small_sandbox
from tests.support.clocks import AlarmClock
from tests.support.conditions import until
from tests.support.ledgers import on_a_file
from tests.support.processes import (
    CLEAN,
    Api,
    HttpServer,
    facts_of,
    http_process,
    measuring,
    purchases,
    states,
    stdio_process,
    workers_of,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("ledger file"), pytest.mark.unmeasured]

linux = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="locks are read from /proc")

SHARED_LOCK = 0x40000000 + 2
"""The offset of SQLite's lock bytes in an open database: the pending byte and two more."""


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments)
    facts: dict[str, Any] = answer.structured_content or {"refused": answer.content[0].text}  # type: ignore[union-attr]
    return facts


def locks(process: int, file: Path) -> list[str]:
    """The locks of a process on a file, as the system lists them."""
    inode = str(file.stat().st_ino)
    lines = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return [
        " ".join(line[-5:])
        for line in lines
        if line[1] == "POSIX" and line[-4] == str(process) and line[-3].endswith(f":{inode}")
    ]


def open_files(process: int) -> list[str]:
    """The names of a process's open files."""
    folder = Path(f"/proc/{process}/fd")
    return [str(entry.readlink()) for entry in folder.iterdir()]


def examine(api: Api, key: str, state: Path) -> None:
    """Run the doctor, which opens the ledger and closes it."""
    settings = {"FJ_API_KEY": key, "FJ_API_BASE_URL": api.address, "FJ_STATE_DIR": str(state)}
    subprocess.run(
        [sys.executable, "-m", "fj_mcp", "doctor"],
        env=CLEAN | settings,
        capture_output=True,
        timeout=60,
        check=True,
    )


@contextmanager
def held(state: Path) -> Iterator[None]:
    """The file held by another process, as one that is stopped in a transaction holds it."""
    program = (
        "import sqlite3, sys\n"
        "other = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "other.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", program, str(state / LEDGER_FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"held\n"
            yield
        finally:
            process.kill()


@on_a_file
@linux
async def test_a_server_keeps_its_lock_whatever_keys_checks_and_doctors_come_and_go(
    api: Api, key: str, tmp_path: Path
) -> None:
    with http_process(tmp_path, api=api) as server:
        async with server.client(key, ERAS[1]) as client:
            await call(client, "create_sourcing_session", **search_for("one"))
            before = locks(server.process.pid, tmp_path / LEDGER_FILE)
            assert any(str(SHARED_LOCK) in lock for lock in before)
            async with httpx.AsyncClient(trust_env=False) as http:
                assert (await http.get(f"{server.root}/readyz")).status_code == 200
            async with server.client(f"{key}_other", ERAS[1]) as other:
                await call(other, "get_spending")
            assert locks(server.process.pid, tmp_path / LEDGER_FILE) == before

            examine(api, key, tmp_path)
            with stdio_process(api, key, tmp_path) as assistant:
                assistant.call("get_spending")
                assistant.hang_up()
                assert assistant.process.wait(timeout=10) == 0
            opened = open_files(server.process.pid)
            assert str(tmp_path / f"{LEDGER_FILE}-wal") in opened
            assert not [name for name in opened if "(deleted)" in name and LEDGER_FILE in name]

            bought = await call(client, "create_sourcing_session", **search_for("two"))
        with stdio_process(api, key, tmp_path) as assistant:
            again = assistant.call("create_sourcing_session", **search_for("two"))
            assert again["session_id"] == bought["session_id"]
            assert len(assistant.call("get_spending")["purchases"]) == 2
    assert len(api.charges(key)) == 2


@linux
async def test_a_budget_holds_over_three_workers_and_two_hundred_calls(
    api: Api, key: str, tmp_path: Path
) -> None:
    spent: set[str] = set()
    with http_process(
        tmp_path, "--workers", "3", api=api, measured=False, FJ_CREDIT_BUDGET="40"
    ) as server:

        async def buy(client: Client, number: int) -> None:
            # Some twenty searches, most of them asked for many times.
            facts = await call(
                client, "create_sourcing_session", **search_for(f"Search {number % 20}")
            )
            if "session_id" in facts:
                spent.add(facts["session_id"])
            if number % 7 == 0:
                async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
                    await http.get(f"{server.root}/readyz")

        for era in ERAS:
            async with server.client(key, era) as client, anyio.create_task_group() as tasks:
                for number in range(100):
                    tasks.start_soon(buy, client, number)
            # A worker that is restarted, another key and a doctor open the database, and close it.
            os.kill(workers_of(server)[0], signal.SIGKILL)
            async with server.client(f"{key}_other", era) as other:
                await call(other, "get_spending")
            await anyio.to_thread.run_sync(examine, api, key, tmp_path)
    assert len(api.charges(key)) == 8
    assert spent == set(api.charges(key))


@on_a_file
@linux
async def test_forgetting_a_key_leaves_the_database_open_for_the_others(tmp_path: Path) -> None:
    file = tmp_path / LEDGER_FILE
    clock = AlarmClock()
    served = Tenants(Settings(state_dir=tmp_path), small_sandbox().transport, clock)
    async with served.open():
        with served.tenant("fjk_stays") as stays, served.tenant("fjk_goes") as goes:
            for workspace in (stays, goes):
                assert await workspace.connection.checkout.ledger.newest(1) == []
        before = locks(os.getpid(), file), Path(f"{file}-wal").stat().st_ino
        assert any(str(SHARED_LOCK) in lock for lock in before[0])
        with stays:
            await clock.forward(IDLE_SECONDS + 60)
            with served.tenant("fjk_goes") as anew:
                assert anew is not goes
            with served.tenant("fjk_stays") as same:
                assert same is stays
        assert (locks(os.getpid(), file), Path(f"{file}-wal").stat().st_ino) == before


@on_a_file
@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files from being deleted")
@pytest.mark.parametrize(
    "harm",
    [
        "delete the file",
        "delete everything",
        "delete the folder",
        "delete the log",
        "delete the index",
        "put an older one in its place",
        "put an empty one in its place",
        "cut it to nothing",
    ],
)
def test_replacing_the_file_while_a_server_runs_loses_no_purchase(
    api: Api, key: str, tmp_path: Path, harm: str
) -> None:
    state = tmp_path / "state"
    file = state / LEDGER_FILE
    settings = {"FJ_CREDIT_BUDGET": "12", **measuring()}
    with stdio_process(api, key, state, **settings) as server:
        server.call("get_spending")
        with (
            closing(sqlite3.connect(file)) as other,
            closing(sqlite3.connect(tmp_path / "older")) as copy,
        ):
            other.backup(copy)
        one = server.call("create_sourcing_session", **search_for("one"))["session_id"]
        harmed: dict[str, Callable[[], object]] = {
            "delete the file": file.unlink,
            "delete everything": lambda: list(map(Path.unlink, state.iterdir())),
            "delete the folder": lambda: shutil.rmtree(state),
            "delete the log": Path(f"{file}-wal").unlink,
            "delete the index": Path(f"{file}-shm").unlink,
            "put an older one in its place": lambda: (tmp_path / "older").replace(file),
            "put an empty one in its place": lambda: _replace(file, b""),
            "cut it to nothing": lambda: os.truncate(file, 0),
        }
        harmed[harm]()
        two = server.call("create_sourcing_session", **search_for("two"))["session_id"]
        assert "budget" in server.refusal("create_sourcing_session", **search_for("three")).lower()
    with stdio_process(api, key, state, **settings) as server:
        for title, session_id in (("one", one), ("two", two)):
            found = server.call("create_sourcing_session", **search_for(title))
            assert found["session_id"] == session_id
            assert found["already_existed"] is True
        assert server.call("get_spending")["spent_today"] == 10
        assert server.refusal("create_sourcing_session", **search_for("three"))
    assert api.charges(key) == [one, two]


def _replace(file: Path, content: bytes) -> None:
    other = file.with_name("other")
    other.write_bytes(content)
    other.replace(file)


@on_a_file
@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps open files from being deleted")
def test_two_servers_share_one_new_file_after_theirs_was_deleted(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as one, stdio_process(api, key, tmp_path) as two:
        bought = one.call("create_sourcing_session", **search_for("one"))["session_id"]
        assert two.call("create_sourcing_session", **search_for("one"))["session_id"] == bought
        for path in tmp_path.glob(f"{LEDGER_FILE}*"):
            path.unlink()
        second = two.call("create_sourcing_session", **search_for("two"))["session_id"]
        assert one.call("create_sourcing_session", **search_for("two"))["session_id"] == second
        assert one.call("create_sourcing_session", **search_for("one"))["session_id"] == bought
        assert states(tmp_path) == ["charged", "charged"]
    assert api.charges(key) == [bought, second]


@on_a_file
def test_a_corrupt_file_is_rejected_and_left_unchanged(api: Api, key: str, tmp_path: Path) -> None:
    with stdio_process(api, key, tmp_path) as server:
        server.call("create_sourcing_session", **search_for("one"))
        for path in tmp_path.glob(f"{LEDGER_FILE}-*"):
            path.unlink()
        _replace(tmp_path / LEDGER_FILE, b"nonsense " * 5_000)
        text = server.refusal("create_sourcing_session", **search_for("two"))
        assert text.startswith("Nothing was sent or charged")
        assert str(tmp_path / LEDGER_FILE) in text
        assert server.call("list_sessions")["sessions"]
    assert (tmp_path / LEDGER_FILE).read_bytes() == b"nonsense " * 5_000
    assert len(api.charges(key)) == 1


@on_a_file
def test_an_outcome_whose_row_is_missing_is_added_again(api: Api, key: str, tmp_path: Path) -> None:
    api.fail("create_session", "delay_after", 1.0)
    with stdio_process(api, key, tmp_path) as server:
        asked = server.ask("create_sourcing_session", **search_for("one"))
        (paid,) = until(lambda: api.charges(key))
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as other, other:
            other.execute("DELETE FROM purchases")
        (answer,) = server.answers([asked])
        assert facts_of(answer)["session_id"] == paid
        again = server.call("create_sourcing_session", **search_for("one"))
        assert again["session_id"] == paid
        assert again["already_existed"] is True
    assert purchases(tmp_path) == [("create_session", "charged", paid)]
    assert api.charges(key) == [paid]


@asynccontextmanager
async def creating(server: HttpServer, key: str, times: int) -> AsyncIterator[list[dict[str, Any]]]:
    """Calls that buy, under way; the list of their results, complete at the end."""
    results: list[dict[str, Any]] = []
    async with server.client(key, ERAS[1]) as client, anyio.create_task_group() as tasks:

        async def buy(number: int) -> None:
            results.append(
                await call(client, "create_sourcing_session", **search_for(f"S {number}"))
            )

        for number in range(times):
            tasks.start_soon(buy, number)
        yield results


@on_a_file
async def test_a_locked_file_delays_only_purchases(api: Api, key: str, tmp_path: Path) -> None:
    with http_process(tmp_path, api=api) as server:
        async with server.client(key, ERAS[1]) as client:
            await call(client, "create_sourcing_session", **search_for("before"))
        with held(tmp_path):
            async with creating(server, key, 12) as results:
                async with (
                    httpx.AsyncClient(trust_env=False, timeout=30) as http,
                    server.client(f"{key}_other", ERAS[1]) as other,
                ):
                    for _ in range(10):
                        assert (await http.get(f"{server.root}/healthz")).status_code == 200
                        assert "sessions" in await call(other, "list_sessions")
                # All of that was answered while every purchase was still waiting.
                assert results == []
        assert len(results) == 12
        for result in results:
            assert result["refused"].startswith("Nothing was sent or charged")
            assert "another program has it locked" in result["refused"]
        async with server.client(key, ERAS[1]) as client:
            assert (await call(client, "create_sourcing_session", **search_for("after")))[
                "session_id"
            ]
    assert len(api.charges(key)) == 2
