"""The spending report."""

from datetime import UTC, datetime
from typing import Literal

from fj_mcp.clock import iso_time
from fj_mcp.ledger.purchase import Purchase, Spent, State
from fj_mcp.results.models import PurchaseLine, SpendingReport

_OUTCOMES: dict[State, Literal["charged", "not_charged", "unknown", "pending"]] = {
    "charged": "charged",
    "refused": "not_charged",
    "unknown": "unknown",
    "pending": "pending",
}


def spending_report(spent: Spent, budget: int | None, newest: list[Purchase]) -> SpendingReport:
    """The report on today's spending and the newest purchases."""
    remaining = next((item.remaining for item in newest if item.remaining is not None), None)
    open_outcome = any(item.state in ("unknown", "pending") for item in newest)
    return SpendingReport(
        spent_today=spent.charged,
        reserved=spent.open or None,
        budget=budget,
        remaining_credits=remaining,
        purchases=[
            PurchaseLine(
                operation=item.operation,
                session_id=item.session_id,
                credits=item.credits,
                outcome=_OUTCOMES[item.state],
                when=iso_time(datetime.fromtimestamp(item.claimed_at, UTC)) or "",
            )
            for item in newest
        ],
        next_step=(
            "An outcome is not certain yet. Call get_spending again in a minute: it looks the "
            "outcome up for free and sends nothing that costs credits."
        )
        if open_outcome
        else None,
    )
