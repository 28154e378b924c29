"""How handlers get at the running server: tools by a parameter, the others by a ContextVar."""

from contextvars import ContextVar
from typing import Annotated, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.elicitation import AcceptedElicitation
from mcp.server.mcpserver import Context, Resolve

from fj_mcp.server.connection import Connection

connection_in_use: ContextVar[Connection] = ContextVar("connection_in_use")
"""The running server of the request in hand: the SDK hands it to tools and templates alone."""


async def with_connection(
    ctx: ServerRequestContext[Connection, Any], call_next: CallNext
) -> HandlerResult:
    """Middleware that sets `connection_in_use` for each request."""
    token = connection_in_use.set(ctx.lifespan_context)
    try:
        return await call_next(ctx)
    finally:
        connection_in_use.reset(token)


async def _running(ctx: Context[Connection]) -> Connection:
    # Asynchronous although it awaits nothing: the SDK runs other resolvers in a thread.
    connection: Connection = ctx.request_context.lifespan_context
    return connection


Running = Annotated[Connection, Resolve(_running)]
"""The running server's parts; the SDK fills it in, the model never sees it."""

_RESOLVED = AcceptedElicitation[Any]
"""Held, since the SDK wraps what it fills in with this class, and else makes it at each call."""
