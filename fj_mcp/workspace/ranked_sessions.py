"""A session with its candidates: the reads that every list of candidates starts with."""

from fj_mcp.api.session_records import Session
from fj_mcp.filters.query_map import from_queries, wanted_skills
from fj_mcp.shortlist.candidate_pages import RankedSession
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.shortlist.suggestions import suggestions_for
from fj_mcp.workspace.empty_searches import clues_for
from fj_mcp.workspace.workspace import Workspace


async def rank_session(workspace: Workspace, session_id: str, *, can_spend: bool) -> RankedSession:
    """The session as it is now, with its candidates. Raises an `ApiError`.

    Args:
        workspace: of the key.
        session_id: of the session.
        can_spend: whether the server offers the tools that cost credits.
    """
    session = await workspace.watcher.look(session_id)
    shortlist = await workspace.shortlists.ranked(session)
    return await _ranked(workspace, session, shortlist, can_spend)


async def rank_in_time(
    workspace: Workspace, session: Session, *, can_spend: bool
) -> RankedSession | None:
    """The same for a session that has just been read; None if the deadline comes first."""
    shortlist = await workspace.shortlists.ranked_in_time(session)
    if shortlist is None:
        return None
    return await _ranked(workspace, session, shortlist, can_spend)


async def _ranked(
    workspace: Workspace, session: Session, shortlist: Shortlist, can_spend: bool
) -> RankedSession:
    in_force = workspace.sent_filters.in_force(session)
    clues = None
    if session.status == "done" and can_spend and not shortlist.profiles:
        clues = await clues_for(workspace, from_queries(in_force)[0])
    suggestions = suggestions_for(session, shortlist, in_force, clues, can_spend=can_spend)
    return RankedSession(session, shortlist, wanted_skills(session.queries), suggestions)
