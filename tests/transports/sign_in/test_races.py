"""The same code or token used on two servers at the same moment, on either kind of database."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import anyio
import httpx
import pytest

from tests.support.balancers import balancer
from tests.support.ledgers import postgres_server
from tests.support.processes import Api, http_process
from tests.support.sign_in import STATE_KEY, Person, Site, at_once, site_on, works

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.anyio,
    pytest.mark.xdist_group("sign-in-processes"),
]

AT_ONCE = 8


@pytest.fixture(scope="module", params=["a file", "postgres"])
def site(
    request: pytest.FixtureRequest, api: Api, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Two server processes on one database, behind a balancer that alternates."""
    folder = tmp_path_factory.mktemp("races")
    settings = {"FJ_STATE_KEY": STATE_KEY, "FJ_CONFIRM_SPEND": "off", "FJ_STATE_DIR": str(folder)}
    with ExitStack() as stack:
        if request.param == "postgres":
            settings["FJ_DATABASE_URL"] = stack.enter_context(postgres_server()).address
        front = stack.enter_context(balancer())
        servers = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            process = http_process(
                folder / name, "--public-url", front.url, api=api, measured=False, **settings
            )
            servers.append(stack.enter_context(process))
        front.serve(*servers)
        yield site_on(front.url)


@pytest.mark.parametrize("time", range(5))
async def test_a_code_used_on_two_servers_at_once_leaves_nobody_with_tokens(
    site: Site, time: int
) -> None:
    async with Person(site, f"fjk_code_{time}") as person:
        app = await site.app()
        code = (await person.allow(app))["code"]
        answers = await at_once([partial(app.redeem, code)] * AT_ONCE)
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) <= 1
    assert {answer.status_code for answer in answers} <= {200, 400}
    for tokens in given:
        refused = await app.refresh(tokens["refresh_token"])
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("time", range(3))
async def test_a_client_that_refreshes_on_two_servers_at_once_goes_on(
    site: Site, time: int
) -> None:
    async with Person(site, f"fjk_refresh_{time}") as person:
        app = await site.app()
        first = (await person.connect(app))["refresh_token"]
        answers = await at_once([partial(app.refresh, first)] * AT_ONCE)
        assert [answer.status_code for answer in answers] == [200] * AT_ONCE
        for answer in answers:
            assert works(await site.call(answer.json()["access_token"]))


async def test_what_is_disconnected_during_a_refresh_stays_disconnected(site: Site) -> None:
    async with Person(site, "fjk_end") as person:
        app = await site.app()
        tokens = await person.connect(app)
        answers: list[httpx.Response] = []

        async def refresh() -> None:
            answers.append(await app.refresh(tokens["refresh_token"]))

        async with anyio.create_task_group() as tasks:
            for number in range(AT_ONCE):
                tasks.start_soon(refresh)
                if number == AT_ONCE // 2:
                    tasks.start_soon(app.revoke, tokens["refresh_token"])
        for answer in answers:
            if answer.status_code == 200:
                again = await app.refresh(answer.json()["refresh_token"])
                assert again.json()["error"] == "invalid_grant"
