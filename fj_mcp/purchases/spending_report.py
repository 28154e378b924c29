"""The spending report."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from fj_mcp.clock import iso_time
from fj_mcp.results.spending import PurchaseLine, SessionSpending, SpendingReport
from fj_mcp.storage.ledger.purchase import OUTCOMES, Purchase, Spent
from fj_mcp.text.cleaning import cut
from fj_mcp.text.numbers import number_of

_MAX_LINES = 20
_MAX_TITLE_CHARACTERS = 60


def spending_report(
    spent: Spent,
    budget: int | None,
    purchases: list[Purchase],
    titles: Mapping[str, str | None],
    yours: dict[str, int] | None = None,
) -> SpendingReport:
    """The report on today's spending, on every session, and on the newest purchases.

    Args:
        spent: today.
        budget: for a day.
        purchases: all of the workspace, newest first.
        titles: of its sessions, by id, as far as they are known.
        yours: see `own_spending`.
    """
    last = next((item for item in purchases if item.remaining is not None), None)
    open_outcome = any(item.state in ("unknown", "pending") for item in purchases)
    return SpendingReport(
        spent_today=spent.charged,
        estimated_today=spent.estimated or None,
        reserved=spent.open or None,
        budget=budget,
        yours=yours,
        remaining_credits=last.remaining if last else None,
        remaining_as_of=_when(last) if last else None,
        by_session=_by_session(purchases, titles),
        purchases=[
            PurchaseLine(
                operation=item.operation,
                session_id=item.session_id,
                credits=item.credits,
                outcome=OUTCOMES[item.state],
                when=_when(item),
                who=item.who,
            )
            for item in purchases[:_MAX_LINES]
        ],
        next_step=(
            "An outcome is not certain yet. Call get_spending again in a minute: it looks the "
            "outcome up for free and sends nothing that costs credits."
        )
        if open_outcome
        else None,
    )


def own_spending(spent: Spent, budget: int | None) -> dict[str, int]:
    """What a user spent today, and what is left of their budget for a day if there is one."""
    own = {"spent_today": spent.charged}
    if spent.open:
        own["reserved"] = spent.open
    if budget is not None:
        own |= {"budget": budget, "left": max(budget - spent.counted, 0)}
    return own


def _by_session(
    purchases: list[Purchase], titles: Mapping[str, str | None]
) -> list[SessionSpending]:
    """The cost of each session, the last used first; one line for all that are too many."""
    sessions: dict[str | None, list[Purchase]] = {}
    for item in purchases:
        if item.state == "charged":
            sessions.setdefault(item.session_id, []).append(item)
    shown, others = list(sessions)[:_MAX_LINES], list(sessions)[_MAX_LINES:]
    lines = []
    for session_id in shown:
        line = _cost(sessions[session_id])
        line.session_id = session_id
        if title := titles.get(session_id or ""):
            line.title = cut(title, _MAX_TITLE_CHARACTERS)
        lines.append(line)
    if others:
        line = _cost([item for session_id in others for item in sessions[session_id]])
        line.title = f"{number_of(len(others), 'session')} used before these"
        lines.append(line)
    return lines


def _cost(charged: list[Purchase]) -> SessionSpending:
    unpriced = sum(item.expected for item in charged if item.credits is None)
    kinds = (f"{item.operation} {item.evidence.channel or ''}".strip() for item in charged)
    return SessionSpending(
        credits=sum(item.credits or 0 for item in charged),
        estimated=unpriced or None,
        counts=dict(Counter(kinds)),
    )


def _when(purchase: Purchase) -> str:
    return iso_time(datetime.fromtimestamp(purchase.claimed_at, UTC)) or ""
