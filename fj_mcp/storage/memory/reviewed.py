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
            here.decision = kept(row.decision)
        if row.decision is not None or row.reason is not None:
            here.reason = row.reason
        if row.note is not None:
            here.note = kept(row.note)

    def decision_outside(self, session_id: str) -> Decision | None:
        """The newest decision made in another search."""
        others = [one for session, one in self.sessions.items() if session != session_id]
        decided = [one for one in others if one.decision is not None]
        return max(decided, key=lambda one: one.at).decision if decided else None


NOTHING = Reviewed()
NOTHING_HERE = InSession()


def kept(value: Any) -> Any:
    """A decision, an outreach or a note; None if it takes back an earlier one."""
    return None if value in _UNDONE else value


def differs(mark: Mark, change: Change) -> bool:
    """Whether a change would change anything."""
    given = {
        "decision": change.decision,
        "outreach": change.outreach,
        "reason": change.reason,
        "note": change.note,
    }
    return any(
        value is not None and kept(value) != getattr(mark, name) for name, value in given.items()
    )
