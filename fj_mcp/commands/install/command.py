"""`fj-mcp install`: adds this server to an assistant's configuration, or prints what to add."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import typer

from fj_mcp.commands.install.assistants import ASSISTANTS, KEY_PLACEHOLDER, NAME, Launch, Machine
from fj_mcp.commands.install.config_files import (
    UnreadableConfig,
    back_up,
    entry_of,
    read_config,
    with_entry,
    write_config,
)
from fj_mcp.settings.settings import API_KEY as KEY
from fj_mcp.settings.settings import SANDBOX, Settings, read_settings

CLIENT_SECONDS = 60.0
"""Time limit of an assistant's own command."""


class CannotInstall(Exception):
    """Nothing was installed; one sentence says why and what to do."""


def run_install(client: str, settings: Settings, machine: Machine, *, show: bool) -> int:
    """Install this server in an assistant, or with `show` print the change instead.

    Args:
        client: a name of `ASSISTANTS`.
        settings: the key to install, or the sandbox.
        machine: the machine to configure.
        show: print the entry, with a placeholder for the key, and write nothing.

    Returns:
        The exit status: 0, or 1 if nothing was installed.
    """
    try:
        run = preview if show else install
        typer.echo(run(_known(client), settings, machine, launch()))
    except CannotInstall as error:
        typer.echo(str(error), err=True)
        return 1
    return 0


def _known(client: str) -> str:
    if client not in ASSISTANTS:
        raise CannotInstall(f"{client} is not a known assistant; use {', '.join(ASSISTANTS)}.")
    return client


def launch() -> Launch:
    """The command that starts this very installation, by absolute path.

    Raises:
        CannotInstall: the installation is temporary, and its source is unknown.
    """
    prefix = Path(sys.prefix)
    if _is_temporary(prefix):
        return _launch_from_source()
    script = Path(sysconfig.get_path("scripts")) / NAME
    script = script.with_suffix(".exe") if sys.platform == "win32" else script
    if script.exists():
        return Launch(str(script))
    return Launch(sys.executable, ("-m", "fj_mcp"))


def _is_temporary(prefix: Path) -> bool:
    """Whether this is an environment of uvx or `pipx run`, which delete theirs."""
    if any((folder / "CACHEDIR.TAG").exists() for folder in prefix.parents):
        return True
    # pipx keeps permanent installations in a folder of this name.
    return (prefix / "pipx_metadata.json").exists() and prefix.parent.name != "venvs"


def _launch_from_source() -> Launch:
    # Never the name alone: the key would go to any package published under that name.
    uvx, source = _uvx(), _source()
    if source is None:
        raise CannotInstall(
            "Nothing was installed: this copy of fj-mcp is temporary. Install it permanently from "
            "a clone with `uv tool install /path/to/fj-mcp`, then run `fj-mcp install` again."
        )
    if uvx is None:
        raise CannotInstall(
            "Nothing was installed: this copy of fj-mcp is temporary. Install it permanently with "
            f"`pipx install {shlex.quote(source)}`, then run `fj-mcp install` again."
        )
    return Launch(uvx, ("--from", source, NAME))


def _uvx() -> str | None:
    # uv sets UV to its own path for its child processes; it may not be on PATH.
    uv = os.environ.get("UV")
    return shutil.which("uvx") or (shutil.which("uvx", path=str(Path(uv).parent)) if uv else None)


def _source() -> str | None:
    """The source that this package was installed from: a folder, file or commit.

    None if the installer did not record it, or if it no longer exists.
    """
    try:
        noted = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return None
    url, vcs = str(noted.get("url", "")), noted.get("vcs_info", {})
    if noted.get("subdirectory"):
        return None
    if vcs.get("commit_id"):
        return f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    path = Path(url2pathname(urlsplit(url).path))
    return str(path) if url.startswith("file:") and path.exists() else None


def preview(client: str, settings: Settings, machine: Machine, started: Launch) -> str:
    """The entry and the file to add it to, and the assistant's own command, if it has one."""
    assistant = ASSISTANTS[client]
    variables = {SANDBOX: "1"} if settings.sandbox else {KEY: KEY_PLACEHOLDER}
    entry = assistant.entry(Launch(started.command, started.args, variables), {})
    lines = [
        f"Add this to {assistant.file(machine)} ({assistant.kind}):",
        "",
        with_entry("", assistant.kind, assistant.path, entry).rstrip(),
    ]
    if client == "claude-code":
        lines += ["", "or run:", "", shlex.join(_claude_words("claude", entry))]
    return "\n".join(lines)


def install(client: str, settings: Settings, machine: Machine, started: Launch) -> str:
    """Write the configuration, unless it is up to date; returns a sentence about the outcome.

    Raises:
        CannotInstall: the configuration cannot be parsed or written, or there is no key.
    """
    assistant = ASSISTANTS[client]
    file = assistant.file(machine)
    try:
        now = entry_of(read_config(file), assistant.kind, assistant.path)
        variables = _variables(now.get(assistant.environment), settings)
        entry = assistant.entry(Launch(started.command, started.args, variables), now)
        # Read again, because the user may have taken a while to enter the key.
        text = read_config(file)
        gone = assistant.left_over(now)
        edited = with_entry(text, assistant.kind, assistant.path, entry, gone)
        if edited == text:
            return f"{assistant.title} is already set up; nothing was changed."
        if client == "claude-code" and (claude := _claude(machine)):
            whole = {name: value for name, value in now.items() if name not in gone} | entry
            done = _add_to_claude(claude, machine, whole, bool(now))
        else:
            kept = _kept(write_config(file, edited))
            done = f"{assistant.title}: wrote {file}.{kept}"
    except UnreadableConfig as error:
        raise CannotInstall(
            f"{file} was not changed, because it cannot be read as {assistant.kind} ({error}): "
            f"correct it, or add what `fj-mcp install {client} --print` shows."
        ) from None
    except OSError as error:
        raise CannotInstall(f"{file} was not changed: {error.strerror or error}.") from None
    return f"{done} {assistant.afterwards}"


def _variables(now: Any, settings: Settings) -> dict[str, str]:
    variables: dict[str, str] = dict(now) if isinstance(now, dict) else {}
    if settings.sandbox:
        variables.pop(KEY, None)
        return variables | {SANDBOX: "1"}
    variables.pop(SANDBOX, None)
    key = _key(settings)
    return variables | {KEY: key or variables.get(KEY) or _prompt_for_key()}


def _key(settings: Settings) -> str | None:
    for problem in settings.problems:
        if problem.startswith(KEY):
            raise CannotInstall(f"{problem}.")
    return settings.api_key.get_secret_value() if settings.api_key else None


def _prompt_for_key() -> str:
    if sys.stdin.isatty():
        typed = typer.prompt("FutureJobs key (fjk_…)", hide_input=True, err=True)
        if key := _key(read_settings({KEY: typed})):
            return key
    raise CannotInstall(f"Set {KEY} to your FutureJobs key, or use --sandbox to try without one.")


def _claude(machine: Machine) -> str | None:
    # On Windows the command is a shell script, to which JSON cannot be passed safely.
    if machine.platform == "win32":
        return None
    return shutil.which("claude", path=machine.environment.get("PATH", ""))


def _claude_words(claude: str, entry: Mapping[str, Any]) -> list[str]:
    return [claude, "mcp", "add-json", "--scope", "user", NAME, json.dumps(entry)]


def _add_to_claude(claude: str, machine: Machine, entry: Mapping[str, Any], known: bool) -> str:
    # Running sessions write the same file; only Claude Code's own command locks it.
    commands = [_claude_words(claude, entry)]
    if known:
        commands.insert(0, [claude, "mcp", "remove", "--scope", "user", NAME])
    kept = _kept(back_up(ASSISTANTS["claude-code"].file(machine)))
    for command in commands:
        try:
            subprocess.run(  # noqa: S603
                command,
                env=dict(machine.environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=CLIENT_SECONDS,
                check=True,
            )
        except subprocess.SubprocessError:
            # The error and the output may repeat the key.
            raise CannotInstall(
                f"`claude mcp {command[2]}` failed.{kept} Check `claude mcp list`, or add what "
                "`fj-mcp install claude-code --print` shows."
            ) from None
    return f"Claude Code: added with `claude mcp add-json`.{kept}"


def _kept(backup: Path | None) -> str:
    return f" The previous version is saved beside it as {backup.name}." if backup else ""
