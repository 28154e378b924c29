"""The ranked candidates of a session, over all of the API's pages, read once per change.

The API lists profiles page by page in its own order, so the best candidate may be on the last page.
A shortlist reads all pages, merges and ranks them, and caches the result for as long as the
session's counters stay the same.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import anyio
from cachetools import LRUCache
from msgspec import Struct, field

from fj_mcp.api.errors import ApiError
from fj_mcp.api.profile_records import Profile, ProfilePage
from fj_mcp.api.session_records import Session, moment_of
from fj_mcp.shortlist.parts import NO_MARK, NO_MARKS, Part
from fj_mcp.shortlist.queries import Query, searchable_text
from fj_mcp.storage.memory.people import Mark, Person
from fj_mcp.text.comparison import normalized

if TYPE_CHECKING:
    from fj_mcp.api.client import FutureJobs

PagesRead = Callable[[int, int], Awaitable[None]]

PAGE_SIZE = 100
MAX_PROFILES = 1000
_PAGES_AT_ONCE = 3
_SESSIONS_KEPT = 16
_RESULT_SECONDS = 2.0
"""Kept back before a call's deadline, for a result without the shortlist."""

_REVEAL_SECONDS = 600.0
"""How long after a reveal a contact may still arrive; three minutes have been seen."""


_CLOCK_SECONDS = 2.0
"""How exactly the time in an id is known by the API's clock."""

_APART_SECONDS = 10.0
"""Candidates stored less than this before a fetch may have been found by it."""


class Shortlist(Struct, frozen=True, dict=True):
    """A session's candidates, best score first; ties in the API's order, missing scores last.

    Attributes:
        profiles: the ranked candidates, 1,000 at most.
        available: number of candidates, according to the API.
        new_ids: the candidates that fetch-more found since the list was last read when matching
            was over; None if that is not known.
    """

    profiles: list[Profile]
    available: int
    new_ids: frozenset[str] | None = None

    @property
    def unread(self) -> int:
        """Number of candidates beyond the 1,000 that were read."""
        return self.available - MAX_PROFILES if self.available > MAX_PROFILES else 0

    def find(self, candidate_id: str) -> Profile | None:
        """The candidate with this id, if listed."""
        return next((item for item in self.profiles if item.id == candidate_id), None)

    def choose(self, part: Part, marks: Mapping[str, Mark] = NO_MARKS) -> "Chosen":
        """The candidates in a part of the list. Raises `BadArguments` if its query is not one.

        Args:
            part: of the list.
            marks: what the memory knows of candidates, by id.
        """
        query = Query.parse(part.query)
        texts = self._texts if query.words else []
        ids = set(part.candidate_ids)
        pool = [
            (rank, item) for rank, item in enumerate(self.profiles, 1) if not ids or item.id in ids
        ]
        fitting = [one for one in pool if not texts or query.fits(texts[one[0] - 1])]
        ranked = [
            (rank, item)
            for rank, item in fitting
            if part.min_score <= 0 or (item.score or 0.0) >= part.min_score
        ]
        asked = [one for one in ranked if part.takes(marks.get(one[1].id, NO_MARK))]
        left_out: Counter[str] = Counter()
        listed = []
        for rank, item in asked:
            if (state := part.leaves_out(marks.get(item.id, NO_MARK))) is not None:
                left_out[state] += 1
            else:
                listed.append((rank, item))
        known = {item.id for _, item in pool} if ids else set()
        return Chosen(
            profiles=[item for _, item in listed],
            ranks=[rank for rank, _ in listed],
            unmatched=query.unmatched(texts),
            strangers=[one for one in dict.fromkeys(part.candidate_ids) if one not in known],
            pool=len(pool),
            fitting=len(fitting),
            reaching=len(ranked),
            left_out=dict(left_out),
            best_fitting=next((item.score for _, item in fitting), None),
            only_excludes=query.only_excludes,
            with_languages=any(item.languages for item in self.profiles),
        )

    def found_since(self, moment: float, session_made: float) -> frozenset[str] | None:
        """The candidates that were stored after a moment; None if their ids do not tell.

        Each id holds the time at which FutureJobs stored it. That tells something only if all were
        stored for this session, some of them clearly before the moment, and others after it.

        Args:
            moment: Unix seconds by the API's clock.
            session_made: when the session was created, by the same clock.
        """
        stored = {item.id: moment_of(item.id) for item in self.profiles}
        times = {one: at.timestamp() for one, at in stored.items() if at is not None}
        later = frozenset(one for one, at in times.items() if at >= moment - _CLOCK_SECONDS)
        earlier = [at for at in times.values() if session_made <= at < moment - _APART_SECONDS]
        certain = later and earlier and len(later) + len(earlier) == len(stored)
        return later if certain else None

    @cached_property
    def people(self) -> list[Person]:
        """The candidates as the memory knows them, in this order."""
        return [person_of(item, rank) for rank, item in enumerate(self.profiles, 1) if item.id]

    @cached_property
    def places(self) -> frozenset[str]:
        """The regions of all candidates, normalized."""
        return frozenset(normalized(item.region) for item in self.profiles if item.region)

    @cached_property
    def _texts(self) -> list[str]:
        return [searchable_text(item) for item in self.profiles]


class Chosen(Struct, frozen=True):
    """The candidates in a part of a shortlist, best first.

    Attributes:
        ranks: of the candidates in the whole shortlist, from 1.
        unmatched: the words of the query that nobody in the whole shortlist has.
        strangers: the requested ids that are not in the shortlist.
        pool: number of candidates with a requested id; of all if none is requested.
        fitting: number of those who fit the query.
        reaching: number of those who have the lowest score, too.
        left_out: number of those not listed because of a decision or outreach, by which.
        best_fitting: the best score of those.
        only_excludes: whether the query has no word to look for.
        with_languages: whether FutureJobs lists anybody's languages.
    """

    profiles: list[Profile]
    ranks: list[int]
    unmatched: list[str]
    strangers: list[str]
    pool: int
    fitting: int
    reaching: int
    left_out: dict[str, int]
    best_fitting: float | None
    only_excludes: bool
    with_languages: bool

    def on_page(self, page: int, size: int) -> list[Profile]:
        """Those on one page, from 1."""
        return self.profiles[(page - 1) * size : page * size]


class _Entry(Struct):
    """The cached candidates of one session.

    Attributes:
        counters: of the session when its profiles were read.
        filters: its counter of changed filters.
        fetches: its counter of fetches.
        settled: whether matching was over.
        in_order: the profiles, in the API's order.
        before: the names of the candidates before the fetches since the last settled read, if there
            was one with the same filters.
    """

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    counters: tuple[object, ...] | None = None
    filters: int = -1
    fetches: int = -1
    settled: bool = False
    in_order: list[Profile] = field(default_factory=list)
    before: frozenset[str] | None = None
    shortlist: Shortlist | None = None
    changing_until: float = 0.0


class Shortlists:
    """A cache of shortlists, for the 16 sessions used last."""

    def __init__(self, client: "FutureJobs") -> None:
        self._client = client
        self._entries: LRUCache[str, _Entry] = LRUCache(_SESSIONS_KEPT)

    async def ranked(self, session: Session, report: PagesRead | None = None) -> Shortlist:
        """The shortlist of `session`, which must have been read just now.

        Concurrent callers share one read. Raises an `ApiError` if a page cannot be read.

        Args:
            session: as it is now.
            report: called with pages read and pages in all; not called for a cached shortlist.
        """
        entry = self._entry(session.id)
        async with entry.lock:
            current = entry.counters == session.counters and time.monotonic() > entry.changing_until
            if entry.shortlist is None or not current:
                profiles, available = await self._read(session, report)
                # After fetch-more the API may list only the new batch. New filters, however, make
                # a new search, and the earlier profiles no longer belong to the session.
                same_search = entry.filters == session.filter_changes_counter
                known = entry.in_order if same_search else []
                if not same_search:
                    entry.before = None
                elif session.search_more_counter != entry.fetches and entry.settled:
                    # Everyone else is new to the user, found by one fetch or by several.
                    entry.before = frozenset(name for one in known for name in _names(one))
                entry.in_order = _merged([*known, *profiles])
                new_ids = None
                if entry.before is not None:
                    new_ids = frozenset(
                        item.id for item in entry.in_order if entry.before.isdisjoint(_names(item))
                    )
                entry.shortlist = Shortlist(
                    _ranked(entry.in_order), max(available, len(entry.in_order)), new_ids
                )
                entry.counters = session.counters
                entry.filters = session.filter_changes_counter
                entry.fetches = session.search_more_counter
                entry.settled = session.status == "done"
            return entry.shortlist

    def cached(self, session_id: str) -> Shortlist | None:
        """The shortlist of a session as last read, if it is still there."""
        entry = self._entries.get(session_id)
        return entry.shortlist if entry else None

    def settled(self, session_id: str, changes: int, fetches: int) -> Shortlist | None:
        """The same if it was read when matching was over, after all of these changes and fetches.

        Args:
            session_id: of the session.
            changes: number of times that its filters were changed.
            fetches: number of times that more candidates were fetched.
        """
        entry = self._entries.get(session_id)
        if entry is None or not entry.settled:
            return None
        return entry.shortlist if entry.filters >= changes and entry.fetches >= fetches else None

    async def ranked_in_time(self, session: Session) -> Shortlist | None:
        """The shortlist of `session`, or None if it cannot be read before the deadline.

        For calls that have a result without it.
        """
        left = anyio.current_effective_deadline() - anyio.current_time()
        with anyio.move_on_after(max(left - _RESULT_SECONDS, left / 2)):
            try:
                return await self.ranked(session)
            except ApiError:
                return None
        return None

    @property
    def profiles_kept(self) -> int:
        """Number of cached candidates, over all shortlists."""
        return sum(len(entry.in_order) for entry in self._entries.values())

    def expect_contacts(self, session_id: str) -> None:
        """Read this session's profiles again for a while: a revealed contact may still arrive."""
        self._entry(session_id).changing_until = time.monotonic() + _REVEAL_SECONDS

    def _entry(self, session_id: str) -> _Entry:
        entry = self._entries.get(session_id)
        if entry is None:
            entry = self._entries[session_id] = _Entry()
        return entry

    async def _read(self, session: Session, report: PagesRead | None) -> tuple[list[Profile], int]:
        """All profiles in the API's order, and the total that it reports."""
        pages: dict[int, ProfilePage] = {}
        first_read = anyio.Event()
        at_once = anyio.CapacityLimiter(_PAGES_AT_ONCE)
        # The first page has the total, but most pages need not wait for it.
        expected = _page_count(session.matched)

        async def read(number: int) -> None:
            async with at_once:
                try:
                    pages[number] = await self._client.profiles(session.id, number, PAGE_SIZE)
                except ApiError:
                    if number > 1:
                        await first_read.wait()
                        if number > _page_count(pages[1].total):
                            return
                    raise
            if number == 1:
                first_read.set()
                for further in range(expected + 1, _page_count(pages[1].total) + 1):
                    tasks.start_soon(read, further)
            if report is not None and 1 in pages:
                count = _page_count(pages[1].total)
                await report(min(len(pages), count), count)

        try:
            async with anyio.create_task_group() as tasks:
                for number in range(1, expected + 1):
                    tasks.start_soon(read, number)
        except ExceptionGroup as group:
            # A page that cannot be read is a single error, not a group.
            raise group.exceptions[0] from None
        profiles = [item for number in sorted(pages) for item in pages[number].profiles]
        return profiles[:MAX_PROFILES], pages[1].total


def _page_count(profiles: int) -> int:
    """Number of pages to read of this many profiles; at least one."""
    return max(1, -(-min(profiles, MAX_PROFILES) // PAGE_SIZE))


def _merged(profiles: list[Profile]) -> list[Profile]:
    """`profiles` without duplicates: each as last read, in the position where it first appeared."""
    places: dict[str, int] = {}
    merged: list[Profile] = []
    for profile in profiles:
        names = _names(profile)
        known = next((places[name] for name in names if name in places), None)
        if known is None:
            known = len(merged)
            merged.append(profile)
        else:
            merged[known] = profile
        places.update(dict.fromkeys(names, known))
    return merged


def _names(profile: Profile) -> list[str]:
    """What tells that two profiles are of the same candidate."""
    return [name for name in (profile.id, profile.reveal_url) if name]


def score_of(profile: Profile) -> float:
    """The score to sort by; a missing one comes after all others."""
    return float("-inf") if profile.score is None else profile.score


def _ranked(profiles: list[Profile]) -> list[Profile]:
    return sorted(profiles, key=score_of, reverse=True)


def person_of(profile: Profile, rank: int | None = None) -> Person:
    """A candidate as the memory knows them."""
    job = profile.jobs[0] if profile.jobs else None
    return Person(
        candidate_id=profile.id,
        linkedin_url=profile.linkedin_url,
        name=profile.name,
        title=job.title if job else None,
        company=job.company if job else None,
        region=profile.region,
        score=profile.score,
        rank=rank,
    )


def unread_warning(available: int) -> str:
    """The warning for sessions with more candidates than are read."""
    return f"Only the first {MAX_PROFILES:,} of {available:,} candidates were read and ranked."
