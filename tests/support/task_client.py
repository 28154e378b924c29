"""Clients of the tasks extension, and a server whose clock a test sets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio
import pytest
from mcp import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, Request, RequestParams, Result
from pydantic import ConfigDict

from fj_mcp.sandbox.app import Sandbox
from tests.support.assistant import CSHARP, ERAS, connected
from tests.support.clocks import SteppedClock

MODERN, LEGACY = ERAS
TASKS = "io.modelcontextprotocol/tasks"


SEARCH = {"title": "T", "filters": CSHARP}


class Facts(Result):
    """Whatever a task's result says, by its names on the wire."""

    model_config = ConfigDict(extra="allow")

    @property
    def told(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude={"meta"})


class TaskCreated(Facts):
    result_type: Literal["task"]


class Given(RequestParams):
    """Whatever a request is to say, by its names on the wire."""

    model_config = ConfigDict(extra="allow")


class Asked(Request[Given, str]):
    name_param = "taskId"


class Unnamed(Request[Given, str]):
    """A request without the header that the extension asks for."""


class Misnamed(Request[Given, str]):
    name_param = "other"


class TaskClient(ClientExtension):
    """A client's side of the extension: it polls as often as the task says."""

    identifier = TASKS

    def __init__(self) -> None:
        self.finished = 0

    def claims(self) -> list[ResultClaim[TaskCreated]]:
        return [ResultClaim(result_type="task", model=TaskCreated, resolve=self._finish)]

    async def _finish(self, created: TaskCreated, context: ClaimContext) -> CallToolResult:
        task = created.told
        with anyio.fail_after(30):
            while task["status"] == "working":
                # A client asks again as late as the task says.
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
        """Call `wait_for_session`; return a task or a result."""
        given = {"session_id": session_id, **arguments}
        answer = await self.client.session.call_tool("wait_for_session", given, allow_claimed=True)
        if isinstance(answer, CallToolResult):
            return answer
        assert isinstance(answer, TaskCreated)
        return answer.told

    async def task(self, session_id: str, **arguments: Any) -> dict[str, Any]:
        """The task that `wait_for_session` answers with."""
        task = await self.call(session_id, **arguments)
        assert isinstance(task, dict)
        return task

    async def send(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a request."""
        request = Asked(method=method, params=Given.model_validate(params))
        return (await self.client.session.send_request(request, Facts)).told

    async def ask(self, method: str, task_id: str, **more: Any) -> dict[str, Any]:
        """The result of one of the methods about tasks."""
        return await self.send(f"tasks/{method}", taskId=task_id, **more)

    async def get(self, task_id: str) -> dict[str, Any]:
        return await self.ask("get", task_id)

    async def refusal(self, method: str, task_id: str) -> tuple[int, str]:
        """The code and the words of the error that a request must give."""
        with pytest.raises(MCPError) as caught:
            await self.ask(method, task_id)
        return caught.value.error.code, caught.value.error.message


class TaskWorld:
    """A server whose time and whose API's time go on together, and a client that waits."""

    def __init__(self, clock: SteppedClock) -> None:
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
