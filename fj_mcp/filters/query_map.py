"""The API's filter map, `{key: {"type": operator, "value": value}}`, to and from our filters."""

from typing import Any

from pydantic_core import to_json

from fj_mcp.filters.kinds import Values
from fj_mcp.filters.names import name_of
from fj_mcp.filters.search_filters import FILTERS, FilterChanges, SearchFilters
from fj_mcp.text import lenient
from fj_mcp.text.cleaning import cut, first_within, steers

MOST_FILTER_BYTES = 12_000
"""Of all filters together as JSON, so that a result can repeat them."""

_MOST_IGNORED = 30
_MOST_IGNORED_BYTES = 1_200
_MOST_WORDS = 5
_MOST_CHARACTERS = 120


def to_queries(filters: SearchFilters) -> dict[str, dict[str, Any]]:
    """The API's filter map, `{key: {"type": operator, "value": value}}`."""
    return {
        FILTERS[name].key: {"type": FILTERS[name].operator, "value": FILTERS[name].encode(value)}
        for name, value in filters.as_dict().items()
    }


def from_queries(queries: object, *, marked: bool = False) -> tuple[FilterChanges, list[str]]:
    """The filters in an API's map, and what no filter carries.

    Args:
        queries: `{key: {"value": …}}` of any provenance: a session's own map, or the answer of
            JD to filters.
        marked: whether only entries with `presence` true count, as in JD to filters; the others
            there are a template's defaults.

    Returns:
        The filters, and the API's keys (with the value where only that is unknown), the first of
        them and how many more there are.
    """
    found: dict[str, Any] = {}
    ignored: list[str] = []
    for key, found_entry in lenient.mapping(queries).items():
        entry = found_entry if isinstance(found_entry, dict) else {"value": found_entry}
        presence = entry.get("presence")
        if presence is False or (marked and str(presence).lower() != "true"):
            continue
        if entry.get("value") in (None, [], {}, ""):
            continue
        name = name_of(key)
        label = lenient.field(key) or "(unnamed)"
        if name is None:
            ignored.append(label)
            continue
        values, refused = _carried(name, entry["value"])
        found |= values
        ignored += [f"{label}: {word}" if word and not steers(word) else label for word in refused]
    told = first_within(ignored[:_MOST_IGNORED], _MOST_IGNORED_BYTES)
    if len(told) < len(ignored):
        told.append(f"and {len(ignored) - len(told)} more")
    return FilterChanges.model_validate(found), told


def _carried(name: str, value: Any) -> tuple[dict[str, Any], list[str]]:
    """What of an API's value the filter `name` can carry, and the words it cannot."""
    try:
        decoded = FILTERS[name].decode(value)
        if decoded is None:
            return {}, [""] if lenient.lines(value) else []
        carried = FilterChanges.model_validate({name: decoded}).as_dict()
        words = [cut(word, 60) for word in FILTERS[name].uncarried(value)]
        return carried, [cut(", ".join(words[:_MOST_WORDS]), _MOST_CHARACTERS)] if words else []
    except ValueError:
        words = lenient.lines(value, 60)
        if len(words) < 2 or not isinstance(FILTERS[name], Values):
            return {}, [cut(", ".join(words[:_MOST_WORDS]), _MOST_CHARACTERS)]
    # One strange word must not cost the others.
    kept: list[str] = []
    refused: list[str] = []
    for word in words:
        one, unknown = _carried(name, [word])
        kept += one.get(name, [])
        refused += unknown
    return ({name: kept} if kept else {}), refused


def wanted_skills(queries: object) -> list[str]:
    """The skills that a session's filter map asks for, the most important first."""
    tiers = from_queries({"skills": lenient.mapping(queries).get("skills")})[0].skills
    return [*tiers.mandatory, *tiers.core, *tiers.secondary] if tiers else []


def fitted_filters(shown: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The filters, with fewer values where there are too many, and the names of those cut."""
    most = 100
    cut_short: list[str] = []
    while len(to_json(shown)) > MOST_FILTER_BYTES:
        if most == 1:
            # Not even one value of each fits.
            lists = [name for name, value in shown.items() if isinstance(value, list)]
            largest = max(lists, key=lambda name: len(to_json(shown[name])))
            shown = {name: value for name, value in shown.items() if name != largest}
            cut_short.append(f"{largest}: more values")
            continue
        most //= 2
        long = [name for name, value in shown.items() if isinstance(value, list) and value[most:]]
        if "skills" in shown and any(tier[most:] for tier in shown["skills"].values()):
            skills = {name: tier[:most] for name, tier in shown["skills"].items()}
            shown, long = shown | {"skills": skills}, [*long, "skills"]
        shown = shown | {name: shown[name][:most] for name in long if name != "skills"}
        cut_short += [f"{name}: more values" for name in long]
    return shown, list(dict.fromkeys(cut_short))
