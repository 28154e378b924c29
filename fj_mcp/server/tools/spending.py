"""The tool that tells what was spent."""

from fj_mcp.purchases import spending_report
from fj_mcp.results.models import SpendingReport
from fj_mcp.server.context import Running


async def get_spending(running: Running) -> SpendingReport:
    """Show what was spent today (UTC), the budget, the credits left as last heard, and the newest
    20 purchases with their outcomes. Free. Outcomes that were open are looked up first. Use it
    when the person asks about cost, or to find a session that was paid for; list_sessions lists
    all sessions, also those made elsewhere.
    """
    await running.checkout.settle_open()
    ledger = running.workspace.ledger
    spent = await ledger.spent_today()
    return spending_report.spending_report(
        spent, running.settings.credit_budget, await ledger.newest(20)
    )
