"""What the reviews of a person come to: the last one counts."""

from typing import Any

from msgspec import Struct, field
from sqlalchemy import Row

from fj_mcp.storage.memory.people import Change, Decision, Mark, Outreach, Reason

_UNDONE = ("undecided", "none", "")
"""What takes back a decision, an outreach and a note."""


class InSession(Struct):
    """What the reviews of one person in one search came to."""

    at: float = 0.0
    decision: Decision | None = None
    reason: Reason | None = None
    note: str | None = None


class Reviewed(Struct):
    """What all reviews of one person came to."""

    outreach: Outreach | None = None
    sessions: dict[str, InSession] = field(default_factory=dict)

    def add(self, row: Row[Any]) -> None:
        """Take in the next review."""
        here = self.sessions.setdefault(row.session_id, InSession())
        here.at = row.at
        if row.outreach is not None:
            self.outreach = kept(row.outreach)
        if row.decision is not None:
            if kept(row.decision) != here.decision:
                here.reason = None
            here.decision = kept(row.decision)
        if explains(row, here.decision):
            here.reason = row.reason
        if row.note is not None:
            here.note = kept(row.note)


NOTHING = Reviewed()
NOTHING_HERE = InSession()


def kept(value: Any) -> Any:
    """A decision, an outreach or a note; None if it takes back an earlier one."""
    return None if value in _UNDONE else value


def explains(review: Row[Any] | Change, decision: Decision | None) -> bool:
    """Whether a review gives the reason of the decision in force.

    A reason that comes with an outreach alone is the outreach's.
    """
    of_outreach = review.outreach is not None and review.decision is None
    return review.reason is not None and not (of_outreach and decision is not None)


def differs(mark: Mark, change: Change) -> bool:
    """Whether a change would change anything."""
    given = {"decision": change.decision, "outreach": change.outreach, "note": change.note}
    if any(
        value is not None and kept(value) != getattr(mark, name) for name, value in given.items()
    ):
        return True
    return explains(change, mark.decision) and change.reason != mark.reason
