"""Which process made a purchase, and whether it has ended since."""

import os
import secrets
import sys
from functools import cache


@cache
def _process_token() -> str:
    """Distinguishes this process from an earlier one with the same id, as in containers."""
    return secrets.token_hex(8)


def claim_token(machine: str) -> str:
    """Identifies a claim of this process, and with its process id the process."""
    return f"{machine}/{_process_token()}.{secrets.token_hex(8)}"


def has_ended(process: int, token: str, machine: str) -> bool:
    """Whether a process has certainly ended. If that cannot be determined, its lease decides."""
    of_machine, _, own = token.rpartition("/")
    if of_machine != machine:
        return False
    if process == os.getpid():
        return own.partition(".")[0] != _process_token()
    # On Windows os.kill with signal 0 would terminate the process.
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
