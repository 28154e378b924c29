"""`fj-mcp doctor`: checks settings, assistants, the database and the API, with free calls only."""

from os.path import exists

import anyio
from rich.console import Console
from rich.text import Text

from fj_mcp.api.errors import NotFound
from fj_mcp.api.identity_provider import ProviderUnavailable
from fj_mcp.commands.install.assistants import ASSISTANTS
from fj_mcp.commands.install.machine import Machine
from fj_mcp.commands.installations import (
    Installation,
    examine_installations,
    without_this_server,
)
from fj_mcp.errors import FutureJobsError
from fj_mcp.server.connection import open_connection, sandbox_transport
from fj_mcp.settings.settings import API_KEY, STATE_DIR, Settings, own_env_file
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.telemetry.logs import start_logging
from fj_mcp.text.own_command import own_command
from fj_mcp.transports.http.app import create_app
from fj_mcp.transports.sign_in.company.published import Published
from fj_mcp.workspace.open_storage import open_database


def run_doctor(settings: Settings, machine: Machine | None) -> int:
    """Print one line per check. Returns the exit status: 0 if everything is in order, else 1.

    Args:
        settings: to check.
        machine: whose assistants are checked too; None for a user without a home folder.
    """
    start_logging(settings.log_level)
    report = _Report()
    anyio.run(_examine, settings, machine, report)
    return 0 if report.healthy else 1


class _Report:
    """The lines on the terminal, and whether they name anything to fix."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self.healthy = True

    def say(self, good: bool, words: str) -> None:
        """Print the result of a check."""
        self.healthy = self.healthy and good
        self._print(Text("ok   ", "green") if good else Text("fix  ", "bold red"), words)

    def note(self, words: str) -> None:
        """Print what is good to know."""
        self._print(Text("note ", "yellow"), words)

    def _print(self, mark: Text, words: str) -> None:
        # A terminal wraps at words; in a file or a pipe, paths must stay whole.
        self._console.print(mark + Text(words, "none"), soft_wrap=not self._console.is_terminal)


async def _examine(settings: Settings, machine: Machine | None, report: _Report) -> None:
    _check_settings(settings, report)
    installed: list[Installation] = []
    if machine:
        installed = await examine_installations(machine, calling=not settings.sandbox)
        _report_assistants(settings, installed, machine, report)
    _check_key(settings, installed, report)
    if _serves_users(settings) and not settings.problems:
        await _check_sign_in(settings, report)
    bad_folder = any(problem.startswith(STATE_DIR) for problem in settings.problems)
    if not settings.sandbox and not bad_folder:
        try:
            async with open_database(settings) as database:
                await database.check()
                report.say(True, f"purchases are recorded in {database.place}")
        except StorageUnavailable as error:
            report.say(False, str(error))
    if settings.key is not None and not settings.problems:
        report.say(*await _call(settings))


def _check_settings(settings: Settings, report: _Report) -> None:
    for note in settings.notes:
        report.note(note)
    for problem in settings.problems + settings.warnings:
        report.say(False, problem)
    for problem in settings.unsafe_to_spend:
        report.say(False, f"{problem}. No purchases are made until this is corrected.")
    if not settings.problems + settings.unsafe_to_spend + settings.warnings:
        report.say(True, "all settings are valid")
    if (own := own_env_file()) is not None:
        # Path.exists() raises if the folder is not accessible.
        found = exists(own)  # noqa: PTH110
        missing = "there is no settings file; the place for one is"
        report.say(True, f"{'your settings file is' if found else missing} {own}")


def _report_assistants(
    settings: Settings, installed: list[Installation], machine: Machine, report: _Report
) -> None:
    for one in installed:
        report.say(one.good, f"{ASSISTANTS[one.name].title}: {one.words}")
    if installed:
        return
    others = [ASSISTANTS[name].title for name in without_this_server(machine, installed)]
    found = f" (found here: {', '.join(others)})" if others else ""
    words = f"no assistant has fj-mcp yet{found}: run {own_command()} install"
    # A key or the sandbox may be set for a server that is no assistant's.
    if settings.key is None and not _wrong_key(settings) and not _serves_users(settings):
        report.say(False, words)
    elif others:
        report.note(words)


def _check_key(settings: Settings, installed: list[Installation], report: _Report) -> None:
    # An invalid key was reported with the settings.
    if settings.sandbox:
        report.say(True, "using the sandbox: no key, no network, no credits")
    elif settings.key is not None:
        report.say(True, f"a key is set, for {settings.api_base_url}")
    elif any(one.good or one.has_key for one in installed):
        report.say(True, "no key is needed in this terminal: your assistants have what they need")
    # A server that users sign in to says itself whether it needs a key.
    elif not _wrong_key(settings) and not _serves_users(settings):
        report.say(
            False,
            "FJ_API_KEY is not set: ask FutureJobs for a key; to try it without one, run "
            f"{own_command()} demo",
        )


def _wrong_key(settings: Settings) -> bool:
    return any(problem.startswith(API_KEY) for problem in settings.problems)


def _serves_users(settings: Settings) -> bool:
    """Whether these settings are those of a server that users sign in to."""
    return settings.public_url is not None or settings.oauth_issuer is not None


async def _check_sign_in(settings: Settings, report: _Report) -> None:
    try:
        create_app(settings)
    except ValueError as error:
        words = str(error).removeprefix("The server was not started: ")
        report.say(False, f"a server with these settings would not start: {words}")
        return
    if settings.oauth_issuer is None:
        report.say(True, f"users sign in at {settings.public_url}/mcp with keys of their own")
        return
    published = Published(settings.oauth_issuer)
    try:
        if settings.oauth_introspection is None:
            await published.keys(None)
        else:
            await published.introspection_endpoint()
    except ProviderUnavailable as error:
        report.say(False, f"the identity provider {settings.oauth_issuer} cannot be used: {error}")
        return
    report.say(
        True,
        f"users sign in at {settings.public_url}/mcp with accounts of {settings.oauth_issuer}, "
        "which responds",
    )


async def _call(settings: Settings) -> tuple[bool, str]:
    make_transport = sandbox_transport if settings.sandbox else None
    async with open_connection(settings, make_transport) as connection:
        try:
            sessions = await connection.workspace.client.project_sessions()
        except NotFound as error:
            return False, f"the key works, but {error.cause}"
        except FutureJobsError as error:
            return False, error.cause
    if settings.sandbox:
        return True, "the sandbox works"
    searches = "1 search" if len(sessions) == 1 else f"{len(sessions):,} searches"
    return True, f"the key works; it has {searches}"
