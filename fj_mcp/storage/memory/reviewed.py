"""What the reviews of a person come to: the last one counts."""

from typing import Any

from msgspec import Struct, field

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

    def add(self, review: tuple[Any, ...]) -> None:
        """Take in the next review: its session, time, decision, outreach, reason and note."""
        session_id, at, decision, outreach, reason, note = review
        here = self.sessions.get(session_id)
        if here is None:
            here = self.sessions[session_id] = InSession()
        here.at = at
        if outreach is not None:
            self.outreach = kept(outreach)
        if decision is not None:
            decided = kept(decision)
            if decided != here.decision:
                here.reason = None
            here.decision = decided
        if reason is not None and explains(decision, outreach, here.decision):
            here.reason = reason
        if note is not None:
            here.note = kept(note)


NOTHING = Reviewed()
NOTHING_HERE = InSession()


def kept(value: Any) -> Any:
    """A decision, an outreach or a note; None if it takes back an earlier one."""
    return None if value in _UNDONE else value


def explains(decision: Any, outreach: Any, in_force: Decision | None) -> bool:
    """Whether the reason of a review is that of the decision in force.

    A reason that comes with an outreach alone is the outreach's.

    Args:
        decision: of the review.
        outreach: of the review.
        in_force: the decision after it.
    """
    return outreach is None or decision is not None or in_force is None


def differs(mark: Mark, change: Change) -> bool:
    """Whether a change would change anything."""
    given = {"decision": change.decision, "outreach": change.outreach, "note": change.note}
    if any(
        value is not None and kept(value) != getattr(mark, name) for name, value in given.items()
    ):
        return True
    if change.reason in (None, mark.reason):
        return False
    return explains(change.decision, change.outreach, mark.decision)
