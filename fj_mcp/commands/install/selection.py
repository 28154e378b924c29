"""Which assistants are meant: by the names that people give them, or by what is installed."""

import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import typer

from fj_mcp.commands.install.assistant import Assistant
from fj_mcp.commands.install.assistants import ASSISTANTS, PASTED
from fj_mcp.commands.install.config_files import UnreadableConfig, read_config
from fj_mcp.commands.install.config_text import entry_of
from fj_mcp.commands.install.errors import CannotInstall
from fj_mcp.commands.install.machine import Machine
from fj_mcp.text.own_command import own_command

_CLAUDE = "Customize, Connectors, +, Add custom connector"
_MISTRAL = "Connectors, Add Connector, Custom MCP Connector"

HOSTED: Mapping[str, tuple[str, str]] = {
    "chatgpt": ("ChatGPT", "Plugins, +, Add custom MCP server"),
    "claudeai": ("claude.ai", _CLAUDE),
    "cowork": ("Claude Cowork", _CLAUDE),
    "lechat": ("Le Chat", _MISTRAL),
    "vibe": ("Vibe", _MISTRAL),
    "copilotstudio": ("Copilot Studio", "your agent's Tools, Add a tool, Model Context Protocol"),
}
"""Assistants in the cloud: what they are called, and where they take the address of a server.

Sources (read in November 2026): support.claude.com, "Get started with custom connectors using
remote MCP"; developers.openai.com, "Add custom MCP server"; docs.mistral.ai, "MCP Connectors";
learn.microsoft.com, "Connect your agent to an existing Model Context Protocol (MCP) server".
"""


def known(name: str) -> str:
    """The assistant's name in `ASSISTANTS` or `PASTED`, for a name in any form.

    Raises:
        CannotInstall: no assistant has that name; names the nearest.
    """
    plain = _plain(name)
    if plain in HOSTED:
        title, place = HOSTED[plain]
        raise CannotInstall(
            f"{title} has no configuration on this machine. If your team runs a server that its "
            f"users sign in to, add its address in {title}, under {place}."
        )
    for one, assistant in ASSISTANTS.items():
        if plain in {_plain(one), _plain(assistant.title), *assistant.aliases}:
            return one
    for one in PASTED:
        if plain == one:
            return one
    names = [*ASSISTANTS, *PASTED]
    by_plain = {_plain(one): one for one in names}
    near = [one for one in names if plain and _plain(one).startswith(plain)] or [
        by_plain[one] for one in get_close_matches(plain, by_plain, n=3)
    ]
    if near:
        raise CannotInstall(f"{name} is not a known assistant; did you mean {_or(near)}?")
    raise CannotInstall(
        f"{name} is not a known assistant; use {', '.join(ASSISTANTS)}. For any other, "
        f"`{own_command()} install json` prints what to add."
    )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def on_this_machine(machine: Machine) -> list[str]:
    """The names of the assistants that seem to be installed."""
    found = []
    for name, assistant in ASSISTANTS.items():
        try:
            _, place = locate(assistant, machine)
        except CannotInstall:
            continue
        if assistant.is_on(place):
            found.append(name)
    return found


def locate(assistant: Assistant, machine: Machine) -> tuple[Path, Machine]:
    """An assistant's configuration file, and the machine that the assistant runs on.

    Under WSL, that is Windows for assistants with a window.

    Raises:
        CannotInstall: under WSL, it is not clear which file that is.
    """
    if machine.distribution is None or assistant.terminal:
        return assistant.file(machine), machine
    users = [user for user in machine.windows_users() if assistant.is_on(user)]
    if len(users) == 1:
        return assistant.file(users[0]), users[0]
    if users:
        files = ", ".join(str(assistant.file(user)) for user in users)
        raise CannotInstall(
            f"Several Windows users have {assistant.title}: add what `{own_command()} install "
            f"json` prints to the file that is yours ({files})."
        )
    if assistant.is_on(machine):
        return assistant.file(machine), machine
    raise CannotInstall(
        f"{assistant.title} was found neither in WSL nor in {machine.drive}/Users: start it once, "
        "then run this command again."
    )


def choose(machine: Machine) -> list[str]:
    """Ask in which of the assistants on this machine to install.

    Raises:
        CannotInstall: there is none, or nobody to ask.
    """
    found = on_this_machine(machine)
    if not found:
        raise CannotInstall(
            f"No assistant was found on this machine; name one of {', '.join(ASSISTANTS)}, or use "
            f"`{own_command()} install json`, which prints what to add to any other."
        )
    if not sys.stdin.isatty():
        raise CannotInstall(
            f"Name the assistants to install this server in; found on this machine: "
            f"{', '.join(found)}."
        )
    return _ask("Found on this machine:", found, "Install in which?")


def choose_installed(machine: Machine) -> list[str]:
    """Ask from which of the assistants that have this server to remove it.

    Raises:
        CannotInstall: none has it, or there is nobody to ask.
    """
    found = [name for name in on_this_machine(machine) if _has_entry(name, machine)]
    if not found:
        raise CannotInstall("No assistant on this machine has this server; nothing was changed.")
    if not sys.stdin.isatty():
        raise CannotInstall(
            f"Name the assistants to remove this server from; it is in {', '.join(found)}."
        )
    return _ask("This server is in:", found, "Remove it from which?")


def _has_entry(name: str, machine: Machine) -> bool:
    assistant = ASSISTANTS[name]
    try:
        file, _ = locate(assistant, machine)
        return bool(entry_of(read_config(file), assistant.kind, assistant.path))
    except (CannotInstall, UnreadableConfig, OSError):
        return False


def _ask(introduction: str, found: Sequence[str], question: str) -> list[str]:
    typer.echo(introduction, err=True)
    for number, name in enumerate(found, 1):
        typer.echo(f"  {number}  {ASSISTANTS[name].title}", err=True)
    question += " (numbers or names; Enter for all)"
    while True:
        answer = typer.prompt(question, "", show_default=False, err=True).strip()
        if answer.lower() in {"", "all"}:
            return [*found]
        try:
            return [_numbered(one, found) for one in re.split(r"[\s,]+", answer)]
        except CannotInstall as error:
            typer.echo(str(error), err=True)


def _numbered(answer: str, found: Sequence[str]) -> str:
    if answer.isdecimal() and 1 <= int(answer) <= len(found):
        return found[int(answer) - 1]
    return known(answer)
