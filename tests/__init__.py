"""The tests. Heavy imports they share are loaded here once, without measuring coverage."""

import os
import signal
import sys

# Much of the time goes into starting processes, which must not compile everything each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell starts what runs in the background with Ctrl-C ignored, and whatever that starts inherits
# it. The processes of the tests begin as those that a person or an assistant starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

# Measuring the SDK while it loads takes seconds of each worker.
_tracer = sys.gettrace()
sys.settrace(None)
import hypothesis  # noqa: E402, F401 - loaded here and used elsewhere, as are the next
import mcp.server  # noqa: E402, F401
import starlette.applications  # noqa: E402, F401
import uvicorn  # noqa: E402, F401

sys.settrace(_tracer)
