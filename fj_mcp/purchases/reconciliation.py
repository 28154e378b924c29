"""Resolve open outcomes of purchases with free reads, never by paying again."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from msgspec.structs import replace

from fj_mcp.api.errors import ApiError, NotFound
from fj_mcp.purchases.errors import OutcomeHidden
from fj_mcp.purchases.fetch_more_order import FetchMoreOrder
from fj_mcp.purchases.order import CountersMissing, Order, age, seconds_since
from fj_mcp.purchases.reveal_order import RevealOrder
from fj_mcp.purchases.search_order import SearchOrder
from fj_mcp.purchases.update_order import UpdateOrder
from fj_mcp.storage.ledger.purchase import Purchase
from fj_mcp.workspace.workspace import Workspace

ORDERS: Mapping[str, type[Order[Any, Any, Any]]] = {
    order.operation: order for order in (SearchOrder, UpdateOrder, FetchMoreOrder, RevealOrder)
}
"""Every class of order, by the API's operation."""

_COUNTERS_RETRY_SECONDS = 10.0
"""When to read a session again that came without its counters."""

_MAX_AT_ONCE = 5
"""Purchases that one call reconciles, so that many of them do not use up its time."""


async def reconcile_all(
    workspace: Workspace, purchases: list[Purchase], call_seconds: float
) -> None:
    """Reconcile some purchases as far as possible, and leave the others as they are."""
    for purchase in purchases[:_MAX_AT_ONCE]:
        with suppress(ApiError, OutcomeHidden):
            await reconcile(workspace, purchase, call_seconds)


async def reconcile(workspace: Workspace, purchase: Purchase, call_seconds: float) -> float:
    """Find out with free reads whether a purchase was carried out, and record its outcome.

    Args:
        workspace: of the key.
        purchase: one whose outcome is open.
        call_seconds: the longest that a call can take, for a purchase whose process died before it
            could record when the call ended.

    Returns:
        The seconds until reads will be conclusive; 0 if they were.

    Raises:
        OutcomeHidden: if the only signs of it are inconclusive.
    """
    ledger = workspace.ledger
    if not purchase.sent:
        await ledger.forget(purchase.id)
        return 0
    if purchase.state == "pending":
        await ledger.settle(purchase.id, "unknown")
    try:
        found = await ORDERS[purchase.operation].find(workspace, purchase, call_seconds)
    except NotFound:
        found = None
    except CountersMissing:
        return _COUNTERS_RETRY_SECONDS
    if found is not None:
        await ledger.settle(
            purchase.id,
            "charged",
            session_id=found.session_id,
            credits=found.charged,
            if_open=True,
        )
        return 0
    purchase = await _clamp_times(workspace, purchase)
    left = _seconds_left(workspace, purchase, call_seconds)
    if left <= 0:
        await ledger.settle(purchase.id, "refused")
        return 0
    return left


async def _clamp_times(workspace: Workspace, purchase: Purchase) -> Purchase:
    """Move times of a purchase that lie in the future, by the API's clock, back to now.

    Between responses the API's time is extrapolated with this machine's clock, which may jump.
    """
    if (now := workspace.client.server_time) is None:
        return purchase
    evidence = purchase.evidence.as_of(now)
    if evidence != purchase.evidence:
        await workspace.ledger.add_evidence(purchase.id, evidence)
    return replace(purchase, evidence=evidence)


def _seconds_left(workspace: Workspace, purchase: Purchase, call_seconds: float) -> float:
    """The seconds until a purchase without any sign counts as not carried out."""
    limit = ORDERS[purchase.operation].conclusive_after(purchase)
    if (ended := purchase.evidence.ended) is not None:
        return limit - seconds_since(workspace, ended)
    return limit + call_seconds - age(workspace, purchase)
