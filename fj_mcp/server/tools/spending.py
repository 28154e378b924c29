"""The tool that reports spending."""

from fj_mcp.purchases import spending_report
from fj_mcp.results.models import SpendingReport
from fj_mcp.server.context import CurrentConnection


async def get_spending(connection: CurrentConnection) -> SpendingReport:
    """Show the credits spent today (UTC), the budget, the last known balance, and the 20 newest
    purchases with their outcomes. Free. Looks up open outcomes first. Use it when the user asks
    about cost, or to find a session that was paid for; list_sessions lists all sessions,
    including those made elsewhere.
    """
    await connection.checkout.reconcile_open()
    ledger = connection.workspace.ledger
    spent = await ledger.spent_today()
    return spending_report.spending_report(
        spent, connection.settings.credit_budget, await ledger.newest(20)
    )
