"""The tool that reports spending."""

from contextlib import suppress

import anyio

from fj_mcp.api.errors import ApiError
from fj_mcp.purchases import spending_report
from fj_mcp.results.models import SpendingReport
from fj_mcp.server.context import CurrentConnection

_TITLES_SECONDS = 5.0
"""How long a report waits for the titles of the sessions."""


async def get_spending(connection: CurrentConnection) -> SpendingReport:
    """Show the credits spent today (UTC), the budget, the last known balance, and the 20 newest
    purchases with their outcomes. Free. Looks up open outcomes first. Use it when the user asks
    about cost, or to find a session that was paid for; list_sessions lists all sessions,
    including those made elsewhere.
    """
    await connection.checkout.reconcile_open()
    ledger = connection.workspace.ledger
    spent, purchases = await ledger.spent_today(), await ledger.all()
    titles: dict[str, str | None] = {}
    if purchases:
        with anyio.move_on_after(_TITLES_SECONDS), suppress(ApiError):
            sessions = await connection.workspace.client.project_sessions()
            titles = {session.id: session.title for session in sessions}
    return spending_report.spending_report(
        spent, connection.settings.credit_budget, purchases, titles
    )
