"""The resources: searches and candidates to read, attach and keep. All free."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import anyio
from mcp.server import MCPServer
from mcp.server.caching import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver.resources import FunctionResource
from mcp_types import INVALID_PARAMS
from mcp_types.methods import CacheableMethod
from pydantic import Field
from pydantic_core import to_json

from fj_mcp.api.call_context import tool_in_use
from fj_mcp.api.errors import NotFound
from fj_mcp.clock import answering_seconds
from fj_mcp.errors import BadArguments, DeadlinePassed, FutureJobsError
from fj_mcp.results.models import Result
from fj_mcp.server.arguments import (
    CandidateId,
    Query,
    Score,
    SessionId,
    split_list,
    validate_argument,
)
from fj_mcp.server.connection import Connection
from fj_mcp.server.context import connection_in_use
from fj_mcp.server.sdk.protocol_errors import NoSuchResource, ProtocolError, UnreadableResource
from fj_mcp.server.sdk.schemas import description_of
from fj_mcp.server.tools import sessions
from fj_mcp.text.cleaning import as_word

MAX_SESSIONS = 50
_NARROWING = ("min_score", "candidate_ids", "query")
_Chosen = Annotated[list[CandidateId], Field(min_length=1, max_length=1_000)]
_HOUR = 3_600_000

LISTS = CacheHint(ttl_ms=_HOUR, scope="public")
CACHE_HINTS: dict[CacheableMethod, CacheHint] = {
    "server/discover": LISTS,
    "tools/list": LISTS,
    "prompts/list": LISTS,
    "resources/list": LISTS,
    "resources/templates/list": LISTS,
    "resources/read": CacheHint(ttl_ms=10_000, scope="private"),
}
"""How long clients may cache results (protocol 2026-07-28): lists change only with the program, a
session while it is matching."""

_LASTING = CacheHint(ttl_ms=24 * _HOUR, scope="public")
_LASTING_URIS = ("fj://filters", "ui://")


async def filters() -> str:
    """Every search filter with its type, meaning and known values."""
    # Lazy, because it is rarely read.
    from fj_mcp.filters.reference import filters_page

    # The note at the top is for editors of the file.
    return re.sub(r"<!--.*?-->\n+", "", filters_page())


async def all_sessions() -> str:
    """The newest 50 searches of this workspace: id, title, number of profiles and time."""

    async def read(connection: Connection) -> str:
        return _json(await sessions.list_sessions(connection, 1, MAX_SESSIONS), connection)

    return await _read_in_time("list_sessions", read)


async def one_session(session_id: str) -> str:
    """One search: title, job description, current filters, status and counts."""

    async def read(connection: Connection) -> str:
        return _json(await sessions.get_session(_session_id(session_id), connection), connection)

    return await _read_in_time("get_session", read)


async def profiles_csv(
    session_id: str, min_score: str = "", candidate_ids: str = "", query: str = ""
) -> str:
    """All candidates of one search as a table, best score first, about 700 bytes each; narrow it
    with min_score (0 to 5), candidate_ids (separated by commas) and query (words)."""
    return await _profiles("csv", session_id, min_score, candidate_ids, query)


async def profiles_json(
    session_id: str, min_score: str = "", candidate_ids: str = "", query: str = ""
) -> str:
    """All candidates of one search as data, best score first, about 1,000 bytes each; narrow it
    with min_score (0 to 5), candidate_ids (separated by commas) and query (words)."""
    return await _profiles("json", session_id, min_score, candidate_ids, query)


RESOURCES = (
    (filters, "fj://filters", "filters", "Search filters", "text/markdown"),
    (all_sessions, "fj://sessions", "sessions", "Searches", "application/json"),
)
TEMPLATES = (
    (one_session, "fj://sessions/{session_id}", "session", "One search", "application/json"),
    (
        profiles_csv,
        "fj://sessions/{session_id}/profiles.csv{?min_score,candidate_ids,query}",
        "profiles.csv",
        "Candidates of a search, as a table",
        "text/csv",
    ),
    (
        profiles_json,
        "fj://sessions/{session_id}/profiles.json{?min_score,candidate_ids,query}",
        "profiles.json",
        "Candidates of a search, as data",
        "application/json",
    ),
)
"""Function, URI, name, title and MIME type of each; the docstring is its description."""


def add_resources(server: MCPServer[Connection]) -> None:
    """Add the resources and templates to `server`."""
    for fn, uri, name, title, mime_type in RESOURCES:
        server.add_resource(
            FunctionResource(
                uri=uri,
                name=name,
                title=title,
                description=description_of(fn),
                mime_type=mime_type,
                fn=fn,
            )
        )
    to_make = [*TEMPLATES]

    async def middleware(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if not ctx.method.startswith("resources/"):
            return await call_next(ctx)
        # Registering a template takes two milliseconds, which start-up need not pay.
        while to_make:
            fn, uri, name, title, mime_type = to_make.pop(0)
            server.resource(
                uri, name=name, title=title, description=description_of(fn), mime_type=mime_type
            )(fn)
        _check_query(str((ctx.params or {}).get("uri")))
        return _with_long_ttl(ctx, await call_next(ctx))

    server.middleware.append(middleware)


def _check_query(uri: str) -> None:
    """Reject a misspelled or repeated parameter, which would otherwise be ignored silently."""
    names = [name for name, _ in parse_qsl(uri.partition("?")[2], keep_blank_values=True)]
    for name in names if uri.startswith("fj://") else ():
        if name not in _NARROWING or names.count(name) > 1:
            problem = (
                f"Nothing was sent or charged: {as_word(name)} is not a parameter of this URI, or "
                f"is there twice; the parameters are {', '.join(_NARROWING)}."
            )
            raise ProtocolError(INVALID_PARAMS, problem)


def _with_long_ttl(ctx: ServerRequestContext[Any, Any], result: HandlerResult) -> HandlerResult:
    """Extend the cache time of constant resources; `CACHE_HINTS` are per method."""
    uri = str((ctx.params or {}).get("uri"))
    # Only results of protocol 2026-07-28 have these fields.
    if isinstance(result, dict) and "ttlMs" in result and uri.startswith(_LASTING_URIS):
        return result | {"ttlMs": _LASTING.ttl_ms, "cacheScope": _LASTING.scope}
    return result


async def _profiles(
    format: Literal["csv", "json"],
    session_id: str,
    min_score: str,
    candidate_ids: str,
    query: str,
) -> str:
    async def read(connection: Connection) -> str:
        # Lazy, because most connections export nothing.
        from fj_mcp.shortlist.export_rows import build_export
        from fj_mcp.shortlist.ranking import Part

        identity = _session_id(session_id)
        least: float = validate_argument("min_score", Score, min_score) if min_score else 0.0
        chosen: list[str] = []
        if candidate_ids:
            chosen = validate_argument("candidate_ids", _Chosen, split_list(candidate_ids))
        words: str = validate_argument("query", Query, query)
        session = await connection.workspace.watcher.look(identity)
        shortlist = await connection.workspace.shortlists.ranked(session)
        part = Part(least, words, tuple(chosen))
        sandbox = connection.settings.sandbox
        export = build_export(session, shortlist, format, part, sandbox=sandbox)
        # The byte order mark is for spreadsheets that open a file.
        return export.text.removeprefix("\ufeff")

    return await _read_in_time("export_profiles", read)


async def _read_in_time(tool: str, read: Callable[[Connection], Awaitable[str]]) -> str:
    """Call `read` within the call deadline. Errors name `tool`, which returns the same data.

    Raises:
        UnreadableResource: with the message for the client.
        NoSuchResource: the same, if the URI is wrong.
    """
    connection = connection_in_use.get()
    tool_in_use.set(tool)
    deadline = connection.settings.call_deadline_seconds
    try:
        with anyio.fail_after(answering_seconds(deadline)):
            return await read(connection)
    except TimeoutError:
        raise UnreadableResource(str(DeadlinePassed(deadline, costs=False))) from None
    except (BadArguments, NotFound) as error:
        raise NoSuchResource(str(error)) from None
    except FutureJobsError as error:
        raise UnreadableResource(str(error)) from None


def _session_id(text: str) -> str:
    session_id: str = validate_argument("session_id", SessionId, text)
    return session_id


def _json(result: Result, connection: Connection) -> str:
    return to_json(result.as_dict(sandbox=connection.settings.sandbox)).decode()
