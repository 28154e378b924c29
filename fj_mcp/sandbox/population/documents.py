"""The large documents of a person, in the profile list and in the candidate details."""

import json
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

from fj_mcp.sandbox.population.people import Person
from fj_mcp.sandbox.population.vocabulary import LANGUAGES

_LISTED_NAMES = {"title": "job_title", "name": "company_name"}
_MEDIA = "https://media.example.com"


def profile(person: Person) -> dict[str, Any]:
    """`profile` of a document in the profile list, with all the extra fields of a data provider."""
    record = person.record
    jobs = _jobs(person)
    listed = [{_LISTED_NAMES.get(key, key): value for key, value in job.items()} for job in jobs]
    schools = _schools(person)
    return {
        "_id": person.id,
        "linkedin_profile_url": record["linkedin_profile_url"],
        "linkedin_flagship_url": record["flagship_profile_url"],
        "flagship_profile_url": record["flagship_profile_url"],
        "linkedin_profile_urn": f"sandbox-urn-{person.id}",
        "name": record["name"],
        "first_name": record["name"].split(" ")[0],
        "headline": record["headline"],
        "summary": _summary(person),
        "region": record["region"],
        "region_address_components": record["region"].split(", "),
        "location_details": {
            "city": person.city.name,
            "state": person.city.state or None,
            "country": person.city.country,
            "latitude": person.city.latitude,
            "longitude": person.city.longitude,
        },
        "years_of_experience": f"{int(person.years)} years",
        "years_of_experience_raw": person.years,
        "skills": record["skills"],
        "skills_endorsed": _endorsed(person),
        "languages": record["languages"],
        "profile_language": "en_US",
        "profile_picture_permalink": f"{_MEDIA}/people/{person.id}/400x400.jpg",
        "profile_picture_url": f"{_MEDIA}/people/{person.id}/800x800.jpg?e=0&v=beta&t=sandbox",
        "twitter_handle": None,
        "num_of_connections": 500,
        "recently_changed_jobs": jobs[0]["years_at_company_raw"] < 0.5,
        "open_to_cards": record["open_to_cards"],
        "current_employers_object": listed[:1],
        "past_employers_object": listed[1:],
        "all_employers": [job["name"] for job in jobs],
        "all_employers_company_id": [job["company_id"] for job in jobs],
        "all_titles": [job["title"] for job in jobs],
        "education_background": schools,
        "all_schools": [school["institute_name"] for school in schools],
        "all_degrees": [school["degree_name"] for school in schools],
        "certifications": _certificates(person),
        "honors": record["honors"],
        "activities": _activities(person),
        "also_viewed": _also_viewed(person),
        "profile_text": " ".join(_deeds(person, f"+{place}", "it") for place in range(13)),
        "last_updated": "2026-01-01T00:00:00Z",
        "enriched_realtime": False,
        "query_person_linkedin_identifier": None,
    }


@lru_cache(maxsize=500)
def profile_text(person: Person) -> str:
    """`profile` as JSON, cached."""
    return json.dumps(profile(person), ensure_ascii=False)


def candidate(person: Person) -> dict[str, Any]:
    """`data.candidate` of the candidate details, whose field names differ from the list's."""
    record = person.record
    jobs = _jobs(person)
    schools = [
        school | {"dates": f"{school['start_date'][:4]} - {school['end_date'][:4]}"}
        for school in _schools(person)
    ]
    details = {
        "_id": person.id,
        "name": record["name"],
        "headline": record["headline"],
        "summary": _summary(person),
        "flagship_profile_url": record["flagship_profile_url"],
        "linkedin_profile_url": record["linkedin_profile_url"],
        "profile_picture_permalink": f"{_MEDIA}/people/{person.id}/400x400.jpg",
        "region": record["region"],
        "years_of_experience_raw": person.years,
        "skills": record["skills"],
        "languages": record["languages"],
        "open_to_cards": record["open_to_cards"],
        "current_employers": jobs[:1],
        "past_employers": jobs[1:],
        "all_employers": jobs,
        "education_background": schools,
        "certifications": _certificates(person),
        "honors": record["honors"],
        "activities": _activities(person),
        "also_viewed": _also_viewed(person),
    }
    if person.document is None:
        return details
    sparse = person.document.get("profile") or {}
    return {"_id": person.id} | {key: value for key, value in sparse.items() if key in details}


def _summary(person: Person) -> str:
    return f"{person.record['summary']}\n\n{_deeds(person, '', 'the team')}"


def _jobs(person: Person) -> list[dict[str, Any]]:
    return [
        job
        | {
            "position_id": int(person.id[-6:], 16) * 10 + place,
            "employer_name": job["name"],
            "employer_logo_url": f"{job['company_logo_url']}?e=0&v=beta&t=sandbox-{place}",
            "employer_linkedin_id": job["company_linkedin_id"],
            "company_specialties": [
                "planning",
                "integration",
                "support",
                *job["company_industries"],
            ],
            "business_email_verified": False,
            "is_default": place == 0,
            "description": f"{job['description']} " + _deeds(person, f"{place}", job["name"]),
        }
        for place, job in enumerate(person.record["all_employers"])
    ]


def _schools(person: Person) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in school.items() if key != "degree_level"}
        | {
            "institute_linkedin_id": f"sandbox-school-{place}",
            "institute_logo_url": f"{_MEDIA}/schools/{person.id}-{place}/200x200.png",
            "activities_and_societies": "Robotics club, debating society, annual festival",
        }
        for place, school in enumerate(person.record["education_background"])
    ]


def _certificates(person: Person) -> list[dict[str, Any]]:
    return [
        certificate
        | {
            "issuing_organization_name": "Sandbox Board of Examiners",
            "issued_date": "2022-05-01T00:00:00+00:00",
            "certification_url": f"https://certificates.example.com/{person.id}",
        }
        for certificate in person.record["certifications"]
    ]


def _activities(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "activity_id": f"sandbox-activity-{person.id}-{number}",
            "type": "post" if number % 2 else "comment",
            "url": f"https://www.linkedin.com/feed/update/sandbox-{person.id}-{number}/",
            "text": _deeds(person, f"-{number}", person.city.name),
            "language": LANGUAGES[0],
        }
        for number in range(7)
    ]


def _also_viewed(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "linkedin_profile_urn": f"sandbox-urn-{person.id[:-2]}{number:02d}",
            "linkedin_profile_url": "https://www.linkedin.com/in/"
            f"sandbox-also-viewed-{person.id}-{number}",
            "headline": person.record["all_employers"][0]["title"],
            "profile_picture_url": f"{_MEDIA}/people/{person.id}/{number}/100x100.jpg?e=0&v=beta",
            "connection_degree": 3,
            "shared_employers": [job["company_id"] for job in person.record["all_employers"]],
        }
        for number in range(7)
    ]


def _endorsed(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "name": skill,
            "endorsements": 40 - place,
            "verified": False,
        }
        for place, skill in enumerate(person.record["skills"])
    ]


def _deeds(person: Person, where: str, what: str) -> str:
    # Seeding a generator for every text would take longer than the rest of a document.
    chosen = crc32(f"{person.id}{where}".encode())
    return _work(person.works, chosen % len(person.works)).format(what=what, count=2 + chosen % 40)


@cache
def _work(works: tuple[str, ...], start: int) -> str:
    text = "; ".join(works[(start + place * 3) % len(works)] for place in range(10))
    return f"{text[0].upper()}{text[1:]}."
