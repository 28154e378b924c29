"""What is remembered of a purchase, wherever it is remembered."""

from dataclasses import dataclass
from typing import Literal

from fj_mcp.clock import boot
from fj_mcp.ledger.evidence import Evidence

State = Literal["pending", "charged", "refused", "unknown"]

DAY_SECONDS = 24 * 3600
USUAL_PRICE = 5
"""Credits, for an operation whose price the API never named: what the documented ones cost."""


@dataclass(frozen=True)
class Purchase:
    """One purchase as the ledger remembers it.

    Attributes:
        lock: what only one open purchase at a time can hold.
        fingerprint: of what was asked for; equal for equal intent.
        claimed_at: Unix seconds, by this machine's clock.
        sent: whether the request may have left.
        expected: the price in credits that was expected.
        credits: the price that the API named; None where it did not.
        evidence: what the free reads recognize it by.
        delivered: whether its result was handed to a client.
        abandoned: whether it is pending and its process is gone.
    """

    id: int
    operation: str
    lock: str
    fingerprint: str
    session_id: str | None
    state: State
    claimed_at: float
    sent: bool
    expected: int
    credits: int | None
    remaining: int | None
    evidence: Evidence
    delivered: bool
    abandoned: bool

    def delivered_before(self, moment: float) -> bool:
        """Whether its result was handed out before a moment of this machine's steady clock."""
        since, delivered_at = self.evidence.delivered or ("", 0.0)
        return self.delivered and not (since == boot() and delivered_at > moment)


@dataclass(frozen=True)
class Spent:
    """What a workspace spent today (UTC): certainly, and at most."""

    charged: int
    open: int
