"""Tasks of real processes, on stdio and over HTTP."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

from tests.support.assistant import ERAS, search_for
from tests.support.conditions import until
from tests.support.processes import CLEAN, Api, HttpServer, http_process, sandbox_process
from tests.support.task_client import (
    MODERN,
    SEARCH,
    Facts,
    Given,
    Misnamed,
    TaskClient,
    Unnamed,
    Waiting,
)

pytestmark = [pytest.mark.anyio, pytest.mark.unmeasured, pytest.mark.xdist_group("tasks")]


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """One whose sessions go on matching for as long as anybody tests."""
    with sandbox_process(match_seconds=3600) as one:
        yield one


@pytest.fixture(scope="module")
def server(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    with http_process(tmp_path_factory.mktemp("tasks"), api=api, measured=False) as one:
        yield one


def stdio(folder: Path, **settings: str) -> StdioServerParameters:
    """The server as a client starts it, with its state in a folder."""
    used = CLEAN | {"FJ_STATE_DIR": str(folder)} | settings
    return StdioServerParameters(command=sys.executable, args=["-m", "fj_mcp"], env=used)


async def searched(client: Client, **more: Any) -> str:
    answer = await client.call_tool("create_sourcing_session", SEARCH | more)
    session_id: str = answer.structured_content["session_id"]
    return session_id


Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture(params=["stdio", "http"])
def connect(
    request: pytest.FixtureRequest, api: Api, server: HttpServer, tmp_path: Path
) -> Connect:
    """A client with a key and an era: of a process of its own, or of the one that serves HTTP."""

    def on_stdio(key: str, era: str, **options: Any) -> Client:
        settings = {"FJ_API_KEY": key, "FJ_API_BASE_URL": api.address}
        return Client(stdio(tmp_path, **settings), mode=era, **options)

    return server.client if request.param == "http" else on_stdio


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_of_either_era_that_declares_nothing_waits_in_the_call(
    connect: Connect, era: str
) -> None:
    async with connect("fjk_plain", era) as client:
        given = {"session_id": await searched(client), "max_wait_seconds": 1}
        answer = await client.call_tool("wait_for_session", given)
    assert answer.structured_content["status"] == "running"


async def all_the_way(client: Client, extension: TaskClient) -> None:
    """Wait for searches as tasks until one was not over when it was waited for."""
    # A busy machine may take longer to ask than the sandbox takes to match.
    for number in range(5):
        session_id = await searched(client, **search_for(f"Search {number}"))
        answer = await client.call_tool("wait_for_session", {"session_id": session_id})
        assert answer.structured_content["status"] == "done"
        assert len(answer.structured_content["top_candidates"]) == 10
        if extension.finished:
            return
    raise AssertionError("every search was over before it was waited for")


async def test_a_task_over_stdio_brings_the_candidates(tmp_path: Path) -> None:
    extension = TaskClient()
    settings = stdio(tmp_path, FJ_SANDBOX="1")
    async with Client(settings, mode=MODERN, extensions=[extension]) as client:
        await all_the_way(client, extension)


async def test_a_task_over_http_brings_the_candidates(tmp_path: Path) -> None:
    extension = TaskClient()
    with http_process(tmp_path, measured=False, FJ_SANDBOX="1") as server:
        async with server.client("fjk_task", MODERN, extensions=[extension]) as client:
            await all_the_way(client, extension)


async def test_a_process_that_is_started_again_goes_on_with_the_task(
    api: Api, tmp_path: Path
) -> None:
    settings = stdio(tmp_path, FJ_API_KEY="fjk_again", FJ_API_BASE_URL=api.address)
    async with Client(settings, mode=MODERN, extensions=[TaskClient()]) as client:
        waiting = Waiting(client)
        session_id = await searched(client)
        task_id, cancelled = [(await waiting.task(session_id))["taskId"] for _ in range(2)]
        await waiting.ask("cancel", cancelled)
    async with Client(settings, mode=MODERN, extensions=[TaskClient()]) as client:
        waiting = Waiting(client)
        assert (await waiting.get(task_id))["statusMessage"] == "matched 0 of 100"
        assert (await waiting.get(cancelled))["status"] == "cancelled"


async def test_over_http_a_task_belongs_to_the_key_that_made_it(server: HttpServer) -> None:
    async with (
        server.client("fjk_owner", MODERN, extensions=[TaskClient()]) as mine,
        server.client("fjk_thief", MODERN, extensions=[TaskClient()]) as theirs,
    ):
        task_id = (await Waiting(mine).task(await searched(mine)))["taskId"]
        for method in ("get", "update", "cancel"):
            assert (await Waiting(theirs).refusal(method, task_id))[0] == -32602
        assert (await Waiting(mine).get(task_id))["status"] == "working"
        await Waiting(mine).ask("cancel", task_id)
        assert (await Waiting(mine).get(task_id))["status"] == "cancelled"


async def test_asking_for_a_task_costs_no_request_while_a_wait_looks_itself(
    api: Api, server: HttpServer
) -> None:
    async with (
        server.client("fjk_shared", MODERN, extensions=[TaskClient()]) as declared,
        server.client("fjk_shared", MODERN) as plain,
    ):
        session_id = await searched(declared)
        task_id = (await Waiting(declared).task(session_id))["taskId"]
        looks = api.calls("get_session")
        async with anyio.create_task_group() as tasks:
            given = {"session_id": session_id, "max_wait_seconds": 40}
            tasks.start_soon(plain.call_tool, "wait_for_session", given)
            await anyio.to_thread.run_sync(until, lambda: api.calls("get_session") > looks)
            for _ in range(25):
                assert (await Waiting(declared).get(task_id))["status"] == "working"
            tasks.cancel_scope.cancel()
        assert api.calls("get_session") - looks < 10


async def test_over_http_the_header_must_name_the_task_if_it_is_there(server: HttpServer) -> None:
    async with server.client("fjk_named", MODERN, extensions=[TaskClient()]) as client:
        task_id = (await Waiting(client).task(await searched(client)))["taskId"]
        params = Given.model_validate({"taskId": task_id, "other": "another"})
        unnamed = Unnamed(method="tasks/get", params=params)
        assert (await client.session.send_request(unnamed, Facts)).told["status"] == "working"
        misnamed = Misnamed(method="tasks/get", params=params)
        with pytest.raises(MCPError) as caught:
            await client.session.send_request(misnamed, Facts)
    assert caught.value.error.code == -32020
