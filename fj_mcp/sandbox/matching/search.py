"""The search: checks a filter map, and finds the people who match it.

Checks and keys come from the declarations in `filters.search_filters`. An API key is a path into a
person's record, so most filters need no code here; skills, distances and degrees do.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fj_mcp.filters import search_filters
from fj_mcp.filters.base import Filter
from fj_mcp.filters.kinds import Distance, Range, Tiers, Values
from fj_mcp.sandbox.population.people import Person
from fj_mcp.sandbox.population.places import CITIES, City, distance_km
from fj_mcp.sandbox.responses import Refusal
from fj_mcp.text.comparison import normalized
from fj_mcp.text.lenient import number

Test = Callable[[Person], bool]

_DEGREE = "education_background.degree_name"
_WORD = re.compile(r"[^\s,;:/()|\"'!?]+")


def filters_by_key() -> dict[str, Filter]:
    """Every declared filter by its API key."""
    return {declared.key: declared for declared in search_filters.FILTERS.values()}


def check(queries: Any) -> None:
    """Refuse a filter map that the API would not accept.

    Raises:
        Refusal: 422 without any skill, else 400 with the reason for each key.
    """
    if not isinstance(queries, dict):
        raise Refusal(400, "Validation failed", {"queries": "must be an object"})
    known = filters_by_key()
    errors: dict[str, str] = {}
    for key, entry in queries.items():
        if (declared := known.get(key)) is None:
            errors[key] = "is not a known filter"
        elif not isinstance(entry, dict) or set(entry) != {"type", "value"}:
            errors[key] = "must be an object of type and value"
        elif entry["type"] != declared.operator:
            errors[key] = f"type must be {declared.operator}"
        elif reason := _objection(declared, entry["value"]):
            errors[key] = reason
    if errors:
        raise Refusal(400, "Validation failed", errors)
    for key in (key for key, declared in known.items() if isinstance(declared, Tiers)):
        if key not in queries or _without_skills(known[key], queries[key]["value"]):
            raise Refusal(422, "At least one skill is required", {key: "all tiers are empty"})


def _objection(declared: Filter, value: Any) -> str | None:
    if _without_skills(declared, value):
        return None
    try:
        return declared.check(value)
    except TypeError:
        # A list or object cannot be looked up in a vocabulary.
        return "value is of the wrong shape"


def _without_skills(declared: Filter, value: Any) -> bool:
    return isinstance(declared, Tiers) and isinstance(value, dict) and not any(value.values())


@dataclass(frozen=True)
class Wanted:
    """The requirements in a checked filter map that affect the score.

    Attributes:
        tiers: the skills as written, by tier.
        kilometers: distance around the regions; None for the regions alone.
    """

    tiers: dict[str, list[str]]
    years: tuple[float, float] | None
    titles: list[str]
    regions: list[str]
    kilometers: int | None

    @classmethod
    def of(cls, queries: dict[str, Any]) -> "Wanted":
        """The requirements in a checked filter map."""

        def value(key: str) -> Any:
            return queries.get(key, {}).get("value")

        distance = value("geo_distance")
        years = value("years_of_experience_raw")
        return cls(
            tiers=value("skills"),
            years=(years[0], years[1]) if years else None,
            titles=value("current_employers.title") or [],
            regions=value("region") or [],
            kilometers=int(distance[0].removesuffix("_km")) if distance else None,
        )


def find(queries: dict[str, Any], people: Sequence[Person]) -> list[Person]:
    """The people who match a checked filter map, in the population's order."""
    wanted = Wanted.of(queries)
    known = filters_by_key()
    tests = [_test(known[key], entry["value"], wanted) for key, entry in queries.items()]
    found = list(people)
    for test in tests:
        found = [person for person in found if test(person)]
    return found


def reached(queries: dict[str, Any]) -> set[City]:
    """The cities in which people of a checked filter map can live."""
    wanted = Wanted.of(queries)
    cities = set(CITIES)
    if wanted.regions:
        named = [phrase(region) for region in wanted.regions]
        around = near(wanted.regions, wanted.kilometers or 0)
        cities = {
            city
            for city in CITIES
            if city in around or any(one in phrase(city.label) for one in named)
        }
    if countries := queries.get("country_region", {}).get("value"):
        named = [phrase(country) for country in countries]
        cities = {city for city in cities if any(one in phrase(city.country) for one in named)}
    return cities


def values_at(record: Any, path: str) -> Iterator[Any]:
    """Every value at `path` in a record, including the items of nested lists."""
    head, _, rest = path.partition(".")
    inner = record.get(head) if isinstance(record, dict) else None
    for item in inner if isinstance(inner, list) else [inner]:
        if rest:
            yield from values_at(item, rest)
        elif item is not None:
            yield item


@lru_cache(maxsize=50_000)
def phrase(text: str) -> str:
    """`text` as words separated and surrounded by spaces, for finding whole words in it."""
    words = (word.rstrip(".") for word in _WORD.findall(normalized(text)))
    return f" {' '.join(word for word in words if word)} "


def near(regions: list[str], kilometers: int) -> dict[City, float]:
    """The cities within `kilometers` of `regions`, with the distance to the nearest of them."""
    wanted = [city for city in CITIES if any(phrase(city.label) == phrase(r) for r in regions)]
    far = {city: min(distance_km(city, one) for one in wanted) for city in CITIES if wanted}
    return {city: distance for city, distance in far.items() if distance <= kilometers}


def _test(declared: Filter, value: Any, wanted: Wanted) -> Test:
    if isinstance(declared, Tiers):
        return _skills_test(value)
    if isinstance(declared, Distance):
        # The regions' own test takes it into account.
        return lambda _: True
    if isinstance(declared, Range):
        return _range_test(declared.key, value[0], value[1])
    if declared.key == _DEGREE:
        return _degree_test(declared, value[0])
    if declared.vocabulary:
        return _word_test(declared.key, {normalized(word) for word in value})
    text = _text_test(declared.key, value)
    if isinstance(declared, Values) and declared.places and wanted.kilometers is not None:
        cities = near(value, wanted.kilometers)
        return lambda person: person.city in cities or text(person)
    return text


def _skills_test(tiers: dict[str, list[str]]) -> Test:
    folds = {tier: [normalized(skill) for skill in skills] for tier, skills in tiers.items()}
    if mandatory := folds.get("mandatory"):
        return lambda person: all(skill in person.skills for skill in mandatory)
    some = [skill for skills in folds.values() for skill in skills]
    return lambda person: any(skill in person.skills for skill in some)


def _range_test(key: str, low: float, high: float) -> Test:
    def test(person: Person) -> bool:
        read = (number(value) for value in values_at(person.record, key))
        return any(low <= value <= high for value in read if value is not None)

    return test


def _degree_test(declared: Filter, degree: str) -> Test:
    ladder = list(declared.vocabulary)
    above = set(ladder[ladder.index(degree) :])
    path = _DEGREE.replace("degree_name", "degree_level")
    return lambda person: not above.isdisjoint(values_at(person.record, path))


def _word_test(key: str, words: set[str]) -> Test:
    return lambda person: any(normalized(str(v)) in words for v in values_at(person.record, key))


def _text_test(key: str, texts: list[str]) -> Test:
    phrases = [phrase(text) for text in texts]

    def test(person: Person) -> bool:
        held = [phrase(str(value)) for value in values_at(person.record, key)]
        return any(wanted in text for wanted in phrases for text in held)

    return test
