"""The filter map of a job description."""

import re
import unicodedata
from typing import Any

from fj_mcp.filters.kinds import Tiers
from fj_mcp.sandbox.annotation.job_text import JobText
from fj_mcp.sandbox.annotation.places import country_of, places_in
from fj_mcp.sandbox.annotation.requirements import (
    certificates_in,
    degree_in,
    languages_in,
    uncovered_in,
    years_in,
)
from fj_mcp.sandbox.annotation.skills import skills_in
from fj_mcp.sandbox.annotation.titles import titles_in, trades_of
from fj_mcp.sandbox.annotation.unread import unread_in
from fj_mcp.sandbox.matching.search import filters_by_key

_LONGEST = 39
"""Of the part of a key after its prefix; the keys of the API have at most 60 characters."""


def annotate(text: str) -> dict[str, dict[str, Any]]:
    """The filter map of a job description, `{key: {presence, value}}`, defaults included.

    No filter has the keys of the last entries; the real API sends such keys, too.
    """
    job = JobText(text)
    regions, countries = places_in(job)
    titles = titles_in(job, {*countries, *map(country_of, regions)})
    tiers, excluded = skills_in(job, trades_of(titles))
    degree, welcome = degree_in(job)
    certificates, other_certificates = certificates_in(job)
    unwanted, others = unread_in(job)
    found: dict[str, Any] = {
        "skills": tiers if any(tiers.values()) else None,
        "current_employers.title": titles,
        "region": regions,
        "country_region": countries,
        "years_of_experience_raw": years_in(job),
        "education_background.degree_name": degree,
        "certifications.name": certificates,
        "languages": languages_in(job),
        **{f"excluded_skills.{_as_key(skill)}": skill for skill in excluded},
        **{f"not_needed.{_as_key(text)}": text for text in unwanted},
        **{f"other_requirements.{_as_key(text)}": text for text in others},
        "preferred_degree": welcome,
        "other_certifications": other_certificates,
        **dict.fromkeys(uncovered_in(job), True),
    }
    template: dict[str, Any] = dict.fromkeys(filters_by_key())
    template |= {key: dict.fromkeys(declared.names) for key, declared in filters_by_key().items()
                 if isinstance(declared, Tiers)}  # fmt: skip
    template["country_region"] = ["India"]
    filters = {key: {"presence": False, "value": value} for key, value in template.items()}
    return filters | {key: {"presence": True, "value": value}
                     for key, value in found.items() if value}  # fmt: skip


def _as_key(text: str) -> str:
    """A text as a part of a key, which holds ASCII only."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore")
    named = letters.decode().replace("#", " Sharp").replace("+", " Plus")
    return re.sub(r"[^A-Za-z0-9.-]+", "_", named).strip("_")[:_LONGEST] or "other"
