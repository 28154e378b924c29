"""The purchase rules: asked for once, paid at most once, never lost.

Every purchase is recorded before it is sent. An open outcome is reconciled with free reads before
anything is sent again, and what was already bought is returned without paying.
"""

from contextlib import suppress
from typing import Any

import anyio
from msgspec.structs import replace

from fj_mcp.api.call_context import BeforeSend, arrived_at, user_in_use
from fj_mcp.api.errors import ApiError, NoMatch, NoResponse, NotFound
from fj_mcp.errors import BadSettings
from fj_mcp.purchases.errors import NotApproved, OutcomeHidden, OutcomeOpen, TooLate
from fj_mcp.purchases.order import (
    ALLOWED,
    CONCLUSIVE_AFTER_SECONDS,
    Consent,
    D,
    Found,
    Order,
    Plan,
    R,
    Receipt,
    Settled,
    moment_now,
    warning,
)
from fj_mcp.purchases.outcomes import Outcomes
from fj_mcp.purchases.prices import price_in_session, usual_price
from fj_mcp.purchases.question import question_text
from fj_mcp.purchases.reconciliation import reconcile, reconcile_all
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.storage.ledger.purchase import Purchase
from fj_mcp.workspace.workspace import Workspace

_FIND_PAUSES = (0.0, 1.0, 2.0)
"""Seconds before each look-up that follows a lost response within the same call."""

SILENCE_SECONDS = 15.0
"""How long a response may be outstanding before free reads look for the purchase."""

_FIND_AGAIN_SECONDS = 3.0

_POLL_SECONDS = 0.1


class Checkout:
    """Carries out orders for one workspace."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.ledger = workspace.ledger
        self._workspace = workspace
        self._client = workspace.client
        self._clock = workspace.clock
        self._settings = settings
        self._call_seconds = settings.call_deadline_seconds + 10
        self._outcomes = Outcomes(workspace)

    async def buy(
        self, order: Order[R, Any, D], consent: Consent = ALLOWED
    ) -> Receipt[Any, D] | Settled[R]:
        """Carry out an order, or return the result of what it bought before.

        `Order.result` makes a result of either.

        Raises:
            OutcomeOpen: if it was sent and its outcome is not known yet.
            NotApproved: if it would have to be sent and the user did not agree.
            OverBudget, OverPersonBudget, StorageUnavailable, BadArguments, BadSettings: nothing
                was sent.
            ApiError: nothing was carried out.
        """
        await self._outcomes.record_pending()
        known = await self.ledger.charged(order.fingerprints, order.evidence)
        abandoned = [purchase for purchase in await self.ledger.open() if purchase.abandoned]
        await reconcile_all(self._workspace, abandoned, self._call_seconds)
        while True:
            claim = await self.ledger.claim(
                order.operation,
                order.locks,
                order.fingerprints[0],
                order.session_id,
                self._call_seconds,
                evidence=order.evidence,
                user=user_in_use.get(),
            )
            if isinstance(claim, Purchase):
                if (result := await self._resolve(claim, order)) is not None:
                    return Settled(result)
            elif (outcome := await self._carry_out(order, claim, consent, known)) is not None:
                return outcome

    async def question(self, *orders: Order[Any, Any, Any]) -> str | None:
        """The question to the user about some orders of one kind; None if nothing would be sent.

        Raises what `buy` raises before it sends anything.
        """
        await self._outcomes.record_pending()
        plans = [plan for order in orders if (plan := await self._plan(order)) is not None]
        if not plans:
            return None
        if self._settings.unsafe_to_spend:
            raise BadSettings(self._settings.unsafe_to_spend)
        channel = orders[0].evidence[0].channel
        price = await usual_price(self._workspace, orders[0].operation, channel)
        newest = await self.ledger.newest(20)
        return question_text(plans, price, newest, sandbox=self._settings.sandbox)

    async def _plan(self, order: Order[Any, Any, Any]) -> Plan | None:
        """The plan of an order; None if nothing would be sent."""
        while (other := await self.ledger.open_in(order.locks, order.evidence)) is not None:
            if await self._resolve(other, order) is not None:
                return None
        known = await self.ledger.charged(order.fingerprints, order.evidence)
        if known is not None and not known.delivered:
            return None
        found = await order.inspect()
        return found if isinstance(found, Plan) else None

    async def reconcile_open(self) -> None:
        """Reconcile the purchases whose outcome is open, as far as possible."""
        await reconcile_all(self._workspace, await self.ledger.open(), self._call_seconds)

    @property
    def unfinished(self) -> bool:
        """Whether a purchase is in flight, or its outcome is not recorded yet."""
        return self._outcomes.unfinished

    async def finish(self, seconds: float) -> None:
        """Wait for purchases in flight, and record those that do not end in time as unknown."""
        await self._outcomes.finish(seconds)

    async def _carry_out(
        self, order: Order[R, Any, D], claim: int, consent: Consent, known: Purchase | None
    ) -> Receipt[Any, D] | Settled[R] | None:
        """Carry out an order whose lock is held; None if the lock was lost meanwhile.

        Args:
            claim: the id of the purchase that holds the lock.
            known: the newest identical purchase at the time of the order.
        """
        try:
            plan = await self._undelivered(order, known) or await order.inspect()
            if not isinstance(plan, Plan):
                await self.ledger.forget(claim)
                return Settled(plan)
            self._check_before_paying(order, consent)
            if consent.unasked and plan.unexpected:
                await self._warn_once(order, plan)
            evidence = replace(
                plan.evidence,
                server_time=self._client.server_time,
                local_time=self._clock.now(),
                sending=moment_now(self._workspace),
            )
            plan = replace(plan, evidence=evidence)
            await self._use_up(consent)
            try:
                valid = await self.ledger.sending(
                    claim, evidence, self._settings.credit_budget, self._settings.person_budget
                )
            except StorageUnavailable:
                # It may be recorded as sent all the same, which would hold the lock.
                await self._outcomes.record(claim, "refused")
                raise
            if not valid:
                return None
        except BaseException:
            # A failing ledger must not hide the original error.
            with suppress(StorageUnavailable):
                await self.ledger.forget(claim)
            raise
        return await self._pay(order, plan, claim)

    def _check_before_paying(self, order: Order[R, Any, Any], consent: Consent) -> None:
        if self._settings.unsafe_to_spend:
            raise BadSettings(self._settings.unsafe_to_spend)
        if not consent.given:
            raise NotApproved(consent.refusal)
        left = anyio.current_effective_deadline() - anyio.current_time()
        if left < self._settings.time_to_pay:
            raise TooLate(order.attempted.tool)

    async def _warn_once(self, order: Order[R, Any, Any], plan: Plan) -> None:
        """Refuse an order with its effects, unless that was done before the same call."""
        # Not by the sentences: the numbers in them change between two calls.
        call = order.evidence[0].given or order.fingerprints[0]
        if await self.ledger.is_first(warning("effects", call=call)):
            raise NotApproved(
                f"tell the user first what this does. {plan.effects} If they agree, call "
                f"{order.attempted.tool} again with the same arguments."
            )

    async def _use_up(self, consent: Consent) -> None:
        """Use an approval up, so that it is good for one call even if its answer is sent again."""
        if consent.approval is None or await self.ledger.use_up(consent.approval, consent.call):
            return
        raise NotApproved(
            "that approval was already used for a purchase. Call the tool again, and the user is "
            "asked again."
        )

    async def _pay(
        self, order: Order[R, Any, D], plan: Plan, claim: int
    ) -> Receipt[Any, D] | Settled[R]:
        evidence = plan.evidence

        async def before_send() -> None:
            # The request may have to wait for the rate limit, so record when it really leaves.
            nonlocal evidence
            leaving = replace(evidence, left=moment_now(self._workspace))
            if not await self.ledger.add_evidence(claim, leaving):
                # No earlier attempt can have left either, or this would not be a retry.
                evidence = replace(evidence, left=None)
                raise TooLate(order.attempted.tool)
            evidence = leaving

        self._outcomes.in_flight.add(claim)
        try:
            receipt = await self._send(order, plan, claim, before_send)
        except NoMatch:
            await self._outcomes.record(claim, "refused", evidence=replace(evidence, nobody=True))
            return Settled(await order.no_match(plan))
        except ApiError as error:
            if error.certain:
                await self._outcomes.record(claim, "refused")
                raise
            claim = await self._outcomes.record_unknown(claim, evidence)
            if not isinstance(error, NoResponse):
                raise
            return Settled(await self._find_in_time(order, claim, error))
        except BaseException:
            # Canceled, or a bug here: the request may have left.
            await self._outcomes.record_unknown(claim, evidence)
            raise
        if isinstance(receipt, Found):
            return Settled(await self._adopt(order, claim, receipt))
        claim = await self._outcomes.record(
            claim,
            "charged",
            session_id=receipt.session_id,
            credits=receipt.credits.charged,
            remaining=receipt.credits.remaining,
            evidence=replace(evidence, nobody=receipt.exhausted),
        )
        if receipt.credits.charged is None:
            price = await self._find_price(
                claim, receipt.session_id, evidence, unfinished=receipt.unfinished
            )
            receipt = replace(receipt, credits=replace(receipt.credits, charged=price))
        await self._outcomes.record_delivered(claim)
        return receipt

    async def _adopt(self, order: Order[R, Any, Any], claim: int, found: Found) -> R:
        """Record a purchase that was carried out without a response; return its result."""
        claim = await self._outcomes.record(
            claim, "charged", session_id=found.session_id, credits=found.charged
        )
        with suppress(StorageUnavailable):
            purchase = await self.ledger.get(claim)
            if purchase is not None and purchase.state == "charged":
                return await self._deliver(order, purchase, existed=False)
        raise OutcomeOpen("FutureJobs has not responded yet", order.attempted.tool, 1)

    async def _send(
        self, order: Order[R, Any, D], plan: Plan, claim: int, before_send: BeforeSend
    ) -> Receipt[Any, D] | Found:
        """Send an order; return its receipt, or the purchase as found while no response came."""
        found: Found | None = None
        outcome: Receipt[Any, D] | Exception | None = None

        async def find_meanwhile() -> None:
            nonlocal found
            await anyio.sleep(min(SILENCE_SECONDS, self._settings.call_deadline_seconds / 3))
            while found is None:
                # No failure here may end the purchase itself.
                with suppress(Exception):
                    found = await self._find(order, claim)
                await anyio.sleep(0 if found else _FIND_AGAIN_SECONDS)
            sending.cancel()

        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as sending:
                tasks.start_soon(find_meanwhile)
                try:
                    outcome = await order.send(plan, before_send)
                except Exception as error:
                    outcome = error
            tasks.cancel_scope.cancel()
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is None:
            assert found is not None
            # A charge of 0 may mean that FutureJobs has not counted it yet.
            return replace(found, charged=found.charged or None)
        return outcome

    async def _find(self, order: Order[R, Any, Any], claim: int) -> Found | None:
        """Look with free reads for a purchase whose response is outstanding."""
        purchase = await self.ledger.get(claim)
        if purchase is None or purchase.evidence.left is None:
            return None
        return await order.find(self._workspace, purchase, self._call_seconds)

    async def _find_price(
        self, claim: int, session_id: str, evidence: Evidence, *, unfinished: bool = False
    ) -> int | None:
        """Record the price of a purchase whose response did not state it, if it can be found."""
        price = await price_in_session(
            self._workspace, claim, session_id, evidence, unfinished=unfinished
        )
        if price is not None:
            await self._outcomes.record(claim, "charged", credits=price)
        return price

    async def _undelivered(self, order: Order[R, Any, Any], known: Purchase | None) -> R | None:
        """The result of an identical purchase that was not delivered, or is newer than `known`."""
        last = await self.ledger.charged(order.fingerprints, order.evidence)
        if last is None:
            return None
        # A call that arrived before the delivery is a repetition.
        arrived = arrived_at.get(self._clock.steady())
        if known is not None and known.id == last.id and known.delivered_before(arrived):
            return None
        try:
            # A search may be found as what an update made of another one.
            existed = last.delivered or last.operation != order.operation
            return await self._deliver(order, last, existed=existed)
        except NotFound:
            # The session was deleted in FutureJobs since.
            await self._outcomes.record_delivered(last.id)
            return None

    async def _deliver(self, order: Order[R, Any, Any], purchase: Purchase, *, existed: bool) -> R:
        if not existed and purchase.credits is None:
            # Found without a response, so nothing has stated the price.
            await self._find_price(purchase.id, purchase.session_id or "", purchase.evidence)
            purchase = await self.ledger.get(purchase.id) or purchase
        result = await order.repeat(purchase, existed=existed)
        await self._outcomes.record_delivered(purchase.id)
        return result

    async def _find_in_time(self, order: Order[R, Any, Any], claim: int, error: NoResponse) -> R:
        """Look for a purchase whose response was lost, in the time that this call has left."""
        wait = CONCLUSIVE_AFTER_SECONDS
        for pause in _FIND_PAUSES:
            if anyio.current_time() + pause + 1 > anyio.current_effective_deadline():
                break
            await self._clock.sleep(pause)
            # A failed look-up must not hide the original error.
            with suppress(ApiError, StorageUnavailable):
                purchase = await self.ledger.get(claim)
                if purchase is not None and purchase.state in ("pending", "unknown"):
                    wait = await reconcile(self._workspace, purchase, self._call_seconds)
                    purchase = await self.ledger.get(claim)
                if purchase is not None and purchase.state == "charged":
                    return await self._deliver(order, purchase, existed=False)
        raise OutcomeOpen(error.happened, order.attempted.tool, wait) from None

    async def _resolve(self, other: Purchase, order: Order[R, Any, Any]) -> R | None:
        """Wait for `other`, or reconcile it, until its lock is free.

        Returns:
            Its result if it is the same purchase as `order`, else None.
        """
        same = order.is_same(other)
        current: Purchase | None = other
        waited = False
        while current is not None and current.state == "pending" and not current.abandoned:
            waited = True
            if anyio.current_time() + 1.5 > anyio.current_effective_deadline():
                raise OutcomeOpen("Another call is in progress", order.attempted.tool, 10)
            await self._clock.sleep(_POLL_SECONDS)
            current = await self.ledger.get(other.id)
        if current is None or current.state == "refused":
            return None
        if current.state != "charged":
            try:
                wait = await reconcile(self._workspace, current, self._call_seconds)
            except OutcomeHidden:
                if not order.allow_duplicate:
                    raise
                await self.ledger.release(current.id)
                return None
            current = await self.ledger.get(other.id)
            if current is not None and current.state in ("pending", "unknown"):
                raise OutcomeOpen("An earlier call got no response", order.attempted.tool, wait)
        if current is None or current.state != "charged" or not same:
            return None
        return await self._deliver(order, current, existed=waited)
