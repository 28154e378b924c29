"""A purchase as the ledger records it."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from fj_mcp.clock import boot
from fj_mcp.storage.ledger.evidence import Evidence

State = Literal["pending", "charged", "refused", "unknown"]

Outcome = Literal["charged", "not_charged", "unknown", "pending"]
OUTCOMES: dict[State, Outcome] = {
    "charged": "charged",
    "refused": "not_charged",
    "unknown": "unknown",
    "pending": "pending",
}
"""The published words for the states."""

DAY_SECONDS = 24 * 3600
USUAL_PRICE = 5
"""The price in credits for operations without a known price; the documented prices are the same."""


class Purchase(Struct, frozen=True):
    """One purchase in the ledger.

    Attributes:
        lock: can be held by one open purchase at a time.
        fingerprint: a digest of the request; equal for equal intent.
        claimed_at: Unix seconds by this machine's clock.
        sent: whether the request may have been sent.
        expected: the expected price in credits.
        credits: the price that the API reported, or None.
        evidence: finds the purchase again by free reads.
        delivered: whether its result was handed to a client.
        abandoned: whether it is pending but its process has ended or its lease has expired.
        who: the name of the user who made it, if one is known and still stored.
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
    who: str | None = None

    def delivered_before(self, moment: float) -> bool:
        """Whether its result was delivered before a moment of this machine's monotonic clock."""
        since, delivered_at = self.evidence.delivered or ("", 0.0)
        return self.delivered and not (since == boot() and delivered_at > moment)


class Spent(Struct, frozen=True):
    """A workspace's or a user's credits in the current UTC day.

    Attributes:
        priced: charged, as the API stated.
        estimated: expected for charged purchases without a stated price.
        open: expected for open purchases.
    """

    priced: int
    estimated: int
    open: int

    @property
    def charged(self) -> int:
        """Charged, with and without a stated price."""
        return self.priced + self.estimated

    @property
    def counted(self) -> int:
        """What counts against a budget."""
        return self.charged + self.open


def holding(purchases: list[Purchase], is_wanted: Callable[[Purchase], bool]) -> list[Purchase]:
    """The wanted ones whose filters no later update replaced, newest first."""
    replaced: set[str | None] = set()
    found = []
    for one in sorted(purchases, key=lambda one: one.id, reverse=True):
        if is_wanted(one) and one.session_id not in replaced:
            found.append(one)
        updated = one.operation == "update_session" and one.state == "charged"
        if updated and one.evidence.search is not None:
            replaced.add(one.session_id)
    return found
