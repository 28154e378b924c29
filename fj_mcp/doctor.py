"""`fj-mcp doctor`: what is set, whether it works, and what to fix. Free calls only."""

import anyio
from rich.console import Console
from rich.text import Text

from fj_mcp.errors import FutureJobsError, LedgerBroken, NotFound
from fj_mcp.logs import start_logging
from fj_mcp.server import sandbox_transport
from fj_mcp.settings import Settings
from fj_mcp.sourcing import check_storage, open_sourcing


def run_doctor(settings: Settings) -> int:
    """Check everything and print a line each. Returns the exit status: 0 if all is well, else 1."""
    start_logging(settings.log_level)
    return anyio.run(_examine, settings, Console(highlight=False))


async def _examine(settings: Settings, console: Console) -> int:
    healthy = True

    def say(good: bool, words: str) -> None:
        nonlocal healthy
        healthy = healthy and good
        mark = Text("ok   ", "green") if good else Text("fix  ", "bold red")
        console.print(mark + Text(words, "none"))

    for problem in settings.problems:
        say(False, problem)
    if not settings.problems:
        say(True, "every setting can be used")
    if settings.sandbox:
        say(True, "the sandbox is used: no key, no network, no credits")
    elif settings.key is None:
        say(
            False,
            "FJ_API_KEY is not set; ask FutureJobs for a key, or set FJ_SANDBOX=1 to try without",
        )
    else:
        say(True, f"a key is set, for {settings.api_base_url}")
    if not settings.sandbox:
        try:
            say(True, f"purchases are remembered in {await check_storage(settings)}")
        except LedgerBroken as error:
            say(False, str(error))
    if settings.key is not None and not settings.problems:
        good, words = await _call(settings)
        say(good, words)
    return 0 if healthy else 1


async def _call(settings: Settings) -> tuple[bool, str]:
    make_transport = sandbox_transport if settings.sandbox else None
    async with open_sourcing(settings, make_transport) as sourcing:
        try:
            sessions = await sourcing.client.project_sessions()
        except NotFound as error:
            return False, f"the key works, but {error.cause}"
        except FutureJobsError as error:
            return False, error.cause
    return True, f"the key works and sees {len(sessions)} session(s)"
