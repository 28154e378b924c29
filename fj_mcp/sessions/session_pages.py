"""What the model sees: the smallest result that supports the next step, and what that step is.

Every list of candidates is fitted to a size, because clients cut or refuse what is larger.
"""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic_core import to_json

from fj_mcp.api.session_records import (
    DOCUMENTED_STATUSES,
    CreditInfo,
    ListedSession,
    Session,
    Started,
    newest_first,
)
from fj_mcp.filters.query_map import fitted_filters
from fj_mcp.ledger.purchase import Purchase, Spent, State
from fj_mcp.results.models import (
    Credits,
    FullSession,
    PurchaseLine,
    SessionLine,
    SessionList,
    SpendingReport,
)
from fj_mcp.shortlist.cards import MOST_BYTES
from fj_mcp.text.cleaning import cut, first_within

_MOST_TEXT_BYTES = 6_000
_MOST_WARNING_BYTES = 1_500
"""Of a session's job description and of what is not shown: with all its filters they fit."""

_TITLE_LENGTHS = (80, 50, 30, 15, 0)
MATCHING_HINT = "matching usually takes under a minute and waiting is free"


def credits(info: CreditInfo) -> Credits | None:
    """The credits, or None where the API said nothing about them."""
    if info.charged is None and info.remaining is None:
        return None
    return Credits(charged=info.charged, remaining=info.remaining)


def unusual(word: str) -> str | None:
    """The API's word for a status, if it is not one that it documents."""
    return word if word and word.lower() not in DOCUMENTED_STATUSES else None


def unfinished(started: Started) -> str | None:
    """The warning for a session that was saved without its search having completed."""
    if started.unfinished is None:
        return None
    return (
        f"FutureJobs saved the session, but its search did not complete ({started.unfinished}). "
        "Waiting is free and tells whether it recovers."
    )


def wait_step(session_id: str) -> str:
    """The next step after anything that started a search."""
    return f"Call wait_for_session with session_id {session_id}; {MATCHING_HINT}."


def session_step(session: Session) -> str:
    """The next step for a session in the state it is in."""
    if session.status == "running":
        return wait_step(session.id)
    if session.status == "failed":
        return (
            f"The search failed at FutureJobs. Call list_profiles with session_id {session.id} to "
            "see whether it found anyone (free) before paying for another search."
        )
    return f"Call list_profiles with session_id {session.id} for the candidates, best first."


def last_page(pages: int) -> str:
    """Which pages there are."""
    return f"There are only pages 1 to {pages}" if pages > 1 else "There is only page 1"


def widen_step(session_id: str | None) -> str:
    """The next step when nobody fits."""
    how = "move a mandatory skill to core, add regions or within_km, widen years_of_experience"
    if session_id is None:
        return f"Nobody fits all of these filters. Loosen one ({how}), then search again."
    return (
        f"Nobody fits all of these filters. Loosen one ({how}) with update_sourcing_session and "
        f"session_id {session_id}, which costs credits: ask first."
    )


def full_session(session: Session, filters: dict[str, Any], ignored: list[str]) -> FullSession:
    """A session as stored, with its filters by this server's names."""
    warning = None
    filters, cut_short = fitted_filters(filters)
    ignored = [*ignored, *cut_short]
    if ignored:
        told = ", ".join(first_within(ignored, _MOST_WARNING_BYTES))
        warning = f"The session also has what is not shown here: {told}."
    text = session.job_description and cut(session.job_description, 2_000)
    if text and len(to_json(text)) > _MOST_TEXT_BYTES:
        text = cut(text, _MOST_TEXT_BYTES // 4)
    return FullSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=unusual(session.api_status),
        job_description=text,
        sample_profile_url=session.sample_profile_url,
        filters=filters,
        matched=session.matched,
        total=session.total,
        available_profiles=session.available,
        times_fetched_more=session.search_more_counter,
        created_at=_told(session.created_at),
        warning=warning,
        next_step=session_step(session),
    )


def session_list(
    sessions: list[ListedSession], page: int, limit: int, can_spend: bool
) -> SessionList:
    """One page of sessions, newest first."""
    newest = newest_first(sessions)
    chosen = newest[(page - 1) * limit : page * limit]
    has_more = page * limit < len(newest)
    again = f", limit {limit}" if limit != 20 else ""
    if has_more:
        step = f"For older ones call list_sessions with page {page + 1}{again}."
    elif chosen:
        step = "Call list_profiles with a session_id for its candidates; it is free."
    elif newest:
        pages = -(-len(newest) // limit)
        step = f"{last_page(pages)}: call list_sessions with page {pages}{again}."
    elif can_spend:
        step = "There is no search here yet; create_sourcing_session starts one (5 credits)."
    else:
        step = "There is no search here yet, and this server cannot start one."
    for length in _TITLE_LENGTHS:
        lines = [_session_line(item, length) for item in chosen]
        shown = SessionList(sessions=lines, total=len(newest), has_more=has_more, next_step=step)
        if len(to_json(shown.shown())) <= MOST_BYTES:
            break
    return shown


def _session_line(item: ListedSession, length: int) -> SessionLine:
    return SessionLine(
        session_id=item.id,
        title=cut(item.title, length) if item.title and length else None,
        profiles=item.profiles,
        created_at=_told(item.created_at),
    )


_OUTCOMES: dict[State, Literal["charged", "not_charged", "unknown", "pending"]] = {
    "charged": "charged",
    "refused": "not_charged",
    "unknown": "unknown",
    "pending": "pending",
}


def spending_report(spent: Spent, budget: int | None, newest: list[Purchase]) -> SpendingReport:
    """What was spent today, and the newest purchases."""
    remaining = next((item.remaining for item in newest if item.remaining is not None), None)
    lost = next((item for item in newest if item.state in ("unknown", "pending")), None)
    return SpendingReport(
        spent_today=spent.charged,
        reserved=spent.open or None,
        budget=budget,
        remaining_credits=remaining,
        purchases=[
            PurchaseLine(
                operation=item.operation,
                session_id=item.session_id,
                credits=item.credits,
                outcome=_OUTCOMES[item.state],
                when=_told(datetime.fromtimestamp(item.claimed_at, UTC)) or "",
            )
            for item in newest
        ],
        next_step=(
            "One outcome is not certain yet. Call get_spending again in a minute: it looks, for "
            "free, and sends nothing."
        )
        if lost is not None
        else None,
    )


def _told(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
