"""What can be bought: a search, a change of one, more of one, a contact.

An order knows what makes it the same as another, which free reads come before it, how it is sent,
how it is found again if its response is lost, and what its result is, whether it was just bought or
had been bought before.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from fj_mcp.api.call_context import BeforeSend
from fj_mcp.api.endpoints import ENDPOINTS
from fj_mcp.api.errors import Attempted
from fj_mcp.api.session_records import CreditInfo, Session
from fj_mcp.clock import boot
from fj_mcp.ledger.evidence import Evidence, Moment
from fj_mcp.ledger.purchase import Purchase
from fj_mcp.text import lenient
from fj_mcp.text.comparison import normalized
from fj_mcp.workspace.workspace import Workspace

R = TypeVar("R")


@dataclass(frozen=True)
class Plan:
    """A purchase that has been inspected and may be sent.

    Attributes:
        evidence: what the purchase can be found by, should its response be lost.
        description: what the user is asked to pay for, such as `a search “C#, Pune”`.
    """

    evidence: Evidence
    description: str


P = TypeVar("P", bound=Plan)


@dataclass(frozen=True)
class Receipt(Generic[R]):
    """An order that was carried out.

    Attributes:
        result: for the model.
        session_id: of the session that was made or changed.
        credits: as far as the response named them.
        nobody: whether there was nobody else to be found.
        unfinished: whether the session was saved without its search having completed.
    """

    result: R
    session_id: str
    credits: CreditInfo
    nobody: bool = False
    unfinished: bool = False


@dataclass(frozen=True)
class Found:
    """What free reads found of a purchase whose response was lost."""

    session_id: str
    charged: int | None


@dataclass(frozen=True)
class Consent:
    """Whether a purchase may be sent, and why not.

    Attributes:
        approval: which answer of a person allows it, where the client could send that again.
        call: the call that it came with, all of whose purchases it is for.
    """

    given: bool
    refusal: str = "the situation changed since it was looked at; call again."
    approval: str | None = None
    call: str = ""


ALLOWED = Consent(True)


class Order(ABC, Generic[R, P]):
    """Something that costs credits, and what is particular about buying it.

    Attributes:
        operation: of the API.
        lock: what only one open purchase at a time can hold. All that changes one session shares
            a lock, because its counters tell whether a purchase was carried out.
        fingerprint: equal for equal intent.
        session_id: of the session concerned; None for a new one.
        insists: whether to buy even what an open purchase may have bought, if nobody can tell.
    """

    operation: ClassVar[str]
    lock: str
    fingerprint: str
    session_id: str | None
    insists: bool = False

    @property
    def attempted(self) -> Attempted:
        """The words for its errors, and its published price."""
        return ENDPOINTS[self.operation].attempted

    @abstractmethod
    async def inspect(self) -> P | R:
        """The free reads before a purchase: a plan, or the result if nothing needs to be bought."""

    @abstractmethod
    async def send(self, plan: P, before_send: BeforeSend) -> Receipt[R]:
        """Pay. Raises an `ApiError`; `NoMatch` where nobody fits."""

    @abstractmethod
    def nobody(self, plan: P) -> R:
        """The result where nobody fits."""

    @abstractmethod
    async def repeat(self, purchase: Purchase, *, existed: bool) -> R:
        """The result of an identical purchase made before, from free reads.

        Args:
            purchase: as the ledger remembers it.
            existed: whether it was delivered before, so that the model learns that it repeats
                itself.
        """

    @classmethod
    @abstractmethod
    async def find(
        cls, workspace: Workspace, purchase: Purchase, call_seconds: float
    ) -> Found | None:
        """Look, for free, whether a purchase of this kind was carried out; None without a sign.

        Args:
            workspace: of the key.
            purchase: with the evidence that was taken before it was sent.
            call_seconds: how long the call that sent it may have been under way.

        Raises:
            OutcomeHidden: if there is a sign that may be of it, and nothing that tells.
            NothingShown: if the response lacks that by which it would be seen.
            NotFound: if its session is not there.
        """

    @classmethod
    def settled_after(cls, purchase: Purchase) -> float:
        """Seconds without a sign since it was under way, after which it was not carried out."""
        return SETTLED_AFTER_SECONDS


SETTLED_AFTER_SECONDS = 180.0
"""Gateways were seen to go on with a request for more than a minute after the client hung up."""


class NothingShown(Exception):
    """A session came without the counters that it had before the purchase."""


def moment_now(workspace: Workspace) -> Moment:
    """This moment, by every clock."""
    server = workspace.client.server_now()
    return Moment(server, workspace.clock.now(), workspace.clock.steady(), boot())


def seconds_since(workspace: Workspace, moment: Moment) -> float:
    """Seconds since a moment, by the API's clock.

    Where the API does not tell the time, as both clocks of this machine tell it: one can be set,
    and the other begins anew when the machine is started. 0 if nothing tells.
    """
    if moment.server is not None:
        now = workspace.client.server_time
        # The next response will say the time.
        return 0.0 if now is None else now - moment.server
    if moment.boot != boot():
        return 0.0
    return min(workspace.clock.now() - moment.local, workspace.clock.steady() - moment.steady)


def age(workspace: Workspace, purchase: Purchase) -> float:
    """Seconds since a purchase was sent."""
    # A process may have died before it could remember that the request left, as after a power cut.
    sent = purchase.evidence.left or purchase.evidence.sending
    return seconds_since(workspace, sent) if sent is not None else 0.0


def fingerprint(operation: str, **parts: Any) -> str:
    """A digest of what was asked for, without regard to order, case and blanks."""
    normal = json.dumps([operation, _normal(parts)], sort_keys=True)
    return hashlib.sha256(normal.encode()).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return normalized(value)
    if isinstance(value, dict):
        return {name: _normal(part) for name, part in value.items() if part not in (None, "", [])}
    if isinstance(value, list):
        return sorted((_normal(part) for part in value), key=str)
    return value


MATCHING_SECONDS = 600.0
"""How long a session counts as matching. One that hangs must not lock its owner out."""


MATCHING_OPERATIONS = ("create_session", "update_session", "fetch_more")
"""What sets a session matching."""


def session_evidence(session: Session, counter: int = 0) -> Evidence:
    """What tells a session after a change from the same before it."""
    return Evidence(
        counter=counter,
        shows_counters=session.shows_counters,
        credits=session.credits_charged,
    )


async def find_change(
    workspace: Workspace, purchase: Purchase, has_changed: Callable[[Session], bool]
) -> tuple[Session, Found | None]:
    """The session of a purchase, and whether that was changed by it, or charged for it.

    Raises:
        NothingShown, NotFound: see `Order.find`.
    """
    evidence = purchase.evidence
    session = await workspace.client.get_session(purchase.session_id or "")
    charged = None
    if session.credits_charged is not None and evidence.credits is not None:
        charged = lenient.credits(session.credits_charged - evidence.credits)
    if has_changed(session) or (charged or 0) > 0:
        return session, Found(session.id, charged)
    if evidence.shows_counters and not session.shows_counters:
        raise NothingShown
    return session, None


async def is_matching(workspace: Workspace, session: Session) -> bool:
    """Whether a session's search is still going on, as far as anybody can say."""
    if session.status != "running":
        return False
    last = await workspace.ledger.newest_in(session.id, MATCHING_OPERATIONS, {"charged"})
    if last is not None:
        return age(workspace, last) < MATCHING_SECONDS
    now = workspace.client.server_time or workspace.clock.now()
    return not session.created_at or now - session.created_at.timestamp() < MATCHING_SECONDS
