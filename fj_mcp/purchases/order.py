"""The base of all orders: a search, an update, more candidates, a contact.

An order defines its identity, the free reads before it is sent, the request itself, how to find it
again if its response is lost, and its result, newly bought or bought before.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

from msgspec import Struct

from fj_mcp.api.call_context import BeforeSend, user_in_use
from fj_mcp.api.endpoints import ENDPOINTS
from fj_mcp.api.errors import Attempted
from fj_mcp.api.session_records import CreditInfo, Session
from fj_mcp.clock import boot
from fj_mcp.storage.ledger.evidence import Evidence, Moment
from fj_mcp.storage.ledger.purchase import Purchase
from fj_mcp.text import lenient
from fj_mcp.text.comparison import normalized
from fj_mcp.workspace.workspace import Workspace

R = TypeVar("R")


class Plan(Struct, frozen=True):
    """An order that has been inspected and may be sent.

    Attributes:
        evidence: the facts by which to find the purchase if its response is lost.
        description: the purchase as the user is asked about it, such as `a search “C#, Pune”`.
        effects: sentences about what else it does, for the user to know before it is bought.
        unexpected: whether a client that cannot ask is refused once with these sentences.
    """

    evidence: Evidence
    description: str
    effects: str = ""
    unexpected: bool = False


P = TypeVar("P", bound=Plan)
D = TypeVar("D")


class Receipt(Struct, Generic[P, D], frozen=True):
    """An order that was carried out.

    Attributes:
        plan: as it was sent.
        response: what came back.
        session_id: the session that was created or changed.
        credits: as stated in the response, or found later.
        exhausted: whether there are no more candidates to find.
        unfinished: whether the session was saved but its search did not complete.
    """

    plan: P
    response: D
    session_id: str
    credits: CreditInfo
    exhausted: bool = False
    unfinished: bool = False


class Settled(Struct, Generic[R], frozen=True):
    """The result of an order that had nothing to buy now, or found nobody."""

    result: R


class Found(Struct, frozen=True):
    """A purchase whose response was lost, found by free reads."""

    session_id: str
    charged: int | None


class Consent(Struct, frozen=True):
    """Whether a purchase may be sent.

    Attributes:
        given: whether the user agreed, or need not be asked.
        refusal: why not, to complete the sentence of `NotApproved`.
        approval: a digest of the user's answer, if the client could send it again.
        call: the call that the answer came with; it covers all purchases of that call.
        unasked: whether the user would have been asked, but their client cannot.
    """

    given: bool
    refusal: str = "the situation has changed since the user was asked; call again."
    approval: str | None = None
    call: str = ""
    unasked: bool = False


ALLOWED = Consent(True)


class Order(ABC, Generic[R, P, D]):
    """Something to buy, with everything that is specific to buying it.

    `R` is its result for the model, `P` its plan, `D` the response to it.

    Attributes:
        operation: the API's operation.
        locks: the first is held by one open purchase at a time; the others are those of earlier
            versions, which must be free too. All orders for one session share a lock, because the
            session's counters show whether a purchase was carried out.
        fingerprints: equal for equal intent. The first is recorded; the others are those that
            earlier versions recorded.
        evidence: known of it before it is inspected. The first is recorded with the claim; a search
            of any of them is the same search.
        session_id: the session concerned; None for a new one.
        allow_duplicate: whether to buy even if an identical purchase has an outcome that cannot be
            found out.
    """

    operation: ClassVar[str]
    locks: tuple[str, ...]
    fingerprints: tuple[str, ...]
    evidence: tuple[Evidence, ...] = (Evidence(),)
    session_id: str | None
    allow_duplicate: bool = False

    @property
    def attempted(self) -> Attempted:
        """The wording of its errors, and its published price."""
        return ENDPOINTS[self.operation].attempted

    def is_same(self, purchase: Purchase) -> bool:
        """Whether a purchase in the ledger is the same as this order."""
        return purchase.fingerprint in self.fingerprints or any(
            purchase.evidence.is_search_of(one) for one in self.evidence
        )

    @abstractmethod
    async def inspect(self) -> P | R:
        """Make the free reads before a purchase.

        Returns:
            A plan, or the result if nothing needs to be bought.
        """

    @abstractmethod
    async def send(self, plan: P, before_send: BeforeSend) -> Receipt[P, D]:
        """Send the paid request. Raises an `ApiError`; `NoMatch` if nobody matches."""

    def result(self, outcome: Receipt[P, D] | Settled[R]) -> R:
        """The result for the model, composed once the purchase is recorded."""
        return outcome.result if isinstance(outcome, Settled) else self.describe(outcome)

    @abstractmethod
    def describe(self, receipt: Receipt[P, D]) -> R:
        """The result of a purchase that was just carried out."""

    @abstractmethod
    async def no_match(self, plan: P) -> R:
        """The result if nobody matches."""

    @abstractmethod
    async def repeat(self, purchase: Purchase, *, existed: bool) -> R:
        """The result of an identical earlier purchase, from free reads.

        Args:
            purchase: from the ledger.
            existed: whether it was delivered before, so that the model learns that it is repeating
                itself.
        """

    @classmethod
    @abstractmethod
    async def find(
        cls, workspace: Workspace, purchase: Purchase, call_seconds: float
    ) -> Found | None:
        """Look with free reads for signs that a purchase was carried out; None without any.

        Args:
            workspace: of the key.
            purchase: with the evidence recorded before it was sent.
            call_seconds: the longest that the call which sent it can have taken.

        Raises:
            OutcomeHidden: if the only signs of it are inconclusive.
            CountersMissing: if the session's counters, which would show it, are missing.
            NotFound: if its session does not exist.
        """

    @classmethod
    def conclusive_after(cls, purchase: Purchase) -> float:
        """Seconds after the end of its call until the absence of signs is conclusive."""
        return CONCLUSIVE_AFTER_SECONDS


CONCLUSIVE_AFTER_SECONDS = 180.0
"""Gateways have been seen to process a request for over a minute after the client hung up."""


class CountersMissing(Exception):
    """A session was returned without the counters that it had before the purchase."""


def moment_now(workspace: Workspace) -> Moment:
    """The current time by every clock."""
    server = workspace.client.server_now()
    return Moment(server, workspace.clock.now(), workspace.clock.steady(), boot())


def seconds_since(workspace: Workspace, moment: Moment) -> float:
    """Seconds since a moment, by the API's clock.

    Without the API's time, the smaller of what this machine's two clocks say: one can be set, the
    other restarts with the machine. 0 if it cannot be known.
    """
    if moment.server is not None:
        now = workspace.client.server_time
        # Unknown until the next response.
        return 0.0 if now is None else now - moment.server
    if moment.boot != boot():
        return 0.0
    return min(workspace.clock.now() - moment.local, workspace.clock.steady() - moment.steady)


def age(workspace: Workspace, purchase: Purchase) -> float:
    """Seconds since a purchase was sent."""
    # The process may have died before it could record that the request left.
    sent = purchase.evidence.left or purchase.evidence.sending
    return seconds_since(workspace, sent) if sent is not None else 0.0


def fingerprint(operation: str, **parts: Any) -> str:
    """A digest of what was asked for, ignoring order, case and spaces."""
    normal = json.dumps([operation, _normal(parts)], sort_keys=True)
    return hashlib.sha256(normal.encode()).hexdigest()


def warning(kind: str, **parts: Any) -> str:
    """The fingerprint of a warning to the current user, which others have not been given."""
    user = user_in_use.get()
    return fingerprint(kind, **parts, user=user.subject if user is not None else None)


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return normalized(value)
    if isinstance(value, dict):
        return {name: _normal(part) for name, part in value.items() if part not in (None, "", [])}
    if isinstance(value, list):
        return sorted((_normal(part) for part in value), key=str)
    return value


MATCHING_SECONDS = 600.0
"""How long a session counts as matching. One that hangs must not block purchases for ever."""


MATCHING_OPERATIONS = ("create_session", "update_session", "fetch_more")
"""The operations that start matching."""


def session_evidence(session: Session, counter: int = 0) -> Evidence:
    """The evidence that distinguishes a session before a change from the same after it."""
    return Evidence(
        counter=counter,
        shows_counters=session.shows_counters,
        credits=session.credits_charged,
    )


async def find_change(
    workspace: Workspace, purchase: Purchase, has_changed: Callable[[Session], bool]
) -> tuple[Session, Found | None]:
    """The session of a purchase, and the purchase if the session was changed or charged by it.

    Raises:
        CountersMissing, NotFound: see `Order.find`.
    """
    evidence = purchase.evidence
    session = await workspace.client.get_session(purchase.session_id or "")
    charged = None
    if session.credits_charged is not None and evidence.credits is not None:
        charged = lenient.credits(session.credits_charged - evidence.credits)
    if has_changed(session) or (charged or 0) > 0:
        return session, Found(session.id, charged)
    if evidence.shows_counters and not session.shows_counters:
        raise CountersMissing
    return session, None


async def is_matching(workspace: Workspace, session: Session) -> bool:
    """Whether a session is still matching, as far as can be known."""
    if session.status != "running":
        return False
    last = await workspace.ledger.newest_in(session.id, MATCHING_OPERATIONS, {"charged"})
    if last is not None:
        return age(workspace, last) < MATCHING_SECONDS
    now = workspace.client.server_time or workspace.clock.now()
    return not session.created_at or now - session.created_at.timestamp() < MATCHING_SECONDS
