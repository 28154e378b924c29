"""The sentences in the package's source, for comparing them with the documentation."""

import ast
from collections.abc import Iterator
from functools import cache

from tests.support.repository import ROOT

GAP = "…"
"""Stands for a value that is filled in."""


@cache
def parsed(place: str) -> ast.Module:
    """A module of the package, by its path below `fj_mcp`."""
    return ast.parse((ROOT / "fj_mcp" / place).read_text(encoding="utf-8"))


def places() -> list[str]:
    """Every module of the package."""
    package = ROOT / "fj_mcp"
    return sorted(path.relative_to(package).as_posix() for path in package.rglob("*.py"))


def texts_in(tree: ast.AST) -> Iterator[str]:
    """The string literals below `tree`, with `…` for each value that is filled in.

    Strings that are statements of their own describe something, and are left out.
    """
    left_out: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            left_out.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            left_out |= {part for value in node.values for part in ast.walk(value)}
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values
            )
            for value in node.values:
                if isinstance(value, ast.FormattedValue):
                    yield from texts_in(value)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in left_out
        ):
            yield node.value


@cache
def all_texts() -> frozenset[str]:
    """Every string literal of the package, except descriptions."""
    return frozenset(text for place in places() for text in texts_in(parsed(place)))


def subclasses(base: str) -> dict[str, ast.ClassDef]:
    """The classes that derive from `base`, directly or not, by name."""
    classes = [
        node
        for place in places()
        for node in ast.walk(parsed(place))
        if isinstance(node, ast.ClassDef)
    ]
    found: dict[str, ast.ClassDef] = {}
    while True:
        more = {
            node.name: node
            for node in classes
            for parent in node.bases
            if isinstance(parent, ast.Name) and parent.id in {base, *found}
        }
        if more.keys() <= found.keys():
            return found
        found |= more
