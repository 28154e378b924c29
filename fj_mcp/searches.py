"""The orders that search: a new session, a changed one, more from one."""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from fj_mcp import views
from fj_mcp.errors import BadArguments, NotFound
from fj_mcp.filters import WIRES, FilterChanges, SearchFilters, name_of, nearest_name
from fj_mcp.ledger import DAY_SECONDS, Purchase
from fj_mcp.orders import (
    Bought,
    Order,
    Shop,
    age,
    fingerprint,
    query_traces,
    search_traces,
)
from fj_mcp.queries import from_queries, to_queries
from fj_mcp.records import Session, Started
from fj_mcp.results import Credits, MoreProfiles, Result, StartedSession
from fj_mcp.text import clean_line

MOST_JD_CHARACTERS = 250
"""Of a job description, on one line, in a session: what a production client sends. Longer texts
go to JD to filters only."""

MATCHING_SECONDS = 600.0
"""How long a session counts as matching. One that hangs must not lock its owner out."""

_NEVER_SENT = frozenset({"allowFallback", "languages", "search_other_regions", "nuances"})
_SESSIONS_KEPT = 200


@dataclass(frozen=True)
class _Sent:
    counter: int
    queries: dict[str, Any]


class SentFilters:
    """The filter maps that this process sent, because the API's echo may lose some of them.

    Updates were seen to come back without their RANGE filters; as long as nobody changed the
    filters since, what was sent is what is in force.
    """

    def __init__(self) -> None:
        self._sent: OrderedDict[str, _Sent] = OrderedDict()

    def remember(self, session_id: str, counter: int, queries: dict[str, Any]) -> None:
        """Note what was sent, and the `filterChangesCounter` that the session has since."""
        known = {key: entry for key, entry in queries.items() if name_of(key)}
        self._sent[session_id] = _Sent(counter, known)
        while len(self._sent) > _SESSIONS_KEPT:
            self._sent.popitem(last=False)

    def in_force(self, session: Session) -> dict[str, Any]:
        """The session's filter map, with the ranges that the echo lost."""
        sent = self._sent.get(session.id)
        if sent is None or sent.counter != session.filter_changes_counter:
            return session.queries
        ranges = {key: entry for key, entry in sent.queries.items() if entry["type"] == "RANGE"}
        return ranges | session.queries


class SearchOrder(Order):
    """A new session. An identical one of the last 24 hours is returned instead of bought."""

    operation = "create_session"
    session_id = None

    def __init__(
        self,
        shop: Shop,
        title: str,
        filters: SearchFilters,
        job_description: str,
        sample_profile_url: str,
        allow_duplicate: bool,
    ) -> None:
        _check_size(filters)
        self._shop = shop
        self._title = title
        self._filters = filters
        self._queries = to_queries(filters)
        self._text = clean_line(job_description, MOST_JD_CHARACTERS)
        self._sample = sample_profile_url
        self.insists = allow_duplicate
        self.fingerprint = fingerprint(
            self.operation,
            title=title,
            filters=filters.shown(),
            text=self._text,
            # A person's address is an id: its case matters.
            sample=sample_profile_url.encode().hex(),
        )
        self.slot = f"create:{self.fingerprint}"
        self.wish = f"a search “{title}”"

    async def inspect(self) -> Result | dict[str, Any]:
        if not self.insists and (bought := self._shop.ledger.charged(self.fingerprint)):
            # Deleted in FutureJobs since, there is nothing to return to.
            with suppress(NotFound):
                earlier = await self.repeat(bought, existed=True)
                if age(self._shop, bought) < DAY_SECONDS:
                    return earlier
        # For the server's clock, by which a session is recognised if its answer is lost. A key
        # without a project can search all the same.
        with suppress(NotFound):
            await self._shop.client.project_sessions()
        return search_traces(self._title, self._text) | query_traces(self._queries, self._sample)

    async def send(self) -> Bought:
        started = await self._shop.client.create_session(
            self._title, self._queries, self._text, self._sample
        )
        counter = started.filter_changes_counter
        self._shop.sent.remember(started.session.id, counter, self._queries)
        result = _started_session(started.session.id, self._title, started, self._filters)
        unfinished = started.unfinished is not None
        return Bought(result, started.session.id, started.credits, unfinished=unfinished)

    def nobody(self) -> StartedSession:
        return StartedSession(
            title=self._title,
            status="done",
            expected_profiles=0,
            filters=self._filters.shown(),
            next_step=views.widen_step(None),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> StartedSession:
        return await _earlier_search(self._shop, purchase, existed=existed)


class UpdateOrder(Order):
    """Changes of a session, merged into what it has and sent as a whole."""

    operation = "update_session"

    def __init__(
        self,
        shop: Shop,
        session_id: str,
        *,
        title: str | None,
        job_description: str | None,
        sample_profile_url: str | None,
        changes: FilterChanges | None,
        removed: list[str],
    ) -> None:
        if changes is not None and not changes.model_fields_set:
            changes = None
        given = (title, job_description, sample_profile_url, changes)
        if all(item is None for item in given) and not removed:
            raise BadArguments(
                "title, job_description, sample_profile_url, filters or remove_filters is required"
            )
        _check_removed(changes, removed)
        self._shop = shop
        self.session_id: str = session_id
        self._title = title
        self._text = job_description
        self._sample = sample_profile_url
        self._changes = changes
        self._removed = removed
        self._body: dict[str, Any] = {}
        self._filters: SearchFilters
        self._shown_title: str | None = None
        self._counter = 0
        self._kept: list[str] = []
        self.fingerprint = fingerprint(
            self.operation,
            session=session_id,
            title=title,
            text=job_description,
            sample=(sample_profile_url or "").encode().hex(),
            changes=changes.shown() if changes else None,
            removed=removed,
        )
        self.slot = f"session:{session_id}"
        self.wish = "an update of a search"

    async def inspect(self) -> Result | dict[str, Any]:
        session = await self._shop.matching.look(self.session_id)
        stored = self._shop.sent.in_force(session)
        before = from_queries(stored)[0].shown()
        if _still_matching(self._shop, session):
            return _for_free(
                session,
                before,
                "It is still matching, so nothing was changed or charged. Call wait_for_session "
                f"with session_id {session.id} (free), then update again.",
            )
        self._filters = _merge(before, self._changes, self._removed)
        _check_size(self._filters)
        self._shown_title = self._title or session.title
        described = self._text is not None or self._sample is not None
        text = clean_line((self._text or session.job_description or ""), MOST_JD_CHARACTERS)
        sample = session.sample_profile_url if self._sample is None else self._sample
        if (
            self._filters.shown() == before
            and self._title in (None, session.title)
            and text == clean_line(session.job_description or "", MOST_JD_CHARACTERS)
            and sample == session.sample_profile_url
        ):
            return _for_free(
                session,
                before,
                "The session has exactly this already, so nothing was sent or charged. "
                f"{views.session_step(session)}",
            )
        changed = {*self._removed, *(self._changes.shown() if self._changes else ())}
        kept = {
            key: entry
            for key, entry in stored.items()
            # What no filter here can carry stays as it is, and is not dropped by the way.
            if key not in _NEVER_SENT
            and name_of(key) not in changed
            and from_queries({key: entry})[1]
        }
        named = ", ".join(sorted(changed)) or "its title or texts"
        self.wish = f"a new search in “{session.title or session.id}” with changed {named}"
        self._counter = session.filter_changes_counter
        self._kept = from_queries(kept)[1]
        self._body = {
            "queries": to_queries(self._filters) | kept,
            "title": self._title,
            "text": text if described else None,
            "sample_profile_url": sample if described else None,
        }
        return {"counter": session.filter_changes_counter, "credits": session.credits_charged}

    async def send(self) -> Bought:
        started = await self._shop.client.update_session(self.session_id, **self._body)
        counter = max(started.filter_changes_counter, self._counter + 1)
        self._shop.sent.remember(self.session_id, counter, self._body["queries"])
        result = _started_session(self.session_id, self._shown_title, started, self._filters)
        if self._kept:
            words = f"Kept as they were, without a name here: {', '.join(self._kept[:20])}."
            result.warning = f"{result.warning} {words}" if result.warning else words
        unfinished = started.unfinished is not None
        return Bought(result, self.session_id, started.credits, unfinished=unfinished)

    def nobody(self) -> StartedSession:
        return StartedSession(
            session_id=self.session_id,
            title=self._shown_title,
            status="done",
            expected_profiles=0,
            filters=self._filters.shown(),
            next_step=views.widen_step(self.session_id),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> StartedSession:
        return await _earlier_search(self._shop, purchase, existed=False)


class MoreOrder(Order):
    """Further candidates of a session."""

    operation = "fetch_more"

    def __init__(self, shop: Shop, session_id: str) -> None:
        self._shop = shop
        self.session_id: str = session_id
        self.fingerprint = fingerprint(self.operation, session=session_id)
        self.slot = f"session:{session_id}"
        self.wish = "more candidates of a search"

    async def inspect(self) -> Result | dict[str, Any]:
        session = await self._shop.matching.look(self.session_id)
        if _still_matching(self._shop, session):
            return MoreProfiles(
                session_id=session.id,
                status="running",
                api_status=views.unusual(session.api_status),
                next_step=(
                    "It is still matching, so nothing was fetched or charged. Call "
                    f"wait_for_session with session_id {session.id} (free), then decide."
                ),
            )
        if self._shop.ledger.is_exhausted(self.session_id):
            return self.nobody()
        self.wish = f"more candidates for “{session.title or session.id}”"
        return {"counter": session.search_more_counter, "credits": session.credits_charged}

    async def send(self) -> Bought:
        started = await self._shop.client.fetch_more(self.session_id)
        if started.new_profiles == 0:
            result = self.nobody().model_copy(update={"credits": views.credits(started.credits)})
            return Bought(result, self.session_id, started.credits, {"nobody": True})
        result = MoreProfiles(
            session_id=self.session_id,
            status="running",
            api_status=views.unusual(started.api_status),
            expected_profiles=started.new_profiles,
            credits=views.credits(started.credits),
            warning=views.unfinished(started),
            next_step=views.wait_step(self.session_id),
        )
        unfinished = started.unfinished is not None
        return Bought(result, self.session_id, started.credits, unfinished=unfinished)

    def nobody(self) -> MoreProfiles:
        return MoreProfiles(
            session_id=self.session_id,
            status="done",
            expected_profiles=0,
            exhausted=True,
            next_step=(
                "There is nobody else for these filters, so do not fetch more. Loosen them with "
                f"update_sourcing_session and session_id {self.session_id}, which costs credits: "
                "ask first."
            ),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> MoreProfiles:
        session = await self._shop.matching.look(self.session_id)
        return MoreProfiles(
            session_id=self.session_id,
            status=session.status,
            api_status=views.unusual(session.api_status),
            credits=_earlier_credits(purchase),
            next_step=views.session_step(session),
        )


def _still_matching(shop: Shop, session: Session) -> bool:
    if session.status != "running":
        return False
    if (last := shop.ledger.last_search(session.id)) is not None:
        return age(shop, last) < MATCHING_SECONDS
    now = shop.client.server_time or shop.clock.now()
    return not session.created_at or now - session.created_at.timestamp() < MATCHING_SECONDS


async def _earlier_search(shop: Shop, purchase: Purchase, *, existed: bool) -> StartedSession:
    session = await shop.matching.look(purchase.session_id or "")
    filters = from_queries(shop.sent.in_force(session))[0]
    credits = _earlier_credits(purchase)
    if existed:
        credits = Credits(charged=0)
    return StartedSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=views.unusual(session.api_status),
        expected_profiles=session.total or None,
        credits=credits,
        filters=views.fitted_filters(filters.shown())[0],
        already_existed=existed or None,
        next_step=views.session_step(session),
    )


def _earlier_credits(purchase: Purchase) -> Credits | None:
    if purchase.credits is None and purchase.remaining is None:
        return None
    return Credits(charged=purchase.credits, remaining=purchase.remaining)


def _for_free(session: Session, filters: dict[str, Any], step: str) -> StartedSession:
    return StartedSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=views.unusual(session.api_status),
        credits=Credits(charged=0),
        filters=views.fitted_filters(filters)[0],
        next_step=step,
    )


def _started_session(
    session_id: str, title: str | None, started: Started, filters: SearchFilters
) -> StartedSession:
    return StartedSession(
        session_id=session_id,
        title=title,
        # Whatever the stored session says, its search has only begun.
        status="running",
        api_status=views.unusual(started.api_status),
        expected_profiles=started.expected_profiles,
        credits=views.credits(started.credits),
        filters=filters.shown(),
        warning=views.unfinished(started),
        next_step=views.wait_step(session_id),
    )


def _check_removed(changes: FilterChanges | None, removed: list[str]) -> None:
    """Refuse what would cost credits and not be what was meant."""
    for position, name in enumerate(removed):
        if name not in WIRES:
            raise BadArguments(f"remove_filters[{position}] {nearest_name(name)}")
        if changes is not None and name in changes.model_fields_set:
            raise BadArguments(f"filters.{name} is in remove_filters too; keep one of the two")
    if "skills" in removed:
        raise BadArguments("remove_filters may not name skills; a search needs at least one skill")
    blank = changes.model_fields_set - changes.shown().keys() if changes is not None else set()
    if blank:
        name = min(blank)
        raise BadArguments(
            f"filters.{name} restricts nothing as given; to drop the filter name it in "
            "remove_filters"
        )


def _check_size(filters: SearchFilters) -> None:
    """Refuse filters that no result could repeat in the size that clients take."""
    if views.fitted_filters(filters.shown())[1]:
        raise BadArguments(
            f"filters are too large; keep them under {views.MOST_FILTER_BYTES:,} characters by "
            "naming fewer values"
        )


def _merge(
    before: dict[str, Any], changes: FilterChanges | None, removed: list[str]
) -> SearchFilters:
    """The whole filter set after a change. Raises `BadArguments` if it holds no skill."""
    merged = before | (changes.shown() if changes is not None else {})
    for name in removed:
        merged.pop(name, None)
    try:
        return SearchFilters.model_validate(merged)
    except ValidationError:
        raise BadArguments(
            "filters.skills is required, because the session holds no skill"
        ) from None
