"""Asking the user before credits are spent, where their client can ask."""

import hashlib
import secrets
from contextvars import ContextVar
from typing import Any, Self

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.elicitation import (
    AcceptedElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    ElicitationResult,
)
from mcp.server.mcpserver import Context, Elicit
from mcp.shared.exceptions import MCPError
from mcp_types import METHOD_NOT_FOUND
from mcp_types.version import is_version_at_least
from pydantic import (
    BaseModel,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from fj_mcp.purchases.errors import NotApproved
from fj_mcp.purchases.order import Consent, Order
from fj_mcp.server.connection import Connection

HOW_TO_ALLOW = (
    "this server asks the person before it spends credits (FJ_CONFIRM_SPEND=strict), and this "
    "client cannot ask. Use a client that can, or restart the server with FJ_CONFIRM_SPEND=auto."
)

_IN_RESULTS_SINCE = "2026-07-28"
"""The protocol version since which a question travels in the result of the call."""

_DECLINED = "the person declined. Do not call it again unless they ask."
_CLOSED = "the person closed the question without answering it."
_UNUSABLE = (
    "the client's answer to the question whether to spend credits cannot be used. Call again to "
    "ask the user once more."
)


class Approval(BaseModel):
    """The user's answer. One that is no answer counts as a no."""

    approve: bool = Field(strict=True, description="Spend these credits?")
    _refusal: str = PrivateAttr(_DECLINED)
    _asked: bool = PrivateAttr(True)

    @model_validator(mode="wrap")
    @classmethod
    def _usable(cls, content: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return read(content)
        except ValidationError:
            return cls.refused(_UNUSABLE)

    @classmethod
    def refused(cls, words: str) -> Self:
        """A no, and why."""
        answer = cls(approve=False)
        answer._refusal = words
        return answer

    @classmethod
    def unasked(cls, approve: bool) -> Self:
        """What stands where nobody was asked."""
        answer = cls(approve=approve)
        answer._asked = False
        return answer

    def consent(self) -> Consent:
        """What it allows: the purchases of one call."""
        if not self.approve:
            return Consent(False, self._refusal) if self._asked else Consent(False)
        approval = approval_in_use.get() if self._asked else None
        return Consent(True, approval=approval, call=secrets.token_hex(8))


Asked = ElicitationResult[Approval]
"""What a tool receives: the answer, or that none was given."""

approval_in_use: ContextVar[str | None] = ContextVar("approval_in_use", default=None)
"""A digest of the sealed question that the request in hand answers, which is never the same."""


async def with_approval(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware around the SDK's own, which opens the seal, that sets `approval_in_use`."""
    state = (ctx.params or {}).get("requestState")
    digest = hashlib.sha256(state.encode()).hexdigest() if isinstance(state, str) else None
    token = approval_in_use.set(digest)
    try:
        return await call_next(ctx)
    finally:
        approval_in_use.reset(token)


def may_ask(context: Context[Any, Any]) -> bool:
    """Whether the client declared that it can ask its person to fill in a form."""
    capabilities = context.client_capabilities
    declared = capabilities.elicitation if capabilities is not None else None
    return declared is not None and (declared.form is not None or declared.url is None)


async def question(
    connection: Connection, context: Context[Any, Any], *orders: Order
) -> Approval | Elicit[Approval]:
    """What a tool's resolver returns: the question, or the answer where there is none to ask.

    Asked once for all of `orders`, and only if one of them would really be sent.

    Raises:
        NotApproved: where asking is required and the client cannot.
    """
    mode = connection.settings.confirm_spend
    if mode == "off" or (mode == "auto" and not may_ask(context)):
        return Approval.unasked(True)
    words = await connection.checkout.question(*orders)
    if words is None:
        return Approval.unasked(False)
    if not may_ask(context):
        raise NotApproved(HOW_TO_ALLOW)
    version = context.protocol_version
    if version is None or is_version_at_least(version, _IN_RESULTS_SINCE):
        return Elicit(words, Approval)
    return await _ask(context, words, mode)


async def _ask(context: Context[Any, Any], words: str, mode: str) -> Approval:
    """The answer to a question that travels as a request of its own, as it did until 2025."""
    try:
        answer = await context.elicit(words, Approval)
    except MCPError as error:
        if error.code != METHOD_NOT_FOUND:
            return Approval.refused(_UNUSABLE)
        # It declared what it cannot do.
        if mode == "strict":
            raise NotApproved(HOW_TO_ALLOW) from None
        return Approval.unasked(True)
    except ValueError:
        return Approval.refused(_UNUSABLE)
    return _read(answer)


def consent(asked: Asked) -> Consent:
    """What an answer allows."""
    return _read(asked).consent()


def _read(asked: Asked) -> Approval:
    match asked:
        case AcceptedElicitation(data=answer):
            return answer
        case CancelledElicitation():
            return Approval.refused(_CLOSED)
        case DeclinedElicitation():
            return Approval.refused(_DECLINED)


def unusable() -> NotApproved:
    """What a tool raises where the SDK cannot make anything of an answer."""
    return NotApproved(_UNUSABLE)
