"""The purchase rules: asked for once, paid at most once, never lost.

Every purchase is remembered before it is sent. One whose outcome is open is settled by free reads
before anything is sent again; what is there already is answered without paying.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import anyio

from fj_mcp.api.call_context import BeforeSend, arrived_at
from fj_mcp.api.endpoints import ENDPOINTS
from fj_mcp.api.errors import ApiError, NoMatch, NoResponse, NotFound
from fj_mcp.errors import BadSettings
from fj_mcp.ledger.errors import LedgerUnavailable
from fj_mcp.ledger.evidence import Evidence
from fj_mcp.ledger.purchase import Purchase, State
from fj_mcp.purchases.errors import NotApproved, OutcomeHidden, OutcomeOpen, TooLate
from fj_mcp.purchases.order import (
    ALLOWED,
    SETTLED_AFTER_SECONDS,
    Consent,
    Found,
    Order,
    Plan,
    R,
    Receipt,
    moment_now,
)
from fj_mcp.purchases.reconciliation import settle, settle_all
from fj_mcp.settings.settings import Settings
from fj_mcp.workspace.workspace import Workspace

_LOOKS = (0.0, 1.0, 2.0)
"""Pauses, in seconds, before the looks that follow a lost answer within the same call."""

SILENCE_SECONDS = 15.0
"""How long a response may be outstanding before free reads look what became of the purchase."""

_LOOK_AGAIN_SECONDS = 3.0

_PRICE_SECONDS = 3.0
"""How long a result waits for its price, where the answer did not name it."""

_WATCH_SECONDS = 0.1


class Checkout:
    """Buys orders for one workspace, and knows what was bought."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.ledger = workspace.ledger
        self._workspace = workspace
        self._client = workspace.client
        self._clock = workspace.clock
        self._settings = settings
        self._call_seconds = settings.call_deadline_seconds + 10
        self._under_way: set[int] = set()
        self._unwritten: list[tuple[int, State, dict[str, Any]]] = []

    async def buy(self, order: Order[R, Any], consent: Consent = ALLOWED) -> R:
        """The result of an order: bought now, or found to be there already.

        Raises:
            OutcomeOpen: if it was sent and nobody knows yet what became of it.
            NotApproved: if it would have to be sent and the person did not agree.
            OverBudget, LedgerUnavailable, BadArguments, BadSettings: nothing was sent.
            ApiError: nothing was carried out.
        """
        await self._write_left()
        known = await self.ledger.charged(order.fingerprint)
        abandoned = [purchase for purchase in await self.ledger.open() if purchase.abandoned]
        await settle_all(self._workspace, abandoned, self._call_seconds)
        while True:
            claim = await self.ledger.claim(
                order.operation,
                order.lock,
                order.fingerprint,
                order.session_id,
                self._call_seconds,
            )
            if isinstance(claim, Purchase):
                if (result := await self._after(claim, order)) is not None:
                    return result
            elif (result := await self._carry_out(order, claim, consent, known)) is not None:
                return result

    async def question(self, *orders: Order[Any, Any]) -> str | None:
        """What to ask the person before some orders of a kind; None if nothing would be sent.

        Raises what `buy` raises before it sends anything.
        """
        await self._write_left()
        plans = [plan for order in orders if (plan := await self._plan(order)) is not None]
        if not plans:
            return None
        if self._settings.unsafe_to_spend:
            raise BadSettings(self._settings.unsafe_to_spend)
        price = await self.price(orders[0].operation)
        each = " for each" if len(plans) > 1 else ""
        cost = (
            f"about {price} credits{each}"
            if price is not None
            else "credits; FutureJobs does not publish how many"
        )
        newest = await self.ledger.newest(20)
        last = next((item for item in newest if item.remaining is not None), None)
        left = f" {last.remaining} credits are left." if last is not None else ""
        many = f", for {len(plans)} candidates" if len(plans) > 1 else ""
        wanted = f"{plans[0].description}{many}"
        return f"This asks FutureJobs for {wanted}. It costs {cost}.{left} Go ahead?"

    async def price(self, operation: str) -> int | None:
        """The credits that an operation cost last, or is published to cost; None if unknown."""
        with suppress(LedgerUnavailable):
            if (named := await self.ledger.price(operation)) is not None:
                return named
        return ENDPOINTS[operation].attempted.price

    async def _plan(self, order: Order[Any, Any]) -> Plan | None:
        """What would be sent for an order; None if nothing would."""
        while (other := await self.ledger.open_in(order.lock)) is not None:
            if await self._after(other, order) is not None:
                return None
        known = await self.ledger.charged(order.fingerprint)
        if known is not None and not known.delivered:
            return None
        found = await order.inspect()
        return found if isinstance(found, Plan) else None

    async def settle_open(self) -> None:
        """Look what became of the purchases whose outcome is open, as far as free reads tell."""
        await settle_all(self._workspace, await self.ledger.open(), self._call_seconds)

    @property
    def unfinished(self) -> bool:
        """Whether a purchase is under way, or its outcome is not written down yet."""
        return bool(self._under_way or self._unwritten)

    async def finish(self, seconds: float) -> None:
        """Let purchases that are under way end; what does not is remembered as unknown."""
        with anyio.move_on_after(seconds):
            while self._under_way:  # noqa: ASYNC110 - once in a lifetime; an event would be state
                await anyio.sleep(0.02)
        for purchase_id in list(self._under_way):
            await self._note(purchase_id, "unknown")
        with suppress(LedgerUnavailable):
            await self._write_left()

    async def _carry_out(
        self, order: Order[R, Any], claim: int, consent: Consent, known: Purchase | None
    ) -> R | None:
        """The result of an order whose lock is held; None if the claim was lost meanwhile.

        Args:
            known: the newest identical purchase when the order was given.
        """
        try:
            plan = await self._owed(order, known) or await order.inspect()
            if not isinstance(plan, Plan):
                await self.ledger.forget(claim)
                return plan
            self._check_before_paying(order, consent)
            evidence = replace(
                plan.evidence,
                server_time=self._client.server_time,
                local_time=self._clock.now(),
                sending=moment_now(self._workspace),
            )
            plan = replace(plan, evidence=evidence)
            await self._use_up(consent)
            if not await self.ledger.sending(claim, evidence, self._settings.credit_budget):
                return None
        except BaseException:
            # A broken ledger must not hide what went wrong first.
            with suppress(LedgerUnavailable):
                await self.ledger.forget(claim)
            raise
        return await self._pay(order, plan, claim)

    def _check_before_paying(self, order: Order[R, Any], consent: Consent) -> None:
        if self._settings.unsafe_to_spend:
            raise BadSettings(self._settings.unsafe_to_spend)
        if not consent.given:
            raise NotApproved(consent.refusal)
        left = anyio.current_effective_deadline() - anyio.current_time()
        if left < self._settings.time_to_pay:
            raise TooLate(order.attempted.tool)

    async def _use_up(self, consent: Consent) -> None:
        """Let an approval be good for one call, however often its answer is sent."""
        if consent.approval is None or await self.ledger.use_up(consent.approval, consent.call):
            return
        raise NotApproved(
            "that approval was used for a purchase already. Call the tool again, and the user will "
            "be asked anew."
        )

    async def _pay(self, order: Order[R, Any], plan: Plan, claim: int) -> R:
        evidence = plan.evidence

        async def before_send() -> None:
            # The request may wait for its turn, so what counts is when it really leaves.
            nonlocal evidence
            leaving = replace(evidence, left=moment_now(self._workspace))
            if not await self.ledger.add_evidence(claim, leaving):
                # An attempt before this one certainly did not leave.
                evidence = replace(evidence, left=None)
                raise TooLate(order.attempted.tool)
            evidence = leaving

        self._under_way.add(claim)
        try:
            receipt = await self._send(order, plan, claim, before_send)
        except NoMatch:
            await self._note(claim, "refused", evidence=replace(evidence, nobody=True))
            return order.nobody(plan)
        except ApiError as error:
            if error.certain:
                await self._note(claim, "refused")
                raise
            claim = await self._note_unknown(claim, evidence)
            if not isinstance(error, NoResponse):
                raise
            return await self._look_now(order, claim, error)
        except BaseException:
            # Cancelled, or a defect of ours: the request may have left.
            await self._note_unknown(claim, evidence)
            raise
        if isinstance(receipt, Found):
            return await self._adopt(order, claim, receipt, evidence)
        claim = await self._note(
            claim,
            "charged",
            session_id=receipt.session_id,
            credits=receipt.credits.charged,
            remaining=receipt.credits.remaining,
            evidence=replace(evidence, nobody=receipt.nobody),
        )
        if receipt.credits.charged is None:
            await self._ask_price(claim, receipt.session_id, evidence, receipt.unfinished)
        await self._note_delivered(claim)
        return receipt.result

    async def _adopt(self, order: Order[R, Any], claim: int, found: Found, evidence: Evidence) -> R:
        """The result of a purchase that was carried out although its response never came."""
        claim = await self._note(
            claim, "charged", session_id=found.session_id, credits=found.charged
        )
        if found.charged is None:
            await self._ask_price(claim, found.session_id, evidence)
        with suppress(LedgerUnavailable):
            purchase = await self.ledger.get(claim)
            if purchase is not None and purchase.state == "charged":
                return await self._deliver(order, purchase, existed=False)
        raise OutcomeOpen("FutureJobs has not answered yet", order.attempted.tool, 1)

    async def _send(
        self, order: Order[R, Any], plan: Plan, claim: int, before_send: BeforeSend
    ) -> Receipt[R] | Found:
        """Send an order; its receipt, or what free reads found while no response came."""
        found: Found | None = None
        outcome: Receipt[R] | Exception | None = None

        async def look_meanwhile() -> None:
            nonlocal found
            await anyio.sleep(min(SILENCE_SECONDS, self._settings.call_deadline_seconds / 3))
            while found is None:
                # Nothing that goes wrong here may end the purchase itself.
                with suppress(Exception):
                    found = await self._find(order, claim)
                await anyio.sleep(0 if found else _LOOK_AGAIN_SECONDS)
            sending.cancel()

        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as sending:
                tasks.start_soon(look_meanwhile)
                try:
                    outcome = await order.send(plan, before_send)
                except Exception as error:
                    outcome = error
            tasks.cancel_scope.cancel()
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is None:
            assert found is not None
            # What it cost may not be counted yet.
            return replace(found, charged=found.charged or None)
        return outcome

    async def _find(self, order: Order[R, Any], claim: int) -> Found | None:
        """What free reads find of a purchase whose response is outstanding."""
        purchase = await self.ledger.get(claim)
        if purchase is None or purchase.evidence.left is None:
            return None
        return await order.find(self._workspace, purchase, self._call_seconds)

    async def _ask_price(
        self, claim: int, session_id: str, evidence: Evidence, unfinished: bool = False
    ) -> None:
        """Find out what an answer that named no price has cost, if the session tells."""
        before = evidence.credits
        with anyio.move_on_after(_PRICE_SECONDS), suppress(ApiError, LedgerUnavailable):
            after = (await self._client.get_session(session_id)).credits_charged
            newest = await self.ledger.newest_in(session_id)
            # What the next purchase in the session took is not this one's price.
            if before is None or after is None or newest is None or newest.id != claim:
                return
            # No difference means that it cost nothing only where nothing was done.
            if after > before or (after == before and unfinished):
                await self._note(claim, "charged", credits=after - before)

    async def _owed(self, order: Order[R, Any], known: Purchase | None) -> R | None:
        """The result of an identical purchase that nobody was told of, or made since `known`."""
        last = await self.ledger.charged(order.fingerprint)
        if last is None:
            return None
        # A call that was made before the other was answered repeats it.
        arrived = arrived_at.get(self._clock.steady())
        if known is not None and known.id == last.id and known.delivered_before(arrived):
            return None
        try:
            return await self._deliver(order, last, existed=last.delivered)
        except NotFound:
            # Deleted in FutureJobs since.
            await self._note_delivered(last.id)
            return None

    async def _deliver(self, order: Order[R, Any], purchase: Purchase, *, existed: bool) -> R:
        result = await order.repeat(purchase, existed=existed)
        await self._note_delivered(purchase.id)
        return result

    async def _note_delivered(self, claim: int) -> None:
        with suppress(LedgerUnavailable):
            await self.ledger.deliver(claim)

    async def _note(self, claim: int, state: State, **known: Any) -> int:
        """Remember an outcome, if need be with the next purchase; the purchase's id since."""
        try:
            return await self.ledger.settle(claim, state, **known)
        except LedgerUnavailable:
            # What was paid for must reach the model, even if the disk is full by now.
            self._unwritten.append((claim, state, known))
            return claim
        finally:
            self._under_way.discard(claim)

    async def _note_unknown(self, claim: int, evidence: Evidence) -> int:
        """Remember that no response came, and when that was given up."""
        if evidence.left is None:
            return await self._note(claim, "refused")
        ended = replace(evidence, ended=moment_now(self._workspace))
        return await self._note(claim, "unknown", evidence=ended)

    async def _write_left(self) -> None:
        """Remember what could not be written when it happened. Raises `LedgerUnavailable`."""
        while self._unwritten:
            claim, state, known = first = self._unwritten[0]
            await self.ledger.settle(claim, state, **known)
            # Another call may have written it meanwhile.
            with suppress(ValueError):
                self._unwritten.remove(first)

    async def _look_now(self, order: Order[R, Any], claim: int, error: NoResponse) -> R:
        """Look for a purchase whose answer was lost, in the time that this call has left."""
        wait = SETTLED_AFTER_SECONDS
        for pause in _LOOKS:
            if anyio.current_time() + pause + 1 > anyio.current_effective_deadline():
                break
            await self._clock.sleep(pause)
            # What the looking ends in must not be told of the purchase: not a rate limit, and not
            # that without a record nothing is sent.
            with suppress(ApiError, LedgerUnavailable):
                purchase = await self.ledger.get(claim)
                if purchase is not None and purchase.state in ("pending", "unknown"):
                    wait = await settle(self._workspace, purchase, self._call_seconds)
                    purchase = await self.ledger.get(claim)
                if purchase is not None and purchase.state == "charged":
                    return await self._deliver(order, purchase, existed=False)
        raise OutcomeOpen(error.happened, order.attempted.tool, wait) from None

    async def _after(self, other: Purchase, order: Order[R, Any]) -> R | None:
        """The result of `other` if it is the same purchase; else None, once its lock is free."""
        same = other.fingerprint == order.fingerprint
        current: Purchase | None = other
        waited = False
        while current is not None and current.state == "pending" and not current.abandoned:
            waited = True
            if anyio.current_time() + 1.5 > anyio.current_effective_deadline():
                raise OutcomeOpen("Another call is under way", order.attempted.tool, 10)
            await self._clock.sleep(_WATCH_SECONDS)
            current = await self.ledger.get(other.id)
        if current is None or current.state == "refused":
            return None
        if current.state != "charged":
            try:
                wait = await settle(self._workspace, current, self._call_seconds)
            except OutcomeHidden:
                if not order.insists:
                    raise
                await self.ledger.release(current.id)
                return None
            current = await self.ledger.get(other.id)
            if current is not None and current.state in ("pending", "unknown"):
                raise OutcomeOpen("An earlier call got no answer", order.attempted.tool, wait)
        if current is None or current.state != "charged" or not same:
            return None
        return await self._deliver(order, current, existed=waited)
