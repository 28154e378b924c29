"""The people that a call names, as the search shows them or as the memory knows them."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from msgspec import Struct

from fj_mcp.api.errors import ApiError
from fj_mcp.errors import BadArguments
from fj_mcp.results.models import CandidateList
from fj_mcp.shortlist.candidate_pages import View
from fj_mcp.shortlist.parts import not_in
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.shortlist.remembered_pages import (
    choose_decided,
    choose_remembered,
    needs_all,
    remembered_list,
)
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.memory.memory import Memory
from fj_mcp.storage.memory.people import Person
from fj_mcp.workspace.workspace import Workspace


class Named(Struct, frozen=True):
    """People of a session that a call names.

    Attributes:
        people: in the order of the call, each once.
        title: of the session, if it was read.
        shortlist: of the session, if it could be read.
    """

    people: list[Person]
    title: str | None
    shortlist: Shortlist | None


async def named_people(
    workspace: Workspace, memory: Memory, session_id: str, candidate_ids: Sequence[str]
) -> Named:
    """The people with these ids.

    No request is sent if the list was read before, has them all, and was not changed since by a
    purchase. Somebody who left the session with an update is known as they were when a decision was
    made about them.

    Raises:
        ApiError: if the session cannot be read.
        BadArguments: if somebody is not in the session.
    """
    wanted = dict.fromkeys(candidate_ids)
    title = None
    shortlist = await _settled(workspace, session_id)
    found = _listed(shortlist)
    if any(one not in found for one in wanted):
        remembered = await memory.known(session_id, [*wanted])
        try:
            session = await workspace.watcher.look(session_id)
            title = session.title
            shortlist = await workspace.shortlists.ranked(session)
        except ApiError:
            # What was shown may be decided about, even if the newest list cannot be read.
            shortlist = workspace.shortlists.cached(session_id)
            if not wanted.keys() <= remembered.keys() | _listed(shortlist).keys():
                raise
        found = remembered | _listed(shortlist)
    for position, one in enumerate(candidate_ids):
        if one not in found:
            raise not_in(position, one, f"session {session_id}")
    return Named([found[one] for one in wanted], title, shortlist)


async def refuse_banned(
    workspace: Workspace, session_id: str, candidate_ids: Sequence[str]
) -> None:
    """Raise `BadArguments` if somebody asked not to be contacted.

    Args:
        workspace: of the key.
        session_id: whose list has just been read.
        candidate_ids: whom to contact.
    """
    # Also with the memory switched off: what was asked for stays asked for.
    stored = workspace.stored_memory
    found = _listed(workspace.shortlists.cached(session_id))
    missing = [one for one in candidate_ids if one not in found]
    found |= await stored.known(session_id, missing) if missing else {}
    people = [found[one] for one in candidate_ids if one in found]
    if banned := await stored.banned(session_id, people):
        off = workspace.memory is None
        raise must_not_be_contacted([one for one in candidate_ids if one in banned], off=off)


def must_not_be_contacted(candidate_ids: Iterable[str], *, off: bool = False) -> BadArguments:
    """The refusal to contact people, or to note that somebody did, who asked not to be.

    `off`: whether the memory is, so that nothing can be taken back.
    """
    switch_on = "restart the server with FJ_MEMORY=on and " if off else ""
    return BadArguments(
        f"candidate_ids {', '.join(candidate_ids)} must not be contacted (do_not_contact); leave "
        f"them out, or, if the user says so, {switch_on}take it back with review_candidates and "
        "outreach none"
    )


async def record_revealed(
    workspace: Workspace, session_id: str, candidate_ids: Collection[str]
) -> None:
    """Remember that contacts of these candidates were revealed, if the database can be used."""
    found = _listed(workspace.shortlists.cached(session_id))
    people = [found[one] for one in candidate_ids if one in found]
    if workspace.memory is not None and people:
        with suppress(StorageUnavailable):
            await workspace.memory.revealed(session_id, people)


async def list_remembered(memory: Memory, view: View) -> CandidateList:
    """One page of everybody about whom a decision was made, over all sessions.

    Raises:
        BadArguments: if the view's query is not one.
    """
    kept = choose_decided(await memory.decided(), view.part)
    start, end = (view.page - 1) * view.limit, view.page * view.limit
    if needs_all(view.part):
        fitting = choose_remembered(await memory.describe(kept.decisions), view.part)
        return remembered_list(fitting[start:end], len(fitting), kept.left_out, view)
    people = kept.people
    on_page = await memory.describe(people[start:end])
    return remembered_list(on_page, len(people), kept.left_out, view)


async def _settled(workspace: Workspace, session_id: str) -> Shortlist | None:
    """The list as last read, unless it may have changed since."""
    done = {"update_session": 0, "fetch_more": 0}
    for one in await workspace.ledger.in_session(session_id):
        if one.operation in done and one.state != "refused":
            done[one.operation] = max(done[one.operation], one.evidence.counter + 1)
    changes, fetches = done.values()
    return workspace.shortlists.settled(session_id, changes, fetches)


def _listed(shortlist: Shortlist | None) -> dict[str, Person]:
    return {one.candidate_id: one for one in shortlist.people} if shortlist else {}
