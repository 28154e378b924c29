"""Argument completion while the user types. Free, and never an error.

A completion is the whole value of an argument, and the protocol has no field for a label. So
sessions are found by title and candidates by name, and the completion is the id.
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
from fj_mcp.server.arguments import SessionId, validate_argument
from fj_mcp.server.connection import Connection
from fj_mcp.server.context import connection_in_use
from fj_mcp.text.comparison import normalized
from fj_mcp.workspace.known_values import SHORTEST_QUERY

MAX_VALUES = 20
_SECONDS = 5.0
"""After this long a completion is of no use any more."""

TONES = ("warm", "formal", "brief", "direct", "conversational", "enthusiastic")
"""Suggestions; a prompt accepts any other tone as well."""

Given = dict[str, str]
"""The arguments already filled in."""


async def _sessions(connection: Connection, typed: str, _: Given) -> list[str]:
    """The newest sessions whose title contains, or whose id starts with, the typed text."""
    wanted = normalized(typed)
    if len(wanted) < SHORTEST_QUERY:
        return []
    newest = newest_first(await connection.workspace.client.project_sessions())
    return [item.id for item in newest if _matches(wanted, item.id, item.title)]


async def _candidates(connection: Connection, typed: str, given: Given) -> list[str]:
    """The typed list with its last word completed to the id of each matching candidate."""
    before, comma, last = typed.rpartition(",")
    wanted = normalized(last)
    if len(wanted) < SHORTEST_QUERY:
        return []
    session_id: str = validate_argument("session_id", SessionId, given.get("session_id", ""))
    session = await connection.workspace.watcher.look(session_id)
    shortlist = await connection.workspace.shortlists.ranked(session)
    chosen = {word.strip() for word in before.split(",")}
    return [
        before + comma + item.id
        for item in shortlist.profiles
        if item.id and item.id not in chosen and _matches(wanted, item.id, item.name)
    ]


async def _tones(_: Connection, typed: str, __: Given) -> list[str]:
    return [tone for tone in TONES if normalized(typed) in tone]


_COMPLETED: dict[str, Callable[[Connection, str, Given], Awaitable[list[str]]]] = {
    "session_id": _sessions,
    "candidates": _candidates,
    "candidate_ids": _candidates,
    "tone": _tones,
}
"""By argument name, which means the same in every prompt and template."""


def add_completion(server: MCPServer[Connection]) -> None:
    """Add completion for the arguments of prompts and templates to `server`."""
    server.completion()(complete)  # type: ignore[no-untyped-call]


async def complete(
    _ref: PromptReference | ResourceTemplateReference,
    argument: CompletionArgument,
    context: CompletionContext | None,
) -> Completion:
    """At most 20 values for an argument; none if they cannot be read within 5 seconds."""
    find = _COMPLETED.get(argument.name)
    values: list[str] = []
    given = (context.arguments if context else None) or {}
    if find is not None:
        # No error interrupts the typing: the request that follows will report it.
        with anyio.move_on_after(_SECONDS), suppress(FutureJobsError):
            values = await find(connection_in_use.get(), argument.value, given)
    return Completion(
        values=values[:MAX_VALUES], total=len(values), has_more=len(values) > MAX_VALUES
    )


def _matches(wanted: str, identity: str, name: str | None) -> bool:
    return identity.casefold().startswith(wanted) or wanted in normalized(name or "")
