"""The interface of storage for one workspace: its purchases, and a few notes.

sqlite.py    a file shared by the processes of one machine, or memory
redis.py     Redis, shared by the processes of several machines
"""

import os
import secrets
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Protocol, TypeVar

from fj_mcp.storage.database.database import Row

T = TypeVar("T")


class Rows(Protocol):
    """The purchases of a workspace. Ids increase, and lists are sorted newest first."""

    async def get(self, row_id: int) -> Row | None:
        """The purchase with this id."""

    async def newest(self, count: int) -> list[Row]:
        """The newest purchases."""

    async def open(self) -> list[Row]:
        """The pending and unknown purchases."""

    async def with_fingerprint(self, fingerprint: str) -> list[Row]:
        """The purchases with this fingerprint."""

    async def in_session(self, session_id: str) -> list[Row]:
        """The purchases in a session."""

    async def since(self, moment: float) -> list[Row]:
        """The purchases claimed at `moment` (Unix seconds) or later."""

    async def last_priced(self, operation: str, channel: str | None) -> Row | None:
        """The newest charged purchase of an operation with a known price above 0.

        Args:
            operation: the API's operation.
            channel: of a reveal; None for any.
        """

    async def sessions_made(self) -> set[str]:
        """The ids of the sessions created by charged searches."""

    async def add(self, row: Row) -> int:
        """Add a purchase and return its id."""

    async def change(self, row_id: int, values: Row) -> None:
        """Change some columns of an existing purchase."""

    async def remove(self, row_id: int) -> None:
        """Remove a purchase, if it exists."""


class Storage(ABC):
    """The rows of one workspace. Every method raises `StorageUnavailable` on failure.

    Attributes:
        machine: identifies this machine among those that share the storage; empty if there is only
            one.
    """

    machine = ""

    @abstractmethod
    async def read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        """Run `work`, which only reads, and return its result."""

    @abstractmethod
    async def transact(self, work: Callable[[Rows], Awaitable[T]], *, durable: bool = False) -> T:
        """Run `work` in an isolated transaction, and return its result.

        The transaction is rolled back if `work` raises. `work` may be run several times.

        Args:
            work: reads and changes rows.
            durable: whether the changes must survive a power cut, not only the end of the process.
        """

    @abstractmethod
    async def note(self, name: str, value: str, seconds: float | None = None) -> str:
        """Set the note `name` if it is unset; return the stored value.

        It expires after `seconds`, if given.
        """

    @abstractmethod
    async def noted(self, name: str) -> str | None:
        """The value of the note `name`."""

    @abstractmethod
    async def check(self) -> None:
        """Check that the storage can be read and written."""


@cache
def _process_token() -> str:
    """Distinguishes this process from an earlier one with the same id, as in containers."""
    return secrets.token_hex(8)


def process_token(machine: str) -> str:
    """Identifies this process, together with its process id."""
    return f"{machine}/{_process_token()}"


def has_ended(process: int, token: str, machine: str) -> bool:
    """Whether a process has certainly ended. If that cannot be determined, its lease decides."""
    if token.rpartition("/")[0] != machine:
        return False
    if process == os.getpid():
        return token != process_token(machine)
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
