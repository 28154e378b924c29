"""What an entry points to: this installation, or a server at a URL, with the user's key."""

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import typer

from fj_mcp.commands.install.assistant import (
    TOKEN_HEADER,
    Address,
    Assistant,
    Launch,
)
from fj_mcp.commands.install.errors import CannotInstall
from fj_mcp.commands.install.machine import Machine
from fj_mcp.settings.settings import (
    API_KEY,
    KEY_HEADER,
    SANDBOX,
    Settings,
    read_settings,
    safe_address,
)
from fj_mcp.text.own_command import own_command

KEY_PLACEHOLDER = "fjk_…"
"""A placeholder for the key; the server recognizes it and says what to set."""

OTHERWISE = "; or unset it, and set FJ_HTTP_TOKEN to the token of that server"

TRIES = 3
"""How often a key may be entered."""

NETWORK = (
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
)
"""Variables that some assistants do not pass on, and without which a company's network refuses."""


class Server:
    """The server to install.

    Args:
        settings: the key, or the sandbox.
        started: the command that starts this installation.
        url: the address of a team's server to use instead.
        sign_in: whether that server asks its users to sign in, so that no key is sent.

    Raises:
        CannotInstall: the address cannot be used.
    """

    def __init__(
        self, settings: Settings, started: Launch, *, url: str | None = None, sign_in: bool = False
    ) -> None:
        self.settings = settings
        self.started = started
        self.url = None if url is None else usable_url(url)
        self.sign_in = sign_in
        self._entered: str | None = None

    @property
    def private(self) -> bool:
        """Whether its entries hold a key or a token."""
        return not self.settings.sandbox and not self.sign_in

    def target(
        self, assistant: Assistant, now: Mapping[str, Any], machine: Machine
    ) -> Launch | Address:
        """What to write for an assistant, given its current entry. May ask for the key.

        Raises:
            CannotInstall: there is no key, or the assistant takes no address.
        """
        if self.url is not None:
            _check_remote(assistant, self.url)
            return Address(self.url, self._headers(now.get(assistant.headers)))
        return self._launch(self._variables(now.get(assistant.environment), machine))

    def example(self, assistant: Assistant, machine: Machine) -> Launch | Address:
        """What to print for an assistant, with a placeholder for the key.

        Raises:
            CannotInstall: the assistant takes no address.
        """
        if self.url is not None:
            _check_remote(assistant, self.url)
            return Address(self.url, {} if self.sign_in else {KEY_HEADER: KEY_PLACEHOLDER})
        if self.settings.sandbox:
            return self._launch({SANDBOX: "1"})
        shown = {name: _without_password(value) for name, value in _network(machine).items()}
        return self._launch({API_KEY: KEY_PLACEHOLDER, **shown})

    def _launch(self, variables: Mapping[str, str]) -> Launch:
        return replace(self.started, environment=dict(variables))

    def _variables(self, now: Any, machine: Machine) -> dict[str, str]:
        variables: dict[str, str] = dict(now) if isinstance(now, dict) else {}
        if self.settings.sandbox:
            variables.pop(API_KEY, None)
            return variables | {SANDBOX: "1"}
        variables.pop(SANDBOX, None)
        # What is there may be a reference, such as ${env:FJ_API_KEY}.
        key = self._key() or variables.get(API_KEY) or self._prompt("FutureJobs key (fjk_…)")
        return variables | _network(machine) | {API_KEY: key}

    def _headers(self, now: Any) -> dict[str, str]:
        headers: dict[str, str] = dict(now) if isinstance(now, dict) else {}
        ours = {KEY_HEADER, TOKEN_HEADER.lower()}
        others = {name: value for name, value in headers.items() if name.lower() not in ours}
        if self.sign_in:
            return others
        token = self.settings.http_token
        key = self._key() or (token.get_secret_value() if token else None)
        if key is None and len(others) < len(headers):
            return headers
        key = key or self._prompt("FutureJobs key (fjk_…), or the token of the server")
        return others | _credential(key)

    def _key(self) -> str | None:
        for problem in self.settings.problems:
            if problem.startswith(API_KEY):
                raise CannotInstall(f"{problem}{'' if self.url is None else OTHERWISE}.")
        return self.settings.api_key.get_secret_value() if self.settings.api_key else None

    def _prompt(self, question: str) -> str:
        if self._entered is None and sys.stdin.isatty():
            self._entered = self._ask(question)
        if self._entered is not None:
            return self._entered
        raise CannotInstall(self._needed())

    def _needed(self) -> str:
        if self.url is None:
            return (
                f"This needs your FutureJobs key: set {API_KEY}, or add --sandbox to try without "
                "one."
            )
        return (
            f"This needs your FutureJobs key or the token of the server: set {API_KEY} or "
            "FJ_HTTP_TOKEN."
        )

    def _ask(self, question: str) -> str:
        left = TRIES
        while True:
            left -= 1
            # With a default, an empty answer is returned instead of asked again in silence.
            typed = typer.prompt(question, "", show_default=False, hide_input=True, err=True)
            try:
                return self._checked(typed, last=not left)
            except CannotInstall as error:
                if not left:
                    raise
                typer.echo(str(error), err=True)

    def _checked(self, typed: str, *, last: bool) -> str:
        if not typed.strip():
            raise CannotInstall(self._needed() if last else self._without_key())
        return _checked(typed, token=self.url is not None)

    def _without_key(self) -> str:
        if self.url is not None:
            return "No key yet? Press Ctrl-C, and ask the person who runs that server for a token."
        return f"No key yet? Press Ctrl-C, and run {own_command()} install --sandbox."


def usable_url(url: str) -> str:
    """The address of a server's MCP endpoint, from one that a person typed.

    Raises:
        CannotInstall: it is no address, or would send a key unencrypted.
    """
    address = url.strip()
    try:
        address = safe_address(address)
        path = urlsplit(address).path
    except ValueError as error:
        raise CannotInstall(f"--url {error}.") from None
    return address if path else f"{address}/mcp"


def _checked(typed: str, *, token: bool) -> str:
    """A key or a token that was typed.

    Raises:
        CannotInstall: it cannot be one.
    """
    settings = read_settings({API_KEY: typed})
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    if token and re.fullmatch(r"[\x21-\x7e]{1,200}", typed.strip()):
        return typed.strip()
    raise CannotInstall(f"{API_KEY} must be a FutureJobs key, which starts with fjk_.")


def _credential(key: str) -> dict[str, str]:
    return {KEY_HEADER: key} if key.startswith("fjk_") else {TOKEN_HEADER: f"Bearer {key}"}


def _check_remote(assistant: Assistant, url: str) -> None:
    if assistant.url is None:
        raise CannotInstall(
            f"{assistant.title} does not read addresses from its configuration file. If users can "
            f"sign in to that server, add {url} in the app, {assistant.sign_in}. If they cannot, "
            "install the server on this machine instead, without --url."
        )


def _network(machine: Machine) -> dict[str, str]:
    """The proxies and certificates of the user's shell."""
    found = {}
    for name in NETWORK:
        # Most programs prefer the spelling in lower case.
        value = machine.environment.get(name.lower()) or machine.environment.get(name)
        if value:
            found[name] = value
    return found


def _without_password(value: str) -> str:
    return re.sub(r"(//|^)[^/@]*@", r"\1…@", value)
