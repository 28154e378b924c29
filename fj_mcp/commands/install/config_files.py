"""Edits one entry in another program's configuration file, and leaves the rest unchanged.

JSON keeps every other character; TOML and YAML keep comments, order and quotes.
"""

import os
import re
import stat
import tempfile
import tomllib
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any, Literal

from fj_mcp.commands.install import jsonc

Kind = Literal["JSON", "TOML", "YAML"]

BACKUP_SUFFIX = ".before-fj-mcp"


class UnreadableConfig(ValueError):
    """A configuration that cannot be edited safely; names the place, without quoting the file."""


def read_config(path: Path) -> str:
    """The text of a file with its line endings; empty if there is no file.

    Raises:
        UnreadableConfig: the file is not UTF-8.
        OSError: the file cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise UnreadableConfig("not UTF-8") from None


def write_config(path: Path, text: str) -> Path | None:
    """Replace or create a file atomically; returns the backup of the old one, if there was one.

    An existing file keeps its mode and a link its target; only the owner can read a new file.

    Raises:
        OSError: the file or the backup cannot be written; the file is then unchanged.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    backup = back_up(target)
    _replace(target, text.encode(), _mode(target) if backup else 0o600)
    return backup


def back_up(path: Path) -> Path | None:
    """Copy a file with its mode to a backup beside it; returns the backup, or None without a file.

    Raises:
        OSError: the backup cannot be written.
    """
    target = path.resolve()
    if not target.exists():
        return None
    backup = target.with_name(target.name + BACKUP_SUFFIX)
    _replace(backup, target.read_bytes(), _mode(target))
    return backup


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _replace(path: Path, content: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def entry_of(text: str, kind: Kind, path: Sequence[str]) -> dict[str, Any]:
    """The table at `path`, a sequence of nested names; empty if there is none.

    Raises:
        UnreadableConfig: the text is not of its kind, or the value at `path` is not a table.
    """
    found: Any = _parsed(text, kind)
    for name in path:
        found = (found or {}).get(name)
        if not isinstance(found, dict | None):
            raise UnreadableConfig(f"{name} should be a table")
    return found or {}


def with_entry(
    text: str,
    kind: Kind,
    path: Sequence[str],
    entry: Mapping[str, Any],
    gone: Collection[str] = (),
) -> str:
    """The text with the settings of `entry` added at `path`, and those in `gone` removed.

    Raises:
        UnreadableConfig: the text is not of its kind, or cannot be edited reliably.
    """
    expected = _parsed(text, kind)
    place = expected
    for name in path:
        if not isinstance(place.get(name), dict | None):
            raise UnreadableConfig(f"{name} should be a table")
        place[name] = place.get(name) or {}
        place = place[name]
    gone = {name for name in gone if name in place}
    if place and not gone and all(name in place and place[name] == entry[name] for name in entry):
        return text
    for name in gone:
        del place[name]
    place.update(entry)
    edit = {"JSON": _edit_json, "TOML": _edit_toml, "YAML": _edit_yaml}[kind]
    edited = edit(text, path, dict(place) if kind == "JSON" and gone else entry, gone)
    if _parsed(edited, kind) != expected:
        raise UnreadableConfig("its layout is unusual")
    return edited


def _parsed(text: str, kind: Kind) -> dict[str, Any]:
    try:
        if kind == "JSON":
            found = jsonc.parse(text)
        elif kind == "TOML":
            found = tomllib.loads(text.removeprefix("\ufeff"))
        else:
            found = _parsed_yaml(text)
    except ValueError as error:
        where = re.search(r"line \d+", str(error))
        raise UnreadableConfig(where[0] if where else "its end") from None
    if not isinstance(found, dict | None):
        raise UnreadableConfig("line 1")
    return found or {}


def _parsed_yaml(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        raise ValueError(f"line {mark.line + 1}" if mark else "") from None


def _edit_json(
    text: str, path: Sequence[str], entry: Mapping[str, Any], gone: Collection[str]
) -> str:
    # To remove settings, the whole entry is written again.
    if gone or not entry_of(text, "JSON", path):
        return jsonc.put(text, path, dict(entry))
    for name, value in entry.items():
        text = jsonc.put(text, [*path, name], value)
    return text


def _edit_toml(
    text: str, path: Sequence[str], entry: Mapping[str, Any], gone: Collection[str]
) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    newline = "\r\n" if "\r\n" in text else "\n"
    if not entry_of(text, "TOML", path):
        wanted: dict[str, Any] = dict(entry)
        for name in reversed(path):
            wanted = {name: wanted}
        gap = newline if text.endswith("\n") else newline * 2
        appended = (text + gap if text.strip() else text) + tomlkit.dumps(wanted)
        with suppress(tomllib.TOMLDecodeError):
            tomllib.loads(appended.removeprefix("\ufeff"))
            return re.sub(r"(?<!\r)\n", newline, appended)
    try:
        document = tomlkit.parse(text)
        table: Any = document
        for name in path:
            table = table[name]
        for name in gone:
            del table[name]
        _update(table, entry)
    except (TOMLKitError, ValueError):
        raise UnreadableConfig("its layout is unusual") from None
    return re.sub(r"(?<!\r)\n", newline, tomlkit.dumps(document))


def _edit_yaml(
    text: str, path: Sequence[str], entry: Mapping[str, Any], gone: Collection[str]
) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.util import load_yaml_guess_indent

    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    _, indent, offset = load_yaml_guess_indent(text)
    yaml: Any = YAML()
    yaml.preserve_quotes = True
    yaml.width = 100_000
    yaml.explicit_start = text.startswith("---")
    yaml.indent(mapping=2, sequence=indent or 2, offset=offset or 0)
    document = yaml.load(text) or {}
    table: MutableMapping[str, Any] = document
    for name in path:
        if not table.get(name):
            table[name] = {}
        table = table[name]
    for name in gone:
        del table[name]
    _update(table, entry)
    written = StringIO()
    yaml.dump(document, written)
    return written.getvalue().replace("\n", newline)


def _update(have: MutableMapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for name, value in wanted.items():
        current = have.get(name)
        if isinstance(value, Mapping) and isinstance(current, MutableMapping):
            # Changed in place: a table written again could swallow what follows it.
            for gone in [inner for inner in current if inner not in value]:
                del current[gone]
            _update(current, value)
        elif name not in have or current != value:
            have[name] = value
