"""Tools for the candidates of a session."""

from contextlib import suppress
from typing import Annotated, Literal

from pydantic import Field

from fj_mcp.errors import BadArguments
from fj_mcp.filters.argument_types import LEFT_OUT, Flag
from fj_mcp.purchases.prices import usual_prices
from fj_mcp.results.models import CandidateList, FullCandidate, ShownCandidates
from fj_mcp.server.arguments import (
    CandidateId,
    Chosen,
    Page,
    PageSize,
    Query,
    Score,
    SessionId,
    State,
)
from fj_mcp.server.connection import Connection
from fj_mcp.server.context import CurrentConnection
from fj_mcp.server.tools.reviews import memory_of
from fj_mcp.shortlist import candidate_pages, cards
from fj_mcp.shortlist.candidate_pages import RankedSession
from fj_mcp.shortlist.parts import Part
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.memory.memory import Memory
from fj_mcp.workspace.ranked_sessions import rank_session, see_in_full, show
from fj_mcp.workspace.remembered_people import list_remembered


async def list_profiles(
    connection: CurrentConnection,
    session_id: Annotated[
        SessionId, Field(description="Without: everybody kept, in all searches.")
    ] = LEFT_OUT,
    page: Page = 1,
    limit: PageSize = 20,
    min_score: Annotated[Score, Field(description="At least, 0 to 5.")] = 0,
    detail: Annotated[
        Literal["concise", "detailed"],
        Field(description="detailed adds highlights, education and more skills."),
    ] = "concise",
    query: Annotated[
        Query,
        Field(description='All words must occur; -word excludes, "two words" is a phrase.'),
    ] = LEFT_OUT,
    candidate_ids: Chosen = LEFT_OUT,
    decisions: Annotated[
        list[State],
        Field(min_length=1, description="By default all but rejected."),
    ] = LEFT_OUT,
    new_only: Annotated[Flag, Field(description="Nobody seen before.")] = False,
) -> CandidateList:
    """List a session's candidates, top ones first, page by page; or only people with a score of
    min_score or above, those who know query's words, those kept or rejected (decisions), or a
    few to compare by candidate_ids. Free. While status is running the list is incomplete: use
    wait_for_session. has_more: there is a next page. For one candidate in full use
    get_candidate, for more people fetch_more_profiles (costs credits).
    """
    view = candidate_pages.View(
        page,
        limit,
        Part(
            min_score,
            query or "",
            tuple(candidate_ids or ()),
            tuple(decisions or ()),
            new_only,
        ),
        detailed=detail == "detailed",
        can_spend=not connection.settings.read_only,
    )
    if session_id is None:
        return await _list_kept(memory_of(connection), view)
    if decisions or new_only:
        memory_of(connection)
    _, listed = await read_list(connection, session_id, view)
    return listed


async def _list_kept(memory: Memory, view: candidate_pages.View) -> CandidateList:
    """One page of everybody kept; it says what it cannot do without a session."""
    if view.part.new_only:
        raise BadArguments(
            "new_only requires session_id, because everybody in a list over all searches was seen"
        )
    listed = await list_remembered(memory, view)
    warnings = [listed.warning] if listed.warning else []
    if view.detailed:
        warnings.append("Without session_id the list has no details; get_candidate has.")
    shown = {card.candidate_id for card in listed.candidates}
    missing = [one for one in view.part.candidate_ids if one not in shown]
    if missing and listed.pages == view.page == 1:
        warnings.append(
            f"Not listed: {', '.join(missing)}. No decision about them is remembered, or they do "
            "not fit the rest of the arguments."
        )
    listed.warning = " ".join(warnings) or None
    return listed


async def read_list(
    connection: Connection, session_id: str, view: candidate_pages.View
) -> tuple[RankedSession, CandidateList]:
    """A session, and one page of its candidates, which are remembered as shown."""
    workspace, part = connection.workspace, view.part
    all_marks = bool(part.decisions or part.new_only)
    ranked = await rank_session(
        workspace, session_id, can_spend=view.can_spend, all_marks=all_marks
    )
    chosen = ranked.choose(part)
    ranked = await show(workspace, ranked, chosen.on_page(view.page, view.limit))
    return ranked, candidate_pages.candidate_list(ranked, view, chosen)


async def get_candidate(
    session_id: SessionId, candidate_id: CandidateId, connection: CurrentConnection
) -> FullCandidate:
    """Show the full profile of one candidate, to learn more about them: jobs and work history,
    where they studied, skills, languages, certifications, their strengths and why they got that
    score, contacts already revealed. Free; to compare several use list_profiles. Reveals
    nothing: for an email address or phone number use reveal_contacts.
    """
    session = await connection.workspace.client.get_session(session_id)
    candidate = await connection.workspace.client.candidate(session_id, candidate_id)
    shortlist = await connection.workspace.shortlists.ranked_in_time(session)
    mark, unmarked = await see_in_full(
        connection.workspace, session, candidate_id, candidate, shortlist
    )
    full = cards.full_candidate(session_id, candidate_id, candidate, shortlist, mark)
    full.next_step = " ".join(filter(None, (full.next_step, unmarked))) or None
    return full


async def show_candidates(
    session_id: SessionId,
    connection: CurrentConnection,
    min_score: Annotated[Score, Field(description="At least, 0 to 5.")] = 0,
    query: Query = LEFT_OUT,
    candidate_ids: Chosen = LEFT_OUT,
) -> ShownCandidates:
    """Open the interactive shortlist, when the user wants to see the candidates and look
    through them by hand: click, sort, filter, keep, reject, export. Free; paid actions in it
    ask the user first. Clients without views show the best 20 as text. To read candidates
    yourself use list_profiles, for a file export_profiles.
    """
    view = candidate_pages.View(
        part=Part(min_score, query or "", tuple(candidate_ids or ())),
        can_spend=not connection.settings.read_only,
    )
    ranked, listed = await read_list(connection, session_id, view)
    prices = await usual_prices(connection.workspace) if view.can_spend else None
    counts = None
    if connection.memory is not None and ranked.marks is not None:
        with suppress(StorageUnavailable):
            counts = await connection.memory.counts(session_id, ranked.shortlist.people)
    shown = candidate_pages.shown_candidates(listed, ranked, view, prices, counts)
    if counts is not None:
        # With it the view proves that the user clicked in it.
        shown.tell_view("view", connection.view_token(session_id))
    return shown
