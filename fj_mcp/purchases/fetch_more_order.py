"""The order for more candidates of a session."""

from typing import Any

from fj_mcp.ledger.purchase import Purchase
from fj_mcp.purchases.order import Bought, Order, counters_before, fingerprint, is_matching
from fj_mcp.purchases.search_order import earlier_credits
from fj_mcp.results import next_steps
from fj_mcp.results.models import MoreProfiles, Result
from fj_mcp.text.cleaning import quoted
from fj_mcp.workspace.workspace import Workspace


class MoreOrder(Order):
    """Further candidates of a session."""

    operation = "fetch_more"

    def __init__(self, workspace: Workspace, session_id: str) -> None:
        self._workspace = workspace
        self.session_id: str = session_id
        self.fingerprint = fingerprint(self.operation, session=session_id)
        self.slot = f"session:{session_id}"
        self.wish = "more candidates of a search"

    async def inspect(self) -> Result | dict[str, Any]:
        session = await self._workspace.watcher.look(self.session_id)
        if await is_matching(self._workspace, session):
            return MoreProfiles(
                session_id=session.id,
                status="running",
                api_status=next_steps.unusual(session.api_status),
                next_step=(
                    "It is still matching, so nothing was fetched or charged. Call "
                    f"wait_for_session with session_id {session.id} (free), then decide."
                ),
            )
        if await self._workspace.ledger.is_exhausted(self.session_id):
            return self.nobody()
        self.wish = f"more candidates for {quoted(session.title or session.id)}"
        return counters_before(session, session.search_more_counter)

    async def send(self) -> Bought:
        started = await self._workspace.client.fetch_more(self.session_id)
        if started.new_profiles == 0:
            result = self.nobody().model_copy(
                update={"credits": next_steps.credits(started.credits)}
            )
            return Bought(result, self.session_id, started.credits, {"nobody": True})
        result = MoreProfiles(
            session_id=self.session_id,
            status="running",
            api_status=next_steps.unusual(started.api_status),
            expected_profiles=started.new_profiles,
            credits=next_steps.credits(started.credits),
            warning=next_steps.unfinished(started),
            next_step=next_steps.wait_step(self.session_id),
        )
        unfinished = started.unfinished is not None
        return Bought(result, self.session_id, started.credits, unfinished=unfinished)

    def nobody(self) -> MoreProfiles:
        return MoreProfiles(
            session_id=self.session_id,
            status="done",
            expected_profiles=0,
            exhausted=True,
            next_step=(
                "There is nobody else for these filters, so do not fetch more. Loosen them with "
                f"update_sourcing_session and session_id {self.session_id}, which costs credits: "
                "ask first."
            ),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> MoreProfiles:
        session = await self._workspace.watcher.look(self.session_id)
        return MoreProfiles(
            session_id=self.session_id,
            status=session.status,
            api_status=next_steps.unusual(session.api_status),
            credits=earlier_credits(purchase),
            next_step=next_steps.session_step(session),
        )
