"""Autocomplete: values found in the population, the most common first."""

import re
from collections import Counter
from functools import cache

from fj_mcp.sandbox.matching.search import filters_by_key, values_at
from fj_mcp.sandbox.population.odd_people import population
from fj_mcp.sandbox.population.trade_people import trade_values
from fj_mcp.sandbox.responses import Refusal
from fj_mcp.text.comparison import normalized

_SHORTEST = 2
_MOST = 25
_PATHS = {
    "skill": "skills",
    "title": "all_employers.title",
    "location_country": "country_region",
    "current_employers.name": "all_employers.name",
}


def complete(people: int, filter_type: str, query: str, limit: str) -> list[str]:
    """Up to `limit` values: first those that start with `query`, then those with such a word.

    Args:
        people: size of the population.
        filter_type: one of the API's names.
        query: at least 2 characters.
        limit: 1 to 25, as text.

    Raises:
        Refusal: 400 with the reason.
    """
    errors: dict[str, str] = {}
    if filter_type not in _filter_types():
        errors["filter_type"] = f"must be one of {', '.join(sorted(_filter_types()))}"
    if len(wanted := normalized(query)) < _SHORTEST:
        errors["query"] = f"must be at least {_SHORTEST} characters long"
    if not (limit.isdecimal() and 1 <= int(limit) <= _MOST):
        errors["limit"] = f"must be a whole number from 1 to {_MOST}"
    if errors:
        raise Refusal(400, "Validation failed", errors)
    values = _values(people, _PATHS.get(filter_type, filter_type))
    starting = [value for value in values if normalized(value).startswith(wanted)]
    begins = re.compile(rf"(?<!\w){re.escape(wanted)}")
    holding = [value for value in values if begins.search(normalized(value))]
    return list(dict.fromkeys(starting + holding))[: int(limit)]


def _filter_types() -> set[str]:
    declared = (one.autocomplete for one in filters_by_key().values())
    return {name for name in declared if name is not None} | set(_PATHS)


@cache
def _values(people: int, path: str) -> tuple[str, ...]:
    """The distinct values at a path, the most common first, without those of odd people."""
    ordinary = (person for person in population(people) if person.kind == "ordinary")
    counted = Counter(str(v) for person in ordinary for v in values_at(person.record, path))
    common = [value for value, _ in counted.most_common()]
    return tuple(dict.fromkeys([*common, *trade_values(path)]))
