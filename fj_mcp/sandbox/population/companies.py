"""Fictional employers, with every company field of the API."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from fj_mcp.sandbox.population.places import CITIES, City
from fj_mcp.sandbox.population.vocabulary import COMPANY_FIRST, COMPANY_SECOND

Company = dict[str, Any]

_BUSINESSES = (
    ("Software Development", "Software", "B2B SaaS for warehouse planning"),
    ("Software Development", "Software", "B2B SaaS that schedules clinic staff"),
    ("Technology, Information and Internet", "Online", "a marketplace for second-hand tools"),
    ("Technology, Information and Media", "Media Lab", "a recommendation engine for publishers"),
    ("IT Services and IT Consulting", "Infotech", "IT services and custom enterprise software"),
    ("IT Services and IT Consulting", "Consulting", "cloud migration and managed services"),
    ("Financial Services", "Finance", "fintech: payments and lending APIs"),
    ("Capital Markets", "Capital", "trading tools for brokers"),
    ("Business Consulting and Services", "Advisory", "strategy and operations consulting"),
    ("Manufacturing", "Industries", "sensors and drives for factories"),
    ("Hospitals and Health Care", "Health", "a chain of clinics with telemedicine"),
    ("Retail", "Retail", "groceries, online and in small shops"),
    ("Education", "Learning", "edtech: courses for working adults"),
    ("Real Estate", "Estates", "proptech for rented homes"),
    ("Advertising Services", "Advertising", "adtech and campaign measurement"),
    ("Media and Telecommunications", "Telecom", "rural broadband"),
    ("Non-profit Organizations", "Foundation", "clean water projects"),
    (
        "Transportation, Logistics, Supply Chain and Storage",
        "Logistics",
        "freight and cold storage",
    ),
    ("Legal Services", "Legal", "contract review for small firms"),
    ("Design Services", "Studio", "industrial and service design"),
)
_HEADCOUNTS = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1000, "501-1000"),
               (5000, "1001-5000"), (10_000, "5001-10000"), (90_000, "10,001+"))  # fmt: skip
_STAGES = ("seed", "series_a", "series_b", "series_c", "series_d", "series_e", "series_f_plus",
           "ipo")  # fmt: skip
_FUNDING = ("under_1", "1_10", "10_50", "50_500", "over_500")
_REVENUE = ("under_1", "1_10", "10_100", "100_1000", "over_1000")
_RECENT = ("3m", "6m", "12m", "24m")


@cache
def companies(seed: int) -> tuple[Company, ...]:
    """Some 400 fictional companies, each as the company fields of a job."""
    random = Random(seed)
    names = [f"{first} {second}" for first in COMPANY_FIRST for second in COMPANY_SECOND]
    weights = [city.weight for city in CITIES]
    found = []
    for number, name in enumerate(names):
        industry, suffix, business = _BUSINESSES[number % len(_BUSINESSES)]
        full_name = f"{name} {suffix}"
        found.append(
            company(
                random,
                full_name=full_name,
                number=number,
                industry=industry,
                business=business,
                cities=(CITIES, weights),
            )
        )
    return tuple(found)


def company(
    random: Random,
    *,
    full_name: str,
    number: int,
    industry: str,
    business: str,
    cities: tuple[Sequence[City], Sequence[int]],
) -> Company:
    """A fictional company, with headquarters in one of `cities`, which have weights."""
    slug = full_name.lower().replace(" ", "-")
    size = random.randrange(len(_HEADCOUNTS))
    ceiling, headcount_range = _HEADCOUNTS[size]
    floor = _HEADCOUNTS[size - 1][0] + 1 if size else 1
    recent = random.randrange(len(_RECENT) * 3)
    city = random.choices(*cities)[0]
    industries = [industry]
    if random.random() < 0.3:
        industries.append("Professional Services")
    return {
        "name": full_name,
        "company_id": 9_000_000 + number,
        "company_linkedin_id": f"sandbox-{9_000_000 + number}",
        "company_linkedin_profile_url": f"https://www.linkedin.com/company/sandbox-{slug}",
        "company_website_domain": f"{slug}.example.com",
        "company_website": f"https://{slug}.example.com/",
        "company_logo_url": f"https://media.example.com/logos/{9_000_000 + number}/200x200.png",
        "company_industries": industries,
        "company_type": _kind(random, industry, size),
        "company_hq_location": city.label,
        "company_headcount_latest": random.randint(floor, ceiling),
        "company_headcount_range": headcount_range,
        "description": f"{full_name}: {business}, from {city.name}.",
        "headcount_growth": random.randint(-20, 60),
        "funding_stage": _STAGES[min(size, len(_STAGES) - 1)],
        "total_funding": _FUNDING[min(size * 5 // 8, 4)],
        "annual_revenue": _REVENUE[min(size * 5 // 8, 4)],
        # Funding within the last three months is also within the last six.
        "recently_funded": list(_RECENT[recent:]),
        "year_founded": random.randint(1965, 2022 - size * 2),
    }


def _kind(random: Random, industry: str, size: int) -> str:
    if industry == "Non-profit Organizations":
        return "Non Profit"
    if industry == "Education":
        return "Educational Institution"
    if size >= 5 and random.random() < 0.6:
        return "Public Company"
    return random.choice(("Privately Held",) * 5 + ("Partnership", "Self Owned"))
