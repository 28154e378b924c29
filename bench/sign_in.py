"""Signing in over HTTP: what a token adds to a call, and how many users one worker signs in."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from statistics import median
from time import perf_counter

import anyio
import httpx

from bench.bare_session_server import KEY
from bench.http_servers import Served, free_port, our_server
from bench.loopback import sandbox_apart
from bench.postgres import MISSING, postgres
from bench.requests import call, search
from bench.rounds import CONNECTIONS, cpu_ratio, cpu_seconds_per_call, faster, in_turn, p99, rate
from bench.table import Row, at_least, at_most, reported
from tests.support.company import CREDENTIALS, company
from tests.support.sign_in import Person, Site, result_of

_AT_ONCE = 4
_SIGN_INS = 40
_FIRST_SIGN_INS = 4

_numbers = count()


async def sign_in() -> list[Row]:
    """All benchmarks of signing in, one after the other."""
    return [*await token_calls(), *await sign_ins()]


async def token_calls() -> list[Row]:
    """`get_session` with each kind of token, against the same with the key that it stands for."""
    with sandbox_apart(match_seconds=0) as api, company() as provider:
        with signing_in(api) as ours:
            rows = await _against_key(ours, "a token", await sign_in_once(ours.port, KEY))
        settings = {"FJ_OAUTH_ISSUER": provider.issuer, "FJ_API_KEY": KEY}
        with signing_in(api, **settings) as ours:
            token = provider.token(aud=_resource(ours))
            rows += await _against_key(ours, "a company's JWT", token)
        settings["FJ_OAUTH_INTROSPECTION"] = ":".join(CREDENTIALS)
        with signing_in(api, **settings) as ours:
            token = provider.opaque_token(aud=_resource(ours))
            rows += await _against_key(ours, "an introspected token", token)
    return rows


def _resource(ours: Served) -> str:
    return f"http://127.0.0.1:{ours.port}/mcp"


async def _against_key(ours: Served, kind: str, token: str) -> list[Row]:
    session_id = await search(ours.port, KEY)
    requests = [call(bearer, "get_session", session_id=session_id) for bearer in (token, KEY)]
    with_token, with_key = await in_turn([(ours, request) for request in requests])
    what = f"get_session over HTTP, {CONNECTIONS} connections, with {kind} against a key"
    spent, spent_key = cpu_seconds_per_call(with_token), cpu_seconds_per_call(with_key)
    slow, slow_key = p99(with_token), p99(with_key)
    late = f"{slow * 1000:,.0f} ms against {slow_key * 1000:,.0f} ms"
    rates = f"{rate(with_token):,.0f} per second against {rate(with_key):,.0f}"
    return [
        at_most(
            f"{what}, processor time per call",
            cpu_ratio(with_token, with_key),
            1.1,
            "{:.2f} times",
            f"{spent * 1000:,.2f} ms against {spent_key * 1000:,.2f} ms",
        ),
        at_most(f"{what}, time per call", faster(with_key, with_token), 1.1, "{:.2f} times", rates),
        at_most(f"{what}, p99", slow / slow_key, 1.3, "{:.2f} times", late),
    ]


async def sign_ins() -> list[Row]:
    """Users who connect a new client, from its registration to its list of tools."""
    with sandbox_apart(match_seconds=0) as api, postgres() as address:
        rows = [await _sign_in_rate(api, "SQLite")]
        if address is None:
            rows.append(reported("Sign-ins a minute, PostgreSQL", MISSING))
        else:
            rows.append(await _sign_in_rate(api, "PostgreSQL", FJ_DATABASE_URL=address))
    return rows


async def _sign_in_rate(api: str, engine: str, **settings: str) -> Row:
    with signing_in(api, **settings) as ours:
        await many_sign_ins(ours.port, _FIRST_SIGN_INS)
        before, started = ours.cpu_seconds, perf_counter()
        times = await many_sign_ins(ours.port, _SIGN_INS)
        seconds = perf_counter() - started
        spent = (ours.cpu_seconds - before) / _SIGN_INS
    note = f"{median(times) * 1000:,.0f} ms each, {spent * 1000:,.0f} ms of processor time"
    what = f"Sign-ins a minute, {_AT_ONCE} at once, {engine}"
    return at_least(what, _SIGN_INS / seconds * 60, 100, "{:,.0f}", note)


async def many_sign_ins(port: int, number: int) -> list[float]:
    """The seconds of each of so many users, a few at once, each with a key of their own."""
    times: list[float] = []
    pending = iter(range(number))

    async def work() -> None:
        for _ in pending:
            started = perf_counter()
            await sign_in_once(port, f"{KEY}_{secrets.token_hex(8)}")
            times.append(perf_counter() - started)

    async with anyio.create_task_group() as tasks:
        for _ in range(_AT_ONCE):
            tasks.start_soon(work)
    return times


async def sign_in_once(port: int, key: str) -> str:
    """Connect a new client and list its tools, as its user does and as the client does.

    Returns: the client's token. Raises `AssertionError` if a step fails.
    """
    site = _behind_proxy(port)
    app = await site.app()
    async with Person(site, key) as person:
        token: str = (await person.connect(app))["access_token"]
    assert result_of(await site.message("tools/list", token))["tools"]
    return token


@contextmanager
def signing_in(api: str, *arguments: str, **settings: str) -> Iterator[Served]:
    """Our server, for users who sign in."""
    port = str(free_port())
    address = f"http://127.0.0.1:{port}"
    more = ("--port", port, "--public-url", address, *arguments)
    with our_server(api, *more, FJ_STATE_KEY=secrets.token_hex(32), **settings) as served:
        yield served


class _Proxied(httpx.AsyncHTTPTransport):
    """Names a user's address to the server, as a proxy in front of it does."""

    def __init__(self, address: str) -> None:
        super().__init__(verify=False)
        self._address = address

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["x-forwarded-for"] = self._address
        return await super().handle_async_request(request)


def _behind_proxy(port: int) -> Site:
    # Users are at different places; from one the server takes a few registrations a minute.
    address = f"198.51.100.{next(_numbers) % 256}"
    return Site(f"http://127.0.0.1:{port}", lambda: _Proxied(address))
