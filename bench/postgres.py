"""A PostgreSQL server for a measurement, which writes to the disk as in production."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.ledgers import postgres_programs, postgres_server

_AS_USUAL = {
    "fsync": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "min_wal_size": "80MB",
    "max_wal_size": "1GB",
}
"""PostgreSQL's own defaults."""

MISSING = "not measured: PostgreSQL is not installed"


@contextmanager
def postgres() -> Iterator[str | None]:
    """The address of a new server; None if its programs are not installed."""
    if postgres_programs() is None:
        yield None
        return
    with postgres_server(None, **_AS_USUAL) as server:
        yield server.address
