"""Suggestions for a search that finds too few candidates, or none.

Each suggestion can be passed to `update_sourcing_session` as it is, or to
`create_sourcing_session` if there is no session. For few candidates, the one that loosens least
comes first; for none, the one about the filter that probably excludes most. The user chooses,
because a search costs credits.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain
from typing import Any

from msgspec import Struct
from pydantic_core import to_json

from fj_mcp.api.session_records import Session
from fj_mcp.filters.changes import Changes, after_change, change_between
from fj_mcp.filters.contradictions import contradiction_in
from fj_mcp.filters.kinds import Range
from fj_mcp.filters.query_map import from_queries
from fj_mcp.filters.search_filters import FILTERS, FilterChanges
from fj_mcp.filters.spellings import UnknownValue, without_level
from fj_mcp.results.models import Suggestion
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.text.cleaning import as_word, cut, quoted
from fj_mcp.text.comparison import distinct

FEW = 10
GOOD_SCORE = 3.0
"""Fewer than `FEW` candidates above this score are a weak result."""

MAX_SUGGESTIONS = 5
_MAX_BYTES = 600
"""Of one suggestion: a change that repeats a long list would take the candidates' place."""

_MAX_SEARCH_BYTES = 1_500
"""Of a suggestion that repeats all filters, where there are no candidates to make place for."""

_USUAL_KM = (10, 25, 50, 100, 150, 200, 300, 500)

_SOFTWARE = re.compile(
    r"^(?:(?:software|back-?end|front-?end|full[ -]?stack|web|mobile|android|ios|python|java|"
    r"javascript|typescript|react|node(?:\.?js)?|php|ruby|go|golang|rust|scala|kotlin|swift|"
    r"c#|c\+\+|\.net|asp\.net|data|cloud|devops|embedded|application|applications)\s+)+"
    r"(developer|engineer|programmer)$",
    re.IGNORECASE,
)
_SAME_WORK = {"developer": "engineer", "engineer": "developer", "programmer": "developer"}
"""For software titles only: elsewhere a developer is not an engineer."""

UNKNOWN = "Unknown values:"


class Looser(Struct, frozen=True):
    """An earlier search that found candidates with fewer of the same filters.

    Attributes:
        profiles: the number of candidates that it found.
        without: the filters that it did not have.
        skills: its skills, if it differs by these instead.
    """

    profiles: int
    without: tuple[str, ...] = ()
    skills: Changes | None = None


class Clues(Struct, frozen=True):
    """What free reads say about why nobody fits some filters.

    Attributes:
        unknown: the values that FutureJobs does not know.
        looser: an earlier search that found candidates.
    """

    unknown: Sequence[UnknownValue] = ()
    looser: Looser | None = None


def is_weak(shortlist: Shortlist) -> bool:
    """Whether fewer than 10 candidates score above 3."""
    scores = [profile.score for profile in shortlist.profiles if profile.score is not None]
    if shortlist.profiles and not scores:
        return False  # How well they fit is unknown.
    return sum(score > GOOD_SCORE for score in scores) < FEW


def suggestions_for(
    session: Session,
    shortlist: Shortlist,
    queries: dict[str, Any],
    clues: Clues | None = None,
    *,
    can_spend: bool,
) -> list[Suggestion]:
    """Suggestions for a finished session that found too few candidates.

    Args:
        session: as it is now.
        shortlist: its candidates.
        queries: the filter map in force.
        clues: if nobody fits.
        can_spend: whether the server offers the tools that cost credits.
    """
    # Without the paid tools they could not be applied.
    if session.status != "done" or not can_spend or not is_weak(shortlist):
        return []
    filters, ignored = from_queries(queries)
    found = suggest_changes(filters) if clues is None else suggest_for_nobody(filters, clues)
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


def suggest_for_nobody(filters: FilterChanges, clues: Clues) -> list[Suggestion]:
    """The same for filters that nobody fits; the one that probably excludes most comes first."""
    shown = filters.as_dict()
    if "skills" not in shown:
        return []
    unknown = {(one.filter, one.value): one for one in clues.unknown}
    excluding = [one for one in clues.unknown if _excludes(shown, one.filter, unknown)]
    misspelled = [one for one in clues.unknown if one.filter != "skills" and _meant(one)]
    proven = list(_as_before(shown, clues.looser))
    loosened = (
        change
        for change in chain(_narrowest(shown), _one_mandatory(shown), suggest_changes(filters))
        if _may_help(shown, change, clues, unknown)
    )
    changes: dict[bytes, Suggestion] = {}
    for suggestion in chain(
        _known_instead(shown, excluding), proven, loosened, _known_instead(shown, misspelled)
    ):
        merged = _merged(shown, suggestion)
        if (
            len(to_json(suggestion)) <= _MAX_BYTES
            and contradiction_in(merged) is None
            and not any(_excludes(merged, name, unknown) for name in merged)
        ):
            change = to_json((suggestion.filters, suggestion.remove_filters))
            if change not in changes or suggestion in proven:
                changes[change] = suggestion
    return list(changes.values())[:MAX_SUGGESTIONS]


def as_search(filters: FilterChanges, change: Suggestion) -> Suggestion | None:
    """A change as all the filters of a new search; None if they are too long to be repeated."""
    whole = Suggestion(filters=_merged(filters.as_dict(), change), reason=change.reason)
    return whole if len(to_json(whole)) <= _MAX_SEARCH_BYTES else None


def as_update(in_force: Changes, tried: FilterChanges, change: Suggestion) -> Suggestion | None:
    """A change to an update that nobody fits, as another update; None if nothing is left of it.

    Args:
        in_force: the filters of the session, which the update did not change.
        tried: all filters that it would have led to.
        change: to those.
    """
    return _change(in_force, _merged(tried.as_dict(), change), change.reason)


def _change(before: Changes, after: Changes, reason: str) -> Suggestion | None:
    """The suggestion that makes `after` of `before`; None if they are equal."""
    filters, removed = change_between(before, after)
    if not filters and not removed:
        return None
    return Suggestion(filters=filters or None, remove_filters=removed or None, reason=reason)


def _merged(shown: Changes, change: Suggestion) -> Changes:
    return after_change(shown, change.filters or {}, change.remove_filters or [])


def _excludes(filters: Changes, name: str, unknown: Collection[tuple[str, str]]) -> bool:
    """Whether a filter fits nobody because of its unknown values."""
    given = filters[name]
    if isinstance(given, dict):
        words = [word for words in given.values() if isinstance(words, list) for word in words]
        needed = given.get("mandatory") or []
        return any((name, word) in unknown for word in needed) or _all_unknown(name, words, unknown)
    return isinstance(given, list) and _all_unknown(name, given, unknown)


def _all_unknown(name: str, words: list[str], unknown: Collection[tuple[str, str]]) -> bool:
    return bool(words) and all((name, word) in unknown for word in words)


def _may_help(
    shown: Changes, change: Suggestion, clues: Clues, unknown: Collection[tuple[str, str]]
) -> bool:
    """Whether a change touches what excludes everyone, as far as that is known."""
    merged = _merged(shown, change)
    skills = (change.filters or {}).get("skills", {})
    if any(("skills", word) in unknown for words in skills.values() for word in words):
        return False  # An unknown skill helps in no tier.
    if clues.looser is None:
        return True
    blamed = clues.looser.without or ("skills",)
    return any(merged.get(name) != shown.get(name) for name in blamed)


def _known_instead(shown: Changes, unknown: Sequence[UnknownValue]) -> Iterator[Suggestion]:
    """The change that leaves unknown values out, or replaces those that are misspelled."""
    instead = {(one.filter, one.value): _meant(one) for one in unknown}

    def known(name: str, values: list[str]) -> list[str]:
        return distinct([word for one in values for word in instead.get((name, one), (one,))])

    after = dict(shown)
    for name in dict.fromkeys(one.filter for one in unknown):
        given = shown[name]
        kept: Any = known(name, given) if isinstance(given, list) else {
            tier: words for tier, values in given.items() if (words := known(name, values))
        }  # fmt: skip
        if kept:
            after[name] = kept
        elif name == "skills":
            return  # A search needs one.
        else:
            del after[name]
    if moved := [one.value for one in unknown if _is_country(one)]:
        after["countries"] = distinct([*shown.get("countries", []), *moved])
    if "regions" not in after:
        after.pop("within_km", None)  # Without regions there is nothing to be near.
    reason = "; ".join(_replaced(one, instead[one.filter, one.value]) for one in unknown)
    if (change := _change(shown, after, f"{UNKNOWN} {reason}.")) is not None:
        yield change


def _meant(one: UnknownValue) -> tuple[str, ...]:
    """The known value that an unknown one certainly misspells; none if there is no such value."""
    spellings = FILTERS[one.filter].spellings
    meant = tuple(value for value in one.nearest if spellings.means(one.value, value))
    return meant if len(meant) == 1 else ()


def _is_country(one: UnknownValue) -> bool:
    return one.filter == "regions" and FILTERS[one.filter].spellings.is_country(one.value)


def _replaced(one: UnknownValue, meant: tuple[str, ...]) -> str:
    change = f"replaced by {quoted(cut(meant[0], 60))}" if meant else "left out"
    if _is_country(one):
        change = "moved to countries"
    return f"{one.filter} {quoted(as_word(one.value))} {change}"


def _as_before(shown: Changes, looser: Looser | None) -> Iterator[Suggestion]:
    if looser is None or not (looser.without or looser.skills):
        return
    found = f"an earlier search with the same other filters found {looser.profiles}."
    if looser.skills is not None:
        reason = f"The mandatory skills exclude everyone: {found}"
        if (change := _change(shown, shown | {"skills": looser.skills}, reason)) is not None:
            yield change
    else:
        # A distance only adds people; it goes because its regions do.
        blamed = [name for name in looser.without if name != "within_km"]
        *others, last = blamed or looser.without
        names = f"{', '.join(others)} and {last}" if others else last
        reason = f"{names} {'exclude' if others else 'excludes'} everyone: {found}"
        yield Suggestion(remove_filters=list(looser.without), reason=reason)


def _narrowest(shown: Changes) -> Iterator[Suggestion]:
    removable = [
        (loosening.strictness, name)
        for name in shown
        if (loosening := FILTERS[name].loosening) is not None
    ]
    if removable:
        _, name = max(removable)
        yield Suggestion(
            remove_filters=[name], reason=f"{name} is usually the narrowest of these filters."
        )


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


def _one_mandatory(shown: Changes) -> Iterator[Suggestion]:
    """The change for three mandatory skills or more, of which one fewer rarely helps."""
    skills = shown.get("skills", {})
    first, *others = skills.get("mandatory") or [""]
    if len(others) > 1:
        moved = skills | {"mandatory": [first], "core": [*others, *skills.get("core", [])]}
        yield Suggestion(
            filters={"skills": moved},
            reason=f"Only {first} stays mandatory; the other mandatory skills become core.",
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
        plain = without_level(title)
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
    plain = without_level(title)
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
