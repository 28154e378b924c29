"""Look up filter names by the API's keys, by common aliases and by misspellings."""

import re
from collections.abc import Iterable

from fj_mcp.filters.search_filters import FILTERS, SkillTiers
from fj_mcp.filters.unavailable import advice_on
from fj_mcp.text.cleaning import as_word
from fj_mcp.text.comparison import closest_match

REMOVABLE = (*FILTERS, *(f"skills.{tier}" for tier in SkillTiers.model_fields))
"""What an update can remove: filters, and tiers of skills."""

_NAMES = {declared.key: name for name, declared in FILTERS.items()}


def name_of(key: str) -> str | None:
    """The name of the filter for an API key, or None if no filter has that key."""
    return _NAMES.get(key)


def filter_name(text: str) -> str:
    """The filter or tier of skills that `text` names, whatever its case and joints, or `text`.

    "Regions", "filters.regions" and "currentTitles" are taken, because they are the same letters.
    """
    named = text.strip(" \"'`").casefold().removeprefix("filters.")
    letters = re.sub(r"[ _-]", "", named)
    return next((name for name in REMOVABLE if name.replace("_", "") == letters), text)


_ALIASES = {
    "title": "current_titles",
    "titles": "current_titles",
    "job_title": "current_titles",
    "job_titles": "current_titles",
    "company": "current_companies",
    "companies": "current_companies",
    "employers": "current_companies",
    "location": "regions",
    "locations": "regions",
    "city": "regions",
    "cities": "regions",
    "country": "countries",
    "experience": "years_of_experience",
    "years": "years_of_experience",
    "education": "degree",
    "distance": "within_km",
    "industry": "industries",
    "university": "schools",
    "universities": "schools",
    **{tier: f"skills.{tier}" for tier in SkillTiers.model_fields},
    **{f"skills.{tier}": "skills" for tier in SkillTiers.model_fields},
}
"""Common names for filters that are not misspellings of the real ones."""


def nearest_filter(name: str, known: list[str]) -> str | None:
    """The one of the `known` names that `name` most likely means, as an alias or a misspelling."""
    alias_of = _ALIASES.get(name.strip().lower())
    return alias_of if alias_of in known else closest_match(name, known)


def nearest_name(name: str, known: Iterable[str] = FILTERS) -> str:
    """Explain that `name` is not a filter, and suggest the nearest one or what to do instead."""
    if (advice := advice_on(name)) is not None:
        return f"{as_word(name)} is not a filter: {advice}"
    nearest = nearest_filter(name, list(known))
    if as_word(name) == nearest:
        return f"has stray characters; did you mean {nearest}?"
    return f"{as_word(name)} is not a filter{f'; did you mean {nearest}?' if nearest else ''}"
