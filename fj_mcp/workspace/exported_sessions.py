"""The sessions of an export, read together, with what is remembered about their candidates."""

from collections.abc import Sequence

import anyio

from fj_mcp.shortlist.merged_sessions import ExportedSession
from fj_mcp.shortlist.ranking import PagesRead
from fj_mcp.workspace.workspace import Workspace

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
    memory = workspace.memory
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
            # Without its marks, people who must not be contacted would be exported.
            marks = await memory.marks(session_id, shortlist.people) if memory else {}
            read[session_id] = ExportedSession(session, shortlist, marks)

    try:
        async with anyio.create_task_group() as tasks:
            for session_id in session_ids:
                tasks.start_soon(read_one, session_id)
    except ExceptionGroup as group:
        # A session that cannot be read is a single error, not a group.
        raise group.exceptions[0] from None
    return [read[session_id] for session_id in session_ids]
