"""Where purchases are remembered: before they are sent, and whatever became of them.

Several processes share it, as `storage` says. It holds no key, no contact and no candidate's text:
what was bought is kept as fingerprints, as far as it takes to recognise it again.

    pending  ──► charged     carried out; the session and the credits are known
       │    └──► refused     certainly not carried out; nothing was charged
       └──────► unknown ──► charged | refused     sent, and no readable answer came
"""

import json
import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from fj_mcp.clock import boot
from fj_mcp.ledger.errors import OverBudget
from fj_mcp.ledger.purchase import DAY_SECONDS, USUAL_PRICE, Purchase, Spent, State
from fj_mcp.ledger.storage import Row, Rows, Storage, is_gone, process_token

_OPEN: tuple[State, ...] = ("pending", "unknown")
_ANY: tuple[State, ...] = ("pending", "unknown", "charged", "refused")
APPROVAL_SECONDS = 3600.0
"""How long an approval that was used is remembered; questions can be answered for ten minutes."""

_RELEASED = "released:"
"""How the slot of a purchase begins that leaves its own to another."""


class Ledger:
    """The purchases of one workspace: one API key at one address.

    Every method raises `LedgerBroken` when they cannot be read or written, so that nothing is
    bought which could not be remembered.
    """

    def __init__(self, storage: Storage, clock: Callable[[], float] = time.time) -> None:
        """Args: `storage` of the workspace, `clock`: Unix seconds."""
        self._storage = storage
        self._clock = clock
        self._sent: dict[int, Row] = {}
        """What this process has sent and not settled yet, should the record lose it."""

    async def claim(
        self,
        operation: str,
        slot: str,
        fingerprint: str,
        session_id: str | None,
        lease_seconds: float,
    ) -> int | Purchase:
        """Take the slot for a new purchase: its id, or the open purchase that has the slot."""

        async def work(rows: Rows) -> int | Purchase:
            if (other := await self._holder(rows, slot)) is not None:
                return other
            now = self._clock()
            return await rows.add(
                {
                    "operation": operation,
                    "slot": slot,
                    "fingerprint": fingerprint,
                    "session_id": session_id,
                    "state": "pending",
                    "claimed_at": now,
                    "lease_until": now + lease_seconds,
                    "process": os.getpid(),
                    "token": process_token(self._storage.machine),
                    "sent": 0,
                    "expected": await _price(rows, operation) or USUAL_PRICE,
                    "credits": None,
                    "remaining": None,
                    "told": 0,
                    "traces": "{}",
                }
            )

        return await self._storage.transact(work)

    async def sending(self, purchase_id: int, traces: dict[str, Any], budget: int | None) -> bool:
        """Remember that the request is about to leave, and what it takes to find it again.

        Returns:
            Whether the claim still stands; if not, somebody took it for abandoned.

        Raises:
            OverBudget: if the day's budget does not allow it.
        """

        async def work(rows: Rows) -> bool:
            own = await rows.get(purchase_id)
            if own is None or own["state"] != "pending":
                return False
            if budget is not None:
                spent = await self._spent(rows)
                before = spent.charged + spent.open
                if before + own["expected"] > budget:
                    raise OverBudget(before, own["expected"], budget, self._day_ends())
            sent = {"sent": 1, "traces": json.dumps(traces)}
            await rows.change(purchase_id, sent)
            self._sent[purchase_id] = {**own, **sent}
            return True

        return await self._storage.transact(work, on_disk=True)

    async def leaving(self, purchase_id: int, traces: dict[str, Any]) -> bool:
        """Remember that the request leaves now; False if somebody has given the claim up."""
        return await self._update(purchase_id, _OPEN, traces=json.dumps(traces))

    async def settle(
        self,
        purchase_id: int,
        state: State,
        *,
        session_id: str | None = None,
        credits: int | None = None,
        remaining: int | None = None,
        traces: dict[str, Any] | None = None,
        if_open: bool = False,
    ) -> int:
        """Remember what became of a purchase.

        Only an open purchase can turn out to be refused or unknown; a charge is final. One that is
        not there any more, because the record was lost meanwhile, is written anew.

        Args:
            if_open: change nothing if somebody else settled it meanwhile, which gave up its slot:
                what was seen since then may be another purchase's doing.

        Returns:
            Its id, which is another one if it was written anew.
        """
        values: dict[str, Any] = {"state": state}
        if session_id is not None:
            values["session_id"] = session_id
        if credits is not None:
            values["credits"] = credits
        if remaining is not None:
            values["remaining"] = remaining
        if traces is not None:
            values["traces"] = json.dumps(traces)
        open_only = if_open or state != "charged"
        before = _OPEN if open_only else _ANY

        async def work(rows: Rows) -> int:
            row = await rows.get(purchase_id)
            if row is not None and row["state"] in before:
                await rows.change(purchase_id, values)
            elif row is None and state != "refused" and purchase_id in self._sent:
                lost = {k: v for k, v in self._sent[purchase_id].items() if k != "id"}
                return await rows.add({**lost, **values})
            return purchase_id

        written = await self._storage.transact(work, on_disk=True)
        if state == "unknown" and purchase_id in self._sent:
            self._sent[written] = self._sent[purchase_id]
        if state != "unknown" or written != purchase_id:
            self._sent.pop(purchase_id, None)
        return written

    async def use_up(self, approval: str, call: str) -> bool:
        """Whether `call` is the first, or the same as before, to spend on an approval."""
        name = f"approval:{approval}"
        return await self._storage.note(name, call, APPROVAL_SECONDS) == call

    async def tell(self, purchase_id: int) -> None:
        """Remember that a client has the result, so that asking again is a new wish."""

        async def work(rows: Rows) -> None:
            if (row := await rows.get(purchase_id)) is not None and not row["told"]:
                traces = json.loads(row["traces"]) | {"told": [boot(), time.monotonic()]}
                await rows.change(purchase_id, {"told": 1, "traces": json.dumps(traces)})

        await self._storage.transact(work)

    async def forget(self, purchase_id: int) -> None:
        """Give up a claim from which nothing was sent."""

        async def work(rows: Rows) -> None:
            row = await rows.get(purchase_id)
            # Whoever takes it for abandoned may be wrong, and it may be sent by now.
            if row is not None and not row["sent"]:
                await rows.remove(purchase_id)

        await self._storage.transact(work)

    async def release(self, purchase_id: int) -> None:
        """Leave an outcome unknown for good, and the slot to another purchase."""
        await self._update(purchase_id, _ANY, slot=f"{_RELEASED}{purchase_id}")

    async def get(self, purchase_id: int) -> Purchase | None:
        """The purchase with this id."""

        async def work(rows: Rows) -> Purchase | None:
            row = await rows.get(purchase_id)
            return self._purchase(row) if row is not None else None

        return await self._storage.read(work)

    async def charged(self, fingerprint: str) -> Purchase | None:
        """The newest identical purchase that was charged."""
        identical = await self._list(lambda rows: rows.with_fingerprint(fingerprint))
        return next((one for one in identical if one.state == "charged"), None)

    async def newest_in(self, session_id: str) -> Purchase | None:
        """The newest purchase in a session, whatever became of it."""
        return next(iter(await self._list(lambda rows: rows.in_session(session_id))), None)

    async def last_search(self, session_id: str) -> Purchase | None:
        """The newest charged purchase that set a session matching."""
        for one in await self._list(lambda rows: rows.in_session(session_id)):
            if one.state == "charged" and one.operation != "reveal":
                return one
        return None

    async def is_exhausted(self, session_id: str) -> bool:
        """Whether the last thing heard of a session today is that there is nobody else."""
        for one in await self._list(lambda rows: rows.in_session(session_id)):
            told = one.state in ("charged", "refused")
            recent = one.claimed_at > self._clock() - DAY_SECONDS
            if told and recent and one.operation in ("fetch_more", "update_session"):
                return one.operation == "fetch_more" and "nobody" in one.traces
        return False

    async def open_in(self, slot: str) -> Purchase | None:
        """The purchase that has the slot."""
        return await self._storage.read(lambda rows: self._holder(rows, slot))

    async def open(self) -> list[Purchase]:
        """Every purchase whose outcome is not known and whose process no longer sees to it."""
        return [
            one
            for one in await self._list(lambda rows: rows.open())
            if not one.slot.startswith(_RELEASED) and (one.state == "unknown" or one.abandoned)
        ]

    async def open_searches(self) -> list[Purchase]:
        """Every create whose outcome is not known, whoever sees to it."""
        unsure = await self._list(lambda rows: rows.open())
        return [one for one in unsure if one.operation == "create_session"]

    async def bought_sessions(self) -> set[str]:
        """The sessions that some create is known to have made."""
        return await self._storage.read(lambda rows: rows.sessions_made())

    async def price(self, operation: str) -> int | None:
        """The last price that the API named for an operation."""
        return await self._storage.read(lambda rows: _price(rows, operation))

    async def newest(self, count: int) -> list[Purchase]:
        """The newest purchases, whatever became of them."""
        return await self._list(lambda rows: rows.newest(count))

    async def spent_today(self) -> Spent:
        """The credits of the present UTC day; open purchases at the price that was expected."""
        return await self._storage.read(self._spent)

    async def _update(
        self, purchase_id: int, before: tuple[State, ...], *, on_disk: bool = False, **values: Any
    ) -> bool:
        """Change a purchase that is in one of the states `before`; whether it was."""

        async def work(rows: Rows) -> bool:
            row = await rows.get(purchase_id)
            if row is None or row["state"] not in before:
                return False
            await rows.change(purchase_id, values)
            return True

        return await self._storage.transact(work, on_disk=on_disk)

    async def _list(self, choose: Callable[[Rows], Awaitable[list[Row]]]) -> list[Purchase]:
        async def work(rows: Rows) -> list[Purchase]:
            return [self._purchase(row) for row in await choose(rows)]

        return await self._storage.read(work)

    async def _holder(self, rows: Rows, slot: str) -> Purchase | None:
        """The open purchase that has the slot."""
        row = next((row for row in await rows.open() if row["slot"] == slot), None)
        return self._purchase(row) if row is not None else None

    def _purchase(self, row: Row) -> Purchase:
        pending = row["state"] == "pending"
        over = self._clock() > row["lease_until"] or is_gone(
            row["process"], row["token"], self._storage.machine
        )
        return Purchase(
            id=row["id"],
            operation=row["operation"],
            slot=row["slot"],
            fingerprint=row["fingerprint"],
            session_id=row["session_id"],
            state=row["state"],
            claimed_at=row["claimed_at"],
            sent=bool(row["sent"]),
            expected=row["expected"],
            credits=row["credits"],
            remaining=row["remaining"],
            traces=json.loads(row["traces"]),
            told=bool(row["told"]),
            abandoned=pending and over,
        )

    async def _spent(self, rows: Rows) -> Spent:
        today = await rows.since(self._day_ends() - DAY_SECONDS)
        charged = sum(
            row["expected"] if row["credits"] is None else row["credits"]
            for row in today
            if row["state"] == "charged"
        )
        unsure = sum(row["expected"] for row in today if row["state"] in _OPEN and row["sent"])
        return Spent(charged, unsure)

    def _day_ends(self) -> float:
        """When the present UTC day ends, in Unix seconds."""
        today = datetime.fromtimestamp(self._clock(), UTC).date()
        return datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp() + DAY_SECONDS


async def _price(rows: Rows, operation: str) -> int | None:
    last = await rows.last_priced(operation)
    return int(last["credits"]) if last is not None else None
