"""How long the sandbox takes to generate its people."""

from statistics import median
from time import perf_counter

from bench.table import Row, at_most
from fj_mcp.sandbox.population.odd_people import population

_PEOPLE = 5_000
_SEEDS = range(1, 6)


async def people() -> list[Row]:
    """The whole population of a sandbox, from a few unused seeds."""
    seconds: list[float] = []
    for seed in _SEEDS:
        started = perf_counter()
        population(_PEOPLE, seed)
        seconds.append(perf_counter() - started)
        # A sandbox has one population; keeping several would slow down the next one.
        population.cache_clear()
    return [at_most(f"{_PEOPLE:,} fictional people", median(seconds), 1.0, "{:.2f} s")]
