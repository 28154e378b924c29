"""What is remembered of a purchase, wherever it is remembered."""

from dataclasses import dataclass
from typing import Any, Literal

from fj_mcp.clock import boot

State = Literal["pending", "charged", "refused", "unknown"]

DAY_SECONDS = 24 * 3600
USUAL_PRICE = 5
"""Credits, for an operation whose price the API never named: what the documented ones cost."""


@dataclass(frozen=True)
class Purchase:
    """One purchase as the ledger remembers it.

    Attributes:
        slot: what only one purchase at a time may have pending.
        fingerprint: of what was asked for; equal for equal intent.
        claimed_at: Unix seconds, by this machine's clock.
        sent: whether the request may have left.
        expected: the price in credits that was expected.
        credits: the price that the API named; None where it did not.
        traces: what the free reads need to find it: counters before it, the server's time.
    """

    id: int
    operation: str
    slot: str
    fingerprint: str
    session_id: str | None
    state: State
    claimed_at: float
    sent: bool
    expected: int
    credits: int | None
    remaining: int | None
    traces: dict[str, Any]
    told: bool
    """Whether its result was handed to a client."""
    abandoned: bool
    """Whether it is pending and its process is gone."""

    def told_before(self, moment: float) -> bool:
        """Whether its result was handed out before a moment of this machine's steady clock."""
        since, told_at = self.traces.get("told") or ("", 0.0)
        return self.told and not (since == boot() and told_at > moment)


@dataclass(frozen=True)
class Spent:
    """What a workspace spent today (UTC): certainly, and at most."""

    charged: int
    open: int
