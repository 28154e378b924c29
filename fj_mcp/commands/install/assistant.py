"""What an assistant needs to know to start this server, or to reach one: the form of an entry."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fj_mcp.commands.install.config_text import Kind
from fj_mcp.commands.install.machine import Machine

NAME = "fj-mcp"
"""The server's name in every configuration."""

TOKEN_HEADER = "Authorization"  # noqa: S105
"""The header that carries a server's own token."""


@dataclass(frozen=True)
class Launch:
    """The command that starts the server, with the environment variables to add."""

    command: str
    args: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def through_wsl(self, distribution: str) -> "Launch":
        """The command by which a program of Windows starts this one in WSL."""
        given = {name: value for name, value in self.environment.items() if name != "WSLENV"}
        # WSL passes on only the variables that are named here.
        shared = {"WSLENV": ":".join(f"{name}/u" for name in given)} if given else {}
        args = ("-d", distribution, "-e", self.command, *self.args)
        return Launch("wsl.exe", args, {**given, **shared})


@dataclass(frozen=True)
class Address:
    """The URL of a server that runs elsewhere, with the headers to send to it."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


_REMOTE = re.compile(
    r"(?i).*(url|uri)|tcp|type|transport|.*headers|.*bearer.*|.*oauth.*|auth.*|scopes"
)
"""Names of settings that configure a remote server, at a URL."""

_LOCAL = re.compile(r"(?i)command|cmd|args|env.*|cwd|working_directory|type|transport")
"""Names of settings that configure a local server."""

_LOCAL_TYPES = {None, "stdio", "local"}


@dataclass(frozen=True)
class Assistant:
    """One assistant.

    Attributes:
        title: its display name.
        file: finds its configuration file on a machine.
        kind: the format of that file.
        path: the names of the nested tables, down to this server's entry.
        afterwards: a sentence that tells the user what to do next.
        command, args, environment: the names of three settings of a local server's entry. Without
            `args`, the command is a list that includes them.
        fixed: settings that a local server's entry always has.
        first: settings that only a new entry gets; the user may change them.
        url, headers: the names of two settings of a remote server's entry. Without `url`, the
            assistant accepts no remote server in this file.
        remote: settings that a remote server's entry always has.
        sign_in: where a user adds a remote server instead, if `url` is None.
        login: its command that signs in to a remote server, if it has one.
        marks: files and folders in the home folder that show that the assistant is installed.
        program: its command, which shows it too.
        terminal: whether it is a command, which under WSL runs on the Linux side.
        lock: the suffix of the folder with which it locks the file, if it does.
        aliases: other names that people use for it, without spaces and hyphens.
    """

    title: str
    file: Callable[[Machine], Path]
    afterwards: str
    path: tuple[str, ...] = ("mcpServers", NAME)
    kind: Kind = "JSON"
    command: str = "command"
    args: str | None = "args"
    environment: str = "env"
    fixed: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = "url"
    headers: str = "headers"
    remote: Mapping[str, Any] = field(default_factory=dict)
    sign_in: str = ""
    login: str = ""
    marks: tuple[str, ...] = ()
    program: str = ""
    terminal: bool = False
    lock: str = ""
    aliases: tuple[str, ...] = ()

    def is_on(self, machine: Machine) -> bool:
        """Whether the assistant seems to be installed."""
        file = self.file(machine)
        places = [file, *(machine.home / mark for mark in self.marks)]
        if file.parent != machine.home:
            places.append(file.parent)
        found = any(machine.has(place) for place in places)
        return found or bool(self.program and machine.program(self.program))

    def entry(self, target: Launch | Address, now: Mapping[str, Any]) -> dict[str, Any]:
        """The settings to write, given the entry's current ones, if any."""
        if isinstance(target, Launch):
            wanted = dict(self.fixed)
            command = [target.command, *target.args]
            wanted[self.command] = target.command if self.args else command
            if self.args:
                wanted[self.args] = list(target.args)
            wanted[self.environment] = dict(target.environment)
        else:
            wanted = {**self.remote, str(self.url): target.url}
            if target.headers:
                wanted[self.headers] = dict(target.headers)
        if not now:
            wanted |= self.first
        if now.get("enabled") is False:
            wanted["enabled"] = True
        if now.get("disabled"):
            wanted["disabled"] = False
        return wanted

    def left_over(self, target: Launch | Address, now: Mapping[str, Any]) -> set[str]:
        """Settings of the other kind of server to remove, so that the entry is of one kind.

        Assistants that find both in an entry use the URL, or do not start at all.
        """
        if isinstance(target, Address):
            other = {
                name
                for name in now
                if _LOCAL.fullmatch(name)
                or re.fullmatch(r"(?i).*(url|uri)|tcp|.*bearer.*", name)
                or name in self.fixed
            }
            # With a key in a header, an assistant would not sign in.
            keys = set() if target.headers else {self.headers}
            return other - self.remote.keys() - {self.url, self.headers} | keys & now.keys()
        remote = now.get("type") not in _LOCAL_TYPES or is_remote(now)
        return {name for name in now if remote and _REMOTE.fullmatch(name)} - self.fixed.keys()


def is_remote(entry: Mapping[str, Any]) -> bool:
    """Whether an entry holds the URL of a server."""
    return any(name.lower().endswith(("url", "uri")) or name == "tcp" for name in entry)


def is_off(entry: Mapping[str, Any]) -> bool:
    """Whether the user has switched the server off."""
    return entry.get("enabled") is False or bool(entry.get("disabled"))
