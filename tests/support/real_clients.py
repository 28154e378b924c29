"""Real clients of MCP, installed by `npm --prefix tests/clients install`, and their browser."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.balancers import Balancer, balancer
from tests.support.processes import CLEAN, Api, HttpServer, http_process
from tests.support.repository import ROOT
from tests.support.sign_in import STATE_KEY

PROGRAMS = ROOT / "tests" / "clients" / "node_modules" / ".bin"
SECONDS = 90
"""Time limit of a client's command."""

_FOREIGN = (
    *("ANTHROPIC", "CLAUDE", "CODEX", "MCP_", "NODE_", "NPM_", "OPENCODE", "XDG_"),
    # With a display, a client may look for a browser itself.
    *("DISPLAY", "WAYLAND"),
)

ONLY_THIS_MACHINE = {
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1,localhost",
}
"""Variables that name a proxy that nobody runs. A server behind it reads no client's document."""


class Terminal:
    """A client's command that runs in a terminal of its own.

    Attributes:
        said: what it has written so far.
    """

    def __init__(self, command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> None:
        ours, its = os.openpty()
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
        )
        os.close(its)
        self.said = ""
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until it has written what fits a regular expression."""
        deadline = time.monotonic() + SECONDS
        while (found := re.search(pattern, self.said)) is None:
            assert self.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        return found

    def wait(self) -> int:
        """Wait until it has ended; its exit status."""
        status = self._process.wait(timeout=SECONDS)
        self._reader.join(timeout=SECONDS)
        return status

    def kill(self) -> None:
        """Kill it, if it still runs."""
        self._process.kill()
        self.wait()

    def _read(self, ours: int) -> None:
        with os.fdopen(ours, "rb", buffering=0) as screen:
            try:
                while piece := screen.read(4096):
                    self.said += piece.decode("utf-8", "replace")
            except OSError:
                # Linux reports the end of a terminal's last process as an error.
                return


class ClientHome:
    """An empty home folder, in which clients run that reach nothing but this machine."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "home"
        self._opened = folder / "opened"
        browser = folder / "programs" / "xdg-open"
        for made in (self.path, browser.parent):
            made.mkdir()
        browser.write_text(f'#!/bin/sh\necho "$1" >> "{self._opened}"\n')
        browser.chmod(0o700)
        own = {name: value for name, value in CLEAN.items() if not name.startswith(_FOREIGN)}
        self.environment = (
            own
            | ONLY_THIS_MACHINE
            | {
                "HOME": str(self.path),
                "PATH": os.pathsep.join([str(browser.parent), str(PROGRAMS), os.environ["PATH"]]),
                "BROWSER": str(browser),
                "NO_COLOR": "1",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
                "DISABLE_AUTOUPDATER": "1",
            }
        )

    def run(self, *command: str, **environment: str) -> str:
        """Run a command without a terminal; its output."""
        done = subprocess.run(
            command,
            cwd=self.path,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.stdout

    @contextmanager
    def pipes(self, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command that reads messages and writes messages."""
        with subprocess.Popen(
            command,
            cwd=self.path,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            watchdog = threading.Timer(SECONDS, process.kill)
            watchdog.start()
            try:
                yield process
            finally:
                watchdog.cancel()
                process.kill()

    @contextmanager
    def terminal(self, *command: str, **environment: str) -> Iterator[Terminal]:
        """Run a command in a terminal."""
        running = Terminal(command, self.path, self.environment | environment)
        try:
            yield running
        finally:
            running.kill()

    def opened(self, running: Terminal | subprocess.Popen[str]) -> str:
        """The address that a command opens in the browser, as soon as it does."""
        deadline = time.monotonic() + SECONDS
        while not (self._opened.exists() and self._opened.read_text().endswith("\n")):
            said = running.said if isinstance(running, Terminal) else running.args
            assert running.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)
        address = self._opened.read_text().splitlines()[-1]
        self._opened.unlink()
        return address


@contextmanager
def public_server(folder: Path, api: Api, **settings: str) -> Iterator[str]:
    """The public address of a server that users sign in to."""
    with balancer() as front, server_at(front, folder, api, **settings) as server:
        front.serve(server)
        yield front.url


@contextmanager
def server_at(front: Balancer, folder: Path, api: Api, **settings: str) -> Iterator[HttpServer]:
    """A server whose public address is a balancer's."""
    folder.mkdir(exist_ok=True)
    own = {"FJ_STATE_KEY": STATE_KEY} | settings
    with http_process(folder, "--public-url", front.url, api=api, measured=False, **own) as server:
        yield server


def allow(page: Page, address: str, app: str, key: str, *, spend: bool = True) -> None:
    """Open an app's link in the browser, enter the key, and allow what the app asks for.

    Without `spend`, all but to spend credits.
    """
    page.goto(address)
    expect(page.get_by_text(f"{app} wants to use your FutureJobs account")).to_be_visible()
    if not spend:
        page.get_by_label("Spend credits").uncheck()
    page.get_by_label("Your FutureJobs key").fill(key)
    page.get_by_role("button", name="Allow").click()


def connected_apps(page: Page, url: str) -> int:
    """How many apps the user finds connected."""
    page.goto(f"{url}/connections")
    return page.get_by_role("button", name="Disconnect").count()


def needs(program: str) -> pytest.MarkDecorator:
    """Skip a module's tests without one of the clients; where `.ci/run` installs it, they fail."""
    required = "CI" in os.environ and sys.platform == "linux"
    absent = not (PROGRAMS / program).exists() and not required
    return pytest.mark.skipif(
        absent, reason=f"{program} needs `npm --prefix tests/clients install`"
    )


def free_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
