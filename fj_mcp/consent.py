"""Asking the person before credits are spent, where their client can ask."""

from typing import Any

from mcp.server.elicitation import (
    AcceptedElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    ElicitationResult,
)
from mcp.server.mcpserver import Context, Elicit
from pydantic import BaseModel, Field

from fj_mcp.orders import ALLOWED, Consent, Order
from fj_mcp.purchase_errors import NotApproved
from fj_mcp.sourcing import Sourcing

HOW_TO_ALLOW = (
    "this server asks the person before it spends credits (FJ_CONFIRM_SPEND=strict), and this "
    "client cannot ask. Use a client that can, or restart the server with FJ_CONFIRM_SPEND=auto."
)


class Approval(BaseModel):
    """The person's answer."""

    approve: bool = Field(description="Spend these credits?")


Asked = ElicitationResult[Approval]
"""What a tool receives: the answer, or that none was given."""

NOT_ASKED = Approval(approve=False)
"""In place of an answer when nothing would be sent, so that nothing was asked."""


def may_ask(context: Context[Any, Any]) -> bool:
    """Whether the client declared that it can ask its person to fill in a form."""
    capabilities = context.client_capabilities
    declared = capabilities.elicitation if capabilities is not None else None
    return declared is not None and (declared.form is not None or declared.url is None)


async def question(
    sourcing: Sourcing, context: Context[Any, Any], *orders: Order
) -> Approval | Elicit[Approval]:
    """What a tool's resolver returns: the question, or the answer where there is none to ask.

    Asked once for all of `orders`, and only if one of them would really be sent.

    Raises:
        NotApproved: where asking is required and the client cannot.
    """
    mode = sourcing.settings.confirm_spend
    if mode == "off" or (mode == "auto" and not may_ask(context)):
        return Approval(approve=True)
    words = await sourcing.spending.question(*orders)
    if words is None:
        return NOT_ASKED
    if not may_ask(context):
        raise NotApproved(HOW_TO_ALLOW)
    return Elicit(words, Approval)


def consent(asked: Asked) -> Consent:
    """What an answer allows."""
    match asked:
        case AcceptedElicitation(data=Approval(approve=True)):
            return ALLOWED
        case AcceptedElicitation(data=answer) if answer is NOT_ASKED:
            return Consent(False)
        case CancelledElicitation():
            return Consent(False, "the person closed the question without answering it.")
        case DeclinedElicitation() | AcceptedElicitation():
            return Consent(False, "the person declined. Do not call it again unless they ask.")
