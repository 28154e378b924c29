"""What makes two searches the same: filters in any spelling, and the sample profile.

A look-up can fail, and a place then travels as it was given. The next call may spell it in full,
and would be another search if only the letters counted.
"""

from collections.abc import Collection
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from fj_mcp.filters import spelling_tables
from fj_mcp.filters.base import Filter
from fj_mcp.filters.search_filters import FILTERS, SearchFilters
from fj_mcp.filters.spellings import (
    COUNTRIES,
    PlaceSpellings,
    Spellings,
    UnknownValue,
    in_full,
    plain,
)
from fj_mcp.purchases.order import fingerprint
from fj_mcp.text.comparison import normalized

_CITIES = Spellings((spelling_tables.CITIES,))
_STATES = Spellings((spelling_tables.STATES,))
_AREAS = Spellings(
    (spelling_tables.STATES, spelling_tables.COUNTRIES, spelling_tables.CITIES),
)
_STATES_OF = {
    COUNTRIES.standard("United States"): Spellings((spelling_tables.AMERICAN_STATES,)),
    COUNTRIES.standard("Canada"): Spellings((spelling_tables.CANADIAN_PROVINCES,)),
}
_OFTEN_REPEATED = COUNTRIES.standard("United States")
"""The country that repeats the names of other countries' cities, and its own."""

_AMBIGUOUS_STATES = frozenset({"georgia"})
"""States that are called like a country."""

_DIGEST_CHARACTERS = 20

_MOST_AREAS = 3

_DOUBT = "?"
"""Before a form that may mean a place, or another one."""


def same_link(address: str | None) -> str:
    """A profile's address without what does not tell it from others; empty for none."""
    text = (address or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return text
    if parts.scheme.lower() not in ("http", "https"):
        return text
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}"


def search_digests(
    filters: SearchFilters, sample_profile_url: str | None, unknown: Collection[UnknownValue] = ()
) -> dict[str, Any]:
    """The `search` and `places` of a search's evidence.

    Args:
        filters: of the search.
        sample_profile_url: of the search.
        unknown: values that FutureJobs does not know, so that they stand for nothing else.
    """
    strange = {(one.filter, normalized(one.value)) for one in unknown}
    given = filters.as_dict()
    of_places = {name for name in given if isinstance(FILTERS[name].spellings, PlaceSpellings)}
    rest = {name: _standard(FILTERS[name], given[name]) for name in given.keys() - of_places}
    places = [
        [_digest(name, form) for form in forms]
        for name in sorted(of_places)
        for forms in sorted(
            {_forms(one, known=(name, normalized(one)) not in strange) for one in given[name]}
        )
    ]
    # Case matters in the path of an address.
    link = same_link(sample_profile_url).encode().hex()
    return {"search": fingerprint("search", filters=rest, sample=link), "places": places}


def _digest(name: str, form: str) -> str:
    doubt = _DOUBT if form.startswith(_DOUBT) else ""
    place = form.removeprefix(_DOUBT)
    return doubt + fingerprint("place", filter=name, place=place)[:_DIGEST_CHARACTERS]


def _standard(declared: Filter, value: Any) -> Any:
    """A filter's value in the first one of its spellings."""
    if isinstance(value, dict):
        return {name: _standard(declared, part) for name, part in value.items()}
    if not isinstance(value, list):
        return value
    spellings = declared.spellings
    words = (
        spellings.standard(one) if isinstance(one, str) and spellings.knows(one) else one
        for one in value
    )
    return list(dict.fromkeys(words))


def _forms(place: str, *, known: bool) -> tuple[str, ...]:
    """A place, the shorter forms that certainly mean it, and those that may.

    Certain is a city with a state of the table. The city alone, or with its country, is certain
    only with a line in the table, and never in the United States: there is a Vienna in Virginia,
    too. Delhi and New York are states as well.
    """
    if not known:
        return (f"unknown: {normalized(place)}",)
    city, *areas = in_full(place)
    name = _CITIES.standard(city)
    inside = list(dict.fromkeys(_AREAS.standard(area) for area in areas))
    states = [area for area in inside if _STATES.knows(area) and area not in _AMBIGUOUS_STATES]
    if inside and inside[-1] in states:
        inside += [country for country, table in _STATES_OF.items() if table.knows(inside[-1])]
    forms = [", ".join([name, *inside])]
    forms += [f"{name}, {area}" for area in states]
    certain = _CITIES.knows(city) and bool(areas) and COUNTRIES.knows(areas[-1])
    if certain and inside[-1] != _OFTEN_REPEATED and name not in inside:
        forms += [f"{name}, {inside[-1]}", name]
    shorter = [
        ", ".join([name, *some])
        for count in range(min(len(inside), _MOST_AREAS))
        for some in combinations(inside, count)
    ]
    forms += [f"{_DOUBT}{form}" for form in shorter if form not in forms]
    return tuple(dict.fromkeys(map(plain, forms)))
