"""What the scripts share that try this server as a new user would: homes, clients, servers."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from arguments import folder_argument

ROOT = Path(__file__).resolve().parent.parent
DOWNLOAD_SECONDS = 400
COMMAND_SECONDS = 90
LIFETIME_SECONDS = 1_200
"""Servers are killed after this time."""


class Home:
    """An empty home folder, and the commands run in it."""

    def __init__(self, home: Path, clients: Path) -> None:
        own = ("FJ_", "CLAUDE", "CODEX_", "GEMINI_", "XDG_", "COV", "VIRTUAL_ENV")
        ours = str(Path(sys.executable).parent)
        found_in = [
            *(str(clients / "node_modules" / ".bin"), str(home / ".local" / "bin")),
            *(folder for folder in os.environ["PATH"].split(os.pathsep) if folder != ours),
        ]
        self.path = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(own)},
            "HOME": str(home),
            "PATH": os.pathsep.join(found_in),
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "NO_COLOR": "1",
        }

    def run(self, *command: str) -> str:
        """Run a command; returns its output, and prints it."""
        print(f"$ {' '.join(command)}", flush=True)
        try:
            done = subprocess.run(
                command,
                cwd=self.path,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=COMMAND_SECONDS,
                check=False,
            )
            output = done.stdout.strip()
        except subprocess.TimeoutExpired:
            output = f"no result within {COMMAND_SECONDS} seconds"
        print(f"{output}\n", flush=True)
        return output

    def install(self, client: str) -> None:
        """Install this server, with the sandbox."""
        self.run(sys.executable, "-m", "fj_mcp", "install", client, "--sandbox")

    def install_url(self, client: str, url: str) -> None:
        """Install a server at an address, with a key."""
        self.environment["FJ_API_KEY"] = "fjk_tried"
        self.run(sys.executable, "-m", "fj_mcp", "install", client, "--url", url)

    def trust(self) -> None:
        """Let Gemini CLI trust the home."""
        trusted = self.path / ".gemini" / "trustedFolders.json"
        trusted.parent.mkdir(exist_ok=True)
        trusted.write_text(json.dumps({str(self.path): "TRUST_FOLDER"}), encoding="utf-8")


@contextmanager
def serving(*command: str, cwd: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """A server for the duration of the context; yields the address that it prints."""
    print(f"$ {' '.join(command)}", flush=True)
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(LIFETIME_SECONDS, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        assert process.stdout is not None
        (address,) = re.findall(r"https?://\S+", process.stdout.readline())
        yield address
    finally:
        watchdog.cancel()
        process.terminate()
        process.communicate()


def run_trials(
    trials: Mapping[str, Callable[[Home], bool]], packages: Sequence[str], about: str | None
) -> int:
    """Install the clients and run each trial in a home of its own; returns the exit status.

    Args:
        trials: by name; each returns whether it went well.
        packages: of npm, with the clients.
        about: the script's help.
    """
    given = folder_argument(about)
    with TemporaryDirectory(prefix="fj-mcp-clients-") as temporary:
        clients = given or Path(temporary)
        missing = [name for name in packages if not (clients / "node_modules" / name).exists()]
        if missing:
            command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(clients)]
            subprocess.run([*command, *missing], timeout=DOWNLOAD_SECONDS, check=True)
        results = {}
        for name, trial in trials.items():
            folder = Path(temporary) / name.replace(" ", "-")
            folder.mkdir()
            print(f"== {name}", flush=True)
            results[name] = trial(Home(folder, clients.resolve()))
    for name, good in results.items():
        print(f"{'ok  ' if good else 'FAIL'} {name}")
    return 0 if all(results.values()) else 1
