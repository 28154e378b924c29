"""A sourcing session: its matches, and its state at any time, computed from the clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from fj_mcp.sandbox.matching.scoring import Match
from fj_mcp.sandbox.matching.search import Wanted
from fj_mcp.sandbox.population.people import Person

_WORKSPACES_SINCE = 0x64000000


def object_id(now: float, seed: str) -> str:
    """An ObjectId: 8 hex digits of Unix seconds, then 16 that depend on `seed` alone."""
    return f"{int(now):08x}{sha256(seed.encode()).hexdigest()[:16]}"


@dataclass(frozen=True)
class Batch:
    """Matches that become ready one by one from `started` (Unix seconds) on, within `seconds`."""

    started: float
    seconds: float
    matches: tuple[Match, ...]

    def matched(self, now: float) -> int:
        """Number of matches that are ready at `now`."""
        passed = now - self.started
        if passed >= self.seconds:
            return len(self.matches)
        return int(len(self.matches) * max(passed, 0.0) / self.seconds)


@dataclass
class Contact:
    """One person's revealed contacts in one session, with the times at which they arrive."""

    email_at: float | None = None
    phone_at: float | None = None

    def status(self, person: Person, now: float) -> dict[str, Any]:
        """`revealStatus` at `now`."""
        email = person.email if self.email_at is not None and now >= self.email_at else None
        phone = person.phone if self.phone_at is not None and now >= self.phone_at else None
        return {
            name: {"revealed": value is not None, "values": [value] if value else []}
            for name, value in (("email", email), ("phone", phone))
        }


@dataclass
class Session:
    """A stored search.

    Attributes:
        queries: the filter map used for the search.
        echo: the filter map as the API returns it; an update may have removed the ranges.
        ranked: all matches, best first.
        batches: the requested part of `ranked`; empty while the search has not completed.
        contacts: revealed contacts, by candidate id.
        replaced: matches of earlier filters that a contact was bought of, by candidate id.
    """

    id: str
    title: str
    jd_detail: dict[str, Any]
    queries: dict[str, Any]
    echo: dict[str, Any]
    created_at: float
    updated_at: float
    ranked: list[Match]
    batches: list[Batch] = field(default_factory=list)
    search_more_counter: int = 0
    filter_changes_counter: int = 0
    credits_charged: int = 0
    contacts: dict[str, Contact] = field(default_factory=dict)
    replaced: dict[str, Match] = field(default_factory=dict)

    @property
    def wanted(self) -> Wanted:
        """The requirements of the search that affect the score."""
        return Wanted.of(self.queries)

    def asked_for(self) -> int:
        """Number of matches requested so far, ready or not."""
        return sum(len(batch.matches) for batch in self.batches)

    def ask_for(self, count: int, now: float, seconds: float) -> int:
        """Request the next `count` matches, ready after `seconds`; returns how many there are."""
        start = self.asked_for()
        # The API returns profiles in the order of matching, not best first.
        chosen = sorted(self.ranked[start : start + count], key=lambda match: match.person.id[8:])
        self.batches.append(Batch(now, seconds, tuple(chosen)))
        return len(chosen)

    def status(self, now: float) -> str:
        """The API's status: idle, processing, fetching_more or done."""
        if not self.batches:
            return "idle"
        last = self.batches[-1]
        if last.matched(now) == len(last.matches):
            return "done"
        return "processing" if len(self.batches) == 1 else "fetching_more"

    def ready(self, now: float, only_last: bool = False) -> list[Match]:
        """The matches that are ready at `now`, of all batches or only the last."""
        batches: Sequence[Batch] = self.batches[-1:] if only_last else self.batches
        return [match for batch in batches for match in batch.matches[: batch.matched(now)]]

    def match(self, candidate_id: str, now: float) -> Match | None:
        """The ready match with this candidate id."""
        return next((m for m in self.ready(now) if m.person.id == candidate_id), None)

    def replace_matches(self, ranked: list[Match]) -> None:
        """Start over with the matches of other filters; keep those with a revealed contact."""
        for match in (match for batch in self.batches for match in batch.matches):
            if self.contacts.get(match.person.id, Contact()) != Contact():
                self.replaced[match.person.id] = match
        self.ranked = ranked
        self.batches.clear()

    def as_dict(self, workspace: str, now: float, status: str | None = None) -> dict[str, Any]:
        """`data.session`. With a `status`, the counts are those of a search that just started."""
        started = status is not None
        return {
            "_id": self.id,
            "sessionTitle": self.title,
            "jdDetail": self.jd_detail,
            "queries": self.echo,
            "fallbackFilters": None,
            "hasUsedFinalFallback": False,
            "nuances": [],
            "workspaceId": object_id(_WORKSPACES_SINCE, f"workspace {workspace}"),
            "projectId": object_id(_WORKSPACES_SINCE, f"project {workspace}"),
            "searchMoreCounter": self.search_more_counter,
            "filterChangesCounter": self.filter_changes_counter,
            "profileMatchingStatus": status or self.status(now),
            "totalProfilesForMatching": 0 if started else self.asked_for(),
            "totalProfilesMatched": 0 if started else len(self.ready(now)),
            "totalAvailableProfiles": 0 if started or not self.batches else len(self.ranked),
            "sessionCreditCharged": self.credits_charged,
            "batches": [
                {"batchNumber": number, "startedAt": _iso(batch.started)}
                | {"profilesCount": len(batch.matches)}
                for number, batch in enumerate([] if started else self.batches, start=1)
            ],
            "isDeleted": False,
            "createdAt": _iso(self.created_at),
            "updatedAt": _iso(self.updated_at),
            "__v": self.filter_changes_counter,
        }


def _iso(seconds: float) -> str:
    stamp = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return stamp.replace("+00:00", "Z")
