import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import stamina
from coverage import Coverage

from tests.front import Assistant, connected

# What the ledger writes is tested, not the disk: a record in memory needs no waiting for one.
if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK):
    tempfile.tempdir = "/dev/shm"


@pytest.fixture(autouse=True)
def measured(request: pytest.FixtureRequest) -> Iterator[None]:
    """Coverage is measured, except where it would double the time and show nothing new."""
    coverage = Coverage.current()
    if coverage is None or request.node.get_closest_marker("unmeasured") is None:
        yield
        return
    coverage.stop()
    try:
        yield
    finally:
        coverage.start()


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
