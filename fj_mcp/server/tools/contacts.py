"""The tool that gets contacts."""

from functools import partial
from typing import Annotated, Literal

from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import Field

from fj_mcp.errors import BadArguments
from fj_mcp.purchases.reveal_order import RevealOrder, reveal_all, reveal_orders
from fj_mcp.results.models import RevealedContacts
from fj_mcp.server.arguments import CandidateId, SessionId
from fj_mcp.server.connection import Connection
from fj_mcp.server.consent import Approval, Asked, consent, question
from fj_mcp.server.context import Running


async def contact_orders(
    session_id: str,
    candidate_ids: list[str],
    channel: Literal["email", "phone"],
    running: Running,
) -> list[RevealOrder]:
    """What `reveal_contacts` buys."""
    if len(set(candidate_ids)) < len(candidate_ids):
        raise BadArguments("candidate_ids names a candidate twice; name each once")
    session = await running.workspace.client.get_session(session_id)
    return await reveal_orders(running.workspace, session, candidate_ids, channel)


async def ask_for_contacts(
    orders: Annotated[list[RevealOrder], Resolve(contact_orders)],
    running: Running,
    ctx: Context[Connection],
) -> Approval | Elicit[Approval]:
    """The question before a reveal."""
    return await question(running, ctx, *orders)


async def reveal_contacts(
    session_id: SessionId,
    candidate_ids: Annotated[
        list[CandidateId], Field(min_length=1, max_length=10, description="1 to 10.")
    ],
    channel: Annotated[Literal["email", "phone"], Field(description="Which contact to buy.")],
    running: Running,
    orders: Annotated[list[RevealOrder], Resolve(contact_orders)],
    asked: Annotated[Asked, Resolve(ask_for_contacts)],
) -> RevealedContacts:
    """Reveal the e-mail address or phone number of candidates. Costs credits for each one
    (FutureJobs does not publish how many), so call it only when the person asked for these
    contacts. What is already revealed comes back for free. A phone number may be pending and
    arrive minutes later: get_candidate shows it then, for free, and never call this again to
    check. For career and skills without contact use get_candidate.
    """
    buy = partial(running.checkout.buy, consent=consent(asked))
    return await reveal_all(orders, candidate_ids, channel, buy)
