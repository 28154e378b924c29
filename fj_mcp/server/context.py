"""What answers to clients beside the tools share: the running server, and checked arguments."""

from contextvars import ContextVar
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from fj_mcp.errors import BadArguments
from fj_mcp.server.connection import Sourcing
from fj_mcp.server.sdk.schemas import describe_problems

sourcing_in_use: ContextVar[Sourcing] = ContextVar("sourcing_in_use")
"""The running server of the request in hand: the SDK hands it to tools and templates alone."""


async def with_sourcing(
    ctx: ServerRequestContext[Sourcing, Any], call_next: CallNext
) -> HandlerResult:
    """Middleware that sets `sourcing_in_use` for each request."""
    token = sourcing_in_use.set(ctx.lifespan_context)
    try:
        return await call_next(ctx)
    finally:
        sourcing_in_use.reset(token)


def checked(name: str, kind: Any, value: object) -> Any:
    """`value` as the annotated type `kind`, such as `SessionId`.

    Raises:
        BadArguments: naming the argument `name`, if it is not one.
    """
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False)
        problem: ErrorDetails = {**first, "loc": (name, *first["loc"])}
        raise BadArguments(describe_problems([problem], {}, "")) from None


def listed(text: str) -> list[str]:
    """The words between the commas of `text`, each once."""
    words = (word.strip() for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))
