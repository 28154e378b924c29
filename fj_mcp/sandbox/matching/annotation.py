"""JD to filters: finds the sandbox's own words in a job description."""

import re
from functools import cache
from typing import Any

from fj_mcp.filters.kinds import Tiers
from fj_mcp.sandbox.matching.search import filters_by_key, phrase
from fj_mcp.sandbox.population.places import CITIES
from fj_mcp.sandbox.population.vocabulary import FAMILIES, LANGUAGES

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20,
}  # fmt: skip
_NUMBER = rf"(\d{{1,2}}|{'|'.join(_NUMBERS)})"
_YEARS = r"\s*(?:years?|yrs?)\b"
_SPAN = re.compile(rf"\b{_NUMBER}\s*(?:-|–|to|and)\s*{_NUMBER}\+?{_YEARS}", re.IGNORECASE)
_LEAST = re.compile(rf"\b{_NUMBER}\s*(?:\+|plus|or more)?{_YEARS}", re.IGNORECASE)
_MAX_YEARS = 60
_SENTENCE = re.compile(r"[\n;]+|(?<=[.!?])\s+")
_MANDATORY = re.compile(r"\b(must|required?|requires|mandatory|essential)\b", re.IGNORECASE)
_SECONDARY = re.compile(r"\b(nice|plus|preferred|bonus|optional|advantage)\b", re.IGNORECASE)
# "Scrum Master" is not a degree.
_DEGREES = {
    "BACHELORS": re.compile(r"\bbachelor|\bb\.?tech\b", re.IGNORECASE),
    "MASTERS": re.compile(r"\bmaster['’]?s\b|\bmaster of\b|\bm\.?tech\b", re.IGNORECASE),
    "DOCTORATE": re.compile(r"\bph\.?d\b|\bdoctorate\b", re.IGNORECASE),
}


def annotate(text: str) -> dict[str, dict[str, Any]]:
    """The filter map of a job description, `{key: {presence, value}}`, defaults included."""
    found: dict[str, Any] = {
        "skills": _skills(text),
        "current_employers.title": _longest(_titles(), text),
        "region": _longest({city.label: city.name for city in CITIES}, text),
        "country_region": _countries(text),
        "years_of_experience_raw": _years(text),
        "education_background.degree_name": _degree(text),
        # No filter has this key; the real API sends such keys, too.
        "languages": _longest({language: language for language in LANGUAGES}, text),
    }
    template: dict[str, Any] = dict.fromkeys(filters_by_key())
    template |= {key: dict.fromkeys(declared.names) for key, declared in filters_by_key().items()
                 if isinstance(declared, Tiers)}  # fmt: skip
    template["country_region"] = ["India"]
    filters = {key: {"presence": False, "value": value} for key, value in template.items()}
    return filters | {key: {"presence": True, "value": value}
                     for key, value in found.items() if value}  # fmt: skip


@cache
def _known_skills() -> tuple[str, ...]:
    return tuple(dict.fromkeys(skill for family in FAMILIES for skill in family.skills))


def _titles() -> dict[str, str]:
    return {title: title for family in FAMILIES for title in family.titles}


def _skills(text: str) -> dict[str, list[str]] | None:
    tiers: dict[str, list[str]] = {"mandatory": [], "core": [], "secondary": []}
    seen: set[str] = set()
    for sentence in _SENTENCE.split(text):
        tier = "mandatory" if _MANDATORY.search(sentence) else "core"
        tier = "secondary" if _SECONDARY.search(sentence) else tier
        named = {skill: phrase(skill) for skill in _known_skills() if _names(sentence, skill)}
        new = [skill for skill in _outermost(named) if skill not in seen]
        seen.update(new)
        tiers[tier] += new
    return tiers if seen else None


def _names(sentence: str, skill: str) -> bool:
    if len(skill) <= 2:
        # "Go" and "R" are skills; "go" is a word.
        return skill in (word.strip(",.;:()") for word in sentence.replace("/", " ").split())
    return phrase(skill) in phrase(sentence)


def _longest(names: dict[str, str], text: str) -> list[str]:
    """The values whose name is in the text; of nested names, only the longest."""
    words = phrase(text)
    hits = {value: phrase(name) for value, name in names.items()}
    return _outermost({value: name for value, name in hits.items() if name in words})


def _outermost(phrases: dict[str, str]) -> list[str]:
    """The values whose phrase is not part of another one, as `SQL` is part of `SQL Server`."""
    return [
        value
        for value, one in phrases.items()
        if not any(one != other and one in other for other in phrases.values())
    ]


def _countries(text: str) -> list[str]:
    words = phrase(text)
    named = [city.country for city in CITIES if phrase(city.country) in words]
    return list(dict.fromkeys(named))


def _years(text: str) -> list[int] | None:
    if span := _SPAN.search(text):
        return sorted(_number(side) for side in span.groups())
    if least := _LEAST.search(text):
        return [_number(least[1]), _MAX_YEARS]
    return None


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS[word.lower()]


def _degree(text: str) -> list[str] | None:
    return next(([degree] for degree, words in _DEGREES.items() if words.search(text)), None)
