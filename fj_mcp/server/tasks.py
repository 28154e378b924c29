"""`wait_for_session` as a task, for clients that declare `io.modelcontextprotocol/tasks`.

Such a client gets a task id at once instead of the result, and polls the task with `tasks/get` at
the interval that the server gives. Nothing runs in between: each poll reads the session, or reuses
what a concurrent wait has just read. `task_ids` explains what an id holds and what is stored.

    working ──► completed    the session is done, the limit is reached, or the session cannot be
       │                     read; the result is that of the call, errors included
       └──────► cancelled    by `tasks/cancel`; matching itself continues, at no further cost

The messages are those of SEP-2663, for protocol 2026-07-28. Earlier versions have no extensions, so
their clients get the result of the tool.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import anyio
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import require_client_extension
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp_types import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    RequestParams,
    Result,
    TextContent,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from fj_mcp.api.call_context import tool_in_use
from fj_mcp.api.errors import ApiError
from fj_mcp.clock import answering_seconds
from fj_mcp.errors import DeadlinePassed, FutureJobsError
from fj_mcp.server.connection import Connection
from fj_mcp.server.sdk.argument_forms import read_arguments
from fj_mcp.server.sdk.protocol_errors import ProtocolError
from fj_mcp.server.sdk.tool_adapter import SourcingTool
from fj_mcp.server.sdk.tracing import ToolCall
from fj_mcp.server.task_ids import TTL_SECONDS, End, EndStatus, Wait
from fj_mcp.server.tools.sessions import wait_for_session, wait_result
from fj_mcp.sessions.watcher import LOOK_SECONDS, pause_after, progress
from fj_mcp.storage.errors import StorageUnavailable

PATIENCE_SECONDS = 300
"""The default limit of a task. It may exceed the call deadline, because it holds no call open."""

_NO_NEWS = "FutureJobs did not respond this time"
_UNKNOWN = (
    "This key has no such task on this server: the id belongs to another key or server, or was "
    "altered. Call wait_for_session again; it costs nothing."
)
_EXPIRED = "The task has expired. Call wait_for_session again; it costs nothing."


class TaskParams(RequestParams):
    """The parameters of `tasks/get`, `tasks/update` and `tasks/cancel`."""

    task_id: str


class Task(Result):
    """A task as clients see it: times in ISO 8601, durations in milliseconds.

    Attributes:
        result_type: `task` if it replaces a tool's result.
        ttl_ms: how long after `created_at` it can be queried.
        poll_interval_ms: how long to wait before the next poll, while it is working.
        result: the tool's result, once completed.
    """

    result_type: Literal["task", "complete"] = "complete"
    task_id: str
    status: Literal["working"] | EndStatus
    status_message: str | None = None
    created_at: str
    last_updated_at: str
    ttl_ms: int = TTL_SECONDS * 1000
    poll_interval_ms: int | None = None
    result: CallToolResult | None = None


class WaitTasks(Extension):
    """The tasks extension, for `wait_for_session` alone."""

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self, tools: Sequence[SourcingTool]) -> None:
        """Args: `tools`: those of the server, including `wait_for_session`."""
        self._tool = next(tool for tool in tools if tool.name == wait_for_session.__name__)

    def methods(self) -> Sequence[MethodBinding]:
        """The methods that clients call with a task id."""
        modern = frozenset(MODERN_PROTOCOL_VERSIONS)
        return [
            MethodBinding("tasks/get", TaskParams, self._get, modern),
            MethodBinding("tasks/update", TaskParams, self._update, modern),
            MethodBinding("tasks/cancel", TaskParams, self._cancel, modern),
        ]

    async def intercept_tool_call(
        self,
        params: CallToolRequestParams,
        ctx: ServerRequestContext[Connection, Any],
        call_next: CallNext,
    ) -> HandlerResult:
        """Return a task instead of waiting, if the client declared the extension."""
        if params.name == self._tool.name and self._declared(ctx):
            with ToolCall(self._tool.name, str(ctx.request_id)) as call:
                result = call.result = await self._start_task(params, ctx)
            if result is not None:
                return result
        return await call_next(ctx)

    async def _start_task(
        self, params: CallToolRequestParams, ctx: ServerRequestContext[Connection, Any]
    ) -> Task | CallToolResult | None:
        """The task, or a result that is ready at once; None if the tool has to run."""
        connection = ctx.lifespan_context
        longest = connection.settings.longest_wait
        metadata = self._tool.fn_metadata
        try:
            given, _ = read_arguments(params.arguments or {}, metadata.arg_model)
            arguments = metadata.validate_arguments(given)
        except ValidationError:
            # The tool reports them.
            return None
        seconds = arguments["max_wait_seconds"]
        if not 0 < (longest if seconds is None else seconds) <= longest:
            return None
        limit = PATIENCE_SECONDS if seconds is None else seconds
        wait = Wait(arguments["session_id"], round(connection.clock.now(), 3), limit)
        state = await self._state(connection, wait)
        if isinstance(state, CallToolResult):
            return state
        try:
            task_id = await connection.task_ids.issue(wait)
        except StorageUnavailable:
            # Without a lasting secret the tool waits itself.
            return None
        return _working(task_id, wait, wait.created_at, state, "task")

    async def _get(
        self, ctx: ServerRequestContext[Connection, Any], params: TaskParams
    ) -> HandlerResult:
        wait = await self._find(ctx, params)
        connection, task_id = ctx.lifespan_context, params.task_id
        end, result = await connection.task_ids.ended(task_id), None
        if end is None or end.status == "completed":
            state = await self._state(connection, wait, end)
            if isinstance(state, str):
                return _working(task_id, wait, connection.clock.now(), state)
            # It may have been canceled meanwhile.
            end = end or await connection.task_ids.end(task_id, "completed")
            result = state if end.status == "completed" else None
        return Task(
            task_id=task_id,
            status=end.status,
            created_at=_moment(wait.created_at),
            last_updated_at=_moment(end.at),
            result=result,
        )

    async def _update(
        self, ctx: ServerRequestContext[Connection, Any], params: TaskParams
    ) -> HandlerResult:
        # Tasks never ask for input, and unexpected input must be ignored.
        await self._find(ctx, params)
        return {}

    async def _cancel(
        self, ctx: ServerRequestContext[Connection, Any], params: TaskParams
    ) -> HandlerResult:
        await self._find(ctx, params)
        await ctx.lifespan_context.task_ids.end(params.task_id, "cancelled")
        return {}

    def _declared(self, ctx: ServerRequestContext[Connection, Any]) -> bool:
        capabilities = ctx.session.client_capabilities
        extensions = capabilities.extensions if capabilities is not None else None
        modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
        return modern and self.identifier in (extensions or {})

    async def _find(self, ctx: ServerRequestContext[Connection, Any], params: TaskParams) -> Wait:
        """The task that a request names.

        Raises:
            MCPError: -32021, -32020, -32602 or -32603, with a message for the client.
        """
        require_client_extension(ctx, self.identifier)
        # The SDK checks this header only for methods that it knows. Some clients leave it out.
        named = ctx.request.headers.get(MCP_NAME_HEADER) if ctx.request is not None else None
        if named is not None and decode_header_value(named) != params.task_id:
            message = f"The header {MCP_NAME_HEADER} differs from the request's taskId."
            raise ProtocolError(HEADER_MISMATCH, message)
        connection = ctx.lifespan_context
        try:
            wait = await connection.task_ids.read(params.task_id)
        except FutureJobsError as error:
            raise ProtocolError(INTERNAL_ERROR, str(error)) from None
        if wait is None:
            raise ProtocolError(INVALID_PARAMS, _UNKNOWN)
        if connection.clock.now() - wait.created_at > TTL_SECONDS:
            raise ProtocolError(INVALID_PARAMS, _EXPIRED)
        return wait

    async def _state(
        self, connection: Connection, wait: Wait, end: End | None = None
    ) -> str | CallToolResult:
        """The progress of a wait in words, or the tool's result once it is over."""
        tool_in_use.set(self._tool.name)
        waited = (end.at if end else connection.clock.now()) - wait.created_at
        waiting = end is None and waited < wait.limit
        deadline = connection.settings.call_deadline_seconds
        look_seconds = min(LOOK_SECONDS, deadline)
        failure: FutureJobsError
        try:
            with anyio.fail_after(answering_seconds(deadline)):
                with anyio.fail_after(look_seconds):
                    session = await connection.workspace.watcher.glance(wait.session_id)
                if waiting and session.status == "running":
                    return progress(session)
                return self._tool.call_result(await wait_result(connection, session, waited))
        except TimeoutError:
            failure, transient = DeadlinePassed(look_seconds, costs=False), True
        except FutureJobsError as error:
            failure, transient = error, isinstance(error, ApiError) and error.transient
        if waiting and transient:
            return _NO_NEWS
        return CallToolResult(content=[TextContent(text=str(failure))], is_error=True)


def _working(
    task_id: str,
    wait: Wait,
    now: float,
    message: str,
    kind: Literal["task", "complete"] = "complete",
) -> Task:
    return Task(
        result_type=kind,
        task_id=task_id,
        status="working",
        status_message=message,
        created_at=_moment(wait.created_at),
        last_updated_at=_moment(now),
        poll_interval_ms=round(pause_after(now - wait.created_at) * 1000),
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
