"""What every database of this server offers, wherever it is."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.from_thread

from fj_mcp.storage.errors import StorageUnavailable

if TYPE_CHECKING:
    # Loading it takes a tenth of a second, which waits until the database is used.
    from sqlalchemy import Connection

T = TypeVar("T")

log = logging.getLogger("fj_mcp")

Row = dict[str, Any]
"""A row by column."""


_PATIENCE_SECONDS = 5.0
"""How long to wait for other processes, or for a server."""

_GRACE_SECONDS = 0.5
"""The time that a call past its deadline still has to record an outcome."""


class DatabaseFailed(Exception):
    """The database cannot be used, or has refused a statement.

    Its text has no values of a row or of a statement.

    Attributes:
        remedy: a complete sentence; empty if the reason is not known.
    """

    def __init__(self, reason: str = "", remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


class DatabaseBusy(DatabaseFailed):
    """Another process has it locked. The same work can be tried again."""


class NewerDatabase(Exception):
    """The tables were changed by a newer version of this program."""

    def __init__(self) -> None:
        super().__init__("It was written by a newer version of fj-mcp; update this one.")


class Database(ABC):
    """The database of this process, for all of its workspaces. It is opened at its first use.

    Attributes:
        machine: identifies this machine among those that share the database; empty if it belongs to
            this machine alone.
        is_shared: whether other machines may use it.
    """

    machine = ""
    is_shared = False
    _is_away = False

    @property
    @abstractmethod
    def place(self) -> str:
        """Its location without a password, for messages to the user."""

    @abstractmethod
    async def load(self) -> None:
        """Load the modules that the first use needs. Opens nothing."""

    @abstractmethod
    async def read(self, work: "Callable[[Connection], T]") -> T:
        """Run `work`, which only reads, in a worker thread, and return its result.

        In PostgreSQL each of its statements sees what is committed by then.

        Raises:
            StorageUnavailable: if the database cannot be used.
        """

    @abstractmethod
    async def transact(
        self, workspace: str, work: "Callable[[Connection], T]", *, durable: bool = False
    ) -> T:
        """Run `work` in a transaction in a worker thread, and return its result.

        Transactions of one workspace follow each other, whatever machine they come from. If `work`
        raises, nothing has changed. `work` may be run several times.

        Args:
            workspace: the id of the workspace that `work` changes.
            work: reads and changes rows.
            durable: whether the changes must survive a power cut, not only the end of the process.

        Raises:
            StorageUnavailable: if the database cannot be used.
        """

    @abstractmethod
    async def overwrite_deleted(self) -> bool:
        """Remove deleted rows from the files, too, as far as that is up to this program.

        Returns whether it is done: it cannot be while another program reads them.

        Raises:
            StorageUnavailable: if the database cannot be used.
        """

    @abstractmethod
    async def check(self) -> None:
        """Read and write.

        Raises:
            StorageUnavailable: if the database cannot be used.
        """

    @abstractmethod
    async def close(self) -> None:
        """Close its files and connections."""

    @contextmanager
    def _in_time(self, remedy: str) -> Iterator[None]:
        """Turn failures and time-outs into `StorageUnavailable`, with this remedy by default.

        The first failure and the end of the failures are logged.
        """
        left = anyio.current_effective_deadline() - anyio.current_time()
        seconds = min(_PATIENCE_SECONDS, max(left, _GRACE_SECONDS))
        try:
            # A canceled call must still be able to record the outcome of its purchase.
            with anyio.fail_after(seconds, shield=True):
                yield
        except NewerDatabase as error:
            raise self._unavailable(str(error)) from error
        except (DatabaseFailed, OSError, ValueError, LookupError, TimeoutError) as error:
            # ValueError, LookupError: there is an unexpected schema, or there are invalid values.
            known = error.remedy if isinstance(error, DatabaseFailed) else ""
            raise self._unavailable(known or remedy) from error
        if self._is_away:
            self._is_away = False
            log.warning("The database at %s can be used again.", self.place)

    def _unavailable(self, remedy: str) -> StorageUnavailable:
        error = StorageUnavailable(self.place, remedy)
        if not self._is_away:
            self._is_away = True
            log.warning("The database at %s cannot be used. %s", self.place, remedy)
        return error


def while_wanted(work: "Callable[[Connection], T]") -> "Callable[[Connection], T]":
    """The same work, which fails at its end, in its thread, if its caller has stopped waiting.

    The caller has said that nothing was recorded, so nothing should be, some time later.
    """

    def run(connection: "Connection") -> T:
        result = work(connection)
        anyio.from_thread.check_cancelled()
        return result

    return run
