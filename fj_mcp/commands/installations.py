"""Where this server is installed, and whether it starts there: each entry is tried as its
assistant does it, with free calls only.
"""

import json
import logging
import re
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import anyio
import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent

from fj_mcp.commands.install.assistant import (
    NAME,
    TOKEN_HEADER,
    Assistant,
    is_off,
    is_remote,
)
from fj_mcp.commands.install.assistants import ASSISTANTS
from fj_mcp.commands.install.config_files import UnreadableConfig, read_config
from fj_mcp.commands.install.config_text import entry_of
from fj_mcp.commands.install.errors import CannotInstall
from fj_mcp.commands.install.machine import Machine
from fj_mcp.commands.install.selection import locate, on_this_machine
from fj_mcp.settings.settings import KEY_HEADER, Settings, own_env_file, read_settings
from fj_mcp.text.own_command import own_command

START_SECONDS = 20.0
"""Time limit for a server to start; assistants have limits from 10 to 60 seconds."""

CALL_SECONDS = 60.0
"""Time limit of a whole trial."""


@dataclass(frozen=True)
class Installation:
    """An entry of this server in an assistant's configuration.

    Attributes:
        name: of the assistant.
        good: whether it works.
        words: what was found, without any key.
        has_key: whether the entry brings a FutureJobs key.
    """

    name: str
    good: bool
    words: str
    has_key: bool = False


@dataclass
class _Trials:
    """Results of trials, because several assistants often start the same command."""

    machine: Machine
    calling: bool
    done: dict[str, str | float] = field(default_factory=dict)

    async def start(
        self, command: str, args: list[str], environment: dict[str, str]
    ) -> str | float:
        """The seconds that a server takes to start, or the sentence about its failure."""
        known = repr((command, args, environment))
        if known not in self.done:
            self.done[known] = await _start(
                StdioServerParameters(
                    command=command, args=args, env=environment, cwd=self.machine.home
                ),
                calling=self.calling,
            )
        return self.done[known]


async def examine_installations(machine: Machine, *, calling: bool) -> list[Installation]:
    """Try every entry of this server in the configurations of the assistants on a machine.

    Args:
        machine: the machine.
        calling: whether a free call is made, which uses the key of the entry.
    """
    # A program that is no server is a finding; the SDK would also print each of its lines.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    trials = _Trials(machine, calling)
    found = []
    for name, assistant in ASSISTANTS.items():
        try:
            file, _ = locate(assistant, machine)
            entry = entry_of(read_config(file), assistant.kind, assistant.path)
        except CannotInstall:
            continue
        except UnreadableConfig as error:
            words = f"{file} cannot be used as {assistant.kind} ({error})"
            found.append(Installation(name, False, words))
            continue
        except OSError as error:
            found.append(Installation(name, False, f"{file} cannot be read: {error.strerror}"))
            continue
        if entry:
            found.append(await _examine(name, assistant, entry, trials))
        if name == "claude-desktop" and _has_extension(file.parent):
            found.append(_examine_extension(name, twice=bool(entry)))
    return found


def settings_installed(machine: Machine) -> Settings | None:
    """The settings of the servers that assistants start on a machine.

    None if no entry has a key, or if their keys or databases differ. Variables of the user's shell
    take precedence.
    """
    found: dict[Any, dict[str, str]] = {}
    for assistant in ASSISTANTS.values():
        try:
            file, _ = locate(assistant, machine)
            entry = entry_of(read_config(file), assistant.kind, assistant.path)
        except (CannotInstall, UnreadableConfig, OSError):
            continue
        environment = _texts(entry.get(assistant.environment), machine)
        settings = read_settings(environment)
        if settings.api_key is not None and not settings.sandbox:
            key = settings.api_key.get_secret_value()
            found[key, settings.state_dir, str(settings.database_url)] = environment
    if len(found) != 1:
        return None
    (environment,) = found.values()
    # An empty variable is not set.
    shell = {name: value for name, value in machine.environment.items() if value.strip()}
    return read_settings({**environment, **shell}, own=own_env_file())


def without_this_server(machine: Machine, found: list[Installation]) -> list[str]:
    """The assistants on a machine that do not have this server."""
    have = {one.name for one in found}
    return [name for name in on_this_machine(machine) if name not in have]


def _has_extension(folder: Path) -> bool:
    """Whether Claude Desktop has the bundle of this project, as one of its extensions."""
    for manifest in folder.glob("Claude Extensions/*/manifest.json"):
        with suppress(OSError, ValueError):
            read = json.loads(manifest.read_text(encoding="utf-8"))
            if isinstance(read, dict) and read.get("name") == NAME:
                return True
    return False


def _examine_extension(name: str, *, twice: bool) -> Installation:
    if twice:
        words = (
            f"installed twice, as an extension too: remove one ({own_command()} uninstall {name})"
        )
        return Installation(name, False, words)
    # Claude Desktop keeps its key.
    return Installation(name, True, "installed as an extension; its settings are there", True)


async def _examine(
    name: str, assistant: Assistant, entry: Mapping[str, Any], trials: _Trials
) -> Installation:
    again = f"run {own_command()} install {name}"
    if is_off(entry):
        return Installation(name, False, f"installed, but switched off; to switch it on, {again}")
    if is_remote(entry):
        return await _examine_remote(name, assistant, entry, trials)
    command, args = _command(assistant, entry)
    if command is None:
        return Installation(name, False, f"the entry has no command; {again}")
    environment = _texts(entry.get(assistant.environment), trials.machine)
    if any("${input:" in value for value in environment.values()):
        return Installation(
            name, True, "installed, but not tried, because it asks you for its settings"
        )
    settings = read_settings(environment)
    has_key = settings.api_key is not None
    key = ", sandbox" if settings.sandbox else ", key set" if has_key else ""
    result = await trials.start(command, args, environment)
    if isinstance(result, str):
        return Installation(name, False, f"installed{key}; {result}", has_key)
    return Installation(name, True, f"installed{key}, starts in {result:.1f} s", has_key)


async def _examine_remote(
    name: str, assistant: Assistant, entry: Mapping[str, Any], trials: _Trials
) -> Installation:
    url = next(
        (str(value) for one, value in entry.items() if one.lower().endswith(("url", "uri"))), ""
    )
    headers = _texts(entry.get(assistant.headers), trials.machine)
    if any("${input:" in value for value in headers.values()):
        words = f"installed, at {url}; not tried, because it asks you for a key"
        return Installation(name, True, words)
    carried = {one.lower() for one in headers} & {KEY_HEADER, TOKEN_HEADER.lower()}
    result = await _reach(url, headers, calling=trials.calling)
    if isinstance(result, str) and not carried and "sign in" in result.lower():
        return Installation(name, True, f"installed, at {url}, where it asks you to sign in")
    if isinstance(result, str):
        return Installation(name, False, f"installed, at {url}; {result}")
    how = "key set" if carried else "no key"
    return Installation(name, True, f"installed, at {url}, {how}, responds in {result:.1f} s")


def _command(assistant: Assistant, entry: Mapping[str, Any]) -> tuple[str | None, list[str]]:
    command = entry.get(assistant.command)
    words = command if isinstance(command, list) else [command]
    more = entry.get(assistant.args) if assistant.args else None
    words = [*words, *(more if isinstance(more, list) else [])]
    texts = [word for word in words if isinstance(word, str)]
    return (texts[0], texts[1:]) if texts and texts == words else (None, [])


def _texts(found: Any, machine: Machine) -> dict[str, str]:
    """A table of texts, with the variables of the user's shell that assistants replace."""
    pairs = found.items() if isinstance(found, dict) else ()
    return {
        str(name): re.sub(
            r"\$\{(?:env:)?(\w+)(?::-[^}]*)?\}",
            lambda named: machine.environment.get(named[1], named[0]),
            value,
        )
        for name, value in pairs
        if isinstance(value, str)
    }


async def _start(server: StdioServerParameters, *, calling: bool) -> str | float:
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
        try:
            return await _call(Client(stdio_client(server, errlog=log)), calling=calling)
        except FileNotFoundError:
            return f"it does not start: there is no {server.command}"
        except TimeoutError:
            return f"it did not respond within {START_SECONDS:.0f} seconds"
        except OSError as error:
            return f"it does not start: {error.strerror} ({server.command})"
        except Exception as error:
            log.seek(0)
            said = log.read().strip().splitlines()
            cause = _cause(error)
            # What it printed last says more than that it has ended.
            why = said[-1] if said else str(cause) or type(cause).__name__
            return f"it does not start: {_without_keys(why)}"


async def _reach(url: str, headers: Mapping[str, str], *, calling: bool) -> str | float:
    try:
        async with httpx2.AsyncClient(headers=headers, timeout=START_SECONDS) as http:
            return await _call(
                Client(streamable_http_client(url, http_client=http)), calling=calling
            )
    except TimeoutError:
        return f"it did not respond within {START_SECONDS:.0f} seconds"
    except UnicodeEncodeError:
        return "its headers contain characters that cannot be sent"
    except Exception as error:
        cause = _cause(error)
        if _is_unknown_name(cause):
            return "no server of that name was found: check the address"
        what = "it cannot be reached" if isinstance(cause, httpx2.TransportError) else "it refuses"
        return f"{what}: {_without_keys(str(cause) or type(cause).__name__)}"


async def _call(client: Client, *, calling: bool) -> str | float:
    """The seconds until a server responds, or the sentence with which it refuses a free call."""
    began = monotonic()
    with anyio.fail_after(CALL_SECONDS):
        with anyio.fail_after(START_SECONDS) as limit:
            async with client:
                took = monotonic() - began
                limit.deadline = float("inf")
                if not calling:
                    return took
                result = await client.call_tool("list_sessions", {"limit": 1})
    if not result.is_error:
        return took
    text = " ".join(part.text for part in result.content if isinstance(part, TextContent))
    text = re.sub(r"[,;] (then )?call list_sessions again[^.]*", "", text)
    return _without_keys(text.removeprefix("Nothing was sent or charged: "))


def _cause(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _is_unknown_name(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, socket.gaierror):
        error = error.__cause__ or error.__context__
    return error is not None


def _without_keys(text: str) -> str:
    return re.sub(r"fjk_[\x21-\x7e]+", "fjk_…", text)[:300]
