"""The state kept for each key over HTTP, and when it is dropped."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from fj_mcp.clock import Clock
from fj_mcp.sandbox.faults import Fault
from fj_mcp.settings.settings import Settings
from fj_mcp.transports.http.app import create_app
from fj_mcp.transports.http.tenants import IDLE_SECONDS, MAX_KEYS, MAX_UNPROVEN_KEYS, Tenants
from tests.support.assistant import CSHARP, small_sandbox
from tests.support.clocks import AlarmClock

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("http-keys")]

SEARCH = {"title": "Test", "filters": CSHARP}
BOUND_SECONDS = 20
TIDIED_SECONDS = 60
"""Long enough for idle keys to have been dropped."""


class Api:
    """The sandbox behind a door: while it is shut, requests wait."""

    def __init__(self) -> None:
        self.sandbox = small_sandbox()
        self.closed = 0
        self.waiting = 0
        self._open = anyio.Event()
        self._open.set()
        self._arrived = anyio.Event()

    def transport(self) -> httpx.AsyncBaseTransport:
        """The transport of one key to the sandbox."""
        return _Way(self, self.sandbox.transport())

    def shut(self) -> None:
        """Let requests wait."""
        self._open = anyio.Event()

    def open(self) -> None:
        """Let them pass."""
        self._open.set()

    async def passed(self) -> None:
        """Wait until the gate is open."""
        self.waiting += 1
        self._arrived.set()
        await self._open.wait()
        self.waiting -= 1

    async def until_waiting(self, count: int) -> None:
        """Wait until so many requests are waiting."""
        while self.waiting < count:
            self._arrived = anyio.Event()
            await self._arrived.wait()

    def asked(self, operation: str) -> int:
        """Count the requests to one endpoint."""
        return Counter(call.operation for call in self.sandbox.calls)[operation]


class _Way(httpx.AsyncBaseTransport):
    def __init__(self, api: Api, inner: httpx.AsyncBaseTransport) -> None:
        self._api = api
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await self._api.passed()
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        self._api.closed += 1


class Server:
    """The app, and a client of it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def post(self, key: str, tool: str, **arguments: Any) -> httpx.Response:
        """The response to a tool call; without a key it has no header for one."""
        params = {"name": tool, "arguments": arguments}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"accept": "application/json, text/event-stream", "x-fj-api-key": key}
        given = {name: value for name, value in headers.items() if value}
        return await self._http.post("/mcp", json=body, headers=given)

    async def call(self, key: str, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured result of a tool."""
        result = await self._result(key, tool, arguments)
        assert not result["isError"], result
        facts: dict[str, Any] = result["structuredContent"]
        return facts

    async def refusal(self, key: str, tool: str, **arguments: Any) -> str:
        """The text of the error that a call must return."""
        result = await self._result(key, tool, arguments)
        assert result["isError"], result
        text: str = result["content"][0]["text"]
        return text

    async def _result(self, key: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = await self.post(key, tool, **arguments)
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = json.loads(answer.text.rpartition("data: ")[2])["result"]
        return result


@asynccontextmanager
async def served(
    folder: Path,
    api: Api,
    clock: Clock | None = None,
    most_keys: int = MAX_KEYS,
    most_unproven: int = MAX_UNPROVEN_KEYS,
    **settings: Any,
) -> AsyncIterator[Server]:
    """The app in this process, on `api`."""
    given = Settings.model_validate({"state_dir": folder} | settings)
    workspaces = Tenants(given, api.transport, clock, most_keys, most_unproven)
    app = create_app(given, tenants=workspaces)
    assert isinstance(app, Starlette)
    with anyio.fail_after(BOUND_SECONDS):
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://localhost"
            ) as http,
        ):
            yield Server(http)


async def test_while_all_places_are_taken_another_key_is_asked_to_retry(
    tmp_path: Path,
) -> None:
    api = Api()
    async with served(tmp_path, api, most_keys=2, most_unproven=1) as server:
        for key in ("fjk_old", "fjk_one", "fjk_two"):
            await server.call(key, "list_sessions")
        async with anyio.create_task_group() as tasks:
            api.shut()
            for key in ("fjk_one", "fjk_two", "fjk_new"):
                tasks.start_soon(server.call, key, "list_sessions")
            await api.until_waiting(3)
            # An idle key had to make room, but not for one that is still unproven.
            assert api.closed == 1
            for key, many in (
                ("fjk_old", "2 keys"),
                ("fjk_newer", "1 keys that FutureJobs has not accepted yet"),
            ):
                refused = await server.post(key, "get_spending")
                assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
                words = f"{many} are in use at once: try again in a few seconds."
                assert refused.json()["error"]["message"] == words
            # Keys in use are still served.
            assert (await server.call("fjk_one", "get_spending"))["spent_today"] == 0
            api.open()
        assert (await server.call("fjk_old", "list_sessions"))["total"] == 0
        assert (await server.call("fjk_newer", "list_sessions"))["total"] == 0


async def test_unproven_keys_do_not_take_the_places_of_proven_ones(tmp_path: Path) -> None:
    api = Api()
    async with served(tmp_path, api, most_keys=2, most_unproven=2) as server:
        await server.call("fjk_customer", "list_sessions")
        api.sandbox.fail("project_sessions", Fault("status", status=401, body={}), times=20)
        for number in range(20):
            await server.refusal(f"fjk_made_up_{number}", "list_sessions")
        # Only unproven keys made room for each other.
        assert api.closed == 18
        assert (await server.call("fjk_customer", "list_sessions"))["total"] == 0
        assert api.closed == 18


async def test_an_accepted_key_that_is_refused_later_counts_as_unproven_again(
    tmp_path: Path,
) -> None:
    api = Api()
    async with served(tmp_path, api, most_keys=1, most_unproven=1) as server:
        await server.call("fjk_revoked", "list_sessions")
        api.sandbox.fail("project_sessions", Fault("status", status=401, body={}))
        await server.refusal("fjk_revoked", "list_sessions")
        await server.call("fjk_customer", "list_sessions")
        assert api.closed == 1


async def test_an_idle_keys_candidates_are_dropped_but_not_its_purchases(
    tmp_path: Path,
) -> None:
    api, clock, key = Api(), AlarmClock(), "fjk_idle"
    async with served(tmp_path, api, clock) as server:
        bought = await server.call(key, "create_sourcing_session", **SEARCH)
        session = {"session_id": bought["session_id"]}
        await server.call(key, "wait_for_session", **session)
        listed = await server.call(key, "list_profiles", **session)
        read = api.asked("profiles")
        await clock.forward(IDLE_SECONDS - TIDIED_SECONDS)
        assert await server.call(key, "list_profiles", **session) == listed
        assert (api.asked("profiles"), api.closed) == (read, 0)
        # It was just in use, so its idle time starts again.
        await clock.forward(IDLE_SECONDS - TIDIED_SECONDS)
        assert api.closed == 0
        await clock.forward(2 * TIDIED_SECONDS)
        assert api.closed == 1
        assert await server.call(key, "list_profiles", **session) == listed
        assert api.asked("profiles") > read
        again = await server.call(key, "create_sourcing_session", **SEARCH)
        assert (again["session_id"], again["already_existed"]) == (bought["session_id"], True)
    assert len(api.sandbox.charges) == 1


async def test_a_key_in_use_is_not_forgotten_however_long_it_takes(tmp_path: Path) -> None:
    api, clock = Api(), AlarmClock()
    async with served(tmp_path, api, clock) as server, anyio.create_task_group() as tasks:
        api.shut()
        tasks.start_soon(server.call, "fjk_long", "list_sessions")
        await api.until_waiting(1)
        await clock.forward(IDLE_SECONDS + TIDIED_SECONDS)
        assert api.closed == 0
        api.open()


async def test_the_error_for_a_refused_key_says_where_to_set_it(tmp_path: Path) -> None:
    api = Api()
    api.sandbox.fail("project_sessions", Fault("status", status=401, body={}), times=2)
    async with served(tmp_path, api, api_key="fjk_servers") as server:
        brought = await server.refusal("fjk_brought", "list_sessions")
        servers = await server.refusal("", "list_sessions")
    assert brought == (
        "Nothing was charged: FutureJobs rejected the API key sent with this request. Set a valid "
        "key as the header x-fj-api-key in the client's settings for this server; calling again "
        "will not help until then."
    )
    assert servers == (
        "Nothing was charged: FutureJobs rejected the API key. Check FJ_API_KEY (fj-mcp doctor "
        "shows more) and restart the server; calling again will not help until then."
    )
