"""Whether the process lives, and whether it can do its work; for those who watch it."""

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse

from fj_mcp.api.client import is_reachable
from fj_mcp.ledger.errors import LedgerBroken
from fj_mcp.settings.settings import Settings
from fj_mcp.transports.http.tenants import Tenants
from fj_mcp.workspace.open_storage import check_record

REACHED_SECONDS = 60.0
"""For how long the API counts as reachable after it answered."""

_LOOK_SECONDS = 10.0
"""However often somebody asks, the API and the ledger are looked at this often at most."""

_ANSWER_SECONDS = 3.0


async def alive(_: Request) -> JSONResponse:
    """`/healthz`: the process answers."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """`/readyz`: settings, ledger and API. Tells no secret, no address and no path."""

    def __init__(self, settings: Settings, tenants: Tenants) -> None:
        """Args: `tenants`, whose record of purchases must work."""
        self._settings = settings
        self._tenants = tenants
        self._looking = anyio.Lock()
        self._looked_at = self._reached_at = float("-inf")
        self._ledger_works = False

    async def answer(self, _: Request) -> JSONResponse:
        """200 if everything is in order, else 503; and the state of each."""
        async with self._looking:
            if anyio.current_time() - self._looked_at > _LOOK_SECONDS:
                await self._look()
                self._looked_at = anyio.current_time()
        reached = anyio.current_time() - self._reached_at < REACHED_SECONDS
        problems = "; ".join(self._settings.problems)
        state = {
            "settings": problems or "ok",
            "ledger": "ok" if self._ledger_works else "cannot be read and written",
            "api": "ok" if reached else "did not answer within the last minute",
        }
        ready = all(word == "ok" for word in state.values())
        return JSONResponse({"ready": ready} | state, 200 if ready else 503)

    async def _look(self) -> None:
        self._ledger_works = await self._try_ledger()
        if self._settings.sandbox or await is_reachable(
            self._settings.api_base_url, _ANSWER_SECONDS
        ):
            self._reached_at = anyio.current_time()

    async def _try_ledger(self) -> bool:
        try:
            await check_record(self._tenants.record)
        except LedgerBroken:
            return False
        return True
