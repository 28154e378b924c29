"""The order that reveals a contact, and a whole call's worth of them."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import anyio

from fj_mcp.api.contact_records import Contact
from fj_mcp.api.errors import ApiError, NoMatch, NotFound
from fj_mcp.api.profile_records import Profile
from fj_mcp.api.session_records import CreditInfo, Session
from fj_mcp.errors import BadArguments, FutureJobsError
from fj_mcp.ledger.purchase import DAY_SECONDS, Purchase
from fj_mcp.purchases.errors import OutcomeOpen
from fj_mcp.purchases.order import Bought, Order, age, fingerprint
from fj_mcp.results import next_steps
from fj_mcp.results.models import Result, RevealedContact, RevealedContacts, RevealStatus
from fj_mcp.workspace.workspace import Workspace

if TYPE_CHECKING:
    from fj_mcp.api.client import Channel

_ENOUGH_SECONDS = 8.0
"""What a further reveal needs before the deadline: one that starts later could end as unknown."""


class OneContact(Result):
    """What became of one reveal."""

    contact: RevealedContact
    credits: CreditInfo | None = None


class RevealOrder(Order):
    """One contact of one candidate."""

    operation = "reveal"

    def __init__(
        self, workspace: Workspace, session_id: str, person: Profile, channel: "Channel"
    ) -> None:
        self._workspace = workspace
        self.session_id: str = session_id
        self._person = person
        self._channel: Channel = channel
        self.fingerprint = fingerprint(
            self.operation, session=session_id, candidate=person.id, channel=channel
        )
        self.slot = f"session:{session_id}"
        words = {"email": "e-mail address", "phone": "telephone number"}
        self.wish = f"the {words[channel]} of a candidate"

    async def inspect(self) -> Result | dict[str, Any]:
        known = self._person.contact(self._channel)
        if known.revealed:
            return self._told("already_revealed", known.values)
        if self._person.reveal_url is None:
            return self._told("not_found")
        session = await self._workspace.client.get_session(self.session_id)
        bought = await self._workspace.ledger.charged(self.fingerprint)
        if bought is not None and age(self._workspace, bought) < DAY_SECONDS:
            return await self.repeat(bought, existed=True)
        return {
            "credits": session.credits_charged,
            "candidate": self._person.id,
            "channel": self._channel,
        }

    async def send(self) -> Bought:
        assert self._person.reveal_url is not None
        try:
            answer = await self._workspace.client.reveal(
                self.session_id, self._person.reveal_url, self._channel
            )
        except NotFound as error:
            # There is no contact, which is an answer; nothing was charged for it.
            raise NoMatch(error.attempted, "no contact") from None
        status: RevealStatus = "found"
        values = answer.values
        if not values:
            # An empty answer may also mean "not yet", or have lost what it was to say: look.
            status, values = ("not_found", ()) if answer.absent else await self._look()
        result = self._told(status, values, answer.credits)
        return Bought(result, self.session_id, answer.credits)

    async def _look(self) -> tuple[RevealStatus, tuple[str, ...]]:
        try:
            known = await self._current()
        except ApiError:
            return "unknown", ()
        return ("found", known.values) if known.revealed else (self._nothing_yet, ())

    @property
    def _nothing_yet(self) -> RevealStatus:
        # Phone numbers can arrive minutes later.
        return "pending" if self._channel == "phone" else "not_found"

    async def _current(self) -> Contact:
        session = await self._workspace.client.get_session(self.session_id)
        self._workspace.shortlists.expect_contacts(session.id)
        person = (await self._workspace.shortlists.ranked(session)).find(self._person.id)
        return (person or self._person).contact(self._channel)

    def nobody(self) -> OneContact:
        return self._told("not_found")

    def unknown(self) -> OneContact:
        """The result while nobody knows what became of it."""
        return self._told("unknown")

    async def repeat(self, purchase: Purchase, *, existed: bool) -> OneContact:
        known = await self._current()
        status: RevealStatus = "already_revealed" if existed else "found"
        return self._told(
            status if known.revealed else self._nothing_yet,
            known.values,
            None if existed else CreditInfo(purchase.credits, purchase.remaining),
        )

    def _told(
        self,
        status: RevealStatus,
        values: tuple[str, ...] = (),
        credits: CreditInfo | None = None,
    ) -> OneContact:
        contact = RevealedContact(
            candidate_id=self._person.id,
            name=self._person.name,
            status=status,
            values=list(values),
        )
        return OneContact(contact=contact, credits=credits)


async def reveal_orders(
    workspace: Workspace, session: Session, candidate_ids: list[str], channel: "Channel"
) -> list[RevealOrder]:
    """An order for each candidate, in their order.

    Raises:
        BadArguments: for a candidate who is not in the session; nothing was sent.
    """
    workspace.shortlists.expect_contacts(session.id)
    shortlist = await workspace.shortlists.ranked(session)
    orders = []
    for position, candidate_id in enumerate(candidate_ids):
        person = shortlist.find(candidate_id)
        if person is None:
            raise BadArguments(
                f"candidate_ids[{position}] {candidate_id} is not in session {session.id}; "
                "list_profiles shows the ids of its candidates"
            )
        orders.append(RevealOrder(workspace, session.id, person, channel))
    return orders


async def reveal_all(
    orders: list[RevealOrder],
    candidate_ids: list[str],
    channel: "Channel",
    buy: Callable[[Order], Awaitable[Result]],
) -> RevealedContacts:
    """Buy the orders one after the other, and tell what became of each.

    One after the other, so that the session's own count of credits tells what each of them cost.

    Raises:
        FutureJobsError: if not even the first was revealed.
    """
    results: list[RevealedContact] = []
    credits: list[CreditInfo] = []
    left: list[str] = []
    trouble: FutureJobsError | None = None
    for order, candidate_id in zip(orders, candidate_ids, strict=True):
        late = anyio.current_effective_deadline() - anyio.current_time() < _ENOUGH_SECONDS
        if trouble is not None or (late and results):
            left.append(candidate_id)
            continue
        try:
            one = await buy(order)
        except OutcomeOpen as error:
            trouble = error
            results.append(order.unknown().contact)
        except FutureJobsError as error:
            trouble = error
            left.append(candidate_id)
        else:
            assert isinstance(one, OneContact)
            results.append(one.contact)
            if one.credits is not None:
                credits.append(one.credits)
    if not results and trouble is not None:
        raise trouble
    warnings = [str(trouble)] if trouble is not None else []
    if left:
        warnings.append(f"Not revealed and not charged: {', '.join(left)}; call again for them.")
    return RevealedContacts(
        results=results,
        credits=next_steps.credits(_total(credits)),
        warning=" ".join(warnings) or None,
        next_step=_reveal_step(orders, results, channel),
    )


def _reveal_step(
    orders: list[RevealOrder], results: list[RevealedContact], channel: "Channel"
) -> str | None:
    late = next((item for item in results if item.status == "pending"), None)
    if late is None:
        return None
    return (
        f"A {channel} can arrive within about three minutes. Then call get_candidate with "
        f"session_id {orders[0].session_id}, candidate_id {late.candidate_id}: it shows what was "
        "revealed, for free."
    )


def _total(infos: list[CreditInfo]) -> CreditInfo:
    charged = [info.charged for info in infos if info.charged is not None]
    remaining = [info.remaining for info in infos if info.remaining is not None]
    return CreditInfo(sum(charged) if charged else None, min(remaining) if remaining else None)
