"""Files of settings (`.env`): which are heard, and what is wrong with them, in words.

A file that the user named, or put into their own configuration folder, is theirs. The one in the
working directory may be anybody's, because assistants start servers in whatever folder is open: a
stranger's could send the key to another host and switch consent off. So it is heard only where the
key that is used stands in it as well, and otherwise ignored as a whole.
"""

import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

_MOST_BYTES = 1_000_000

Values = Mapping[str, str]


@dataclass(frozen=True)
class EnvFile:
    """What a file says.

    Attributes:
        path: where it is.
        values: what it sets. What is left empty is not set.
        faults: what cannot be used in it, a sentence each, without anything it says.
        ours: whether anything in it may be meant for this server.
    """

    path: Path
    values: Values
    faults: tuple[str, ...] = ()
    ours: bool = True


@dataclass(frozen=True)
class Given:
    """The values of all sources by name, and what to say of the files.

    Attributes:
        own_key_only: whether the working directory's file was heard, which counts for its key.
    """

    values: Values
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own_key_only: bool = False


def merged(
    environment: Mapping[str, str],
    directory: Path | None,
    named: Path | None,
    own: Path | None,
    key_of: Callable[[Values], object],
) -> Given:
    """What the environment and the files say together, the earlier before the later.

    Args:
        environment: comes first.
        directory: the working directory, whose `.env` comes last, if it is heard.
        named: the file that the user named on the command line.
        own: `.env` in the user's own configuration folder.
        key_of: the key among some values; None where there is none.
    """
    # What is empty is not set: some assistants hand over every setting that they know.
    values = {name: value for name, value in environment.items() if value.strip()}
    problems: list[str] = []
    for path in (named, own):
        if path is not None and (file := read_env_file(path, needed=path is named)) is not None:
            values = {**file.values, **values}
            problems += file.faults
    if directory is None or any(_same(directory / ".env", path) for path in (named, own)):
        return Given(values, tuple(problems))
    # Its values are taken as they stand: `FJ_API_KEY=${FJ_API_KEY}` knows no key.
    found = read_env_file(directory / ".env", interpolate=False)
    if found is None or not found.ours:
        return Given(values, tuple(problems))
    key = key_of(found.values)
    if key is not None and key_of(values) in (None, key):
        both = {**found.values, **values}
        return Given(both, (*problems, *found.faults), own_key_only=True)
    return Given(values, tuple(problems), (_ignored(found, own),))


def read_env_file(path: Path, *, needed: bool = False, interpolate: bool = True) -> EnvFile | None:
    """What a file says, which never fails; None where there is no file.

    Args:
        path: of the file.
        needed: whether it is a fault that there is none.
        interpolate: whether `${NAME}` stands for the value of another variable.
    """
    try:
        # Some keep a folder of this name, and a pipe would be waited for.
        if not needed and not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return _unreadable(path, "there is no such file") if needed else None
    except OSError as error:
        return _unreadable(path, error.strerror or "it cannot be opened")
    if len(content) > _MOST_BYTES:
        return _unreadable(path, "it is larger than a megabyte")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return _unreadable(path, "it is not UTF-8; save it as UTF-8 text")
    return _parsed(path, text, interpolate=interpolate)


def _parsed(path: Path, text: str, *, interpolate: bool) -> EnvFile:
    # Most have no such file, and reading one takes time to load.
    from dotenv import dotenv_values
    from dotenv.parser import parse_stream

    readable, faults = [], []
    for line in parse_stream(StringIO(text)):
        if line.error or not re.fullmatch(r"\w*", (line.key or "").replace("-", "_")):
            # Whoever only meant to set something else is not bothered.
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
    remedy = f"To use it, name it with --env-file{place}."
    if file.faults:
        return f"{file.path} is ignored. {'; '.join(file.faults)}. {remedy}"
    return (
        f"{file.path} is ignored, because the key that is used is not in it and anybody may have "
        f"put it there. {remedy}"
    )
