"""What became of a purchase whose outcome is open: decided by free reads, never by paying."""

from contextlib import suppress
from dataclasses import dataclass

from fj_mcp.api.errors import ApiError, NotFound
from fj_mcp.ledger.purchase import Purchase
from fj_mcp.purchases.errors import OutcomeHidden
from fj_mcp.purchases.order import age, seconds_since
from fj_mcp.purchases.search_order import query_traces, search_traces
from fj_mcp.text import lenient
from fj_mcp.workspace.workspace import Workspace

SETTLED_AFTER_SECONDS = 180.0
"""Without a sign of a purchase for this long since it was last under way, it was not carried out.
Gateways were seen to go on with a request for more than a minute after the client had hung up."""

PHONE_SETTLED_AFTER_SECONDS = 240.0
"""The same for a telephone number, which may arrive three minutes after it was paid for."""

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
        workspace: of the key that bought it.
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
        found = await look_for(workspace, purchase, call_seconds)
    except NotFound:
        if purchase.operation == "create_session":
            why = "this key has no project whose sessions could be looked through"
            raise OutcomeHidden(why) from None
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
    await _correct_moments(workspace, purchase)
    left = _seconds_left(workspace, purchase, call_seconds)
    if left <= 0:
        await ledger.settle(purchase.id, "refused")
        return 0
    return left


async def _correct_moments(workspace: Workspace, purchase: Purchase) -> None:
    """Let no moment of a purchase lie after what the API's clock says now.

    Between two responses this machine's clocks tell how that goes on, and one of them may leap.
    """
    now, wrong = workspace.client.server_time, False
    for name in ("sending", "left", "ended"):
        moment = purchase.traces.get(name) or {}
        if now is not None and (moment.get("server") or 0) > now:
            moment["server"], wrong = now, True
    if wrong:
        await workspace.ledger.leaving(purchase.id, purchase.traces)


def _seconds_left(workspace: Workspace, purchase: Purchase, call_seconds: float) -> float:
    """The seconds until a purchase of which there is no sign counts as not carried out."""
    by_phone = purchase.traces.get("channel") == "phone"
    limit = PHONE_SETTLED_AFTER_SECONDS if by_phone else SETTLED_AFTER_SECONDS
    if (ended := purchase.traces.get("ended")) is not None:
        return limit - seconds_since(workspace, ended)
    return limit + call_seconds - age(workspace, purchase)


class NothingShown(Exception):
    """A session came without the counters that it had before the purchase."""


@dataclass(frozen=True)
class Found:
    """The verdict of the free reads about a purchase whose outcome was open."""

    session_id: str
    charged: int | None


async def look_for(workspace: Workspace, purchase: Purchase, call_seconds: float) -> Found | None:
    """Look, for free, whether a purchase was carried out.

    Args:
        workspace: of the key that bought it.
        purchase: with the traces that were taken before it was sent.
        call_seconds: how long the call that sent it may have been under way.

    Returns:
        What was found, or None if there is no sign of it.

    Raises:
        OutcomeHidden: if there is a sign that may be of it, and nothing that tells.
        NothingShown: if the response lacks that by which it would be seen.
    """
    traces = purchase.traces
    if purchase.operation == "create_session":
        return await _look_for_search(workspace, purchase, call_seconds)
    session = await workspace.client.get_session(purchase.session_id or "")
    charged = None
    if session.credits_charged is not None and traces.get("credits") is not None:
        charged = lenient.credits(session.credits_charged - traces["credits"])
    counters = {
        "update_session": session.filter_changes_counter,
        "fetch_more": session.search_more_counter,
    }
    moved = counters.get(purchase.operation, 0) > traces.get("counter", 0)
    fetching = purchase.operation == "fetch_more" and session.api_status == "fetching_more"
    if moved or fetching or (charged or 0) > 0:
        return Found(session.id, charged)
    if traces.get("shows_counters") and not session.shows_counters:
        raise NothingShown
    if purchase.operation == "reveal":
        workspace.shortlists.expect_contacts(session.id)
        person = (await workspace.shortlists.ranked(session)).find(traces.get("candidate", ""))
        if person is not None and person.contact(traces.get("channel", "")).revealed:
            # It may have arrived between the two reads, so that no difference tells nothing.
            return Found(session.id, charged or None)
    return None


async def _look_for_search(
    workspace: Workspace, purchase: Purchase, call_seconds: float
) -> Found | None:
    client, traces = workspace.client, purchase.traces
    taken = await workspace.ledger.bought_sessions()
    others = [other for other in await workspace.ledger.open_searches() if other.id != purchase.id]
    # Whole seconds in the id and in the Date header: a session may seem to be a little older
    # than the request for it. Without the server's time only the other signs decide.
    tolerance = 3 if traces.get("server_time") else 24 * 3600
    since = (traces.get("server_time") or traces.get("local_time") or 0) - tolerance
    left = (traces.get("left") or {}).get("server") or since
    until = left + call_seconds + SETTLED_AFTER_SECONDS + 2 * tolerance
    similar = False
    for listed in await client.project_sessions():
        if listed.id in taken or not listed.created_at or listed.created_at.timestamp() < since:
            continue
        named = search_traces(listed.title, listed.job_description)
        if not named.items() <= traces.items():
            continue
        try:
            session = await client.get_session(listed.id)
        except NotFound:
            continue  # Listed still, and deleted already.
        shown = named | query_traces(session.queries, session.sample_profile_url)
        if shown.items() <= traces.items():
            # What was done with it since is in its count too.
            used = session.search_more_counter or session.filter_changes_counter
            return Found(session.id, None if used else session.credits_charged)
        another = any(shown.items() <= other.traces.items() for other in others)
        similar = similar or (not another and listed.created_at.timestamp() <= until)
    if similar:
        # The same title and text at the same moment: the API may show filters otherwise than they
        # were sent, and to be sure of a miss would be to pay again.
        raise OutcomeHidden("a session of that name shows other filters than were asked for")
    return None
