"""Candidates as results: a page of them, and the result of a wait."""

from collections.abc import Mapping
from math import floor

from msgspec import Struct, field
from pydantic_core import to_json

from fj_mcp.api.profile_records import Profile
from fj_mcp.api.session_records import Session
from fj_mcp.results import next_steps
from fj_mcp.results.models import (
    SCORE_SCALE,
    CandidateList,
    Card,
    Prices,
    ShownCandidates,
    Suggestion,
    WaitedSession,
)
from fj_mcp.shortlist.cards import cards
from fj_mcp.shortlist.outside import CardFilters
from fj_mcp.shortlist.parts import NO_MARK, NO_MARKS, Part, counted
from fj_mcp.shortlist.queries import SEARCHED
from fj_mcp.shortlist.ranking import Chosen, Shortlist, unread_warning
from fj_mcp.storage.memory.people import Mark
from fj_mcp.text.cleaning import cut, first_within
from fj_mcp.text.numbers import number_of

TOP_CANDIDATES = 10
_MAX_WORDS = 5
"""Of a query, in a warning."""


class View(Struct, frozen=True):
    """The selection of candidates that a call asks for.

    Attributes:
        can_spend: whether the server offers the tools that cost credits.
    """

    page: int = 1
    limit: int = 20
    part: Part = field(default_factory=Part)
    detailed: bool = False
    can_spend: bool = True

    @property
    def repeated(self) -> str:
        """The arguments to repeat in a call for another page of this view."""
        part = self.part
        repeated = {
            "limit": f"{self.limit}" if self.limit != 20 else "",
            "min_score": f"{part.min_score:g}" if part.min_score else "",
            "query": to_json(part.query).decode() if part.query else "",
            "candidate_ids": f"[{', '.join(part.candidate_ids)}]" if part.candidate_ids else "",
            "decisions": f"[{', '.join(part.decisions)}]" if part.decisions else "",
            "new_only": "true" if part.new_only else "",
            "detail": "detailed" if self.detailed else "",
        }
        return "".join(f", {name} {value}" for name, value in repeated.items() if value)


class RankedSession(Struct, frozen=True):
    """A session with everything that its lists show.

    Attributes:
        session: as it is now.
        shortlist: its candidates.
        wanted: its wanted skills.
        filters: the filters in force that a card can contradict.
        suggestions: what to loosen, if it found too few.
        new_ids: the candidates that fetch-more found since the last look; None if there was none,
            or if that is not known.
        marks: what the memory knows of its candidates, by id, at least what decides whether they
            are listed; None if nothing is remembered, or it cannot be read.
        unmarked: a sentence about why it cannot be read.
    """

    session: Session
    shortlist: Shortlist
    wanted: list[str]
    filters: CardFilters
    suggestions: list[Suggestion]
    new_ids: frozenset[str] | None = None
    marks: Mapping[str, Mark] | None = None
    unmarked: str | None = None

    def choose(self, part: Part) -> Chosen:
        """The candidates in a part of the list. Raises `BadArguments` if its query is not one."""
        return self.shortlist.choose(part, self.marks or NO_MARKS)

    @property
    def best(self) -> list[Profile]:
        """The candidates that the result of a wait shows."""
        # The user has seen the others.
        new = self.new_ids or ()
        listed = self.choose(Part()).profiles
        return sorted(listed, key=lambda item: item.id not in new)[:TOP_CANDIDATES]


def candidate_list(ranked: RankedSession, view: View, chosen: Chosen) -> CandidateList:
    """One page of a session's candidates.

    Args:
        ranked: the session, with all marks of those on the page.
        view: what to show of it.
        chosen: the candidates in that part of it.
    """
    session, shortlist = ranked.session, ranked.shortlist
    part = view.part
    total = len(chosen.profiles)
    pages = max(1, -(-total // view.limit))
    # Of a part of the candidates, nothing follows about the search.
    narrowed = part.query or part.candidate_ids or part.decisions or part.new_only
    suggestions = [] if narrowed else ranked.suggestions
    warnings = narrowing_warnings(chosen, running=session.status == "running")
    if ranked.unmarked:
        warnings.append(ranked.unmarked)
    if shortlist.unread:
        warnings.append(unread_warning(shortlist.available))
    shown, shortened = cards(
        chosen.on_page(view.page, view.limit),
        ranked.wanted,
        ranked.filters,
        ranked.new_ids or (),
        marks=ranked.marks or NO_MARKS,
        detailed=view.detailed,
        reserved=len(to_json([suggestions, warnings, view.repeated])),
    )
    if shortened:
        warnings.append(
            "Texts are shortened to fit; ask for a smaller limit, or call get_candidate."
        )
    listed = CandidateList(
        session_id=session.id,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        total=total,
        page=view.page,
        pages=pages,
        has_more=view.page < pages,
        score_scale=_scale(shown),
        candidates=shown,
        left_out=chosen.left_out or None,
        suggestions=suggestions or None,
        warning=" ".join(warnings) or None,
        next_step=_with_left_out(
            chosen,
            part,
            _list_step(session, shortlist, chosen, view, pages=pages, suggestions=suggestions),
        ),
    )
    listed.tell_view("reasons", _reasons(shown, ranked))
    return listed


def _reasons(shown: list[Card], ranked: RankedSession) -> dict[str, str]:
    """Why candidates were decided about, by id."""
    marks = ranked.marks or NO_MARKS
    marked = {one.candidate_id: marks.get(one.candidate_id, NO_MARK).reason for one in shown}
    return {candidate_id: reason for candidate_id, reason in marked.items() if reason}


def narrowing_warnings(chosen: Chosen, *, running: bool) -> list[str]:
    """The words of a query that fit nobody, and the ids that are not in the session.

    Args:
        chosen: the narrowed list.
        running: whether more candidates may still arrive.
    """
    warnings = []
    so_far = " so far" if running else ""
    if words := chosen.unmatched[:_MAX_WORDS]:
        if more := len(chosen.unmatched) - len(words):
            words.append(number_of(more, "more word"))
        either = " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
        searched = SEARCHED.format(languages="languages, " if chosen.with_languages else "")
        warnings.append(f"No candidate{so_far} has {either} in their {searched}.")
    if chosen.strangers:
        warnings.append(f"Not in this session{so_far}: {', '.join(chosen.strangers)}.")
    return warnings


def nobody_reason(chosen: Chosen, part: Part) -> tuple[str, str]:
    """Why nobody is in a part of a list that has candidates, and how to call the list instead.

    Both are pieces of sentences; the second one comes after a session's id.
    """
    ids = f", candidate_ids [{', '.join(part.candidate_ids)}]" if part.candidate_ids else ""
    asked, only = ("requested candidate", "") if ids else ("candidate", "only ")
    if not chosen.pool:
        return "None of these candidates is in the list", " alone for all of them"
    if not chosen.fitting:
        one = f"The {only}{asked} does not fit query"
        several = f"None of the {chosen.pool:,} {asked}s fits query"
        fewer = "leave out fewer" if chosen.only_excludes else "fewer words, which must all occur"
        return one if chosen.pool == 1 else several, f"{ids} and {fewer}"
    fitting = [" who fits query", " who fit query"] if part.query else ["", ""]
    score = f"min_score {part.min_score:g}"
    one = f"The {only}{asked}{fitting[0]} does not reach {score}"
    several = f"None of the {chosen.fitting:,} {asked}s{fitting[1]} reaches {score}"
    query = f", query {to_json(part.query).decode()}" if part.query else ""
    best, lower = "none of them has a score", "without min_score"
    if chosen.best_fitting is not None:
        # To one decimal, as scores have, and never above the score itself.
        reached = floor(chosen.best_fitting * 10) / 10
        best, lower = f"the best score is {chosen.best_fitting:g}", f"min_score {reached:g}"
    if not chosen.reaching:
        reason = one if chosen.fitting == 1 else several
        return f"{reason}; {best}", f"{ids}{query} and {lower}"
    if chosen.left_out:
        return f"Everyone asked for is left out ({counted(chosen.left_out)})", (
            f"{ids}{query}, decisions [{', '.join(_included(chosen, part))}]"
        )
    if part.new_only:
        return "Other searches have shown everyone asked for", f"{ids}{query} and without new_only"
    return f"Nobody asked for is marked {' or '.join(part.decisions)}", (
        f"{ids}{query} and without decisions"
    )


def _included(chosen: Chosen, part: Part) -> list[str]:
    """The decisions to ask for, so that those left out are listed too."""
    return [*part.decisions, *chosen.left_out]


def _with_left_out(chosen: Chosen, part: Part, step: str | None) -> str | None:
    """The next step with how to list those who are left out, if others are listed."""
    if not chosen.left_out or not chosen.profiles:
        return step
    note = (
        f"Left out: {counted(chosen.left_out)}; list_profiles with decisions "
        f"[{', '.join(_included(chosen, part))}] lists them."
    )
    return f"{step} {note}" if step else note


def _scale(shown: list[Card]) -> str | None:
    return SCORE_SCALE if any(card.score is not None for card in shown) else None


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
    listed: CandidateList,
    ranked: RankedSession,
    view: View,
    prices: Prices | None,
    counts: dict[str, int] | None,
) -> ShownCandidates:
    """The initial contents of the interactive shortlist.

    Args:
        listed: its first page.
        ranked: the session that it is of.
        view: the part of the session that it shows.
        prices: of purchases; None if the server cannot make any.
        counts: of candidates by decision and outreach; None if nothing is remembered.
    """
    if listed.candidates:
        listed.next_step = f"Say what stands out; the user may see the list. {listed.next_step}"
    shown = ShownCandidates(
        **dict(listed),
        title=ranked.session.title,
        matched=ranked.session.matched,
        min_score=view.part.min_score,
        query=view.part.query or None,
        candidate_ids=list(view.part.candidate_ids) or None,
        wanted_skills=first_within([cut(skill, 60) for skill in ranked.wanted[:40]], 1_200),
        can_spend=prices is not None,
        prices=prices or Prices(),
        counts=counts,
    )
    shown.tell_view("reasons", _reasons(listed.candidates, ranked))
    return shown


def _list_step(
    session: Session,
    shortlist: Shortlist,
    chosen: Chosen,
    view: View,
    *,
    pages: int,
    suggestions: list[Suggestion],
) -> str | None:
    total = len(chosen.profiles)
    call = f"call list_profiles with session_id {session.id}"
    if view.page > pages and total:
        return f"{next_steps.last_page(pages)}: {call}, page {pages}{view.repeated}."
    if session.status == "running":
        return f"More may follow: call wait_for_session with session_id {session.id}; it is free."
    if view.page < pages:
        further = f"For the next candidates {call}, page {view.page + 1}{view.repeated}."
        return _with_suggestions(session.id, further, suggestions)
    if not total and shortlist.profiles:
        reason, how = nobody_reason(chosen, view.part)
        return f"{reason}. C{call[1:]}{how}; it is free."
    if not total and session.status == "failed":
        return (
            "The search failed at FutureJobs, and no candidates are listed. Tell the user before "
            "paying for another search."
        )
    if not total:
        return _no_match_step(session.id, suggestions, view.can_spend)
    show = "Show these to the user. get_candidate shows one in full (free)"
    if view.part.candidate_ids or not view.can_spend:
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
    chosen = ranked.choose(Part()) if ranked else None
    profiles = chosen.profiles if chosen else []
    suggestions = ranked.suggestions if ranked else []
    new_ids = ranked.new_ids if ranked else None
    best: list[Card] = []
    if ranked is not None:
        marks = ranked.marks or NO_MARKS
        best, _ = cards(ranked.best, ranked.wanted, ranked.filters, new_ids or (), marks=marks)
    step: str | None
    if session.status == "done" and ranked is None:
        step = next_steps.session_step(session)
    elif chosen and chosen.left_out and not profiles:
        reason, how = nobody_reason(chosen, Part())
        step = f"{reason}: call list_profiles with session_id {session.id}{how}; it is free."
    else:
        step = _waited_step(session, len(profiles), len(new_ids or ()), suggestions, can_spend)
    return WaitedSession(
        session_id=session.id,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        matched=session.matched,
        total=session.total,
        waited_seconds=round(seconds),
        new_profiles=None if new_ids is None else len(new_ids),
        score_scale=_scale(best),
        top_candidates=best or None,
        left_out=(chosen.left_out or None) if chosen else None,
        suggestions=suggestions or None,
        warning=ranked.unmarked if ranked else None,
        next_step=_with_left_out(chosen, Part(), step) if chosen else step,
    )


def _waited_step(
    session: Session, count: int, new: int, suggestions: list[Suggestion], can_spend: bool
) -> str | None:
    if session.status == "running":
        progress = f", {session.matched} of {session.total}" if session.total else ""
        return f"Still matching{progress}. Call wait_for_session again; it is free."
    if session.status != "done":
        return next_steps.session_step(session)
    if not count:
        return _no_match_step(session.id, suggestions, can_spend)
    best = f"the best of {count}" if count > 1 else "the only candidate"
    if new:
        best = f"the {f'{new} new ones' if new > 1 else 'new one'}, listed first"
    show = (
        f"Show the user {best}. list_profiles with session_id {session.id} lists "
        "everyone, best first; get_candidate shows one in full. Both are free."
    )
    return _with_suggestions(session.id, show, suggestions)
