"""Candidates as results: a page of them, and the result of a wait."""

from dataclasses import dataclass

from pydantic_core import to_json

from fj_mcp.api.session_records import Session
from fj_mcp.results import next_steps
from fj_mcp.results.models import CandidateList, Prices, ShownCandidates, Suggestion, WaitedSession
from fj_mcp.shortlist.cards import cards
from fj_mcp.shortlist.ranking import Shortlist, unread_warning
from fj_mcp.text.cleaning import cut, first_within

TOP_CANDIDATES = 10


@dataclass(frozen=True)
class View:
    """The selection of candidates that a call asks for.

    Attributes:
        can_spend: whether the server offers the tools that cost credits.
    """

    page: int = 1
    limit: int = 20
    min_score: float = 0
    detailed: bool = False
    can_spend: bool = True

    @property
    def repeated(self) -> str:
        """The arguments to repeat in a call for another page of this view."""
        limit = f", limit {self.limit}" if self.limit != 20 else ""
        return limit + (f", min_score {self.min_score:g}" if self.min_score else "")


@dataclass(frozen=True)
class RankedSession:
    """A session with everything that its lists show.

    Attributes:
        session: as it is now.
        shortlist: its candidates.
        wanted: its wanted skills.
        suggestions: what to loosen, if it found too few.
    """

    session: Session
    shortlist: Shortlist
    wanted: list[str]
    suggestions: list[Suggestion]


def candidate_list(ranked: RankedSession, view: View) -> CandidateList:
    """One page of a session's candidates."""
    session, shortlist, suggestions = ranked.session, ranked.shortlist, ranked.suggestions
    chosen = shortlist.at_least(view.min_score)
    pages = max(1, -(-len(chosen) // view.limit))
    shown, shortened = cards(
        chosen[(view.page - 1) * view.limit : view.page * view.limit],
        ranked.wanted,
        detailed=view.detailed,
        reserved=len(to_json(suggestions)),
    )
    warnings = []
    if shortlist.unread:
        warnings.append(unread_warning(shortlist.available))
    if shortened:
        warnings.append(
            "Texts are shortened to fit; ask for a smaller limit, or call get_candidate."
        )
    return CandidateList(
        session_id=session.id,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        total=len(chosen),
        page=view.page,
        pages=pages,
        has_more=view.page < pages,
        candidates=shown,
        suggestions=suggestions or None,
        warning=" ".join(warnings) or None,
        next_step=_list_step(
            session, shortlist, view, total=len(chosen), pages=pages, suggestions=suggestions
        ),
    )


def _with_suggestions(
    session_id: str, step: str | None, suggestions: list[Suggestion]
) -> str | None:
    """The next step with advice on too few good candidates; a `step` of None: there are none."""
    if not suggestions:
        return step
    how = (
        "discuss suggestions[] with the user; applying one (update_sourcing_session) costs credits."
    )
    if step is None:
        return f"No candidate matches all filters of session_id {session_id}: {how}"
    return f"{step} Few are a good fit: {how}"


def _no_match_step(session_id: str, suggestions: list[Suggestion], can_spend: bool) -> str | None:
    if not can_spend:
        return "No candidate matches all of these filters, and this server cannot change a search."
    return _with_suggestions(session_id, None, suggestions) or next_steps.widen_step(session_id)


def shown_candidates(
    listed: CandidateList, ranked: RankedSession, min_score: float, prices: Prices | None
) -> ShownCandidates:
    """The initial contents of the interactive shortlist.

    Args:
        listed: its first page.
        ranked: the session that it is of.
        min_score: the lowest score in the list.
        prices: of purchases; None if the server cannot make any.
    """
    listed.next_step = f"Say what stands out; the user may see the list. {listed.next_step}"
    return ShownCandidates(
        **dict(listed),
        title=ranked.session.title,
        matched=ranked.session.matched,
        min_score=min_score,
        wanted_skills=first_within([cut(skill, 60) for skill in ranked.wanted[:40]], 1_200),
        can_spend=prices is not None,
        prices=prices or Prices(),
    )


def _list_step(
    session: Session,
    shortlist: Shortlist,
    view: View,
    *,
    total: int,
    pages: int,
    suggestions: list[Suggestion],
) -> str | None:
    call = f"call list_profiles with session_id {session.id}"
    if view.page > pages and total:
        return f"{next_steps.last_page(pages)}: {call}, page {pages}{view.repeated}."
    if session.status == "running":
        return f"More may follow: call wait_for_session with session_id {session.id}; it is free."
    if view.page < pages:
        further = f"For the next candidates {call}, page {view.page + 1}{view.repeated}."
        return _with_suggestions(session.id, further, suggestions)
    if not total and shortlist.profiles:
        return (
            f"None of the {len(shortlist.profiles)} candidates reaches that score. Call "
            f"list_profiles with session_id {session.id} and a lower min_score; it is free."
        )
    if not total and session.status == "failed":
        return (
            "The search failed at FutureJobs, and no candidates are listed. Tell the user before "
            "paying for another search."
        )
    if not total:
        return _no_match_step(session.id, suggestions, view.can_spend)
    show = "Show these to the user. get_candidate shows one in full (free)"
    if not view.can_spend:
        return f"{show}."
    paid = (
        f"fetch_more_profiles with session_id {session.id} finds more and reveal_contacts buys "
        "contacts (both cost credits: ask first)"
    )
    return _with_suggestions(session.id, f"{show}; {paid}.", suggestions)


def waited_session(
    session: Session, seconds: float, ranked: RankedSession | None, can_spend: bool
) -> WaitedSession:
    """The result of a wait.

    Args:
        session: as last seen.
        seconds: how long the call waited.
        ranked: the same with its candidates, if it is done and they were readable.
        can_spend: whether the server offers the tools that cost credits.
    """
    profiles = ranked.shortlist.profiles if ranked else []
    suggestions = ranked.suggestions if ranked else []
    best, _ = cards(profiles[:TOP_CANDIDATES], ranked.wanted if ranked else [])
    return WaitedSession(
        session_id=session.id,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        matched=session.matched,
        total=session.total,
        waited_seconds=round(seconds),
        top_candidates=best or None,
        suggestions=suggestions or None,
        next_step=next_steps.session_step(session)
        if session.status == "done" and ranked is None
        else _waited_step(session, len(profiles), suggestions, can_spend),
    )


def _waited_step(
    session: Session, count: int, suggestions: list[Suggestion], can_spend: bool
) -> str | None:
    if session.status == "running":
        progress = f", {session.matched} of {session.total}" if session.total else ""
        return f"Still matching{progress}. Call wait_for_session again; it is free."
    if session.status != "done":
        return next_steps.session_step(session)
    if not count:
        return _no_match_step(session.id, suggestions, can_spend)
    show = (
        f"Show the user the best of {count}. list_profiles with session_id {session.id} lists "
        "all of them, best first; get_candidate shows one in full. Both are free."
    )
    return _with_suggestions(session.id, show, suggestions)
