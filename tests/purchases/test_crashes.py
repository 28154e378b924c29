"""Purchases by real processes that are killed, disconnected, canceled, or have no ledger."""

import json
import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.settings.settings import Settings
from fj_mcp.storage.ledger.ledger import Ledger
from fj_mcp.storage.ledger.storage import Storage
from fj_mcp.workspace.open_storage import LEDGER_FILE, open_database
from tests.support.conditions import until
from tests.support.ledgers import on_a_file, rows_of
from tests.support.processes import (
    CLEAN,
    Api,
    Server,
    facts_of,
    purchases,
    started,
    states,
    stdio_process,
)

CREATE: dict[str, Any] = {"title": "Backend", "filters": {"skills": {"mandatory": ["C#"]}}}
PAID = ("create_session", "update_session", "fetch_more", "reveal")
HANGS = 30.0
"""Seconds, for a fault that outlasts the test."""

pytestmark = [pytest.mark.xdist_group("crashes"), pytest.mark.unmeasured]
"""They share the sandbox's process."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and modes are POSIX's")


@pytest.fixture(scope="module")
def with_email(api: Api, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A candidate of every search of `CREATE` who has an email address."""
    with stdio_process(api, "fjk_scout", tmp_path_factory.mktemp("scout")) as server:
        session_id = server.search(**CREATE)
        listed = server.call("list_profiles", session_id=session_id, limit=10)
        ids = [card["candidate_id"] for card in listed["candidates"]]
        revealed = server.call(
            "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
        )
    found = [item["candidate_id"] for item in revealed["results"] if item["status"] == "found"]
    first: str = found[0]
    return first


def paid_call(operation: str, session_id: str, candidate_id: str) -> tuple[str, dict[str, Any]]:
    """The tool and the arguments that buy something in an existing session."""
    if operation == "update_session":
        change = {"skills": {"mandatory": ["C#"], "secondary": ["Azure"]}}
        return "update_sourcing_session", {"session_id": session_id, "filters": change}
    if operation == "fetch_more":
        return "fetch_more_profiles", {"session_id": session_id}
    wanted = {"session_id": session_id, "candidate_ids": [candidate_id], "channel": "email"}
    return "reveal_contacts", wanted


@posix
def test_a_kill_before_sending_leaves_the_purchase_to_the_next_process(
    api: Api, key: str, tmp_path: Path
) -> None:
    reads, creates = api.calls("project_sessions"), api.calls("create_session")
    api.fail("project_sessions", "delay_before", HANGS)
    with stdio_process(api, key, tmp_path) as server:
        server.ask("create_sourcing_session", **CREATE)
        until(lambda: api.calls("project_sessions") > reads)
        assert purchases(tmp_path) == [("create_session", "pending", None)]
        server.kill()
    assert api.calls("create_session") == creates
    with stdio_process(api, key, tmp_path) as server:
        result = server.call("create_sourcing_session", **CREATE)
        assert "already_existed" not in result
        assert api.charges(key) == [result["session_id"]]
        assert purchases(tmp_path) == [("create_session", "charged", result["session_id"])]


@posix
def test_a_kill_after_the_charge_does_not_make_the_next_process_pay_for_a_search_again(
    api: Api, key: str, tmp_path: Path
) -> None:
    api.fail("create_session", "delay_after", HANGS)
    with stdio_process(api, key, tmp_path) as server:
        server.ask("create_sourcing_session", **CREATE)
        (paid,) = until(lambda: api.charges(key))
        assert purchases(tmp_path) == [("create_session", "pending", None)]
        server.kill()
    with stdio_process(api, key, tmp_path) as server:
        assert server.call("create_sourcing_session", **CREATE)["session_id"] == paid
        assert api.charges(key) == [paid]
        assert purchases(tmp_path) == [("create_session", "charged", paid)]


@posix
@pytest.mark.parametrize("operation", ["update_session", "fetch_more", "reveal"])
def test_a_kill_after_the_charge_does_not_make_the_next_process_pay_for_a_session_again(
    api: Api, key: str, tmp_path: Path, with_email: str, operation: str
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        session_id = server.search(**CREATE)
        tool, arguments = paid_call(operation, session_id, with_email)
        api.fail(operation, "delay_after", HANGS)
        server.ask(tool, **arguments)
        until(lambda: api.charges(key, operation))
        assert states(tmp_path) == ["charged", "pending"]
        server.kill()
    with stdio_process(api, key, tmp_path) as server:
        result = server.call(tool, **arguments)
        assert api.charges(key, operation) == [session_id]
        assert purchases(tmp_path)[1:] == [(operation, "charged", session_id)]
        if operation == "reveal":
            (contact,) = result["results"]
            assert contact["candidate_id"] == with_email
            assert "@" in contact["values"][0]
        else:
            assert result["session_id"] == session_id


@posix
def test_a_kill_before_the_response_is_sent_does_not_make_the_next_process_pay_again(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        # Far more than a pipe holds, and it is not read.
        for _ in range(100):
            server.request("tools/list")
        api.fail("create_session", "delay_after", 0.3)
        call = server.ask("create_sourcing_session", **CREATE)
        (paid,) = until(lambda: api.charges(key))
        # The reply is written as soon as the ledger says so.
        until(lambda: [row["told"] for row in rows_of(tmp_path)] == [1])
        server.kill()
        replies = [message["id"] for message in server.rest()]
        assert len(replies) < 100
        assert call not in replies
    with stdio_process(api, key, tmp_path) as server:
        result = server.call("create_sourcing_session", **CREATE)
        assert result["session_id"] == paid
        assert result["already_existed"] is True
        assert api.charges(key) == [paid]


def test_fifty_identical_searches_at_two_processes_at_once_are_one_session_and_one_charge(
    api: Api, key: str, tmp_path: Path
) -> None:
    # Long enough for all of them to arrive while the first is in flight.
    api.fail("create_session", "delay_after", 0.5)
    creates = api.calls("create_session")
    with stdio_process(api, key, tmp_path) as one, stdio_process(api, key, tmp_path) as two:
        calls = [
            (server, server.ask("create_sourcing_session", **CREATE))
            for _ in range(25)
            for server in (one, two)
        ]
        answers = [
            facts_of(answer)
            for server in (one, two)
            for answer in server.answers([number for asked, number in calls if asked is server])
        ]
    assert len(answers) == 50
    (paid,) = api.charges(key)
    assert {answer["session_id"] for answer in answers} == {paid}
    assert api.calls("create_session") == creates + 1
    assert purchases(tmp_path) == [("create_session", "charged", paid)]


@pytest.mark.anyio
async def test_a_process_waits_for_another_that_is_creating_the_ledger(
    tmp_path: Path,
) -> None:
    path = tmp_path / LEDGER_FILE
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with closing(connection) as other:
        other.execute("BEGIN IMMEDIATE")
        done = threading.Timer(0.3, other.execute, ("COMMIT",))
        done.start()
        try:
            async with open_database(Settings(state_dir=tmp_path)) as database:
                await database.check()
                assert await Ledger(Storage(database, "workspace")).newest(1) == []
        finally:
            done.join()


def paying(api: Api, key: str, server: Server, seconds: float) -> str:
    """Buy a search whose response takes `seconds`; return the session's id."""
    api.fail("create_session", "delay_after", seconds)
    server.ask("create_sourcing_session", **CREATE)
    (paid,) = until(lambda: api.charges(key))
    return paid


def returned_without_paying_again(api: Api, key: str, state: Path, paid: str) -> bool:
    """Return whether a new process answers the same search with the paid session, for free."""
    with stdio_process(api, key, state) as server:
        result = server.call("create_sourcing_session", **CREATE)
        return (result["session_id"], api.charges(key)) == (paid, [paid])


@pytest.mark.parametrize(("seconds", "state"), [(1.0, "charged"), (HANGS, "unknown")])
def test_a_client_that_hangs_up_during_a_purchase_does_not_lose_it(
    api: Api, key: str, tmp_path: Path, seconds: float, state: str
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        # A slow free call does not delay the end.
        server.ask("wait_for_session", session_id="0" * 24)
        paid = paying(api, key, server, seconds)
        server.hang_up()
        replies = server.rest()
        assert server.process.wait(timeout=10) == 0
    assert states(tmp_path) == [state]
    if state == "charged":
        assert paid in json.dumps(replies)
    assert returned_without_paying_again(api, key, tmp_path, paid)


def test_a_client_that_hangs_up_without_a_purchase_is_not_waited_for(
    api: Api, key: str, tmp_path: Path
) -> None:
    api.fail("project_sessions", "delay_before", HANGS)
    with stdio_process(api, key, tmp_path) as server:
        asked = api.calls("project_sessions")
        server.ask("list_sessions")
        until(lambda: api.calls("project_sessions") > asked)
        server.hang_up()
        # FutureJobs responds later.
        assert server.process.wait(timeout=10) == 0


@posix
def test_a_client_that_hangs_up_with_unread_responses_does_not_keep_the_process_alive(
    api: Api, key: str, tmp_path: Path
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        for _ in range(100):
            server.request("tools/list")
        paid = paying(api, key, server, HANGS)
        server.hang_up()
        assert server.process.wait(timeout=10) == 0
    assert states(tmp_path) in (["charged"], ["unknown"])
    assert returned_without_paying_again(api, key, tmp_path, paid)


@posix
def test_a_client_that_stops_reading_ends_the_process_without_a_traceback(tmp_path: Path) -> None:
    ping = '{"jsonrpc": "2.0", "id": 1, "method": "ping"}\nno message\n'
    log = tmp_path / "log"
    with (
        log.open("w", encoding="utf-8") as stderr,
        started((), {"FJ_SANDBOX": "1"}, stderr=stderr) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(ping)
        process.stdin.flush()
        assert process.wait(timeout=10) == 0
    assert log.read_text(encoding="utf-8") == ""


@posix
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
@pytest.mark.parametrize(("seconds", "state"), [(1.0, "charged"), (HANGS, "unknown")])
def test_at_shutdown_a_purchase_finishes_or_is_recorded_as_unknown(
    api: Api,
    key: str,
    tmp_path: Path,
    seconds: float,
    state: str,
    number: signal.Signals,
    status: int,
) -> None:
    with stdio_process(api, key, tmp_path) as server:
        paid = paying(api, key, server, seconds)
        server.process.send_signal(number)
        replies = server.rest()
        assert server.process.wait(timeout=10) == status
    assert states(tmp_path) == [state]
    if state == "charged":
        assert paid in json.dumps(replies)
    assert returned_without_paying_again(api, key, tmp_path, paid)


@posix
def test_a_shells_background_process_survives_its_interrupt(
    api: Api, key: str, tmp_path: Path
) -> None:
    settings = {"FJ_API_KEY": key, "FJ_API_BASE_URL": api.address, "FJ_STATE_DIR": str(tmp_path)}
    command = f"trap '' INT; exec {shlex.quote(sys.executable)} -m fj_mcp"
    ping = '{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        env=CLEAN | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        server = Server(process)
        assert process.stdin is not None
        for _ in range(2):
            process.stdin.write(ping)
            process.stdin.flush()
            assert server.line() == {"jsonrpc": "2.0", "id": 1, "result": {}}
            process.send_signal(signal.SIGINT)
        server.hang_up()
        assert process.wait(timeout=10) == 0


def test_a_call_canceled_after_the_charge_is_found_by_the_next_one(
    api: Api, key: str, tmp_path: Path
) -> None:
    api.fail("create_session", "delay_after", HANGS)
    with stdio_process(api, key, tmp_path) as server:
        call = server.ask("create_sourcing_session", **CREATE)
        (paid,) = until(lambda: api.charges(key))
        server.send("notifications/cancelled", {"requestId": call})
        until(lambda: states(tmp_path) == ["unknown"])
        assert server.call("create_sourcing_session", **CREATE)["session_id"] == paid
        assert api.charges(key) == [paid]
        assert purchases(tmp_path) == [("create_session", "charged", paid)]


def test_a_call_canceled_before_sending_leaves_nothing_behind(
    api: Api, key: str, tmp_path: Path
) -> None:
    reads, creates = api.calls("project_sessions"), api.calls("create_session")
    api.fail("project_sessions", "delay_before", HANGS)
    with stdio_process(api, key, tmp_path) as server:
        call = server.ask("create_sourcing_session", **CREATE)
        until(lambda: api.calls("project_sessions") > reads)
        assert states(tmp_path) == ["pending"]
        server.send("notifications/cancelled", {"requestId": call})
        until(lambda: not states(tmp_path))
        assert server.call("get_spending")["purchases"] == []
    assert api.calls("create_session") == creates
    assert api.charges(key) == []


def broken_ledger(how: str, folder: Path) -> Path:
    """A state folder in which no ledger can be kept, even by root."""
    if how == "corrupt":
        (folder / LEDGER_FILE).write_bytes(random.Random(1).randbytes(20_000))
        return folder
    (folder / "file").write_text("This is no folder.", encoding="utf-8")
    return folder / "file" / "state"


@on_a_file
@pytest.mark.parametrize("how", ["no folder", "corrupt"])
def test_without_a_ledger_nothing_is_bought_and_free_calls_work(
    api: Api, key: str, tmp_path: Path, with_email: str, how: str
) -> None:
    healthy, broken = tmp_path / "healthy", tmp_path / "broken"
    broken.mkdir()
    with stdio_process(api, key, healthy) as server:
        session_id = server.search(**CREATE)
    state = broken_ledger(how, broken)
    paid = api.calls(*PAID)
    calls = [paid_call(operation, session_id, with_email) for operation in PAID[1:]]
    with stdio_process(api, key, state) as server:
        for tool, arguments in [("create_sourcing_session", CREATE), *calls]:
            text = server.refusal(tool, **arguments)
            assert text.startswith("Nothing was sent or charged"), tool
            assert str(state / LEDGER_FILE) in text, tool
            assert "FJ_STATE_DIR" in text, tool
        assert api.calls(*PAID) == paid

        assert str(state / LEDGER_FILE) in server.refusal("get_spending")

        listed = server.call("list_sessions")["sessions"]
        assert [line["session_id"] for line in listed] == [session_id]
        assert server.call("suggest_filters", job_description="C# developer")["filters"]
        assert server.call("search_filter_values", filter="skills", query="Pyt")["values"]
        of_session = {"session_id": session_id}
        assert server.call("get_session", **of_session)["title"] == CREATE["title"]
        assert server.call("wait_for_session", **of_session)["top_candidates"]
        assert server.call("list_profiles", **of_session)["candidates"]
        assert server.call("get_candidate", **of_session, candidate_id=with_email)["name"]
    assert api.calls(*PAID) == paid
    if how == "corrupt":
        # The unusable file is left untouched.
        assert (state / LEDGER_FILE).read_bytes() == random.Random(1).randbytes(20_000)

    settings = {"FJ_API_KEY": key, "FJ_API_BASE_URL": api.address, "FJ_STATE_DIR": str(state)}
    doctor = subprocess.run(
        [sys.executable, "-m", "fj_mcp", "doctor"],
        env=CLEAN | settings | {"COLUMNS": "1000"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert doctor.returncode == 1
    (complaint,) = (line for line in doctor.stdout.splitlines() if line.startswith("fix"))
    assert str(state / LEDGER_FILE) in complaint


@on_a_file
def test_a_ledger_lost_during_a_purchase_does_not_hide_its_result(
    api: Api, key: str, tmp_path: Path
) -> None:
    api.fail("create_session", "delay_after", 1.0)
    with stdio_process(api, key, tmp_path) as server:
        call = server.ask("create_sourcing_session", **CREATE)
        (paid,) = until(lambda: api.charges(key))
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as connection:
            connection.execute("DROP TABLE purchases")
        (answer,) = server.answers([call])
        assert facts_of(answer)["session_id"] == paid
        assert str(tmp_path / LEDGER_FILE) in server.refusal("create_sourcing_session", **CREATE)
    assert api.charges(key) == [paid]
