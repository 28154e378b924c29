"""What is remembered of one workspace: its purchases, and notes beside them.

sqlite.py    a file that the processes of one machine share, or memory
redis.py     Redis, which the processes of many machines share
"""

import os
import secrets
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

Row = dict[str, Any]
"""A purchase by column: what `Purchase` has, with `traces` as JSON text, and who sees to it."""


class Rows(Protocol):
    """The purchases of a workspace. Lists are newest first; ids rise."""

    async def get(self, row_id: int) -> Row | None:
        """The purchase with this id."""

    async def newest(self, count: int) -> list[Row]:
        """The newest purchases."""

    async def open(self) -> list[Row]:
        """Those that are pending or unknown."""

    async def with_fingerprint(self, fingerprint: str) -> list[Row]:
        """Those for the same intent."""

    async def in_session(self, session_id: str) -> list[Row]:
        """Those that concern a session."""

    async def since(self, moment: float) -> list[Row]:
        """Those that were claimed at `moment` (Unix seconds) or later."""

    async def last_priced(self, operation: str) -> Row | None:
        """The newest charged one of an operation whose price is known and not 0."""

    async def sessions_made(self) -> set[str]:
        """The sessions that charged creates have made."""

    async def add(self, row: Row) -> int:
        """Add a purchase; its id."""

    async def change(self, row_id: int, values: Row) -> None:
        """Change some columns of a purchase that is there."""

    async def remove(self, row_id: int) -> None:
        """Remove a purchase, if it is there."""


class Storage(ABC):
    """Where the rows of a workspace are. Every method raises `LedgerBroken` if it cannot be used.

    Attributes:
        machine: what tells this machine's processes from those of others; empty if there are none.
    """

    machine = ""

    @abstractmethod
    async def read(self, work: Callable[[Rows], Awaitable[T]]) -> T:
        """The result of `work`, which only reads."""

    @abstractmethod
    async def transact(self, work: Callable[[Rows], Awaitable[T]], *, on_disk: bool = False) -> T:
        """The result of `work`, done as a whole, before or after the work of others.

        Nothing is changed if it raises. It may be begun anew until no other comes between.

        Args:
            work: what is done.
            on_disk: whether it must survive a power cut, and not only the end of the process.
        """

    @abstractmethod
    async def note(self, name: str, value: str, seconds: float | None = None) -> str:
        """Remember `value` under `name` unless something is remembered there; what then is.

        For some `seconds`, or for good.
        """

    @abstractmethod
    async def noted(self, name: str) -> str | None:
        """What is remembered under `name`."""

    @abstractmethod
    async def check(self) -> None:
        """Write and read something."""


@cache
def _process_token() -> str:
    """Tells this process from an earlier one with the same number, as containers have them."""
    return secrets.token_hex(8)


def process_token(machine: str) -> str:
    """What a purchase remembers, beside a number, of the process that sees to it."""
    return f"{machine}/{_process_token()}"


def is_gone(process: int, token: str, machine: str) -> bool:
    """Whether a process has ended; where that cannot be told, its lease decides."""
    if token.rpartition("/")[0] != machine:
        return False
    if process == os.getpid():
        return token != process_token(machine)
    # On Windows a signal 0 would end the process that it asks about.
    if sys.platform == "win32":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
