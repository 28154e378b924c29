"""The sessions of an export, read together, with what is remembered about their candidates."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

import anyio

from fj_mcp.shortlist.merged_sessions import ExportedSession
from fj_mcp.shortlist.ranking import PagesRead
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.memory.people import Mark, Person
from fj_mcp.workspace.workspace import Workspace

_SEEN_AT_ONCE = 1_000
"""A query has one parameter for each person."""

_SESSIONS_AT_ONCE = 3


async def read_sessions(
    workspace: Workspace, session_ids: Sequence[str], report: PagesRead | None = None
) -> list[ExportedSession]:
    """Read each of the sessions once.

    Args:
        workspace: of the key.
        session_ids: in the order of the result.
        report: called with pages read and pages in all, over all sessions.

    Raises:
        ApiError: if one of them cannot be read.
        StorageUnavailable: if what is remembered cannot be read.
    """
    read: dict[str, ExportedSession] = {}
    pages: dict[str, tuple[int, int]] = {}
    at_once = anyio.CapacityLimiter(_SESSIONS_AT_ONCE)

    async def read_one(session_id: str) -> None:
        async def on_page(done: int, count: int) -> None:
            pages[session_id] = done, count
            if report is not None:
                await report(
                    sum(done for done, _ in pages.values()),
                    sum(count for _, count in pages.values()),
                )

        async with at_once:
            session = await workspace.watcher.look(session_id)
            shortlist = await workspace.shortlists.ranked(session, on_page)
            marks = await _marks(workspace, session_id, shortlist.people)
            read[session_id] = ExportedSession(session, shortlist, marks)

    try:
        async with anyio.create_task_group() as tasks:
            for session_id in session_ids:
                tasks.start_soon(read_one, session_id)
    except ExceptionGroup as group:
        # A session that cannot be read is a single error, not a group.
        raise group.exceptions[0] from None
    return [read[session_id] for session_id in session_ids]


async def _marks(
    workspace: Workspace, session_id: str, people: Sequence[Person]
) -> dict[str, Mark]:
    """What is remembered of these people: with the memory off, who must not be contacted."""
    if workspace.memory is not None:
        return await workspace.memory.marks(session_id, people)
    banned = await workspace.stored_memory.banned(session_id, people)
    return {one: Mark(outreach="do_not_contact") for one in banned}


async def record_exported(
    workspace: Workspace,
    sessions: Sequence[ExportedSession],
    shown: Mapping[str, Collection[str]],
) -> None:
    """Remember that exported people were shown, if the database can be used.

    Args:
        workspace: of the key.
        sessions: that were exported.
        shown: the ids of the exported candidates, by session.
    """
    if workspace.memory is None:
        return
    with suppress(StorageUnavailable):
        for one in sessions:
            ids = shown.get(one.session.id, ())
            people = [person for person in one.shortlist.people if person.candidate_id in ids]
            for start in range(0, len(people), _SEEN_AT_ONCE):
                await workspace.memory.show(
                    one.session.id, one.session.title, people[start : start + _SEEN_AT_ONCE]
                )
