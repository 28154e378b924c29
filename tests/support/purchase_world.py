"""A small world in which purchases fail: two clocks, a network with a gate, servers that die.

Everything runs in one thread and on one event loop, which runs only during a step of a test, so
that nothing happens between two steps.
"""

import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qs

import anyio
import anyio.lowlevel
import httpx
from mcp import Client
from mcp.client import ClientRequestContext
from mcp.client.session import ElicitationFnT
from mcp.server import MCPServer
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, InputResponses

from fj_mcp.clock import Clock
from fj_mcp.filters.query_map import to_queries
from fj_mcp.filters.search_filters import SearchFilters
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.routes import route_of
from fj_mcp.server.build import build_server
from fj_mcp.server.connection import Connection
from fj_mcp.settings.settings import Settings
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import Assistant, Refused, text_of
from tests.support.conditions import eventually
from tests.support.ledgers import IN_POSTGRES, ledger_settings, put_back, rows_of, wipe

T = TypeVar("T")
Moment = Literal["before", "after"]
Harm = Literal["file", "all", "replace"]
Result = dict[str, Any]
Call = tuple[int, str, dict[str, Any]]

KEY = "fjk_machine"
PAID = ("create_session", "update_session", "fetch_more", "reveal")
FREE = ("project_sessions", "get_session", "profiles")
DAY = 24 * 3600.0
MAX_SKEW = 26 * 3600.0
STARTS_AT = 1_700_000_000.0
"""Long past, because the age of a session is measured by the real clock."""

PATIENT_SECONDS = 20.0
HASTY_SECONDS = 0.5 if IN_POSTGRES else 0.2
"""Less than `Settings` accept, so that requests that hang until the deadline do not take long."""


class TwoClocks(Clock):
    """The clock of the servers' machine, and its difference from the API's."""

    def __init__(self) -> None:
        self.api = STARTS_AT
        self.skew = 0.0
        self.next_arrival: Callable[[], float | None] = lambda: None
        self.watched = asyncio.Event()
        self.arrive: Callable[[], Awaitable[None]]

    def api_now(self) -> float:
        """Unix seconds, by the API's clock."""
        return self.api

    def now(self) -> float:
        """Unix seconds, by this machine's clock."""
        return self.api + self.skew

    def set(self, seconds: float) -> None:
        """Set this machine's clock on or back, by a day or so in all.

        By more, `ServerClock` takes the API's time for a mistake.
        """
        self.skew = max(-MAX_SKEW, min(self.skew + seconds, MAX_SKEW))

    async def sleep(self, seconds: float) -> None:
        """Advance both clocks, unless one call is only watching another."""
        if 0 < seconds < 1:
            self.watched.set()
            # As often as a loaded machine allows: no clock tells when the other call is over.
            await anyio.sleep(0.002)
            return
        until = self.api + seconds
        await anyio.lowlevel.checkpoint()
        while (due := self.next_arrival()) is not None and due <= until:
            self.api = max(self.api, due)
            await self.arrive()
        self.api = until


@dataclass
class Gate:
    """A point where a paid request stops until it is released or abandoned."""

    moment: Moment
    late_seconds: float | None
    """If abandoned before its effect: the delay after which it takes effect all the same."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Charged:
    """A charge, with the user's wish that caused it."""

    wish: str
    session_id: str
    at: float


class Filter(httpx.AsyncBaseTransport):
    """The transport to the sandbox, which records the wish behind every charge."""

    def __init__(self, sandbox: Sandbox, clocks: TwoClocks) -> None:
        self._sandbox = sandbox
        self._inner = sandbox.transport()
        self._clocks = clocks
        self._late: list[tuple[float, httpx.Request]] = []
        self._one_at_a_time = anyio.Lock()
        self._chance = random.Random(0)
        self.gate: Gate | None = None
        self.charged: list[Charged] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # Without these pauses, concurrent calls would run one after the other.
        for _ in range(self._chance.randint(1, 4)):
            await anyio.lowlevel.checkpoint()
        if operation_of(request) not in PAID:
            return await self._inner.handle_async_request(request)
        gate, self.gate = self.gate, None
        if gate is not None and gate.moment == "before":
            try:
                await _stop_at(gate)
            except BaseException:
                if gate.late_seconds is not None:
                    self._late.append((self._clocks.api + gate.late_seconds, request))
                raise
        response = await self._carry_out(request)
        if gate is not None and gate.moment == "after":
            await _stop_at(gate)
        return response

    def next_arrival(self) -> float | None:
        """The time at which the next delayed request takes effect."""
        return min((at for at, _ in self._late), default=None)

    async def arrive(self) -> None:
        """Carry out the delayed requests that are due."""
        due = [request for at, request in self._late if at <= self._clocks.api]
        self._late = [(at, request) for at, request in self._late if at > self._clocks.api]
        for request in due:
            with suppress(httpx.TransportError):
                await self._carry_out(request)

    async def _carry_out(self, request: httpx.Request) -> httpx.Response:
        async with self._one_at_a_time:
            before = len(self._sandbox.charges)
            try:
                return await self._inner.handle_async_request(request)
            finally:
                for charge in self._sandbox.charges[before:]:
                    wish = wish_of(request)
                    self.charged.append(Charged(wish, charge.session_id, self._clocks.api))


async def _stop_at(gate: Gate) -> None:
    gate.reached.set()
    await gate.opened.wait()


def operation_of(request: httpx.Request) -> str:
    """The operation of a request."""
    route, _ = route_of(request.method, request.url.path)
    return route.operation if route else "unknown"


def wish_of(request: httpx.Request) -> str:
    """The user's intent behind a paid request."""
    operation = operation_of(request)
    parts = [operation, request.url.path.rpartition("/")[2]]
    if operation == "fetch_more":
        parts = [operation, request.url.path.split("/")[-2]]
    elif operation == "reveal":
        query = parse_qs(request.url.query.decode())
        names = ("sourcingSessionId", "linkedin_profile_url", "revealType")
        parts = [operation, *(query[name][0] for name in names)]
    elif operation == "update_session":
        body = json.loads(request.content)
        years = body["queries"].get("years_of_experience_raw", {}).get("value")
        parts.append(body.get("sessionTitle") or f"years {years}")
    elif operation == "create_session":
        body = json.loads(request.content)
        parts = [operation, _matched_by(body["queries"], body["jdDetail"].get("sampleProfileURL"))]
    return " | ".join(parts)


def create_wish(arguments: dict[str, Any]) -> str:
    """The wish in the arguments of a create call, equal to that of its request."""
    queries = to_queries(SearchFilters.model_validate(arguments["filters"]))
    return f"create_session | {_matched_by(queries, arguments.get('sample_profile_url'))}"


def _matched_by(queries: dict[str, Any], sample: str | None) -> str:
    """What makes a search another one: its title and text do not."""
    return json.dumps(in_order([sample or "", queries]), sort_keys=True)


def in_order(value: Any) -> Any:
    """A JSON value with sorted lists and in lower case."""
    if isinstance(value, dict):
        return {name: in_order(part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted(map(in_order, value), key=str)
    return value.casefold() if isinstance(value, str) else value


class OtherProcess:
    """A process other than a server that opens the ledger file."""

    PROGRAM = """
import sqlite3, sys
for line in sys.stdin:
    path = line.strip()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("SELECT count(*) FROM sqlite_master").fetchone()
    other.execute("BEGIN IMMEDIATE")
    print("held", flush=True)
    sys.stdin.readline()
    other.execute("COMMIT")
    other.close()
    print("closed", flush=True)
"""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def hold(self, path: Path) -> None:
        """Open the file, and begin a write transaction."""
        if self._process is None:
            command = [sys.executable, "-c", self.PROGRAM]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._say(str(path)) == "held\n"

    def close(self) -> None:
        """Commit without writing anything, and close the file."""
        assert self._say("") == "closed\n"

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            with self._process as process:
                assert process.stdin is not None
                process.stdin.close()
            self._process = None

    def _say(self, line: str) -> str:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(line, file=self._process.stdin, flush=True)
        return self._process.stdout.readline()


class Server:
    """Simulates a server process: after a restart it only knows the ledger."""

    def __init__(self, server: MCPServer[Connection], answer: ElicitationFnT | None = None) -> None:
        """Args: `answer`: gives the user's answers, for a client that can ask."""
        self._server = server
        self._answer = answer
        self._life: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._client: Client | None = None

    async def client(self) -> Client:
        """A connected client; starts the server if it is not running."""
        if self._client is None:
            started = asyncio.Event()
            self._stop = asyncio.Event()
            self._life = asyncio.create_task(self._live(started))
            await started.wait()
        assert self._client is not None
        return self._client

    async def stop(self) -> None:
        """Stop the server."""
        if self._life is not None:
            self._stop.set()
            await self._life
            self._life = None

    async def _live(self, started: asyncio.Event) -> None:
        try:
            async with Client(self._server, elicitation_callback=self._answer) as client:
                # List the tools now, so that concurrent calls do not wait for that.
                await client.list_tools()
                self._client = client
                started.set()
                await self._stop.wait()
        finally:
            self._client = None
            started.set()


async def _never(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    raise AssertionError("the question is part of the result")


class World:
    """A sandbox, and four servers of one user that share a ledger.

    The third one has a short deadline, and the fourth one asks before a purchase.
    """

    def __init__(
        self, folder: Path, *, hasty_seconds: float = HASTY_SECONDS, **sandbox: Any
    ) -> None:
        """Make the servers.

        Args:
            folder: of the ledger.
            hasty_seconds: the third server's deadline.
            sandbox: how the sandbox differs from the usual one.
        """
        self.clocks = TwoClocks()
        self._folder = folder
        self._sandbox_options = sandbox
        self._runner = asyncio.Runner()
        patient = Settings.model_validate(
            {
                "api_key": KEY,
                **ledger_settings(folder),
                "confirm_spend": "off",
                "call_deadline_seconds": PATIENT_SECONDS,
            }
        )
        hasty = patient.model_copy(update={"call_deadline_seconds": hasty_seconds})
        asking = patient.model_copy(update={"confirm_spend": "auto"})
        self.servers = [
            Server(build_server(one, lambda: self.wire, self.clocks), _never)
            for one in (patient, patient, hasty, asking)
        ]
        self.other = OtherProcess()
        self.sandbox: Sandbox
        self.wire: Filter
        self.begin()

    def begin(self) -> None:
        """Reset: no purchases, and no running server."""
        for server in self.servers:
            self.run(server.stop())
        wipe(self._folder)
        self.clocks.api, self.clocks.skew = STARTS_AT, 0.0
        self.sandbox = Sandbox(
            match_seconds=0,
            credits=1_000_000,
            people=400,
            first_batch=6,
            more_batch=1,
            phone_delay_seconds=30,
            rate_limit=1_000_000_000,
            clock=self.clocks.api_now,
            **self._sandbox_options,
        )
        self.wire = Filter(self.sandbox, self.clocks)
        self.clocks.next_arrival = self.wire.next_arrival
        self.clocks.arrive = self.wire.arrive

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine; nothing continues in the background afterwards."""
        return self._runner.run(work)

    def close(self) -> None:
        """Stop everything."""
        for server in self.servers:
            self.run(server.stop())
        self._runner.close()
        self.other.end()

    async def call(self, server: int, tool: str, arguments: dict[str, Any]) -> Result | str:
        """The result of a call, or the text of its error."""
        assistant = Assistant(await self.servers[server].client(), self.sandbox)
        try:
            return await assistant.call(tool, **arguments)
        except Refused as refused:
            return str(refused)

    async def calls(
        self, servers: list[int], tool: str, arguments: dict[str, Any]
    ) -> list[Result | str]:
        """The results of identical concurrent calls."""
        for server in servers:
            await self.servers[server].client()
        results: list[Result | str] = []

        async def one(server: int) -> None:
            results.append(await self.call(server, tool, arguments))

        async with anyio.create_task_group() as tasks:
            for server in servers:
                tasks.start_soon(one, server)
        return results

    async def approved_often(
        self, tool: str, arguments: dict[str, Any], times: int
    ) -> list[Result | str]:
        """Send one approval several times; return the results."""
        session = (await self.servers[3].client()).session
        asked = await session.call_tool(tool, arguments, allow_input_required=True)
        if isinstance(asked, CallToolResult):
            return [_outcome(asked)]
        yes = ElicitResult(action="accept", content={"approve": True})
        answers: InputResponses = dict.fromkeys(asked.input_requests or {}, yes)
        outcomes = []
        for _ in range(times):
            result = await session.call_tool(
                tool,
                arguments,
                input_responses=answers,
                request_state=asked.request_state,
                allow_input_required=True,
            )
            if isinstance(result, CallToolResult):
                outcomes.append(_outcome(result))
        return outcomes

    def take_away(self, how: Harm) -> None:
        """Delete or replace the ledger file."""
        file = self.ledger_file
        if how == "replace":
            copy = file.with_name("copy")
            with closing(sqlite3.connect(file)) as now, closing(sqlite3.connect(copy)) as then:
                now.backup(then)
            copy.replace(file)
        else:
            for end in [""] if how == "file" else ["", "-wal", "-shm"]:
                Path(f"{file}{end}").unlink(missing_ok=True)

    @property
    def ledger_file(self) -> Path:
        """The servers' shared file."""
        return self._folder / LEDGER_FILE

    async def interrupted(
        self, server: int, tool: str, arguments: dict[str, Any], gate: Gate, *, killed: bool
    ) -> Result | str | None:
        """A call that its client cancels at the gate, or whose server is killed there.

        Returns:
            None, or the result if the call did not reach the gate.
        """
        self.wire.gate = gate
        call = asyncio.create_task(self.call(server, tool, arguments))
        stopped = asyncio.create_task(gate.reached.wait())
        await asyncio.wait((call, stopped), return_when=asyncio.FIRST_COMPLETED)
        self.wire.gate = None
        stopped.cancel()
        if call.done():
            return call.result()
        left = self.rows()
        call.cancel()
        with suppress(asyncio.CancelledError):
            await call
        if killed:
            await self.servers[server].stop()
            self.restore(left)
        else:
            await self._until_quiet()
        return None

    async def gone_before_the_reply(
        self, server: int, tool: str, arguments: dict[str, Any]
    ) -> None:
        """A call whose server is killed between the API's response and its own to the client."""
        delivered = {row["id"] for row in self.rows() if row["told"]}
        await self.call(server, tool, arguments)
        await self.servers[server].stop()
        self.restore([row | {"told": int(row["id"] in delivered)} for row in self.rows()])

    async def overtaken(
        self,
        first: Call,
        second: Call,
        moment: Moment,
        meanwhile: Callable[[], Awaitable[None]],
    ) -> tuple[Result | str, Result | str | None]:
        """The results of a call that stops at a gate, and of a second call made in the meantime.

        If the first call does not reach the gate, the second is not made.
        """
        self.wire.gate = gate = Gate(moment, None)
        one = asyncio.create_task(self.call(*first))
        stopped = asyncio.create_task(gate.reached.wait())
        await asyncio.wait((one, stopped), return_when=asyncio.FIRST_COMPLETED)
        self.wire.gate = None
        stopped.cancel()
        if one.done():
            return one.result(), None
        await meanwhile()
        self.clocks.watched.clear()
        two = asyncio.create_task(self.call(*second))
        watching = asyncio.create_task(self.clocks.watched.wait())
        # The other either ends by itself or waits for the first.
        await asyncio.wait((two, watching), return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
        gate.opened.set()
        return await one, await two

    async def _until_quiet(self) -> None:
        """Wait until the server has seen the cancellation: nothing is pending then."""
        await eventually(
            lambda: all(row["state"] != "pending" for row in self.rows()), pause_seconds=0.001
        )

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the ledger."""
        return rows_of(self._folder)

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Restore rows, as written by a process that no longer exists.

        A killed process leaves the rows it had written, with its pid.
        """
        left = [
            row | {"process": _dead_process()} if row["state"] == "pending" else row for row in rows
        ]
        put_back(self._folder, left)


def _outcome(result: CallToolResult) -> Result | str:
    content: Result | None = result.structured_content
    return text_of(result) if result.is_error or content is None else content


@cache
def _dead_process() -> int:
    """The pid of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert process.pid != os.getpid()
    return process.pid
