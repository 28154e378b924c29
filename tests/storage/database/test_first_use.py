"""What a start does not load, because only the first use of the database needs it."""

import re
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from tests.support.processes import CLEAN, Server

pytestmark = pytest.mark.unmeasured

DATABASE = {"sqlalchemy", "alembic", "psycopg"}
HELLO = {
    "protocolVersion": "2025-06-18",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
SEARCH = {"title": "Backend", "filters": {"skills": {"mandatory": ["C#"]}}}


def packages_loaded_by(folder: Path, *requests: tuple[str, dict[str, Any]]) -> set[str]:
    """The packages that a new server process has loaded once it has answered these requests."""
    command = [sys.executable, "-X", "importtime", "-m", "fj_mcp", "--sandbox"]
    log = folder / "log"
    with (
        log.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(
            command, env=CLEAN, stdin=PIPE, stdout=PIPE, stderr=stderr, encoding="utf-8"
        ) as process,
    ):
        server = Server(process)
        server.answers([server.request("initialize", HELLO)])
        server.send("notifications/initialized")
        for method, params in requests:
            server.answers([server.request(method, params)])
        server.hang_up()
    names = re.findall(r"^import time:.*\| *([\w.]+)$", log.read_text("utf-8"), re.MULTILINE)
    return {name.partition(".")[0] for name in names}


def test_a_start_loads_nothing_of_the_database(tmp_path: Path) -> None:
    loaded = packages_loaded_by(tmp_path, ("tools/list", {}), ("prompts/list", {}))
    assert "mcp" in loaded
    assert not loaded & DATABASE


def test_the_first_purchase_loads_it_without_the_migrations_of_older_versions(
    tmp_path: Path,
) -> None:
    call = {"name": "create_sourcing_session", "arguments": SEARCH}
    assert packages_loaded_by(tmp_path, ("tools/call", call)) & DATABASE == {"sqlalchemy"}
