import gc
import json
import os
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import stamina
from hypothesis import settings
from jsonschema import Draft202012Validator

from tests.support.assistant import Assistant, connected
from tests.support.ledgers import forget_all, ledger_server, postgres_programs
from tests.support.processes import Api, sandbox_process

# The tests are about the ledger, not the disk, and a file in memory is faster.
if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK):
    tempfile.tempdir = "/dev/shm"

# One state of the code passes or fails every time; FJ_LONG=1 looks for examples never seen before.
settings.register_profile("same examples", derandomize=True, deadline=None)
if not os.environ.get("FJ_LONG"):
    settings.load_profile("same examples")


def pytest_xdist_setupnodes() -> None:
    """Measure each worker once: it starts its own measurement and must not inherit another."""
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        os.environ.pop(name, None)


def pytest_configure(config: pytest.Config) -> None:
    """Without PostgreSQL its tests are skipped, so coverage cannot reach the floor."""
    measuring = config.pluginmanager.getplugin("_cov")
    if measuring is not None and postgres_programs() is None:
        measuring.options.cov_fail_under = 0


def pytest_collection_finish() -> None:
    """Exempt everything imported so far from garbage collection."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def collected() -> Iterator[None]:
    """Exempt what the tests of a module leave, such as reports and caches, too.

    Otherwise a collection late in a run stops a test for seconds, longer than it waits.
    """
    yield
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def measured(request: pytest.FixtureRequest) -> Iterator[None]:
    """Measure coverage, except where that would double the time and show nothing new."""
    tracer, in_threads = sys.gettrace(), threading.gettrace()
    if request.node.get_closest_marker("unmeasured") is not None:
        sys.settrace(None)
        threading.settrace(None)
    yield
    sys.settrace(tracer)
    threading.settrace(in_threads)


@pytest.fixture(autouse=True, scope="session")
def ledgers() -> Iterator[None]:
    """The PostgreSQL for purchases, if the run uses one."""
    with ledger_server():
        yield


@pytest.fixture(autouse=True)
def forgotten(ledgers: None) -> None:
    """Forget the purchases of earlier tests."""
    forget_all()


@pytest.fixture(autouse=True, scope="session")
def schemas_examined_once() -> Iterator[None]:
    """Check each result schema once, not for every client."""
    examine, examined = Draft202012Validator.check_schema, set[str]()

    def examine_once(schema: Any) -> None:
        if (text := json.dumps(schema)) not in examined:
            examine(schema)
            examined.add(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Draft202012Validator, "check_schema", examine_once)
        yield


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """The sandbox in a separate process, shared by the tests of a module."""
    with sandbox_process() as one:
        yield one


_numbers = count(1)


@pytest.fixture
def key() -> str:
    """A key, and with it a workspace, that no other test has."""
    return f"fjk_test{next(_numbers):04}_secret"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_waiting_between_tries() -> Iterator[None]:
    """Retry as often as in production, without the delays."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def assistant() -> AsyncIterator[Assistant]:
    async with connected() as one:
        yield one
