"""The tests. What every one of them needs is compiled once, and loaded without being measured."""

import os
import sys

# Much of the time goes into starting processes, which must not compile everything each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Measuring the SDK while it loads takes seconds of each worker.
_tracer = sys.gettrace()
sys.settrace(None)
import hypothesis  # noqa: E402, F401 - loaded here and used elsewhere, as are the next
import mcp.server  # noqa: E402, F401
import starlette.applications  # noqa: E402, F401
import uvicorn  # noqa: E402, F401

sys.settrace(_tracer)
