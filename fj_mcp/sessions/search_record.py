"""The record of a search: what was asked, who was found, and what was decided, by whom and when.

It is for somebody who must show how a shortlist came about. It has no contacts, no texts about
people, and nothing about them but their name, score and rank.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from fj_mcp.api.profile_records import Profile
from fj_mcp.api.session_records import Session
from fj_mcp.clock import iso_time
from fj_mcp.storage.ledger.purchase import OUTCOMES, Purchase
from fj_mcp.storage.memory.people import Person, Review, SearchChange
from fj_mcp.text.numbers import number_of

LIMITS = (
    "This record can show what was asked of FutureJobs through this server and at what cost, how "
    "the scores of the candidates are spread, and which decisions were stored here, when, and "
    "whether a person or an assistant made them; it cannot show how FutureJobs computes a score, "
    "why somebody was not found, what was decided elsewhere, or whether the search treats groups "
    "of people alike."
)

_BANDS = {4: "4 to 5", 3: "3 to 4", 2: "2 to 3", 1: "1 to 2", 0: "0 to 1"}
"""Of scores, by the lowest of each."""

_NO_SCORE = "none"
_MARKUP = re.compile(
    r"([\\`*\[\]<>|~!@]"
    # Within a word an underscore is itself, and so is an ampersand that begins no entity.
    r"|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)"
    # These two begin addresses.
    r"|(?<=:)/(?=/)|(?<=www)\.)",
    re.IGNORECASE,
)
"""What Markdown reads as something else within a line."""


class SearchFacts(Struct, frozen=True, kw_only=True):
    """Everything that a record is made of.

    Attributes:
        session: as it is now.
        filters: in force, in this server's names.
        not_shown: the filters in force that have none of these names.
        candidates: those who were read.
        available: number of candidates, according to the API.
        purchases: of the session, in any order.
        changes: of the filters, oldest first; None if they are not stored.
        shown: number of candidates who were shown to somebody; None if that is not stored.
        reviews: oldest first; None if decisions are not stored.
        notices: who must be informed, and until when in Unix seconds; None if that is not stored.
        made_at: Unix seconds.
        version: of this server.
        sandbox: whether everybody is invented.
    """

    session: Session
    filters: Mapping[str, Any]
    not_shown: Sequence[str] = ()
    candidates: Sequence[Profile]
    available: int
    purchases: Sequence[Purchase]
    changes: Sequence[SearchChange] | None = None
    shown: int | None = None
    reviews: Sequence[Review] | None = None
    notices: Sequence[tuple[Person, float]] | None = None
    made_at: float
    version: str
    sandbox: bool = False


def record_data(facts: SearchFacts) -> dict[str, Any]:
    """The record as JSON-able data. What is not stored is left out."""
    session = facts.session
    names = {one.id: one.name for one in facts.candidates}
    purchases = sorted(facts.purchases, key=lambda one: one.claimed_at)
    bands = Counter(_band(one.score) for one in facts.candidates)
    data = {
        "session_id": session.id,
        "title": session.title,
        "sandbox": facts.sandbox or None,
        "status": session.status,
        "created_at": iso_time(session.created_at),
        "recorded_at": _time(facts.made_at),
        "server": f"fj-mcp {facts.version}",
        "filters": dict(facts.filters),
        "filters_not_shown": list(facts.not_shown) or None,
        "with_job_description": bool(session.job_description),
        "with_sample_profile": bool(session.sample_profile_url),
        "changes": None
        if facts.changes is None
        else [
            _present(
                when=_time(one.at),
                operation=one.operation,
                filters=one.filters or None,
                credits=one.credits,
            )
            for one in facts.changes
        ],
        "purchases": [
            _present(
                when=_time(one.claimed_at),
                operation=one.operation,
                who=one.who,
                outcome=OUTCOMES[one.state],
                credits=one.credits,
                estimated=one.expected if one.credits is None and one.state == "charged" else None,
            )
            for one in purchases
        ],
        "candidates": len(facts.candidates),
        "candidates_available": facts.available,
        "scores": {band: bands[band] for band in _BANDS.values()}
        | ({_NO_SCORE: bands[_NO_SCORE]} if bands[_NO_SCORE] else {}),
        "shown": facts.shown,
        "decisions": None if facts.reviews is None else [_decision(one) for one in facts.reviews],
        "reveals": [
            _present(
                when=_time(one.claimed_at),
                candidate_id=one.evidence.candidate,
                name=names.get(one.evidence.candidate or ""),
                channel=one.evidence.channel,
                outcome=OUTCOMES[one.state],
            )
            for one in purchases
            if one.operation == "reveal"
        ],
        "notices_due": None
        if facts.notices is None
        else [
            # Somebody who was shortlisted in another search has no id here.
            _present(
                candidate_id=person.candidate_id or None, name=person.name, due=_time(due)[:10]
            )
            for person, due in facts.notices
        ],
        "limits": LIMITS,
    }
    return _present(**data)


def record_text(facts: SearchFacts) -> str:
    """The record in Markdown."""
    data = record_data(facts)
    changes, decisions = data.get("changes"), data.get("decisions")
    notices, title = data.get("notices_due"), data.get("title") or "without a title"
    asked = [[name, _words(value)] for name, value in data["filters"].items()]
    not_shown = data.get("filters_not_shown", [])
    scores = [[band, str(count)] for band, count in data["scores"].items()]
    parts = [
        "# Record of a search",
        # In front of a title, nothing that it begins with starts a heading or a list.
        f"Search: {_plain(title)}, session {data['session_id']}, "
        f"created {data.get('created_at', '')}. Recorded {data['recorded_at']} by {data['server']}."
        + (" Sandbox: people and credits are invented." if facts.sandbox else ""),
        "## What was asked",
        _table(["Filter", "Value"], asked),
        f"There are filters without a name here: {_plain(', '.join(not_shown))}."
        if not_shown
        else "",
        f"Job description: {_words(data['with_job_description'])}. "
        f"Sample profile: {_words(data['with_sample_profile'])}.",
        "## How it changed",
        _rows(changes, ["when", "operation", "filters", "credits"], "Changes of filters"),
        "## What it cost",
        _rows(
            data["purchases"],
            ["when", "operation", "who", "outcome", "credits", "estimated"],
            "Purchases",
        ),
        "## Who was found",
        f"{number_of(data['candidates'], 'candidate')} of {data['candidates_available']:,}; "
        + (
            f"{facts.shown:,} shown."
            if facts.shown is not None
            else "how many were shown is not stored."
        ),
        _table(["Score", "Candidates"], scores),
        "## What was decided",
        _rows(
            decisions,
            [
                "when",
                "by",
                "who",
                "candidate_id",
                "name",
                "score",
                "rank",
                "decision",
                "outreach",
                "reason",
                "noted",
            ],
            "Decisions",
        ),
        "## Contacts revealed",
        _rows(data["reveals"], ["when", "candidate_id", "name", "channel", "outcome"], "Reveals"),
        "## Who must be informed",
        _rows(notices, ["candidate_id", "name", "due"], "Notices"),
        "## What this record can show",
        LIMITS,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _decision(review: Review) -> dict[str, Any]:
    person, change = review.person, review.change
    return _present(
        when=_time(review.at),
        by=review.by,
        who=review.who,
        candidate_id=person.candidate_id,
        name=person.name,
        score=person.score,
        rank=person.rank,
        decision=change.decision,
        outreach=change.outreach,
        reason=change.reason,
        noted=True if change.note else None,
    )


def _band(score: float | None) -> str:
    if score is None:
        return _NO_SCORE
    return next((band for lowest, band in _BANDS.items() if score >= lowest), _BANDS[0])


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _time(at: float) -> str:
    return iso_time(datetime.fromtimestamp(at, UTC)) or ""


def _rows(rows: Sequence[Mapping[str, Any]] | None, columns: list[str], what: str) -> str:
    """A table with those of the columns that have values; `what` stands for it if there is none."""
    if rows is None:
        return f"{what} are not stored on this server."
    if not rows:
        return "None."
    used = [name for name in columns if any(name in row for row in rows)]
    heads = [name.replace("_", " ").capitalize() for name in used]
    return _table(heads, [[_words(row.get(name, "")) for name in used] for row in rows])


def _table(heads: list[str], rows: Iterable[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _words(value: Any) -> str:
    """A value in a cell: lists with commas, and objects by name."""
    if isinstance(value, Mapping):
        return "; ".join(f"{_plain(name)} {_words(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(_words(inner) for inner in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else _plain(str(value))


def _plain(text: str) -> str:
    """Text that Markdown shows as it is; in it are names that strangers chose."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
