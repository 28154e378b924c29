"""Fair comparisons of times on a machine that is never quite idle.

The subjects run in turn, round after round, so that a busy minute slows all of them. Each round
gives one ratio, and the median of the rounds is the figure.
"""

from collections.abc import Awaitable, Callable, Sequence
from statistics import median

from bench.table import Row, at_most

Timed = Callable[[], Awaitable[float]]
"""Does the work once and returns the seconds it took, without any setup it chooses to exclude."""


async def in_turn(subjects: Sequence[Timed], rounds: int, warm_up: int) -> list[list[float]]:
    """The seconds of every round, for each subject, after `warm_up` rounds that do not count."""
    seconds: list[list[float]] = [[] for _ in subjects]
    for number in range(warm_up + rounds):
        # Alternate the order, so that no subject always goes first.
        order = range(len(subjects)) if number % 2 else reversed(range(len(subjects)))
        for place in order:
            taken = await subjects[place]()
            if number >= warm_up:
                seconds[place].append(taken)
    return seconds


def ratio_row(what: str, ours: list[float], bare: list[float], bound: float) -> Row:
    """A row with the ratio of our time to the other, and the median milliseconds of both."""
    return at_most(what, _ratio(ours, bare), bound, "{:.2f} times", _milliseconds(ours, bare))


def ratio(ours: list[float], other: list[float]) -> str:
    """The same in words, for a row without a bound."""
    return f"{_ratio(ours, other):.2f} times ({_milliseconds(ours, other)})"


def _ratio(ours: list[float], other: list[float]) -> float:
    return median(mine / its for mine, its in zip(ours, other, strict=True))


def _milliseconds(ours: list[float], other: list[float]) -> str:
    return f"{median(ours) * 1000:,.1f} ms against {median(other) * 1000:,.1f} ms"
