"""A clock of several processes that a test sets forward while they run.

It is the one that `time.time` reads: whatever the server, the sandbox and the SDK compare with
moments in a database or in a token. Pauses and time limits are by the steady clock, which stays.
As a program it runs the command `fj-mcp` with that clock. A library in front of libc, libfaketime,
would cover more, but Python's own threads stall with it.
"""

import os
import sys
import time
from pathlib import Path

_FILE = "FOLLOWED_CLOCK"


class MovedClock:
    """The time of all processes that are started with `variables`.

    Attributes:
        variables: of the environment.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._ahead = 0
        self.forward(0)
        self.variables = {_FILE: str(self._file)}

    def forward(self, seconds: int) -> None:
        """Let time pass for all of them at once."""
        self._ahead += seconds
        written = self._file.with_suffix(".new")
        written.write_text(str(self._ahead))
        written.replace(self._file)


def is_followed(environment: dict[str, str]) -> bool:
    """Whether a process with this environment has such a clock."""
    return _FILE in environment


def follow() -> None:
    """Use the clock of this process's environment, if there is one, before anything is imported."""
    if _FILE not in os.environ:
        return
    file, here = Path(os.environ[_FILE]), time.time
    time.time = lambda: here() + int(file.read_text())


if __name__ in ("__main__", "__mp_main__"):
    # The second is a worker of the first.
    follow()

if __name__ == "__main__":
    from fj_mcp.commands.cli import main

    sys.argv[0] = "fj-mcp"
    main()
