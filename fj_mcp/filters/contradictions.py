"""Filters that contradict each other: the API takes them, charges for the search, finds nobody."""

import re
from typing import Any

from fj_mcp.errors import BadArguments
from fj_mcp.filters.search_filters import SearchFilters
from fj_mcp.filters.spellings import COUNTRIES, country_of
from fj_mcp.text.cleaning import as_word, quoted

_BUCKET = re.compile(r"([\d,.]+) *(?:[-–] *([\d,.]+)|\+)")


def refuse_contradictions(filters: SearchFilters) -> None:
    """Reject filters, complete as they will be sent, of which one makes another one useless.

    Only certain contradictions count. Raises `BadArguments`.
    """
    shown = filters.as_dict()
    if "within_km" in shown and "regions" not in shown:
        raise BadArguments(
            "filters.within_km is the distance around filters.regions, and there are none; add "
            "regions or remove within_km"
        )
    _refuse_headcounts(shown)
    _refuse_countries(shown)


def _refuse_headcounts(shown: dict[str, Any]) -> None:
    span, ranges = shown.get("company_headcount"), shown.get("company_headcount_ranges")
    if not span or not ranges:
        return
    buckets = [_bucket(word) for word in ranges]
    low, high = span.get("min", 0), span.get("max", float("inf"))
    if all(bucket and (bucket[1] < low or bucket[0] > high) for bucket in buckets):
        raise BadArguments(
            "no employer has both filters.company_headcount and "
            "filters.company_headcount_ranges; keep one of the two"
        )


def _bucket(word: str) -> tuple[float, float] | None:
    """The bounds of `51-200` or `10,001+`; None for another word."""
    if (found := _BUCKET.fullmatch(word)) is None:
        return None
    low, high = (re.sub(r"\D", "", side) if side else "" for side in found.groups())
    return (float(low or 0), float(high) if high else float("inf"))


def _refuse_countries(shown: dict[str, Any]) -> None:
    countries, regions = shown.get("countries", []), shown.get("regions", [])
    named = {region: country_of(region) for region in regions}
    if not countries or None in named.values() or not regions:
        return
    wanted = {COUNTRIES.standard(country): country for country in countries}
    outside = next((region for region, country in named.items() if country not in wanted), None)
    if outside is not None:
        raise BadArguments(
            f"filters.regions has {quoted(as_word(outside))}, which is in none of "
            "filters.countries, and both must fit; correct one of the two or remove countries"
        )
    empty = next((name for key, name in wanted.items() if key not in named.values()), None)
    if empty is not None:
        raise BadArguments(
            f"filters.countries has {quoted(as_word(empty))}, where none of filters.regions is, "
            "and both must fit; add a region there or remove that country"
        )
