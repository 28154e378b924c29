"""The connections to a PostgreSQL server, through SQLAlchemy and psycopg."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, ExceptionContext, create_engine, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from fj_mcp.storage.database.database import DatabaseFailed
from fj_mcp.storage.database.schema import (
    bring_up_to_date,
    is_current,
    reject_unknown_tables,
    write_nothing,
)

T = TypeVar("T")

_CONNECT_SECONDS = 2
"""The least that libpq knows."""

_STATEMENT_SECONDS = 4
"""The time-out of a statement, and of waiting for a lock."""

_NETWORK: dict[str, Any] = {
    # A server that is gone without a word is noticed in seconds.
    "tcp_user_timeout": _STATEMENT_SECONDS * 1000,
    "keepalives_idle": 10,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}

_SETTINGS = (
    f"SET statement_timeout = '{_STATEMENT_SECONDS}s'; SET lock_timeout = '{_STATEMENT_SECONDS}s';"
    f" SET idle_in_transaction_session_timeout = '{_STATEMENT_SECONDS}s'"
)

_WRONG_USER = "Correct the user and the password in FJ_DATABASE_URL, and restart the server."

_MISSING_PERMISSION = (
    "Its user lacks a permission: GRANT CREATE, USAGE ON SCHEMA public, and all permissions on the "
    "tables that are there."
)

_UNKNOWN_TABLES = (
    "Its tables are not those of fj-mcp: give fj-mcp a database or a schema of its own, name it in "
    "FJ_DATABASE_URL, and restart the server."
)

_REMEDIES = {
    "28000": _WRONG_USER,
    "28P01": _WRONG_USER,
    "3D000": (
        "There is no database of that name: create it, or correct FJ_DATABASE_URL and restart the "
        "server."
    ),
    "3F000": _MISSING_PERMISSION,
    "42501": _MISSING_PERMISSION,
    "42703": _UNKNOWN_TABLES,
    "42P01": _UNKNOWN_TABLES,
    "42P07": _UNKNOWN_TABLES,
    "53100": "PostgreSQL's disk is full: its operator must free space.",
    "25006": (
        "It only accepts reads now: call again in a minute, or FJ_DATABASE_URL must name the "
        "server that accepts writes."
    ),
}
"""By the code of the error (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

# Libpq does not pass the code of a refused connection on.
_REFUSED_CONNECTIONS = (
    (re.compile(r'database ".*" does not exist'), "3D000"),
    (re.compile(r'role ".*" does not exist|authentication failed|no password|pg_hba'), "28000"),
)

# Each statement after it sees what the transaction before it has committed.
_WAIT_FOR_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('fj-mcp ' || :subject, 0))")


class PostgresServer:
    """Connections to a server, opened when they are needed. Every method may raise
    `DatabaseFailed`.
    """

    def __init__(self, url: str, connections: int) -> None:
        """Args: `url` as libpq reads it; `connections`: the most at a time."""
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: _connect(url),
            isolation_level="READ COMMITTED",
            pool_size=connections,
            max_overflow=0,
            pool_timeout=_STATEMENT_SECONDS,
            # A restart of the server is noticed before a transaction, not in it.
            pool_pre_ping=True,
            pool_use_lifo=True,
            use_native_hstore=False,
            hide_parameters=True,
        )
        event.listen(self._engine, "handle_error", _leave_after_failover)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._is_current = False

    def read(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`."""
        with self._failures():
            self._prepare()
            with self._reading.connect() as connection:
                return work(connection)

    def transact(self, workspace: str, work: Callable[[Connection], T]) -> T:
        """The result of `work` in a transaction. Those of a workspace follow each other."""
        with self._failures():
            self._prepare()
            with self._engine.begin() as connection:
                connection.execute(_WAIT_FOR_TURN, {"subject": workspace})
                return work(connection)

    def check(self) -> None:
        """Fail if the server cannot be read and written."""
        self.transact("check", write_nothing)
        self.read(reject_unknown_tables)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _prepare(self) -> None:
        """Make or change the tables if they are not of this version."""
        if not self._is_current:
            with self._reading.connect() as connection:
                self._is_current = is_current(connection)
        if not self._is_current:
            with self._engine.begin() as connection:
                connection.execute(_WAIT_FOR_TURN, {"subject": "tables"})
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                bring_up_to_date(connection)
            self._is_current = True

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # Another database may have taken its place, without tables.
            self._is_current = False
            cause = error.orig if isinstance(error, DBAPIError) else error
            state = _sqlstate(cause)
            reason = f"{type(cause).__name__} {state}".rstrip()
            raise DatabaseFailed(reason, _REMEDIES.get(state, "")) from error


def _sqlstate(error: BaseException | None) -> str:
    """The code of an error; empty if it is not known."""
    if isinstance(error, psycopg.Error) and error.sqlstate:
        return error.sqlstate
    said = str(error)
    return next((state for known, state in _REFUSED_CONNECTIONS if known.search(said)), "")


def _leave_after_failover(failure: ExceptionContext) -> None:
    """Connect anew if the server has become one that only reads."""
    if isinstance(failure.original_exception, psycopg.errors.ReadOnlySqlTransaction):
        failure.is_disconnect = True


def _connect(url: str) -> "psycopg.Connection[Any]":
    connection = psycopg.connect(
        url,
        autocommit=True,
        application_name="fj-mcp",
        connect_timeout=_CONNECT_SECONDS,
        **_NETWORK,
    )
    try:
        connection.execute(_SETTINGS)
        connection.autocommit = False
    except psycopg.Error:
        connection.close()
        raise
    return connection
