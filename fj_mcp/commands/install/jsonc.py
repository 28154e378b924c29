"""JSON with comments, edited as text: everything else keeps every character."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r"(?P<space>[\s\ufeff]+|//[^\r\n]*|/\*.*?\*/)"
    r'|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")'
    r"|(?P<mark>[{}\[\]:,])"
    r'|(?P<word>[^\s{}\[\]:,"/]+)',
    re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


@dataclass
class _Node:
    """The value in `text[start:end]`; for an object also its members, the last of each name."""

    value: Any
    start: int
    end: int = 0
    name_start: int = 0
    members: dict[str, "_Node"] = field(default_factory=dict)
    last: "_Node | None" = None
    comma_after_last: bool = False


def parse(text: str) -> Any:
    """The value of a text; None if it is blank.

    Comments and trailing commas are allowed.

    Raises:
        ValueError: the text is not JSON; names the line, without quoting the text.
    """
    node = _read(text)
    return None if node is None else node.value


def put(text: str, path: Sequence[str], value: Any) -> str:
    """The text with `value` at `path`, a sequence of nested names; missing objects are created.

    Raises:
        ValueError: the text is not JSON, or a value on the path is not an object.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    node = _read(text)
    if node is None:
        text = text if text.endswith(("\n", "\ufeff")) or not text else text + newline
        return put(f"{text}{{}}{newline}", path, value)
    for depth, name in enumerate(path):
        if node.value is None:
            for missing in reversed(path[depth:]):
                value = {missing: value}
            break
        if not isinstance(node.value, dict):
            raise ValueError(f"line {_line(text, node.start)} should be an object")
        if name not in node.members:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _insert(text, node, name, value, newline)
        node = node.members[name]
    if node.value == value:
        return text
    written = _written(text, value, _margin(text, node.start), newline)
    return text[: node.start] + written + text[node.end :]


def remove(text: str, path: Sequence[str]) -> str:
    """The text without the member at `path`, a sequence of nested names, and without its comma.

    Raises:
        ValueError: the text is not JSON.
        KeyError: there is no such member.
    """
    parent = _read(text)
    for name in path[:-1]:
        parent = parent.members[name] if parent else None
    if parent is None:
        raise KeyError(path[-1])
    gone = parent.members[path[-1]]
    # With the member goes the line break before it, but no comment.
    start = len(text[: gone.name_start].rstrip())
    if text[start : gone.name_start].count("\n") == 0:
        start = gone.name_start
    comma = _comma_after(text, gone.end)
    if comma is not None:
        return text[:start] + text[gone.end : comma] + text[comma + 1 :]
    before = [member.end for member in parent.members.values() if member.end <= start]
    comma = _comma_after(text, max(before)) if before else None
    if comma is None:
        return text[:start] + text[gone.end :]
    return text[:comma] + text[comma + 1 : start] + text[gone.end :]


def _comma_after(text: str, at: int) -> int | None:
    """Where the comma after a value is; None if there is none."""
    while (found := _TOKEN.match(text, at)) is not None:
        if found.lastgroup != "space":
            return at if found[0] == "," else None
        at = found.end()
    return None


def _insert(text: str, parent: _Node, name: str, value: Any, newline: str) -> str:
    brace = parent.end - 1
    # Text before the closing bracket may be a comment that belongs to the last member.
    kept = len(text[:brace].rstrip())
    outer = _margin(text, brace)
    inner = outer + _unit(text)
    before, comma = parent.start + 1, ""
    if parent.last is not None:
        before = parent.last.end
        comma = "" if parent.comma_after_last else ","
        margin = _margin(text, parent.last.name_start)
        if text[: parent.last.name_start].endswith(("\n" + margin, "\r" + margin)):
            inner = margin
    member = f"{json.dumps(name)}: {_written(text, value, inner, newline)}"
    return (
        f"{text[:before]}{comma}{text[before:kept]}"
        f"{newline}{inner}{member}{newline}{outer}{text[brace:]}"
    )


def _written(text: str, value: Any, margin: str, newline: str) -> str:
    written = json.dumps(value, indent=_unit(text), ensure_ascii=False)
    return written.replace("\n", newline + margin)


def _unit(text: str) -> str:
    indented = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return indented[1] if indented else "  "


def _margin(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _read(text: str) -> _Node | None:
    tokens = _tokens(text)
    if tokens[0].kind == "end":
        return None
    try:
        node, after = _value(tokens, 0)
        _expect_end(tokens[after])
    except _Unexpected as error:
        raise ValueError(f"line {_line(text, error.token.start)}") from None
    return node


class _Unexpected(Exception):
    def __init__(self, token: _Token) -> None:
        self.token = token


def _expect_end(token: _Token) -> None:
    if token.kind != "end":
        raise _Unexpected(token)


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValueError(f"line {_line(text, at)}")
        if found.lastgroup != "space":
            tokens.append(_Token(str(found.lastgroup), found[0], at, found.end()))
        at = found.end()
    return [*tokens, _Token("end", "", at, at)]


def _value(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    token = tokens[at]
    if token.text == "{":
        return _object(tokens, at)
    if token.text == "[":
        return _array(tokens, at)
    if token.kind not in ("string", "word"):
        raise _Unexpected(token)
    try:
        value = json.loads(token.text)
    except ValueError:
        raise _Unexpected(token) from None
    return _Node(value, token.start, token.end), at + 1


def _object(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    node = _Node({}, tokens[at].start)
    at += 1
    while tokens[at].text != "}":
        name = tokens[at]
        if name.kind != "string" or tokens[at + 1].text != ":":
            raise _Unexpected(name)
        member, at = _value(tokens, at + 2)
        member.name_start = name.start
        key = json.loads(name.text)
        node.value[key] = member.value
        node.members[key] = node.last = member
        node.comma_after_last, at = _comma(tokens, at, "}")
    node.end = tokens[at].end
    return node, at + 1


def _array(tokens: list[_Token], at: int) -> tuple[_Node, int]:
    node = _Node([], tokens[at].start)
    at += 1
    while tokens[at].text != "]":
        item, at = _value(tokens, at)
        node.value.append(item.value)
        _, at = _comma(tokens, at, "]")
    node.end = tokens[at].end
    return node, at + 1


def _comma(tokens: list[_Token], at: int, closing: str) -> tuple[bool, int]:
    if tokens[at].text == ",":
        return True, at + 1
    if tokens[at].text != closing:
        raise _Unexpected(tokens[at])
    return False, at
