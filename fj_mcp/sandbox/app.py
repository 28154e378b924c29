"""The sandbox as an ASGI app: a small FutureJobs API with fictional candidates."""

import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict, dataclass, replace
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

import anyio
import httpx

from fj_mcp.sandbox.faults import Fault, Faults
from fj_mcp.sandbox.request import Request, Rules
from fj_mcp.sandbox.responses import Refusal, Response
from fj_mcp.sandbox.routes import ENDPOINTS, Route, route_of
from fj_mcp.sandbox.sessions import Session, object_id
from fj_mcp.sandbox.transport import ConnectionDropped, SandboxTransport, hang_up
from fj_mcp.sandbox.workspaces import Charge, Workspace

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CONTROL = "/sandbox/"


@dataclass(frozen=True)
class Call:
    """A received request; `body` is the parsed JSON, or None without one."""

    operation: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    key: str


class Sandbox:
    """The API with fictional candidates. Each key that starts with `fjk_` has its own workspace.

    Args:
        match_seconds: duration of matching; with 0 it is done at the first read.
        credits: initial credits of a workspace.
        first_batch: most profiles that a search returns.
        more_batch: most profiles that each fetch-more adds.
        people: size of the population.
        phone_delay_seconds: delay between a reveal and the arrival of the phone number.
        rate_limit: calls that a key may make in `rate_window_seconds`.
        rate_window_seconds: length of the rate limit's window.
        clock: returns the time in Unix seconds; all state follows from it.
        lose_ranges_on_update: whether sessions omit their RANGE filters after an update.
        only_new_batch_after_fetch: whether fetch-more leaves only the newest batch listed.
        refuse_without_match: whether a search that matches nobody is refused, as the API does.

    Attributes:
        calls: every request received, oldest first.
        charges: every charge made, oldest first.
    """

    def __init__(
        self,
        *,
        match_seconds: float = 3.0,
        credits: int = 100,
        first_batch: int = 100,
        more_batch: int = 25,
        people: int = 5000,
        phone_delay_seconds: float = 2.0,
        rate_limit: int = 6000,
        rate_window_seconds: float = 60,
        clock: Callable[[], float] = time.time,
        lose_ranges_on_update: bool = False,
        only_new_batch_after_fetch: bool = False,
        refuse_without_match: bool = True,
    ) -> None:
        self.calls: list[Call] = []
        self.charges: list[Charge] = []
        self._rules = Rules(
            match_seconds=match_seconds,
            first_batch=first_batch,
            more_batch=more_batch,
            people=people,
            phone_delay_seconds=phone_delay_seconds,
            lose_ranges_on_update=lose_ranges_on_update,
            only_new_batch_after_fetch=only_new_batch_after_fetch,
            refuse_without_match=refuse_without_match,
        )
        self._credits = credits
        self._rate_limit, self._rate_window_seconds = rate_limit, rate_window_seconds
        self._clock = clock
        self._workspaces: dict[str, Workspace] = {}
        self._faults = Faults()
        self._responses = 0

    @property
    def sessions(self) -> dict[str, Session]:
        """Every stored session, by id."""
        return {
            session.id: session
            for workspace in self._workspaces.values()
            for session in workspace.sessions.values()
        }

    def credits_left(self, key: str) -> int:
        """The remaining credits of a key's workspace."""
        return self._workspace(key).credits

    def fail(self, operation: str, fault: Fault, times: int = 1) -> None:
        """Make the next `times` calls of an operation fail, once they have passed the key check.

        Raises:
            ValueError: for an unknown operation.
        """
        if operation not in ENDPOINTS:
            raise ValueError(f"operation must be one of {', '.join(ENDPOINTS)}")
        self._faults.add(operation, fault, times)

    def mend(self) -> None:
        """Remove all pending faults."""
        self._faults = Faults()

    def transport(self) -> httpx.AsyncBaseTransport:
        """A transport for `httpx.AsyncClient` that sends every request to this sandbox."""
        return SandboxTransport(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request. The app needs no lifespan."""
        if scope["type"] != "http":
            return
        raw_body = await _read(receive)
        if scope["path"].startswith(_CONTROL):
            await self._send(send, self._control(scope["method"], scope["path"], raw_body), {})
            return
        fault: Fault | None = None
        limits: dict[str, str] = {}
        try:
            route, request = self._admit(scope, raw_body, limits)
            fault = request.fault
            response = await _before(fault) or await self._perform(route, request)
        except Refusal as refusal:
            response = refusal.response()
        except ConnectionDropped:
            if await hang_up(receive):
                return
            raise
        if fault and fault.has_effect:
            response = fault.alter(response)
        await self._send(send, response, limits)

    async def _perform(self, route: Route, request: Request) -> Response:
        try:
            response = route.handler(replace(request, now=self._clock()))
        except Refusal as refusal:
            response = refusal.response()
        await _after(request.fault)
        return response

    def _admit(
        self, scope: Scope, raw_body: bytes, limits: dict[str, str]
    ) -> tuple[Route, Request]:
        """Record a request, and check its key and the rate limit; adds headers to `limits`."""
        method, path = scope["method"], scope["path"]
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        headers = {name.lower(): value for name, value in scope["headers"]}
        key = headers.get(b"x-fj-api-key", b"").decode("latin-1")
        route, found_id = route_of(method, path)
        operation = route.operation if route else "unknown"
        self.calls.append(Call(operation, method, path, query, _parsed(raw_body), key))
        if route is None:
            raise Refusal(404, f"Cannot {method} {path}")
        if not key.startswith("fjk_"):
            raise Refusal(401, "Unauthorized")
        workspace, now = self._workspace(key), self._clock()
        limits |= workspace.count_call(now, self._rate_limit, self._rate_window_seconds)
        fault = self._faults.take(route.operation)
        return route, Request(self._rules, workspace, now, found_id, query, raw_body, fault)

    def _workspace(self, key: str) -> Workspace:
        new = Workspace(key, self._credits, self.charges)
        return self._workspaces.setdefault(key, new)

    def _control(self, method: str, path: str, raw_body: bytes) -> Response:
        """Requests to the sandbox itself, for other programs' tests; they need no key."""
        if (method, path) == ("GET", "/sandbox/state"):
            counted = Counter(call.operation for call in self.calls)
            state = {
                "credits": {key: space.credits for key, space in self._workspaces.items()},
                "charges": [asdict(charge) for charge in self.charges],
                "calls": dict(counted),
            }
            return Response(200, state)
        if (method, path) == ("DELETE", "/sandbox/faults"):
            self.mend()
            return Response(200, {"success": True})
        if (method, path) != ("POST", "/sandbox/faults"):
            return Refusal(404, f"Cannot {method} {path}").response()
        try:
            fields = dict(_parsed(raw_body) or {})
            operation, times = fields.pop("operation", ""), int(fields.pop("times", 1))
            self.fail(operation, Fault(**fields), times)
        except (TypeError, ValueError) as error:
            return Refusal(400, str(error)).response()
        return Response(200, {"success": True})

    async def _send(self, send: Send, response: Response, limits: dict[str, str]) -> None:
        self._responses += 1
        now = self._clock()
        body = response.encoded()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "Date": formatdate(now, usegmt=True),
            "X-Request-Id": object_id(now, f"request {self._responses}"),
            **limits,
            **response.headers,
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


async def _before(fault: Fault | None) -> Response | None:
    """The response of a fault that prevents the operation's effect."""
    if fault and fault.kind == "drop_before":
        raise ConnectionDropped
    if fault and fault.kind == "delay_before":
        await anyio.sleep(fault.seconds)
    return None if fault is None or fault.has_effect else fault.response()


async def _after(fault: Fault | None) -> None:
    if fault and fault.kind == "drop_after":
        raise ConnectionDropped
    if fault and fault.kind == "delay_after":
        await anyio.sleep(fault.seconds)


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _parsed(raw_body: bytes) -> Any:
    try:
        return json.loads(raw_body)
    except ValueError:
        return None
