"""The people about whom a decision was made, over all searches, as a list."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from pydantic_core import to_json

from fj_mcp.results import next_steps
from fj_mcp.results.models import SCORE_SCALE, CandidateList
from fj_mcp.shortlist.candidate_pages import View
from fj_mcp.shortlist.cards import remembered_cards
from fj_mcp.shortlist.parts import Part, counted
from fj_mcp.shortlist.queries import Query, folded_text
from fj_mcp.storage.memory.people import Decided, Mark, Remembered


class Kept(Struct, frozen=True):
    """What was decided about the people who are asked for.

    Attributes:
        decisions: all that fit, newest first; those of several searches about one person, too.
        left_out: the number of people left out because of a decision or outreach, by which.
    """

    decisions: list[Decided]
    left_out: dict[str, int]

    @property
    def people(self) -> list[Decided]:
        """The newest decision about each."""
        newest: dict[str, Decided] = {}
        for one in self.decisions:
            newest.setdefault(one.person, one)
        return [*newest.values()]


def choose_decided(decided: Sequence[Decided], part: Part) -> Kept:
    """The decisions that are asked for. Who is kept in any search is not left out."""
    hidden: dict[str, str] = {}
    decisions = []
    for one in decided:
        mark = Mark(decision=one.decision, outreach=one.outreach)
        if not part.takes(mark):
            continue
        if (state := part.leaves_out(mark)) is not None:
            hidden.setdefault(one.person, state)
        else:
            decisions.append(one)
    listed = {one.person for one in decisions}
    left_out = Counter(state for person, state in hidden.items() if person not in listed)
    return Kept(decisions, dict(left_out))


def needs_all(part: Part) -> bool:
    """Whether more about everybody must be known to tell who is asked for."""
    return bool(part.min_score > 0 or part.query or part.candidate_ids)


def choose_remembered(remembered: Sequence[Remembered], part: Part) -> list[Remembered]:
    """The people who fit the rest of what is asked for, each once.

    Raises:
        BadArguments: if the query is not one.
    """
    query = Query.parse(part.query)
    fitting: dict[str, Remembered] = {}
    for one in remembered:
        if (
            (not part.candidate_ids or one.person.candidate_id in part.candidate_ids)
            and (part.min_score <= 0 or (one.person.score or 0.0) >= part.min_score)
            and (not query.words or query.fits(_text(one)))
        ):
            fitting.setdefault(one.digest, one)
    return [*fitting.values()]


def remembered_list(
    on_page: Sequence[Remembered], total: int, left_out: dict[str, int], view: View
) -> CandidateList:
    """One page of these people.

    Args:
        on_page: those on it.
        total: the number of people on all pages.
        left_out: see `Kept`.
        view: what was asked for.
    """
    pages = max(1, -(-total // view.limit))
    shown, shortened = remembered_cards(on_page, reserved=len(to_json(view.repeated)))
    return CandidateList(
        status="done",
        total=total,
        page=view.page,
        pages=pages,
        has_more=view.page < pages,
        score_scale=SCORE_SCALE if any(card.score is not None for card in shown) else None,
        candidates=shown,
        left_out=left_out or None,
        warning="Texts are shortened to fit; ask for a smaller limit." if shortened else None,
        next_step=_step(total, pages, view, left_out),
    )


def _text(one: Remembered) -> str:
    person = one.person
    parts = (person.name, person.title, person.company, person.region, one.mark.note)
    return folded_text("\n".join(part for part in parts if part))


def _step(total: int, pages: int, view: View, left_out: dict[str, int]) -> str:
    call = "call list_profiles without session_id"
    if view.page > pages and total:
        return f"{next_steps.last_page(pages)}: {call}, page {pages}{view.repeated}."
    hidden = ""
    if left_out:
        named = ", ".join([*view.part.decisions, *left_out])
        hidden = f"Left out: {counted(left_out)}; decisions [{named}] lists them."
    if view.page < pages:
        further = f"For the next people {call}, page {view.page + 1}{view.repeated}."
        return f"{further} {hidden}".rstrip()
    if not total:
        return hidden or "No such decision is remembered; review_candidates records them (free)."
    show = (
        "Show these to the user. get_candidate with a card's session_id shows one in full (free)."
    )
    return f"{show} {hidden}".rstrip()
