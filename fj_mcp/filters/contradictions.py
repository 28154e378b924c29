"""Filters that contradict each other: the API takes them, charges for the search, finds nobody."""

import re
from typing import Any

from fj_mcp.filters.spellings import COUNTRIES_AND_CODES, country_of
from fj_mcp.text.cleaning import as_word, quoted

_BUCKET = re.compile(r"([\d,.]+) *(?:[-–] *([\d,.]+)|\+)")


def contradiction_in(filters: dict[str, Any]) -> str | None:
    """A contradiction in filters, all of a search by name, of which one makes another useless.

    Only certain contradictions count. The text starts with a filter's name and has no period.
    """
    if "within_km" in filters and "regions" not in filters:
        return (
            "filters.within_km is the distance around filters.regions, and there are none; add "
            "regions or remove within_km"
        )
    return _between_headcounts(filters) or _between_places(filters)


def _between_headcounts(filters: dict[str, Any]) -> str | None:
    span = filters.get("company_headcount", {})
    buckets = [_bucket(word) for word in filters.get("company_headcount_ranges", [])]
    low, high = span.get("min", 0), span.get("max", float("inf"))
    if not buckets or any(not one or (one[0] <= high and one[1] >= low) for one in buckets):
        return None
    return (
        "filters.company_headcount and filters.company_headcount_ranges have no number in common; "
        "keep one of the two"
    )


def _bucket(word: str) -> tuple[float, float] | None:
    """The bounds of `51-200` or `10,001+`; None for another word."""
    if (found := _BUCKET.fullmatch(word)) is None:
        return None
    low, high = (re.sub(r"\D", "", side) if side else "" for side in found.groups())
    return (float(low or 0), float(high) if high else float("inf"))


def _between_places(filters: dict[str, Any]) -> str | None:
    regions, countries = filters.get("regions", []), filters.get("countries", [])
    # A name without a country, such as Lebanon, may be a city elsewhere.
    named = {region: country_of(region) if "," in region else None for region in regions}
    wanted = {COUNTRIES_AND_CODES.standard(name): name for name in countries}
    if not named or not wanted or None in named.values():
        return None
    if not all(map(COUNTRIES_AND_CODES.knows, countries)):
        return None
    outside = next((region for region, country in named.items() if country not in wanted), None)
    if outside is not None:
        return (
            f"filters.regions has {quoted(as_word(outside))}, which is in none of "
            "filters.countries, and both must fit; correct one of the two or remove countries"
        )
    empty = next((name for key, name in wanted.items() if key not in named.values()), None)
    if empty is not None:
        return (
            f"filters.countries has {quoted(as_word(empty))}, where none of filters.regions is, "
            "and both must fit; add a region there or remove that country"
        )
    return None
