"""The table: one row a claim, with what was measured, what is allowed, and the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

_FILE_WIDTH = 110
"""Where the table goes into a file or a pipe, which have no width of their own."""


@dataclass(frozen=True)
class Row:
    """One claim, as measured."""

    what: str
    figure: str
    bound: str
    passed: bool


def at_most(what: str, value: float, bound: float, shown: str = "{:,.0f}", told: str = "") -> Row:
    """A row that passes while `value` does not exceed `bound`.

    Args:
        what: the claim's subject.
        value: as measured.
        bound: the most that passes.
        shown: the format of both numbers, with their unit.
        told: what else the figure says, in brackets.
    """
    figure = shown.format(value) + (f" ({told})" if told else "")
    return Row(what, figure, f"≤ {shown.format(bound)}", value <= bound)


def at_least(what: str, value: float, bound: float, shown: str = "{:,.0f}", told: str = "") -> Row:
    """A row that passes once `value` reaches `bound`; the rest as `at_most`."""
    figure = shown.format(value) + (f" ({told})" if told else "")
    return Row(what, figure, f"≥ {shown.format(bound)}", value >= bound)


def draw(rows: Sequence[Row]) -> None:
    """Print the table, as wide as the terminal."""
    table = Table("What", "Measured", "Bound", "Verdict")
    for row in rows:
        colour = "green" if row.passed else "red"
        verdict = "pass" if row.passed else "FAIL"
        table.add_row(row.what, row.figure, row.bound, f"[{colour}]{verdict}[/]")
    console = Console()
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    console.print(table)
