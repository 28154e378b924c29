import os
from collections.abc import AsyncIterator, Iterator

import pytest
import stamina

from tests.front import Assistant, connected

# The machine of purchases takes a minute and more: FJ_LONG=2000 runs that many steps of it.
collect_ignore = [] if os.environ.get("FJ_LONG") else ["test_never_pay_twice.py"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_waiting_between_tries() -> Iterator[None]:
    """Retries happen as many times as in earnest, without the pauses between them."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def assistant() -> AsyncIterator[Assistant]:
    async with connected() as one:
        yield one
