"""Fictional people, none of whom exists. The same seed gives the same people."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Literal, Protocol

from fj_mcp.sandbox.population import vocabulary
from fj_mcp.sandbox.population.companies import Company, companies
from fj_mcp.sandbox.population.places import CITIES, City
from fj_mcp.text.comparison import normalized

SEED = 20_260_101
_THIS_YEAR = 2026
_FIRST_CANDIDATE_AT = 0x65000000
_YEARS_AT_COMPANY = (
    (1, "Less than 1 year"),
    (3, "1 to 2 years"),
    (6, "3 to 5 years"),
    (11, "6 to 10 years"),
    (99, "More than 10 years"),
)
_DEGREES = (
    ("HIGH_SCHOOL", "Higher Secondary Certificate", 4),
    ("ASSOCIATES", "Diploma", 8),
    ("BACHELORS", "Bachelor of Technology - BTech", 52),
    ("MASTERS", "Master of Science - MS", 30),
    ("DOCTORATE", "Doctor of Philosophy - PhD", 5),
    ("POST_DOCTORATE", "Postdoctoral Fellowship", 1),
)
_EMPLOYER_FACTS = ("headcount_growth", "funding_stage", "annual_revenue", "total_funding",
                   "year_founded", "recently_funded")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One fictional candidate.

    Attributes:
        id: the candidate id, an ObjectId.
        kind: `hostile` people have texts that attack the reader, `sparse` ones lack fields.
        record: the searchable data; an API key such as `current_employers.title` is a path in it.
        skills: each skill, normalized, with its position in the person's list.
        document: replaces the usual document in the API's response, for sparse people.
        works: sentences of what people of this trade did.
    """

    id: str
    kind: Literal["ordinary", "hostile", "sparse"]
    record: dict[str, Any]
    skills: dict[str, int]
    city: City
    years: float
    email: str | None
    phone: str | None
    document: dict[str, Any] | None = None
    works: tuple[str, ...] = vocabulary.WORKS

    @property
    def address(self) -> str:
        """The LinkedIn URL to pass to a reveal."""
        return str(self.record["linkedin_profile_url"])


def skill_places(skills: list[str]) -> dict[str, int]:
    """Each skill, normalized, with its position in the list."""
    return {_folded(skill): place for place, skill in reversed(list(enumerate(skills)))}


_folded = cache(normalized)
"""For skills: all people have the same few hundred."""


class Career(Protocol):
    """What jobs of one kind have in common; see `Family` and `Trade`."""

    @property
    def titles(self) -> tuple[str, ...]: ...
    @property
    def function(self) -> str: ...
    @property
    def skills(self) -> tuple[str, ...]: ...
    @property
    def fields(self) -> tuple[str, ...]: ...
    @property
    def certificates(self) -> tuple[str, ...]: ...


class Draw(Protocol):
    """The random choices for inventing people, who differ in these."""

    random: Random
    works: tuple[str, ...]
    certified: float

    def career(self) -> Career: ...
    def city(self) -> City: ...
    def name(self) -> str: ...
    def languages(self) -> list[str]: ...
    def employer(self) -> Company: ...
    def level(self, years: float, titles: tuple[str, ...]) -> int: ...
    def title(self, title: str) -> str: ...
    def degrees(self) -> list[tuple[str, str]]:
        """Levels and names, the highest first."""
        ...

    def school(self) -> str: ...


@cache
def ordinary_people(count: int, seed: int = SEED) -> tuple[Person, ...]:
    """`count` people in technology; the first ones are the same for every count."""
    draw = _Technology(Random(seed), companies(seed))
    with uncollected():
        return tuple(invented(draw, number) for number in range(count))


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: people are kept, and looking for garbage takes a third more."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class _Technology:
    """People in technology and around it, most of them in India."""

    works: tuple[str, ...] = vocabulary.WORKS
    certified = 0.4

    def __init__(self, random: Random, employers: tuple[Company, ...]) -> None:
        self.random = random
        self._employers = employers
        self._cities = lots([city.weight for city in CITIES])
        self._families = lots([family.weight for family in vocabulary.FAMILIES])
        self._degrees = lots([weight for _, _, weight in _DEGREES])

    def career(self) -> Career:
        return vocabulary.FAMILIES[self.random.choice(self._families)]

    def city(self) -> City:
        return CITIES[self.random.choice(self._cities)]

    def name(self) -> str:
        first = self.random.choice(vocabulary.FIRST_NAMES)
        return f"{first} {self.random.choice(vocabulary.LAST_NAMES)}"

    def languages(self) -> list[str]:
        others = self.random.sample(vocabulary.LANGUAGES[1:], self.random.randint(0, 2))
        return ["English", *others]

    def employer(self) -> Company:
        return self.random.choice(self._employers)

    def level(self, years: float, titles: tuple[str, ...]) -> int:
        return min(int(years / 4.5), len(titles) - 1)

    def title(self, title: str) -> str:
        return title

    def degrees(self) -> list[tuple[str, str]]:
        level, degree, _ = _DEGREES[self.random.choice(self._degrees)]
        found = [(level, degree)]
        if level in ("MASTERS", "DOCTORATE"):
            found.append(("BACHELORS", "Bachelor of Technology - BTech"))
        return found

    def school(self) -> str:
        return self.random.choice(vocabulary.SCHOOLS)


def lots(weights: list[int]) -> list[int]:
    """Each index as often as its weight, to draw from."""
    return [index for index, weight in enumerate(weights) for _ in range(weight)]


def invented(draw: Draw, number: int) -> Person:
    """The next person that `draw` invents."""
    random = draw.random
    career, city = draw.career(), draw.city()
    name = draw.name()
    years = round(min(random.expovariate(1 / 6) + random.random() * 2, 38), 1)
    skills = _skills(draw, career)
    jobs = _jobs(draw, career, years, city)
    slug = f"{normalized(name).replace(' ', '-')}-{number:05d}"
    first, main = jobs[0], jobs[0]["title"]
    record: dict[str, Any] = {
        "name": name,
        "headline": f"{main} at {first['name']} | {' | '.join(skills[:3])}",
        "summary": f"{main} with {years:g} years of experience, based in {city.name}. "
        f"Works mostly with {', '.join(skills[:5])}.",
        "region": city.label,
        "country_region": city.country,
        "years_of_experience_raw": years,
        "skills": skills,
        "languages": draw.languages(),
        "open_to_cards": _open_to(draw),
        "current_employers": jobs[:1],
        "past_employers": jobs[1:],
        "all_employers": jobs,
        "education_background": _education(draw, career, _THIS_YEAR - int(years)),
        "certifications": _named(draw, "name", career.certificates, draw.certified),
        "honors": _named(draw, "title", vocabulary.HONORS, 0.2),
        "linkedin_profile_url": "https://www.linkedin.com/in/sandbox-"
        f"ACoA{number:05d}{random.getrandbits(48):012X}x",
        "flagship_profile_url": f"https://www.linkedin.com/in/sandbox-{slug}",
    }
    record |= {fact: first[fact] for fact in _EMPLOYER_FACTS}
    mail = f"{slug.replace('-', '.')}@example.com"
    phone = f"+1-{random.choice((202, 303, 415, 512))}-555-01{random.randrange(100):02d}"
    return Person(
        id=f"{_FIRST_CANDIDATE_AT + number * 7:08x}{random.getrandbits(64):016x}",
        kind="ordinary",
        record=record,
        skills=skill_places(skills),
        city=city,
        years=years,
        email=mail if _chance(draw, 0.88) else None,
        phone=phone if _chance(draw, 0.75) else None,
        works=draw.works,
    )


def _chance(draw: Draw, share: float) -> bool:
    return draw.random.random() < share


def _skills(draw: Draw, career: Career) -> list[str]:
    # Nearly everyone in a career knows the first skills of its list.
    known = list(career.skills[:1])
    known += [skill for skill in career.skills[1:6] if _chance(draw, 0.8)]
    known += [skill for skill in career.skills[6:] if _chance(draw, 0.5)]
    if _chance(draw, 0.3):
        known += draw.random.sample(draw.career().skills, 2)
    head = known[1:]
    draw.random.shuffle(head)
    return list(dict.fromkeys((head[:2] + known[:1] + head[2:]) if _chance(draw, 0.5) else known))


def _jobs(draw: Draw, career: Career, years: float, city: City) -> list[dict[str, Any]]:
    """The jobs so far, with the current one first."""
    random = draw.random
    count = min(1 + int(years / 2.5), random.randint(2, 5))
    level = draw.level(years, career.titles)
    end = float(_THIS_YEAR)
    jobs: list[dict[str, Any]] = []
    for place in range(count):
        span = years / count * (1.0 if count == 1 else random.uniform(0.7, 1.3))
        spent = round(max(span, 0.3), 1)
        title = career.titles[max(0, level - place if _chance(draw, 0.7) else level)]
        if place == 0 and years < 1 and _chance(draw, 0.4):
            title = f"{title} Intern"
        employment = "Internship" if title.endswith("Intern") else _employment(draw)
        job = {
            "title": draw.title(title),
            "location": city.label,
            "start_date": _date(end - spent),
            "end_date": None if place == 0 else _date(end),
            "employment_type": employment,
            "years_at_company": next(text for top, text in _YEARS_AT_COMPANY if spent < top),
            "years_at_company_raw": spent,
            "seniority_level": _seniority(title, level - place),
            "function_category": career.function,
        }
        jobs.append(draw.employer() | job)
        end -= spent
    return jobs


def _employment(draw: Draw) -> str:
    return draw.random.choice(
        ("Full-time",) * 8 + ("Permanent",) * 4 + ("Part-time", "Contract", "Freelance")
    )


def _seniority(title: str, level: int) -> str:
    if title.endswith("Intern"):
        return "In Training"
    for word, seniority in (("Chief", "CXO"), ("Vice", "Vice President"), ("Director", "Director"),
                            ("Head", "Director"), ("Architect", "Strategic")):  # fmt: skip
        if word in title:
            return seniority
    if "Manager" in title and "Product" not in title:
        return "Experienced Manager"
    if "Lead" in title:
        return "Entry Level Manager"
    return "Senior" if level > 0 or "Senior" in title else "Entry Level"


def _education(draw: Draw, career: Career, left: int) -> list[dict[str, Any]]:
    return [
        {
            "institute_name": draw.school(),
            "degree_name": name,
            "degree_level": level,
            "field_of_study": draw.random.choice(career.fields),
            "start_date": _date(left - 3 * place - 3.6),
            "end_date": _date(float(left - 3 * place)),
        }
        for place, (level, name) in enumerate(draw.degrees())
    ]


def _named(draw: Draw, field: str, names: tuple[str, ...], share: float) -> list[dict[str, Any]]:
    return [{field: draw.random.choice(names)}] if _chance(draw, share) else []


def _open_to(draw: Draw) -> list[str]:
    shares = (("CAREER_INTEREST", 0.3), ("HIRING_MANAGER", 0.08), ("VOLUNTEERING", 0.05))
    return [card for card, share in shares if _chance(draw, share)]


def _date(year: float) -> str:
    return _month(int(year), int(year % 1 * 12) + 1)


@cache
def _month(year: int, month: int) -> str:
    return f"{year}-{month:02d}-01T00:00:00+00:00"
