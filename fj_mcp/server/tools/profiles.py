"""Tools for the candidates of a session."""

from pathlib import Path
from typing import Annotated, Literal

from mcp.server.mcpserver import Context
from pydantic import Field

from fj_mcp.filters.argument_types import LEFT_OUT
from fj_mcp.results.models import (
    CandidateList,
    ExportedProfiles,
    FullCandidate,
    Prices,
    ShownCandidates,
)
from fj_mcp.server.arguments import (
    CandidateId,
    Chosen,
    Page,
    PageSize,
    Query,
    Score,
    SessionId,
)
from fj_mcp.server.connection import Connection
from fj_mcp.server.context import CurrentConnection
from fj_mcp.server.progress import report_pages
from fj_mcp.shortlist import candidate_pages, cards
from fj_mcp.shortlist.ranking import Part
from fj_mcp.workspace.ranked_sessions import rank_session


async def list_profiles(
    session_id: SessionId,
    connection: CurrentConnection,
    page: Page = 1,
    limit: PageSize = 20,
    min_score: Annotated[Score, Field(description="0 to 5; 0 means everyone.")] = 0,
    detail: Annotated[
        Literal["concise", "detailed"],
        Field(description="detailed adds highlights, education and more skills."),
    ] = "concise",
    query: Annotated[
        Query,
        Field(
            description='Words that must all occur; -word leaves out, "two words" stay together.'
        ),
    ] = LEFT_OUT,
    candidate_ids: Chosen = LEFT_OUT,
) -> CandidateList:
    """List a session's candidates, best score first across the whole session. Free. Does not
    wait: while status is running the list is incomplete, and wait_for_session is the better call.
    has_more true means there is another page. For one candidate's work history and contacts use
    get_candidate; to find candidates beyond these use fetch_more_profiles (costs credits).
    """
    view = candidate_pages.View(
        page,
        limit,
        Part(min_score, query or "", tuple(candidate_ids or ())),
        detailed=detail == "detailed",
        can_spend=not connection.settings.read_only,
    )
    ranked = await rank_session(connection.workspace, session_id, can_spend=view.can_spend)
    return candidate_pages.candidate_list(ranked, view)


async def get_candidate(
    session_id: SessionId, candidate_id: CandidateId, connection: CurrentConnection
) -> FullCandidate:
    """Show one candidate in full: jobs with descriptions, education, skills, certificates,
    reasons for the score, and contacts already revealed. Free. candidate_id comes from
    list_profiles or wait_for_session, which are better for comparing candidates. Reveals nothing:
    for an email address or phone number use reveal_contacts.
    """
    session = await connection.workspace.client.get_session(session_id)
    candidate = await connection.workspace.client.candidate(session_id, candidate_id)
    shortlist = await connection.workspace.shortlists.ranked_in_time(session)
    return cards.full_candidate(session_id, candidate_id, candidate, shortlist)


async def show_candidates(
    session_id: SessionId,
    connection: CurrentConnection,
    min_score: Annotated[Score, Field(description="0 to 5; 0 means everyone.")] = 0,
    query: Query = LEFT_OUT,
    candidate_ids: Chosen = LEFT_OUT,
) -> ShownCandidates:
    """Show the user a session's candidates as an interactive shortlist to sort, filter, open,
    select and export, when they want to look for themselves. To read candidates without showing
    them use list_profiles, for a file export_profiles. Free; does not wait. The result has the
    best 20: if has_more is true, list_profiles continues with page 2 and the same min_score.
    Revealing and fetching more in it cost credits; the user is asked first.
    """
    view = candidate_pages.View(
        part=Part(min_score, query or "", tuple(candidate_ids or ())),
        can_spend=not connection.settings.read_only,
    )
    ranked = await rank_session(connection.workspace, session_id, can_spend=view.can_spend)
    listed = candidate_pages.candidate_list(ranked, view)
    prices = None
    if view.can_spend:
        price = connection.checkout.price
        prices = Prices(fetch_more=await price("fetch_more"), reveal=await price("reveal"))
    return candidate_pages.shown_candidates(listed, ranked, view, prices)


async def export_profiles(
    session_id: SessionId,
    connection: CurrentConnection,
    ctx: Context[Connection],
    format: Annotated[Literal["csv", "json"], Field(description="csv for spreadsheets.")] = "csv",
    min_score: Annotated[Score, Field(description="0 to 5; 0 means everyone.")] = 0,
    query: Query = LEFT_OUT,
    candidate_ids: Annotated[
        list[CandidateId],
        Field(min_length=1, max_length=1_000, description="Only these, 1 to 1000."),
    ] = LEFT_OUT,
) -> ExportedProfiles:
    """Save a session's candidates to a new file, when the user wants to keep or share them: rank,
    score, latest jobs, skills, contacts already revealed. To read or show them use list_profiles
    or show_candidates. Free; reveals nothing, overwrites nothing. Does not wait: of a running
    session it saves the candidates matched so far. Returns rows and the path (a uri from a remote
    server), or no file if nobody matches.
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
