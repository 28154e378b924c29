"""What is stored about people, shown, exported and deleted by commands, on a real file."""

import json
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from fj_mcp.settings.settings import SANDBOX_KEY
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import PEOPLE, small_sandbox
from tests.support.memories import (
    DAY,
    TABLES,
    bytes_of,
    card,
    execute,
    remembered,
    remembering,
    search,
)
from tests.support.processes import CLEAN, measuring

NOTE = "Überzeugt 李"
"""A note that not every encoding can write."""


class Kept:
    """A folder in which a server remembered a few people, and the commands run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people: list[str] = []
        self.cards: list[dict[str, Any]] = []

    async def fill(self) -> None:
        """Keep the first, ban the second, and only see the others."""
        async with remembering(small_sandbox(), self.folder) as assistant:
            session, self.people = await search(assistant)
            self.cards = [await card(assistant, session, one) for one in self.people]
            for one, change in (
                (self.people[0], {"decision": "shortlisted", "note": NOTE}),
                (self.people[1], {"outreach": "do_not_contact"}),
            ):
                await assistant.call(
                    "review_candidates", session_id=session, candidate_ids=[one], **change
                )

    def address(self, place: int) -> str:
        """The LinkedIn address of a candidate."""
        address: str = self.cards[place]["linkedin_url"]
        return address

    def run(self, *arguments: str, typed: str = "", **more: str) -> tuple[int, str]:
        """A command's exit status and output."""
        done = subprocess.run(
            [sys.executable, "-m", "fj_mcp", *arguments],
            env=CLEAN
            | measuring()
            | {"FJ_STATE_DIR": str(self.folder), "FJ_API_KEY": SANDBOX_KEY, "COLUMNS": "200"}
            | more,
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        said = " ".join((done.stdout + done.stderr).split())
        assert "Traceback" not in said
        return done.returncode, said

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        return {table: len(remembered(self.folder, table)) for table in TABLES}

    @contextmanager
    def read_by_another(self) -> Iterator[None]:
        """Another program reads the file meanwhile."""
        with closing(sqlite3.connect(self.folder / LEDGER_FILE)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM people").fetchone()
            yield


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    folder = tmp_path / "state"
    folder.mkdir()
    kept = Kept(folder)
    anyio.run(kept.fill)
    return kept


def install(home: Path, *configs: tuple[str, dict[str, str]]) -> dict[str, str]:
    """Entries with these settings in a home folder; the variables of a terminal without a key."""
    for place, settings in configs:
        file = home / place
        file.parent.mkdir(parents=True, exist_ok=True)
        entry = {"command": sys.executable, "args": ["-m", "fj_mcp"], "env": settings}
        file.write_text(json.dumps({"mcpServers": {"fj-mcp": entry}}), encoding="utf-8")
    return {"HOME": str(home), "USERPROFILE": str(home), "FJ_API_KEY": "", "FJ_STATE_DIR": ""}


def test_the_key_of_the_assistants_is_used_in_a_terminal_without_one(
    kept: Kept, tmp_path: Path
) -> None:
    entry = {"FJ_API_KEY": SANDBOX_KEY, "FJ_STATE_DIR": str(kept.folder)}
    places = (".cursor/mcp.json", ".kiro/settings/mcp.json")
    terminal = install(tmp_path, *((place, entry) for place in places))
    status, said = kept.run("memory", **terminal)
    assert (status, "2 people remembered" in said) == (0, True), said
    status, said = kept.run("forget", kept.address(0), **terminal)
    assert (status, said.startswith("Deleted: one person")) == (0, True), said
    assert SANDBOX_KEY not in said


@pytest.mark.parametrize("keys", [(), ("fjk_one", "fjk_other")], ids=["no key", "two keys"])
@pytest.mark.parametrize("command", [("memory",), ("memory", "--erase", "--yes"), ("forget", "x")])
def test_without_a_single_key_the_memory_is_whose_it_must_be_said(
    kept: Kept, tmp_path: Path, keys: tuple[str, ...], command: tuple[str, ...]
) -> None:
    places = (".cursor/mcp.json", ".kiro/settings/mcp.json")
    configs = ((place, {"FJ_API_KEY": key}) for place, key in zip(places, keys, strict=False))
    status, said = kept.run(*command, **install(tmp_path, *configs))
    assert status == 1
    assert said == "Each key has a memory of its own: run this with FJ_API_KEY set to yours."


OFF = {"FJ_MEMORY": "off"}


@pytest.mark.parametrize("settings", [{}, OFF])
def test_the_memory_shows_how_much_is_stored_even_if_it_is_off(
    kept: Kept, settings: dict[str, str]
) -> None:
    status, said = kept.run("memory", **settings)
    assert status == 0
    for words in ("1 search ", "2 people remembered", f"{PEOPLE} people shown", "2 decisions"):
        assert words in said
    assert "1 person not to be contacted" in said
    assert "_" not in said.partition(":")[2].partition("--")[0]
    assert str(kept.folder) in said


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_an_export_is_utf8_whatever_the_locale_and_only_for_its_owner(
    kept: Kept, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "all.json"
    locale = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"}
    status, said = kept.run("memory", "--export", str(file), PYTHONCOERCECLOCALE="0", **locale)
    assert (status, str(file) in said) == (0, True)
    found = json.loads(file.read_text(encoding="utf-8"))
    assert NOTE in [row["note"] for row in found["reviews"]]
    assert {table: len(rows) for table, rows in found.items()} == kept.rows()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_export_replaces_no_file(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("mine", encoding="utf-8")
    before = kept.rows()
    status, said = kept.run("memory", "--export", str(file), "--erase", "--yes")
    assert (status, "cannot be written" in said) == (1, True)
    assert file.read_text(encoding="utf-8") == "mine"
    assert kept.rows() == before


def test_an_export_and_an_erasure_are_done_in_this_order(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    status, said = kept.run("memory", "--export", str(file), "--erase", "--yes")
    assert status == 0
    assert f"Deleted: {PEOPLE} people" in said
    assert len(json.loads(file.read_text(encoding="utf-8"))["people"]) == 2
    assert not any(kept.rows().values())


@pytest.mark.parametrize("settings", [{}, OFF])
def test_an_erasure_is_asked_about_and_leaves_nothing_in_the_file(
    kept: Kept, settings: dict[str, str]
) -> None:
    before = kept.rows()
    status, _ = kept.run("memory", "--erase", typed="n\n", **settings)
    assert (status, kept.rows()) == (1, before)
    status, said = kept.run("memory", "--erase", typed="y\n", **settings)
    assert (status, "Deleted: " in said) == (0, True)
    assert not any(kept.rows().values())
    assert kept.cards[0]["name"].encode() not in bytes_of(kept.folder)
    status, said = kept.run("memory", "--erase", "--yes", **settings)
    assert status == 0
    assert said == "Nothing is stored about people found with this key, so nothing was deleted."


@pytest.mark.parametrize("settings", [{}, OFF])
def test_a_person_is_forgotten_by_address(kept: Kept, settings: dict[str, str]) -> None:
    status, said = kept.run("forget", kept.address(0), **settings)
    assert status == 0
    assert said == "Deleted: one person, with 1 review and 1 sighting in searches."
    assert kept.cards[0]["name"].encode() not in bytes_of(kept.folder)
    status, said = kept.run("forget", kept.address(0), **settings)
    assert status == 0
    assert said == "Nothing is stored about this person, so nothing was deleted."


def test_a_person_with_a_decision_is_forgotten_by_id(kept: Kept) -> None:
    status, said = kept.run("forget", kept.people[0])
    assert status == 0
    assert said == "Deleted: one person, with 1 review and 1 sighting in searches."
    assert kept.rows()["people"] == 1


def test_a_digest_of_somebody_not_to_be_contacted_stays_and_is_told(kept: Kept) -> None:
    status, said = kept.run("forget", kept.address(1))
    assert (status, "A digest stays" in said) == (0, True)
    status, said = kept.run("forget", kept.address(1))
    assert (status, said.startswith("Only a digest is stored")) == (0, True)
    assert kept.rows()["bans"] == 1


NOBODY = ["Jane Doe", "", " ", "https://example.org/in/jane", "jane@example.org", "Jane", "é"]


@pytest.mark.parametrize("name", NOBODY)
def test_what_names_nobody_is_refused(kept: Kept, name: str) -> None:
    before = kept.rows()
    status, said = kept.run("forget", name)
    assert status == 1
    assert said.startswith("Nothing was deleted: ")
    assert "LinkedIn address" in said
    assert kept.rows() == before


@pytest.mark.parametrize("command", [("forget", "{address}"), ("memory", "--erase", "--yes")])
def test_a_deletion_while_another_program_reads_says_that_the_log_still_holds_it(
    kept: Kept, command: tuple[str, ...]
) -> None:
    with kept.read_by_another():
        status, said = kept.run(*(part.format(address=kept.address(0)) for part in command))
    assert status == 0
    assert said.startswith("Deleted: ")
    assert said.endswith("The database's log still holds it until no other program reads the file.")
    assert kept.rows()["reviews"] <= 1


@pytest.mark.parametrize(
    "command", [("memory",), ("memory", "--export", "{file}"), ("forget", "{address}")]
)
def test_no_command_deletes_for_its_age_what_a_server_keeps_for_longer(
    kept: Kept, tmp_path: Path, command: tuple[str, ...]
) -> None:
    execute(kept.folder, f"UPDATE people SET touched_at = touched_at - {200 * DAY}")
    file = tmp_path / "all.json"
    for _ in range(2):
        kept.run(*(part.format(file=file, address=kept.address(2)) for part in command))
    assert kept.rows()["people"] == 2


def test_a_person_whose_contact_was_revealed_is_forgotten_by_id(kept: Kept) -> None:
    execute(
        kept.folder,
        "INSERT INTO reveals SELECT workspace, person, session_id, candidate_id, at FROM reviews",
    )
    execute(kept.folder, "DELETE FROM reviews")
    status, said = kept.run("forget", kept.people[0])
    assert (status, said.startswith("Deleted: one person")) == (0, True)
    assert kept.rows()["people"] == 1


MANY = 9_000
"""More than are read or deleted at a time."""


def test_what_is_stored_about_many_people_is_counted_exported_and_erased(
    kept: Kept, tmp_path: Path
) -> None:
    (workspace,) = {row["workspace"] for row in remembered(kept.folder, "people")}
    for table, row in (
        ("people (workspace, person, identity, touched_at)", "(?1, ?2, '', 0)"),
        (
            "reviews (workspace, person, session_id, candidate_id, at, by)",
            "(?1, ?2, 's', '', 0, 'user')",
        ),
        (
            "sightings (workspace, person, session_id, first_at, last_at)",
            "(?1, 'only seen ' || ?2, 's', 0, 0)",
        ),
        ("bans (workspace, person, at)", "(?1, ?2, 0)"),
    ):
        many = ((workspace, f"person {number}") for number in range(MANY))
        execute(kept.folder, f"INSERT INTO {table} VALUES {row}", many)
    before = kept.rows()
    _, said = kept.run("memory")
    assert f"{MANY + 2:,} people remembered" in said
    file = tmp_path / "all.json"
    status, said = kept.run("memory", "--export", str(file), "--erase", "--yes")
    assert (status, f"Deleted: {2 * MANY + PEOPLE:,} people" in said) == (0, True)
    found = json.loads(file.read_text(encoding="utf-8"))
    assert {table: len(rows) for table, rows in found.items()} == before
    assert len({row["person"] for row in found["sightings"]}) == MANY + PEOPLE
    assert not any(kept.rows().values())


BROKEN = "CREATE TRIGGER broken BEFORE DELETE ON {} BEGIN SELECT RAISE(ABORT, 'no'); END"


@pytest.mark.parametrize(
    ("command", "table", "start"),
    [
        (("forget", "{address}"), "people", "Nothing was deleted: the database at "),
        (("memory", "--erase", "--yes"), "people", "Nothing was deleted: the database at "),
        (("memory", "--erase", "--yes"), "searches", "Not everything was deleted: the database"),
    ],
)
def test_a_deletion_that_fails_says_what_was_deleted(
    kept: Kept, command: tuple[str, ...], table: str, start: str
) -> None:
    execute(kept.folder, BROKEN.format(table))
    status, said = kept.run(*(part.format(address=kept.address(0)) for part in command))
    assert (status, start in said) == (1, True)
    assert "charged" not in said
    assert bool(kept.rows()["people"]) == (table == "people")


def test_a_database_that_cannot_be_read_is_said_in_words_of_the_command(kept: Kept) -> None:
    (kept.folder / LEDGER_FILE).write_bytes(b"not a database" * 999)
    status, said = kept.run("memory")
    assert (status, "Nothing can be shown: the database at " in said) == (1, True)


def test_a_wrong_setting_is_said_in_words_of_the_command(kept: Kept) -> None:
    status, said = kept.run("memory", FJ_KEEP_DAYS="0")
    assert (status, "FJ_KEEP_DAYS" in said, "charged" in said) == (1, True, False)
    assert "restart" not in said


def test_the_sandbox_has_nothing_to_show(kept: Kept) -> None:
    status, said = kept.run("memory", "--sandbox")
    assert (status, said) == (1, "The sandbox stores nothing, so there is nothing to show.")
