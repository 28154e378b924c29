"""A session with its candidates: the reads that every list of candidates starts with."""

from collections.abc import Collection
from contextlib import suppress

from msgspec.structs import replace

from fj_mcp.api.profile_records import Candidate, Profile
from fj_mcp.api.session_records import Session
from fj_mcp.filters.query_map import from_queries, wanted_skills
from fj_mcp.shortlist.candidate_pages import RankedSession
from fj_mcp.shortlist.outside import card_filters
from fj_mcp.shortlist.parts import NO_MARK
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.shortlist.suggestions import suggestions_for
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.memory.people import Mark, Person
from fj_mcp.workspace.empty_searches import clues_for
from fj_mcp.workspace.workspace import Workspace

_UNMARKED = (
    "Decisions and earlier searches cannot be shown now, because the database cannot be used"
)
_UNMARKED_LIST = f"{_UNMARKED}; people who were rejected or must not be contacted may be listed."


async def rank_session(
    workspace: Workspace, session_id: str, *, can_spend: bool, all_marks: bool = False
) -> RankedSession:
    """The session as it is now, with its candidates. Raises an `ApiError`.

    Args:
        workspace: of the key.
        session_id: of the session.
        can_spend: whether the server offers the tools that cost credits.
        all_marks: whether to read everything that the memory knows of everybody, and to raise
            `StorageUnavailable` rather than do without.
    """
    session = await workspace.watcher.look(session_id)
    shortlist = await workspace.shortlists.ranked(session)
    ranked = await _ranked(workspace, session, shortlist, can_spend)
    if workspace.memory is not None and all_marks:
        marks = await workspace.memory.marks(session_id, shortlist.people)
        return replace(ranked, marks=marks, unmarked=None)
    return ranked


async def rank_in_time(
    workspace: Workspace, session: Session, *, can_spend: bool
) -> RankedSession | None:
    """The same for a session that has just been read; None if the deadline comes first."""
    shortlist = await workspace.shortlists.ranked_in_time(session)
    return None if shortlist is None else await _ranked(workspace, session, shortlist, can_spend)


async def show(
    workspace: Workspace, ranked: RankedSession, shown: Collection[Profile]
) -> RankedSession:
    """Remember that these candidates are shown; return the session with all marks of theirs."""
    if workspace.memory is None or ranked.marks is None or not shown:
        return ranked
    session, ids = ranked.session, {one.id for one in shown}
    people = [one for one in ranked.shortlist.people if one.candidate_id in ids]
    try:
        marks = await workspace.memory.show(session.id, session.title, people)
    except StorageUnavailable:
        return replace(ranked, unmarked=f"{_UNMARKED}.")
    return replace(ranked, marks={**ranked.marks, **marks})


async def see_in_full(
    workspace: Workspace,
    session: Session,
    candidate_id: str,
    candidate: Candidate,
    shortlist: Shortlist | None,
) -> tuple[Mark, str | None]:
    """Remember that a candidate is shown in full.

    Args:
        workspace: of the key.
        session: of the candidate.
        candidate_id: the API's.
        candidate: as just read.
        shortlist: of the session, if it could be read.

    Returns:
        What the memory knows of them, and a sentence if it cannot be read.
    """
    if workspace.memory is None:
        return NO_MARK, None
    person = Person(candidate_id=candidate_id, linkedin_url=candidate.linkedin_url)
    for one in shortlist.people if shortlist else ():
        # As the list has them, so that they are the same person in both.
        person = one if one.candidate_id == candidate_id else person
    try:
        marks = await workspace.memory.show(session.id, session.title, [person])
    except StorageUnavailable:
        return NO_MARK, f"{_UNMARKED}."
    return marks.get(candidate_id, NO_MARK), None


async def _ranked(
    workspace: Workspace, session: Session, shortlist: Shortlist, can_spend: bool
) -> RankedSession:
    marks, unmarked = None, None
    if workspace.memory is not None:
        try:
            marks = await workspace.memory.standing(session.id, shortlist.people)
        except StorageUnavailable:
            unmarked = _UNMARKED_LIST
    in_force = workspace.sent_filters.in_force(session)
    clues = None
    if session.status == "done" and can_spend and not shortlist.profiles:
        clues = await clues_for(workspace, from_queries(in_force)[0])
    return RankedSession(
        session=session,
        shortlist=shortlist,
        wanted=wanted_skills(session.queries),
        filters=card_filters(in_force, shortlist),
        suggestions=suggestions_for(session, shortlist, in_force, clues, can_spend=can_spend),
        new_ids=await _new_ids(workspace, session, shortlist),
        marks=marks,
        unmarked=unmarked,
    )


async def _new_ids(
    workspace: Workspace, session: Session, shortlist: Shortlist
) -> frozenset[str] | None:
    """The candidates that the last fetch-more found; None if there was none, or nothing tells."""
    if shortlist.new_ids is not None or not session.search_more_counter:
        return shortlist.new_ids
    # This process did not see the session before the fetch, but the ledger may know its time.
    last = None
    with suppress(StorageUnavailable):
        last = await workspace.ledger.newest_in(
            session.id, ("fetch_more", "update_session"), {"charged"}
        )
    if last is None or last.operation != "fetch_more" or session.created_at is None:
        return None
    left = last.evidence.left
    is_last = last.evidence.counter + 1 == session.search_more_counter
    if not is_last or left is None or left.server is None:
        return None
    return shortlist.found_since(left.server, session.created_at.timestamp())
