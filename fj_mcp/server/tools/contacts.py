"""The tool that reveals contacts."""

from functools import partial
from typing import Annotated, Literal

from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import Field

from fj_mcp.errors import BadArguments
from fj_mcp.purchases.reveal_order import RevealOrder, reveal_all, reveal_orders
from fj_mcp.results.models import RevealedContacts
from fj_mcp.server.arguments import CandidateId, SessionId
from fj_mcp.server.connection import Connection
from fj_mcp.server.consent import Answer, Approval, consent, question
from fj_mcp.server.context import CurrentConnection
from fj_mcp.workspace.remembered_people import record_revealed, refuse_banned


async def contact_orders(
    session_id: str,
    candidate_ids: list[str],
    channel: Literal["email", "phone"],
    connection: CurrentConnection,
) -> list[RevealOrder]:
    """The orders for a call of `reveal_contacts`."""
    if len(set(candidate_ids)) < len(candidate_ids):
        raise BadArguments("candidate_ids names a candidate twice; name each once")
    session = await connection.workspace.client.get_session(session_id)
    orders = await reveal_orders(connection.workspace, session, candidate_ids, channel)
    await refuse_banned(connection.workspace, session_id, candidate_ids)
    return orders


async def ask_for_contacts(
    orders: Annotated[list[RevealOrder], Resolve(contact_orders)],
    connection: CurrentConnection,
    ctx: Context[Connection],
) -> Approval | Elicit[Approval]:
    """The question before a reveal."""
    return await question(connection, ctx, *orders)


async def reveal_contacts(
    session_id: SessionId,
    candidate_ids: Annotated[
        list[CandidateId],
        Field(min_length=1, max_length=10, description="1 to 10, from list_profiles."),
    ],
    channel: Annotated[Literal["email", "phone"], Field(description="Which contact to buy.")],
    connection: CurrentConnection,
    orders: Annotated[list[RevealOrder], Resolve(contact_orders)],
    answer: Annotated[Answer, Resolve(ask_for_contacts)],
) -> RevealedContacts:
    """Get the email address or phone number of candidates, for a user who wants to reach, write
    to or call them. Costs credits for each contact (how many is not published), so use it only
    when the user asked for it. Free for anyone not reachable (not_found) or revealed before. A
    pending phone number arrives within minutes: get_candidate then shows it for free. For work
    history use get_candidate.
    """
    buy = partial(connection.checkout.buy, consent=consent(answer))
    revealed = await reveal_all(orders, candidate_ids, channel, buy)
    # Those revealed before too: it may not have been recorded then.
    known = ("found", "pending", "already_revealed")
    people = [one.candidate_id for one in revealed.results if one.status in known]
    await record_revealed(connection.workspace, session_id, people)
    return revealed
