"""An app in a process of its own that knows no more of a server than its address."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import oauth_app
from tests.support.processes import CLEAN


class App:
    """The process, with the methods of its user.

    Attributes:
        stored: the file with its tokens.
    """

    def __init__(self, process: "subprocess.Popen[str]", stored: Path) -> None:
        self._process = process
        self.stored = stored

    def ask(self, tool: str, **arguments: Any) -> None:
        """Call a tool without waiting for the answer."""
        self._send({"tool": tool, "arguments": arguments})

    def heard(self) -> dict[str, Any]:
        """What it writes next."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the app has ended"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def result(self) -> dict[str, Any]:
        """The result of what was asked, for which nobody must sign in."""
        answer = self.heard()
        assert answer.keys() == {"result"}, answer
        result: dict[str, Any] = answer["result"]
        return result

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool, for which nobody must sign in."""
        self.ask(tool, **arguments)
        return self.result()

    def wants_to_sign_in(self) -> str:
        """The address that it opens in the browser, instead of an answer."""
        answer = self.heard()
        assert answer.keys() == {"open"}, answer
        address: str = answer["open"]
        return address

    def revoke(self) -> None:
        """Give its tokens back."""
        self._send({"revoke": True})
        self.result()

    def tokens(self) -> dict[str, Any]:
        """What it has stored."""
        tokens: dict[str, Any] = json.loads(self.stored.read_text())["tokens"]
        return tokens

    def credentials(self) -> dict[str, str]:
        """What it authenticates itself with."""
        info = json.loads(self.stored.read_text())["info"]
        return {name: info[name] for name in ("client_id", "client_secret")}

    def _send(self, command: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()


@contextmanager
def app_process(address: str, stored: Path, era: str, **variables: str) -> Iterator[App]:
    """An app for the server at an address, killed at the end."""
    command = [sys.executable, "-m", oauth_app.__name__, address, str(stored), era]
    with subprocess.Popen(
        command,
        env=CLEAN | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield App(process, stored)
        finally:
            process.kill()
