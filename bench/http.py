"""The server over HTTP: its speed against a bare server, its memory, and many waits at once."""

from multiprocessing import active_children
from os import cpu_count
from time import process_time

import httpx

from bench.bare_session_server import KEY
from bench.http_servers import bare_server, cpu_seconds, idle_seconds, our_server
from bench.loopback import sandbox_apart
from bench.requests import Load, call, search, send
from bench.rounds import (
    CALLS,
    CONNECTIONS,
    ROUNDS,
    cpu_seconds_per_call,
    faster,
    in_turn,
    p99,
    rate,
)
from bench.table import Row, at_least, at_most

_KEYS = 50
_FIRST_CALLS = 500
_MANY_CALLS = 10_000

_WAITS = 500
_SESSIONS = 100
_WAIT_SECONDS = 10
_MAX_POLLS = 8.0
"""One poller polls after 0, 1, 2.5, 4.8 and 8.1 seconds, or up to a tenth sooner; every session was
also read when it was created. Two pollers would poll twice as often."""


async def http() -> list[Row]:
    """All benchmarks over HTTP, one after the other."""
    return [*await speed(), await workers(), await memory(), *await waits()]


async def speed() -> list[Row]:
    """`get_session` from many connections, against a bare server that sends the same request."""
    with sandbox_apart(match_seconds=0) as api, our_server(api) as ours, bare_server(api) as bare:
        session_id = await search(ours.port, KEY)
        request = call(KEY, "get_session", session_id=session_id)
        mine, theirs = await in_turn([(ours, request), (bare, request)])
    what = f"get_session over HTTP, {CONNECTIONS} connections"
    rates = f"{rate(mine):,.0f} per second against {rate(theirs):,.0f}"
    spent, spent_bare = cpu_seconds_per_call(mine), cpu_seconds_per_call(theirs)
    slow, slow_bare = p99(mine), p99(theirs)
    late = f"{slow * 1000:,.0f} ms against {slow_bare * 1000:,.0f} ms"
    return [
        at_most(
            f"{what}, processor time per call",
            spent / spent_bare,
            0.75,
            "{:.2f} times",
            f"{spent * 1000:,.2f} ms against {spent_bare * 1000:,.2f} ms",
        ),
        at_least(f"{what}, requests per second", faster(mine, theirs), 1.25, "{:.2f} times", rates),
        at_most(f"{what}, p99", slow / slow_bare, 1.3, "{:.2f} times", late),
    ]


async def workers() -> Row:
    """The speed-up by a second worker, as a share of what the free cores allow.

    The client, the API and everything else run on the same cores: two workers cannot handle more
    than these allow, nor more than twice as much as one.
    """
    alone: list[Load] = []
    pair: list[Load] = []
    spent = idle = 0.0
    with (
        sandbox_apart(match_seconds=0) as api,
        our_server(api) as one,
        our_server(api, "--workers", "2") as two,
    ):
        session_id = await search(one.port, KEY)
        requests = [call(KEY, "get_session", session_id=session_id)] * CALLS
        (apart,) = active_children()
        assert apart.pid is not None
        for number in range(ROUNDS + 1):
            single = await send(one.port, requests, CONNECTIONS)
            used, rested = two.cpu_seconds + cpu_seconds(apart.pid) + process_time(), idle_seconds()
            both = await send(two.port, requests, CONNECTIONS)
            if number:
                alone.append(single)
                pair.append(both)
                spent += two.cpu_seconds + cpu_seconds(apart.pid) + process_time() - used
                idle += idle_seconds() - rested
    free = (spent + idle) / sum(load.seconds for load in pair)
    possible = free * ROUNDS * CALLS / spent
    share = rate(pair) / min(possible, 2 * rate(alone))
    note = (
        f"{faster(pair, alone):.2f} times: {rate(pair):,.0f} per second against "
        f"{rate(alone):,.0f}; {free:.1f} of {cpu_count()} cores were free, enough for "
        f"{possible:,.0f}"
    )
    what = "Two workers against one, share of the possible speed-up"
    return at_least(what, share, 0.75, "{:.0%}", note)


async def memory() -> Row:
    """Memory of one worker, whose keys make the same calls again and again."""
    with sandbox_apart(match_seconds=0) as api, our_server(api) as ours:
        requests: list[bytes] = []
        for number in range(_KEYS):
            key = f"{KEY}_{number}"
            session_id = await search(ours.port, key)
            requests += [
                call(key, "get_session", session_id=session_id),
                call(key, "list_profiles", session_id=session_id, limit=10),
                call(key, "export_profiles", session_id=session_id),
                call(key, "list_sessions"),
                call(key, "get_spending"),
            ]
        many = requests * (_MANY_CALLS // len(requests))
        await send(ours.port, many[:_FIRST_CALLS], CONNECTIONS)
        before = ours.megabytes
        load = await send(ours.port, many[_FIRST_CALLS:], CONNECTIONS)
        more = ours.megabytes - before
    what = f"{_MANY_CALLS:,} calls over {_KEYS} keys, memory growth after the first {_FIRST_CALLS}"
    note = f"{before:,.0f} MB by then; {load.per_second:,.0f} calls per second"
    return at_most(what, more, 50, "{:,.0f} MB", note)


async def waits() -> list[Row]:
    """In real time, because polling intervals and a time limit are measured."""
    with (
        sandbox_apart(match_seconds=600, credits=10_000) as api,
        our_server(api, FJ_MAX_WAIT_SECONDS=str(_WAIT_SECONDS)) as ours,
    ):
        requests = [
            call(
                KEY, "wait_for_session", session_id=await search(ours.port, KEY, f"Search {number}")
            )
            for number in range(_SESSIONS)
        ]
        before = _polls(api)
        load = await send(ours.port, requests * (_WAITS // _SESSIONS), _WAITS)
        polls = (_polls(api) - before) / _SESSIONS
    late = max(load.latencies) - _WAIT_SECONDS
    what = f"{_WAITS} waits at once over {_SESSIONS} sessions, {_WAIT_SECONDS} s each"
    note = f"all {len(load.latencies)} returned"
    return [
        at_most(f"{what}, last result after its limit", late, 2.0, "{:.1f} s", note),
        at_most(f"{what}, polls per session", polls, _MAX_POLLS, "{:.1f}"),
    ]


def _polls(api: str) -> int:
    """Number of `get_session` requests that reached the API."""
    root = api.removesuffix("/api/v1/wl")
    calls = httpx.get(f"{root}/sandbox/state", trust_env=False).json()["calls"]
    count: int = calls.get("get_session", 0)
    return count
