"""The ledgers of the servers under test, and how a test reads them from outside.

SQLite in a folder of the test, or a real PostgreSQL with `FJ_TEST_LEDGER=postgres`, which the test
run starts and each test finds empty. The same tests run with both.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg.rows import dict_row, tuple_row

# Loaded here, and not by the first call of a test, whose deadline may be short.
import fj_mcp.storage.database.agreed_values
import fj_mcp.storage.database.postgres_server
import fj_mcp.storage.database.sqlite_file
import fj_mcp.storage.ledger.rows
import fj_mcp.storage.memory.memory_rows  # noqa: F401
from fj_mcp.storage.database.tables import metadata, revisions
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.conditions import until

Row = dict[str, Any]

IN_POSTGRES = os.environ.get("FJ_TEST_LEDGER") == "postgres"
on_a_file = pytest.mark.skipif(IN_POSTGRES, reason="about the SQLite file")

_addresses: list[str] = []

_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "min_wal_size": "2MB",
    "max_wal_size": "16MB",
}
"""For a server whose data need not survive the machine."""


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs, which Debian keeps off the path."""
    if (found := shutil.which("initdb")) is not None:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class PostgresServer:
    """A PostgreSQL server process, with its data in a folder and a socket beside it."""

    def __init__(self, programs: Path, folder: Path, **settings: str) -> None:
        self.address = f"postgresql://tester@/postgres?host={quote(str(folder), safe='')}"
        self.folder = folder
        self._programs = programs
        self._data = folder / "data"
        self._log = folder / "log"
        own = {"listen_addresses": "", "unix_socket_directories": str(folder)} | settings
        self._options = [part for name, value in own.items() for part in ("-c", f"{name}={value}")]
        self._process: subprocess.Popen[bytes] | None = None
        if (other := _other_user()) is not None:
            os.chown(folder, *other)
        options = ["--auth=trust", "--username=tester", "--no-sync", "--wal-segsize=1"]
        subprocess.run(
            [
                programs / "initdb",
                *options,
                "--encoding=UTF8",
                "--locale=C",
                f"--pgdata={self._data}",
            ],
            stdout=subprocess.DEVNULL,
            check=True,
            **_as_other_user(),
        )
        access = self._data / "pg_hba.conf"
        access.write_text("local all guarded scram-sha-256\n" + access.read_text())

    def start(self) -> None:
        """Start the process, unless it runs, and wait until it responds."""
        if self._process is None or self._process.poll() is not None:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [self._programs / "postgres", "-D", self._data, *self._options],
                    stderr=log,
                    **_as_other_user(),
                )
        until(self._answers)

    def _answers(self) -> bool:
        with suppress(psycopg.Error), self.admin():
            return True
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
        return False

    def admin(self) -> "psycopg.Connection[Row]":
        """A connection for its administrator, as a context manager."""
        return psycopg.connect(self.address, autocommit=True, row_factory=dict_row)

    def use_disk(self, disk: Path) -> None:
        """Put the tables that are made from now on onto a disk of their own."""
        space = disk / "space"
        space.mkdir()
        if (other := _other_user()) is not None:
            os.chown(space, *other)
        with self.admin() as admin:
            admin.execute(f"CREATE TABLESPACE disk LOCATION '{space}'")
            admin.execute("ALTER DATABASE postgres SET default_tablespace = disk")

    def processes(self) -> list[int]:
        """The server process and those of its connections."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def send_signal(self, number: int) -> None:
        """Send a signal to all of its processes."""
        for pid in self.processes():
            os.kill(pid, number)

    def stop(self) -> None:
        """End the server at once, as a crash does; what was committed is kept."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=30)
            self._process = None


@cache
def _other_user() -> tuple[int, int] | None:
    """The user and group of the server's process, because PostgreSQL refuses to run as root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _as_other_user() -> dict[str, Any]:
    other = _other_user()
    return {"user": other[0], "group": other[1], "extra_groups": []} if other else {}


@contextmanager
def postgres_server(parent: Path | None = None, **settings: str) -> Iterator[PostgresServer]:
    """A running PostgreSQL with these settings; skips the test if it is not installed.

    Its data is in a new folder in `parent`, or where temporary files are.
    """
    programs = postgres_programs()
    if programs is None:
        reason = "PostgreSQL is not installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with TemporaryDirectory(dir=parent) as folder:
        server = PostgresServer(programs, Path(folder), **(_QUICK | settings))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A disk of this size; skips the test where none can be made."""
    with TemporaryDirectory() as folder:
        # Open to the user of PostgreSQL's process, too.
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m,mode=1777"]
        try:
            subprocess.run(["mount", *options, "tmpfs", folder], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no disk can be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def read_only(file: Path) -> Iterator[None]:
    """Keep a file from being written, by anybody; skips the test where that is not possible."""
    bind = ["mount", "--bind"]
    try:
        subprocess.run([*bind, file, file], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", file], check=True, capture_output=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", file], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill a disk to its last byte for a while."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    yield
    filler.unlink()


@contextmanager
def ledger_server() -> Iterator[None]:
    """The PostgreSQL of this test run, if it uses one."""
    if not IN_POSTGRES:
        yield
        return
    with postgres_server() as server:
        _addresses.append(server.address)
        yield
        _addresses.clear()
        _own_connection(server.address).close()


@cache
def _own_connection(address: str) -> "psycopg.Connection[Row]":
    """The connection of this test process to the server of its run.

    The tests look at its rows thousands of times, and each connection is a process of the server.
    """
    return psycopg.connect(address, autocommit=True, row_factory=dict_row)


def forget_all() -> None:
    """Empty the tables of the PostgreSQL of this test run."""
    for address in _addresses:
        connection = _own_connection(address)
        tables = [name for name in metadata.tables if _exists(connection, name)]
        if kept := [name for name in tables if name != revisions.name]:
            connection.execute(f"TRUNCATE {', '.join(kept)} RESTART IDENTITY")


def _exists(connection: "psycopg.Connection[Any]", table: str) -> bool:
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    return bool(found and found[0])


def ledger_settings(folder: Path | str) -> dict[str, str]:
    """The settings, by field, of a server with its database in `folder`."""
    settings = {"state_dir": str(folder)}
    return settings | ({"database_url": _addresses[0]} if _addresses else {})


def ledger_environment(folder: Path) -> dict[str, str]:
    """The same settings as environment variables."""
    return {f"FJ_{name.upper()}": value for name, value in ledger_settings(folder).items()}


def rows_of(folder: Path) -> list[Row]:
    """Every purchase in the ledger, the oldest first."""
    return table_of(folder, "purchases", "id")


def rows_in(address: str) -> list[Row]:
    """Every purchase in a PostgreSQL, the oldest first."""
    return _table_in(address, "purchases", "id")


def everything_in(server: PostgresServer) -> bytes:
    """Every row of every table in a PostgreSQL."""
    rows = [_table_in(server.address, table.name, "1") for table in metadata.sorted_tables]
    return repr(rows).encode()


def table_of(folder: Path, table: str, order: str) -> list[Row]:
    """Every row of a table of the database that a folder's servers use."""
    if _addresses:
        return _table_in(_addresses[0], table, order)
    path = folder / LEDGER_FILE
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        made = "SELECT 1 FROM sqlite_master WHERE name = ?"
        try:
            if not connection.execute(made, (table,)).fetchone():
                return []
            found = connection.execute(f"SELECT * FROM {table} ORDER BY {order}")
            return [dict(row) for row in found]
        except sqlite3.Error as error:
            # Its message is the same for many causes.
            error.add_note(f"{error.sqlite_errorname}: {sorted(map(str, folder.iterdir()))}")
            raise


def _table_in(address: str, table: str, order: str) -> list[Row]:
    if address in _addresses:
        return _rows_over(_own_connection(address), table, order)
    with psycopg.connect(address, row_factory=dict_row) as connection:
        return _rows_over(connection, table, order)


def _rows_over(connection: "psycopg.Connection[Row]", table: str, order: str) -> list[Row]:
    if not _exists(connection, table):
        return []
    return connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()


def put_back(folder: Path, rows: list[Row]) -> None:
    """Restore purchases to an earlier state."""
    if _addresses:
        _put_back_in(_addresses[0], rows)
        return
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as connection, connection:
        for row in rows:
            connection.execute(
                f"INSERT OR REPLACE INTO purchases ({', '.join(row)})"
                f" VALUES ({', '.join('?' * len(row))})",
                tuple(row.values()),
            )


def _put_back_in(address: str, rows: list[Row]) -> None:
    connection = _own_connection(address)
    with connection.transaction():
        for row in rows:
            changes = ", ".join(f"{name} = excluded.{name}" for name in row)
            connection.execute(
                f"INSERT INTO purchases ({', '.join(row)}) VALUES"
                f" ({', '.join(['%s'] * len(row))}) ON CONFLICT (id) DO UPDATE SET {changes}",
                tuple(row.values()),
            )


def wipe(folder: Path) -> None:
    """Delete every purchase."""
    forget_all()
    for file in folder.glob(f"{LEDGER_FILE}*"):
        file.unlink()
