"""Signing in while something breaks: killed servers, full disks, databases that cannot be written.

Each failure is one plain sentence, and no traceback and no token is in any log.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.balancers import Balancer, balancer
from tests.support.conditions import eventually
from tests.support.ledgers import (
    PostgresServer,
    full,
    on_a_file,
    postgres_server,
    read_only,
    small_disk,
    table_of,
)
from tests.support.processes import Api, HttpServer, http_process
from tests.support.relay import Relay
from tests.support.sign_in import STATE_KEY, App, Page, Person, Site, site_here, site_on, works

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.anyio,
    pytest.mark.xdist_group("sign-in-crashes"),
    on_a_file,
]

SECRETS = re.compile(r"fjm[trc]_[\w-]+|fjk_\w+|postgresql://\S*:\S*@")


class Deployment:
    """A server that is killed and started again at one public address."""

    def __init__(self, api: Api, folder: Path, front: Balancer, **settings: str) -> None:
        self.site = site_on(front.url)
        self.folder = folder
        self._api = api
        self._front = front
        self._settings = {"FJ_STATE_KEY": STATE_KEY, "FJ_LOG_LEVEL": "DEBUG"} | settings

    @contextmanager
    def running(self) -> Iterator[HttpServer]:
        """The server; its log is checked after it has ended."""
        public = ("--public-url", self._front.url)
        with http_process(
            self.folder, *public, api=self._api, measured=False, **self._settings
        ) as server:
            self._front.serve(server)
            yield server
        log = server.log()
        assert "Traceback" not in log, log
        assert not SECRETS.search(log), log


@pytest.fixture
def deployment(api: Api, tmp_path: Path) -> Iterator[Deployment]:
    with balancer() as front:
        yield Deployment(api, tmp_path, front)


def assert_busy(answer: httpx.Response) -> None:
    """An app is asked to try again."""
    assert answer.status_code == 503, answer.text
    assert answer.json() == {
        "error": "temporarily_unavailable",
        "error_description": "the database cannot be used: try again in a minute",
    }
    assert answer.headers["retry-after"] == "60"


class Visit:
    """A user who is connected, and one who is about to be, before something breaks."""

    def __init__(self, site: Site, person: Person, app: App) -> None:
        self.site = site
        self.person = person
        self.app = app
        self.tokens: dict[str, Any] = {}
        self.code = ""
        self.page: Page

    async def begin(self) -> None:
        """Sign in, ask for one more code, and open the page again."""
        self.tokens = await self.person.connect(self.app)
        self.code = (await self.person.allow(self.app))["code"]
        self.page = await self.person.open(self.app.link())
        assert self.page.status == 200

    async def assert_explained(self) -> None:
        """Each step that writes says that the database cannot be used."""
        assert_busy(await self.site.register())
        assert_busy(await self.app.redeem(self.code))
        assert_busy(await self.app.refresh(self.tokens["refresh_token"]))
        assert_busy(await self.app.revoke(self.tokens["access_token"]))
        shown = Page(await self.person.answer(self.page))
        assert shown.status == 503
        assert "Nothing was changed; try again in a minute." in shown.text

    async def assert_well(self) -> None:
        """What was connected before still is, and nobody has to start again."""
        assert works(await self.site.call(self.tokens["access_token"], "list_sessions"))
        assert (await self.app.redeem(self.code)).status_code == 200
        refreshed = await self.app.refresh(self.tokens["refresh_token"])
        assert refreshed.status_code == 200
        assert (await self.person.answer(self.page)).status_code == 303
        assert (await self.app.revoke(refreshed.json()["access_token"])).status_code == 200


@asynccontextmanager
async def visit(deployment: Deployment) -> AsyncIterator[Visit]:
    site = deployment.site
    async with Person(site, "fjk_crashes") as person:
        one = Visit(site, person, await site.app())
        await one.begin()
        yield one


# The database


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as one:
        yield one


async def test_a_full_disk_is_explained_and_costs_nobody_the_connection(api: Api) -> None:
    with small_disk(megabytes=1) as disk, balancer() as front:
        deployment = Deployment(api, disk, front)
        with deployment.running():
            async with visit(deployment) as one:
                with full(disk):
                    await one.assert_explained()
                    assert works(await one.site.call(one.tokens["access_token"], "list_sessions"))
                await one.assert_well()


async def test_a_file_that_only_reads_is_explained_and_costs_nobody_the_connection(
    deployment: Deployment,
) -> None:
    with deployment.running():
        async with visit(deployment) as one:
            pass
    async with Person(deployment.site, one.person.key) as person:
        person.http.cookies = one.person.http.cookies
        one.person = person
        with read_only(deployment.folder / LEDGER_FILE), deployment.running():
            await one.assert_explained()
            assert works(await one.site.call(one.tokens["access_token"], "list_sessions"))
        with deployment.running():
            await one.assert_well()


async def test_a_full_disk_of_postgresql_is_explained_and_costs_nobody_the_connection(
    api: Api, tmp_path: Path
) -> None:
    with small_disk(megabytes=8) as disk, postgres_server() as postgres, balancer() as front:
        postgres.use_disk(disk)
        deployment = Deployment(api, tmp_path, front, FJ_DATABASE_URL=postgres.address)
        with deployment.running():
            async with visit(deployment) as one:
                with full(disk):
                    assert_busy(await without_room(one.site))
                    assert works(await one.site.call(one.tokens["access_token"], "list_sessions"))
                await one.assert_well()


async def without_room(site: Site) -> httpx.Response:
    """The answer to a registration for which there is no room, not even in existing pages."""
    for _ in range(19):
        # Repeated text takes little room.
        addresses = [f"https://app.example.com/{secrets.token_hex(700)}" for _ in range(8)]
        answer = await site.register(redirect_uris=addresses)
        if answer.status_code != 201:
            break
    return answer


async def test_a_postgresql_that_only_reads_is_explained_and_costs_nobody_the_connection(
    api: Api, tmp_path: Path
) -> None:
    with postgres_server() as postgres, balancer() as front:
        deployment = Deployment(api, tmp_path, front, FJ_DATABASE_URL=postgres.address)
        with deployment.running():
            async with visit(deployment) as one:
                only_read(postgres, "on")
                await one.assert_explained()
                assert works(await one.site.call(one.tokens["access_token"], "list_sessions"))
                only_read(postgres, "off")
                await one.assert_well()


def only_read(postgres: PostgresServer, on: str) -> None:
    with postgres.admin() as admin:
        admin.execute("SET default_transaction_read_only = off")
        admin.execute(f"ALTER DATABASE postgres SET default_transaction_read_only = {on}")
        if on == "on":
            admin.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE application_name = 'fj-mcp'"
            )


async def test_a_server_that_starts_without_its_postgresql_serves_once_that_is_there(
    api: Api, tmp_path: Path
) -> None:
    secret_address = "postgresql://tester:hunter2@"
    with postgres_server() as postgres, balancer() as front:
        address = postgres.address.replace("postgresql://tester@", secret_address)
        deployment = Deployment(api, tmp_path, front, FJ_DATABASE_URL=address)
        site = deployment.site
        postgres.stop()
        with deployment.running():
            assert (await site.get("/.well-known/oauth-authorization-server")).status_code == 200
            assert (await site.message("tools/list")).status_code == 401
            assert (await site.register()).status_code == 503
            async with Person(site, "fjk_early") as person:
                assert (await person.http.get("/readyz")).status_code == 503
                person.http.cookies.set("fj-sign-in", "c" * 43)
                shown = await person.open(f"{site.url}/connections")
                assert shown.status == 503
                assert "The server cannot reach its database." in shown.text
                postgres.start()
                tokens = await person.connect(await site.app())
                assert works(await site.call(tokens["access_token"]))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO clients",
        "INSERT INTO browsers",
        "INSERT INTO grants",
        "UPDATE tokens",
        "DELETE FROM grants",
    ],
)
async def test_a_connection_to_postgresql_that_is_lost_at_a_commit_is_not_noticed(
    postgres: PostgresServer, tmp_path: Path, statement: str, when: str
) -> None:
    async with (
        Relay(postgres, 1, when, of=statement.encode()).open() as relay,
        site_here(tmp_path, database_url=relay.address) as site,
        Person(site, "fjk_relay") as person,
    ):
        app = await site.app()
        tokens = await person.connect(app)
        tokens = (await app.refresh(tokens["refresh_token"])).json()
        assert works(await site.call(tokens["access_token"], "list_sessions"))
        assert (await app.revoke(tokens["access_token"])).status_code == 200
        gone = await app.refresh(tokens["refresh_token"])
        assert gone.json()["error"] == "invalid_grant"
        assert relay.keep()


# The process


async def test_a_code_whose_answer_a_crash_has_lost_costs_another_sign_in_at_most(
    deployment: Deployment,
) -> None:
    site = deployment.site
    async with Person(site, "fjk_lost_code") as person:
        with deployment.running() as server:
            app = await site.app()
            code = (await person.allow(app))["code"]
            await killed_in(server, deployment, app.redeem(code))
        with deployment.running():
            retried = await app.redeem(code)
            assert retried.status_code == 400
            assert retried.json()["error"] == "invalid_grant"
            # Nobody has the tokens that were lost with the answer.
            assert table_of(deployment.folder, "tokens", "digest") == []
            shown = await person.open(f"{site.url}/connections")
            assert "No apps are connected" in shown.text
            # The browser is still signed in, so that the user only allows it again.
            assert "key" not in (await person.open(app.link())).fields
            tokens = await person.connect(app)
            assert works(await site.call(tokens["access_token"], "list_sessions"))


async def test_a_refresh_whose_answer_a_crash_has_lost_is_made_again(
    deployment: Deployment,
) -> None:
    site = deployment.site
    async with Person(site, "fjk_lost_refresh") as person:
        with deployment.running() as server:
            app = await site.app()
            tokens = await person.connect(app)
            await killed_in(server, deployment, app.refresh(tokens["refresh_token"]))
        with deployment.running():
            again = await app.refresh(tokens["refresh_token"])
            assert again.status_code == 200
            assert works(await site.call(again.json()["access_token"], "list_sessions"))


async def killed_in(server: HttpServer, deployment: Deployment, exchange: Any) -> None:
    """Kill a server as soon as the exchange of a code or a refresh token is recorded."""
    before = used_tokens(deployment)
    answer = asyncio.create_task(exchange)
    await eventually(lambda: used_tokens(deployment) > before, pause_seconds=0)
    server.process.kill()
    with suppress(httpx.HTTPError):
        await answer


def used_tokens(deployment: Deployment) -> int:
    rows = table_of(deployment.folder, "tokens", "digest")
    return sum(row["used_at"] is not None for row in rows)


async def test_a_server_that_is_killed_at_any_moment_keeps_what_it_has_promised(
    deployment: Deployment,
) -> None:
    """What a client got works after the crash; what it did not get costs at most one sign-in."""
    site = deployment.site
    for milliseconds in (0, 10, 30, 60):
        key = f"fjk_killed{milliseconds}"
        async with Person(site, key) as person:
            with deployment.running() as server:
                app = await site.app()
                connecting = asyncio.create_task(person.connect(app))
                await eventually(lambda: person.http.cookies or None, pause_seconds=0)
                # The moment of the crash is what is tried.
                await anyio.sleep(milliseconds / 1_000)
                server.process.kill()
                (done,), _ = await asyncio.wait([connecting])
            got = None if done.exception() else done.result()
            with deployment.running():
                if got is None:
                    got = await person.connect(app)
                assert works(await site.call(got["access_token"], "list_sessions"))
                assert (await app.refresh(got["refresh_token"])).status_code == 200


async def test_a_server_that_is_told_to_end_lets_a_user_finish(
    deployment: Deployment, api: Api
) -> None:
    site = deployment.site
    async with Person(site, "fjk_patient") as person:
        with deployment.running() as server:
            app = await site.app()
            page = await person.open(app.link())
            asked = api.calls("project_sessions")
            api.fail("project_sessions", "delay_before", 2)
            answering = asyncio.create_task(person.answer(page))
            await eventually(lambda: api.calls("project_sessions") > asked)
            await asyncio.to_thread(server.end)
            assert (await answering).status_code == 303
            assert server.process.wait() == 0


async def test_a_server_that_is_told_to_end_does_not_wait_for_futurejobs(
    deployment: Deployment, api: Api
) -> None:
    site = deployment.site
    async with Person(site, "fjk_impatient") as person:
        with deployment.running() as server:
            app = await site.app()
            page = await person.open(app.link())
            asked = api.calls("project_sessions")
            # Longer than anyone waits for a process that ends.
            api.fail("project_sessions", "delay_before", 40)
            answering = asyncio.create_task(person.answer(page))
            await eventually(lambda: api.calls("project_sessions") > asked)
            await asyncio.to_thread(server.end)
            assert server.process.wait() == 0
            shown = Page(await answering)
            assert shown.status == 503
            assert "The server did not finish in time: try again." in shown.text
        api.mend()
        with deployment.running():
            # The page still works.
            assert (await person.answer(page)).status_code == 303


async def test_calls_are_served_while_strangers_ask_for_everything_at_once(
    deployment: Deployment,
) -> None:
    site = deployment.site
    async with Person(site, "fjk_calm") as person:
        with deployment.running() as server:
            token = (await person.connect(await site.app()))["access_token"]
            host = urlsplit(site.url).netloc
            paths = ("/authorize?client_id=x", "/connections", "/sign-in?request=x", "/nothing")
            asked = [f"GET {path} HTTP/1.1\r\nHost: {host}\r\n" for path in paths]
            form = "grant_type=refresh_token&refresh_token=fjmr_unknown&client_id=x"
            kind = "Content-Type: application/x-www-form-urlencoded"
            asked.append(
                f"POST /token HTTP/1.1\r\nHost: {host}\r\n{kind}\r\nContent-Length: {len(form)}\r\n"
            )

            async def stranger(number: int) -> bytes:
                head = asked[number % len(asked)]
                body = form if head.startswith("POST") else ""
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(f"{head}Connection: close\r\n\r\n{body}".encode())
                answer = await reader.read()
                writer.close()
                return answer.split()[1]

            strangers = [asyncio.create_task(stranger(number)) for number in range(1_000)]
            for _ in range(3):
                with anyio.fail_after(30):
                    assert works(await site.call(token, "list_sessions"))
            answers = await asyncio.gather(*strangers)
    # Some find no room, but none is lost.
    assert {*answers} <= {b"200", b"400", b"401", b"503"}
    assert answers.count(b"200") + answers.count(b"400") + answers.count(b"401") > 200
