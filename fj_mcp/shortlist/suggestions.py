"""Suggestions for a search that finds too few candidates, computed from its filters alone.

Each suggestion can be passed to `update_sourcing_session` as it is. The one that loosens least
comes first. The user chooses, because an update costs credits.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic_core import to_json

from fj_mcp.api.session_records import Session
from fj_mcp.filters.kinds import Range
from fj_mcp.filters.query_map import from_queries
from fj_mcp.filters.search_filters import FILTERS, FilterChanges
from fj_mcp.results.models import Suggestion
from fj_mcp.shortlist.ranking import Shortlist

FEW = 10
GOOD_SCORE = 3.0
"""Fewer than `FEW` candidates above this score are a weak result."""

MAX_SUGGESTIONS = 5
_MAX_BYTES = 600
"""Of one suggestion: a change that repeats a long list would take the candidates' place."""

_USUAL_KM = (10, 25, 50, 100, 150, 200, 300, 500)

_LEVEL = re.compile(r"^(?:senior|sr\.?|junior|jr\.?)\s+", re.IGNORECASE)
_SOFTWARE = re.compile(
    r"^(?:(?:software|back-?end|front-?end|full[ -]?stack|web|mobile|android|ios|python|java|"
    r"javascript|typescript|react|node(?:\.?js)?|php|ruby|go|golang|rust|scala|kotlin|swift|"
    r"c#|c\+\+|\.net|asp\.net|data|cloud|devops|embedded|application|applications)\s+)+"
    r"(developer|engineer|programmer)$",
    re.IGNORECASE,
)
_SAME_WORK = {"developer": "engineer", "engineer": "developer", "programmer": "developer"}
"""For software titles only: elsewhere a developer is not an engineer."""

Changes = dict[str, Any]


def is_weak(shortlist: Shortlist) -> bool:
    """Whether fewer than 10 candidates score above 3."""
    scores = [profile.score for profile in shortlist.profiles if profile.score is not None]
    if shortlist.profiles and not scores:
        return False  # How well they fit is unknown.
    return sum(score > GOOD_SCORE for score in scores) < FEW


def suggestions_for(
    session: Session, shortlist: Shortlist, queries: dict[str, Any], *, can_spend: bool
) -> list[Suggestion]:
    """Suggestions for a finished session that found too few candidates.

    Args:
        session: as it is now.
        shortlist: its candidates.
        queries: the filter map in force.
        can_spend: whether the server offers the tools that cost credits.
    """
    # Without the paid tools they could not be applied.
    if session.status != "done" or not can_spend or not is_weak(shortlist):
        return []
    filters, ignored = from_queries(queries)
    found = suggest_changes(filters)
    if any(words.startswith(FILTERS["within_km"].key) for words in ignored):
        # The session has an unreadable distance, so a wider one is unknown.
        found = [one for one in found if "within_km" not in (one.filters or {})]
    return found


def suggest_changes(filters: FilterChanges) -> list[Suggestion]:
    """Up to five changes, the one that loosens least first; none for filters without skills."""
    shown = filters.as_dict()
    if "skills" not in shown:
        return []
    found = (suggestion for rule in _RULES for suggestion in rule(shown))
    short = [one for one in found if len(to_json(one)) <= _MAX_BYTES]
    return short[:MAX_SUGGESTIONS]


def _skill(shown: Changes) -> Iterator[Suggestion]:
    skills = shown.get("skills", {})
    mandatory = skills.get("mandatory", [])
    if mandatory:
        *kept, last = mandatory
        moved = skills | {"mandatory": kept, "core": [last, *skills.get("core", [])]}
        yield Suggestion(
            filters={"skills": {tier: words for tier, words in moved.items() if words}},
            reason=f"As a core skill, {last} still raises the score but no longer excludes anyone.",
        )


def _distance(shown: Changes) -> Iterator[Suggestion]:
    now = shown.get("within_km", 0)
    wider = next((km for km in _USUAL_KM if km >= max(2 * now, 50)), None)
    if wider is None and now < _USUAL_KM[-1]:
        wider = _USUAL_KM[-1]
    if shown.get("regions") and wider is not None:
        before = f"{now} km" if now else "only the places themselves"
        yield Suggestion(
            filters={"within_km": wider}, reason=f"Within {wider} km instead of {before}."
        )


def _years(shown: Changes) -> Iterator[Suggestion]:
    span, declared = shown.get("years_of_experience"), FILTERS["years_of_experience"]
    assert isinstance(declared, Range)
    if not span:
        return
    reason = "Candidates slightly outside the range of years often fit just as well."
    wider = {}
    if "min" in span and span["min"] - 1 > declared.lowest:
        wider["min"] = span["min"] - 1
    if "max" in span and span["max"] + 2 < declared.highest:
        wider["max"] = span["max"] + 2
    if wider:
        yield Suggestion(filters={"years_of_experience": wider}, reason=reason)
    else:
        yield Suggestion(remove_filters=["years_of_experience"], reason=reason)


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
            reason=f"The same work also goes by other titles: {', '.join(added)}.",
        )


def _same_work(title: str) -> Iterator[str]:
    plain = _LEVEL.sub("", title)
    if found := _SOFTWARE.match(plain):
        other = _SAME_WORK[found[1].casefold()]
        yield title[: -len(found[1])] + (other.title() if found[1][0].isupper() else other)


def _without_one(about: str) -> Callable[[Changes], Iterator[Suggestion]]:
    """The rule that removes the strictest of the filters on employers or on the person."""
    strictness = {
        name: declared.loosening.strictness
        for name, declared in FILTERS.items()
        if declared.loosening is not None and declared.loosening.about == about
    }

    def remove(shown: Changes) -> Iterator[Suggestion]:
        used = strictness.keys() & shown
        if used:
            strictest = max(used, key=strictness.__getitem__)
            yield Suggestion(
                remove_filters=[strictest],
                reason=f"{strictest} is usually the strictest filter on {about}.",
            )

    return remove


_RULES: tuple[Callable[[Changes], Iterator[Suggestion]], ...] = (
    _skill,
    _distance,
    _years,
    _titles,
    _without_one("employers"),
    _without_one("the candidate"),
)
