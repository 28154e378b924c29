"""How long the sandbox takes to invent its people."""

from statistics import median
from time import perf_counter

from bench.table import Row, at_most
from fj_mcp.sandbox.population.odd_people import population

_PEOPLE = 5_000
_SEEDS = range(1, 6)


async def people() -> list[Row]:
    """The whole population of a sandbox, from a few seeds that nobody has used yet."""
    seconds: list[float] = []
    for seed in _SEEDS:
        started = perf_counter()
        population(_PEOPLE, seed)
        seconds.append(perf_counter() - started)
        # A sandbox has one population; keeping several would slow the next one down.
        population.cache_clear()
    return [at_most(f"{_PEOPLE:,} invented people", median(seconds), 1.0, "{:.2f} s")]
