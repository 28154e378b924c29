"""Sessions as results: one in full, or a page of them, fitted to the size limit."""

from typing import Any

from pydantic_core import to_json

from fj_mcp.api.session_records import ListedSession, Session, newest_first
from fj_mcp.clock import iso_time
from fj_mcp.filters.query_map import fitted_filters
from fj_mcp.results.limits import MAX_BYTES
from fj_mcp.results.models import FullSession, SessionLine, SessionList
from fj_mcp.results.next_steps import last_page, session_step, unusual
from fj_mcp.text.cleaning import cut, first_within

_MAX_TEXT_BYTES = 6_000
_MAX_WARNING_BYTES = 1_500
"""Of the job description and of the warning: a session with every filter then still fits."""

_TITLE_LENGTHS = (80, 50, 30, 15, 0)


def full_session(session: Session, filters: dict[str, Any], ignored: list[str]) -> FullSession:
    """A session as stored, with its filters under this server's names."""
    warning = None
    filters, cut_short = fitted_filters(filters)
    ignored = [*ignored, *cut_short]
    if ignored:
        listed = ", ".join(first_within(ignored, _MAX_WARNING_BYTES))
        warning = f"The session also has filters that are not shown here: {listed}."
    text = session.job_description and cut(session.job_description, 2_000)
    if text and len(to_json(text)) > _MAX_TEXT_BYTES:
        text = cut(text, _MAX_TEXT_BYTES // 4)
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
        created_at=iso_time(session.created_at),
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
        step = f"For older sessions call list_sessions with page {page + 1}{again}."
    elif chosen:
        step = "Call list_profiles with a session_id for its candidates; it is free."
    elif newest:
        pages = -(-len(newest) // limit)
        step = f"{last_page(pages)}: call list_sessions with page {pages}{again}."
    elif can_spend:
        step = "There are no searches yet; create_sourcing_session starts one (5 credits)."
    else:
        step = "There are no searches yet, and this server cannot start one."
    for length in _TITLE_LENGTHS:
        lines = [_session_line(item, length) for item in chosen]
        shown = SessionList(sessions=lines, total=len(newest), has_more=has_more, next_step=step)
        if len(to_json(shown.as_dict())) <= MAX_BYTES:
            break
    return shown


def _session_line(item: ListedSession, length: int) -> SessionLine:
    return SessionLine(
        session_id=item.id,
        title=cut(item.title, length) if item.title and length else None,
        profiles=item.profiles,
        created_at=iso_time(item.created_at),
    )
