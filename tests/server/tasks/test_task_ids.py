"""Task ids: after a restart, on another machine, and with another key."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mcp_types import CallToolResult

from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.ledgers import postgres_server
from tests.support.task_client import TaskWorld

pytestmark = pytest.mark.anyio


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
async def test_an_id_that_was_changed_is_refused(
    world: TaskWorld, spoil: Callable[[str], str]
) -> None:
    async with world.waiting() as client:
        task_id = (await client.task(await world.session()))["taskId"]
        for method in ("get", "update", "cancel"):
            code, words = await client.refusal(method, spoil(task_id))
            assert code == -32602
            assert words.startswith("This key has no such task on this server")


async def test_ids_tell_nothing_and_are_never_the_same(world: TaskWorld) -> None:
    async with world.waiting() as client:
        session_id = await world.session()
        ids = [(await client.task(session_id))["taskId"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert not any(session_id in task_id for task_id in ids)


def on_disk(folder: Path, key: str = "fjk_mine", **more: Any) -> dict[str, Any]:
    """The settings of a server that keeps its state in a folder."""
    return {"sandbox": False, "api_key": key, "state_dir": folder, **more}


async def test_a_task_goes_on_after_a_restart_and_stays_cancelled(
    world: TaskWorld, tmp_path: Path
) -> None:
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
    world: TaskWorld, tmp_path: Path
) -> None:
    shared = {"state_key": "k" * 32}
    async with world.waiting(**on_disk(tmp_path / "one", **shared)) as client:
        task_id = (await client.task(await world.session()))["taskId"]
    async with world.waiting(**on_disk(tmp_path / "two", **shared)) as client:
        assert (await client.get(task_id))["status"] == "working"
    async with world.waiting(**on_disk(tmp_path / "three")) as client:
        assert (await client.refusal("get", task_id))[0] == -32602


async def test_machines_that_share_a_database_share_the_tasks(
    world: TaskWorld, tmp_path: Path
) -> None:
    with postgres_server() as postgres:
        shared = {"database_url": postgres.address}
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
async def test_another_key_is_refused(
    world: TaskWorld, tmp_path: Path, shared: dict[str, str]
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


async def test_a_server_without_a_key_says_what_is_missing(
    world: TaskWorld, tmp_path: Path
) -> None:
    async with world.waiting(sandbox=False, state_dir=tmp_path) as client:
        code, words = await client.refusal("get", "v1.x")
        assert code == -32603
        assert "no FutureJobs API key is set" in words


async def test_without_a_place_for_its_secret_the_call_waits_itself(
    world: TaskWorld, tmp_path: Path
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
    # With one that is given it works, and only forgets what was cancelled.
    async with world.waiting(**on_disk(tmp_path, state_key="k" * 32)) as client:
        task_id = (await client.task(session_id))["taskId"]
        assert await client.ask("cancel", task_id) == {"resultType": "complete"}
        assert (await client.get(task_id))["status"] == "working"
