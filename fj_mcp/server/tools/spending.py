"""The tool that reports spending."""

from contextlib import suppress

import anyio

from fj_mcp.api.call_context import user_in_use
from fj_mcp.api.errors import ApiError
from fj_mcp.purchases import spending_report
from fj_mcp.purchases.prices import usual_prices
from fj_mcp.results.spending import SpendingReport
from fj_mcp.server.context import CurrentConnection

_TITLES_SECONDS = 5.0
"""How long a report waits for the titles of the sessions."""


async def get_spending(connection: CurrentConnection) -> SpendingReport:
    """Show how much was spent today (UTC) and so far, what each purchase cost, the budget, and
    the balance: how many credits were left at the last FutureJobs response. Use it before
    paying, or when the user asks about cost. Free. For searches paid for elsewhere use
    list_sessions.
    """
    await connection.checkout.reconcile_open()
    ledger = connection.workspace.ledger
    spent, purchases = await ledger.spent_today(), await ledger.all()
    titles: dict[str, str | None] = {}
    if purchases:
        with anyio.move_on_after(_TITLES_SECONDS), suppress(ApiError):
            sessions = await connection.workspace.client.project_sessions()
            titles = {session.id: session.title for session in sessions}
    settings, yours = connection.settings, None
    if (user := user_in_use.get()) is not None:
        own = await ledger.spent_today(user)
        yours = spending_report.own_spending(own, settings.person_budget)
    report = spending_report.spending_report(
        spent, settings.credit_budget, purchases, titles, yours
    )
    if not settings.read_only:
        prices = await usual_prices(connection.workspace)
        report.tell_view("prices", prices.model_dump(exclude_none=True))
    return report
