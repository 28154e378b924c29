"""The layouts of an export: one for people, and those that applicant tracking systems import."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct

from fj_mcp.api.profile_records import Job
from fj_mcp.shortlist.cards import education_line, missing_skills
from fj_mcp.shortlist.merged_sessions import MergedPerson
from fj_mcp.storage.memory.people import Mark, SeenBefore

LayoutName = Literal["full", "ats", "lever", "recruitee"]

_SOURCE = "FutureJobs"
_ORIGIN = "Sourced"


class ExportedPerson(Struct, frozen=True):
    """A person in an export.

    Attributes:
        rank: in the whole list.
        person: as in all sessions.
        mark: what is remembered about them.
        with_note: whether the note is exported.
    """

    rank: int
    person: MergedPerson
    mark: Mark
    with_note: bool = False

    @property
    def note(self) -> str | None:
        """The note, if it is exported."""
        return self.mark.note if self.with_note else None

    @property
    def job(self) -> Job:
        """The first current job."""
        jobs = self.person.profile.jobs
        return jobs[0] if jobs else Job(None, None)

    @property
    def tags(self) -> list[str]:
        """The sessions, and what was decided."""
        decided = (self.mark.decision, self.mark.outreach, self.mark.reason)
        return [*self.person.sessions, *(word for word in decided if word)]


class Layout(Struct, frozen=True):
    """The columns of a file, and how a cell holds several values.

    Attributes:
        columns: the headings, which are also the names of the fields in JSON.
        values: of one person, a text, a number or a list in each column.
        separator: between the values in a cell. If it is a comma, values have none.
        marked: whether the file starts with a byte-order mark. Spreadsheets need it to read
            UTF-8, but to a program that compares headings it is a part of the first one.
        most_rows: of one file.
        plain_name: whether only ASCII letters, digits and hyphens are allowed in the file's name.
    """

    columns: tuple[str, ...]
    values: Callable[[ExportedPerson], tuple[Any, ...]]
    separator: str
    marked: bool = False
    most_rows: int | None = None
    plain_name: bool = False

    def row(self, exported: ExportedPerson) -> dict[str, Any]:
        """One person's values by column."""
        return dict(zip(self.columns, self.values(exported), strict=True))


FULL_COLUMNS = (
    "rank",
    "name",
    "score",
    "title",
    "company",
    "region",
    "years_of_experience",
    "headline",
    "why",
    "skills",
    "missing_skills",
    "highlights",
    "education",
    "current_employers",
    "past_employers",
    "email",
    "phone",
    "linkedin_url",
    "candidate_id",
    "decision",
    "outreach",
    "reason",
    "note",
    "seen_before",
    "sessions",
)


def _full(exported: ExportedPerson) -> tuple[Any, ...]:
    person, profile, mark = exported.person, exported.person.profile, exported.mark
    return (
        exported.rank,
        profile.name,
        profile.score,
        exported.job.title,
        exported.job.company,
        profile.region,
        profile.years_of_experience,
        profile.headline,
        profile.recommendation,
        list(profile.skills),
        missing_skills(profile, person.session.wanted),
        list(profile.highlights),
        [education_line(item) for item in profile.education],
        _employers(profile.jobs),
        _employers(profile.past_jobs),
        person.contacts("email"),
        person.contacts("phone"),
        profile.linkedin_url,
        profile.id,
        mark.decision,
        mark.outreach,
        mark.reason,
        exported.note,
        _seen(person.seen_before) if person.seen_before else None,
        person.sessions,
    )


def _ats(exported: ExportedPerson) -> tuple[Any, ...]:
    person, profile = exported.person, exported.person.profile
    return (
        *_names(profile.name or ""),
        # These systems take one of each.
        next(iter(person.contacts("email")), None),
        next(iter(person.contacts("phone")), None),
        exported.job.company,
        exported.job.title,
        profile.linkedin_url,
        profile.region,
        person.session.name,
        _SOURCE,
        _ORIGIN,
        exported.mark.decision,
        exported.tags,
        exported.note,
        profile.id,
    )


def _lever(exported: ExportedPerson) -> tuple[Any, ...]:
    person = exported.person
    emails = person.contacts("email")
    return (person.profile.name, emails, None, "New Lead", [_SOURCE], _ORIGIN, exported.tags)


def _recruitee(exported: ExportedPerson) -> tuple[Any, ...]:
    person, profile = exported.person, exported.person.profile
    return (
        profile.name,
        person.sessions,
        person.contacts("email"),
        person.contacts("phone"),
        exported.tags,
        [_SOURCE],
        [],
        [profile.linkedin_url] if profile.linkedin_url else [],
        exported.note,
    )


LAYOUTS: dict[LayoutName, Layout] = {
    "full": Layout(FULL_COLUMNS, _full, "; ", marked=True),
    "ats": Layout(
        (
            "First Name",
            "Last Name",
            "Email",
            "Phone",
            "Company",
            "Title",
            "Social Media",
            "Address",
            "Job",
            "Source",
            "Origin",
            "Prospect Stage",
            "Tags",
            "Notes",
            "External ID",
        ),
        _ats,
        ",",
    ),
    "lever": Layout(
        ("Full name", "Email", "Lever Posting URL", "Stage", "Sources", "Origin", "Tags"),
        _lever,
        ",",
        plain_name=True,
    ),
    "recruitee": Layout(
        (
            "Name",
            "Jobs",
            "Emails",
            "Phones",
            "Tags",
            "Sources",
            "Links",
            "Social Links",
            "Cover Letter",
        ),
        _recruitee,
        ",",
        most_rows=1_000,
    ),
}


def _names(name: str) -> tuple[str, str]:
    """The first names, and the last name with its particles and with what follows a comma."""
    base = re.split(r",| \(", name)[0]
    words = base.split()
    at = max(len(words) - 1, 1)
    while at > 1 and words[at - 1].islower():
        at -= 1
    return " ".join(words[:at]), (" ".join(words[at:]) + name[len(base) :]).strip(" ,")


def _employers(jobs: Iterable[Job]) -> list[str]:
    named = (" at ".join(part for part in (job.title, job.company) if part) for job in jobs)
    return [words for words in named if words]


def _seen(seen: SeenBefore) -> str:
    day = datetime.fromtimestamp(seen.when, UTC).strftime("%Y-%m-%d")
    return ", ".join(part for part in (seen.title or seen.session_id, day, seen.decision) if part)
