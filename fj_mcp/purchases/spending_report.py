"""The account of what was spent."""

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
    """What was spent today, and the newest purchases."""
    remaining = next((item.remaining for item in newest if item.remaining is not None), None)
    lost = next((item for item in newest if item.state in ("unknown", "pending")), None)
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
            "One outcome is not certain yet. Call get_spending again in a minute: it looks, for "
            "free, and sends nothing."
        )
        if lost is not None
        else None,
    )
