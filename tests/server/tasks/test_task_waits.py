"""`wait_for_session` as a task: which clients get one, its states, and how it ends."""

from typing import Any

import anyio
import pytest
from mcp.client.extension import ClientExtension
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ClientCapabilities

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import UNKNOWN_SESSION, connected, text_of
from tests.support.clocks import SteppedClock
from tests.support.task_client import LEGACY, MODERN, SEARCH, TASKS, TaskWorld, Waiting

pytestmark = pytest.mark.anyio

TTL_SECONDS = 24 * 3600


async def direct(world: TaskWorld, session_id: str) -> CallToolResult:
    """The result of the same call for a client without the extension."""
    async with connected(world.api, MODERN, world.clock) as assistant:
        return await assistant.client.call_tool(
            "wait_for_session", {"session_id": session_id, "max_wait_seconds": 0}
        )


# Who is given one


async def test_a_declared_wait_is_a_task_that_tells_how_far_it_is_and_then_its_result(
    world: TaskWorld,
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
async def test_nobody_else_is_given_a_task_or_served_one(
    world: TaskWorld, era: str, declared: bool, code: int
) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session()))["taskId"]
    # A claim on a shape is only declared where the protocol has it.
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


async def test_the_server_says_that_it_has_tasks_where_the_protocol_does(world: TaskWorld) -> None:
    async with world.waiting() as client:
        discovered = await client.client.session.send_discover(MODERN)
    assert discovered["capabilities"]["extensions"][TASKS] == {}
    assert "tasks" not in discovered["capabilities"]
    async with connected(world.api, LEGACY) as assistant:
        assert TASKS not in str(assistant.client.server_capabilities)
        assert assistant.client.server_capabilities.tasks is None


async def test_what_takes_no_time_is_answered_at_once(world: TaskWorld) -> None:
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


async def test_each_wait_is_one_line_of_the_log_whoever_answers_it(
    world: TaskWorld, caplog: pytest.LogCaptureFixture
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


async def test_where_waits_are_set_to_look_once_there_is_no_task(world: TaskWorld) -> None:
    async with world.waiting(max_wait_seconds=0) as client:
        answer = await client.call(await world.session())
        assert isinstance(answer, CallToolResult)
        assert answer.structured_content["status"] == "running"


async def test_no_other_tool_makes_a_task_whatever_a_client_of_2025_would_ask(
    world: TaskWorld,
) -> None:
    async with world.waiting() as client:
        given = {"session_id": await world.session()}
        asked = {"name": "get_session", "arguments": given, "task": {"ttl": 60_000}}
        answer = await client.send("tools/call", **asked)
        assert answer["resultType"] == "complete"
        assert answer["structuredContent"]["status"] == "running"
        for method in ("result", "list"):
            assert (await client.refusal(method, "x"))[0] == -32601


# How it ends


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        ({"max_wait_seconds": 10}, 10),
        ({"max_wait_seconds": ["10"]}, 10),
        ({}, 300),
        ({"max_wait_seconds": None}, 300),
    ],
)
async def test_a_task_ends_at_its_limit_with_how_far_it_is(
    arguments: dict[str, Any], limit: int
) -> None:
    world = TaskWorld(SteppedClock())
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


async def test_a_failure_that_passes_is_not_the_end_of_a_task(world: TaskWorld) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        world.api.fail("get_session", Fault("502_before"), times=3)
        task = await client.task(session_id)
        assert task["statusMessage"] == "FutureJobs did not respond this time"
        assert (await client.get(task["taskId"]))["statusMessage"] == "matched 0 of 100"


async def test_a_failure_that_stays_is_the_result_of_a_completed_task(world: TaskWorld) -> None:
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


async def test_a_failure_at_the_limit_is_told(world: TaskWorld) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session(), max_wait_seconds=10))["taskId"]
        world.clock.time += 10
        world.api.fail("get_session", Fault("502_before"), times=3)
        task = await client.get(task_id)
    assert task["result"]["isError"]
    assert task["result"]["content"][0]["text"].startswith("FutureJobs returned an error")


async def test_an_api_that_hangs_holds_up_no_answer_about_a_task(world: TaskWorld) -> None:
    async with world.waiting(call_deadline_seconds=3) as client:
        task_id = (await client.task(await world.session(), max_wait_seconds=1))["taskId"]
        world.api.fail("get_session", Fault("delay_before", seconds=60), times=9)
        with anyio.fail_after(30):
            task = await client.get(task_id)
            assert task["statusMessage"] == "FutureJobs did not respond this time"
            world.clock.time += 1
            task = await client.get(task_id)
    assert task["result"]["isError"]
    assert "did not respond within" in task["result"]["content"][0]["text"]


async def test_a_cancelled_task_stays_cancelled(world: TaskWorld) -> None:
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


async def test_a_completed_task_stays_completed(world: TaskWorld) -> None:
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


async def test_answers_that_nobody_asked_for_are_acknowledged(world: TaskWorld) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session()))["taskId"]
        answers = {"inputResponses": {"who": {"action": "accept"}}}
        assert await client.ask("update", task_id, **answers) == {"resultType": "complete"}
        assert (await client.get(task_id))["status"] == "working"


async def test_a_task_can_be_asked_for_until_it_expires(world: TaskWorld) -> None:
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
