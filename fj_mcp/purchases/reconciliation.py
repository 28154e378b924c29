"""What became of a purchase whose outcome is open: decided by free reads, never by paying."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fj_mcp.api.errors import ApiError, NotFound
from fj_mcp.ledger.purchase import Purchase
from fj_mcp.purchases.errors import OutcomeHidden
from fj_mcp.purchases.fetch_more_order import FetchMoreOrder
from fj_mcp.purchases.order import NothingShown, Order, age, seconds_since
from fj_mcp.purchases.reveal_order import RevealOrder
from fj_mcp.purchases.search_order import SearchOrder
from fj_mcp.purchases.update_order import UpdateOrder
from fj_mcp.workspace.workspace import Workspace

ORDERS: Mapping[str, type[Order[Any, Any]]] = {
    order.operation: order for order in (SearchOrder, UpdateOrder, FetchMoreOrder, RevealOrder)
}
"""Everything that can be bought, by the API's operation."""

_SHOWN_AGAIN_SECONDS = 10.0
"""After a session came without its counters, it is worth asking for again this much later."""

_AT_ONCE = 5
"""Leftovers that one call sees to, so that many of them do not use up its time."""


async def settle_all(workspace: Workspace, purchases: list[Purchase], call_seconds: float) -> None:
    """Settle what can be settled of some purchases, and leave the others as they are."""
    for purchase in purchases[:_AT_ONCE]:
        with suppress(ApiError, OutcomeHidden):
            await settle(workspace, purchase, call_seconds)


async def settle(workspace: Workspace, purchase: Purchase, call_seconds: float) -> float:
    """Decide by free reads what became of a purchase, if they tell.

    Args:
        workspace: of the key.
        purchase: which is open.
        call_seconds: how long a call may be under way, for one whose process did not live to say
            when it ended.

    Returns:
        The seconds after which they will tell, 0 if they did.

    Raises:
        OutcomeHidden: if there is a sign that may be of it, and nothing that tells.
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
    except NothingShown:
        return _SHOWN_AGAIN_SECONDS
    if found is not None:
        await ledger.settle(
            purchase.id,
            "charged",
            session_id=found.session_id,
            credits=found.charged,
            if_open=True,
        )
        return 0
    purchase = await _corrected(workspace, purchase)
    left = _seconds_left(workspace, purchase, call_seconds)
    if left <= 0:
        await ledger.settle(purchase.id, "refused")
        return 0
    return left


async def _corrected(workspace: Workspace, purchase: Purchase) -> Purchase:
    """The purchase with no moment after what the API's clock says now.

    Between two responses this machine's clocks tell how that goes on, and one of them may leap.
    """
    if (now := workspace.client.server_time) is None:
        return purchase
    evidence = purchase.evidence.as_of(now)
    if evidence != purchase.evidence:
        await workspace.ledger.add_evidence(purchase.id, evidence)
    return replace(purchase, evidence=evidence)


def _seconds_left(workspace: Workspace, purchase: Purchase, call_seconds: float) -> float:
    """The seconds until a purchase of which there is no sign counts as not carried out."""
    limit = ORDERS[purchase.operation].settled_after(purchase)
    if (ended := purchase.evidence.ended) is not None:
        return limit - seconds_since(workspace, ended)
    return limit + call_seconds - age(workspace, purchase)
