from collections.abc import AsyncIterator

import pytest

from fj_mcp.sandbox.app import Sandbox
from tests.support.clocks import SteppedClock
from tests.support.sandbox_api import Api, connect


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock(1_790_000_000.0)


@pytest.fixture
def sandbox(clock: SteppedClock) -> Sandbox:
    return Sandbox(match_seconds=0, clock=clock.now)


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[Api]:
    async with connect(sandbox) as http:
        yield Api(http)
