"""The table of results: one row per claim, with the measured figure, the bound and the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

_FILE_WIDTH = 110
"""For files and pipes, which have no width of their own."""


@dataclass(frozen=True)
class Row:
    """One measured claim."""

    what: str
    figure: str
    bound: str
    passed: bool


def at_most(what: str, value: float, bound: float, shown: str = "{:,.0f}", note: str = "") -> Row:
    """A row that passes if `value` does not exceed `bound`.

    Args:
        what: the claim's subject.
        value: the measured figure.
        bound: the highest value that passes.
        shown: the format of both numbers, with their unit.
        note: additional text, in parentheses.
    """
    figure = shown.format(value) + (f" ({note})" if note else "")
    return Row(what, figure, f"≤ {shown.format(bound)}", value <= bound)


def at_least(what: str, value: float, bound: float, shown: str = "{:,.0f}", note: str = "") -> Row:
    """A row that passes if `value` is at least `bound`. The arguments are those of `at_most`."""
    figure = shown.format(value) + (f" ({note})" if note else "")
    return Row(what, figure, f"≥ {shown.format(bound)}", value >= bound)


def reported(what: str, figure: str) -> Row:
    """A row without a bound."""
    return Row(what, figure, "none", passed=True)


def draw(rows: Sequence[Row]) -> None:
    """Print the table, as wide as the terminal."""
    table = Table("What", "Measured", "Bound", "Verdict")
    for row in rows:
        color = "green" if row.passed else "red"
        verdict = "pass" if row.passed else "FAIL"
        table.add_row(row.what, row.figure, row.bound, f"[{color}]{verdict}[/]")
    console = Console()
    if not console.is_terminal:
        console.width = _FILE_WIDTH
    console.print(table)
