"""The order that changes a session and searches in it again."""

from typing import Any

from pydantic import ValidationError

from fj_mcp.api.session_records import Session
from fj_mcp.errors import BadArguments
from fj_mcp.filters.names import name_of, nearest_name
from fj_mcp.filters.query_map import fitted_filters, from_queries, to_queries
from fj_mcp.filters.search_filters import WIRES, FilterChanges, SearchFilters
from fj_mcp.ledger.purchase import Purchase
from fj_mcp.purchases.order import Bought, Order, counters_before, fingerprint, is_matching
from fj_mcp.purchases.search_order import (
    MOST_JD_CHARACTERS,
    check_size,
    earlier_search,
    started_session,
)
from fj_mcp.results import next_steps
from fj_mcp.results.models import Credits, Result, StartedSession
from fj_mcp.text.cleaning import clean_line, quoted
from fj_mcp.workspace.workspace import Workspace

_NEVER_SENT = frozenset({"allowFallback", "languages", "search_other_regions", "nuances"})


class UpdateOrder(Order):
    """Changes of a session, merged into what it has and sent as a whole."""

    operation = "update_session"

    def __init__(
        self,
        workspace: Workspace,
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
        self._workspace = workspace
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
        session = await self._workspace.watcher.look(self.session_id)
        stored = self._workspace.sent_filters.in_force(session)
        before = from_queries(stored)[0].shown()
        if await is_matching(self._workspace, session):
            return _for_free(
                session,
                before,
                "It is still matching, so nothing was changed or charged. Call wait_for_session "
                f"with session_id {session.id} (free), then update again.",
            )
        self._filters = _merge(before, self._changes, self._removed)
        check_size(self._filters)
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
                f"{next_steps.session_step(session)}",
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
        self.wish = f"a new search in {quoted(session.title or session.id)} with changed {named}"
        self._counter = session.filter_changes_counter
        self._kept = from_queries(kept)[1]
        self._body = {
            "queries": to_queries(self._filters) | kept,
            "title": self._title,
            "text": text if described else None,
            "sample_profile_url": sample if described else None,
        }
        return counters_before(session, session.filter_changes_counter)

    async def send(self) -> Bought:
        started = await self._workspace.client.update_session(self.session_id, **self._body)
        counter = max(started.filter_changes_counter, self._counter + 1)
        self._workspace.sent_filters.remember(self.session_id, counter, self._body["queries"])
        result = started_session(self.session_id, self._shown_title, started, self._filters)
        if self._kept:
            named = ", ".join(self._kept[:20])
            words = f"Kept as they were, because no filter here carries them: {named}."
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
            next_step=next_steps.widen_step(self.session_id),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> StartedSession:
        return await earlier_search(self._workspace, purchase, existed=False)


def _for_free(session: Session, filters: dict[str, Any], step: str) -> StartedSession:
    return StartedSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        credits=Credits(charged=0),
        filters=fitted_filters(filters)[0],
        next_step=step,
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
