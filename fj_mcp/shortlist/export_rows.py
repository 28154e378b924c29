"""A shortlist to take away: as CSV for a spreadsheet, or as JSON for a program."""

import csv
import io
import json
import os
import re
import tempfile
import threading
import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import anyio
from platformdirs import user_downloads_path

from fj_mcp.api.profile_records import Job, Profile
from fj_mcp.api.session_records import Session
from fj_mcp.errors import BadArguments, NotWritten
from fj_mcp.filters.query_map import wanted_skills
from fj_mcp.server.connection import Sourcing
from fj_mcp.shortlist.cards import missing_skills, studied
from fj_mcp.shortlist.ranking import PagesRead

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
"""Where a spreadsheet would begin to run something: at the start of a cell, and after what some
of them take for the end of one. The wide forms are typed in East Asia."""

_MOST_SAME_NAMES = 1000
_LONGEST_URI = 6_000
"""More than 200 candidates by name; a result holds the address up to three times."""


@dataclass(frozen=True)
class Export:
    """What is taken away.

    Attributes:
        title: of the session.
        rows: how many candidates.
        text: the whole file.
        running: whether more candidates may still come.
        available: how many candidates the API says that the session has.
        columns: of the CSV, which are the fields of each candidate in the JSON.
    """

    title: str | None
    rows: int
    text: str
    running: bool
    available: int
    columns: tuple[str, ...] = COLUMNS


def rising_pages(report: Callable[[float, float | None, str], Awaitable[None]]) -> PagesRead:
    """Reading of pages as a client's progress."""

    async def tell(read: int, pages: int) -> None:
        await report(read, pages, f"read {read} of {pages} pages of candidates")

    return tell


async def exported(
    running: Sourcing,
    session_id: str,
    format: Format,
    min_score: float = 0,
    candidate_ids: list[str] | None = None,
    report: PagesRead | None = None,
) -> Export:
    """The candidates of a session as text, best score first. Free.

    Args:
        running: what the server works with.
        session_id: of the session.
        format: of the text.
        min_score: which the candidates have at least; 0 means everybody.
        candidate_ids: only these; None for all.
        report: told how many pages are read, of how many.

    Raises:
        BadArguments: if a candidate is not in the session.
        ApiError: if it cannot be read.
    """
    session = await running.matching.look(session_id)
    shortlist = await running.shortlists.ranked(session, report)
    wanted = wanted_skills(session.queries)
    known = {profile.id for profile in shortlist.profiles}
    for position, candidate_id in enumerate(candidate_ids or []):
        if candidate_id not in known:
            raise BadArguments(
                f"candidate_ids[{position}] {candidate_id} is not in session {session_id}; "
                "list_profiles shows the ids of its candidates"
            )
    chosen = None if candidate_ids is None else set(candidate_ids)
    rows = [
        _row(rank, profile, wanted)
        # Who has score enough stands at the top.
        for rank, profile in enumerate(shortlist.at_least(min_score), 1)
        if chosen is None or profile.id in chosen
    ]
    text = _csv(rows) if format == "csv" else _json(session, rows)
    return Export(session.title, len(rows), text, session.status == "running", shortlist.available)


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
        [studied(item) for item in profile.education],
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


def _json(session: Session, rows: list[dict[str, Any]]) -> str:
    exported_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    about = {
        "session_id": session.id,
        "title": session.title,
        "status": session.status,
        "exported_at": exported_at,
    }
    candidates = [
        {name: value for name, value in row.items() if value not in (None, [])} for row in rows
    ]
    return json.dumps(about | {"candidates": candidates}, ensure_ascii=False) + "\n"


def _csv(rows: list[dict[str, Any]]) -> str:
    """As RFC 4180, with the byte-order mark by which spreadsheets know that it is UTF-8."""
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(COLUMNS)
    table.writerows([_cell(value) for value in row.values()] for row in rows)
    return "\ufeff" + lines.getvalue()


def _cell(value: Any) -> str | float | None:
    if isinstance(value, list):
        value = "; ".join(value)
    # The mark by which people tell a spreadsheet that what follows is text.
    return _FORMULA.sub(r"\1\2'", value) if isinstance(value, str) else value


def resource_uri(
    session_id: str, format: Format, min_score: float, candidate_ids: list[str] | None
) -> str:
    """The address of the resource that holds the same export.

    Raises:
        BadArguments: if it names so many candidates that no result could hold it.
    """
    narrowed = {
        "min_score": f"{min_score:g}" if min_score else "",
        "candidate_ids": ",".join(candidate_ids or []),
    }
    query = "&".join(f"{name}={value}" for name, value in narrowed.items() if value)
    uri = f"fj://sessions/{session_id}/profiles.{format}" + (f"?{query}" if query else "")
    if len(uri) > _LONGEST_URI:
        raise BadArguments(
            "candidate_ids holds more ids than the address of an export can; leave it out, or "
            "narrow the export with min_score"
        )
    return uri


async def write_export(export: Export, folder: Path | None, format: Format) -> Path:
    """Write a file that nobody else may read, under a name that is not taken.

    Args:
        export: what to write.
        folder: where; None for the person's Downloads, or else the working directory.
        format: which is the end of its name.

    Raises:
        NotWritten: if it cannot be written there.
    """
    name = f"{_file_name(export.title)}-{datetime.now(UTC):%Y-%m-%d}"
    given_up = threading.Event()
    try:
        place = (folder or _downloads()).expanduser()
        # A drive that hangs must not hold the answer up.
        return await anyio.to_thread.run_sync(
            partial(_write, export.text, place, name, format, given_up), abandon_on_cancel=True
        )
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "it cannot be found"
        raise NotWritten(str(folder or "Downloads"), reason) from None
    finally:
        given_up.set()


def _downloads() -> Path:
    downloads = user_downloads_path()
    return downloads if downloads.is_dir() else Path.cwd()


def _file_name(title: str | None) -> str:
    plain = unicodedata.normalize("NFC", title or "").casefold()
    words = re.sub(r"[\x00-\x2c\x2e\x2f:-@\[-^`{-\x7f\s]+", "-", plain)
    # A name may have 255 bytes on most drives.
    short = words.encode()[:120].decode(errors="ignore")
    return short.strip("-_.") or "shortlist"


def _write(text: str, folder: Path, name: str, format: Format, given_up: threading.Event) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Only its owner may read what mkstemp makes; and half a file never has the final name.
    handle, draft = tempfile.mkstemp(prefix=".fj-mcp-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if given_up.is_set():
            raise TimeoutError(0, "it took too long")
        for number in range(1, _MOST_SAME_NAMES + 1):
            path = folder / (f"{name}.{format}" if number == 1 else f"{name}-{number}.{format}")
            with suppress(FileExistsError):
                _give_name(Path(draft), path)
                return path.resolve()
        raise FileExistsError(0, f"it has {_MOST_SAME_NAMES} files named {name} already")
    finally:
        Path(draft).unlink(missing_ok=True)


def _give_name(draft: Path, path: Path) -> None:
    """Give the file its name, unless another has it. Raises `FileExistsError`."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:
        # Some drives have no hard links. Whoever takes the name first has it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            draft.replace(path)
        except OSError:
            path.unlink()
            raise
