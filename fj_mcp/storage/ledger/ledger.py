"""The ledger: purchases are recorded before they are sent, and again with their outcome.

Several processes share it (see `storage`). It holds no keys, contacts or profile text: requests are
stored as fingerprints, which is enough to recognize them.

    pending  ──► charged     carried out; session and credits are known
       │    └──► refused     definitely not carried out; nothing was charged
       └──────► unknown ──► charged | refused     sent, but no readable response came
"""

import os
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import anyio
from msgspec.structs import replace

from fj_mcp.clock import boot
from fj_mcp.storage.database.database import Row
from fj_mcp.storage.errors import OverBudget, OverPersonBudget, StorageUnavailable
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.storage.ledger.processes import claim_token, has_ended
from fj_mcp.storage.ledger.purchase import (
    DAY_SECONDS,
    USUAL_PRICE,
    Purchase,
    Spent,
    State,
    holding,
)
from fj_mcp.storage.ledger.storage import Storage
from fj_mcp.storage.user import User

if TYPE_CHECKING:
    from fj_mcp.storage.ledger.rows import Rows

_OPEN: tuple[State, ...] = ("pending", "unknown")
_ANY: tuple[State, ...] = ("pending", "unknown", "charged", "refused")
APPROVAL_SECONDS = 3600.0
"""How long a used approval, or a warning, is remembered. A question can be answered for ten
minutes."""

_SOON_SECONDS = 1.0
"""A database that fails within this time is asked once more for a claim."""

_RELEASED = "released:"
"""The prefix that replaces the lock of a purchase that has given it up."""


class Ledger:
    """The purchases of one workspace: one API key at one address.

    Every method raises `StorageUnavailable` if the storage cannot be read or written, so that no
    purchase is made that could not be recorded.
    """

    def __init__(self, storage: Storage, clock: Callable[[], float] = time.time) -> None:
        """Args: `storage` of the workspace, `clock`: Unix seconds."""
        self._storage = storage
        self._clock = clock
        self._sent: dict[int, Row] = {}
        """This process's sent but unsettled purchases, in case the database loses them."""
        self._given_up = set[str]()
        """The tokens of claims that nobody knows to be recorded."""

    async def claim(
        self,
        operation: str,
        locks: Sequence[str],
        fingerprint: str,
        session_id: str | None,
        lease_seconds: float,
        *,
        evidence: Sequence[Evidence],
        user: User | None = None,
    ) -> int | Purchase:
        """Acquire the first of `locks` for a new purchase, if all of them are free.

        Args:
            operation: the API's operation.
            locks: see `Order.locks`.
            fingerprint: recorded.
            session_id: the session concerned; None for a new one.
            lease_seconds: after which the claim counts as abandoned.
            evidence: the first is recorded; an open search of any of them holds the lock, too.
            user: who buys it, if that is known.

        Returns:
            The id of the new purchase, or an open purchase that holds one of the locks.
        """
        token = claim_token(self._storage.machine)

        def work(rows: "Rows") -> int | Purchase:
            unsettled = rows.open()
            for row in unsettled:
                if row["token"] == token:
                    # Recorded by the first try, whose answer was lost.
                    return int(row["id"])
            if (other := self._holder(unsettled, locks, evidence)) is not None:
                return other
            channel = evidence[0].channel
            now = self._clock()
            return rows.add(
                {
                    "operation": operation,
                    "slot": locks[0],
                    "fingerprint": fingerprint,
                    "session_id": session_id,
                    "state": "pending",
                    "claimed_at": now,
                    "lease_until": now + lease_seconds,
                    "process": os.getpid(),
                    "token": token,
                    "sent": 0,
                    "expected": _price(rows, operation, channel) or USUAL_PRICE,
                    "credits": None,
                    "remaining": None,
                    "told": 0,
                    "traces": evidence[0].stored(),
                    "subject": user.subject if user is not None else None,
                    "who": user.name if user is not None else None,
                }
            )

        started = anyio.current_time()
        try:
            return await self._storage.transact(work)
        except StorageUnavailable:
            # If only the answer was lost, it is recorded and holds the lock.
            self._given_up.add(token)
            if anyio.current_time() - started > _SOON_SECONDS:
                raise
        claimed = await self._storage.transact(work)
        self._given_up.discard(token)
        return claimed

    async def sending(
        self,
        purchase_id: int,
        evidence: Evidence,
        budget: int | None,
        person_budget: int | None = None,
    ) -> bool:
        """Record that the request is about to be sent, with the evidence to find it again.

        Args:
            purchase_id: of the claim.
            evidence: of the moment.
            budget: of a day, for the workspace.
            person_budget: of a day, for the user who made the claim, if that is known.

        Returns:
            Whether the claim is still valid. If not, another process considered it abandoned.

        Raises:
            OverBudget, OverPersonBudget: if it would exceed one of them.
        """

        def work(rows: "Rows") -> bool:
            if (own := rows.get(purchase_id)) is None or own["state"] != "pending":
                return False
            price, each = own["expected"], own["operation"] == "reveal"
            # Of the day for which it will count, which may be over by now.
            ends = _day_ends(own["claimed_at"])
            if budget is not None:
                before = _spent(rows, ends).counted
                if before + price > budget:
                    raise OverBudget(before, price, budget, ends, each=each)
            if person_budget is not None and own["subject"] is not None:
                before = _spent(rows, ends, own["subject"]).counted
                if before + price > person_budget:
                    raise OverPersonBudget(
                        own["who"], before, price, person_budget, ends, each=each
                    )
            sent = {"sent": 1, "traces": evidence.stored()}
            rows.change(purchase_id, sent)
            self._sent[purchase_id] = {**own, **sent}
            return True

        return await self._storage.transact(work, durable=True)

    async def add_evidence(self, purchase_id: int, evidence: Evidence) -> bool:
        """Store the evidence of an open purchase. False if the purchase is not open any more."""
        return await self._update(purchase_id, _OPEN, traces=evidence.stored())

    async def settle(
        self,
        purchase_id: int,
        state: State,
        *,
        session_id: str | None = None,
        credits: int | None = None,
        remaining: int | None = None,
        evidence: Evidence | None = None,
        if_open: bool = False,
    ) -> int:
        """Record the outcome of a purchase.

        Only an open purchase can become refused or unknown; a charge is final. A purchase that is
        missing, because the database was lost meanwhile, is added again.

        Args:
            if_open: change nothing if another process settled the purchase meanwhile. That
                released its lock, so a sign seen since then may belong to another purchase.

        Returns:
            The purchase's id, which is a new one if it was added again.
        """
        known = {
            "state": state,
            "session_id": session_id,
            "credits": credits,
            "remaining": remaining,
            "traces": evidence.stored() if evidence is not None else None,
        }
        values = {name: value for name, value in known.items() if value is not None}
        before = _OPEN if if_open or state != "charged" else _ANY

        def work(rows: "Rows") -> int:
            row = rows.get(purchase_id)
            if row is not None and row["state"] in before:
                rows.change(purchase_id, values)
            elif row is None and state != "refused" and purchase_id in self._sent:
                lost = {k: v for k, v in self._sent[purchase_id].items() if k != "id"}
                return rows.add({**lost, **values})
            return purchase_id

        written = await self._storage.transact(work, durable=True)
        if state == "unknown" and purchase_id in self._sent:
            self._sent[written] = self._sent[purchase_id]
        if state != "unknown" or written != purchase_id:
            self._sent.pop(purchase_id, None)
        return written

    async def use_up(self, approval: str, call: str) -> bool:
        """Use an approval for `call`. False if it was already used for a different call."""
        return await self._storage.agree(f"approval:{approval}", call, APPROVAL_SECONDS) == call

    async def is_first(self, warning: str) -> bool:
        """Whether this warning, a digest, is given for the first time within an hour."""
        own = secrets.token_hex(8)
        return await self._storage.agree(f"warning:{warning}", own, APPROVAL_SECONDS) == own

    async def withdraw_warning(self, warning: str) -> None:
        """Forget a warning, so that it is given again."""
        await self._storage.withdraw(f"warning:{warning}")

    async def deliver(self, purchase_id: int) -> None:
        """Record that a client received the result, so that the same call is a new request."""

        def work(rows: "Rows") -> None:
            if (row := rows.get(purchase_id)) is not None and not row["told"]:
                delivered = (boot(), time.monotonic())
                evidence = replace(Evidence.read(row["traces"]), delivered=delivered)
                rows.change(purchase_id, {"told": 1, "traces": evidence.stored()})

        await self._storage.transact(work)

    async def forget(self, purchase_id: int) -> None:
        """Delete a claim whose request was not sent."""

        def work(rows: "Rows") -> None:
            row = rows.get(purchase_id)
            # It may only have seemed abandoned, and its process may have sent it already.
            if row is not None and not row["sent"]:
                rows.remove(purchase_id)

        await self._storage.transact(work)

    async def release(self, purchase_id: int) -> None:
        """Release the lock of a purchase whose outcome will stay unknown."""
        await self._update(purchase_id, _ANY, slot=f"{_RELEASED}{purchase_id}")

    async def get(self, purchase_id: int) -> Purchase | None:
        """The purchase with this id."""

        def work(rows: "Rows") -> Purchase | None:
            row = rows.get(purchase_id)
            return self._purchase(row) if row is not None else None

        return await self._storage.read(work)

    async def charged(
        self, fingerprints: Sequence[str], evidence: Sequence[Evidence] = ()
    ) -> Purchase | None:
        """The newest charged purchase of the same intent; a search that was not delivered first.

        That is one with one of these fingerprints; or of the last 24 hours, one after which the
        session holds a search of `evidence`. Not one whose filters an update replaced since.
        """
        searches = [one for one in evidence if one.shows_search]

        def similar(rows: "Rows") -> list[Row]:
            found = [row for one in fingerprints for row in rows.with_fingerprint(one)]
            recent = rows.since(self._clock() - DAY_SECONDS) if searches else []
            return list({row["id"]: row for row in [*found, *recent]}.values())

        charged = [one for one in await self._list(similar) if one.state == "charged"]
        held = holding(
            charged, lambda one: one.fingerprint in fingerprints or _is_any(one, searches)
        )
        # An update of another session may have left it with the same search since.
        lost = (one for one in held if not one.delivered and _is_any(one, searches))
        return next(lost, next(iter(held), None))

    async def doubtful(self, evidence: Sequence[Evidence]) -> Purchase | None:
        """The newest charged or open purchase of the last 24 hours that may be this search.

        See `Evidence.may_be_search_of`.
        """
        recent = await self._list(lambda rows: rows.since(self._clock() - DAY_SECONDS))
        held = holding(
            [one for one in recent if one.sent and one.state != "refused"],
            lambda one: any(one.evidence.may_be_search_of(search) for search in evidence),
        )
        return next(iter(held), None)

    async def in_session(self, session_id: str) -> list[Purchase]:
        """All purchases in a session, newest first."""
        return await self._list(lambda rows: rows.in_session(session_id))

    async def newest_in(
        self,
        session_id: str,
        operations: Collection[str] | None = None,
        states: Collection[State] = _ANY,
    ) -> Purchase | None:
        """The newest purchase in a session, limited to some operations and states."""
        for one in await self.in_session(session_id):
            if one.state in states and (operations is None or one.operation in operations):
                return one
        return None

    async def open_in(
        self, locks: Sequence[str], evidence: Sequence[Evidence] = ()
    ) -> Purchase | None:
        """An open purchase that holds one of these locks, or is a search of this evidence."""
        return await self._storage.read(lambda rows: self._holder(rows.open(), locks, evidence))

    async def open(self) -> list[Purchase]:
        """All purchases with an unknown outcome that no process is working on."""
        return [
            one
            for one in await self._list(lambda rows: rows.open())
            if not one.lock.startswith(_RELEASED) and (one.state == "unknown" or one.abandoned)
        ]

    async def open_of(self, operation: str) -> list[Purchase]:
        """All open purchases of an operation, including those in progress."""
        unsettled = await self._list(lambda rows: rows.open())
        return [one for one in unsettled if one.operation == operation]

    async def bought_sessions(self) -> set[str]:
        """The ids of the sessions created by charged searches."""
        return await self._storage.read(lambda rows: rows.sessions_made())

    async def price(self, operation: str, channel: str | None = None) -> int | None:
        """The last price that the API named for an operation; of a reveal, by this channel."""
        return await self._storage.read(lambda rows: _price(rows, operation, channel))

    async def newest(self, count: int) -> list[Purchase]:
        """The newest purchases in any state."""
        return await self._list(lambda rows: rows.newest(count))

    async def all(self) -> list[Purchase]:
        """All purchases in any state, newest first."""
        return await self._list(lambda rows: rows.since(0))

    async def spent_today(self, user: User | None = None) -> Spent:
        """The credits of the current UTC day; open purchases count at the expected price.

        Args:
            user: whose purchases count; None for all.
        """
        subject = user.subject if user is not None else None
        ends = _day_ends(self._clock())
        return await self._storage.read(lambda rows: _spent(rows, ends, subject))

    async def _update(self, purchase_id: int, before: tuple[State, ...], **values: Any) -> bool:
        """Change a purchase if it is in one of the states `before`; return whether it was."""

        def work(rows: "Rows") -> bool:
            row = rows.get(purchase_id)
            if row is None or row["state"] not in before:
                return False
            rows.change(purchase_id, values)
            return True

        return await self._storage.transact(work)

    async def _list(self, choose: "Callable[[Rows], list[Row]]") -> list[Purchase]:
        return await self._storage.read(lambda rows: [self._purchase(row) for row in choose(rows)])

    def _holder(
        self, unsettled: list[Row], locks: Sequence[str], evidence: Sequence[Evidence]
    ) -> Purchase | None:
        """The open purchase that holds one of these locks, or is a search of this evidence."""
        searches = [one for one in evidence if one.shows_search]
        for row in unsettled:
            purchase = self._purchase(row)
            released = purchase.lock.startswith(_RELEASED)
            if purchase.lock in locks or (not released and _is_any(purchase, searches)):
                return purchase
        return None

    def _purchase(self, row: Row) -> Purchase:
        pending = row["state"] == "pending"
        over = (
            self._clock() > row["lease_until"]
            or row["token"] in self._given_up
            or has_ended(row["process"], row["token"], self._storage.machine)
        )
        return Purchase(
            id=row["id"],
            operation=row["operation"],
            lock=row["slot"],
            fingerprint=row["fingerprint"],
            session_id=row["session_id"],
            state=row["state"],
            claimed_at=row["claimed_at"],
            sent=bool(row["sent"]),
            expected=row["expected"],
            credits=row["credits"],
            remaining=row["remaining"],
            evidence=Evidence.read(row["traces"]),
            delivered=bool(row["told"]),
            abandoned=pending and over,
            who=row["who"],
        )


def _spent(rows: "Rows", ends: float, subject: str | None = None) -> Spent:
    """What was spent on the day that ends at a moment, by one user or by all."""
    day = [row for row in rows.since(ends - DAY_SECONDS) if row["claimed_at"] < ends]
    if subject is not None:
        day = [row for row in day if row["subject"] == subject]
    charged = [row for row in day if row["state"] == "charged"]
    return Spent(
        priced=sum(row["credits"] or 0 for row in charged),
        estimated=sum(row["expected"] for row in charged if row["credits"] is None),
        open=sum(row["expected"] for row in day if row["state"] in _OPEN and row["sent"]),
    )


def _day_ends(moment: float) -> float:
    """The end of the UTC day of a moment, both in Unix seconds."""
    day = datetime.fromtimestamp(moment, UTC).date()
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + DAY_SECONDS


def _is_any(purchase: Purchase, searches: Sequence[Evidence]) -> bool:
    return any(purchase.evidence.is_search_of(one) for one in searches)


def _price(rows: "Rows", operation: str, channel: str | None) -> int | None:
    last = rows.last_priced(operation, channel)
    return int(last["credits"]) if last is not None else None
