"""Scores: how well a person matches, and the analysis that explains it."""

from dataclasses import dataclass
from typing import Any

from fj_mcp.sandbox.matching.search import Wanted, near, phrase
from fj_mcp.sandbox.population.people import Person
from fj_mcp.text.comparison import normalized

_TIER_WEIGHTS = {"mandatory": 3.0, "core": 2.0, "secondary": 1.0}
_WEIGHTS = {"Skills": 5.0, "Experience": 2.0, "Title": 2.0, "Location": 1.0}
_ICONS = {"Skills": "star", "Experience": "clock", "Title": "briefcase", "Location": "map-pin"}
_LABELS = ("Poor match", "Weak match", "Fair match", "Good match", "Strong match", "Top match")


@dataclass(frozen=True, slots=True)
class Match:
    """A person found by a search, with a score from 0 to 5."""

    person: Person
    score: float


def rank(wanted: Wanted, people: list[Person]) -> list[Match]:
    """The people as matches, best first."""
    around = near(wanted.regions, wanted.kilometers or 0)
    distances = {city.label: far for city, far in around.items()}
    matches = [Match(one, _score(_shares(one, wanted, distances))) for one in people]
    return sorted(matches, key=lambda match: (-match.score, match.person.id))


def analysis(match: Match, wanted: Wanted) -> dict[str, Any]:
    """`profileAnalysis` of the profile list: highlights, recommendation and stars."""
    person = match.person
    words = _words(person, wanted)
    shares = _shares(person, wanted, {})
    label = _LABELS[round(match.score)]
    return {
        "highlights": [
            {
                "Category": category,
                "Highlight": words[category][0],
                "ReasonForHighlight": words[category][1],
                "Icon": _ICONS[category],
            }
            for category in shares
        ],
        "recommendation": f"{label}: {'; '.join(words[name][0] for name in shares)}.",
        "starRating": round(match.score),
        "starLabel": label,
    }


def breakdown(match: Match, wanted: Wanted) -> dict[str, Any]:
    """`analysis` of the candidate details: the score out of 100, part by part."""
    shares = _shares(match.person, wanted, {})
    whole = sum(_WEIGHTS[name] for name in shares)
    words = _words(match.person, wanted)
    return {
        "finalScore": round(match.score * 20),
        "scoreBreakdown": [
            {
                "code": name.upper(),
                "label": name,
                "weight": round(100 * _WEIGHTS[name] / whole),
                "awarded": round(100 * share * _WEIGHTS[name] / whole),
            }
            for name, share in shares.items()
        ],
        "keyStrengths": _observed(words, [name for name in shares if shares[name] >= 0.6]),
        "keyWeaknesses": _observed(words, [name for name in shares if shares[name] < 0.6]),
    }


def _observed(words: dict[str, tuple[str, str]], names: list[str]) -> list[dict[str, str]]:
    return [{"observation": words[name][0], "evidence": words[name][1]} for name in names]


def _score(shares: dict[str, float]) -> float:
    whole = sum(_WEIGHTS[name] for name in shares)
    return round(5 * sum(_WEIGHTS[name] * share for name, share in shares.items()) / whole, 2)


def _shares(person: Person, wanted: Wanted, distances: dict[str, float]) -> dict[str, float]:
    """The share of each requirement that the candidate meets, from 0 to 1."""
    shares = {"Skills": _skills_share(person, wanted)}
    if wanted.years is not None:
        low, high = wanted.years
        middle, half = (low + high) / 2, max((high - low) / 2, 0.5)
        shares["Experience"] = max(0.0, 1 - abs(person.years - middle) / half / 2)
    if wanted.titles:
        title = normalized(person.record["current_employers"][0]["title"])
        shares["Title"] = 1.0 if title in map(normalized, wanted.titles) else 0.5
    if wanted.regions:
        far = distances.get(person.city.label, 0.0)
        shares["Location"] = 1 - far / 2 / max(wanted.kilometers or 0, 1)
    return shares


def _skills_share(person: Person, wanted: Wanted) -> float:
    earned = possible = 0.0
    most = max(len(person.skills), 1)
    for tier, skills in wanted.tiers.items():
        weight = _TIER_WEIGHTS[tier]
        possible += weight * len(skills)
        # A skill at the start of a person's list counts more than one at its end.
        places = (person.skills.get(normalized(skill)) for skill in skills)
        earned += sum(weight * (1 - 0.7 * place / most) for place in places if place is not None)
    return earned / possible


def _words(person: Person, wanted: Wanted) -> dict[str, tuple[str, str]]:
    skills = [skill for tier in wanted.tiers.values() for skill in tier]
    has = [skill for skill in skills if normalized(skill) in person.skills]
    lacks = [skill for skill in skills if normalized(skill) not in person.skills]
    low, high = wanted.years or (0, 0)
    job = person.record["current_employers"][0]
    exact = any(phrase(person.city.label) == phrase(region) for region in wanted.regions)
    return {
        "Skills": (
            f"has {len(has)} of {len(skills)} wanted skills ({', '.join(has) or 'none'})",
            f"Not mentioned: {', '.join(lacks)}." if lacks else "Nothing is missing.",
        ),
        "Experience": (
            f"{person.years:g} years of experience, {low:g} to {high:g} wanted",
            "Counted over all employers.",
        ),
        "Title": (f"works as {job['title']}", f"At present at {job['name']}."),
        "Location": (
            f"lives in {person.city.name}",
            "One of the wanted regions." if exact else "Within reach of the wanted regions.",
        ),
    }
