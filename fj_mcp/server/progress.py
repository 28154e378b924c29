"""Progress notifications for work that takes a while."""

import math
from collections.abc import Awaitable, Callable

from fj_mcp.api.session_records import Session
from fj_mcp.sessions.watcher import Report, progress
from fj_mcp.shortlist.ranking import PagesRead


def report_pages(report: Callable[[float, float | None, str], Awaitable[None]]) -> PagesRead:
    """A callback that reports the pages read so far through `report`."""

    async def on_page(read: int, pages: int) -> None:
        await report(read, pages, f"read {read} of {pages} pages of candidates")

    return on_page


def report_matching(report: Callable[[float, float | None, str], Awaitable[None]]) -> Report:
    """A callback that reports a session's progress through `report`; it never goes down."""
    highest = -math.inf

    async def on_session(session: Session) -> None:
        nonlocal highest
        if session.matched > highest:
            highest = session.matched
            await report(session.matched, session.total or None, progress(session))

    return on_session
