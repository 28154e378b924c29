"""`fj-mcp`, but reporting its peak memory on stderr at the end."""

import re
import resource
import sys
from pathlib import Path

from fj_mcp.commands.cli import main


def peak_bytes() -> int:
    """Peak resident memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage starts with the memory of the parent process; VmHWM does not.
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    try:
        main()
    finally:
        print(f"peak {peak_bytes()} bytes", file=sys.stderr)
