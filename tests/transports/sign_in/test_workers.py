"""Signing in at a server with several workers, each of which may get the next request."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle

import pytest

from fj_mcp.transports.sign_in.access import CACHE_SECONDS
from tests.support.balancers import balancer
from tests.support.conditions import until
from tests.support.http_messages import SEARCH
from tests.support.moved_clocks import MovedClock
from tests.support.processes import Api, http_process, workers_of
from tests.support.sign_in import (
    STATE_KEY,
    Person,
    Site,
    at_once,
    result_of,
    sent_back,
    site_on,
    works,
)

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.anyio,
    pytest.mark.xdist_group("sign-in-workers"),
]


@dataclass
class Workers:
    """A server with two workers that share one SQLite file."""

    site: Site
    clock: MovedClock
    pids: list[int]

    @contextmanager
    def only(self, number: int) -> Iterator[None]:
        """Make one of them get all requests."""
        other = self.pids[1 - number]
        os.kill(other, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(other, signal.SIGCONT)


@pytest.fixture(scope="module")
def workers(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    folder = tmp_path_factory.mktemp("workers")
    with ExitStack() as stack:
        front = stack.enter_context(balancer())
        clock = MovedClock(folder)
        own = clock.variables | {"FJ_STATE_KEY": STATE_KEY, "FJ_CONFIRM_SPEND": "off"}
        options = ("--public-url", front.url, "--workers", "2")
        server = stack.enter_context(http_process(folder, *options, api=api, measured=False, **own))
        front.serve(server)
        until(lambda: len(workers_of(server)) == 2)
        yield Workers(site_on(front.url), clock, workers_of(server))


async def test_each_step_of_signing_in_may_meet_the_other_worker(
    workers: Workers, api: Api, key: str
) -> None:
    site = workers.site
    for first in (0, 1):
        turns = cycle((first, 1 - first))
        async with Person(site, f"{key}_{first}") as person:
            with workers.only(next(turns)):
                app = await site.app()
            with workers.only(next(turns)):
                page = await person.open(app.link())
            with workers.only(next(turns)):
                back = sent_back(await person.answer(page))
            with workers.only(next(turns)):
                tokens = (await app.redeem(back["code"])).json()
            token = tokens["access_token"]
            with workers.only(next(turns)):
                made = result_of(await site.call(token, "create_sourcing_session", **SEARCH))
            with workers.only(next(turns)):
                of_session = {"session_id": made["structuredContent"]["session_id"]}
                assert works(await site.call(token, "list_profiles", **of_session))
            with workers.only(next(turns)):
                fresh = (await app.refresh(tokens["refresh_token"])).json()
            with workers.only(next(turns)):
                assert works(await site.call(fresh["access_token"], "get_session", **of_session))
            with workers.only(next(turns)):
                shown = await person.open(f"{site.url}/connections")
            with workers.only(next(turns)):
                await person.submit(shown, "/connections", answer="disconnect")
            with workers.only(next(turns)):
                gone = await app.refresh(fresh["refresh_token"])
            assert gone.json()["error"] == "invalid_grant"
            assert api.charges(person.key) == [of_session["session_id"]]


async def test_what_one_worker_ends_the_other_serves_for_ten_seconds_at_most(
    workers: Workers, key: str
) -> None:
    site = workers.site
    async with Person(site, key) as person:
        app = await site.app()
        token = (await person.connect(app))["access_token"]
    for number in (0, 1):
        with workers.only(number):
            assert works(await site.call(token))
    with workers.only(0):
        await app.revoke(token)
        assert (await site.call(token)).status_code == 401
    workers.clock.forward(int(CACHE_SECONDS) + 1)
    with workers.only(1):
        assert (await site.call(token)).status_code == 401


async def test_wrong_keys_are_counted_by_all_workers_together(workers: Workers, api: Api) -> None:
    site = workers.site
    async with Person(site, "fjk_guessed") as person:
        page = await person.open((await site.app()).link())
        api.fail("project_sessions", "status", 0, times=5, status=401)
        statuses = []
        for number in (0, 1, 0, 1, 0, 1):
            with workers.only(number):
                statuses.append((await person.answer(page)).status_code)
    assert statuses == [400] * 5 + [429]
    workers.clock.forward(601)
    async with Person(site, "fjk_guessed") as person:
        assert (await person.allow(await site.app()))["code"]


async def test_a_code_that_both_workers_get_at_once_is_good_once_at_most(
    workers: Workers, key: str
) -> None:
    site = workers.site
    async with Person(site, key) as person:
        app = await site.app()
        code = (await person.allow(app))["code"]
        answers = await at_once([partial(app.redeem, code)] * 8)
    assert sum(answer.status_code == 200 for answer in answers) <= 1
    assert {answer.status_code for answer in answers} <= {200, 400}


async def test_many_people_sign_in_at_the_same_time(workers: Workers, api: Api, key: str) -> None:
    site = workers.site

    async def sign_in(number: int) -> None:
        async with Person(site, f"{key}_{number}") as person:
            # They are colleagues in one office, whose registrations are limited together.
            app = await site.app(client_name=f"App {number}")
            tokens = await person.connect(app)
            fresh = (await app.refresh(tokens["refresh_token"])).json()
            made = result_of(
                await site.call(fresh["access_token"], "create_sourcing_session", **SEARCH)
            )
            assert api.charges(person.key) == [made["structuredContent"]["session_id"]]

    async with asyncio.TaskGroup() as tasks:
        for number in range(10):
            tasks.create_task(sign_in(number))
