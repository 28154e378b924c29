"""The order for more candidates in a session."""

from msgspec.structs import replace

from fj_mcp.api.call_context import BeforeSend
from fj_mcp.api.session_records import Session, Started
from fj_mcp.purchases.order import (
    Found,
    Order,
    Plan,
    Receipt,
    find_change,
    fingerprint,
    is_matching,
    session_evidence,
)
from fj_mcp.purchases.search_order import earlier_credits, searched
from fj_mcp.results import next_steps
from fj_mcp.results.models import Credits, MoreProfiles
from fj_mcp.storage.ledger.purchase import DAY_SECONDS, Purchase
from fj_mcp.text.cleaning import quoted
from fj_mcp.workspace.workspace import Workspace


class FetchMoreOrder(Order[MoreProfiles, Plan, Started]):
    """More candidates in a session."""

    operation = "fetch_more"

    def __init__(self, workspace: Workspace, session_id: str) -> None:
        self._workspace = workspace
        self.session_id: str = session_id
        self.fingerprints = (fingerprint(self.operation, session=session_id),)
        self.locks = (f"session:{session_id}",)

    async def inspect(self) -> Plan | MoreProfiles:
        session = await self._workspace.watcher.look(self.session_id)
        if await is_matching(self._workspace, session):
            return MoreProfiles(
                session_id=session.id,
                status="running",
                api_status=next_steps.unusual(session.api_status),
                next_step=(
                    "The session is still matching, so nothing was fetched or charged. Call "
                    f"wait_for_session with session_id {session.id} (free), then decide."
                ),
            )
        if await self._is_exhausted():
            return self._exhausted()
        description = f"more candidates for {quoted(session.title or session.id)}"
        return Plan(session_evidence(session, session.search_more_counter), description)

    async def _is_exhausted(self) -> bool:
        """Whether the session's last purchase, within a day, found that nobody is left."""
        last = await self._workspace.ledger.newest_in(
            self.session_id, (self.operation, "update_session"), {"charged", "refused"}
        )
        if last is None or last.operation != self.operation:
            return False
        return last.evidence.nobody and last.claimed_at > self._workspace.clock.now() - DAY_SECONDS

    async def send(self, plan: Plan, before_send: BeforeSend) -> Receipt[Plan, Started]:
        started = await self._workspace.client.fetch_more(self.session_id, before_send)
        receipt = searched(plan, started, self.session_id)
        return replace(receipt, exhausted=started.new_profiles == 0)

    def describe(self, receipt: Receipt[Plan, Started]) -> MoreProfiles:
        credits = next_steps.credits(receipt.credits)
        if receipt.exhausted:
            return self._exhausted(credits)
        started = receipt.response
        return MoreProfiles(
            session_id=self.session_id,
            status="running",
            api_status=next_steps.unusual(started.api_status),
            expected_profiles=started.new_profiles,
            credits=credits,
            warning=next_steps.unfinished_warning(started),
            next_step=next_steps.wait_step(self.session_id),
        )

    async def no_match(self, plan: Plan) -> MoreProfiles:
        return self._exhausted()

    def _exhausted(self, credits: Credits | None = None) -> MoreProfiles:
        return MoreProfiles(
            session_id=self.session_id,
            status="done",
            expected_profiles=0,
            credits=credits,
            exhausted=True,
            next_step=(
                "There are no more candidates for these filters, so do not fetch more. To loosen "
                f"them, call update_sourcing_session with session_id {self.session_id}; it costs "
                "credits, so ask the user first."
            ),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> MoreProfiles:
        session = await self._workspace.watcher.look(self.session_id)
        return MoreProfiles(
            session_id=self.session_id,
            status=session.status,
            api_status=next_steps.unusual(session.api_status),
            credits=earlier_credits(purchase),
            # A wait shows the new candidates first, a list everyone.
            next_step=next_steps.session_step(session)
            if session.status == "failed"
            else next_steps.wait_step(session.id),
        )

    @classmethod
    async def find(
        cls, workspace: Workspace, purchase: Purchase, call_seconds: float
    ) -> Found | None:
        def has_fetched(session: Session) -> bool:
            fetched = session.search_more_counter > purchase.evidence.counter
            return fetched or session.api_status == "fetching_more"

        return (await find_change(workspace, purchase, has_fetched))[1]
