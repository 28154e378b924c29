"""The filters that a candidate does not meet, as far as the facts on their card are certain.

FutureJobs sometimes lists candidates from beyond a filter. Only what contradicts a filter beyond
doubt counts: a place may have several spellings, and a company or a title several names.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from fj_mcp.api.profile_records import Profile
from fj_mcp.filters.query_map import from_queries
from fj_mcp.filters.search_filters import FILTERS, Span
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.text.comparison import normalized

_CHECKED = ("years_of_experience", "countries", "regions", "within_km")
_PARTS = 3
"""A region of this many parts is a city, a state and a country."""


class CardFilters(Struct, frozen=True):
    """The filters that a card can contradict; empty ones are not checked.

    Attributes:
        years: the range of years of experience.
        countries: normalized, as FutureJobs spells them.
        regions: the same.
    """

    years: Span | None = None
    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def unmet(self, profile: Profile) -> list[str]:
        """The names of the filters that a candidate certainly does not meet."""
        region = normalized(profile.region or "")
        country = _country(region)
        unmet = []
        if self.years is not None and profile.years_of_experience is not None:
            # Five and a half years are five, as everybody counts.
            years = int(profile.years_of_experience)
            low, high = self.years.min, self.years.max
            if (low is not None and years < low) or (high is not None and years > high):
                unmet.append("years_of_experience")
        # This filter takes a part of a name as well.
        named = any(one in country or country in one for one in self.countries)
        if country and self.countries and not named:
            unmet.append("countries")
        if country and self.regions and region not in self.regions:
            unmet.append("regions")
        return unmet


def card_filters(queries: Mapping[str, Any], shortlist: Shortlist) -> CardFilters:
    """The filters in force that the cards of a shortlist can contradict.

    Places are checked only if each of them is spelled as in the shortlist. With a distance they are
    not, because the distance of a candidate is not known.
    """
    keys = {name: FILTERS[name].key for name in _CHECKED}
    filters, _ = from_queries({key: queries.get(key) for key in keys.values()})
    countries = frozenset(map(normalized, filters.countries or ()))
    regions = frozenset(map(normalized, filters.regions or ()))
    if countries or regions:
        if not countries <= {_country(place) for place in shortlist.places}:
            countries = frozenset()
        if queries.get(keys["within_km"]) or not regions <= shortlist.places:
            regions = frozenset()
    return CardFilters(filters.years_of_experience, countries, regions)


def _country(region: str) -> str:
    """The country in a normalized region; empty if it is not certain to have one."""
    parts = [part.strip() for part in region.split(",")]
    return parts[-1] if len(parts) >= _PARTS else ""
