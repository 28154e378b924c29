"""Candidates in the API's responses: profiles in a session's list, and full profiles.

They are parsed leniently, like all records: a profile with nothing but an `_id` is still a profile.
"""

import re
from typing import Any, Self

from msgspec import Struct, field
from msgspec.structs import replace

from fj_mcp.api.contact_records import Contact
from fj_mcp.text import lenient

_TIME_OF_DAY = re.compile(r"T\d\d:.*$")


class Job(Struct, frozen=True):
    """One employment."""

    title: str | None
    company: str | None
    start: str | None = None
    end: str | None = None
    description: str | None = None
    employees: str | None = None
    industries: tuple[str, ...] = ()

    @classmethod
    def named(cls, doc: dict[str, Any]) -> Self:
        """Title and company only. The names of these fields differ between responses."""
        return cls(
            title=lenient.line(doc.get("job_title") or doc.get("title"), 120),
            company=lenient.line(doc.get("company_name") or doc.get("name"), 120),
        )

    @classmethod
    def read(cls, doc: dict[str, Any]) -> Self:
        """From any of the employer objects, with dates, description and facts on the employer."""
        employees = lenient.whole(doc.get("company_headcount_latest"))
        return replace(
            cls.named(doc),
            start=_day(doc.get("start_date")),
            end=_day(doc.get("end_date")),
            description=lenient.block(
                doc.get("description") or doc.get("employee_description"), 600
            ),
            employees=lenient.line(doc.get("company_headcount_range"), 20)
            or (f"{employees:,}" if employees and employees > 0 else None),
            industries=tuple(lenient.lines(doc.get("company_industries"), 80, 3)),
        )


class Education(Struct, frozen=True):
    """One course of study."""

    school: str | None
    degree: str | None
    field: str | None
    dates: str | None

    @classmethod
    def read(cls, doc: dict[str, Any]) -> Self:
        """From `education_background[]`."""
        dates = lenient.line(doc.get("dates"), 60)
        if doc.get("dates") is None:
            ends = [_day(doc.get("start_date")), _day(doc.get("end_date"))]
            dates = " – ".join([day[:4] for day in ends if day]) or None
        return cls(
            school=lenient.line(doc.get("institute_name"), 120),
            degree=lenient.line(doc.get("degree_name"), 120),
            field=lenient.line(doc.get("field_of_study"), 120),
            dates=dates,
        )


class Profile(Struct, frozen=True):
    """A candidate in a session's list."""

    id: str
    name: str | None
    headline: str | None
    region: str | None
    years_of_experience: float | None
    score: float | None
    recommendation: str | None
    highlights: tuple[str, ...]
    skills: tuple[str, ...]
    jobs: tuple[Job, ...]
    past_jobs: tuple[Job, ...]
    education: tuple[Education, ...]
    languages: tuple[str, ...]
    linkedin_url: str | None
    reveal_url: str | None
    """The address to reveal a contact by, exactly as in the response: its id is case-sensitive."""
    email: Contact
    phone: Contact

    def contact(self, channel: str) -> Contact:
        """The contact of one channel, `email` or `phone`."""
        return self.email if channel == "email" else self.phone

    @classmethod
    def read(cls, doc: dict[str, Any]) -> Self:
        """From one of `docs[]`."""
        person = lenient.mapping(doc.get("profile"))
        analysis = lenient.mapping(doc.get("profileAnalysis"))
        reveal = lenient.mapping(doc.get("revealStatus"))
        found = (lenient.line(item.get("Highlight")) for item in _highlights(analysis))
        employers = person.get("current_employers_object") or person.get("current_employers")
        earlier = person.get("past_employers_object") or person.get("past_employers")
        own = lenient.link(person.get("linkedin_profile_url"))
        public = lenient.link(
            person.get("linkedin_flagship_url") or person.get("flagship_profile_url")
        )
        score = lenient.number(doc.get("finalScore"))
        return cls(
            id=lenient.identity(doc.get("_id")) or lenient.identity(person.get("_id")) or "",
            name=lenient.line(person.get("name"), 100),
            headline=lenient.line(person.get("headline"), 160),
            region=lenient.line(person.get("region"), 100),
            years_of_experience=lenient.number(person.get("years_of_experience_raw")),
            score=lenient.number(analysis.get("starRating")) if score is None else score,
            recommendation=lenient.line(analysis.get("recommendation"), 600),
            highlights=tuple(text for text in found if text),
            skills=tuple(lenient.lines(person.get("skills"), 60, 100)),
            jobs=tuple(Job.named(item) for item in lenient.mappings(employers)[:3]),
            past_jobs=tuple(Job.named(item) for item in lenient.mappings(earlier)[:15]),
            education=tuple(
                Education.read(item)
                for item in lenient.mappings(person.get("education_background"))[:5]
            ),
            # Not in the documentation, but the details have them.
            languages=_named(person.get("languages")),
            linkedin_url=public or own,
            reveal_url=own or public,
            email=Contact.read(reveal.get("email")),
            phone=Contact.read(reveal.get("phone")),
        )


class ProfilePage(Struct, frozen=True):
    """One page of a session's profiles, in the API's order."""

    profiles: list[Profile]
    total: int
    pages: int

    @classmethod
    def read(cls, data: object) -> Self:
        """From `data` of the profiles response."""
        page = lenient.mapping(data)
        docs = lenient.mappings(page.get("docs"))
        return cls(
            profiles=[Profile.read(doc) for doc in docs],
            total=max(lenient.count(page.get("totalDocs")), len(docs)),
            pages=lenient.count(page.get("totalPages")),
        )


class Candidate(Struct, frozen=True):
    """A candidate's full profile."""

    id: str
    name: str | None
    headline: str | None
    summary: str | None
    region: str | None
    years_of_experience: float | None
    linkedin_url: str | None
    skills: tuple[str, ...]
    current_jobs: tuple[Job, ...]
    past_jobs: tuple[Job, ...]
    education: tuple[Education, ...]
    certifications: tuple[str, ...]
    honors: tuple[str, ...]
    languages: tuple[str, ...]
    recommendation: str | None
    rating: float | None
    rating_label: str | None
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]
    email: Contact
    phone: Contact
    breakdown: tuple[str, ...] = field(default=())
    reveal_url: None = None
    """Details do not have the address to reveal a contact by."""

    def contact(self, channel: str) -> Contact:
        """The contact of one channel, `email` or `phone`."""
        return self.email if channel == "email" else self.phone

    @classmethod
    def read(cls, data: object) -> Self:
        """From `data` of the candidate details."""
        details = lenient.mapping(data)
        doc = lenient.mapping(details.get("candidate")) or details
        verdict = lenient.mapping(details.get("profileAnalysis"))
        analysis = lenient.mapping(verdict.get("analysis"))
        reveal = lenient.mapping(details.get("revealStatus") or doc.get("revealStatus"))
        current = [Job.read(item) for item in lenient.mappings(doc.get("current_employers"))]
        past = [Job.read(item) for item in lenient.mappings(doc.get("past_employers"))]
        if not current and not past:
            past = [Job.read(item) for item in lenient.mappings(doc.get("all_employers"))]
        return cls(
            id=lenient.identity(doc.get("_id")) or "",
            name=lenient.line(doc.get("name"), 100),
            headline=lenient.line(doc.get("headline"), 200),
            summary=lenient.block(doc.get("summary"), 2000),
            region=lenient.line(doc.get("region"), 100),
            years_of_experience=lenient.number(doc.get("years_of_experience_raw")),
            linkedin_url=lenient.link(doc.get("flagship_profile_url"))
            or lenient.link(doc.get("linkedin_profile_url")),
            skills=tuple(lenient.lines(doc.get("skills"), 60, 60)),
            current_jobs=tuple(current[:5]),
            past_jobs=tuple(past[:15]),
            education=tuple(
                Education.read(item)
                for item in lenient.mappings(doc.get("education_background"))[:8]
            ),
            certifications=_named(doc.get("certifications")),
            honors=_named(doc.get("honors")),
            languages=_named(doc.get("languages")),
            recommendation=lenient.block(verdict.get("recommendation"), 1500),
            rating=lenient.number(verdict.get("starRating")),
            rating_label=lenient.line(verdict.get("starLabel"), 60),
            strengths=_observed(analysis.get("keyStrengths")),
            weaknesses=_observed(analysis.get("keyWeaknesses")),
            breakdown=_scored(analysis.get("scoreBreakdown")),
            email=Contact.read(reveal.get("email")),
            phone=Contact.read(reveal.get("phone")),
        )


def _day(value: object) -> str | None:
    """A date in the API's own format, without its time of day."""
    text = lenient.line(value, 40)
    return _TIME_OF_DAY.sub("", text) if text else None


def _highlights(analysis: dict[str, Any]) -> list[dict[str, Any]]:
    return lenient.mappings(analysis.get("highlights"))[:8]


def _named(value: object) -> tuple[str, ...]:
    """Names of certificates, awards or languages, listed as strings or as objects."""
    items = value if isinstance(value, list) else []
    words = [
        next((item[key] for key in ("name", "title", "language") if item.get(key)), None)
        if isinstance(item, dict)
        else item
        for item in items
    ]
    return tuple(lenient.lines(words, 160, 20))


def _observed(value: object) -> tuple[str, ...]:
    texts = []
    for item in lenient.mappings(value)[:6]:
        parts = (lenient.line(item.get(name), 240) for name in ("observation", "evidence"))
        texts.append(": ".join(part for part in parts if part))
    return tuple(text for text in texts if text)


def _scored(value: object) -> tuple[str, ...]:
    texts = []
    for item in lenient.mappings(value)[:12]:
        label = lenient.line(item.get("label") or item.get("code"), 80)
        awarded, weight = lenient.number(item.get("awarded")), lenient.number(item.get("weight"))
        if label and awarded is not None and weight is not None:
            texts.append(f"{label}: {awarded:g} of {weight:g}")
    return tuple(texts)
