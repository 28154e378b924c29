"""The names of filters: from the API's keys, and from what people call them."""

from fj_mcp.filters.search_filters import WIRES
from fj_mcp.text.cleaning import spoken
from fj_mcp.text.comparison import nearest

_NAMES = {wire.key: name for name, wire in WIRES.items()}


def name_of(key: str) -> str | None:
    """The filter's name for the API's key, or None for a key that no filter carries."""
    return _NAMES.get(key)


_MEANT = {
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
}
"""Names that people use for filters and that no misspelling explains."""


def nearest_filter(name: str, known: list[str]) -> str | None:
    """Which of the `known` names was meant; for filters also by what people call them."""
    meant = _MEANT.get(name.strip().lower())
    return meant if meant in known else nearest(name, known)


def nearest_name(name: str) -> str:
    """What to say of `name`, which is not a filter."""
    meant = nearest_filter(name, list(WIRES))
    if spoken(name) == meant:
        return f"holds stray characters; did you mean {meant}?"
    return f"{spoken(name)} is not a filter{f'; did you mean {meant}?' if meant else ''}"
