"""The order for one contact, and the reveals of a whole call."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import anyio
from msgspec import Struct
from msgspec.structs import replace

from fj_mcp.api.call_context import BeforeSend
from fj_mcp.api.contact_records import Contact
from fj_mcp.api.errors import ApiError, NoMatch, NotFound
from fj_mcp.api.profile_records import Candidate, Profile
from fj_mcp.api.session_records import Session
from fj_mcp.errors import BadArguments, FutureJobsError
from fj_mcp.purchases.errors import OutcomeOpen
from fj_mcp.purchases.order import (
    CONCLUSIVE_AFTER_SECONDS,
    Found,
    Order,
    Plan,
    Receipt,
    Settled,
    age,
    find_change,
    fingerprint,
)
from fj_mcp.purchases.search_order import earlier_credits
from fj_mcp.results import next_steps
from fj_mcp.results.models import Credits, RevealedContact, RevealedContacts, RevealStatus
from fj_mcp.shortlist.parts import not_in
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.storage.ledger.purchase import DAY_SECONDS, Purchase
from fj_mcp.workspace.workspace import Workspace

if TYPE_CHECKING:
    from fj_mcp.api.client import Channel

_ENOUGH_SECONDS = 8.0
"""Time before the deadline that another reveal needs; a later one could end as unknown."""


PHONE_CONCLUSIVE_AFTER_SECONDS = 240.0
"""A phone number can arrive three minutes after it was paid for."""


class ContactResult(Struct, frozen=True):
    """The outcome of one reveal: addresses or numbers, or the reason why there are none."""

    status: RevealStatus
    values: tuple[str, ...] = ()
    credits: Credits | None = None


class RevealOrder(Order[ContactResult, Plan, ContactResult]):
    """One contact of one candidate."""

    operation = "reveal"

    def __init__(
        self,
        workspace: Workspace,
        session_id: str,
        profile: Profile | Candidate,
        channel: "Channel",
    ) -> None:
        """Args: `profile`: a `Candidate` is not in the session any more, and cannot be bought."""
        self._workspace = workspace
        self.session_id: str = session_id
        self._profile = profile
        self._channel: Channel = channel
        self.fingerprints = (
            fingerprint(self.operation, session=session_id, candidate=profile.id, channel=channel),
        )
        self.locks = (f"session:{session_id}",)
        self.evidence = (Evidence(candidate=profile.id, channel=channel),)

    async def inspect(self) -> Plan | ContactResult:
        known = self._profile.contact(self._channel)
        if known.revealed:
            return ContactResult("already_revealed", known.values)
        session = await self._workspace.client.get_session(self.session_id)
        bought = await self._workspace.ledger.charged(self.fingerprints)
        if bought is not None and age(self._workspace, bought) < DAY_SECONDS:
            return await self.repeat(bought, existed=True)
        if self._profile.reveal_url is None:
            return ContactResult("not_found")
        evidence = replace(self.evidence[0], credits=session.credits_charged)
        contact = {"email": "email address", "phone": "phone number"}[self._channel]
        return Plan(evidence, f"the {contact} of a candidate")

    async def send(self, plan: Plan, before_send: BeforeSend) -> Receipt[Plan, ContactResult]:
        assert self._profile.reveal_url is not None
        try:
            revealed = await self._workspace.client.reveal(
                self.session_id, self._profile.reveal_url, self._channel, before_send
            )
        except NotFound as error:
            # FutureJobs has no such contact, and charged nothing.
            raise NoMatch(error.attempted, "no contact") from None
        status: RevealStatus = "found"
        values = revealed.values
        if not values:
            # An empty response may also mean "not yet", or be incomplete: read the profile.
            status, values = ("not_found", ()) if revealed.absent else await self._read()
        return Receipt(plan, ContactResult(status, values), self.session_id, revealed.credits)

    def describe(self, receipt: Receipt[Plan, ContactResult]) -> ContactResult:
        return replace(receipt.response, credits=next_steps.credits(receipt.credits))

    async def _read(self) -> tuple[RevealStatus, tuple[str, ...]]:
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
        profile = (await self._workspace.shortlists.ranked(session)).find(self._profile.id)
        return (profile or self._profile).contact(self._channel)

    async def no_match(self, plan: Plan) -> ContactResult:
        return ContactResult("not_found")

    async def repeat(self, purchase: Purchase, *, existed: bool) -> ContactResult:
        known = await self._current()
        status: RevealStatus = "already_revealed" if existed else "found"
        return ContactResult(
            status if known.revealed else self._nothing_yet,
            known.values,
            None if existed else earlier_credits(purchase),
        )

    def contact(self, result: ContactResult) -> RevealedContact:
        """One line of the result of a call."""
        return RevealedContact(
            candidate_id=self._profile.id,
            name=self._profile.name,
            status=result.status,
            values=list(result.values),
        )

    @classmethod
    async def find(
        cls, workspace: Workspace, purchase: Purchase, call_seconds: float
    ) -> Found | None:
        evidence = purchase.evidence
        session, found = await find_change(workspace, purchase, lambda _: False)
        if found is not None:
            return found
        workspace.shortlists.expect_contacts(session.id)
        profile = (await workspace.shortlists.ranked(session)).find(evidence.candidate or "")
        if profile is not None and profile.contact(evidence.channel or "").revealed:
            # It may have arrived between the two reads, so the session's credits may not include
            # its price yet.
            return Found(session.id, None)
        return None

    @classmethod
    def conclusive_after(cls, purchase: Purchase) -> float:
        by_phone = purchase.evidence.channel == "phone"
        return PHONE_CONCLUSIVE_AFTER_SECONDS if by_phone else CONCLUSIVE_AFTER_SECONDS


async def reveal_orders(
    workspace: Workspace, session: Session, candidate_ids: list[str], channel: "Channel"
) -> list[RevealOrder]:
    """One order per candidate, in the given order.

    Raises:
        BadArguments: if a candidate is not in the session; nothing was sent.
    """
    workspace.shortlists.expect_contacts(session.id)
    shortlist = await workspace.shortlists.ranked(session)
    orders = []
    for position, candidate_id in enumerate(candidate_ids):
        profile: Profile | Candidate | None = shortlist.find(candidate_id)
        if profile is None and await _was_bought(workspace, session.id, candidate_id, channel):
            # An update has replaced the session's candidates since.
            try:
                profile = await workspace.client.candidate(session.id, candidate_id)
            except NotFound:
                raise BadArguments(
                    f"candidate_ids[{position}] {candidate_id} left session {session.id} with an "
                    "update, and FutureJobs no longer shows the contact that was bought; a file "
                    "exported before has it"
                ) from None
        if profile is None:
            raise not_in(position, candidate_id, f"session {session.id}")
        orders.append(RevealOrder(workspace, session.id, profile, channel))
    return orders


async def _was_bought(
    workspace: Workspace, session_id: str, candidate_id: str, channel: "Channel"
) -> bool:
    """Whether a contact was ever bought in a session."""
    return any(
        (one.evidence.candidate, one.evidence.channel) == (candidate_id, channel)
        for one in await workspace.ledger.in_session(session_id)
        if one.operation == RevealOrder.operation and one.state == "charged"
    )


async def reveal_all(
    orders: list[RevealOrder],
    candidate_ids: list[str],
    channel: "Channel",
    buy: Callable[[RevealOrder], Awaitable[Receipt[Plan, ContactResult] | Settled[ContactResult]]],
) -> RevealedContacts:
    """Buy the orders one after the other, and report the result of each.

    Not concurrently, because the session's total of credits then shows what each of them cost.

    Raises:
        FutureJobsError: if the first one failed.
    """
    results: list[RevealedContact] = []
    credits: list[Credits] = []
    left: list[str] = []
    failure: FutureJobsError | None = None
    for order, candidate_id in zip(orders, candidate_ids, strict=True):
        late = anyio.current_effective_deadline() - anyio.current_time() < _ENOUGH_SECONDS
        if failure is not None or (late and results):
            left.append(candidate_id)
            continue
        try:
            one = order.result(await buy(order))
        except OutcomeOpen as error:
            failure = error
            results.append(order.contact(ContactResult("unknown")))
        except FutureJobsError as error:
            failure = error
            left.append(candidate_id)
        else:
            results.append(order.contact(one))
            if one.credits is not None:
                credits.append(one.credits)
    if not results and failure is not None:
        raise failure
    warnings = []
    if failure is not None:
        # What the failed one did not cost must not be read as the cost of all.
        warnings.append(re.sub(r"^Nothing was (?:sent or )?charged: ", "Stopped: ", str(failure)))
    if left:
        warnings.append(f"Not revealed and not charged: {', '.join(left)}; call again for them.")
    return RevealedContacts(
        results=results,
        credits=_total(credits),
        warning=" ".join(warnings) or None,
        next_step=_reveal_step(orders, results, channel),
    )


def _reveal_step(
    orders: list[RevealOrder], results: list[RevealedContact], channel: "Channel"
) -> str | None:
    late = [item.candidate_id for item in results if item.status == "pending"]
    if not late:
        return None
    return (
        f"A {channel} can take about three minutes to arrive. Then call list_profiles with "
        f"session_id {orders[0].session_id}, candidate_ids [{', '.join(late)}]: it lists revealed "
        "contacts for free."
    )


def _total(all_credits: list[Credits]) -> Credits | None:
    if not all_credits:
        return None
    charged = [one.charged for one in all_credits if one.charged is not None]
    remaining = [one.remaining for one in all_credits if one.remaining is not None]
    return Credits(
        charged=sum(charged) if charged else None,
        estimated=sum(one.estimated or 0 for one in all_credits) or None,
        remaining=min(remaining, default=None),
    )
