"""The resources: searches and candidates to read, attach and keep. All free."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal
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
from fj_mcp.server.tools import exports, sessions
from fj_mcp.text.cleaning import as_word

if TYPE_CHECKING:
    from fj_mcp.sessions.search_record import SearchFacts

MAX_SESSIONS = 50
_EXPORT = (
    "session_ids",
    "layout",
    "min_score",
    "candidate_ids",
    "query",
    "decisions",
    "include_notes",
    "file",
)
"""The parameters of an export's URI."""

_Further = Annotated[list[SessionId], Field(min_length=1, max_length=9)]
_FileNumber = Annotated[int, Field(ge=1, le=100)]
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


def _export_resource(
    format: Literal["csv", "json"], description: str
) -> Callable[..., Awaitable[str]]:
    async def profiles(
        session_id: str,
        *,
        session_ids: str = "",
        layout: str = "",
        min_score: str = "",
        candidate_ids: str = "",
        query: str = "",
        decisions: str = "",
        include_notes: str = "",
        file: str = "",
    ) -> str:
        given = {
            "session_ids": session_ids,
            "layout": layout,
            "min_score": min_score,
            "candidate_ids": candidate_ids,
            "query": query,
            "decisions": decisions,
            "include_notes": include_notes,
            "file": file,
        }
        return await _profiles(format, session_id, given)

    profiles.__doc__ = (
        f"{description}; narrow it as export_profiles does, with commas between values. "
        "session_ids: more searches to merge."
    )
    return profiles


profiles_csv = _export_resource(
    "csv", "All candidates of one search as a table, best score first, about 700 bytes each"
)
profiles_json = _export_resource(
    "json", "All candidates of one search as data, best score first, about 1,000 bytes each"
)


async def record_text(session_id: str) -> str:
    """How a search came about: filters and their changes, cost, scores, decisions and who made
    them, reveals; for somebody who must account for it."""
    # Lazy, as exports are.
    from fj_mcp.sessions import search_record

    return await _record(session_id, search_record.record_text)


async def record_data(session_id: str) -> str:
    """The record of a search as data: filters and their changes, cost, scores, decisions and who
    made them, reveals; for another system."""
    from fj_mcp.sessions import search_record

    def data(facts: "SearchFacts") -> str:
        return to_json(search_record.record_data(facts)).decode()

    return await _record(session_id, data)


_EXPORT_QUERY = f"{{?{','.join(_EXPORT)}}}"

RESOURCES = (
    (filters, "fj://filters", "filters", "Search filters", "text/markdown"),
    (all_sessions, "fj://sessions", "sessions", "Searches", "application/json"),
)
TEMPLATES = (
    (one_session, "fj://sessions/{session_id}", "session", "One search", "application/json"),
    (
        profiles_csv,
        "fj://sessions/{session_id}/profiles.csv" + _EXPORT_QUERY,
        "profiles.csv",
        "Candidates of a search, as a table",
        "text/csv",
    ),
    (
        profiles_json,
        "fj://sessions/{session_id}/profiles.json" + _EXPORT_QUERY,
        "profiles.json",
        "Candidates of a search, as data",
        "application/json",
    ),
    (
        record_text,
        "fj://sessions/{session_id}/record",
        "record",
        "Record of a search",
        "text/markdown",
    ),
    (
        record_data,
        "fj://sessions/{session_id}/record.json",
        "record.json",
        "Record of a search, as data",
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
    known = _EXPORT if "/profiles." in uri.partition("?")[0] else ()
    for name in names if uri.startswith("fj://") else ():
        if name not in known or names.count(name) > 1:
            which = f"the parameters are {', '.join(known)}" if known else "it has no parameters"
            problem = (
                f"Nothing was sent or charged: {as_word(name)} is not a parameter of this URI, or "
                f"is there twice; {which}."
            )
            raise ProtocolError(INVALID_PARAMS, problem)


def _with_long_ttl(ctx: ServerRequestContext[Any, Any], result: HandlerResult) -> HandlerResult:
    """Extend the cache time of constant resources; `CACHE_HINTS` are per method."""
    uri = str((ctx.params or {}).get("uri"))
    # Only results of protocol 2026-07-28 have these fields.
    if isinstance(result, dict) and "ttlMs" in result and uri.startswith(_LASTING_URIS):
        return result | {"ttlMs": _LASTING.ttl_ms, "cacheScope": _LASTING.scope}
    return result


async def _profiles(format: Literal["csv", "json"], session_id: str, given: dict[str, str]) -> str:
    async def read(connection: Connection) -> str:
        # Lazy, because most connections export nothing.
        from fj_mcp.shortlist.export_rows import build_export
        from fj_mcp.shortlist.parts import Part
        from fj_mcp.workspace.exported_sessions import read_sessions, record_exported

        def value(name: str, kind: Any, otherwise: Any) -> Any:
            return validate_argument(name, kind, given[name]) if given[name] else otherwise

        def values(name: str, kind: Any) -> tuple[str, ...]:
            listed = split_list(given[name])
            return tuple(validate_argument(name, kind, listed) if given[name] else ())

        session_ids = dict.fromkeys((_session_id(session_id), *values("session_ids", _Further)))
        part = Part(
            value("min_score", Score, 0.0),
            value("query", Query, ""),
            values("candidate_ids", exports.Exported),
            values("decisions", exports.Decisions),
        )
        layout = value("layout", exports.Layout, "full")
        with_notes = value("include_notes", bool, otherwise=False)
        choice = exports.choose(connection, format, layout, part, include_notes=with_notes)
        number = value("file", _FileNumber, 1)
        sessions = await read_sessions(connection.workspace, [*session_ids])
        export = build_export(sessions, choice, sandbox=connection.settings.sandbox)
        if number > len(export.files):
            raise BadArguments(f"file must be at most {len(export.files)}")
        await record_exported(connection.workspace, sessions, export.shown)
        # The byte order mark is for spreadsheets that open a file.
        text: str = export.files[number - 1]
        return text.removeprefix("\ufeff")

    return await _read_in_time("export_profiles", read)


async def _record(session_id: str, render: "Callable[[SearchFacts], str]") -> str:
    async def read(connection: Connection) -> str:
        from fj_mcp.workspace.recorded_search import read_facts

        identity, sandbox = _session_id(session_id), connection.settings.sandbox
        return render(await read_facts(connection.workspace, identity, sandbox=sandbox))

    return await _read_in_time("get_session", read)


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
