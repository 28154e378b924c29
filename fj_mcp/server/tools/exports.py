"""The tool that saves the candidates of sessions to a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from fj_mcp.errors import BadArguments
from fj_mcp.filters.argument_types import LEFT_OUT, Flag
from fj_mcp.results.models import ExportedProfiles
from fj_mcp.server.arguments import CandidateId, Query, Score, SessionId, State
from fj_mcp.server.connection import Connection
from fj_mcp.server.context import CurrentConnection
from fj_mcp.server.progress import report_pages
from fj_mcp.server.tools.reviews import memory_of
from fj_mcp.shortlist.parts import Part

if TYPE_CHECKING:
    from fj_mcp.shortlist.export_rows import Choice, Format
    from fj_mcp.shortlist.layouts import LayoutName

Layout = Annotated[
    Literal["full", "ats", "lever", "recruitee"], Field(description="For import, unless full.")
]
Merged = Annotated[
    list[SessionId], Field(min_length=1, max_length=10, description="2 to 10: merged.")
]
Decisions = Annotated[list[State], Field(description="As in list_profiles.")]
Exported = Annotated[
    list[CandidateId],
    Field(min_length=1, max_length=1_000, description="Only these, 1 to 1000."),
]


async def export_profiles(
    connection: CurrentConnection,
    ctx: Context[Connection],
    session_id: SessionId = LEFT_OUT,
    session_ids: Merged = LEFT_OUT,
    format: Annotated[Literal["csv", "json"], Field(description="csv for spreadsheets.")] = "csv",
    layout: Layout = "full",
    min_score: Annotated[Score, Field(description="At least, 0 to 5.")] = 0,
    query: Query = LEFT_OUT,
    candidate_ids: Exported = LEFT_OUT,
    decisions: Decisions = LEFT_OUT,
    include_notes: Flag = LEFT_OUT,
) -> ExportedProfiles:
    """Save the candidates of one session, or of several as one list, to a new CSV (a
    spreadsheet, Excel) or JSON file, when the user wants to download, keep or share them or
    import them into an applicant tracking system (layout): rank, score, jobs, skills,
    decisions, revealed contacts. Free; reveals and overwrites nothing. Returns the row count
    and path (remotely, a uri). To read or show them use list_profiles or show_candidates.
    """
    from fj_mcp.server.resource_uris import export_uri
    from fj_mcp.shortlist.export_file import write_export
    from fj_mcp.shortlist.export_result import export_result
    from fj_mcp.shortlist.export_rows import build_export
    from fj_mcp.workspace.exported_sessions import read_sessions, record_exported

    chosen = _chosen_sessions(session_id, session_ids)
    part = Part(min_score, query or "", tuple(candidate_ids or ()), tuple(decisions or ()))
    choice = choose(connection, format, layout, part, include_notes=bool(include_notes))
    sessions = await read_sessions(connection.workspace, chosen, report_pages(ctx.report_progress))
    export = build_export(sessions, choice, sandbox=connection.settings.sandbox)
    places: Sequence[Path] | Sequence[str] = ()
    if export.rows and connection.remote:
        files = range(1, len(export.files) + 1)
        places = [export_uri(chosen, choice, file) for file in files]
    elif export.rows:
        places = await write_export(export, connection.settings.export_dir, choice)
        await record_exported(connection.workspace, sessions, export.shown)
    return export_result(chosen, export, places)


def choose(
    connection: Connection,
    format: "Format",
    layout: "LayoutName",
    part: Part,
    *,
    include_notes: bool,
) -> "Choice":
    """What to export. Raises `BadArguments` for what only a memory can tell, if there is none."""
    from fj_mcp.shortlist.export_rows import Choice

    if part.decisions or include_notes:
        memory_of(connection)
    return Choice(format=format, layout=layout, part=part, include_notes=include_notes)


def _chosen_sessions(session_id: str | None, session_ids: list[str] | None) -> list[str]:
    if session_id and session_ids:
        raise BadArguments("give session_id for one session, or session_ids to merge several")
    if session_id:
        return [session_id]
    if not session_ids:
        raise BadArguments("session_id is required, or session_ids to merge several sessions")
    return list(dict.fromkeys(session_ids))
