"""Fictional people, none of whom exists. The same seed gives the same people."""

from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any, Literal

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

    @property
    def address(self) -> str:
        """The LinkedIn URL to pass to a reveal."""
        return str(self.record["linkedin_profile_url"])


def skill_places(skills: list[str]) -> dict[str, int]:
    """Each skill, normalized, with its position in the list."""
    return {normalized(skill): place for place, skill in reversed(list(enumerate(skills)))}


@cache
def ordinary_people(count: int, seed: int = SEED) -> tuple[Person, ...]:
    """`count` people with ordinary careers; the first ones are the same for every count."""
    random = Random(seed)
    draw = _Draw(random, companies(seed))
    return tuple(_person(draw, number) for number in range(count))


class _Draw:
    """The random choices for generating people."""

    def __init__(self, random: Random, employers: tuple[Company, ...]) -> None:
        self.random = random
        self.employers = employers
        self._cities = _lots([city.weight for city in CITIES])
        self._families = _lots([family.weight for family in vocabulary.FAMILIES])
        self._degrees = _lots([weight for _, _, weight in _DEGREES])

    def city(self) -> City:
        return CITIES[self.random.choice(self._cities)]

    def family(self) -> vocabulary.Family:
        return vocabulary.FAMILIES[self.random.choice(self._families)]

    def degree(self) -> tuple[str, str, int]:
        return _DEGREES[self.random.choice(self._degrees)]

    def chance(self, share: float) -> bool:
        return self.random.random() < share


def _lots(weights: list[int]) -> list[int]:
    return [index for index, weight in enumerate(weights) for _ in range(weight)]


def _person(draw: _Draw, number: int) -> Person:
    random = draw.random
    family, city = draw.family(), draw.city()
    name = f"{random.choice(vocabulary.FIRST_NAMES)} {random.choice(vocabulary.LAST_NAMES)}"
    years = round(min(random.expovariate(1 / 6) + random.random() * 2, 38), 1)
    skills = _skills(draw, family)
    jobs = _jobs(draw, family, years, city)
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
        "languages": ["English", *random.sample(vocabulary.LANGUAGES[1:], random.randint(0, 2))],
        "open_to_cards": _open_to(draw),
        "current_employers": jobs[:1],
        "past_employers": jobs[1:],
        "all_employers": jobs,
        "education_background": _education(draw, family, _THIS_YEAR - int(years)),
        "certifications": _named(draw, "name", family.certificates, 0.4),
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
        email=mail if draw.chance(0.88) else None,
        phone=phone if draw.chance(0.75) else None,
    )


def _skills(draw: _Draw, family: vocabulary.Family) -> list[str]:
    # Nearly everyone in a family knows the first skills of its list.
    known = list(family.skills[:1])
    known += [skill for skill in family.skills[1:6] if draw.chance(0.8)]
    known += [skill for skill in family.skills[6:] if draw.chance(0.5)]
    if draw.chance(0.3):
        known += draw.random.sample(draw.family().skills, 2)
    head = known[1:]
    draw.random.shuffle(head)
    return list(dict.fromkeys((head[:2] + known[:1] + head[2:]) if draw.chance(0.5) else known))


def _jobs(draw: _Draw, family: vocabulary.Family, years: float, city: City) -> list[dict[str, Any]]:
    """The career, with the current job first."""
    random = draw.random
    count = min(1 + int(years / 2.5), random.randint(2, 5))
    level = min(int(years / 4.5), len(family.titles) - 1)
    end = float(_THIS_YEAR)
    jobs: list[dict[str, Any]] = []
    for place in range(count):
        span = years / count * (1.0 if count == 1 else random.uniform(0.7, 1.3))
        spent = round(max(span, 0.3), 1)
        title = family.titles[max(0, level - place if draw.chance(0.7) else level)]
        if place == 0 and years < 1 and draw.chance(0.4):
            title = f"{title} Intern"
        employment = "Internship" if title.endswith("Intern") else _employment(draw)
        job = {
            "title": title,
            "location": city.label,
            "start_date": _date(end - spent),
            "end_date": None if place == 0 else _date(end),
            "employment_type": employment,
            "years_at_company": next(text for top, text in _YEARS_AT_COMPANY if spent < top),
            "years_at_company_raw": spent,
            "seniority_level": _seniority(title, level - place),
            "function_category": family.function,
        }
        jobs.append(random.choice(draw.employers) | job)
        end -= spent
    return jobs


def _employment(draw: _Draw) -> str:
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


def _education(draw: _Draw, family: vocabulary.Family, left: int) -> list[dict[str, Any]]:
    level, degree, _ = draw.degree()
    schools = [(level, degree, left)]
    if level in ("MASTERS", "DOCTORATE"):
        schools.append(("BACHELORS", "Bachelor of Technology - BTech", left - 3))
    return [
        {
            "institute_name": draw.random.choice(vocabulary.SCHOOLS),
            "degree_name": name,
            "degree_level": rank,
            "field_of_study": draw.random.choice(family.fields),
            "start_date": _date(year - 3.6),
            "end_date": _date(float(year)),
        }
        for rank, name, year in schools
    ]


def _named(draw: _Draw, field: str, names: tuple[str, ...], share: float) -> list[dict[str, Any]]:
    return [{field: draw.random.choice(names)}] if draw.chance(share) else []


def _open_to(draw: _Draw) -> list[str]:
    shares = (("CAREER_INTEREST", 0.3), ("HIRING_MANAGER", 0.08), ("VOLUNTEERING", 0.05))
    return [card for card, share in shares if draw.chance(share)]


def _date(year: float) -> str:
    return f"{int(year)}-{int(year % 1 * 12) + 1:02d}-01T00:00:00+00:00"
