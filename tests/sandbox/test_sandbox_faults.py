import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import pytest

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.sandbox.server import serve, serve_forever
from tests.support.clocks import SteppedClock
from tests.support.conditions import eventually
from tests.support.sandbox_api import Api, connect, searching

pytestmark = pytest.mark.anyio


async def test_a_429_carries_the_chosen_wait_and_has_no_effect(api: Api, sandbox: Sandbox) -> None:
    sandbox.fail("create_session", Fault("429", retry_after=7))
    sandbox.fail("create_session", Fault("429"))
    first, second, third = [await api.create() for _ in range(3)]

    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert second.status_code == 429
    assert "Retry-After" not in second.headers
    assert third.status_code == 201
    assert len(sandbox.sessions) == 1


@pytest.mark.parametrize(
    ("kind", "effect"),
    [("502_before", False), ("502_after", True), ("html", False), ("empty", True), ("cut", True),
     ("null_data", True), ("status", False)],
)  # fmt: skip
async def test_a_damaged_response_does_not_show_whether_there_was_an_effect(
    api: Api, sandbox: Sandbox, kind: Any, effect: bool
) -> None:
    sandbox.fail("create_session", Fault(kind, status=503, body={"message": "Busy"}))
    answer = await api.create()

    assert len(sandbox.sessions) == len(sandbox.charges) == int(effect)
    if kind.startswith("502") or kind == "html":
        assert answer.status_code == (502 if kind.startswith("502") else 503)
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "<html>" in answer.text
    elif kind == "empty":
        assert (answer.status_code, answer.content) == (201, b"")
    elif kind == "cut":
        with pytest.raises(json.JSONDecodeError):
            answer.json()
    elif kind == "null_data":
        assert (answer.status_code, answer.json()["data"]) == (201, None)
    else:
        assert (answer.status_code, answer.json()) == (503, {"message": "Busy"})
    assert "Date" in answer.headers


async def test_pages_of_profiles_can_be_cut_or_null_too(api: Api, sandbox: Sandbox) -> None:
    session_id = await api.created()
    whole = await api.page(session_id)
    sandbox.fail("profiles", Fault("cut"))
    sandbox.fail("profiles", Fault("null_data"))

    assert len((await api.page(session_id)).content) == len(whole.content) // 2
    assert (await api.page(session_id)).json()["data"] is None


async def test_a_bare_response_without_data_is_null(api: Api, sandbox: Sandbox) -> None:
    sandbox.fail("autocomplete", Fault("null_data"))
    sandbox.fail("autocomplete", Fault("status", status=200, body="not JSON"))

    assert (await api.complete("region", "pune")).json() is None
    assert (await api.complete("region", "pune")).text == "not JSON"


async def test_207_saves_a_session_whose_search_never_completes(api: Api, sandbox: Sandbox) -> None:
    sandbox.fail("create_session", Fault("207", body="The matcher was busy"))
    answer = await api.create()
    data = answer.json()["data"]

    assert (answer.status_code, answer.json()["statusCode"]) == (201, 207)
    assert data["sourcingError"] == "The matcher was busy"
    session = await api.session(data["session"]["_id"])
    assert (session["profileMatchingStatus"], session["totalAvailableProfiles"]) == ("idle", 0)
    assert await api.docs(session["_id"]) == []
    assert sandbox.charges == []
    await api.update(session["_id"], sessionTitle="Again")
    assert len(await api.docs(session["_id"])) == 100


async def test_207_with_seconds_completes_its_search_later(
    api: Api, sandbox: Sandbox, clock: SteppedClock
) -> None:
    sandbox.fail("create_session", Fault("207", seconds=20))
    data = (await api.create()).json()["data"]
    session_id = data["session"]["_id"]

    assert data["sourcingError"] == "The search did not complete"
    assert (await api.session(session_id))["profileMatchingStatus"] == "processing"
    clock.time += 20
    assert len(await api.docs(session_id)) == 100
    sandbox.fail("fetch_more", Fault("207", seconds=20))
    assert (await api.more(session_id)).json()["statusCode"] == 207
    clock.time += 20
    assert len(await api.docs(session_id)) == 125


async def test_207_without_a_search_is_a_word_in_the_body(api: Api, sandbox: Sandbox) -> None:
    sandbox.fail("get_session", Fault("207"))
    answer = await api.http.get(f"/sourcing-session/{await api.created()}")

    assert (answer.status_code, answer.json()["statusCode"]) == (200, 207)


@pytest.mark.parametrize(("kind", "effect"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_is_a_read_error(
    api: Api, sandbox: Sandbox, kind: Any, effect: int
) -> None:
    sandbox.fail("create_session", Fault(kind))
    with pytest.raises(httpx.ReadError):
        await api.create()

    assert len(sandbox.sessions) == len(sandbox.charges) == effect


@pytest.mark.parametrize(("kind", "effect"), [("delay_before", 0), ("delay_after", 1)])
async def test_a_delay_exceeds_the_clients_time_out(
    sandbox: Sandbox, kind: Any, effect: int
) -> None:
    sandbox.fail("create_session", Fault(kind, seconds=60))
    async with connect(sandbox) as http:
        http.timeout = httpx.Timeout(0.01)
        with pytest.raises(httpx.ReadTimeout):
            await Api(http).create()

    assert len(sandbox.sessions) == len(sandbox.charges) == effect


@pytest.mark.parametrize(("kind", "effect"), [("delay_before", 0), ("delay_after", 1)])
async def test_a_canceled_call_keeps_its_effects(
    api: Api, sandbox: Sandbox, kind: Any, effect: int
) -> None:
    sandbox.fail("create_session", Fault(kind, seconds=60))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(api.create)
        await eventually(lambda: sandbox.calls and len(sandbox.charges) == effect)
        tasks.cancel_scope.cancel()

    assert len(sandbox.charges) == effect


async def test_a_short_delay_ends_in_the_usual_response(api: Api, sandbox: Sandbox) -> None:
    sandbox.fail("create_session", Fault("delay_before", seconds=0.001), times=2)
    sandbox.fail("create_session", Fault("delay_after", seconds=0.001))

    assert [(await api.create()).status_code for _ in range(3)] == [201] * 3


async def test_impossible_faults_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="kind must be one of"):
        Fault("fire")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="operation must be one of"):
        sandbox.fail("search", Fault("429"))


async def test_a_refused_request_is_refused_with_a_fault_too(api: Api, sandbox: Sandbox) -> None:
    sandbox.fail("create_session", Fault("delay_after"))
    sandbox.fail("create_session", Fault("207"))

    assert (await api.create([])).status_code == 400  # type: ignore[arg-type]
    refused = await api.create(searching())
    assert refused.status_code == refused.json()["statusCode"] == 422


async def test_half_a_character_does_not_break_a_response(api: Api) -> None:
    body = b'{"sessionTitle": "\\ud83d", "jdDetail": {}, "queries": %s}'
    answer = await api.http.post(
        "/sourcing-session", content=body % json.dumps(searching("C#")).encode()
    )

    assert answer.json()["data"]["session"]["sessionTitle"] == "?"


async def test_the_app_leaves_other_kinds_of_traffic_alone(sandbox: Sandbox) -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError("nothing is received or sent")

    await sandbox({"type": "lifespan"}, never, never)


@asynccontextmanager
async def _served(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    ports: list[int] = []
    ready = anyio.Event()

    def bound(port: int) -> None:
        ports.append(port)
        ready.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve_forever, sandbox, 0, bound)
        await ready.wait()
        headers = {"x-fj-api-key": "fjk_sandbox"}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{ports[0]}", headers=headers, trust_env=False
        ) as http:
            yield http
        tasks.cancel_scope.cancel()


async def test_over_a_socket_faults_can_be_requested_and_connections_really_drop(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    async with _served(sandbox) as http:
        fault = {"operation": "create_session", "kind": "drop_after", "times": 1}
        assert (await http.post("/sandbox/faults", json=fault)).status_code == 200
        body = {"sessionTitle": "A", "jdDetail": {}, "queries": searching("C#")}
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await http.post("/api/v1/wl/sourcing-session", json=body)
        answer = await http.post("/api/v1/wl/sourcing-session", json=body)
        assert answer.status_code == 201
        assert answer.headers.get_list("Date") == ["Mon, 21 Sep 2026 14:13:20 GMT"]
        state = (await http.get("/sandbox/state")).json()

    assert state["credits"] == {"fjk_sandbox": 90}
    assert [charge["amount"] for charge in state["charges"]] == [5, 5]
    assert state["calls"] == {"create_session": 2}
    assert capfd.readouterr() == ("", "")


def test_a_taken_port_is_an_error_for_the_caller(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(taken.getsockname()[1], sandbox)


@pytest.mark.parametrize(
    "wish",
    [
        b"",
        b"[1]",
        b'{"operation": "create_session"}',
        b'{"operation": "create_session", "kind": "fire"}',
        b'{"operation": "search", "kind": "429"}',
        b'{"operation": "create_session", "kind": "429", "times": "x"}',
        b'{"operation": "create_session", "kind": "429", "color": "red"}',
    ],
)
async def test_a_request_for_an_impossible_fault_is_400(sandbox: Sandbox, wish: bytes) -> None:
    async with connect(sandbox, "") as http:
        answer = await http.post("http://sandbox.example.com/sandbox/faults", content=wish)
        assert (await http.get("http://sandbox.example.com/sandbox/other")).status_code == 404

    assert answer.status_code == 400
