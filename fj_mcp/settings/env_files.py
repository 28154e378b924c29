"""Read `.env` files: decide which are trusted, and describe their problems.

A file that the user named, or put into their configuration folder, is trusted. The one in the
working directory may come from anyone, because assistants start servers in any open folder: it
could send the key to another host and turn off consent. So it is used only if it contains the key
in use, and ignored otherwise.
"""

import re
import stat
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

from msgspec import Struct

_MAX_BYTES = 1_000_000

Values = Mapping[str, str]


class EnvFile(Struct, frozen=True):
    """The content of a `.env` file.

    Attributes:
        path: of the file.
        values: its variables, without empty ones.
        faults: its problems, a sentence each, which quote nothing from it.
        ours: whether anything in it may be meant for this server.
    """

    path: Path
    values: Values
    faults: tuple[str, ...] = ()
    ours: bool = True


class MergedValues(Struct, frozen=True):
    """The values of all sources by name, with problems of the files.

    Attributes:
        own_key_only: whether the working directory's file was used, which is valid for its own key
            only.
    """

    values: Values
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own_key_only: bool = False


def merge_values(
    environment: Mapping[str, str],
    directory: Path | None,
    named: Path | None,
    own: Path | None,
    key_of: Callable[[Values], object],
) -> MergedValues:
    """Merge the environment and the files, in order of precedence.

    Args:
        environment: takes precedence.
        directory: the working directory. Its `.env` comes last, if it is trusted.
        named: the file given on the command line.
        own: `.env` in the user's configuration folder.
        key_of: finds the key among some values, or None.
    """
    # An empty variable is not set, because some assistants pass every setting that they know.
    values = {name: value for name, value in environment.items() if value.strip()}
    problems: list[str] = []
    for path in (named, own):
        if path is not None and (file := read_env_file(path, needed=path is named)) is not None:
            values = {**file.values, **values}
            problems += file.faults
    if directory is None or any(_same(directory / ".env", path) for path in (named, own)):
        return MergedValues(values, tuple(problems))
    # Nothing is interpolated: `FJ_API_KEY=${FJ_API_KEY}` must not count as knowing the key.
    found = read_env_file(directory / ".env", interpolate=False)
    if found is None or not found.ours:
        return MergedValues(values, tuple(problems))
    key = key_of(found.values)
    if key is not None and key_of(values) in (None, key):
        both = {**found.values, **values}
        return MergedValues(both, (*problems, *found.faults), own_key_only=True)
    return MergedValues(values, tuple(problems), (_ignored(found, own),))


def read_env_file(path: Path, *, needed: bool = False, interpolate: bool = True) -> EnvFile | None:
    """Read a `.env` file. Never fails; None if there is no file.

    Args:
        path: of the file.
        needed: whether a missing file is a fault.
        interpolate: whether `${NAME}` is replaced by the value of that variable.
    """
    try:
        # `.env` may be a folder, and reading a pipe would block.
        if not needed and not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return _unreadable(path, "there is no such file") if needed else None
    except OSError as error:
        return _unreadable(path, error.strerror or "it cannot be opened")
    if len(content) > _MAX_BYTES:
        return _unreadable(path, "it is larger than a megabyte")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return _unreadable(path, "it is not UTF-8; save it as UTF-8 text")
    return _parsed(path, text, interpolate=interpolate)


def _parsed(path: Path, text: str, *, interpolate: bool) -> EnvFile:
    # Imported here because most users have no such file, and the import takes time.
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    readable, faults = [], []
    for line in parse_stream(StringIO(text)):
        if line.error or not re.fullmatch(r"\w*", (line.key or "").replace("-", "_")):
            # Faults in lines for other programs are not reported.
            if "FJ_" in line.original.string.upper():
                blank = re.match(r"\s*", line.original.string)
                number = line.original.line + (blank[0].count("\n") if blank else 0)
                faults.append(f"line {number} of {path} cannot be read; write it as NAME=value")
        else:
            readable.append(line.original.string)
    found = dotenv_values(stream=StringIO("".join(readable)), interpolate=interpolate)
    values = {name: value for name, value in found.items() if value and value.strip()}
    return EnvFile(path, values, tuple(faults), ours="FJ_" in text.upper())


def _unreadable(path: Path, reason: str) -> EnvFile:
    return EnvFile(path, {}, (f"{path} cannot be read: {reason}",))


def _same(path: Path, other: Path | None) -> bool:
    try:
        return other is not None and path.samefile(other)
    except OSError:
        return False


def _ignored(file: EnvFile, own: Path | None) -> str:
    place = f", or move it to {own}" if own else ""
    remedy = f"To use it, pass it with --env-file{place}."
    if file.faults:
        return f"{file.path} is ignored. {'; '.join(file.faults)}. {remedy}"
    return (
        f"{file.path} is ignored, because it does not contain the API key in use and anyone may "
        f"have put it there. {remedy}"
    )
