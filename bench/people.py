"""How long the sandbox takes to generate its people."""

from statistics import median
from time import perf_counter

from bench.table import Row, at_most
from fj_mcp.sandbox.population.odd_people import population
from fj_mcp.sandbox.population.places import CITIES
from fj_mcp.sandbox.population.trade_people import people_with

_PEOPLE = 5_000
_SEEDS = range(1, 6)
_COMMON_SKILLS = ("Patient Care", "Excel", "Team Leadership", "Communication", "Negotiation")


async def people() -> list[Row]:
    """The whole population from a few unused seeds, and the people that a wide search adds."""
    seconds: list[float] = []
    for seed in _SEEDS:
        started = perf_counter()
        population(_PEOPLE, seed)
        seconds.append(perf_counter() - started)
        # A sandbox has one population; keeping several would slow down the next one.
        population.cache_clear()
    started = perf_counter()
    everywhere = sum(1 for _ in people_with(_COMMON_SKILLS, set(CITIES)))
    lasted = perf_counter() - started
    return [
        at_most(f"{_PEOPLE:,} fictional people", median(seconds), 1.0, "{:.2f} s"),
        at_most(
            f"The people of a search for {len(_COMMON_SKILLS)} common skills everywhere",
            lasted,
            2.0,
            "{:.2f} s",
            f"{everywhere:,} people",
        ),
    ]
