"""Asking the user before credits are spent or people forgotten, where their client can ask."""

import hashlib
import secrets
from contextvars import ContextVar
from typing import Any, ClassVar, Self

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

from fj_mcp.errors import FutureJobsError
from fj_mcp.purchases.errors import NotApproved
from fj_mcp.purchases.order import Consent, Order, warning
from fj_mcp.server.connection import Connection

HOW_TO_ALLOW = (
    "this server must ask the user before it spends credits (FJ_CONFIRM_SPEND=strict), and this "
    "client cannot ask. Use a client that can, or restart the server with FJ_CONFIRM_SPEND=auto."
)

_IN_RESULTS_SINCE = "2026-07-28"
"""The first protocol version in which a question is sent in the result of the call."""

_DECLINED = "the user declined. Do not call it again unless they ask."
_CLOSED = "the user closed the question without answering it."
_UNUSABLE = (
    "the client sent no usable answer to the question{about}. Call again to ask the user once more."
)


class Approval(BaseModel):
    """The user's answer. An unusable answer counts as a no."""

    unusable: ClassVar[str] = _UNUSABLE.format(about=" whether to spend credits")

    approve: bool = Field(strict=True, description="Spend these credits?")
    _refusal: str = PrivateAttr(_DECLINED)
    _asked: bool = PrivateAttr(True)
    _cannot_ask: bool = PrivateAttr(False)

    @model_validator(mode="wrap")
    @classmethod
    def _usable(cls, content: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return read(content)
        except ValidationError:
            return cls.refused(cls.unusable)

    @classmethod
    def refused(cls, words: str) -> Self:
        """A no with its reason."""
        answer = cls(approve=False)
        answer._refusal = words
        return answer

    @classmethod
    def unasked(cls, approve: bool, *, cannot_ask: bool = False) -> Self:
        """A decision made without asking the user, for instance because their client cannot."""
        answer = cls(approve=approve)
        answer._asked = False
        answer._cannot_ask = cannot_ask
        return answer

    @property
    def cannot_ask(self) -> bool:
        """Whether the user was not asked because their client cannot."""
        return self._cannot_ask

    def consent(self) -> Consent:
        """The consent that it gives, for the purchases of one call."""
        if not self.approve:
            return Consent(False, self._refusal) if self._asked else Consent(False)
        approval = approval_in_use.get() if self._asked else None
        call = secrets.token_hex(8)
        return Consent(True, approval=approval, call=call, unasked=self._cannot_ask)


class Deletion(Approval):
    """The user's answer to the question whether to delete something."""

    unusable: ClassVar[str] = _UNUSABLE.format(about="")

    approve: bool = Field(strict=True, description="Delete it?")


class NotDeleted(FutureJobsError):
    """The user did not agree to a deletion. `reason` completes the sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Nothing was deleted: {reason}")


Answer = ElicitationResult[Approval]
"""The user's answer as a tool receives it: accepted, declined or canceled."""

approval_in_use: ContextVar[str | None] = ContextVar("approval_in_use", default=None)
"""A digest of the sealed question that the current request answers; every question has its own."""


async def with_approval(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Middleware that sets `approval_in_use`, before the SDK's own unseals the question."""
    state = (ctx.params or {}).get("requestState")
    digest = hashlib.sha256(state.encode()).hexdigest() if isinstance(state, str) else None
    token = approval_in_use.set(digest)
    try:
        return await call_next(ctx)
    finally:
        approval_in_use.reset(token)


def may_ask(context: Context[Any, Any]) -> bool:
    """Whether the client declared that it can show the user a form."""
    capabilities = context.client_capabilities
    declared = capabilities.elicitation if capabilities is not None else None
    return declared is not None and (declared.form is not None or declared.url is None)


async def question(
    connection: Connection, context: Context[Any, Any], *orders: Order[Any, Any, Any]
) -> Approval | Elicit[Approval]:
    """The result of a tool's resolver: the question, or a decision where nothing must be asked.

    Asked once for all of `orders`, and only if at least one of them would be sent.

    Raises:
        NotApproved: if asking is required and the client cannot ask.
    """
    mode = connection.settings.confirm_spend
    if mode == "off" or (mode == "auto" and not may_ask(context)):
        return Approval.unasked(True, cannot_ask=mode == "auto")
    words = await connection.checkout.question(*orders)
    if words is None:
        return Approval.unasked(False)
    if not may_ask(context):
        raise NotApproved(HOW_TO_ALLOW)
    return await _put(context, words, Approval, mode)


async def ask_before_deleting(
    connection: Connection, context: Context[Any, Any], words: str, what: list[str]
) -> Approval | Elicit[Approval]:
    """The question before a deletion; where the client cannot ask, a call must be made twice.

    Args:
        connection: of the call.
        context: of the call.
        words: of the question.
        what: identifies the deletion.

    Raises:
        NotDeleted: if the client cannot ask, and this is the first call.
    """
    if may_ask(context):
        answer = await _put(context, words, Deletion, "auto")
        if not (isinstance(answer, Approval) and answer.cannot_ask):
            return answer
    ledger = connection.workspace.ledger
    asked = connection.keyed("deletions", warning("forget", what=what))
    if await ledger.is_first(asked):
        raise NotDeleted(
            f"ask the user first: {words} If they agree, call forget_candidates again with the "
            "same arguments."
        )
    # It is good for one deletion, and nothing of it stays in the database.
    await ledger.withdraw_warning(asked)
    return Deletion.unasked(True)


def require_deletion(answer: Answer) -> None:
    """Raise `NotDeleted` unless the user agreed."""
    consented = consent(answer)
    if not consented.given:
        raise NotDeleted(consented.refusal)


async def _put(
    context: Context[Any, Any], words: str, form: type[Approval], mode: str
) -> Approval | Elicit[Approval]:
    version = context.protocol_version
    if version is None or is_version_at_least(version, _IN_RESULTS_SINCE):
        return Elicit(words, form)
    return await _ask(context, words, form, mode)


async def _ask(context: Context[Any, Any], words: str, form: type[Approval], mode: str) -> Approval:
    """Ask with a request of its own, as the protocol versions up to 2025 do."""
    try:
        answer = await context.elicit(words, form)
    except MCPError as error:
        if error.code != METHOD_NOT_FOUND:
            return form.refused(form.unusable)
        # The client declared a capability that it lacks.
        if mode == "strict":
            raise NotApproved(HOW_TO_ALLOW) from None
        return form.unasked(True, cannot_ask=True)
    except ValueError:
        return form.refused(form.unusable)
    return _read(answer)


def consent(answer: Answer) -> Consent:
    """The consent that an answer gives."""
    return _read(answer).consent()


def _read(answer: Answer) -> Approval:
    match answer:
        case AcceptedElicitation(data=approval):
            return approval
        case CancelledElicitation():
            return Approval.refused(_CLOSED)
        case DeclinedElicitation():
            return Approval.refused(_DECLINED)


def unusable_answer() -> NotApproved:
    """The error of a tool whose question got an answer that the SDK cannot read."""
    return NotApproved(Approval.unusable)
