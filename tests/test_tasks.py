"""`wait_for_session` as a task: which clients get one, its states, its end and its owner."""

import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolResult,
    ClientCapabilities,
    Request,
    RequestParams,
    Result,
)
from pydantic import ConfigDict

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.front import CSHARP, ERAS, UNKNOWN_SESSION, Stepped, connected, text_of
from tests.ledgers import redis_server
from tests.processes import CLEAN, Api, HttpServer, http_process, sandbox_process, until

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("tasks")]

MODERN, LEGACY = ERAS
TASKS = "io.modelcontextprotocol/tasks"
TTL_SECONDS = 24 * 3600
SEARCH = {"title": "T", "filters": CSHARP}


class Facts(Result):
    """A task's result with any fields, by their names in JSON."""

    model_config = ConfigDict(extra="allow")

    @property
    def told(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude={"meta"})


class TaskCreated(Facts):
    result_type: Literal["task"]


class Given(RequestParams):
    """A request's parameters, by their names in JSON."""

    model_config = ConfigDict(extra="allow")


class Asked(Request[Given, str]):
    name_param = "taskId"


class Unnamed(Request[Given, str]):
    """A request without the header that the extension asks for."""


class Misnamed(Request[Given, str]):
    name_param = "other"


class TaskClient(ClientExtension):
    """The client side of the extension, which polls at the server's interval."""

    identifier = TASKS

    def __init__(self) -> None:
        self.finished = 0

    def claims(self) -> list[ResultClaim[TaskCreated]]:
        return [ResultClaim(result_type="task", model=TaskCreated, resolve=self._finish)]

    async def _finish(self, created: TaskCreated, context: ClaimContext) -> CallToolResult:
        task = created.told
        with anyio.fail_after(30):
            while task["status"] == "working":
                await anyio.sleep(task["pollIntervalMs"] / 1000)
                params = Given.model_validate({"taskId": task["taskId"]})
                request = Asked(method="tasks/get", params=params)
                task = (await context.session.send_request(request, Facts)).told
        self.finished += 1
        return CallToolResult.model_validate(task["result"])


class Waiting:
    """A client that declares the extension and drives its tasks by hand."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, session_id: str, **arguments: Any) -> dict[str, Any] | CallToolResult:
        """The response to `wait_for_session`: a task, or a result."""
        given = {"session_id": session_id, **arguments}
        answer = await self.client.session.call_tool("wait_for_session", given, allow_claimed=True)
        if isinstance(answer, CallToolResult):
            return answer
        assert isinstance(answer, TaskCreated)
        return answer.told

    async def task(self, session_id: str, **arguments: Any) -> dict[str, Any]:
        """The task that `wait_for_session` returns."""
        task = await self.call(session_id, **arguments)
        assert isinstance(task, dict)
        return task

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a request."""
        request = Asked(method=method, params=Given.model_validate(params))
        return (await self.client.session.send_request(request, Facts)).told

    async def ask(self, method: str, task_id: str, **more: Any) -> dict[str, Any]:
        """The result of one of the task methods."""
        return await self.send(f"tasks/{method}", taskId=task_id, **more)

    async def get(self, task_id: str) -> dict[str, Any]:
        return await self.ask("get", task_id)

    async def refusal(self, method: str, task_id: str) -> tuple[int, str]:
        """The code and the message of the error that a request must return."""
        with pytest.raises(MCPError) as caught:
            await self.ask(method, task_id)
        return caught.value.error.code, caught.value.error.message


class World:
    """A server that shares its clock with the API, and a client that waits."""

    def __init__(self, clock: Stepped) -> None:
        self.clock = clock
        self.api = Sandbox(match_seconds=100, clock=clock.now)

    @asynccontextmanager
    async def waiting(self, **settings: Any) -> AsyncIterator[Waiting]:
        async with connected(
            self.api, MODERN, self.clock, extensions=[TaskClient()], **settings
        ) as assistant:
            self.assistant = assistant
            yield Waiting(assistant.client)

    async def session(self) -> str:
        started = await self.assistant.call("create_sourcing_session", **SEARCH)
        session_id: str = started["session_id"]
        return session_id


@pytest.fixture
def world() -> World:
    return World(Stepped())


async def direct(world: World, session_id: str) -> CallToolResult:
    """The result of the same call for a client without the extension."""
    async with connected(world.api, MODERN, world.clock) as assistant:
        return await assistant.client.call_tool(
            "wait_for_session", {"session_id": session_id, "max_wait_seconds": 0}
        )


# Clients that get a task


async def test_a_wait_is_a_task_that_reports_progress_and_then_the_result(
    world: World,
) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        created = await client.task(session_id)
        task_id = created.pop("taskId")
        assert created == {
            "resultType": "task",
            "status": "working",
            "statusMessage": "matched 0 of 100",
            "createdAt": "2027-01-15T08:00:00.000+00:00",
            "lastUpdatedAt": "2027-01-15T08:00:00.000+00:00",
            "ttlMs": TTL_SECONDS * 1000,
            "pollIntervalMs": 1000,
        }
        world.clock.time += 40
        task = await client.get(task_id)
        assert task == created | {
            "resultType": "complete",
            "taskId": task_id,
            "statusMessage": "matched 40 of 100",
            "lastUpdatedAt": "2027-01-15T08:00:40.000+00:00",
            "pollIntervalMs": 5000,
        }
        world.clock.time += 60
        done = await client.get(task_id)
        assert (done["resultType"], done["status"]) == ("complete", "completed")
        result = CallToolResult.model_validate(done["result"])
        plain = await direct(world, session_id)
        assert result.structured_content["waited_seconds"] == 100
        assert result.structured_content["top_candidates"]
        assert result.structured_content | {"waited_seconds": 0} == plain.structured_content
        assert text_of(result) == text_of(plain).replace(
            '"waited_seconds":0', '"waited_seconds":100'
        )
        world.clock.time += 60
        assert await client.get(task_id) == done


@pytest.mark.parametrize(
    ("era", "declared", "code"),
    [(MODERN, False, -32021), (LEGACY, False, -32601), (LEGACY, True, -32601)],
)
async def test_clients_that_do_not_declare_tasks_get_none(
    world: World, era: str, declared: bool, code: int
) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session()))["taskId"]
    # Extensions are declared only in protocol versions that have them.
    extension = Declared() if declared else None
    async with connected(
        world.api, era, world.clock, extensions=[extension] if extension else []
    ) as assistant:
        session_id = (await assistant.call("create_sourcing_session", **SEARCH))["session_id"]
        waited = await assistant.call("wait_for_session", session_id=session_id, max_wait_seconds=1)
        assert waited["status"] == "running"
        for method in ("get", "update", "cancel"):
            with pytest.raises(MCPError) as caught:
                await Waiting(assistant.client).ask(method, task_id)
            assert caught.value.error.code == code
            if code == -32021:
                missing = ClientCapabilities.model_validate(
                    caught.value.error.data["requiredCapabilities"]
                )
                assert missing.extensions == {TASKS: {}}


class Declared(ClientExtension):
    identifier = TASKS


async def test_the_server_declares_tasks_in_protocol_versions_that_have_them(world: World) -> None:
    async with world.waiting() as client:
        discovered = await client.client.session.send_discover(MODERN)
    assert discovered["capabilities"]["extensions"][TASKS] == {}
    assert "tasks" not in discovered["capabilities"]
    async with connected(world.api, LEGACY) as assistant:
        assert TASKS not in str(assistant.client.server_capabilities)
        assert assistant.client.server_capabilities.tasks is None


async def test_a_finished_session_is_returned_at_once(world: World) -> None:
    async with world.waiting() as client:
        running = await world.session()
        world.clock.time += 100
        for session_id, arguments in (
            (running, {}),
            (await world.session(), {"max_wait_seconds": 0}),
            (running, {"max_wait_seconds": 41}),
            (running, {"max_wait_seconds": -1}),
            (running, {"patience": 9}),
            ("C#", {}),
            (UNKNOWN_SESSION, {}),
        ):
            given = {"session_id": session_id, **arguments}
            async with connected(world.api, MODERN, world.clock) as plain:
                told = await plain.client.call_tool("wait_for_session", given)
            answer = await client.call(session_id, **arguments)
            assert isinstance(answer, CallToolResult)
            assert answer.is_error == told.is_error
            assert text_of(answer) == text_of(told)


async def test_each_wait_is_one_log_line_with_or_without_a_task(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async with world.waiting(log_level="INFO") as waiting:
        session_id = await world.session()
        await waiting.task(session_id)
        await waiting.call(session_id, max_wait_seconds=0)
        await waiting.call("x")
        await waiting.call(UNKNOWN_SESSION)
    lines = [line.split(" ms=")[0] for line in caplog.messages]
    assert [line.partition("outcome=")[2] for line in lines if "wait_for_session" in line] == [
        "task",
        "ok",
        "BadArguments",
        "error",
    ]


async def test_there_is_no_task_if_waits_are_set_to_check_once(world: World) -> None:
    async with world.waiting(max_wait_seconds=0) as client:
        answer = await client.call(await world.session())
        assert isinstance(answer, CallToolResult)
        assert answer.structured_content["status"] == "running"


async def test_no_other_tool_makes_a_task_even_if_a_2025_client_asks(
    world: World,
) -> None:
    async with world.waiting() as client:
        given = {"session_id": await world.session()}
        asked = {"name": "get_session", "arguments": given, "task": {"ttl": 60_000}}
        answer = await client.send("tools/call", **asked)
        assert answer["resultType"] == "complete"
        assert answer["structuredContent"]["status"] == "running"
        for method in ("result", "list"):
            assert (await client.refusal(method, "x"))[0] == -32601


# The end of a task


@pytest.mark.parametrize(("arguments", "limit"), [({"max_wait_seconds": 10}, 10), ({}, 300)])
async def test_a_task_completes_at_its_limit_with_its_progress(
    arguments: dict[str, Any], limit: int
) -> None:
    world = World(Stepped())
    world.api = Sandbox(match_seconds=1000, clock=world.clock.now)
    async with world.waiting() as client:
        task_id = (await client.task(await world.session(), **arguments))["taskId"]
        world.clock.time += limit - 1
        assert (await client.get(task_id))["status"] == "working"
        world.clock.time += 1
        task = await client.get(task_id)
    assert task["status"] == "completed"
    facts = task["result"]["structuredContent"]
    assert (facts["status"], facts["waited_seconds"]) == ("running", limit)
    assert "Call wait_for_session again" in facts["next_step"]


async def test_a_passing_failure_does_not_end_a_task(world: World) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        world.api.fail("get_session", Fault("502_before"), times=3)
        task = await client.task(session_id)
        assert task["statusMessage"] == "FutureJobs did not respond this time"
        assert (await client.get(task["taskId"]))["statusMessage"] == "matched 0 of 100"


async def test_a_lasting_failure_is_the_result_of_a_completed_task(world: World) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        task_id = (await client.task(session_id))["taskId"]
        gone = Fault("status", status=404, body={"message": "Not found"})
        world.api.fail("get_session", gone, times=1)
        task = await client.get(task_id)
        world.api.fail("get_session", gone, times=1)
        plain = await direct(world, session_id)
    assert task["status"] == "completed"
    assert "error" not in task
    result = CallToolResult.model_validate(task["result"])
    assert result.is_error
    assert session_id in text_of(result)
    assert text_of(result) == text_of(plain)


async def test_a_failure_at_the_limit_is_reported(world: World) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session(), max_wait_seconds=10))["taskId"]
        world.clock.time += 10
        world.api.fail("get_session", Fault("502_before"), times=3)
        task = await client.get(task_id)
    assert task["result"]["isError"]
    assert task["result"]["content"][0]["text"].startswith("FutureJobs is not answering properly")


async def test_a_hanging_api_does_not_delay_the_state_of_a_task(world: World) -> None:
    async with world.waiting(call_deadline_seconds=3) as client:
        task_id = (await client.task(await world.session(), max_wait_seconds=1))["taskId"]
        world.api.fail("get_session", Fault("delay_before", seconds=60), times=9)
        with anyio.fail_after(30):
            task = await client.get(task_id)
            assert task["statusMessage"] == "FutureJobs did not respond this time"
            world.clock.time += 1
            task = await client.get(task_id)
    assert task["result"]["isError"]
    assert "did not answer within" in task["result"]["content"][0]["text"]


async def test_a_canceled_task_stays_canceled(world: World) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        task_id, other = [(await client.task(session_id))["taskId"] for _ in range(2)]
        world.clock.time += 5
        assert await client.ask("cancel", task_id) == {"resultType": "complete"}
        world.clock.time += 95
        assert await client.ask("cancel", task_id) == {"resultType": "complete"}
        task = await client.get(task_id)
        assert task["status"] == "cancelled"
        assert task["lastUpdatedAt"] == "2027-01-15T08:00:05.000+00:00"
        assert "result" not in task
        assert (await client.get(other))["status"] == "completed"


async def test_a_completed_task_stays_completed(world: World) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        task_id = (await client.task(session_id))["taskId"]
        world.clock.time += 100
        done = await client.get(task_id)
        await client.ask("cancel", task_id)
        assert await client.get(task_id) == done
        await world.assistant.call("fetch_more_profiles", session_id=session_id)
        again = await client.get(task_id)
        assert again["status"] == "completed"
        assert again["result"]["structuredContent"]["status"] == "running"


async def test_unexpected_input_is_acknowledged(world: World) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session()))["taskId"]
        answers = {"inputResponses": {"who": {"action": "accept"}}}
        assert await client.ask("update", task_id, **answers) == {"resultType": "complete"}
        assert (await client.get(task_id))["status"] == "working"


async def test_a_task_can_be_queried_until_it_expires(world: World) -> None:
    async with world.waiting() as client:
        task = await client.task(await world.session())
        world.clock.time += task["ttlMs"] / 1000
        assert (await client.get(task["taskId"]))["status"] == "completed"
        world.clock.time += 1
        for method in ("get", "update", "cancel"):
            code, words = await client.refusal(method, task["taskId"])
            assert (code, words) == (
                -32602,
                "The task has expired. Call wait_for_session again; it costs nothing.",
            )


# The owner of a task


@pytest.mark.parametrize(
    "spoil",
    [
        lambda task_id: "",
        lambda task_id: "786512e2-9e0d-44bd-8f29-789f320fe840",
        lambda task_id: task_id[:-2],
        lambda task_id: task_id + "A",
        lambda task_id: task_id[:40] + ("B" if task_id[40] == "A" else "A") + task_id[41:],
    ],
)
async def test_an_altered_id_is_rejected(world: World, spoil: Callable[[str], str]) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session()))["taskId"]
        for method in ("get", "update", "cancel"):
            code, words = await client.refusal(method, spoil(task_id))
            assert code == -32602
            assert words.startswith("This key has no such task on this server")


async def test_ids_reveal_nothing_and_are_unique(world: World) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        ids = [(await client.task(session_id))["taskId"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert not any(session_id in task_id for task_id in ids)


def on_disk(folder: Path, key: str = "fjk_mine", **more: Any) -> dict[str, Any]:
    """The settings of a server that keeps its state in a folder."""
    return {"sandbox": False, "api_key": key, "state_dir": folder, **more}


async def test_a_task_survives_a_restart_and_stays_canceled(world: World, tmp_path: Path) -> None:
    async with world.waiting(**on_disk(tmp_path)) as client:
        session_id = await world.session()
        task_id, cancelled = [(await client.task(session_id))["taskId"] for _ in range(2)]
        await client.ask("cancel", cancelled)
    assert stat.S_IMODE((tmp_path / LEDGER_FILE).stat().st_mode) == 0o600
    world.clock.time += 100
    async with world.waiting(**on_disk(tmp_path)) as client:
        task = await client.get(task_id)
        assert task["result"]["structuredContent"]["session_id"] == session_id
        assert (await client.get(cancelled))["status"] == "cancelled"


async def test_a_replica_with_the_same_state_key_knows_the_task(
    world: World, tmp_path: Path
) -> None:
    shared = {"state_key": "k" * 32}
    async with world.waiting(**on_disk(tmp_path / "one", **shared)) as client:
        task_id = (await client.task(await world.session()))["taskId"]
    async with world.waiting(**on_disk(tmp_path / "two", **shared)) as client:
        assert (await client.get(task_id))["status"] == "working"
    async with world.waiting(**on_disk(tmp_path / "three")) as client:
        assert (await client.refusal("get", task_id))[0] == -32602


async def test_machines_that_share_a_redis_share_the_tasks(world: World, tmp_path: Path) -> None:
    with redis_server() as redis:
        shared = {"ledger_url": redis.address}
        async with world.waiting(**on_disk(tmp_path / "one", **shared)) as client:
            session_id = await world.session()
            task_id, cancelled = [(await client.task(session_id))["taskId"] for _ in range(2)]
            await client.ask("cancel", cancelled)
        async with world.waiting(**on_disk(tmp_path / "two", **shared)) as client:
            assert (await client.get(task_id))["status"] == "working"
            assert (await client.get(cancelled))["status"] == "cancelled"
        async with world.waiting(**on_disk(tmp_path, "fjk_other", **shared)) as client:
            assert (await client.refusal("get", task_id))[0] == -32602


@pytest.mark.parametrize("shared", [{}, {"state_key": "k" * 32}])
async def test_another_key_cannot_use_the_task(
    world: World, tmp_path: Path, shared: dict[str, str]
) -> None:
    async with world.waiting(**on_disk(tmp_path, **shared)) as client:
        task_id = (await client.task(await world.session()))["taskId"]
    async with world.waiting(**on_disk(tmp_path, "fjk_other", **shared)) as client:
        for method in ("get", "update", "cancel"):
            code, words = await client.refusal(method, task_id)
            assert code == -32602
            assert words.startswith("This key has no such task on this server")
    async with world.waiting(**on_disk(tmp_path, **shared)) as client:
        assert (await client.get(task_id))["status"] == "working"


async def test_a_server_without_a_key_says_what_is_missing(world: World, tmp_path: Path) -> None:
    async with world.waiting(sandbox=False, state_dir=tmp_path) as client:
        code, words = await client.refusal("get", "v1.x")
        assert code == -32603
        assert "no FutureJobs API key is set" in words


async def test_without_storage_for_its_secret_the_call_waits_itself(
    world: World, tmp_path: Path
) -> None:
    async with world.waiting(**on_disk(tmp_path / "first")) as client:
        session_id = await world.session()
    (tmp_path / LEDGER_FILE).write_text("not a database " * 100)
    async with world.waiting(**on_disk(tmp_path)) as client:
        answer = await client.call(session_id, max_wait_seconds=1)
        assert isinstance(answer, CallToolResult)
        assert answer.structured_content["status"] == "running"
        code, words = await client.refusal("get", "v1.x")
        assert code == -32603
        assert "cannot be used" in words
    # With a given secret it works, and only forgets canceled tasks.
    async with world.waiting(**on_disk(tmp_path, state_key="k" * 32)) as client:
        task_id = (await client.task(session_id))["taskId"]
        assert await client.ask("cancel", task_id) == {"resultType": "complete"}
        assert (await client.get(task_id))["status"] == "working"


# Real processes


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """A sandbox whose sessions keep matching for the whole test."""
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
    """A client with a key and a protocol version, over stdio or HTTP."""

    def on_stdio(key: str, era: str, **options: Any) -> Client:
        settings = {"FJ_API_KEY": key, "FJ_API_BASE_URL": api.address}
        return Client(stdio(tmp_path, **settings), mode=era, **options)

    return server.client if request.param == "http" else on_stdio


@pytest.mark.unmeasured
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_without_the_extension_waits_in_the_call(connect: Connect, era: str) -> None:
    async with connect("fjk_plain", era) as client:
        given = {"session_id": await searched(client), "max_wait_seconds": 1}
        answer = await client.call_tool("wait_for_session", given)
    assert answer.structured_content["status"] == "running"


async def all_the_way(client: Client, extension: TaskClient) -> None:
    """Wait for searches as tasks until one was still running when the wait began."""
    # On a busy machine the sandbox may finish matching before the call arrives.
    for number in range(5):
        session_id = await searched(client, title=f"Search {number}")
        answer = await client.call_tool("wait_for_session", {"session_id": session_id})
        assert answer.structured_content["status"] == "done"
        assert len(answer.structured_content["top_candidates"]) == 10
        if extension.finished:
            return
    raise AssertionError("every search was over before it was waited for")


@pytest.mark.unmeasured
async def test_a_task_over_stdio_returns_the_candidates(tmp_path: Path) -> None:
    extension = TaskClient()
    settings = stdio(tmp_path, FJ_SANDBOX="1")
    async with Client(settings, mode=MODERN, extensions=[extension]) as client:
        await all_the_way(client, extension)


@pytest.mark.unmeasured
async def test_a_task_over_http_returns_the_candidates(tmp_path: Path) -> None:
    extension = TaskClient()
    with http_process(tmp_path, measured=False, FJ_SANDBOX="1") as server:
        async with server.client("fjk_task", MODERN, extensions=[extension]) as client:
            await all_the_way(client, extension)


@pytest.mark.unmeasured
async def test_a_restarted_process_continues_the_task(api: Api, tmp_path: Path) -> None:
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


@pytest.mark.unmeasured
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


@pytest.mark.unmeasured
async def test_polling_a_task_sends_no_request_while_a_wait_is_polling(
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


@pytest.mark.unmeasured
async def test_over_http_the_header_must_name_the_task_if_present(server: HttpServer) -> None:
    async with server.client("fjk_named", MODERN, extensions=[TaskClient()]) as client:
        task_id = (await Waiting(client).task(await searched(client)))["taskId"]
        params = Given.model_validate({"taskId": task_id, "other": "another"})
        unnamed = Unnamed(method="tasks/get", params=params)
        assert (await client.session.send_request(unnamed, Facts)).told["status"] == "working"
        misnamed = Misnamed(method="tasks/get", params=params)
        with pytest.raises(MCPError) as caught:
            await client.session.send_request(misnamed, Facts)
    assert caught.value.error.code == -32020
