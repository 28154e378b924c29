"""Rounds of many requests to HTTP servers in turn, and what they measure."""

from collections.abc import Sequence
from statistics import median, quantiles

from bench.http_servers import Served
from bench.requests import Load, send

CONNECTIONS = 32
ROUNDS = 15
CALLS = 320


async def in_turn(subjects: Sequence[tuple[Served, bytes]]) -> list[list[Load]]:
    """The rounds of each server with its request, without the warm-up round."""
    loads: list[list[Load]] = [[] for _ in subjects]
    for number in range(ROUNDS + 1):
        places = range(len(subjects))
        for place in places if number % 2 else reversed(places):
            server, request = subjects[place]
            before = server.cpu_seconds
            load = await send(server.port, [request] * CALLS, CONNECTIONS)
            load.cpu_seconds = server.cpu_seconds - before
            if number:
                loads[place].append(load)
    return loads


def faster(mine: list[Load], theirs: list[Load]) -> float:
    """The median of the ratios of requests per second."""
    pairs = zip(mine, theirs, strict=True)
    return median(our.per_second / other.per_second for our, other in pairs)


def rate(loads: list[Load]) -> float:
    """The median of requests per second."""
    return median(load.per_second for load in loads)


def cpu_ratio(mine: list[Load], theirs: list[Load]) -> float:
    """The median of the ratios of processor time."""
    return median(
        our.cpu_seconds / other.cpu_seconds for our, other in zip(mine, theirs, strict=True)
    )


def cpu_seconds_per_call(loads: list[Load]) -> float:
    """Processor time of the server per call."""
    return sum(load.cpu_seconds for load in loads) / (CALLS * len(loads))


def p99(loads: list[Load]) -> float:
    """The 99th percentile of the seconds of a request."""
    return quantiles([each for load in loads for each in load.latencies], n=100)[98]
