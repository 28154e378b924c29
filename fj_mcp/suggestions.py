"""What to loosen when a search finds too few: computed from its filters, tried by nobody.

Every suggestion is a change that `update_sourcing_session` takes as it is. They come in the order
of how little they loosen, and it is the person who chooses, because an update costs credits.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pydantic_core import to_json

from fj_mcp.filters import WIRES, FilterChanges
from fj_mcp.kinds import Range
from fj_mcp.queries import from_queries
from fj_mcp.records import Session
from fj_mcp.results import Suggestion
from fj_mcp.shortlists import Shortlist
from fj_mcp.sourcing import Sourcing

FEW = 10
GOOD_SCORE = 3.0
"""Fewer than so many above this score are a weak result."""

MOST_SUGGESTIONS = 5
_MOST_BYTES = 600
"""Of one suggestion: a change that repeats a long list would crowd the candidates out."""

_USUAL_KM = (10, 25, 50, 100, 150, 200, 300, 500)

_COMPANY_FILTERS = (
    "recently_funded", "funding_stages", "total_funding", "annual_revenue",
    "headcount_growth_percent", "founded_year", "company_keywords", "current_companies",
    "company_headquarters", "company_headcount", "company_headcount_ranges", "company_types",
    "years_at_company", "past_companies", "industries",
)  # fmt: skip
"""Filters on employers, the strictest first: how few employers fit a usual value of each."""

_PERSON_FILTERS = (
    "honors", "certifications", "schools", "open_to_work", "fields_of_study", "past_titles",
    "employment_types", "degree", "seniority", "functions",
)  # fmt: skip
"""The other filters that can be done without, the strictest first."""

_LEVEL = re.compile(
    r"^(?:senior|sr\.?|junior|jr\.?|lead|principal|staff|chief|head|associate)\s+", re.IGNORECASE
)
_SAME_WORK = (("developer", "engineer"), ("engineer", "developer"), ("programmer", "developer"))

Changes = dict[str, Any]


def is_weak(shortlist: Shortlist) -> bool:
    """Whether fewer than 10 candidates score above 3."""
    good = (profile for profile in shortlist.profiles if (profile.score or 0.0) > GOOD_SCORE)
    return sum(1 for _ in good) < FEW


def suggestions_for(running: Sourcing, session: Session, shortlist: Shortlist) -> list[Suggestion]:
    """What to loosen in a session that is over and found too few; free."""
    # Without the paid tools nobody could make use of them.
    if session.status != "done" or running.settings.read_only or not is_weak(shortlist):
        return []
    return suggest_changes(from_queries(running.shop.sent.in_force(session))[0])


def suggest_changes(filters: FilterChanges) -> list[Suggestion]:
    """Up to five changes, the one that loosens least first."""
    shown = filters.shown()
    found = (suggestion for rule in _RULES for suggestion in rule(shown))
    short = [one for one in found if len(to_json(one)) <= _MOST_BYTES]
    return short[:MOST_SUGGESTIONS]


def _skill(shown: Changes) -> Iterator[Suggestion]:
    skills = shown.get("skills", {})
    mandatory = skills.get("mandatory", [])
    if mandatory:
        *kept, last = mandatory
        moved = skills | {"mandatory": kept, "core": [last, *skills.get("core", [])]}
        yield Suggestion(
            filters={"skills": {tier: words for tier, words in moved.items() if words}},
            reason=f"{last} as a core skill still raises the score and no longer excludes anybody.",
        )


def _distance(shown: Changes) -> Iterator[Suggestion]:
    now = shown.get("within_km", 0)
    wider = next((km for km in _USUAL_KM if km >= max(2 * now, 50)), None)
    if wider is None and now < _USUAL_KM[-1]:
        wider = _USUAL_KM[-1]
    if shown.get("regions") and wider is not None:
        before = f"{now} km" if now else "the places themselves"
        yield Suggestion(
            filters={"within_km": wider}, reason=f"{wider} km around instead of {before}."
        )


def _years(shown: Changes) -> Iterator[Suggestion]:
    span, wire = shown.get("years_of_experience"), WIRES["years_of_experience"]
    assert isinstance(wire, Range)
    if span:
        least, most = span.get("min", wire.lowest), span.get("max", wire.highest)
        wider = {"min": max(wire.lowest, least - 1), "max": min(wire.highest, most + 2)}
        wider = {side: wider[side] for side in span}
        if wider != span:
            yield Suggestion(
                filters={"years_of_experience": wider},
                reason="People a little outside the range of years often do the job as well.",
            )


def _titles(shown: Changes) -> Iterator[Suggestion]:
    titles = shown.get("current_titles", [])
    known = {title.casefold() for title in titles}
    more: dict[str, str] = {}
    for title in titles:
        plain = _LEVEL.sub("", title)
        for variant in (plain, *_same_work(plain), *_same_work(title)):
            if variant.casefold() not in known:
                more.setdefault(variant.casefold(), variant)
    added = list(more.values())[:4]
    if added:
        yield Suggestion(
            filters={"current_titles": [*titles, *added]},
            reason=f"The same work goes by other titles too: {', '.join(added)}.",
        )


def _same_work(title: str) -> Iterator[str]:
    for word, other in _SAME_WORK:
        if re.search(rf"\b{word}\b", title, re.IGNORECASE):
            yield re.sub(rf"\b{word}\b", partial(_cased, other), title, flags=re.IGNORECASE)


def _cased(word: str, instead_of: re.Match[str]) -> str:
    return word.title() if instead_of[0][0].isupper() else word


def _dropped(names: tuple[str, ...], what: str) -> Callable[[Changes], Iterator[Suggestion]]:
    def drop(shown: Changes) -> Iterator[Suggestion]:
        strictest = next((name for name in names if name in shown), None)
        if strictest is not None:
            yield Suggestion(
                remove_filters=[strictest], reason=f"{strictest} is the strictest filter on {what}."
            )

    return drop


_RULES: tuple[Callable[[Changes], Iterator[Suggestion]], ...] = (
    _skill,
    _distance,
    _years,
    _titles,
    _dropped(_COMPANY_FILTERS, "employers"),
    _dropped(_PERSON_FILTERS, "the person"),
)
