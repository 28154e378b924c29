"""YAML, edited as text where that is possible, so that comments and indentation stay."""

import re
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from io import StringIO
from typing import Any

from fj_mcp.commands.install.tables import update


def parse(text: str) -> Any:
    """The value of a text; None if it is blank.

    Raises:
        ValueError: the text is not YAML; names the line, without quoting the text.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        raise ValueError(f"line {mark.line + 1}" if mark else "") from None


def edit(text: str, path: Sequence[str], entry: Mapping[str, Any], gone: Collection[str]) -> str:
    """The text with the settings of `entry` at `path`, a sequence of two names, without `gone`."""
    table = (parse(text) or {}).get(path[0])
    if not gone and table and path[1] not in table:
        added = _insert(text, path, entry)
        if added is not None:
            return added

    def change(document: MutableMapping[str, Any]) -> None:
        place = document
        for name in path:
            if not place.get(name):
                place[name] = {}
            place = place[name]
        update(place, entry, gone)

    return _changed(text, change)


def remove(text: str, path: Sequence[str]) -> str:
    """The text without the entry at `path`, a sequence of two names."""
    lines = text.splitlines(keepends=True)
    node = _mapping(text, path[0])
    if node is not None and len(node.value) > 1 and not node.flow_style:
        starts = [key.start_mark.line for key, _ in node.value]
        names = [key.value for key, _ in node.value]
        at = names.index(path[1])
        # Comments above the next name belong to it.
        indent = re.escape(lines[starts[at]][: node.start_mark.column])
        end = starts[at] + 1
        while end < len(lines) and re.match(rf"{indent}[ \t-]", lines[end]):
            end += 1
        return "".join(lines[: starts[at]] + lines[end:])

    def change(document: MutableMapping[str, Any]) -> None:
        del document[path[0]][path[1]]

    return _changed(text, change)


def _insert(text: str, path: Sequence[str], entry: Mapping[str, Any]) -> str | None:
    """Insert an entry as the first one of its table; None if the table is not in block style."""
    from ruamel.yaml import YAML

    node = _mapping(text, path[0])
    if node is None or node.flow_style or node.start_mark.column == 0:
        return None
    newline = "\r\n" if "\r\n" in text else "\n"
    written = StringIO()
    yaml: Any = YAML()
    yaml.width = 100_000
    step = node.start_mark.column
    yaml.indent(mapping=step, sequence=step + 2, offset=step)
    yaml.dump({path[1]: dict(entry)}, written)
    added = [f"{' ' * step}{line}{newline}" for line in written.getvalue().splitlines()]
    lines = text.splitlines(keepends=True)
    # After the line of the table's own name, because comments above an entry belong to it.
    at = _key_line(text, path[0]) + 1
    return "".join([*lines[:at], *added, *lines[at:]])


def _mapping(text: str, name: str) -> Any:
    """The node of a table at the top; None if there is none."""
    return next(
        (value for key, value in _top(text) if key.value == name and value.id == "mapping"), None
    )


def _key_line(text: str, name: str) -> int:
    return int(next(key.start_mark.line for key, _ in _top(text) if key.value == name))


def _top(text: str) -> list[tuple[Any, Any]]:
    from ruamel.yaml import YAML

    node: Any = YAML(typ="safe", pure=True).compose(text)
    return node.value if node is not None else []


def _changed(text: str, change: Any) -> str:
    """The text written again after a change, with its indentation and most of its comments."""
    from ruamel.yaml import YAML
    from ruamel.yaml.util import load_yaml_guess_indent

    newline = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    _, indent, offset = load_yaml_guess_indent(text)
    nested = re.search(
        r"^[^\s#-][^\n]*:[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\n)*( +)[^\s#-]", text, re.MULTILINE
    )
    yaml: Any = YAML()
    yaml.preserve_quotes = True
    yaml.width = 100_000
    yaml.explicit_start = text.startswith("---")
    yaml.indent(mapping=len(nested[1]) if nested else 2, sequence=indent or 2, offset=offset or 0)
    document = yaml.load(text) or {}
    change(document)
    written = StringIO()
    yaml.dump(document, written)
    return written.getvalue().replace("\n", newline)
