"""Many requests at once, or more than there is room for, and clocks that differ."""

import gzip
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from fj_mcp.clock import Clock
from fj_mcp.storage.sign_in.store import MAX_CLIENTS, MAX_TOKENS
from fj_mcp.transports.http.signed_in import MAX_AT_ONCE
from fj_mcp.transports.http.tenants import MAX_UNPROVEN_KEYS
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.ledgers import on_a_file, table_of
from tests.support.processes import Api
from tests.support.sign_in import (
    CALLBACK,
    App,
    Person,
    Site,
    at_once,
    documents,
    sent_back,
    site_here,
    works,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]


async def registers(site: Site, *forwarded: str) -> int:
    """The status of a registration through proxies, each header on its own line."""
    lines = [("x-forwarded-for", value) for value in forwarded]
    async with site.http() as http:
        answer = await http.post("/register", json={"redirect_uris": [CALLBACK]}, headers=lines)
    return answer.status_code


@pytest.mark.parametrize(
    "forwarded",
    [
        # What the client has sent is above or before what the proxy says.
        ("198.51.100.{n}", "203.0.113.7"),
        ("198.51.100.{n}, 203.0.113.7",),
        ("198.51.100.{n}", "198.51.100.{n}, 203.0.113.7"),
        ("203.0.113.7:4{n:03}",),
        ("::ffff:203.0.113.7",),
        ("[2001:db8::{n:x}]:4{n:03}",),
        ("2001:db8:0:0:{n:x}::1",),
    ],
)
async def test_one_machine_is_one_address_however_it_is_named(
    site: Site, forwarded: tuple[str, ...]
) -> None:
    statuses = [
        await registers(site, *(line.format(n=number) for line in forwarded))
        for number in range(21)
    ]
    assert statuses == [201] * 20 + [429]
    assert await registers(site, "192.0.2.1:80") == 201


async def test_the_client_is_the_one_that_the_outermost_trusted_proxy_names(tmp_path: Path) -> None:
    async with site_here(tmp_path, trusted_proxies="127.0.0.0/8, 192.0.2.0/24") as site:
        statuses = [
            await registers(site, f"198.51.100.{number}, 203.0.113.7", "192.0.2.1")
            for number in range(21)
        ]
        assert statuses == [201] * 20 + [429]
        assert await registers(site, "203.0.113.8, 192.0.2.1") == 201
    async with site_here(tmp_path / "untrusted", trusted_proxies="192.0.2.0/24") as site:
        statuses = [await registers(site, f"203.0.113.{number}") for number in range(21)]
        assert statuses == [201] * 20 + [429]


async def test_a_flood_that_is_refused_does_not_reach_the_database(
    site: Site, tmp_path: Path
) -> None:
    statuses = [await registers(site, "203.0.113.7") for _ in range(60)]
    assert statuses == [201] * 20 + [429] * 40
    counted = [row["count"] for row in table_of(tmp_path, "attempts", "count")]
    assert max(counted) == 21


@asynccontextmanager
async def unfinished(
    site: Site, path: str, start: bytes, headers: Sequence[dict[str, str]]
) -> AsyncIterator[None]:
    """Requests whose bodies have begun and go on until the end, one for each of some headers."""
    begun, end = anyio.Semaphore(0), anyio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield start
        begun.release()
        await end.wait()

    async def send(own: dict[str, str]) -> None:
        async with site.http() as http:
            await http.post(path, content=body(), headers=own)

    async with anyio.create_task_group() as tasks:
        for own in headers:
            tasks.start_soon(send, own)
        with anyio.fail_after(10):
            for _ in headers:
                await begun.acquire()
        yield
        end.set()


async def test_bodies_that_never_end_keep_nobody_from_signing_in(site: Site) -> None:
    app = await site.app()
    async with (
        unfinished(site, "/token", b"grant_type=", [{}] * MAX_AT_ONCE),
        Person(site, "fjk_person") as person,
    ):
        assert (await person.connect(app))["access_token"]


async def test_keys_that_futurejobs_could_not_check_do_not_count_as_wrong(
    tmp_path: Path, api: Api
) -> None:
    async with site_here(tmp_path, on=api.address) as site, Person(site, "fjk_outage") as person:
        page = await person.open((await site.app()).link())
        for _ in range(7):
            api.fail("project_sessions", "status", 0, times=3, status=500)
            assert (await person.answer(page)).status_code == 503
        api.mend()
        assert sent_back(await person.answer(page))["code"]


async def test_slow_requests_with_made_up_keys_take_no_places_of_users(tmp_path: Path) -> None:
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        tokens = await person.connect(await site.app())
    # The next process has not seen a response to their keys yet.
    made_up = [
        {"x-fj-api-key": f"fjk_made_up_{number}", "content-type": "application/json"}
        for number in range(MAX_UNPROVEN_KEYS)
    ]
    async with site_here(tmp_path) as site, unfinished(site, "/mcp", b"{", made_up):
        assert works(await site.call(tokens["access_token"]))
        async with Person(site, "fjk_newcomer") as newcomer:
            assert (await newcomer.connect(await site.app()))["access_token"]
        assert works(await site.call("fjk_by_header"))


@on_a_file
async def test_a_client_that_refreshes_all_the_time_does_not_fill_the_database(
    tmp_path: Path,
) -> None:
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        app = await site.app()
        refresh = (await person.connect(app))["refresh_token"]
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as database, database:
            for number in range(3 * MAX_TOKENS):
                database.execute(
                    "INSERT INTO tokens (digest, grant_id, kind, scopes, expires_at, used_at)"
                    " SELECT ?, grant_id, kind, scopes, expires_at, ? FROM tokens"
                    " WHERE kind = 'refresh' AND used_at IS NULL",
                    (f"used-{number}", float(number)),
                )
        again = (await app.refresh(refresh)).json()
        assert (await app.refresh(again["refresh_token"])).status_code == 200
        # The last ones are remembered, and end the grant if they are used again.
        found = table_of(tmp_path, "tokens", "used_at")
        names = [row["digest"] for row in found if row["kind"] == "refresh" and row["used_at"]]
        assert len(names) == MAX_TOKENS
        assert f"used-{3 * MAX_TOKENS - 1}" in names
        assert works(await site.call(again["access_token"]))


async def test_names_that_nobody_answers_for_keep_no_call_from_futurejobs(
    tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An app's id may have such a name, and a name server can keep clients waiting."""
    answered, asked = threading.Event(), threading.Semaphore(0)
    look_up = socket.getaddrinfo

    def slowly(host: str | bytes, *more: Any, **options: Any) -> Any:
        if "evil.example" in str(host):
            asked.release()
            answered.wait(30)
            raise socket.gaierror
        return look_up(host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    on = api.address.replace("127.0.0.1", "localhost")
    async with site_here(tmp_path, on=on) as site, Person(site, "fjk_names") as person:
        tokens = await person.connect(await site.app())
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                made_up = App(site, f"https://{number}.evil.example/app.json")
                tasks.start_soon(site.get, made_up.link())
            for _ in range(5):
                await anyio.to_thread.run_sync(asked.acquire)
            async with Person(site, "fjk_others") as other:
                with anyio.fail_after(4):
                    assert (await other.connect(await site.app()))["access_token"]
                    assert works(await site.call(tokens["access_token"], "list_sessions"))
            answered.set()


@on_a_file
@pytest.mark.parametrize(
    ("used", "unused", "kept"),
    [
        # As many as there can be, each allowed once.
        (MAX_CLIENTS, 0, {"fresh", "used-0"}),
        (MAX_CLIENTS - 5_000, 5_000, {"fresh", "used-0", f"used-{MAX_CLIENTS - 5_001}"}),
        (0, MAX_CLIENTS, {"fresh", "unused-0"}),
    ],
)
async def test_there_is_always_room_for_another_registration(
    tmp_path: Path, used: int, unused: int, kept: set[str]
) -> None:
    """The one that was in use most recently, `used-0`, is kept, and the newest unused one."""
    async with site_here(tmp_path) as site:
        await site.app()
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as database, database:
            (now,) = database.execute("SELECT created_at FROM clients").fetchone()
            database.execute("DELETE FROM clients")
            rows = [(f"used-{n}", now - n, now - n) for n in range(used)]
            rows += [(f"unused-{n}", now - n / 100, None) for n in range(unused)]
            database.executemany("INSERT INTO clients VALUES (?, '{}', NULL, ?, ?)", rows)
        fresh = await site.app()
        again = await site.app()
    names = {row["client_id"] for row in table_of(tmp_path, "clients", "client_id")}
    assert len(names) == MAX_CLIENTS
    assert again.client_id in names
    assert kept <= {"fresh" if name == fresh.client_id else name for name in names}


class BackwardClock(Clock):
    """A clock that goes back every time, as if it were always another machine's."""

    behind = 0.0

    def now(self) -> float:
        """Unix seconds."""
        self.behind += 0.05
        return super().now() - self.behind


async def test_clocks_that_differ_let_no_code_be_used_twice(tmp_path: Path) -> None:
    async with site_here(tmp_path, BackwardClock()) as site, Person(site, "fjk_person") as person:
        app = await site.app()
        code = (await person.allow(app))["code"]
        answers = await at_once([partial(app.redeem, code)] * 8)
        given = [answer.json() for answer in answers if answer.status_code == 200]
        assert len(given) <= 1
        for tokens in given:
            assert (await site.call(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"content-encoding": "gzip"}, gzip.compress(b" " * 50_000_000)),
        ({"x-filler": "x" * 300_000}, None),
        ({f"x-filler-{number}": "x" * 1_000 for number in range(500)}, None),
        ({"transfer-encoding": "chunked"}, b"ffffffff\r\n"),
        ({"location": "https://localhost/x", "refresh": "0; url=https://localhost/x"}, b"{}"),
    ],
    ids=["a bomb", "a long header", "many headers", "a chunk without end", "another place"],
)
async def test_a_document_takes_neither_memory_nor_time(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    content: bytes | None,
) -> None:
    with documents(tmp_path, headers=headers) as described:
        described.document = content or described.document
        monkeypatch.setenv("SSL_CERT_FILE", str(described.certificates))
        async with (
            site_here(tmp_path, oauth_allow_loopback_clients=True) as site,
            Person(site, "fjk_person") as person,
        ):
            with anyio.fail_after(10):
                page = await person.open(described.app(site).link())
        assert page.status == 400
        assert len(described.asked) == 1
