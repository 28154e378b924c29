"""Sessions in the API's responses, parsed leniently: missing fields are never an error.

Field names and shapes come from the API's documentation, and from the variants that public clients
handle. Untrusted text is cleaned here, once, so that no other package has to.
"""

import re
from datetime import UTC, datetime
from typing import Any, Literal, Self

from msgspec import Struct
from msgspec.structs import replace

from fj_mcp.text import lenient

Status = Literal["running", "done", "failed"]

DOCUMENTED_STATUSES = frozenset({"processing", "fetching_more", "done", "idle"})
_FINISHED = frozenset({"done", "completed"})
YOUNG_SECONDS = 120
"""The age up to which `idle` may mean "not finished yet": matching takes under a minute."""


class CreditInfo(Struct, frozen=True):
    """The credits charged and left; None where the API did not report them."""

    charged: int | None = None
    remaining: int | None = None

    @classmethod
    def read(cls, data: object) -> Self:
        """From the `creditInfo` of a response."""
        info = lenient.mapping(data)
        # The documentation has `charged` both as a flag and as an amount.
        flag, amount = info.get("charged"), info.get("amount")
        charged = lenient.credits(flag if amount is None else amount)
        if flag is False:
            # A flag that contradicts the amount is ignored.
            charged = 0 if amount is None or charged == 0 else None
        return cls(charged, lenient.credits(info.get("remainingCredits")))


class Session(Struct, frozen=True):
    """A sourcing session."""

    id: str
    title: str | None
    job_description: str | None
    sample_profile_url: str | None
    queries: dict[str, Any]
    api_status: str
    matched: int
    total: int
    available: int
    search_more_counter: int
    filter_changes_counter: int
    shows_counters: bool
    """Whether both counters were in the response, rather than assumed to be 0."""

    created_at: datetime | None
    updated_at: str | None
    credits_charged: int | None
    """The total cost of the session so far, if the API reports it."""

    @classmethod
    def read(cls, data: object) -> Self:
        """From `data.session`, or from `data` that is the session itself."""
        doc = lenient.mapping(data)
        doc = lenient.mapping(doc.get("session")) or doc
        described = lenient.mapping(doc.get("jdDetail"))
        identity = lenient.identity(doc.get("_id")) or ""
        return cls(
            id=identity,
            title=lenient.line(doc.get("sessionTitle")),
            job_description=lenient.block(described.get("userText"), 20_000),
            sample_profile_url=lenient.link(described.get("sampleProfileURL")),
            queries=lenient.mapping(doc.get("queries")),
            api_status=lenient.status(doc.get("profileMatchingStatus")) or "",
            matched=lenient.count(doc.get("totalProfilesMatched")),
            total=lenient.count(doc.get("totalProfilesForMatching")),
            available=lenient.count(doc.get("totalAvailableProfiles")),
            search_more_counter=lenient.count(doc.get("searchMoreCounter")),
            filter_changes_counter=lenient.count(doc.get("filterChangesCounter")),
            shows_counters=None
            not in map(
                lenient.counted, (doc.get("searchMoreCounter"), doc.get("filterChangesCounter"))
            ),
            created_at=lenient.moment(doc.get("createdAt")) or moment_of(identity),
            updated_at=lenient.line(doc.get("updatedAt"), 40),
            credits_charged=lenient.credits(doc.get("sessionCreditCharged")),
        )

    @property
    def status(self) -> Status:
        """The API's status as one of this server's three.

        An unknown status counts as running. A session is `idle` both before its search has begun
        and after it is over, so `idle` counts as done once all profiles are matched, or once the
        session has not changed for so long that its search will not begin or continue.
        """
        word = self.api_status.lower()
        if word == "failed":
            return "failed"
        if word in _FINISHED:
            return "done"
        if word not in ("", "idle"):
            return "running"
        if (self.total or self.matched) and self.matched >= self.total:
            return "done"
        return "running" if self.is_young else "done"

    @property
    def is_young(self) -> bool:
        """Whether the session is so recent that its search may be about to begin or in progress."""
        moments = [one for one in (self.created_at, lenient.moment(self.updated_at)) if one]
        age = (datetime.now(UTC) - max(moments)).total_seconds() if moments else 0
        return age < YOUNG_SECONDS

    @property
    def is_quiet(self) -> bool:
        """Whether only its list of profiles can show if this session is over."""
        return self.api_status.lower() in ("", "idle") and not (self.total or self.matched)

    def with_profiles(self, total: int) -> "Session":
        """This session, updated to list `total` profiles."""
        return replace(self, matched=total, total=total) if total else self

    @property
    def counters(self) -> tuple[object, ...]:
        """Values that change whenever the session's profiles may have changed."""
        return (
            self.api_status,
            self.matched,
            self.total,
            self.available,
            self.search_more_counter,
            self.filter_changes_counter,
            self.updated_at,
        )


class Started(Struct, frozen=True):
    """The response to create, update and fetch-more."""

    session: Session
    api_status: str
    expected_profiles: int | None
    new_profiles: int | None
    filter_changes_counter: int
    credits: CreditInfo
    unfinished: str | None = None
    """The reason why the session was saved but its search did not complete (body code 207)."""

    @classmethod
    def read(cls, body: dict[str, Any], key: str = "") -> Self:
        """From the whole body, because a 207 is only in the body's own status code.

        `sourcing` describes the search; `session` is still `idle` at that moment. Some responses
        have the fields of `sourcing` directly under `data`. No part of `key` is repeated.
        """
        data = lenient.mapping(body.get("data"))
        sourcing = data | lenient.mapping(data.get("sourcing"))
        session = Session.read(data)
        unfinished = None
        if lenient.whole(body.get("statusCode")) == 207:
            reason = sourcing.get("sourcingError") or body.get("message")
            reason = lenient.mapping(reason).get("message", reason)
            unfinished = lenient.quote(reason, key) or "no reason given"
        return cls(
            session=session,
            api_status=lenient.status(sourcing.get("profileMatchingStatus")) or session.api_status,
            expected_profiles=lenient.counted(sourcing.get("total_display_count")),
            new_profiles=lenient.counted(sourcing.get("newProfilesCount")),
            filter_changes_counter=max(
                lenient.count(sourcing.get("filterChangesCounter")), session.filter_changes_counter
            ),
            credits=CreditInfo.read(sourcing.get("creditInfo")),
            unfinished=unfinished,
        )


class ListedSession(Struct, frozen=True):
    """A session in the project's list."""

    id: str
    title: str | None
    profiles: int | None
    job_description: str | None
    created_at: datetime | None

    @classmethod
    def read(cls, doc: dict[str, Any]) -> Self:
        """From one of the project's sessions. Its id contains its creation time."""
        identity = lenient.identity(doc.get("_id")) or ""
        return cls(
            id=identity,
            title=lenient.line(doc.get("sessionTitle")),
            profiles=lenient.counted(doc.get("totalProfiles")),
            job_description=lenient.line(
                lenient.mapping(doc.get("jdDetail")).get("userText"), 20_000
            ),
            created_at=lenient.moment(doc.get("createdAt")) or moment_of(identity),
        )


def newest_first(sessions: list[ListedSession]) -> list[ListedSession]:
    """Sort sessions by creation time. The API's own order is not documented."""
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(sessions, key=lambda item: item.created_at or oldest, reverse=True)


def completions(data: object) -> list[str]:
    """The values of an autocomplete response, which comes in five shapes."""
    listed = lenient.mapping(data).get("list", data)
    items = listed if isinstance(listed, list) else []
    words = []
    for item in items:
        if isinstance(item, dict):
            names = ("value", "label", "name", "title", "text")
            words.append(next((item[name] for name in names if item.get(name)), None))
        else:
            words.append(item)
    return lenient.lines(words)


def moment_of(identity: str) -> datetime | None:
    """The creation time in the first 8 hex digits of a MongoDB id."""
    if not re.fullmatch(r"[0-9a-fA-F]{24}", identity):
        return None
    return datetime.fromtimestamp(int(identity[:8], 16), UTC)
