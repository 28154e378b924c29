"""The people about whom a decision was made, over all searches, as a list."""

from collections import Counter
from collections.abc import Sequence

from pydantic_core import to_json

from fj_mcp.results import next_steps
from fj_mcp.results.models import SCORE_SCALE, CandidateList
from fj_mcp.shortlist.candidate_pages import View
from fj_mcp.shortlist.cards import remembered_cards
from fj_mcp.shortlist.queries import Query, folded_text
from fj_mcp.storage.memory.people import Remembered


def remembered_list(remembered: Sequence[Remembered], view: View) -> CandidateList:
    """One page of these people, in their order.

    Raises:
        BadArguments: if the view's query is not one.
    """
    part = view.part
    query = Query.parse(part.query)
    asked = [
        one
        for one in remembered
        if (not part.candidate_ids or one.person.candidate_id in part.candidate_ids)
        and (part.min_score <= 0 or (one.person.score or 0.0) >= part.min_score)
        and (not query.words or query.fits(_text(one)))
        and part.takes(one.mark)
    ]
    left_out: Counter[str] = Counter()
    listed = []
    for one in asked:
        if (state := part.leaves_out(one.mark)) is not None:
            left_out[state] += 1
        else:
            listed.append(one)
    total = len(listed)
    pages = max(1, -(-total // view.limit))
    shown, shortened = remembered_cards(
        listed[(view.page - 1) * view.limit : view.page * view.limit],
        reserved=len(to_json(view.repeated)),
    )
    return CandidateList(
        status="done",
        total=total,
        page=view.page,
        pages=pages,
        has_more=view.page < pages,
        score_scale=SCORE_SCALE if any(card.score is not None for card in shown) else None,
        candidates=shown,
        left_out=dict(left_out) or None,
        warning="Texts are shortened to fit; ask for a smaller limit." if shortened else None,
        next_step=_step(total, pages, view, left_out),
    )


def _text(one: Remembered) -> str:
    person = one.person
    parts = (person.name, person.title, person.company, person.region, one.mark.note)
    return folded_text("\n".join(part for part in parts if part))


def _step(total: int, pages: int, view: View, left_out: Counter[str]) -> str:
    call = "call list_profiles without session_id"
    if view.page > pages and total:
        return f"{next_steps.last_page(pages)}: {call}, page {pages}{view.repeated}."
    hidden = ""
    if left_out:
        counted = ", ".join(f"{count:,} {state}" for state, count in left_out.items())
        named = ", ".join([*view.part.decisions, *left_out])
        hidden = f"Left out: {counted}; decisions [{named}] lists them."
    if view.page < pages:
        further = f"For the next people {call}, page {view.page + 1}{view.repeated}."
        return f"{further} {hidden}".rstrip()
    if not total:
        nobody = "No decision is remembered that fits; review_candidates records them (free)."
        return f"{hidden or nobody}"
    return (
        f"Show these to the user. get_candidate with a card's session_id shows one in full (free). "
        f"{hidden}"
    ).rstrip()
