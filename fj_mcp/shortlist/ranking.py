"""The ranked candidates of a session, over all of the API's pages, read once per change.

The API lists profiles page by page in an order of its own, so the best candidate may be on the
last page. A shortlist reads them all, merges and ranks them, and keeps the result for as long as
the session's counters stay the same.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
from cachetools import LRUCache

from fj_mcp.api.errors import ApiError
from fj_mcp.api.profile_records import Profile
from fj_mcp.api.session_records import Session

if TYPE_CHECKING:
    from fj_mcp.api.client import FutureJobs

PagesRead = Callable[[int, int], Awaitable[None]]

PAGE_SIZE = 100
MOST_PROFILES = 1000
_PAGES_AT_ONCE = 3
_SESSIONS_KEPT = 16
_ANSWER_SECONDS = 2.0
"""What is left before a call's deadline for an answer that does not need the shortlist."""

_REVEAL_SECONDS = 600.0
"""How long after a reveal a contact may still arrive: three minutes were seen, with room."""


@dataclass(frozen=True)
class Shortlist:
    """A session's candidates, best score first; equal scores in the API's order, missing last.

    Attributes:
        profiles: the ranked candidates, 1,000 at most.
        available: how many the API says there are.
    """

    profiles: list[Profile]
    available: int

    @property
    def unread(self) -> int:
        """How many candidates exist beyond the 1,000 that were read."""
        return self.available - MOST_PROFILES if self.available > MOST_PROFILES else 0

    def find(self, candidate_id: str) -> Profile | None:
        """The candidate with this id."""
        return next((item for item in self.profiles if item.id == candidate_id), None)

    def at_least(self, min_score: float) -> list[Profile]:
        """The candidates with this score or more; all of them for 0."""
        if min_score <= 0:
            return self.profiles
        return [item for item in self.profiles if (item.score or 0.0) >= min_score]


@dataclass
class _Entry:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    counters: tuple[object, ...] | None = None
    filters: int = -1
    in_order: list[Profile] = field(default_factory=list)
    shortlist: Shortlist | None = None
    changing_until: float = 0.0


class Shortlists:
    """The shortlists of the sessions that were looked at last, 16 at most."""

    def __init__(self, client: "FutureJobs") -> None:
        self._client = client
        self._entries: LRUCache[str, _Entry] = LRUCache(_SESSIONS_KEPT)

    async def ranked(self, session: Session, report: PagesRead | None = None) -> Shortlist:
        """The shortlist of `session`, which must have been read just now.

        Several callers at once share one reading. Raises an `ApiError` if a page cannot be read.

        Args:
            session: as it is now.
            report: told how many pages are read, of how many; not if they need not be read.
        """
        entry = self._entry(session.id)
        async with entry.lock:
            current = entry.counters == session.counters and time.monotonic() > entry.changing_until
            if entry.shortlist is None or not current:
                profiles, available = await self._read(session.id, report)
                # After fetch-more the API may list only the new batch. Other filters, however,
                # are another search, whose earlier profiles no longer belong to the session.
                same_search = entry.filters == session.filter_changes_counter
                known = entry.in_order if same_search else []
                entry.in_order = _merged([*known, *profiles])
                entry.shortlist = Shortlist(
                    _ranked(entry.in_order), max(available, len(entry.in_order))
                )
                entry.counters = session.counters
                entry.filters = session.filter_changes_counter
            return entry.shortlist

    async def ranked_in_time(self, session: Session) -> Shortlist | None:
        """The shortlist of `session`, or None where it cannot be read before the deadline.

        For calls that have something to say without it.
        """
        left = anyio.current_effective_deadline() - anyio.current_time()
        with anyio.move_on_after(max(left - _ANSWER_SECONDS, left / 2)):
            try:
                return await self.ranked(session)
            except ApiError:
                return None
        return None

    @property
    def profiles_kept(self) -> int:
        """How many candidates are remembered, over all shortlists."""
        return sum(len(entry.in_order) for entry in self._entries.values())

    def expect_contacts(self, session_id: str) -> None:
        """Read this session's profiles anew for a while: a contact was asked for and may arrive."""
        self._entry(session_id).changing_until = time.monotonic() + _REVEAL_SECONDS

    def _entry(self, session_id: str) -> _Entry:
        entry = self._entries.get(session_id)
        if entry is None:
            entry = self._entries[session_id] = _Entry()
        return entry

    async def _read(self, session_id: str, report: PagesRead | None) -> tuple[list[Profile], int]:
        """All profiles in the API's order, and how many it says there are."""
        first = await self._client.profiles(session_id, 1, PAGE_SIZE)
        wanted = min(first.total, MOST_PROFILES)
        pages = {1: first.profiles}
        count = max(1, -(-wanted // PAGE_SIZE))
        at_once = anyio.CapacityLimiter(_PAGES_AT_ONCE)

        async def read(page: int) -> None:
            async with at_once:
                answer = await self._client.profiles(session_id, page, PAGE_SIZE)
                pages[page] = answer.profiles
                if report is not None:
                    await report(len(pages), count)

        if report is not None:
            await report(1, count)
        try:
            async with anyio.create_task_group() as tasks:
                for page in range(2, count + 1):
                    tasks.start_soon(read, page)
        except ExceptionGroup as group:
            # One page that cannot be read is one error, not a group of them.
            raise group.exceptions[0] from None
        profiles = [item for page in sorted(pages) for item in pages[page]]
        return profiles[:MOST_PROFILES], first.total


def _merged(profiles: list[Profile]) -> list[Profile]:
    """`profiles` with each person once, as last read, at the place where they were first seen."""
    places: dict[str, int] = {}
    merged: list[Profile] = []
    for profile in profiles:
        names = [name for name in (profile.id, profile.reveal_url) if name]
        known = next((places[name] for name in names if name in places), None)
        if known is None:
            known = len(merged)
            merged.append(profile)
        else:
            merged[known] = profile
        places.update(dict.fromkeys(names, known))
    return merged


def _ranked(profiles: list[Profile]) -> list[Profile]:
    missing = float("-inf")
    return sorted(
        profiles, key=lambda item: missing if item.score is None else item.score, reverse=True
    )


def unread_warning(available: int) -> str:
    """What to say where there are more candidates than are ranked."""
    return f"Only the first {MOST_PROFILES:,} of {available:,} candidates were read and ranked."
