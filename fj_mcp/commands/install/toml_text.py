"""TOML, edited with its comments, order and quotes."""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from contextlib import suppress
from typing import Any

from fj_mcp.commands.install.tables import update


def parse(text: str) -> Any:
    """The value of a text.

    Raises:
        ValueError: the text is not TOML; names the line.
    """
    return tomllib.loads(text.removeprefix("\ufeff"))


def edit(text: str, path: Sequence[str], entry: Mapping[str, Any], gone: Collection[str]) -> str:
    """The text with the settings of `entry` at `path`, a sequence of names, without `gone`.

    Raises:
        ValueError: the text cannot be edited.
    """
    import tomlkit

    newline = "\r\n" if "\r\n" in text else "\n"
    if not _at(parse(text), path):
        wanted: dict[str, Any] = dict(entry)
        for name in reversed(path):
            wanted = {name: wanted}
        gap = newline if text.endswith("\n") else newline * 2
        appended = (text + gap if text.strip() else text) + tomlkit.dumps(wanted)
        with suppress(tomllib.TOMLDecodeError):
            parse(appended)
            return re.sub(r"(?<!\r)\n", newline, appended)
    return _changed(text, path, lambda table: update(table, entry, gone))


def remove(text: str, path: Sequence[str]) -> str:
    """The text without the table at `path`.

    Raises:
        ValueError: the text cannot be edited.
    """

    def change(table: MutableMapping[str, Any]) -> None:
        del table[path[-1]]

    return _changed(text, path[:-1], change)


def _at(found: Any, path: Sequence[str]) -> Any:
    for name in path:
        found = (found or {}).get(name)
    return found


def _changed(
    text: str, path: Sequence[str], change: Callable[[MutableMapping[str, Any]], None]
) -> str:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    newline = "\r\n" if "\r\n" in text else "\n"
    try:
        document = tomlkit.parse(text)
        change(_at(document, path))
    except TOMLKitError:
        raise ValueError("cannot be edited") from None
    return re.sub(r"(?<!\r)\n", newline, tomlkit.dumps(document))
