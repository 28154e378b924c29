"""The commands as real processes, driven by raw lines and raw HTTP."""

import json
import os
import re
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import httpx
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from fj_mcp.sandbox.routes import ENDPOINTS
from tests.support.assistant import ERAS
from tests.support.fork_server import Started, start
from tests.support.ledgers import ledger_environment, rows_of

NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
"""What a machine's variables say of its network, in capitals or in small letters."""

CLEAN = {
    name: value
    for name, value in os.environ.items()
    # Other tests measure what these processes run; measuring them would only make them slow.
    if not name.startswith(("FJ_", "COV", "UV_RUN_")) and name.upper() not in NETWORK
} | {"XDG_CONFIG_HOME": os.devnull}
"""The environment of a process without any settings, not even those of this machine's user."""

_LIFETIME_SECONDS = 60.0
"""Processes are killed after this time: the pipes close, and a waiting test fails."""

Process = Started | subprocess.Popen[str]


def measuring() -> dict[str, str]:
    """The environment variables that measure a process, for code that no other test covers."""
    return {name: value for name, value in os.environ.items() if name.startswith("COV")}


class Api:
    """A sandbox process. Each key has its own workspace; a fault hits the next request."""

    def __init__(self, address: str, http: httpx.Client) -> None:
        self.address = address
        self._http = http
        self._root = address.removesuffix("/api/v1/wl")

    def fail(self, operation: str, kind: str, seconds: float, times: int = 1, **more: Any) -> None:
        """Make the next requests to an endpoint fail."""
        wish = {"operation": operation, "kind": kind, "seconds": seconds, "times": times, **more}
        self._http.post(f"{self._root}/sandbox/faults", json=wish).raise_for_status()

    def mend(self) -> None:
        """Remove all faults."""
        self._http.delete(f"{self._root}/sandbox/faults").raise_for_status()

    def charges(self, key: str, operation: str | None = None) -> list[str]:
        """The session of each charge to a key, oldest first."""
        return [
            charge["session_id"]
            for charge in self._state()["charges"]
            if charge["key"] == key and operation in (None, charge["operation"])
        ]

    def calls(self, *operations: str) -> int:
        """Count the requests to some endpoints, from any key."""
        assert {*operations} <= {*ENDPOINTS}
        counted = self._state()["calls"]
        return sum(counted.get(operation, 0) for operation in operations)

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = self._http.get(f"{self._root}/sandbox/state").json()
        return state


class Server:
    """A stdio server process, with the methods of a client."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._last_id = 0

    def send(self, method: str, params: dict[str, Any] | None = None, **more: Any) -> None:
        """Write one message."""
        assert self.process.stdin is not None
        message = {"jsonrpc": "2.0", "method": method, "params": params or {}} | more
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def request(self, method: str, params: dict[str, Any] | None = None) -> int:
        """Write one request without waiting for the response; returns its id."""
        self._last_id += 1
        self.send(method, params, id=self._last_id)
        return self._last_id

    def ask(self, tool: str, **arguments: Any) -> int:
        """Call a tool without waiting for the result; returns the request's id."""
        return self.request("tools/call", {"name": tool, "arguments": arguments})

    def line(self) -> dict[str, Any] | None:
        """The next message; None at the end of the stream."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        # A process that was killed may have left half a message.
        return json.loads(line) if line.endswith("\n") else None

    def rest(self) -> list[dict[str, Any]]:
        """Every message until the end of the stream."""
        return list(iter(self.line, None))

    def answers(self, request_ids: list[int]) -> list[dict[str, Any]]:
        """The results of these requests; other messages are skipped."""
        found: dict[int, dict[str, Any]] = {}
        while len(found) < len(request_ids):
            message = self.line()
            assert message is not None, "the server closed its stdout"
            if message.get("id") in request_ids and "method" not in message:
                assert "result" in message, message
                found[message["id"]] = message["result"]
        return [found[request_id] for request_id in request_ids]

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured result of a tool."""
        (result,) = self.answers([self.ask(tool, **arguments)])
        return facts_of(result)

    def refusal(self, tool: str, **arguments: Any) -> str:
        """The error text of a call, which must fail."""
        (result,) = self.answers([self.ask(tool, **arguments)])
        assert result.get("isError"), result
        text: str = result["content"][0]["text"]
        return text

    def search(self, **arguments: Any) -> str:
        """The id of a new, finished session."""
        session_id: str = self.call("create_sourcing_session", **arguments)["session_id"]
        assert self.call("wait_for_session", session_id=session_id)["status"] == "done"
        return session_id

    def hang_up(self) -> None:
        """Close the server's stdin."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def kill(self) -> None:
        """Kill the process (SIGKILL), and wait for it."""
        self.process.kill()
        self.process.wait()


class HttpServer:
    """A server process over HTTP, with clients for it."""

    def __init__(self, process: Process, address: str, log: Path) -> None:
        self.process = process
        self.address = address
        self.root = address.removesuffix("/mcp")
        self.port = int(self.root.rpartition(":")[2])
        self._log = log

    @asynccontextmanager
    async def client(self, key: str, era: str, **options: Any) -> AsyncIterator[Client]:
        """A client of one era, with a key."""
        headers = {"x-fj-api-key": key}
        async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
            transport = streamable_http_client(self.address, http_client=http)
            async with Client(transport, mode=era, **options) as client:
                yield client

    def end(self, patience_seconds: float = 40) -> None:
        """Terminate the process (SIGTERM), and wait for it."""
        self.process.terminate()
        self.process.wait(timeout=patience_seconds)

    def log(self) -> str:
        """The process's stderr."""
        return self._log.read_text(encoding="utf-8")


class ModernClient:
    """A client of protocol 2026-07-28, message by message, that can answer questions."""

    def __init__(self, server: HttpServer, key: str) -> None:
        self._server = server
        self._key = key
        self._http = httpx.Client(trust_env=False, timeout=60)

    def __enter__(self) -> "ModernClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, tool: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
        """The result of one message: the tool's result, or the question that precedes it."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": ERAS[0],
            "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
        }
        params = {"name": tool, "arguments": arguments, "_meta": meta, **more}
        headers = {
            "accept": "application/json, text/event-stream",
            "x-fj-api-key": self._key,
            "mcp-protocol-version": ERAS[0],
            "mcp-method": "tools/call",
            "mcp-name": tool,
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        response = self._http.post(self._server.address, json=body, headers=headers)
        result: dict[str, Any] = response.json()["result"]
        return result

    def approval(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        """The approval to send with a call; None if the server does not ask."""
        asked = self.send(tool, arguments)
        if "inputRequests" not in asked:
            return None
        yes = {"action": "accept", "content": {"approve": True}}
        answers = dict.fromkeys(asked["inputRequests"], yes)
        return {"requestState": asked["requestState"], "inputResponses": answers}

    def approved_often(
        self, tool: str, arguments: dict[str, Any], times: int
    ) -> list[dict[str, Any]]:
        """The results of a call whose approval, if needed, is sent several times."""
        approval = self.approval(tool, arguments)
        if approval is None:
            return [self.send(tool, arguments)]
        return [self.send(tool, arguments, **approval) for _ in range(times)]

    def ready(self) -> None:
        """Assert that the server is ready."""
        assert self._http.get(f"{self._server.root}/readyz").status_code == 200


def facts_of(result: dict[str, Any]) -> dict[str, Any]:
    """The structured content of a tool's result, which must not be an error."""
    assert not result.get("isError"), result
    content: dict[str, Any] = result["structuredContent"]
    return content


@contextmanager
def sandbox_process(match_seconds: int = 0, credits: int = 100, **settings: str) -> Iterator[Api]:
    """The sandbox in a separate process, which by default matches immediately."""
    rules = ("--match-seconds", str(match_seconds), "--credits", str(credits))
    arguments = ("sandbox", "--port", "0", *rules)
    with started(arguments, settings, lifetime_seconds=300) as process:
        assert process.stdout is not None
        (address,) = re.findall(r"http://127\.0\.0\.1:\d+/api/v1/wl", process.stdout.readline())
        # The sandbox is on this machine, so no proxy is used.
        with httpx.Client(trust_env=False, timeout=30) as http:
            yield Api(address, http)


@contextmanager
def stdio_process(api: Api, key: str, state: Path, **settings: str) -> Iterator[Server]:
    """A stdio server with a key, after its handshake; its ledger is in the folder `state`."""
    used = {"FJ_API_KEY": key, "FJ_API_BASE_URL": api.address} | ledger_environment(state)
    with started((), used | settings) as process:
        server = Server(process)
        hello = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        }
        server.answers([server.request("initialize", hello)])
        server.send("notifications/initialized")
        yield server
        if settings.keys() & measuring().keys():
            # A killed process would leave no coverage data.
            server.hang_up()
            process.wait(timeout=20)


@contextmanager
def http_process(
    state: Path,
    *arguments: str,
    api: Api | None = None,
    measured: bool = True,
    **settings: str,
) -> Iterator[HttpServer]:
    """A server over HTTP on a free port; its ledger and its log are in the folder `state`.

    Its coverage is measured, unless it must be fast.
    """
    used = ledger_environment(state) | {"FJ_EXPORT_DIR": str(state / "exports")}
    if api is not None:
        used["FJ_API_BASE_URL"] = api.address
    if measured:
        used |= measuring()
    command = ("serve", "--http", "--port", "0", *arguments)
    log = state / "log"
    with (
        log.open("w", encoding="utf-8") as stderr,
        started(command, used | settings, lifetime_seconds=300, stderr=stderr) as process,
    ):
        assert process.stdout is not None
        announced = process.stdout.readline()
        assert announced, log.read_text(encoding="utf-8")
        server = HttpServer(process, announced.split()[-1], log)
        yield server
        # A killed process would leave no coverage data.
        server.end()


@contextmanager
def started(
    arguments: tuple[str, ...],
    settings: dict[str, str],
    lifetime_seconds: float = _LIFETIME_SECONDS,
    stderr: TextIO | None = None,
) -> Iterator[Process]:
    """A process of the command with only these settings, killed after its lifetime."""
    process = start(arguments, CLEAN | settings, stderr)
    watchdog = threading.Timer(lifetime_seconds, process.kill)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        # Input for a process that has ended cannot be flushed.
        with suppress(OSError), process:
            pass


def workers_of(server: HttpServer) -> list[int]:
    """The pids of the processes that serve, without the one that watches over them."""
    pid = server.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if "spawn_main" in _command_of(child)]


def _command_of(pid: str) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def purchases(state: Path) -> list[tuple[str, str, str | None]]:
    """Operation, state and session of each purchase in a folder's ledger."""
    return [(row["operation"], row["state"], row["session_id"]) for row in rows_of(state)]


def states(state: Path) -> list[str]:
    """The states of the purchases in a folder's ledger, oldest first."""
    return [row[1] for row in purchases(state)]
