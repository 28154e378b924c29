"""What can be bought: a search, a change of one, more of one, a contact.

An order knows what makes it the same as another, which free reads come before it, how it is sent,
and how its result is told, whether it was just bought or found to have been bought before.
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fj_mcp.api.endpoints import OPERATIONS
from fj_mcp.api.errors import Attempted
from fj_mcp.api.session_records import CreditInfo, Session
from fj_mcp.clock import boot
from fj_mcp.ledger.purchase import Purchase
from fj_mcp.results.models import Result
from fj_mcp.text.comparison import folded
from fj_mcp.workspace.workspace import Workspace


@dataclass(frozen=True)
class Bought:
    """An order that was carried out: its result, and what the ledger remembers of it."""

    result: Result
    session_id: str
    credits: CreditInfo
    traces: dict[str, Any] = field(default_factory=dict)
    unfinished: bool = False
    """Whether the session was saved without its search having completed."""


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


class Order(ABC):
    """Something that costs credits.

    Attributes:
        operation: of the API.
        slot: what only one purchase at a time may have under way. All that changes one session
            shares a slot, because its counters tell whether a purchase was carried out.
        fingerprint: equal for equal intent.
        session_id: of the session concerned; None for a new one.
        wish: what the person is asked to pay for, such as `a search “C#, Pune”`.
        insists: whether to buy even what an open purchase may have bought, if nobody can tell.
    """

    operation: str
    slot: str
    fingerprint: str
    session_id: str | None
    wish: str
    insists: bool = False

    @property
    def attempted(self) -> Attempted:
        """The words for its errors, and its published price."""
        return OPERATIONS[self.operation].attempted

    @abstractmethod
    async def inspect(self) -> Result | dict[str, Any]:
        """The free reads before a purchase.

        Returns:
            A result, if nothing needs to be bought; else the traces by which the purchase can be
            found again: counters as they are now.
        """

    @abstractmethod
    async def send(self) -> Bought:
        """Pay. Raises an `ApiError`; `NoMatch` where nobody fits."""

    @abstractmethod
    def nobody(self) -> Result:
        """The result where nobody fits."""

    @abstractmethod
    async def repeat(self, purchase: Purchase, *, existed: bool) -> Result:
        """The result of an identical purchase made before, from free reads.

        Args:
            purchase: as the ledger remembers it.
            existed: whether it was told before, so that the model learns that it repeats itself.
        """


def moment_now(workspace: Workspace) -> dict[str, Any]:
    """This moment by the API's clock, and by the two of this machine, as traces remember it."""
    return {
        "server": workspace.client.server_now(),
        "local": workspace.clock.now(),
        "steady": workspace.clock.steady(),
        "boot": boot(),
    }


def seconds_since(workspace: Workspace, moment: Mapping[str, Any]) -> float:
    """Seconds since a moment, by the API's clock.

    Where the API does not tell the time, as both clocks of this machine tell it: one can be set,
    and the other begins anew when the machine is started. 0 if nothing tells.
    """
    if moment.get("server") is not None:
        now = workspace.client.server_time
        # The next response will say the time.
        return 0.0 if now is None else float(now - moment["server"])
    if moment.get("boot") != boot():
        return 0.0
    passed = workspace.clock.now() - moment["local"], workspace.clock.steady() - moment["steady"]
    return float(min(passed))


def age(workspace: Workspace, purchase: Purchase) -> float:
    """Seconds since a purchase was sent."""
    traces = purchase.traces
    # A process may have died before it could remember that the request left, as after a power cut;
    # `sent_time` is what earlier versions remembered.
    earlier = {"server": traces.get("sent_time")}
    return seconds_since(workspace, traces.get("left") or traces.get("sending") or earlier)


def fingerprint(operation: str, **parts: Any) -> str:
    """A digest of what was asked for, without regard to order, case and blanks."""
    normal = json.dumps([operation, _normal(parts)], sort_keys=True)
    return hashlib.sha256(normal.encode()).hexdigest()


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return folded(value)
    if isinstance(value, dict):
        return {name: _normal(part) for name, part in value.items() if part not in (None, "", [])}
    if isinstance(value, list):
        return sorted((_normal(part) for part in value), key=str)
    return value


MATCHING_SECONDS = 600.0
"""How long a session counts as matching. One that hangs must not lock its owner out."""


def counters_before(session: Session, counter: int) -> dict[str, Any]:
    """What tells a change of a session from what it was."""
    return {
        "counter": counter,
        "shows_counters": session.shows_counters,
        "credits": session.credits_charged,
    }


async def is_matching(workspace: Workspace, session: Session) -> bool:
    """Whether a session's search is still going on, as far as anybody can say."""
    if session.status != "running":
        return False
    if (last := await workspace.ledger.last_search(session.id)) is not None:
        return age(workspace, last) < MATCHING_SECONDS
    now = workspace.client.server_time or workspace.clock.now()
    return not session.created_at or now - session.created_at.timestamp() < MATCHING_SECONDS
