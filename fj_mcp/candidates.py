"""Candidates as the API answers them: in a session's list, and in full.

Read as leniently as the rest of the records: a profile with nothing but an `_id` is still one.
"""

import re
from dataclasses import dataclass, field, replace
from typing import Any, Self

from fj_mcp import reading
from fj_mcp.contacts import Contact


@dataclass(frozen=True, slots=True)
class Job:
    """One employment."""

    title: str | None
    company: str | None
    start: str | None = None
    end: str | None = None
    description: str | None = None

    @classmethod
    def named(cls, doc: dict[str, Any]) -> Self:
        """Only what the job is; the field names of employers differ between answers."""
        return cls(
            title=reading.line(doc.get("job_title") or doc.get("title"), 120),
            company=reading.line(doc.get("company_name") or doc.get("name"), 120),
        )

    @classmethod
    def read(cls, doc: dict[str, Any]) -> Self:
        """From any of the employer objects, with when and what."""
        return replace(
            cls.named(doc),
            start=_day(doc.get("start_date")),
            end=_day(doc.get("end_date")),
            description=reading.block(
                doc.get("description") or doc.get("employee_description"), 600
            ),
        )


@dataclass(frozen=True, slots=True)
class Education:
    """One course of study."""

    school: str | None
    degree: str | None
    field: str | None
    dates: str | None

    @classmethod
    def read(cls, doc: dict[str, Any]) -> Self:
        """From `education_background[]`."""
        dates = doc.get("dates")
        if dates is None:
            ends = (_day(doc.get("start_date")), _day(doc.get("end_date")))
            dates = " – ".join(day[:4] for day in ends if day)
        return cls(
            school=reading.line(doc.get("institute_name"), 120),
            degree=reading.line(doc.get("degree_name"), 120),
            field=reading.line(doc.get("field_of_study"), 120),
            dates=reading.line(dates, 60),
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A candidate as a session's list shows one."""

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
    linkedin_url: str | None
    reveal_url: str | None
    """The address to reveal a contact by, exactly as the API gave it: its id is case-sensitive."""
    email: Contact
    phone: Contact

    def contact(self, channel: str) -> Contact:
        """What is revealed of one channel, `email` or `phone`."""
        return self.email if channel == "email" else self.phone

    @classmethod
    def read(cls, doc: dict[str, Any]) -> Self:
        """From one of `docs[]`."""
        person = reading.mapping(doc.get("profile"))
        analysis = reading.mapping(doc.get("profileAnalysis"))
        reveal = reading.mapping(doc.get("revealStatus"))
        found = (reading.line(item.get("Highlight")) for item in _highlights(analysis))
        employers = person.get("current_employers_object") or person.get("current_employers")
        earlier = person.get("past_employers_object") or person.get("past_employers")
        own = reading.link(person.get("linkedin_profile_url"))
        public = reading.link(
            person.get("linkedin_flagship_url") or person.get("flagship_profile_url")
        )
        score = reading.number(doc.get("finalScore"))
        return cls(
            id=reading.identity(doc.get("_id")) or reading.identity(person.get("_id")) or "",
            name=reading.line(person.get("name"), 100),
            headline=reading.line(person.get("headline"), 160),
            region=reading.line(person.get("region"), 100),
            years_of_experience=reading.number(person.get("years_of_experience_raw")),
            score=reading.number(analysis.get("starRating")) if score is None else score,
            recommendation=reading.line(analysis.get("recommendation"), 600),
            highlights=tuple(text for text in found if text),
            skills=tuple(reading.lines(person.get("skills"), 60, 100)),
            jobs=tuple(Job.named(item) for item in reading.mappings(employers)[:3]),
            past_jobs=tuple(Job.named(item) for item in reading.mappings(earlier)[:5]),
            education=tuple(
                Education.read(item)
                for item in reading.mappings(person.get("education_background"))[:5]
            ),
            linkedin_url=public or own,
            reveal_url=own or public,
            email=Contact.read(reveal.get("email")),
            phone=Contact.read(reveal.get("phone")),
        )


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """One page of a session's profiles, in the API's order."""

    profiles: list[Profile]
    total: int
    pages: int

    @classmethod
    def read(cls, data: object) -> Self:
        """From `data` of the profiles answer."""
        page = reading.mapping(data)
        docs = reading.mappings(page.get("docs"))
        return cls(
            profiles=[Profile.read(doc) for doc in docs],
            total=max(reading.count(page.get("totalDocs")), len(docs)),
            pages=reading.count(page.get("totalPages")),
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate in full, from candidate details."""

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
    recommendation: str | None
    rating: float | None
    rating_label: str | None
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]
    breakdown: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, data: object) -> Self:
        """From `data` of the details answer."""
        answer = reading.mapping(data)
        doc = reading.mapping(answer.get("candidate")) or answer
        verdict = reading.mapping(answer.get("profileAnalysis"))
        analysis = reading.mapping(verdict.get("analysis"))
        current = [Job.read(item) for item in reading.mappings(doc.get("current_employers"))]
        past = [Job.read(item) for item in reading.mappings(doc.get("past_employers"))]
        if not current and not past:
            past = [Job.read(item) for item in reading.mappings(doc.get("all_employers"))]
        return cls(
            id=reading.identity(doc.get("_id")) or "",
            name=reading.line(doc.get("name"), 100),
            headline=reading.line(doc.get("headline"), 200),
            summary=reading.block(doc.get("summary"), 2000),
            region=reading.line(doc.get("region"), 100),
            years_of_experience=reading.number(doc.get("years_of_experience_raw")),
            linkedin_url=reading.link(doc.get("flagship_profile_url"))
            or reading.link(doc.get("linkedin_profile_url")),
            skills=tuple(reading.lines(doc.get("skills"), 60, 60)),
            current_jobs=tuple(current[:5]),
            past_jobs=tuple(past[:15]),
            education=tuple(
                Education.read(item)
                for item in reading.mappings(doc.get("education_background"))[:8]
            ),
            certifications=_named(doc.get("certifications")),
            honors=_named(doc.get("honors")),
            recommendation=reading.block(verdict.get("recommendation"), 1500),
            rating=reading.number(verdict.get("starRating")),
            rating_label=reading.line(verdict.get("starLabel"), 60),
            strengths=_observed(analysis.get("keyStrengths")),
            weaknesses=_observed(analysis.get("keyWeaknesses")),
            breakdown=_scored(analysis.get("scoreBreakdown")),
        )


def _day(value: object) -> str | None:
    """A date as the API gave it, without its time of day."""
    text = reading.line(value, 40)
    return re.sub(r"T\d\d:.*$", "", text) if text else None


def _highlights(analysis: dict[str, Any]) -> list[dict[str, Any]]:
    return reading.mappings(analysis.get("highlights"))[:8]


def _named(value: object) -> tuple[str, ...]:
    """Names of certificates or awards, given as words or as objects."""
    items = value if isinstance(value, list) else []
    words = [
        item.get("name") or item.get("title") if isinstance(item, dict) else item for item in items
    ]
    return tuple(reading.lines(words, 160, 20))


def _observed(value: object) -> tuple[str, ...]:
    texts = []
    for item in reading.mappings(value)[:6]:
        parts = (reading.line(item.get(name), 240) for name in ("observation", "evidence"))
        texts.append(": ".join(part for part in parts if part))
    return tuple(text for text in texts if text)


def _scored(value: object) -> tuple[str, ...]:
    texts = []
    for item in reading.mappings(value)[:12]:
        label = reading.line(item.get("label") or item.get("code"), 80)
        awarded, weight = reading.number(item.get("awarded")), reading.number(item.get("weight"))
        if label and awarded is not None and weight is not None:
            texts.append(f"{label}: {awarded:g} of {weight:g}")
    return tuple(texts)
