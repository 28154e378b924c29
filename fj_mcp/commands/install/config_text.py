"""Edits one entry in the text of a configuration, and leaves the rest unchanged.

JSON keeps every other character; TOML and YAML keep comments, order and quotes.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

from fj_mcp.commands.install import jsonc, toml_text, yaml_text
from fj_mcp.commands.install.config_files import UnreadableConfig

Kind = Literal["JSON", "TOML", "YAML"]


def entry_of(text: str, kind: Kind, path: Sequence[str]) -> dict[str, Any]:
    """The table at `path`, a sequence of nested names; empty if there is none.

    Raises:
        UnreadableConfig: the text is not of its kind, or the value at `path` is not a table.
    """
    found: Any = _parsed(text, kind)
    for name in path:
        found = (found or {}).get(name)
        if not isinstance(found, dict | None):
            raise UnreadableConfig(_not_a_table(name, kind))
    return found or {}


def _not_a_table(name: str, kind: Kind) -> str:
    tables = {"JSON": "an object, {…}", "TOML": "a table", "YAML": "a mapping"}
    return f"{name} must be {tables[kind]}"


def holds_more(text: str, kind: Kind, path: Sequence[str]) -> bool:
    """Whether a text says anything besides the entry at `path`, a sequence of two names.

    Raises:
        UnreadableConfig: the text is not of its kind.
    """
    whole = _parsed(text, kind)
    return any(name != path[0] for name in whole) or any(
        name != path[1] for name in whole.get(path[0]) or {}
    )


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
            raise UnreadableConfig(_not_a_table(name, kind))
        place[name] = place.get(name) or {}
        place = place[name]
    gone = {name for name in gone if name in place}
    if place and not gone and all(name in place and place[name] == entry[name] for name in entry):
        return text
    for name in gone:
        del place[name]
    place.update(entry)
    edits = {"JSON": _edit_json, "TOML": toml_text.edit, "YAML": yaml_text.edit}
    changed = dict(place) if kind == "JSON" and gone else entry
    return _edited(
        lambda: edits[kind](text, path, changed, gone), kind, lambda found: found == expected
    )


def without_entry(text: str, kind: Kind, path: Sequence[str]) -> str:
    """The text without the entry at `path`; the same text if there is none.

    Raises:
        UnreadableConfig: the text is not of its kind, or cannot be edited reliably.
    """
    expected: Any = _parsed(text, kind)
    place = expected
    for name in path[:-1]:
        place = place.get(name) if isinstance(place, dict) else None
    if not isinstance(place, dict) or path[-1] not in place:
        return text
    del place[path[-1]]
    removals = {"JSON": jsonc.remove, "TOML": toml_text.remove, "YAML": yaml_text.remove}

    def is_right(found: dict[str, Any]) -> bool:
        # A table that lost its only entry may be empty, null or gone.
        rest = {name: value for name, value in found.items() if name != path[0] or value}
        return rest == {name: value for name, value in expected.items() if name != path[0] or value}

    return _edited(lambda: removals[kind](text, path), kind, is_right)


def _edited(edit: Callable[[], str], kind: Kind, is_right: Callable[[dict[str, Any]], bool]) -> str:
    """The edited text, unless it means anything else than it should."""
    try:
        edited = edit()
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UnreadableConfig("its layout is unusual") from None
    if not is_right(_parsed(edited, kind)):
        raise UnreadableConfig("its layout is unusual")
    return edited


def _parsed(text: str, kind: Kind) -> dict[str, Any]:
    try:
        found = {"JSON": jsonc, "TOML": toml_text, "YAML": yaml_text}[kind].parse(text)
    except ValueError as error:
        where = re.search(r"line \d+", str(error))
        raise UnreadableConfig(where[0] if where else "its end") from None
    if not isinstance(found, dict | None):
        raise UnreadableConfig("line 1")
    return found or {}


def _edit_json(
    text: str, path: Sequence[str], entry: Mapping[str, Any], gone: Collection[str]
) -> str:
    # To remove settings, the whole entry is written again.
    if gone or not entry_of(text, "JSON", path):
        return jsonc.put(text, path, dict(entry))
    for name, value in entry.items():
        text = jsonc.put(text, [*path, name], value)
    return text
