"""A shortlist as CSV for a spreadsheet, or as JSON for a program."""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct, field

from fj_mcp.api.profile_records import Job, Profile
from fj_mcp.api.session_records import Session
from fj_mcp.errors import BadArguments
from fj_mcp.filters.query_map import wanted_skills
from fj_mcp.results.models import SCORE_SCALE, ExportedProfiles
from fj_mcp.shortlist.candidate_pages import narrowing_warnings, nobody_reason
from fj_mcp.shortlist.cards import education_line, missing_skills
from fj_mcp.shortlist.ranking import MAX_PROFILES, Part, Shortlist, unread_warning
from fj_mcp.text.numbers import number_of

Format = Literal["csv", "json"]

COLUMNS = (
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
)
"""The columns of the CSV, and the fields of each candidate in the JSON."""

_FORMULA = re.compile(r"(^|[;\t])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a spreadsheet would begin a formula: at the start of a cell, and after characters that some
of them read as the end of one. The full-width forms are typed in East Asia."""


class Export(Struct, frozen=True):
    """An exported shortlist.

    Attributes:
        title: the session's title.
        rows: number of candidates.
        text: contents of the whole file.
        running: whether more candidates may still arrive.
        available: number of candidates in the session, according to the API.
        warnings: about the requested part of the session.
        reason: why the part has nobody although the session has; see `nobody_reason`.
        columns: of the CSV, which are the fields of each candidate in the JSON.
    """

    title: str | None
    rows: int
    text: str
    running: bool
    available: int
    warnings: list[str] = field(default_factory=list)
    reason: tuple[str, str] | None = None
    columns: tuple[str, ...] = COLUMNS


def build_export(
    session: Session,
    shortlist: Shortlist,
    format: Format,
    part: Part,
    *,
    sandbox: bool = False,
) -> Export:
    """The candidates of a session as text, best score first.

    Args:
        session: as it is now.
        shortlist: its candidates.
        format: the text's format.
        part: the candidates to export, with their ranks in the whole shortlist.
        sandbox: whether the candidates are invented.

    Raises:
        BadArguments: if a candidate is not in the session, or the query is not one.
    """
    wanted = wanted_skills(session.queries)
    chosen = shortlist.choose(part)
    if chosen.strangers:
        position = part.candidate_ids.index(chosen.strangers[0])
        raise BadArguments(
            f"candidate_ids[{position}] {chosen.strangers[0]} is not in session {session.id}; "
            "list_profiles shows the ids of its candidates"
        )
    rows = [
        _row(rank, profile, wanted)
        for rank, profile in zip(chosen.ranks, chosen.profiles, strict=True)
    ]
    text = _csv(rows) if format == "csv" else _json(session, rows, sandbox)
    return Export(
        title=session.title,
        rows=len(rows),
        text=text,
        running=session.status == "running",
        available=shortlist.available,
        warnings=narrowing_warnings(chosen, running=session.status == "running"),
        reason=nobody_reason(chosen, part) if shortlist.profiles and not rows else None,
    )


def _row(rank: int, profile: Profile, wanted: list[str]) -> dict[str, Any]:
    job = profile.jobs[0] if profile.jobs else Job(None, None)
    values = (
        rank,
        profile.name,
        profile.score,
        job.title,
        job.company,
        profile.region,
        profile.years_of_experience,
        profile.headline,
        profile.recommendation,
        list(profile.skills),
        missing_skills(profile, wanted),
        list(profile.highlights),
        [education_line(item) for item in profile.education],
        _employers(profile.jobs),
        _employers(profile.past_jobs),
        list(profile.email.values),
        list(profile.phone.values),
        profile.linkedin_url,
        profile.id,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _employers(jobs: Iterable[Job]) -> list[str]:
    named = (" at ".join(part for part in (job.title, job.company) if part) for job in jobs)
    return [words for words in named if words]


def _json(session: Session, rows: list[dict[str, Any]], sandbox: bool) -> str:
    exported_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {
        "session_id": session.id,
        "title": session.title,
        "status": session.status,
        "exported_at": exported_at,
        "score_scale": SCORE_SCALE,
    } | ({"sandbox": True} if sandbox else {})
    candidates = [
        {name: value for name, value in row.items() if value not in (None, [])} for row in rows
    ]
    return json.dumps(about | {"candidates": candidates}, ensure_ascii=False) + "\n"


def _csv(rows: list[dict[str, Any]]) -> str:
    """CSV as in RFC 4180, with the byte-order mark that tells spreadsheets it is UTF-8."""
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(COLUMNS)
    table.writerows([_cell(value) for value in row.values()] for row in rows)
    return "\ufeff" + lines.getvalue()


def _cell(value: Any) -> str | float | None:
    if isinstance(value, list):
        value = "; ".join(value)
    # The apostrophe marks a cell as text in spreadsheets.
    return _FORMULA.sub(r"\1\2'", value) if isinstance(value, str) else value


def export_result(session_id: str, export: "Export", place: Path | str | None) -> ExportedProfiles:
    """The result of an export; `place` is its file or resource URI, None if it is empty."""
    warnings = [*export.warnings]
    if export.running:
        warnings.append("The session is still matching; these are the candidates so far.")
    if export.available > MAX_PROFILES:
        warnings.append(unread_warning(export.available))
    path = str(place) if isinstance(place, Path) else None
    uri = place if isinstance(place, str) else None
    count = number_of(export.rows, "candidate")
    if uri is not None:
        step = (
            f"Read the resource at uri (free) to give the user its {count}; no file was written, "
            "because the server runs on another machine."
        )
    elif path is not None:
        step = f"Tell the user that {count} {'is' if export.rows == 1 else 'are'} in {path}."
    elif export.reason is not None:
        why, how = export.reason
        step = (
            f"{why}, so no file was created. Call list_profiles with session_id {session_id}{how}; "
            "it is free."
        )
    else:
        step = (
            "There are no candidates to export, so no file was created. Call list_profiles with "
            f"session_id {session_id} to see the session's candidates (free)."
        )
    return ExportedProfiles(
        session_id=session_id,
        rows=export.rows,
        columns=list(export.columns),
        path=path,
        uri=uri,
        warning=" ".join(warnings) or None,
        next_step=step,
    )
