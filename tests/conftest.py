import gc
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
from jsonschema import Draft202012Validator

from tests.front import Assistant, connected
from tests.ledgers import forget_all, ledger_server
from tests.processes import Api, sandbox_process

# The tests are about the ledger, not the disk, and a file in memory is faster.
if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK):
    tempfile.tempdir = "/dev/shm"


def pytest_xdist_setupnodes() -> None:
    """Let each worker start its own coverage measurement, instead of inheriting a second one."""
    for name in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        os.environ.pop(name, None)


def pytest_configure(config: pytest.Config) -> None:
    """Without redis-server its tests are skipped, so the coverage floor cannot be reached."""
    measuring = config.pluginmanager.getplugin("_cov")
    if measuring is not None and shutil.which("redis-server") is None:
        measuring.options.cov_fail_under = 0


def pytest_collection_finish() -> None:
    """Exclude the loaded modules from garbage collection, which saves time."""
    gc.freeze()


@pytest.fixture(autouse=True)
def measured(request: pytest.FixtureRequest) -> Iterator[None]:
    """Turn off coverage for tests marked `unmeasured`, which it would only slow down."""
    tracer, in_threads = sys.gettrace(), threading.gettrace()
    if request.node.get_closest_marker("unmeasured") is not None:
        sys.settrace(None)
        threading.settrace(None)
    yield
    sys.settrace(tracer)
    threading.settrace(in_threads)


@pytest.fixture(autouse=True, scope="session")
def ledgers() -> Iterator[None]:
    """The shared Redis server, if the ledgers are not in files."""
    with ledger_server():
        yield


@pytest.fixture(autouse=True)
def forgotten(ledgers: None) -> None:
    """Forget the purchases of earlier tests."""
    forget_all()


@pytest.fixture(autouse=True, scope="session")
def schemas_examined_once() -> Iterator[None]:
    """Check each result schema once, not again for each of 1,000 clients."""
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


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def no_pauses_between_retries() -> Iterator[None]:
    """Retry as often as in production, but without pauses."""
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
async def assistant() -> AsyncIterator[Assistant]:
    async with connected() as one:
        yield one
