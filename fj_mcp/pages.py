"""Candidates as the model and the person get them: pages, the outcome of a wait, an export."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic_core import to_json

from fj_mcp import views
from fj_mcp.candidates import Profile
from fj_mcp.cards import cards
from fj_mcp.records import Session
from fj_mcp.results import (
    CandidateList,
    ExportedProfiles,
    Prices,
    ShownCandidates,
    Suggestion,
    WaitedSession,
    first_within,
)
from fj_mcp.shortlists import MOST_PROFILES, Shortlist
from fj_mcp.text import cut

if TYPE_CHECKING:
    from fj_mcp.exports import Export

TOP_CANDIDATES = 10


def candidate_list(
    session: Session,
    shortlist: Shortlist,
    chosen: list[Profile],
    wanted: Sequence[str],
    *,
    page: int,
    limit: int,
    detailed: bool,
    suggestions: list[Suggestion],
) -> CandidateList:
    """One page of `chosen`, which are the candidates of `shortlist` that the caller wants."""
    pages = max(1, -(-len(chosen) // limit))
    shown, shortened = cards(
        chosen[(page - 1) * limit : page * limit],
        wanted,
        detailed=detailed,
        reserved=len(to_json(suggestions)),
    )
    warnings = []
    if shortlist.unread:
        warnings.append(_unread_warning(shortlist.available))
    if shortened:
        warnings.append(
            "Texts are shortened to fit; ask for a smaller limit, or call get_candidate."
        )
    return CandidateList(
        session_id=session.id,
        status=session.status,
        api_status=views.unusual(session.api_status),
        total=len(chosen),
        page=page,
        pages=pages,
        has_more=page < pages,
        candidates=shown,
        suggestions=suggestions or None,
        warning=" ".join(warnings) or None,
        next_step=_list_step(session, shortlist, len(chosen), page, pages, suggestions),
    )


def _or_loosen(session_id: str, step: str, suggestions: list[Suggestion]) -> str:
    """The next step, with what can be done about too few good candidates."""
    if not suggestions:
        return step
    how = (
        f"discuss suggestions[] with the person; update_sourcing_session with session_id "
        f"{session_id} takes the one they choose and costs credits."
    )
    if step == views.widen_step(session_id):
        return f"Nobody fits all of these filters: {how}"
    return f"{step} Few fit well: {how}"


def shown_candidates(
    listed: CandidateList,
    session: Session,
    wanted: list[str],
    min_score: float,
    prices: Prices | None,
) -> ShownCandidates:
    """What the interactive shortlist opens with.

    Args:
        listed: its first page.
        session: as it is now.
        wanted: the skills that it asks for.
        min_score: which the candidates have at least.
        prices: of what can be bought; None where nothing can.
    """
    listed.next_step = (
        "The person may see these as an interactive list; then say in a sentence what stands out "
        "instead of repeating it. "
        f"{listed.next_step}"
    )
    return ShownCandidates(
        **dict(listed),
        title=session.title,
        matched=session.matched,
        min_score=min_score,
        wanted_skills=first_within([cut(skill, 60) for skill in wanted[:40]], 1_200),
        can_spend=prices is not None,
        prices=prices or Prices(),
    )


def _list_step(
    session: Session,
    shortlist: Shortlist,
    total: int,
    page: int,
    pages: int,
    suggestions: list[Suggestion],
) -> str:
    if page > pages and total:
        there = views.last_page(pages)
        return f"{there}: call list_profiles with session_id {session.id}, page {pages}."
    if session.status == "running":
        return f"More may come: call wait_for_session with session_id {session.id}; it is free."
    if page < pages:
        further = (
            f"For the next ones call list_profiles with session_id {session.id}, page {page + 1}."
        )
        return _or_loosen(session.id, further, suggestions)
    if not total and shortlist.profiles:
        return (
            f"All {len(shortlist.profiles)} candidates score less. Call list_profiles with "
            f"session_id {session.id} and a lower min_score; it is free."
        )
    if not total and session.status == "failed":
        return (
            "The search failed at FutureJobs, and nobody is listed. Tell the person before paying "
            "for another search."
        )
    if not total:
        return _or_loosen(session.id, views.widen_step(session.id), suggestions)
    show = (
        "Show these to the person. get_candidate tells more about one (free); fetch_more_profiles "
        f"with session_id {session.id} finds others and reveal_contacts gets their contacts "
        "(both cost credits: ask first)."
    )
    return _or_loosen(session.id, show, suggestions)


def _unread_warning(available: int) -> str:
    return f"Only the first {MOST_PROFILES:,} of {available:,} candidates were read and ranked."


def exported(session_id: str, export: "Export", path: Path | None) -> ExportedProfiles:
    """What an export holds and where it is, if it holds anybody."""
    warnings = []
    if export.running:
        warnings.append("The session is still matching; these are the candidates so far.")
    if export.available > MOST_PROFILES:
        warnings.append(_unread_warning(export.available))
    if path is None:
        step = (
            f"Nobody to export, so no file was made. Call list_profiles with session_id "
            f"{session_id} to see who is there (free)."
        )
    else:
        step = f"Tell the person that {export.rows} candidates are in {path}."
    return ExportedProfiles(
        session_id=session_id,
        rows=export.rows,
        columns=list(export.columns),
        path=str(path) if path else None,
        warning=" ".join(warnings) or None,
        next_step=step,
    )


def waited(
    session: Session,
    seconds: float,
    found: tuple[list[Profile], list[str]] | None,
    suggestions: list[Suggestion],
) -> WaitedSession:
    """The result of a wait.

    Args:
        session: as it was seen last.
        seconds: how long the call waited.
        found: the ranked candidates and the wanted skills, if it is done and they could be read.
        suggestions: what to loosen, if it found too few.
    """
    profiles, wanted = found or ([], [])
    best, _ = cards(profiles[:TOP_CANDIDATES], wanted)
    return WaitedSession(
        session_id=session.id,
        status=session.status,
        api_status=views.unusual(session.api_status),
        matched=session.matched,
        total=session.total,
        waited_seconds=round(seconds),
        top_candidates=best or None,
        suggestions=suggestions or None,
        next_step=views.session_step(session)
        if session.status == "done" and found is None
        else _or_loosen(session.id, _waited_step(session, len(profiles)), suggestions),
    )


def _waited_step(session: Session, count: int) -> str:
    if session.status == "running":
        progress = f", {session.matched} of {session.total}" if session.total else ""
        return f"Still matching{progress}. Call wait_for_session again; it costs nothing."
    if session.status == "done" and count:
        return (
            f"Show the person the best of {count}. list_profiles with session_id {session.id} has "
            "all of them, best first; get_candidate tells more about one. Both are free."
        )
    return views.widen_step(session.id) if session.status == "done" else views.session_step(session)
