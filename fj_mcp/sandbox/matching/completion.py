"""Autocomplete: values of the people's own, by how many people have them."""

from collections import Counter
from functools import cache

from fj_mcp.filters.kinds import Range
from fj_mcp.sandbox.matching.search import values_at, wires
from fj_mcp.sandbox.population.odd_people import population
from fj_mcp.sandbox.responses import Refusal
from fj_mcp.text.comparison import folded

_SHORTEST = 2
_MOST = 25
_PATHS = {
    "skill": "skills",
    "title": "all_employers.title",
    "location_country": "country_region",
    "current_employers.name": "all_employers.name",
}


def complete(people: int, filter_type: str, query: str, limit: str) -> list[str]:
    """Up to `limit` values that start with `query`, then those that hold it.

    Args:
        people: how many people the sandbox has.
        filter_type: one of the API's names, or the API key of a filter of free text.
        query: at least 2 characters.
        limit: 1 to 25, as text.

    Raises:
        Refusal: 400 with the reason.
    """
    errors: dict[str, str] = {}
    if filter_type not in _filter_types():
        errors["filter_type"] = f"must be one of {', '.join(sorted(_filter_types()))}"
    if len(wanted := folded(query)) < _SHORTEST:
        errors["query"] = f"must be at least {_SHORTEST} characters long"
    if not (limit.isdecimal() and 1 <= int(limit) <= _MOST):
        errors["limit"] = f"must be a whole number from 1 to {_MOST}"
    if errors:
        raise Refusal(400, "Validation failed", errors)
    values = _values(people, _PATHS.get(filter_type, filter_type))
    starting = [value for value in values if folded(value).startswith(wanted)]
    holding = [value for value in values if wanted in folded(value)]
    return list(dict.fromkeys(starting + holding))[: int(limit)]


def _filter_types() -> set[str]:
    free = {key for key, wire in wires().items()
            if not wire.vocabulary and not isinstance(wire, Range)}  # fmt: skip
    named = {wire.autocomplete for wire in wires().values() if wire.autocomplete}
    return (free | named | set(_PATHS)) - {"geo_distance"}


@cache
def _values(people: int, path: str) -> tuple[str, ...]:
    """The distinct values at a path, the commonest first. Odd people's texts are left out."""
    ordinary = (person for person in population(people) if person.kind == "ordinary")
    counted = Counter(str(v) for person in ordinary for v in values_at(person.record, path))
    return tuple(value for value, _ in counted.most_common())
