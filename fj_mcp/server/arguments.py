"""The arguments that several tools take, and what hands them the running server."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.elicitation import AcceptedElicitation
from mcp.server.mcpserver import Context, Resolve
from pydantic import AfterValidator, Field, StringConstraints

from fj_mcp.server.connection import Sourcing
from fj_mcp.server.sdk.schemas import NOT_BOOL
from fj_mcp.text.cleaning import clean_block, clean_line


async def _running(ctx: Context[Sourcing]) -> Sourcing:
    # Asynchronous although it awaits nothing: the SDK runs other resolvers in a thread.
    sourcing: Sourcing = ctx.request_context.lifespan_context
    return sourcing


Running = Annotated[Sourcing, Resolve(_running)]
"""The running server's parts; the SDK fills it in, the model never sees it."""

_RESOLVED = AcceptedElicitation[Any]
"""Held, since the SDK wraps what it fills in with this class, and else makes it at each call."""


def _like(pattern: str, words: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(words)
        return text

    return AfterValidator(check)


def _visible(clean: Callable[[str, int], str], limit: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not (visible := clean(text, limit)):
            raise ValueError("must not be empty")
        return visible

    return check


def _web_address(text: str) -> str:
    if not re.fullmatch(r"https?://\S{1,400}", text) or clean_line(text, 500) != text:
        raise ValueError("must be a web address that starts with https:// and has no blanks")
    return text


_Trimmed = Annotated[str, StringConstraints(strip_whitespace=True)]

SessionId = Annotated[
    _Trimmed,
    _like("[0-9a-fA-F]{24}", "must be the 24 hex digits that list_sessions shows"),
    # One session has one spelling, so that nothing is bought twice in it at once.
    AfterValidator(str.lower),
    Field(description="From create_sourcing_session or list_sessions."),
]
CandidateId = Annotated[
    _Trimmed,
    _like("[A-Za-z0-9_-]{1,64}", "must be an id that list_profiles shows"),
    Field(description="From list_profiles."),
]
Title = Annotated[str, Field(max_length=200), AfterValidator(_visible(clean_line, 200))]
JobDescription = Annotated[
    str, Field(max_length=30_000), AfterValidator(_visible(clean_block, 30_000))
]
ProfileUrl = Annotated[
    _Trimmed,
    AfterValidator(_web_address),
    Field(description="LinkedIn address of somebody like the person wanted."),
]
Score = Annotated[float, Field(ge=0, le=5), NOT_BOOL]
Page = Annotated[int, Field(ge=1, le=10_000, description="From 1 to 10000."), NOT_BOOL]
PageSize = Annotated[int, Field(ge=1, le=50, description="1 to 50."), NOT_BOOL]
