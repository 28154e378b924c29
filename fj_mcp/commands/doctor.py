"""`fj-mcp doctor`: checks the settings, the database and the API, with free calls only."""

from os.path import exists
from pathlib import Path

import anyio
from rich.console import Console
from rich.text import Text

from fj_mcp.api.errors import NotFound
from fj_mcp.errors import FutureJobsError
from fj_mcp.server.connection import open_connection, sandbox_transport
from fj_mcp.settings.settings import API_KEY, STATE_DIR, Settings, own_env_file
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.telemetry.logs import start_logging
from fj_mcp.workspace.open_storage import open_database


def run_doctor(settings: Settings) -> int:
    """Print one line per check. Returns the exit status: 0 if everything is in order, else 1."""
    start_logging(settings.log_level)
    return anyio.run(_examine, settings, Console(highlight=False))


async def _examine(settings: Settings, console: Console) -> int:
    healthy = True

    def say(good: bool, words: str) -> None:
        nonlocal healthy
        healthy = healthy and good
        mark = Text("ok   ", "green") if good else Text("fix  ", "bold red")
        console.print(mark + Text(words, "none"))

    for note in settings.notes:
        console.print(Text("note ", "yellow") + Text(note, "none"))
    for problem in settings.problems + settings.warnings:
        say(False, problem)
    for problem in settings.unsafe_to_spend:
        say(False, f"{problem}. No purchases are made until this is corrected.")
    if not settings.problems + settings.unsafe_to_spend + settings.warnings:
        say(True, "all settings are valid")
    if (own := own_env_file()) is not None:
        say(True, f"your settings file is {own}{_absent(own)}")
    # Invalid settings were reported above.
    bad_key = any(problem.startswith(API_KEY) for problem in settings.problems)
    bad_folder = any(problem.startswith(STATE_DIR) for problem in settings.problems)
    if settings.sandbox:
        say(True, "using the sandbox: no key, no network, no credits")
    elif settings.key is None and not bad_key:
        say(
            False,
            "FJ_API_KEY is not set; ask FutureJobs for a key, or try without one: FJ_SANDBOX=1",
        )
    elif settings.key is not None:
        say(True, f"a key is set, for {settings.api_base_url}")
    if not settings.sandbox and not bad_folder:
        try:
            async with open_database(settings) as database:
                await database.check()
                say(True, f"purchases are recorded in {database.place}")
        except StorageUnavailable as error:
            say(False, str(error))
    if settings.key is not None and not settings.problems:
        good, words = await _call(settings)
        say(good, words)
    return 0 if healthy else 1


def _absent(file: Path) -> str:
    # Path.exists() raises if the folder is not accessible.
    return "" if exists(file) else " (does not exist yet)"  # noqa: PTH110


async def _call(settings: Settings) -> tuple[bool, str]:
    make_transport = sandbox_transport if settings.sandbox else None
    async with open_connection(settings, make_transport) as connection:
        try:
            sessions = await connection.workspace.client.project_sessions()
        except NotFound as error:
            return False, f"the key works, but {error.cause}"
        except FutureJobsError as error:
            return False, error.cause
    return True, f"the key works and sees {len(sessions)} session(s)"
