"""`python -m bench`: runs the benchmarks, prints the table, and fails if a row does."""

import os
from collections.abc import Awaitable, Callable
from typing import Annotated

import anyio
import typer
from rich.console import Console

from bench.export import export
from bench.http import http
from bench.listing import listing
from bench.memory import memory, remembering_start
from bench.one_call import one_call
from bench.peer import peer
from bench.people import people
from bench.purchases import purchases
from bench.sign_in import sign_in
from bench.sizes import sizes
from bench.startup import first_call, startup
from bench.stored_sign_ins import stored_sign_ins
from bench.table import Row, draw
from bench.throughput import throughput
from bench.waits import waits

Measure = Callable[[], Awaitable[list[Row]]]

MEASURES: tuple[Measure, ...] = (
    startup,
    first_call,
    one_call,
    sizes,
    people,
    purchases,
    listing,
    memory,
    remembering_start,
    throughput,
    export,
    waits,
    http,
    sign_in,
    stored_sign_ins,
    peer,
)
"""The benchmarks, run one after the other so that they do not disturb each other."""


def main(
    only: Annotated[
        list[str] | None, typer.Argument(help="Run only these.", show_default="all")
    ] = None,
) -> None:
    """Benchmark speed and size; all of it takes about fifteen minutes."""
    measures = {measure.__name__: measure for measure in MEASURES}
    names = only or list(measures)
    if unknown := set(names) - measures.keys():
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}; use {', '.join(measures)}")
    # Installed servers are compiled; otherwise each start would compile the modules again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    rows: list[Row] = []
    with Console(stderr=True).status("") as status:
        for name in names:
            status.update(f"Measuring: {name}")
            rows += anyio.run(measures[name])
    draw(rows)
    raise typer.Exit(0 if all(row.passed for row in rows) else 1)


if __name__ == "__main__":
    typer.run(main)
