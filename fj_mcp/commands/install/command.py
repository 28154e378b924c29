"""`fj-mcp install`: put this server into an assistant's own configuration, or show how."""

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
"""How long an assistant's own command may take."""


class CannotInstall(Exception):
    """Nothing was installed; one sentence says why and what to do."""


def run_install(client: str, settings: Settings, machine: Machine, *, show: bool) -> int:
    """Install this server in an assistant, or with `show` print what would be written.

    Args:
        client: a name of `ASSISTANTS`.
        settings: whose key is installed, or the sandbox.
        machine: whose configuration is meant.
        show: print it, with a placeholder for the key, and write nothing.

    Returns:
        The exit status: 0, or 1 where nothing was installed.
    """
    try:
        run = shown if show else install
        typer.echo(run(_known(client), settings, machine, launch()))
    except CannotInstall as error:
        typer.echo(str(error), err=True)
        return 1
    return 0


def _known(client: str) -> str:
    if client not in ASSISTANTS:
        raise CannotInstall(f"{client} is not known; use {', '.join(ASSISTANTS)}.")
    return client


def launch() -> Launch:
    """How this very installation is started from anywhere, by absolute path.

    Raises:
        CannotInstall: it is only kept for a while, and nobody knows where it came from.
    """
    prefix = Path(sys.prefix)
    if _is_passing(prefix):
        return _launch_from_source()
    script = Path(sysconfig.get_path("scripts")) / NAME
    script = script.with_suffix(".exe") if sys.platform == "win32" else script
    if script.exists():
        return Launch(str(script))
    return Launch(sys.executable, ("-m", "fj_mcp"))


def _is_passing(prefix: Path) -> bool:
    """Whether an environment is one that uvx or `pipx run` made, which they clean up."""
    if any((folder / "CACHEDIR.TAG").exists() for folder in prefix.parents):
        return True
    # pipx keeps what is installed for good in a folder of this name.
    return (prefix / "pipx_metadata.json").exists() and prefix.parent.name != "venvs"


def _launch_from_source() -> Launch:
    # Never the name alone: whoever publishes a package of that name would be started with the key.
    uvx, source = _uvx(), _source()
    if source is None:
        raise CannotInstall(
            "Nothing was installed: this copy of fj-mcp is only kept for a while. Install it for "
            "good from a clone, with `uv tool install /path/to/fj-mcp`, and run `fj-mcp install` "
            "again."
        )
    if uvx is None:
        raise CannotInstall(
            "Nothing was installed: this copy of fj-mcp is only kept for a while. Install it for "
            f"good with `pipx install {shlex.quote(source)}`, and run `fj-mcp install` again."
        )
    return Launch(uvx, ("--from", source, NAME))


def _uvx() -> str | None:
    # uv says where it is to what it starts, and may not be on the path.
    uv = os.environ.get("UV")
    return shutil.which("uvx") or (shutil.which("uvx", path=str(Path(uv).parent)) if uv else None)


def _source() -> str | None:
    """Where this package was installed from, as its installer noted it: a folder, file or commit.

    None where that is not known, or not there any more.
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


def shown(client: str, settings: Settings, machine: Machine, started: Launch) -> str:
    """What to add to which file, and the other ways that an assistant has."""
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
    """Write the configuration, unless it is already right; returns what was done, in words.

    Raises:
        CannotInstall: the configuration cannot be understood or written, or there is no key.
    """
    assistant = ASSISTANTS[client]
    file = assistant.file(machine)
    try:
        now = entry_of(read_config(file), assistant.kind, assistant.path)
        variables = _variables(now.get(assistant.environment), settings)
        entry = assistant.entry(Launch(started.command, started.args, variables), now)
        # Read again, for asking a person takes time.
        text = read_config(file)
        gone = assistant.left_over(now)
        edited = with_entry(text, assistant.kind, assistant.path, entry, gone)
        if edited == text:
            return f"{assistant.title} has it already; nothing was changed."
        if client == "claude-code" and (claude := _claude(machine)):
            whole = {name: value for name, value in now.items() if name not in gone} | entry
            done = _add_to_claude(claude, machine, whole, bool(now))
        else:
            kept = _kept(write_config(file, edited))
            done = f"{assistant.title}: wrote {file}.{kept}"
    except UnreadableConfig as error:
        raise CannotInstall(
            f"{file} was left alone, because it cannot be read as {assistant.kind} ({error}): "
            f"correct it, or add what `fj-mcp install {client} --print` shows."
        ) from None
    except OSError as error:
        raise CannotInstall(f"{file} was left alone: {error.strerror or error}.") from None
    return f"{done} {assistant.afterwards}"


def _variables(now: Any, settings: Settings) -> dict[str, str]:
    variables: dict[str, str] = dict(now) if isinstance(now, dict) else {}
    if settings.sandbox:
        variables.pop(KEY, None)
        return variables | {SANDBOX: "1"}
    variables.pop(SANDBOX, None)
    key = _key(settings)
    return variables | {KEY: key or variables.get(KEY) or _asked()}


def _key(settings: Settings) -> str | None:
    for problem in settings.problems:
        if problem.startswith(KEY):
            raise CannotInstall(f"{problem}.")
    return settings.api_key.get_secret_value() if settings.api_key else None


def _asked() -> str:
    if sys.stdin.isatty():
        typed = typer.prompt("FutureJobs key (fjk_…)", hide_input=True, err=True)
        if key := _key(read_settings({KEY: typed})):
            return key
    raise CannotInstall(f"Set {KEY} to your FutureJobs key, or use --sandbox to try without.")


def _claude(machine: Machine) -> str | None:
    # On Windows the command is a script of the shell, to which JSON cannot be handed safely.
    if machine.platform == "win32":
        return None
    return shutil.which("claude", path=machine.environment.get("PATH", ""))


def _claude_words(claude: str, entry: Mapping[str, Any]) -> list[str]:
    return [claude, "mcp", "add-json", "--scope", "user", NAME, json.dumps(entry)]


def _add_to_claude(claude: str, machine: Machine, entry: Mapping[str, Any], known: bool) -> str:
    # Sessions that run write the same file; only Claude Code's own command takes turns with them.
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
            # What the error and the command say may repeat the key.
            raise CannotInstall(
                f"`claude mcp {command[2]}` failed.{kept} See what `claude mcp list` says, or add "
                "what `fj-mcp install claude-code --print` shows."
            ) from None
    return f"Claude Code: added with `claude mcp add-json`.{kept}"


def _kept(backup: Path | None) -> str:
    return f" The file as it was is {backup.name}, beside it." if backup else ""
