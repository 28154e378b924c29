"""Completion: what a client may offer while somebody types an argument. Free, and never an error.

A completion is the whole value of an argument, and the protocol has no room for a label beside
it. So a session is found by its title and a candidate by their name, and the id is filled in.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import anyio
from mcp.server import MCPServer
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from fj_mcp.api.session_records import newest_first
from fj_mcp.errors import FutureJobsError
from fj_mcp.server.arguments import SessionId, checked
from fj_mcp.server.connection import Connection
from fj_mcp.server.context import connection_in_use
from fj_mcp.server.filter_values import SHORTEST_QUERY
from fj_mcp.text.comparison import normalized

MOST_VALUES = 20
_SECONDS = 5.0
"""Nobody waits longer while they type."""

TONES = ("warm", "formal", "brief", "direct", "conversational", "enthusiastic")
"""Suggestions: a prompt takes any other tone as well."""

Given = dict[str, str]
"""The arguments that are filled in already."""


async def _sessions(connection: Connection, typed: str, _: Given) -> list[str]:
    """The newest sessions whose title holds, or whose id begins with, what was typed."""
    wanted = normalized(typed)
    if len(wanted) < SHORTEST_QUERY:
        return []
    newest = newest_first(await connection.workspace.client.project_sessions())
    return [item.id for item in newest if _fits(wanted, item.id, item.title)]


async def _candidates(connection: Connection, typed: str, given: Given) -> list[str]:
    """What was typed up to its last comma, with the id of each candidate who fits the rest."""
    before, comma, last = typed.rpartition(",")
    wanted = normalized(last)
    if len(wanted) < SHORTEST_QUERY:
        return []
    session_id: str = checked("session_id", SessionId, given.get("session_id", ""))
    session = await connection.workspace.watcher.look(session_id)
    shortlist = await connection.workspace.shortlists.ranked(session)
    chosen = {word.strip() for word in before.split(",")}
    return [
        before + comma + item.id
        for item in shortlist.profiles
        if item.id and item.id not in chosen and _fits(wanted, item.id, item.name)
    ]


async def _tones(_: Connection, typed: str, __: Given) -> list[str]:
    return [tone for tone in TONES if normalized(typed) in tone]


_COMPLETED: dict[str, Callable[[Connection, str, Given], Awaitable[list[str]]]] = {
    "session_id": _sessions,
    "candidates": _candidates,
    "candidate_ids": _candidates,
    "tone": _tones,
}
"""By the argument's name, which means the same in every prompt and template."""


def add_completion(server: MCPServer[Connection]) -> None:
    """Let `server` complete the arguments of its prompts and templates."""
    server.completion()(complete)  # type: ignore[no-untyped-call]


async def complete(
    _ref: PromptReference | ResourceTemplateReference,
    argument: CompletionArgument,
    context: CompletionContext | None,
) -> Completion:
    """At most 20 values for an argument; none where they cannot be had within 5 seconds."""
    find = _COMPLETED.get(argument.name)
    values: list[str] = []
    given = (context.arguments if context else None) or {}
    if find is not None:
        # Whoever types goes on typing; the request itself will be told what is wrong.
        with anyio.move_on_after(_SECONDS), suppress(FutureJobsError):
            values = await find(connection_in_use.get(), argument.value, given)
    return Completion(
        values=values[:MOST_VALUES], total=len(values), has_more=len(values) > MOST_VALUES
    )


def _fits(wanted: str, identity: str, name: str | None) -> bool:
    return identity.casefold().startswith(wanted) or wanted in normalized(name or "")
