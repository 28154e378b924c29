"""The tests. Heavy imports they share are loaded here once, without measuring coverage."""

import os
import signal
import sys

# Tests start many processes, which should not compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Shells start background jobs with Ctrl-C ignored, and child processes inherit that. The tests'
# processes should start like those of a user or an assistant.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

# Measuring coverage of the SDK's imports would take seconds in each worker.
_tracer = sys.gettrace()
sys.settrace(None)
import hypothesis  # noqa: E402, F401 - loaded here and used elsewhere, as are the next
import mcp.server  # noqa: E402, F401
import starlette.applications  # noqa: E402, F401
import uvicorn  # noqa: E402, F401

sys.settrace(_tracer)
