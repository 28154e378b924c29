"""The tool that reports spending."""

from fj_mcp.purchases import spending_report
from fj_mcp.results.models import SpendingReport
from fj_mcp.server.context import CurrentConnection


async def get_spending(connection: CurrentConnection) -> SpendingReport:
    """Show what was spent: how much each search and contact did cost so far, the sum of today
    (UTC), the budget, and how many credits were left by the last response of FutureJobs. Free.
    Looks up open outcomes first; estimates are marked. For all searches, with those made
    elsewhere, use list_sessions.
    """
    await connection.checkout.reconcile_open()
    ledger = connection.workspace.ledger
    spent = await ledger.spent_today()
    return spending_report.spending_report(
        spent, connection.settings.credit_budget, await ledger.newest(20)
    )
