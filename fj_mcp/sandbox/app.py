"""The sandbox as an ASGI app: the FutureJobs API in miniature, over invented people."""

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
from fj_mcp.sandbox.responses import Answer, Refusal
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
    """A request that arrived; `body` is the parsed JSON, None where there was none."""

    operation: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    key: str


class Sandbox:
    """The API over invented people. Every key that starts with `fjk_` is a workspace of its own.

    Args:
        match_seconds: how long matching takes; with 0 it is done at the first read.
        credits: what a workspace starts with.
        first_batch: how many profiles a search brings at most.
        more_batch: how many profiles each fetch-more brings at most.
        people: how many people there are.
        phone_delay_seconds: how long after its reveal a telephone number arrives.
        rate_limit: how many calls a key may make in `rate_window_seconds`.
        rate_window_seconds: the length of the rate limit's window.
        clock: gives the present in Unix seconds; all state follows from it.
        lose_ranges_on_update: an update forgets the RANGE filters in what it shows.
        only_new_batch_after_fetch: after fetch-more the profiles are the newest batch alone.
        refuse_without_match: a search that fits nobody is refused, as the API does.

    Attributes:
        calls: every request that arrived, the oldest first.
        charges: every charge that was made, the oldest first.
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
        self._answered = 0

    @property
    def sessions(self) -> dict[str, Session]:
        """Every stored session by its id."""
        return {
            session.id: session
            for workspace in self._workspaces.values()
            for session in workspace.sessions.values()
        }

    def credits_left(self, key: str) -> int:
        """The credits of the workspace that `key` opens."""
        return self._workspace(key).credits

    def fail(self, operation: str, fault: Fault, times: int = 1) -> None:
        """Let the next `times` calls of an operation that pass the key check fail.

        Raises:
            ValueError: for an operation that the API does not have.
        """
        if operation not in ENDPOINTS:
            raise ValueError(f"an operation is one of {', '.join(ENDPOINTS)}")
        self._faults.add(operation, fault, times)

    def mend(self) -> None:
        """Let nothing fail any more."""
        self._faults = Faults()

    def transport(self) -> httpx.AsyncBaseTransport:
        """A transport for `httpx.AsyncClient` that serves every address from this sandbox."""
        return SandboxTransport(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request; the app needs no lifespan."""
        if scope["type"] != "http":
            return
        raw_body = await _read(receive)
        if scope["path"].startswith(_CONTROL):
            await self._send(send, self._control(scope["method"], scope["path"], raw_body), {})
            return
        fault: Fault | None = None
        limits: dict[str, str] = {}
        try:
            route, request = self._arrived(scope, raw_body, limits)
            fault = request.fault
            answer = await _before(fault) or await self._perform(route, request)
        except Refusal as refusal:
            answer = refusal.answer()
        except ConnectionDropped:
            if await hang_up(receive):
                return
            raise
        if fault and fault.has_effect:
            answer = fault.spoil(answer)
        await self._send(send, answer, limits)

    async def _perform(self, route: Route, request: Request) -> Answer:
        try:
            answer = route.answer(replace(request, now=self._clock()))
        except Refusal as refusal:
            answer = refusal.answer()
        await _after(request.fault)
        return answer

    def _arrived(
        self, scope: Scope, raw_body: bytes, limits: dict[str, str]
    ) -> tuple[Route, Request]:
        """Note a request, and see that its key and its rate are good; fills `limits`."""
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

    def _control(self, method: str, path: str, raw_body: bytes) -> Answer:
        """What other programs' tests ask of the sandbox itself, without a key."""
        if (method, path) == ("GET", "/sandbox/state"):
            counted = Counter(call.operation for call in self.calls)
            state = {
                "credits": {key: space.credits for key, space in self._workspaces.items()},
                "charges": [asdict(charge) for charge in self.charges],
                "calls": dict(counted),
            }
            return Answer(200, state)
        if (method, path) == ("DELETE", "/sandbox/faults"):
            self.mend()
            return Answer(200, {"success": True})
        if (method, path) != ("POST", "/sandbox/faults"):
            return Refusal(404, f"Cannot {method} {path}").answer()
        try:
            wish = dict(_parsed(raw_body) or {})
            operation, times = wish.pop("operation", ""), int(wish.pop("times", 1))
            self.fail(operation, Fault(**wish), times)
        except (TypeError, ValueError) as error:
            return Refusal(400, str(error)).answer()
        return Answer(200, {"success": True})

    async def _send(self, send: Send, answer: Answer, limits: dict[str, str]) -> None:
        self._answered += 1
        now = self._clock()
        body = answer.encoded()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(body)),
            "Date": formatdate(now, usegmt=True),
            "X-Request-Id": object_id(now, f"request {self._answered}"),
            **limits,
            **answer.headers,
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})


async def _before(fault: Fault | None) -> Answer | None:
    """The answer of a fault that keeps the operation from its effect."""
    if fault and fault.kind == "drop_before":
        raise ConnectionDropped
    if fault and fault.kind == "delay_before":
        await anyio.sleep(fault.seconds)
    return None if fault is None or fault.has_effect else fault.instead()


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
