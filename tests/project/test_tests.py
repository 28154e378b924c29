"""Rules for the tests themselves: imports, patches and pauses."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tests.support.repository import ROOT

TESTS = ROOT / "tests"
CLOCKS = {"time", "anyio", "asyncio"}
STOPWATCHES = {"monotonic", "perf_counter", "process_time"}
REPLACING = {"setattr", "setitem", "delattr", "delitem"}


@dataclass(frozen=True)
class Source:
    """A module of the tests, as it is written.

    Attributes:
        imported: what the module imports, in full, by what it calls it there.
    """

    place: str
    lines: list[str]
    nodes: list[ast.AST]
    imported: dict[str, str]

    def calls(self) -> Iterator[tuple[ast.Call, str, str]]:
        """Each call of `name.method(...)`, with the name and the method."""
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)):
                    yield node, name, method


@cache
def sources() -> list[Source]:
    found = []
    for path in sorted(TESTS.rglob("*.py")):
        if "node_modules" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(text)))
        imported: dict[str, str] = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                imported |= {one.asname or one.name: one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                imported |= {one.asname or one.name: f"{module}.{one.name}" for one in node.names}
        place = path.relative_to(TESTS).as_posix()
        found.append(Source(place, text.splitlines(), nodes, imported))
    return found


def test_what_two_modules_need_is_in_support() -> None:
    wrong = [
        f"{source.place}: {name}"
        for source in sources()
        for name in source.imported.values()
        if name.startswith(("tests.", ".")) and not name.startswith("tests.support.")
    ]
    assert wrong == []


def test_no_private_name_of_the_package_is_used() -> None:
    wrong = [
        f"{source.place}: {name}"
        for source in sources()
        for name in source.imported.values()
        if name.startswith("fj_mcp")
        for last in [name.rpartition(".")[2]]
        if last.startswith("_") and not last.startswith("__")
    ]
    assert wrong == []


def test_nothing_in_the_package_is_replaced() -> None:
    wrong = []
    for source in sources():
        for call, _, method in source.calls():
            if method in REPLACING and call.args:
                target = ast.unparse(call.args[0]).strip("'\"")
                if source.imported.get(target.partition(".")[0], target).startswith("fj_mcp"):
                    wrong.append(f"{source.place}, line {call.lineno}: {target}")
    assert wrong == []


def test_a_pause_is_between_two_looks_or_says_why_it_is_one() -> None:
    wrong = []
    for source in sources():
        loops = [node for node in source.nodes if isinstance(node, ast.While)]
        for call, name, method in source.calls():
            if method != "sleep" or source.imported.get(name) not in CLOCKS:
                continue
            looks_again = any(one.lineno < call.lineno <= (one.end_lineno or 0) for one in loops)
            explained = source.lines[call.lineno - 2].strip().startswith("#")
            if not looks_again and not explained:
                wrong.append(f"{source.place}, line {call.lineno}")
    assert wrong == []


def test_no_test_asserts_how_long_something_took() -> None:
    """A machine may be busy. The order of events proves more; `anyio.fail_after` ends a hang."""
    wrong = []
    for source in sources():
        if source.place.startswith("support/"):
            continue
        for call, name, method in source.calls():
            if source.imported.get(name) in CLOCKS and method in STOPWATCHES:
                wrong.append(f"{source.place}, line {call.lineno}")
    assert wrong == []
