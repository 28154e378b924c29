"""The people whom the memory knows, and what it knows about them."""

from typing import Any, Literal

from msgspec import Struct

Decision = Literal["shortlisted", "maybe", "rejected", "undecided"]
"""About a candidate in one search."""

Outreach = Literal["contacted", "replied", "do_not_contact", "none"]
"""How far the team is with a person, over all searches."""

Reason = Literal[
    "skills", "experience", "seniority", "location", "not_interested", "in_process", "other"
]

By = Literal["user", "assistant"]
"""Whether the user clicked, or an assistant called a tool."""


class Person(Struct, frozen=True, kw_only=True):
    """A candidate of a session.

    Attributes:
        candidate_id: the API's.
        linkedin_url: as FutureJobs has it.
        score: 0 to 5.
        rank: in the whole shortlist, from 1.
    """

    candidate_id: str
    linkedin_url: str | None = None
    name: str | None = None
    title: str | None = None
    company: str | None = None
    region: str | None = None
    score: float | None = None
    rank: int | None = None


class Change(Struct, frozen=True, kw_only=True):
    """What a review changes; None leaves as it is."""

    decision: Decision | None = None
    outreach: Outreach | None = None
    reason: Reason | None = None
    note: str | None = None


class SeenBefore(Struct, frozen=True):
    """The newest other search in which somebody decided about a person, or else that showed them.

    Attributes:
        title: of the session, if known.
        when: the last time, in Unix seconds.
        decision: in that search.
    """

    session_id: str
    title: str | None
    when: float
    decision: Decision | None = None


class Mark(Struct, frozen=True, kw_only=True):
    """What the memory knows of a candidate in a session.

    Attributes:
        decision: in this session; None for undecided.
        outreach: None for none.
        note: the newest of this session.
    """

    decision: Decision | None = None
    outreach: Outreach | None = None
    reason: Reason | None = None
    note: str | None = None
    seen_before: SeenBefore | None = None


class Decided(Struct, frozen=True):
    """A person about whom a decision was made in a search, or to whom somebody wrote, in a word.

    Attributes:
        review_id: of the decision.
        person: a digest.
        session_id: of that decision.
        at: in Unix seconds.
    """

    review_id: int
    person: str
    session_id: str
    at: float
    decision: Decision | None = None
    outreach: Outreach | None = None


class Remembered(Struct, frozen=True, kw_only=True):
    """A person about whom a decision was made in a search, with that decision.

    Attributes:
        digest: the same for the same person in all searches.
        person: as known at their newest decision.
        session_id: of the decision.
        session_title: if known.
        decided_at: in Unix seconds.
    """

    digest: str
    person: Person
    session_id: str
    session_title: str | None = None
    decided_at: float
    mark: Mark


class Review(Struct, frozen=True, kw_only=True):
    """One decision, as the record of a search lists it.

    Attributes:
        at: in Unix seconds.
        by: who or what made it.
        who: the signed-in user, if one is known.
        person: with the score and rank at that moment; without names if only a digest is left.
    """

    at: float
    by: By
    who: str | None = None
    person: Person
    change: Change


IN_LOG = "The database's log still holds it until no other program reads the file."


class Forgotten(Struct, frozen=True):
    """What was deleted about people: how many rows of each kind.

    Attributes:
        people: of whom something was stored.
        banned: of whom the digest of a do-not-contact remains, so that it can be honored.
        in_log: whether a log of the database may still hold them for a while.
    """

    people: int = 0
    reviews: int = 0
    sightings: int = 0
    banned: int = 0
    in_log: bool = False


class SearchChange(Struct, frozen=True):
    """What was asked for in a search, at first or later.

    Attributes:
        at: in Unix seconds.
        operation: the API's.
        filters: in force from then on; empty if they stayed.
        credits: charged, if known.
    """

    at: float
    operation: str
    filters: dict[str, Any]
    credits: int | None = None
