"""The commands, as real processes."""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import httpx
import pytest
from mcp import Client, StdioServerParameters

from fj_mcp import __version__
from tests.front import text_of
from tests.processes import CLEAN, measuring, started

STATE = TemporaryDirectory()
"""Where these processes remember purchases, instead of among the person's own."""

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


def examined(*arguments: str, **settings: str) -> tuple[int, str]:
    """The doctor's exit status, and what it says."""
    with started(("doctor", *arguments), OWN | settings) as process:
        assert process.stdout is not None
        said = " ".join(process.stdout.read().split())
        return process.wait(), said


def test_the_demo_sources_reveals_and_says_what_it_spent() -> None:
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


def test_the_demo_takes_a_job_description_and_says_what_it_lacks(tmp_path: Path) -> None:
    vague = tmp_path / "job.txt"
    vague.write_text("We want somebody nice.", encoding="utf-8")
    done = run("demo", "--job-description", str(vague))
    assert done.returncode == 1
    assert "at least one skill" in " ".join(done.stdout.split())


def test_the_doctor_is_content_with_the_sandbox() -> None:
    status, said = examined("--sandbox")
    assert status == 0
    assert "the key works and sees 0 session(s)" in said


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({}, "FJ_API_KEY is not set"),
        ({"FJ_MAX_WAIT_SECONDS": "long"}, "FJ_MAX_WAIT_SECONDS must be a number"),
        (
            {"FJ_API_KEY": "fjk_x", "FJ_API_BASE_URL": "http://127.0.0.1:9"},
            "FutureJobs cannot be reached",
        ),
    ],
)
def test_the_doctor_names_what_to_fix(settings: dict[str, str], fault: str) -> None:
    status, said = examined(**settings)
    assert status == 1
    assert fault in said


def test_the_version_is_the_packages() -> None:
    assert run("--version").stdout.strip() == __version__


@pytest.mark.anyio
async def test_the_sandbox_serves_other_programs_and_the_doctor_examines_keys_there() -> None:
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
            ("fjk_me", 0, "sees 0 session(s)"),
            ("fjk_noproject", 1, "the key works, but"),
        ):
            settings = {"FJ_API_KEY": key, "FJ_API_BASE_URL": address}
            ended, said = await anyio.to_thread.run_sync(partial(examined, **settings))
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
