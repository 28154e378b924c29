"""What makes two searches the same: filters in any spelling, and the sample profile.

A look-up can fail, and a place then travels as it was given. The next call may spell it in full,
and would be another search if only the letters counted.
"""

from collections.abc import Collection
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
    parts_of,
    plain,
)
from fj_mcp.purchases.order import fingerprint
from fj_mcp.text.comparison import normalized

_CITIES = Spellings((spelling_tables.CITIES,))
_AREAS = Spellings(
    (spelling_tables.STATES, spelling_tables.COUNTRIES, spelling_tables.CITIES),
)
_OFTEN_REPEATED = COUNTRIES.standard("United States")
"""The country that repeats the names of other countries' cities, and its own."""

_DIGEST_CHARACTERS = 20


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
        [fingerprint("place", filter=name, place=form)[:_DIGEST_CHARACTERS] for form in forms]
        for name in sorted(of_places)
        for forms in sorted(
            {_forms(one, known=(name, normalized(one)) not in strange) for one in given[name]}
        )
    ]
    # Case matters in the path of an address.
    link = same_link(sample_profile_url).encode().hex()
    return {"search": fingerprint("search", filters=rest, sample=link), "places": places}


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
    """A place, and the shorter forms that certainly mean it: the city alone, or with its country.

    Only of cities with a line in the table, and never in the United States: there is a Vienna in
    Virginia, too. Delhi and New York are states as well.
    """
    if not known:
        return (f"unknown: {normalized(place)}",)
    city, *areas = parts_of(place)
    name = _CITIES.standard(city)
    inside = [_AREAS.standard(area) for area in areas]
    forms = [", ".join([name, *inside])]
    certain = _CITIES.knows(city) and bool(areas) and COUNTRIES.knows(areas[-1])
    if certain and inside[-1] != _OFTEN_REPEATED and name not in inside:
        forms += [f"{name}, {inside[-1]}", name]
    return tuple(dict.fromkeys(map(plain, forms)))
