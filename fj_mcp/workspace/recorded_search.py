"""The facts for the record of a search."""

from fj_mcp import __version__
from fj_mcp.filters.query_map import from_queries
from fj_mcp.sessions.search_record import SearchFacts
from fj_mcp.workspace.workspace import Workspace


async def read_facts(workspace: Workspace, session_id: str, *, sandbox: bool) -> SearchFacts:
    """Read what is known of a search, for free.

    Args:
        workspace: of the key.
        session_id: of the session.
        sandbox: whether everybody is invented.

    Raises:
        ApiError: if the session cannot be read.
        StorageUnavailable: if what is stored of it cannot be read; the record would be incomplete.
    """
    session = await workspace.watcher.look(session_id)
    shortlist = await workspace.shortlists.ranked(session)
    filters, not_shown = from_queries(workspace.sent_filters.in_force(session))
    memory = workspace.memory
    return SearchFacts(
        session=session,
        filters=filters.as_dict(),
        not_shown=not_shown,
        candidates=shortlist.profiles,
        available=shortlist.available,
        purchases=await workspace.ledger.in_session(session_id),
        changes=await memory.changes(session_id) if memory else None,
        shown=await memory.shown(session_id) if memory else None,
        reviews=await memory.reviews(session_id) if memory else None,
        notices=await memory.notices(session_id) if memory else None,
        made_at=workspace.clock.now(),
        version=__version__,
        sandbox=sandbox,
    )
