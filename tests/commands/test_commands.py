"""The commands, as real processes."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters

from fj_mcp import __version__
from fj_mcp.commands.typer_app import app
from tests.support.assistant import text_of
from tests.support.processes import CLEAN, measuring, started

STATE = TemporaryDirectory()
"""The state folder of these processes, instead of the developer's own."""

OWN = measuring() | {"FJ_STATE_DIR": STATE.name, "COLUMNS": "100"}


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fj_mcp", *arguments],
        env=CLEAN | OWN | settings,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def run_doctor(*arguments: str, **settings: str) -> tuple[int, str]:
    """The doctor's exit status and output."""
    with started(("doctor", *arguments), OWN | settings) as process:
        assert process.stdout is not None
        said = " ".join(process.stdout.read().split())
        return process.wait(), said


def test_the_demo_searches_reveals_and_reports_what_it_spent() -> None:
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    for tool in (
        "suggest_filters",
        "create_sourcing_session",
        "wait_for_session",
        "list_profiles",
        "fetch_more_profiles",
        "get_candidate",
        "reveal_contacts",
    ):
        assert tool in done.stdout
    assert "@example.com" in done.stdout
    assert re.search(r"Spent 11 sandbox credits, 89 left", done.stdout)


def test_the_demo_accepts_a_job_description_and_says_what_is_missing(tmp_path: Path) -> None:
    vague = tmp_path / "job.txt"
    vague.write_text("We want somebody nice.", encoding="utf-8")
    done = run("demo", "--job-description", str(vague))
    assert done.returncode == 1
    assert "at least one skill" in " ".join(done.stdout.split())


def test_the_doctor_finds_no_problem_with_the_sandbox() -> None:
    status, said = run_doctor("--sandbox")
    assert status == 0
    assert said.endswith("the sandbox works")


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({}, "FJ_API_KEY is not set"),
        ({"FJ_MAX_WAIT_SECONDS": "long"}, "FJ_MAX_WAIT_SECONDS must be a whole number"),
        ({"FJ_API_KY": "fjk_x"}, "FJ_API_KY is not a setting (did you mean FJ_API_KEY?)"),
        (
            {"FJ_API_KEY": "fjk_x", "FJ_API_BASE_URL": "http://127.0.0.1:9"},
            "FutureJobs cannot be reached",
        ),
    ],
)
def test_the_doctor_names_what_to_fix(settings: dict[str, str], fault: str) -> None:
    status, said = run_doctor(**settings)
    assert status == 1
    assert fault in said


@pytest.mark.parametrize("key", ["sk-123", "fjk_..."])
def test_the_doctor_reports_an_invalid_key_once(key: str) -> None:
    status, said = run_doctor(FJ_API_KEY=key)
    assert status == 1
    assert said.count("fix ") == said.count("FJ_API_KEY") == 1
    assert "FJ_API_KEY must be a FutureJobs key, which starts with fjk_" in said


@pytest.mark.parametrize(
    "command",
    [["--sandbox", "doctor"], ["--sandbox", "doctor", "--sandbox"], ["doctor", "--sandbox"]],
)
def test_the_sandbox_may_be_asked_for_before_or_after_the_command(command: list[str]) -> None:
    # Nothing listens at this address.
    done = run(*command, FJ_API_KEY="fjk_real", FJ_API_BASE_URL="http://127.0.0.1:9")
    assert done.returncode == 0, done.stdout
    assert "using the sandbox" in done.stdout


def test_installing_with_the_sandbox_before_the_command_writes_no_key(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path), "FJ_API_KEY": "fjk_real"}
    assert "fjk_" not in run("--sandbox", "install", "cursor", "--print", **home).stdout
    assert run("--sandbox", "install", "cursor", **home).returncode == 0
    written = (tmp_path / ".cursor" / "mcp.json").read_text(encoding="utf-8")
    assert '"FJ_SANDBOX": "1"' in written
    assert "fjk_" not in written


def test_serving_with_the_sandbox_before_the_command_serves_the_sandbox() -> None:
    done = run("--sandbox", "serve", "--http", "--workers", "2", FJ_API_KEY="fjk_real")
    assert done.returncode == 1
    assert "The sandbox runs in one process" in done.stderr
    with serving("--sandbox", "serve", "--http", "--port", "0", ignoring=False) as (process, said):
        address = said.replace("/mcp", "/readyz")
        assert httpx.get(address, trust_env=False, timeout=30).json()["ready"] is True
        process.terminate()


def test_commands_that_always_use_the_sandbox_accept_the_option() -> None:
    for command in (["demo", "--sandbox"], ["--sandbox", "demo"]):
        done = run(*command, "--job-description", "/not/there")
        # The file is refused, not the option.
        assert "/not/there" in done.stderr
        assert "--sandbox" not in done.stderr
    for command in (["sandbox", "--sandbox"], ["--sandbox", "sandbox"]):
        with serving(*command, "--port", "0", ignoring=False) as (process, _):
            process.terminate()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--port", "9"], "--port"),
        (["--host", "0.0.0.0"], "--host"),
        (["--workers", "1"], "--workers"),
        (["--allowed-host", "a", "--port", "8000"], "--allowed-host, --port"),
        (["--allowed-origin", "https://a"], "--allowed-origin"),
        (["--public-url", "https://a"], "--public-url"),
    ],
)
def test_options_for_http_are_refused_without_it(options: list[str], named: str) -> None:
    done = run("serve", "--sandbox", *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"The server was not started: {named} requires --http.\n"


def test_serve_without_http_serves_stdio() -> None:
    with started(("serve", "--sandbox"), OWN) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0


@pytest.mark.parametrize("command", [["sandbox"], ["serve", "--http"]])
def test_a_server_whose_port_is_taken_says_so(command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run(*command, "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (f"Port {port} on 127.0.0.1 is in use: choose another with --port.\n")


posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and terminals")


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-"])
def test_a_server_without_a_client_says_what_it_needs(closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", sys.executable, "-m", "fj_mcp", "--sandbox"],
        env=CLEAN | OWN,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("fj-mcp talks to an assistant on stdin and stdout")
    assert len(done.stderr.splitlines()) == 1


@posix
@pytest.mark.parametrize("terminal", [True, False])
def test_a_server_started_in_a_terminal_explains_itself(terminal: bool) -> None:
    ours, theirs = os.openpty()
    if not terminal:
        os.close(theirs)
        theirs = os.open(os.devnull, os.O_RDONLY)
    process = subprocess.Popen(
        [sys.executable, "-m", "fj_mcp", "--sandbox"],
        env=CLEAN | OWN,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    if terminal:
        # Ctrl-D.
        os.write(ours, b"\x04")
    out, said = process.communicate(timeout=60)
    os.close(ours)
    assert (process.returncode, out) == (0, "")
    assert ("fj-mcp demo" in said) is terminal
    assert terminal or said == ""


@contextmanager
def serving(*arguments: str, ignoring: bool = True) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and the address that it prints; started with Ctrl-C ignored or not.

    It must end by itself once the block is left, within a minute, and with all that it started.
    """
    shell = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"] if ignoring else []
    process = subprocess.Popen(
        [*shell, sys.executable, "-m", "fj_mcp", *arguments],
        env=CLEAN | {"FJ_STATE_DIR": STATE.name},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    # Kills the whole group, because workers would outlive the process and keep its pipes open.
    watchdog = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))
    watchdog.start()
    try:
        assert process.stdout is not None
        (address,) = re.findall(r"http://\S+", process.stdout.readline()) or [""]
        yield process, address
        _, said = process.communicate()
        assert "Traceback" not in said
    finally:
        watchdog.cancel()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@posix
@pytest.mark.parametrize("ignoring", [True, False], ids=["in the background", "in front"])
@pytest.mark.parametrize(
    "command",
    [
        ["serve", "--http", "--port", "0", "--sandbox"],
        ["serve", "--http", "--port", "0", "--workers", "2"],
        ["sandbox", "--port", "0"],
    ],
    ids=["serve", "workers", "sandbox"],
)
def test_a_server_ends_cleanly_on_sigterm(command: list[str], ignoring: bool) -> None:
    with serving(*command, ignoring=ignoring) as (process, address):
        httpx.get(address, trust_env=False, timeout=30)
        process.terminate()
    assert process.returncode == 0


@posix
def test_a_terminated_demo_leaves_nothing_running() -> None:
    with serving("demo") as (process, _):
        process.terminate()
        # The demo's server shares its stderr, which ends only when both have ended.
    assert process.returncode == -signal.SIGTERM


def test_the_version_is_that_of_the_package() -> None:
    for spelling in ("--version", "-V", "version"):
        assert run(spelling).stdout.strip() == __version__


@pytest.mark.parametrize("command", [[], ["install"]])
def test_help_is_a_command_too(command: list[str]) -> None:
    assert run("help", *command).stdout == run(*command, "--help").stdout


NAMES = [
    "demo", "docs", "doctor", "forget", "help", "install", "memory", "sandbox", "serve",
    "uninstall", "version",
]  # fmt: skip


@pytest.mark.parametrize("command", [[], *([name] for name in NAMES)])
def test_help_is_short_and_long_and_shows_flags_without_a_value(command: list[str]) -> None:
    done = run(*command, "-h")
    assert done.returncode == 0
    assert done.stdout == run(*command, "--help").stdout
    assert "--help" in done.stdout
    assert "<bool>" not in done.stdout
    assert command or "Print the version" in done.stdout


def test_the_table_of_commands_has_all_of_them() -> None:
    assert set(NAMES) == {
        one.name or one.callback.__name__ for one in app.registered_commands if one.callback
    }


def completed(line: str) -> list[str]:
    """What bash offers at the end of a line."""
    words = {"_FJ_MCP_COMPLETE": "complete_bash", "COMP_WORDS": line}
    position = str(len(line.split(" ")) - 1)
    return run(**words, COMP_CWORD=position).stdout.split()


def test_a_shell_completes_commands_and_assistants() -> None:
    assert completed("fj-mcp unin") == ["uninstall"]
    assert completed("fj-mcp install claude") == ["claude-code", "claude-desktop"]
    assert completed("fj-mcp uninstall lm") == ["lmstudio"]
    assert "_FJ_MCP_COMPLETE" in run(_FJ_MCP_COMPLETE="source_bash").stdout


@pytest.mark.anyio
async def test_the_sandbox_serves_other_programs_and_the_doctor_checks_keys_there() -> None:
    command = [sys.executable, "-m", "fj_mcp", "sandbox", "--port", "0", "--match-seconds", "0"]
    async with await anyio.open_process(command, env=CLEAN | OWN) as process:
        assert process.stdout is not None
        announced = (await process.stdout.receive()).decode()
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/api/v1/wl", announced)
        async with httpx.AsyncClient() as http:
            answer = await http.get(
                f"{address}/projects/sessions", headers={"x-fj-api-key": "fjk_me"}
            )
        assert answer.json()["data"] == []
        for key, status, finding in (
            ("fjk_me", 0, "the key works; it has 0 searches"),
            ("fjk_noproject", 1, "the key works, but"),
        ):
            settings = {"FJ_API_KEY": key, "FJ_API_BASE_URL": address}
            ended, said = await anyio.to_thread.run_sync(partial(run_doctor, **settings))
            assert ended == status, said
            assert finding in said
        server = StdioServerParameters(
            command=sys.executable,
            args=["-m", "fj_mcp"],
            env=settings | {"FJ_API_KEY": "fjk_me", "FJ_STATE_DIR": STATE.name},
        )
        async with Client(server) as client:
            listed = await client.call_tool("list_sessions", {})
            assert not listed.is_error, text_of(listed)
        process.terminate()
