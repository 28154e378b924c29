"""The state of work that is going on, as a client's progress."""

import math
from collections.abc import Awaitable, Callable

from fj_mcp.api.session_records import Session
from fj_mcp.sessions.watcher import Report, progress
from fj_mcp.shortlist.ranking import PagesRead


def rising_pages(report: Callable[[float, float | None, str], Awaitable[None]]) -> PagesRead:
    """Reading of pages as a client's progress."""

    async def tell(read: int, pages: int) -> None:
        await report(read, pages, f"read {read} of {pages} pages of candidates")

    return tell


def rising(report: Callable[[float, float | None, str], Awaitable[None]]) -> Report:
    """A `Report` that turns states into progress, which may only ever rise."""
    highest = -math.inf

    async def tell(session: Session) -> None:
        nonlocal highest
        if session.matched > highest:
            highest = session.matched
            await report(session.matched, session.total or None, progress(session))

    return tell
