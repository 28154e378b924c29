"""Prices in credits: of an operation before it is bought, and of a purchase after it."""

from contextlib import suppress

import anyio

from fj_mcp.api.endpoints import ENDPOINTS
from fj_mcp.api.errors import ApiError
from fj_mcp.results.models import Prices
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.workspace.workspace import Workspace

_SECONDS = 3.0
"""How long a result waits for its price, if the response did not state it."""


async def usual_price(
    workspace: Workspace, operation: str, channel: str | None = None
) -> int | None:
    """The last price of an operation, else the published one; None if unknown.

    Args:
        workspace: of the key.
        operation: the API's operation.
        channel: of a reveal.
    """
    with suppress(StorageUnavailable):
        if (last := await workspace.ledger.price(operation, channel)) is not None:
            return last
    return ENDPOINTS[operation].attempted.price


async def usual_prices(workspace: Workspace) -> Prices:
    """The usual prices of what the interactive shortlist offers."""
    email = await usual_price(workspace, "reveal", "email")
    phone = await usual_price(workspace, "reveal", "phone")
    return Prices(
        fetch_more=await usual_price(workspace, "fetch_more"),
        reveal=max(email, phone) if email and phone else None,
        reveal_email=email,
        reveal_phone=phone,
    )


async def price_in_session(
    workspace: Workspace,
    purchase_id: int,
    session_id: str,
    evidence: Evidence,
    *,
    unfinished: bool = False,
) -> int | None:
    """The price of a purchase as its session shows it; None if that does not tell.

    Args:
        workspace: of the key.
        purchase_id: in the ledger.
        session_id: of the session that was made or changed.
        evidence: with the session's total before the purchase.
        unfinished: whether the session was saved but its search did not complete.
    """
    before = evidence.credits
    with anyio.move_on_after(_SECONDS), suppress(ApiError, StorageUnavailable):
        session = await workspace.client.get_session(session_id)
        after = session.credits_charged
        newest = await workspace.ledger.newest_in(session_id)
        # A later purchase in the session would be counted as well.
        if before is None or after is None or newest is None or newest.id != purchase_id:
            return None
        used = session.search_more_counter or session.filter_changes_counter
        if newest.operation == "create_session" and used:
            return None  # Continued elsewhere, so that its total is of several purchases.
        # No difference proves a price of 0 only if the search did not complete.
        if after > before or (after == before and unfinished):
            return after - before
    return None
