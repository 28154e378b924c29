"""`wait_for_session` as a task, for clients that declare `io.modelcontextprotocol/tasks`.

Such a client gets an id at once in place of the result, and asks for the task with `tasks/get` as
often as it is told to. Nothing runs meanwhile: each question looks at the session, or at what a
wait that is going on saw of it. `task_ids` says what the id holds and what is remembered.

    working ──► completed    the session is over, the wait reached its limit, or it cannot be read:
       │                     with what the call would have returned, errors included
       └──────► cancelled    by `tasks/cancel`; matching itself goes on, and costs nothing more

The wire is that of SEP-2663, for protocol 2026-07-28. Earlier protocols have no such extension, so
that a client of theirs is answered as if it had declared nothing.
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
from fj_mcp.ledger.errors import LedgerUnavailable
from fj_mcp.server.connection import Connection
from fj_mcp.server.sdk.protocol_errors import ProtocolError
from fj_mcp.server.sdk.tool_adapter import SourcingTool, compact
from fj_mcp.server.sdk.tracing import ToolCall
from fj_mcp.server.task_ids import TTL_SECONDS, End, EndStatus, Wait
from fj_mcp.server.tools.sessions import wait_for_session, wait_result
from fj_mcp.sessions.watcher import LOOK_SECONDS, pause_after, progress

PATIENCE_SECONDS = 300
"""The limit of a task that was given none. No call is held open for it, so it may outlast one."""

_NO_NEWS = "FutureJobs gave no answer this time"
_UNKNOWN = (
    "This key has no such task on this server: the id belongs to another key or server, or was "
    "changed on its way. Call wait_for_session again; it costs nothing."
)
_EXPIRED = "The task has expired. Call wait_for_session again; it costs nothing."


class TaskParams(RequestParams):
    """The parameters of `tasks/get`, `tasks/update` and `tasks/cancel`."""

    task_id: str


class Task(Result):
    """A task as clients see it: times in ISO 8601, durations in milliseconds.

    Attributes:
        result_type: `task` where it takes the place of a tool's result.
        ttl_ms: how long after `created_at` it can be asked for.
        poll_interval_ms: how long to wait before asking for it again, while it is working.
        result: what the tool returned, of a completed one.
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
    """The extension, as the server has it."""

    identifier = "io.modelcontextprotocol/tasks"

    def __init__(self, tools: Sequence[SourcingTool]) -> None:
        """Args: `tools` of the server, `wait_for_session` among them."""
        self._tool = next(tool for tool in tools if tool.name == wait_for_session.__name__)

    def methods(self) -> Sequence[MethodBinding]:
        """What a client can do with a task."""
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
        """A task in place of a wait that would take time, for a client that declared it."""
        if params.name == self._tool.name and self._declared(ctx):
            with ToolCall(self._tool.name, str(ctx.request_id)) as call:
                answer = call.result = await self._instead(params, ctx)
            if answer is not None:
                return answer
        return await call_next(ctx)

    async def _instead(
        self, params: CallToolRequestParams, ctx: ServerRequestContext[Connection, Any]
    ) -> Task | CallToolResult | None:
        """What answers the call in place of the tool; None if the tool is to answer."""
        connection = ctx.lifespan_context
        longest = connection.settings.longest_wait
        try:
            arguments = self._tool.fn_metadata.validate_arguments(params.arguments or {})
        except ValidationError:
            # The tool says what is wrong with them.
            return None
        asked = arguments["max_wait_seconds"]
        if not 0 < (longest if asked is None else asked) <= longest:
            return None
        limit = PATIENCE_SECONDS if asked is None else asked
        wait = Wait(arguments["session_id"], round(connection.clock.now(), 3), limit)
        state = await self._state(connection, wait)
        if isinstance(state, CallToolResult):
            return state
        try:
            task_id = await connection.task_ids.issue(wait)
        except LedgerUnavailable:
            # Without a secret that lasts the call waits itself.
            return None
        return _working(task_id, wait, wait.created_at, state, "task")

    async def _get(
        self, ctx: ServerRequestContext[Connection, Any], params: TaskParams
    ) -> HandlerResult:
        wait = await self._known(ctx, params)
        connection, task_id = ctx.lifespan_context, params.task_id
        end, result = await connection.task_ids.ended(task_id), None
        if end is None or end.status == "completed":
            state = await self._state(connection, wait, end)
            if isinstance(state, str):
                return _working(task_id, wait, connection.clock.now(), state)
            # It may have been cancelled meanwhile.
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
        # No task ever asks for input, and answers to nothing are to be ignored.
        await self._known(ctx, params)
        return {}

    async def _cancel(
        self, ctx: ServerRequestContext[Connection, Any], params: TaskParams
    ) -> HandlerResult:
        await self._known(ctx, params)
        await ctx.lifespan_context.task_ids.end(params.task_id, "cancelled")
        return {}

    def _declared(self, ctx: ServerRequestContext[Connection, Any]) -> bool:
        capabilities = ctx.session.client_capabilities
        extensions = capabilities.extensions if capabilities is not None else None
        modern = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
        return modern and self.identifier in (extensions or {})

    async def _known(self, ctx: ServerRequestContext[Connection, Any], params: TaskParams) -> Wait:
        """The wait that a request is about.

        Raises:
            MCPError: -32021, -32020, -32602 or -32603, with a sentence.
        """
        require_client_extension(ctx, self.identifier)
        # The SDK compares this header for the methods that it knows. Some clients leave it out.
        named = ctx.request.headers.get(MCP_NAME_HEADER) if ctx.request is not None else None
        if named is not None and decode_header_value(named) != params.task_id:
            words = f"The header {MCP_NAME_HEADER} names another task than the request's taskId."
            raise ProtocolError(HEADER_MISMATCH, words)
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
        """How far the wait is, in words, or what the tool returns now that it is over."""
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
                return compact(await wait_result(connection, session, waited))
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
