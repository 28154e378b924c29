"""Convert filters to and from the API's filter map, `{key: {"type": operator, "value": value}}`."""

from typing import Any

from pydantic_core import to_json

from fj_mcp.filters.base import STORED
from fj_mcp.filters.kinds import Values
from fj_mcp.filters.names import name_of
from fj_mcp.filters.search_filters import FILTERS, FilterChanges, SearchFilters
from fj_mcp.text import lenient
from fj_mcp.text.cleaning import cut, first_within, looks_like_instructions

MAX_FILTER_BYTES = 12_000
"""The limit for all filters together as JSON, so that a result can repeat them."""

_MAX_IGNORED = 30
_MAX_IGNORED_BYTES = 1_200
_MAX_WORDS = 5
_MAX_CHARACTERS = 120


def to_queries(filters: SearchFilters) -> dict[str, dict[str, Any]]:
    """Convert filters to the API's filter map."""
    return {
        FILTERS[name].key: {"type": FILTERS[name].operator, "value": FILTERS[name].encode(value)}
        for name, value in filters.as_dict().items()
    }


def from_queries(queries: object, *, marked: bool = False) -> tuple[FilterChanges, list[str]]:
    """Convert an API filter map to filters, and list the entries that no filter represents.

    Args:
        queries: `{key: {"value": …}}` from any source: a session, or the annotation of a job
            description.
        marked: count only entries whose `presence` is true. In an annotation the others are
            defaults of the API's template.

    Returns:
        The filters, and the API keys that were ignored (with the value where only the value is
        unknown). A long list is cut and ends with the number of the rest.
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
        values, unknown = _decoded(name, entry["value"])
        found |= values
        ignored += [
            label if not word or looks_like_instructions(word) else f"{label}: {word}"
            for word in unknown
        ]
    listed = first_within(ignored[:_MAX_IGNORED], _MAX_IGNORED_BYTES)
    if len(listed) < len(ignored):
        listed.append(f"and {len(ignored) - len(listed)} more")
    return FilterChanges.model_validate(found, context=STORED), listed


def _decoded(name: str, value: Any) -> tuple[dict[str, Any], list[str]]:
    """Split an API value into the part that the filter `name` accepts and the unknown words."""
    try:
        decoded = FILTERS[name].decode(value)
        if decoded is None:
            return {}, [""] if lenient.lines(value) else []
        accepted = FilterChanges.model_validate({name: decoded}, context=STORED).as_dict()
        words = [cut(word, 60) for word in FILTERS[name].undecoded(value)]
        return accepted, [cut(", ".join(words[:_MAX_WORDS]), _MAX_CHARACTERS)] if words else []
    except ValueError:
        words = lenient.lines(value, 60)
        if len(words) < 2 or not isinstance(FILTERS[name], Values):
            return {}, [cut(", ".join(words[:_MAX_WORDS]), _MAX_CHARACTERS)]
    # One unknown word must not drop the others.
    kept: list[str] = []
    unknown: list[str] = []
    for word in words:
        one, not_accepted = _decoded(name, [word])
        kept += one.get(name, [])
        unknown += not_accepted
    return ({name: kept} if kept else {}), unknown


def wanted_skills(queries: object) -> list[str]:
    """The skills in a session's filter map, most important first."""
    tiers = from_queries({"skills": lenient.mapping(queries).get("skills")})[0].skills
    return [*tiers.mandatory, *tiers.core, *tiers.secondary] if tiers else []


def fitted_filters(shown: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Shorten filters that are too large for a result; also name the ones that were shortened."""
    most = 100
    cut_short: list[str] = []
    while len(to_json(shown)) > MAX_FILTER_BYTES:
        if most == 1:
            # Even one value of each is too much.
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
