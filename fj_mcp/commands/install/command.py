"""`fj-mcp install` and `uninstall`: this server in the configurations of assistants."""

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from fj_mcp.commands.install.assistant import NAME, Address, Launch, is_off
from fj_mcp.commands.install.assistants import ASSISTANTS, GENERIC, PASTED
from fj_mcp.commands.install.config_files import (
    BACKUP_SUFFIX,
    UnreadableConfig,
    locked,
    make_private,
    read_config,
    write_config,
)
from fj_mcp.commands.install.config_text import (
    entry_of,
    holds_more,
    with_entry,
    without_entry,
)
from fj_mcp.commands.install.errors import CannotInstall
from fj_mcp.commands.install.launch import launch
from fj_mcp.commands.install.machine import Machine
from fj_mcp.commands.install.selection import choose, choose_installed, known, locate
from fj_mcp.commands.install.targets import Server
from fj_mcp.settings.settings import Settings
from fj_mcp.text.own_command import own_command


def run_install(
    names: Sequence[str],
    settings: Settings,
    machine: Machine,
    *,
    show: bool,
    url: str | None = None,
    sign_in: bool = False,
) -> int:
    """Install this server in assistants, or with `show` print the changes instead.

    Args:
        names: of the assistants, as people write them. If empty, those on this machine are offered.
        settings: the key to install, or the sandbox.
        machine: the machine to configure.
        show: print the entries, with a placeholder for the key, and write nothing.
        url: the address of a team's server, to use instead of this installation.
        sign_in: that server needs no key, because it asks its users to sign in.

    Returns:
        The exit status: 0, 1 if something was not installed, 2 if no assistant was named.
    """
    try:
        started = launch() if url is None else Launch("")
        server = Server(settings, started, url=url, sign_in=sign_in)
    except CannotInstall as error:
        return _refused(error, 1)
    run = preview if show else install
    status = _for_each(names, machine, choose, lambda name: run(name, server, machine))
    # What is printed to be pasted elsewhere cannot be checked yet.
    if status == 0 and not show and (not names or set(names) - PASTED.keys()):
        works = "starts" if url is None else "can be reached"
        key = "" if sign_in else " and that the key works"
        typer.echo(f"Run `{own_command()} doctor` to check that it {works}{key}.", err=True)
    return status


def run_uninstall(names: Sequence[str], machine: Machine) -> int:
    """Remove this server from assistants, or from those that have it and are chosen in a terminal.

    Returns:
        The exit status, as `run_install` does.
    """
    return _for_each(names, machine, choose_installed, lambda name: uninstall(name, machine))


def _for_each(
    names: Sequence[str],
    machine: Machine,
    ask: Callable[[Machine], list[str]],
    run: Callable[[str], str],
) -> int:
    try:
        wanted = [known(name) for name in names] or ask(machine)
    except CannotInstall as error:
        return _refused(error, 1 if names else 2)
    status = 0
    for name in dict.fromkeys(wanted):
        try:
            typer.echo(run(name))
        except CannotInstall as error:
            status = _refused(error, 1)
    return status


def _refused(error: CannotInstall, status: int) -> int:
    typer.echo(str(error), err=True)
    return status


def preview(name: str, server: Server, machine: Machine) -> str:
    """The entry and the file to add it to, and the assistant's own command, if it has one.

    Raises:
        CannotInstall: the assistant takes no such server.
    """
    if name in PASTED:
        example = GENERIC.entry(server.example(GENERIC, machine), {})
        return f"{PASTED[name]}\n\n{with_entry('', GENERIC.kind, GENERIC.path, example).rstrip()}"
    assistant = ASSISTANTS[name]
    file, place = locate(assistant, machine)
    entry = assistant.entry(_across(server.example(assistant, machine), machine, place), {})
    lines = [
        f"Add this to {file} ({assistant.kind}):",
        "",
        with_entry("", assistant.kind, assistant.path, entry).rstrip(),
    ]
    if name == "claude-code":
        words = ["claude", "mcp", "add-json", "--scope", "user", NAME, json.dumps(entry)]
        lines += ["", "or run:", "", shlex.join(words)]
    return "\n".join(lines)


def install(name: str, server: Server, machine: Machine) -> str:
    """Write the configuration, unless it is up to date; returns a sentence about the outcome.

    Raises:
        CannotInstall: the configuration cannot be parsed or written, or there is no key.
    """
    if name in PASTED:
        return preview(name, server, machine)
    assistant = ASSISTANTS[name]
    file, place = locate(assistant, machine)
    by_hand = f"add what `{own_command()} install {name} --print` shows"
    with _editing(name, file, by_hand):
        now = entry_of(read_config(file), assistant.kind, assistant.path)
        target = _across(server.target(assistant, now, machine), machine, place)
        entry = assistant.entry(target, now)
        gone = assistant.left_over(target, now)
        here = assistant.is_on(place)
        with locked(file, assistant.lock):
            # Read again, because the user may have taken a while to enter the key.
            text = read_config(file)
            edited = with_entry(text, assistant.kind, assistant.path, entry, gone)
            if edited == text:
                if server.private and place.platform != "win32" and make_private(file):
                    return f"{assistant.title} is already set up; now only you can read {file}."
                return f"{assistant.title} is already set up; nothing was changed."
            # A file that holds nothing else was made by an earlier installation.
            theirs = holds_more(text, assistant.kind, assistant.path)
            backup = write_config(file, edited, private=server.private, keep=theirs)
    done = f"{assistant.title}: wrote {file}."
    if backup:
        done += f" The original is saved beside it as {backup.name}."
    if is_off(now):
        done += " It was switched off there, and is on again."
    if not here:
        done += f" {assistant.title} is not installed on this machine; once it is:"
    if server.sign_in and assistant.login:
        return f"{done} Run `{assistant.login}` to sign in."
    done += f" {assistant.afterwards}"
    return f"{done} Then sign in when it opens your browser." if server.sign_in else done


def uninstall(name: str, machine: Machine) -> str:
    """Remove the entry from an assistant's configuration; returns a sentence about the outcome.

    Raises:
        CannotInstall: the configuration cannot be parsed or written.
    """
    if name in PASTED:
        raise CannotInstall("Remove the entry fj-mcp where you pasted it.")
    assistant = ASSISTANTS[name]
    file, _ = locate(assistant, machine)
    by_hand = f"remove the entry {NAME} by hand"
    with _editing(name, file, by_hand), locked(file, assistant.lock):
        text = read_config(file)
        edited = without_entry(text, assistant.kind, assistant.path)
        if edited == text:
            return f"{assistant.title} does not have this server; nothing was changed."
        # What is removed may hold a key, so no copy is kept.
        write_config(file, edited, private=False, keep=False)
    return f"{assistant.title}: removed from {file}.{_key_left(file)}"


@contextmanager
def _editing(name: str, file: Path, by_hand: str) -> Iterator[None]:
    """Turn the failures of reading and writing a configuration into a sentence."""
    try:
        yield
    except UnreadableConfig as error:
        raise CannotInstall(
            f"{file} was not changed, because it cannot be used as {ASSISTANTS[name].kind} "
            f"({error}): correct it, or {by_hand}."
        ) from None
    except OSError as error:
        raise CannotInstall(f"{file} was not changed: {error.strerror or error}.") from None


def _across(target: Launch | Address, machine: Machine, place: Machine) -> Launch | Address:
    """The command as the assistant's side of the machine starts it."""
    distribution = machine.distribution
    if isinstance(target, Launch) and distribution and place.platform == "win32":
        return target.through_wsl(distribution)
    return target


def _key_left(file: Path) -> str:
    backup = file.with_name(file.name + BACKUP_SUFFIX)
    if backup.exists() and b"fjk_" in backup.read_bytes():
        return f" {backup.name} beside it, a copy from before, still contains a key; delete it."
    return ""
