"""`fj-mcp memory` and `fj-mcp forget`: what is stored about people, shown, exported or deleted."""

import json
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import anyio
import typer

from fj_mcp.errors import BadSettings, FutureJobsError
from fj_mcp.server.connection import open_connection
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.memory.identity import is_profile
from fj_mcp.storage.memory.memory import Memory
from fj_mcp.storage.memory.people import IN_LOG, Forgotten
from fj_mcp.telemetry.logs import start_logging
from fj_mcp.text.numbers import number_of
from fj_mcp.text.own_command import own_command

STORED = {
    "searches": ("search", "searches"),
    "people": ("person remembered", "people remembered"),
    "reveals": ("contact revealed", "contacts revealed"),
    "search_changes": ("change of a search", "changes of searches"),
    "reviews": ("decision", "decisions"),
    "sightings": ("person shown", "people shown"),
    "bans": ("person not to be contacted", "people not to be contacted"),
}
"""What a row of each table is to the user, and what several are."""


def show_memory(settings: Settings) -> int:
    """Print how much is stored about people, and where. Returns the exit status."""

    async def show(memory: Memory) -> str:
        found = await memory.row_counts()
        counts = "\n".join(
            f"  {rows:>7,} {STORED[table][rows != 1]}" for table, rows in found.items()
        )
        command = own_command()
        return (
            f"In {memory.place}, about people found with this key:\n\n{counts}\n\n"
            f"{command} memory --export FILE writes all of it as JSON, {command} forget "
            f"LINKEDIN-ADDRESS deletes one person, {command} memory --erase everybody."
        )

    return _run(settings, show)


def export_memory(settings: Settings, path: Path) -> int:
    """Write everything that is stored about people to a new file. Returns the exit status."""

    async def export(memory: Memory) -> str:
        with _new_file(path) as file:
            before = "{"
            for table in await memory.row_counts():
                file.write(f'{before}\n "{table}": [')
                between = ""
                async for row in memory.stored_rows(table):
                    file.write(f"{between}\n  {json.dumps(row, ensure_ascii=False)}")
                    between = ","
                file.write("\n ]")
                before = ","
            file.write("\n}\n")
        return f"Everything that is stored about people is in {path}. Delete it when it is done."

    return _run(settings, export)


def erase_memory(settings: Settings) -> int:
    """Delete everything that is stored about people. Returns the exit status."""

    async def erase(memory: Memory) -> str:
        nothing = "Nothing is stored about people found with this key, so nothing was deleted."
        return described(await memory.erase(), nothing)

    return _run(settings, erase)


def forget_person(settings: Settings, person: str) -> int:
    """Delete a person, by LinkedIn address or candidate id. Returns the exit status."""
    person = person.strip()

    async def forget(memory: Memory) -> str:
        if is_profile(person):
            nothing = "Nothing is stored about this person, so nothing was deleted."
            return described(await memory.forget(linkedin_urls=[person]), nothing)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", person):
            raise _NotDone(
                "Nothing was deleted: name the person by their LinkedIn address, such as "
                "https://www.linkedin.com/in/name, or by a candidate id."
            )
        forgotten = await memory.forget(candidate_ids=[person])
        if not forgotten.people:
            # The id of a person who was only seen is not stored.
            raise _NotDone(
                f"Nothing was deleted: no decision about a candidate with the id {person}, and no "
                "reveal of theirs, is stored. Name the person by their LinkedIn address."
            )
        return described(forgotten, "")

    return _run(settings, forget)


def described(forgotten: Forgotten, nothing: str) -> str:
    """What was deleted, in a sentence; `nothing` if it was nothing."""
    if not forgotten.people:
        return (
            "Only a digest is stored that keeps this person from being shown or contacted again, "
            "and names nobody. It stays, and nothing was deleted."
            if forgotten.banned
            else nothing
        )
    parts = (
        number_of(forgotten.reviews, "review"),
        f"{number_of(forgotten.sightings, 'sighting')} in searches",
    )
    kept = (
        " A digest stays that keeps them from being shown or contacted again, and names nobody."
        if forgotten.banned
        else ""
    )
    people = "one person" if forgotten.people == 1 else f"{forgotten.people:,} people"
    in_log = f" {IN_LOG}" if forgotten.in_log else ""
    return f"Deleted: {people}, with {' and '.join(parts)}.{kept}{in_log}"


class _NotDone(FutureJobsError):
    """The command cannot do it; the text says why."""


@contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file only for its owner, never over another one, and only if all of it can be written."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                yield file
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise
    except OSError as error:
        raise _NotDone(f"{path} cannot be written ({error.strerror}).") from None


def _run(settings: Settings, work: Callable[[Memory], Awaitable[str]]) -> int:
    start_logging(settings.log_level)
    return anyio.run(_run_with_memory, settings, work)


async def _run_with_memory(settings: Settings, work: Callable[[Memory], Awaitable[str]]) -> int:
    if settings.sandbox:
        typer.echo("The sandbox stores nothing, so there is nothing to show.", err=True)
        return 1
    said, status = "", 0
    # What was stored before the memory was switched off can still be seen and deleted.
    async with open_connection(settings) as connection:
        # An error that leaves the connection would come in a group.
        try:
            said = await work(connection.stored_memory)
        except StorageUnavailable as error:
            said, status = f"Nothing can be shown: {error.unusable}", 1
        except BadSettings as error:
            said, status = error.cause, 1
        except FutureJobsError as error:
            said, status = str(error), 1
    typer.echo(said, err=bool(status))
    return status
