"""The health endpoints: whether the process is up, and whether it is ready to work."""

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse

from fj_mcp.api.client import is_reachable
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.transports.http.tenants import Tenants

REACHED_SECONDS = 60.0
"""How long the API counts as reachable after a response."""

_CHECK_SECONDS = 10.0
"""The shortest interval between two checks of the API and the ledger."""

_TIMEOUT_SECONDS = 3.0


async def health(_: Request) -> JSONResponse:
    """`/healthz`: the process is up."""
    return JSONResponse({"status": "ok"})


class Readiness:
    """`/readyz`: settings, ledger and API. Reveals no secrets, addresses or paths."""

    def __init__(self, settings: Settings, tenants: Tenants) -> None:
        """Args: `tenants`, whose database must work."""
        self._settings = settings
        self._tenants = tenants
        self._checking = anyio.Lock()
        self._checked_at = self._reached_at = float("-inf")
        self._ledger_works = False

    async def check(self, _: Request) -> JSONResponse:
        """The state of each part; 200 if all are ok, else 503."""
        async with self._checking:
            if anyio.current_time() - self._checked_at > _CHECK_SECONDS:
                await self._check_ledger_and_api()
                self._checked_at = anyio.current_time()
        reached = anyio.current_time() - self._reached_at < REACHED_SECONDS
        problems = "; ".join(self._settings.problems)
        state = {
            "settings": problems or "ok",
            "ledger": "ok" if self._ledger_works else "cannot be read and written",
            "api": "ok" if reached else "did not respond within the last minute",
        }
        ready = all(word == "ok" for word in state.values())
        return JSONResponse({"ready": ready} | state, 200 if ready else 503)

    async def _check_ledger_and_api(self) -> None:
        self._ledger_works = await self._try_ledger()
        if self._settings.sandbox or await is_reachable(
            self._settings.api_base_url, _TIMEOUT_SECONDS
        ):
            self._reached_at = anyio.current_time()

    async def _try_ledger(self) -> bool:
        try:
            await self._tenants.database.check()
        except StorageUnavailable:
            return False
        return True
