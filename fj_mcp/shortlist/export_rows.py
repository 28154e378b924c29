"""The candidates of one session, or of several, as CSV or JSON."""

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from fj_mcp.errors import BadArguments
from fj_mcp.results.models import SCORE_SCALE
from fj_mcp.shortlist.candidate_pages import narrowing_warnings, nobody_reason
from fj_mcp.shortlist.layouts import LAYOUTS, ExportedPerson, Layout, LayoutName
from fj_mcp.shortlist.merged_sessions import ExportedSession, MergedPerson, people_of
from fj_mcp.shortlist.parts import Part, not_in
from fj_mcp.shortlist.ranking import Shortlist, unread_warning
from fj_mcp.text.numbers import number_of

Format = Literal["csv", "json"]

_FORMULA = re.compile(r"(^|[;\t\r\n])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Where a spreadsheet would begin a formula: at the start of a cell, and after characters that some
of them read as the end of one. The full-width forms are typed in East Asia."""

_ARITHMETIC = re.compile(r"[+\d ().,/-]+")
"""Such as a phone number. A spreadsheet finds nothing to run in it, and a system that imports it
would keep the apostrophe."""

_MAX_NAMED = 10
"""Of the people left out, in a warning."""


class Choice(Struct, frozen=True):
    """What is exported of the candidates, and how.

    Attributes:
        part: the candidates, with their ranks in the whole list.
        include_notes: whether notes are exported.
    """

    format: Format = "csv"
    layout: LayoutName = "full"
    part: Part = field(default_factory=Part)
    include_notes: bool = False


class Export(Struct, frozen=True):
    """An exported shortlist.

    Attributes:
        titles: of the sessions, as far as they have one.
        rows: number of candidates.
        files: the contents of each file: one, unless a system imports only so many rows at once.
        warnings: about the people in the files and those who are not.
        reason: why nobody is in it although the sessions have candidates; see `nobody_reason`.
        columns: of the CSV, which are the fields of each candidate in the JSON.
        shown: the ids of the exported candidates, by session.
    """

    titles: list[str]
    rows: int
    files: list[str]
    columns: tuple[str, ...]
    warnings: list[str] = field(default_factory=list)
    reason: tuple[str, str] | None = None
    shown: dict[str, set[str]] = field(default_factory=dict)


def build_export(
    sessions: Sequence[ExportedSession], choice: Choice, *, sandbox: bool = False
) -> Export:
    """The candidates of some sessions as text, best score first.

    Args:
        sessions: those that are merged, or a single one.
        choice: the candidates, and the form.
        sandbox: whether the candidates are invented.

    Raises:
        BadArguments: if a candidate is not in the sessions, or the query is not one.
    """
    people = people_of(sessions)
    merged = Shortlist([one.profile for one in people], len(people))
    # A person's decisions may be those of several sessions.
    part = replace(
        choice.part,
        candidate_ids=_listed_ids(people, choice.part.candidate_ids),
        decisions=(),
    )
    chosen = merged.choose(part)
    if chosen.strangers:
        raise _not_in(sessions, choice.part, part.candidate_ids.index(chosen.strangers[0]))
    fitting = [
        ExportedPerson(rank, person, mark, choice.include_notes)
        for rank, person in ((rank, people[rank - 1]) for rank in chosen.ranks)
        if choice.part.takes(mark := person.mark(choice.part))
    ]
    entries = [entry for entry in fitting if not entry.person.banned]
    rows = [LAYOUTS[choice.layout].row(entry) for entry in entries]
    reason = None
    if not chosen.ranks and people:
        reason = nobody_reason(chosen, choice.part)
    elif not fitting and people:
        reason = f"None of these candidates is marked {' or '.join(choice.part.decisions)}", ""
    elif not entries and people:
        reason = "None of these candidates may be contacted", ""
    running = any(one.session.status == "running" for one in sessions)
    shown: dict[str, set[str]] = {}
    for entry in entries:
        for session, profile in entry.person.places:
            shown.setdefault(session.session.id, set()).add(profile.id)
    return Export(
        titles=[one.session.title for one in sessions if one.session.title],
        rows=len(entries),
        files=_files(sessions, rows, choice, sandbox),
        columns=LAYOUTS[choice.layout].columns,
        warnings=[
            *narrowing_warnings(chosen, running=running),
            *_state_warnings(sessions, running),
            *_banned_warning([entry.person for entry in fitting if entry.person.banned]),
            *_import_warnings(entries, rows, choice),
            *_rejected_warning(entries, choice.part),
        ],
        reason=reason,
        shown=shown,
    )


def _listed_ids(people: list[MergedPerson], ids: tuple[str, ...]) -> tuple[str, ...]:
    """Each id as the one that is listed, for people who have another one in another session."""
    listed = {profile.id: one.profile.id for one in people for _, profile in one.places}
    return tuple(listed.get(one, one) for one in ids)


def _not_in(sessions: Sequence[ExportedSession], part: Part, position: int) -> BadArguments:
    ids = [one.session.id for one in sessions]
    where = f"session {ids[0]}" if len(ids) == 1 else f"any of sessions {', '.join(ids)}"
    return not_in(position, part.candidate_ids[position], where)


def _state_warnings(sessions: Sequence[ExportedSession], running: bool) -> list[str]:
    warnings = []
    if running:
        what = "The session is" if len(sessions) == 1 else "A session is"
        warnings.append(f"{what} still matching; these are the candidates so far.")
    for one in sessions:
        if one.shortlist.unread:
            warning = unread_warning(one.shortlist.available)
            warnings.append(warning if len(sessions) == 1 else f"{one.session.id}: {warning}")
    return warnings


def _banned_warning(banned: list[MergedPerson]) -> list[str]:
    if not banned:
        return []
    shown = ", ".join(one.profile.id for one in banned[:_MAX_NAMED])
    more = f" and {len(banned) - _MAX_NAMED} more" if len(banned) > _MAX_NAMED else ""
    who = "is" if len(banned) == 1 else "are"
    return [
        f"{number_of(len(banned), 'candidate')} {who} left out, marked do_not_contact: "
        f"{shown}{more}."
    ]


def _import_warnings(
    entries: list[ExportedPerson], rows: list[dict[str, Any]], choice: Choice
) -> list[str]:
    """What a recruiter should know before an applicant tracking system imports the file."""
    if choice.layout == "full" or not entries:
        return []
    warnings = []
    emails = [entry.person.contacts("email") for entry in entries]
    if missing := emails.count([]):
        warnings.append(
            f"{missing:,} of {number_of(len(entries), 'row')} {'has' if missing == 1 else 'have'} "
            "no email, by which most systems recognize people they already have."
        )
    if choice.layout == "ats":
        several = sum(
            any(len(entry.person.contacts(one)) > 1 for one in ("email", "phone"))
            for entry in entries
        )
        if several:
            warnings.append(
                f"{number_of(several, 'row')} {'has' if several == 1 else 'have'} only the first "
                "of several contacts; the layout full has all."
            )
        if nameless := sum(not row["Last Name"] for row in rows):
            warnings.append(
                f"{number_of(nameless, 'row')} {'has' if nameless == 1 else 'have'} no last name, "
                "without which Greenhouse imports nobody."
            )
        warnings.append(
            "A Greenhouse job that is set up for GDPR emails imported people by itself."
        )
    return warnings


def _rejected_warning(entries: list[ExportedPerson], part: Part) -> list[str]:
    """Lists leave out rejected people, but a file has them."""
    rejected = sum(entry.mark.decision == "rejected" for entry in entries)
    if not rejected or part.decisions:
        return []
    return [
        f"{number_of(rejected, 'rejected candidate')} {'is' if rejected == 1 else 'are'} in "
        "it; decisions leaves them out."
    ]


def _files(
    sessions: Sequence[ExportedSession],
    rows: list[dict[str, Any]],
    choice: Choice,
    sandbox: bool,
) -> list[str]:
    layout = LAYOUTS[choice.layout]
    if choice.format == "json":
        return [_json(sessions, rows, sandbox)]
    most = layout.most_rows or len(rows) or 1
    starts = range(0, max(len(rows), 1), most)
    return [_csv(layout, rows[start : start + most]) for start in starts]


def _json(sessions: Sequence[ExportedSession], rows: list[dict[str, Any]], sandbox: bool) -> str:
    exported_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    described: list[dict[str, Any]] = [
        {
            "session_id": one.session.id,
            "title": one.session.title,
            "status": one.session.status,
        }
        for one in sessions
    ]
    about = described[0] if len(described) == 1 else {"sessions": described}
    about |= {"exported_at": exported_at, "score_scale": SCORE_SCALE}
    about |= {"sandbox": True} if sandbox else {}
    candidates = [
        {name: value for name, value in row.items() if value not in (None, [], "")} for row in rows
    ]
    return json.dumps(about | {"candidates": candidates}, ensure_ascii=False) + "\n"


def _csv(layout: Layout, rows: list[dict[str, Any]]) -> str:
    """CSV as in RFC 4180."""
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(layout.columns)
    table.writerows([_cell(value, layout) for value in row.values()] for row in rows)
    return ("\ufeff" if layout.marked else "") + lines.getvalue()


def _cell(value: Any, layout: Layout) -> str | float | None:
    if isinstance(value, list):
        if layout.separator == ",":
            value = [" ".join(one.replace(",", " ").split()) for one in value]
        value = layout.separator.join(value)
    is_text = isinstance(value, str)
    if is_text and (layout.marked or not _ARITHMETIC.fullmatch(value)):
        # The apostrophe marks a cell as text in spreadsheets.
        return _FORMULA.sub(r"\1\2'", value)
    number: str | float | None = value
    return number
