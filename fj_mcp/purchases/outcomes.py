"""The purchases of this process that are in flight, and the recording of their outcomes."""

from contextlib import suppress
from typing import Any

import anyio
from msgspec.structs import replace

from fj_mcp.purchases.order import moment_now
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.storage.ledger.purchase import State
from fj_mcp.workspace.workspace import Workspace


class Outcomes:
    """Records outcomes in the ledger; those that it cannot take now, before the next purchase.

    Attributes:
        in_flight: ids of the purchases that have been sent and not recorded yet.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.in_flight: set[int] = set()
        self._workspace = workspace
        self._ledger = workspace.ledger
        self._unrecorded: list[tuple[int, State, dict[str, Any]]] = []

    @property
    def unfinished(self) -> bool:
        """Whether a purchase is in flight, or its outcome is not recorded yet."""
        return bool(self.in_flight or self._unrecorded)

    async def finish(self, seconds: float) -> None:
        """Wait for purchases in flight, and record those that do not end in time as unknown."""
        with anyio.move_on_after(seconds):
            while self.in_flight:  # noqa: ASYNC110 - once in a lifetime; an event would be state
                await anyio.sleep(0.02)
        for purchase_id in list(self.in_flight):
            await self.record(purchase_id, "unknown")
        with suppress(StorageUnavailable):
            await self.record_pending()

    async def record(self, claim: int, state: State, **known: Any) -> int:
        """Record an outcome, or leave it to the next purchase; return the purchase's id."""
        try:
            return await self._ledger.settle(claim, state, **known)
        except StorageUnavailable:
            # A paid result must reach the model even if the disk is full.
            self._unrecorded.append((claim, state, known))
            return claim
        finally:
            self.in_flight.discard(claim)

    async def record_unknown(self, claim: int, evidence: Evidence) -> int:
        """Record that no response came, and when the wait for it ended."""
        if evidence.left is None:
            return await self.record(claim, "refused")
        ended = replace(evidence, ended=moment_now(self._workspace))
        return await self.record(claim, "unknown", evidence=ended)

    async def record_delivered(self, claim: int) -> None:
        """Record that a client receives the result, if the ledger can be written."""
        with suppress(StorageUnavailable):
            await self._ledger.deliver(claim)

    async def record_pending(self) -> None:
        """Record outcomes that could not be written earlier. Raises `StorageUnavailable`."""
        while self._unrecorded:
            claim, state, known = first = self._unrecorded[0]
            await self._ledger.settle(claim, state, **known)
            # Another call may have recorded it meanwhile.
            with suppress(ValueError):
                self._unrecorded.remove(first)
