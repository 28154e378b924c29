"""Bad luck, and what looks like an attack: many users at once, clocks set back, busy clients."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from fj_mcp.storage.sign_in.store import MAX_TOKENS
from fj_mcp.transports.sign_in.access import CACHE_SECONDS
from fj_mcp.transports.sign_in.sealing import digest
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.ledgers import on_a_file, postgres_server, table_of
from tests.support.processes import Api
from tests.support.relay import HeldAnswer
from tests.support.sign_in import (
    App,
    Page,
    Person,
    ShiftedClock,
    Site,
    sent_back,
    site_here,
    works,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

DAY = 86_400.0


async def test_colleagues_who_sign_in_at_the_same_time_are_no_flood_of_wrong_keys(
    tmp_path: Path, api: Api
) -> None:
    """With one app, from the one address of their office, on two servers."""
    answers: list[int] = []

    async def sign_in(site: Site, app: App, number: int) -> None:
        async with Person(site, f"fjk_workshop_{number}") as person:
            answers.append((await person.answer(await person.open(app.link()))).status_code)

    async with site_here(tmp_path, on=api.address) as site:
        app = await site.app()
        async with site_here(tmp_path, on=api.address) as other, anyio.create_task_group() as tasks:
            api.fail("project_sessions", "delay_before", 0.5, times=24)
            for number in range(24):
                tasks.start_soon(sign_in, (site, other)[number % 2], app, number)
    api.mend()
    assert answers == [303] * 24


async def test_wrong_keys_that_are_entered_at_once_are_slowed_down(
    tmp_path: Path, api: Api
) -> None:
    answers: list[int] = []

    async def enter(page: Page, number: int) -> None:
        async with Person(site, "fjk_guesser") as person:
            person.http.cookies = guesser.http.cookies
            answers.append((await person.answer(page, key=f"fjk_guess{number}")).status_code)

    async with site_here(tmp_path, on=api.address) as site, Person(site, "fjk_wrong") as guesser:
        page = await guesser.open((await site.app()).link())
        asked = api.calls("project_sessions")
        api.fail("project_sessions", "status", 0, times=40, status=401)
        async with anyio.create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(enter, page, number)
        asked = api.calls("project_sessions") - asked
        api.mend()
    assert 5 <= answers.count(400) == asked < 10
    assert answers.count(429) == 40 - asked


async def test_a_clock_that_is_set_back_locks_nobody_out(tmp_path: Path, api: Api) -> None:
    clock = ShiftedClock()
    clock.ahead = DAY
    async with site_here(tmp_path, clock, on=api.address) as site:
        app = await site.app()
        async with Person(site, "fjk_set_back") as person:
            page = await person.open(app.link())
            api.fail("project_sessions", "status", 0, times=5, status=401)
            statuses = [(await person.answer(page)).status_code for _ in range(6)]
            assert statuses == [400] * 5 + [429]
            assert [(await site.register()).status_code for _ in range(20)] == [201] * 19 + [429]
            clock.ahead = 0.0
            # This server knows how much time has passed, and another one starts anew.
            assert int((await site.register()).headers["retry-after"]) <= 60
            waits = int((await person.answer(page)).headers["retry-after"])
            assert 0 < waits <= 600
            async with site_here(tmp_path, clock, on=api.address) as other:
                assert (await other.register()).status_code == 201
            async with (
                site_here(tmp_path, clock, on=api.address) as other,
                Person(other, "fjk_set_back") as again,
            ):
                assert sent_back(await again.answer(await again.open(app.link())))["code"]


async def test_a_clock_that_is_set_back_keeps_no_token_that_another_server_has_ended(
    tmp_path: Path,
) -> None:
    clock = ShiftedClock()
    async with site_here(tmp_path, clock) as site, Person(site, "fjk_person") as person:
        app = await site.app()
        token = (await person.connect(app))["access_token"]
        assert works(await site.call(token))
        clock.ahead = -DAY
        assert works(await site.call(token))
        async with site_here(tmp_path, clock) as other:
            await App(other, app.client_id).revoke(token)
        clock.ahead += CACHE_SECONDS + 1
        assert (await site.call(token)).status_code == 401


@on_a_file
async def test_a_client_that_uses_one_refresh_token_all_the_time_does_not_fill_the_database(
    tmp_path: Path,
) -> None:
    """As it may for ten seconds."""
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        app = await site.app()
        refresh = (await person.connect(app))["refresh_token"]
        again = (await app.refresh(refresh)).json()
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as database, database:
            for number in range(2 * MAX_TOKENS):
                database.execute(
                    "INSERT INTO tokens (digest, grant_id, kind, scopes, expires_at)"
                    " SELECT ? || kind, grant_id, kind, scopes, expires_at - ? FROM tokens"
                    " WHERE digest IN (?, ?)",
                    (
                        f"{number}-",
                        number / 100 + 1,
                        digest(again["access_token"]),
                        digest(again["refresh_token"]),
                    ),
                )
        last = (await app.refresh(refresh)).json()
        kinds = Counter(row["kind"] for row in table_of(tmp_path, "tokens", "digest"))
        assert kinds["access"] <= MAX_TOKENS + 1
        assert kinds["refresh"] <= MAX_TOKENS + 2
        for tokens in (again, last):
            assert works(await site.call(tokens["access_token"]))
            assert (await app.refresh(tokens["refresh_token"])).status_code == 200


async def test_what_is_disconnected_while_the_database_answers_slowly_stays_disconnected(
    tmp_path: Path,
) -> None:
    answers: list[int] = []

    async def call(site: Site, token: str) -> None:
        answers.append((await site.call(token)).status_code)

    with postgres_server() as postgres:
        async with HeldAnswer(postgres, b"FROM grants").open() as held:
            async with (
                site_here(tmp_path, database_url=postgres.address) as site,
                Person(site, "fjk_person") as person,
            ):
                app = await site.app()
                token = (await person.connect(app))["access_token"]
            async with site_here(tmp_path, database_url=held.address) as site:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(call, site, token)
                    await held.asked.wait()
                    assert (await App(site, app.client_id).revoke(token)).status_code == 200
                    held.release.set()
                # The first one came before the end.
                assert answers == [200]
                assert (await site.call(token)).status_code == 401


async def test_attempts_of_strangers_are_forgotten_although_nobody_signs_in(
    tmp_path: Path,
) -> None:
    clock = ShiftedClock()
    async with site_here(tmp_path, clock) as site:

        async def ask(number: int) -> None:
            made_up = App(site, "https://127.0.0.1/app.json").link()
            assert (await site.get(made_up, x_forwarded_for=f"203.0.113.{number}")).is_error

        for number in range(5):
            await ask(number)
        assert len(table_of(tmp_path, "attempts", "subject")) == 5
        clock.ahead += 3_601
        await ask(9)
        assert len(table_of(tmp_path, "attempts", "subject")) == 1


@on_a_file
async def test_what_is_disconnected_stays_so_when_the_file_was_deleted(tmp_path: Path) -> None:
    """Each server moves what it knows to the new file, the other one when it is next used."""
    async with (
        site_here(tmp_path) as site,
        site_here(tmp_path) as other,
        Person(site, "fjk_person") as person,
    ):
        app = await site.app()
        ended, kept = await person.connect(app), await person.connect(await site.app())
        assert works(await other.call(kept["access_token"]))
        for file in tmp_path.glob(f"{LEDGER_FILE}*"):
            file.unlink()
        assert works(await site.call(kept["access_token"]))
        await App(site, app.client_id).revoke(ended["access_token"])
        for one in (other, site):
            assert (await one.call(ended["access_token"])).status_code == 401
            refused = await App(one, app.client_id).refresh(ended["refresh_token"])
            assert refused.json()["error"] == "invalid_grant"
            assert works(await one.call(kept["access_token"]))
