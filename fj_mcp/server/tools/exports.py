"""The tool that saves the candidates of a session to a file."""

from pathlib import Path
from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from fj_mcp.filters.argument_types import LEFT_OUT
from fj_mcp.results.models import ExportedProfiles
from fj_mcp.server.arguments import CandidateId, Query, Score, SessionId
from fj_mcp.server.connection import Connection
from fj_mcp.server.context import CurrentConnection
from fj_mcp.server.progress import report_pages
from fj_mcp.shortlist.ranking import Part


async def export_profiles(
    session_id: SessionId,
    connection: CurrentConnection,
    ctx: Context[Connection],
    format: Annotated[Literal["csv", "json"], Field(description="csv for spreadsheets.")] = "csv",
    min_score: Annotated[Score, Field(description="At least, 0 to 5.")] = 0,
    query: Query = LEFT_OUT,
    candidate_ids: Annotated[
        list[CandidateId],
        Field(min_length=1, max_length=1_000, description="Only these, 1 to 1000."),
    ] = LEFT_OUT,
) -> ExportedProfiles:
    """Save a session's candidates to a new file, CSV (a spreadsheet, for Excel) or JSON, when
    the user wants to download, keep or share them or put them in an applicant tracking system:
    rank, score, jobs, skills, contacts already revealed. Free; reveals and overwrites nothing.
    While a search is running, saves those matched so far. Returns the row count and path
    (remotely, a uri). To read or show them use list_profiles or show_candidates.
    """
    from fj_mcp.server.resource_uris import resource_uri
    from fj_mcp.shortlist import export_file, export_rows

    report = report_pages(ctx.report_progress)
    session = await connection.workspace.watcher.look(session_id)
    shortlist = await connection.workspace.shortlists.ranked(session, report)
    part = Part(min_score, query or "", tuple(candidate_ids or ()))
    export = export_rows.build_export(
        session, shortlist, format, part, sandbox=connection.settings.sandbox
    )
    place: Path | str | None = None
    if export.rows and connection.remote:
        place = resource_uri(session_id, format, part)
    elif export.rows:
        place = await export_file.write_export(export, connection.settings.export_dir, format)
    return export_rows.export_result(session_id, export, place)
