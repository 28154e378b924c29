"""Access to the current connection: a parameter for tools, a ContextVar for other handlers."""

from contextvars import ContextVar
from typing import Annotated, Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.elicitation import AcceptedElicitation
from mcp.server.mcpserver import Context, Resolve

from fj_mcp.server.connection import Connection

connection_in_use: ContextVar[Connection] = ContextVar("connection_in_use")
"""The connection of the current request. The SDK passes it to tools and templates only."""


async def with_connection(
    ctx: ServerRequestContext[Connection, Any], call_next: CallNext
) -> HandlerResult:
    """Middleware that sets `connection_in_use` for each request."""
    token = connection_in_use.set(ctx.lifespan_context)
    try:
        return await call_next(ctx)
    finally:
        connection_in_use.reset(token)


async def _current(ctx: Context[Connection]) -> Connection:
    # Async although it awaits nothing: the SDK runs synchronous resolvers in a thread.
    connection: Connection = ctx.request_context.lifespan_context
    return connection


CurrentConnection = Annotated[Connection, Resolve(_current)]
"""The connection, injected by the SDK; it is not in the schema that models see."""

_RESOLVED = AcceptedElicitation[Any]
"""Kept alive: the SDK wraps injected values in this class, and would build it for each call."""
