"""The SDK's own OAuth client from the address alone to a search, on two servers in turn."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest
from mcp import Client
from mcp.client.auth import OAuthFlowError
from mcp.shared.exceptions import MCPError

from tests.support.assistant import ERAS
from tests.support.balancers import balancer
from tests.support.http_messages import call, searched
from tests.support.ledgers import PostgresServer, postgres_server
from tests.support.processes import Api, HttpServer, http_process
from tests.support.sdk_client import Remembered, SdkClient, known_client
from tests.support.sign_in import (
    ALL,
    READ,
    SPEND,
    STATE_KEY,
    Documents,
    Page,
    Person,
    Site,
    documents,
    sent_back,
    site_on,
)

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.anyio,
    pytest.mark.xdist_group("sign-in-processes"),
]

OPERATORS = (
    '[{"client_id": "ours", "client_secret": "operators secret", '
    '"redirect_uris": ["http://127.0.0.1/callback"]}]'
)


@dataclass
class Deployment:
    """Two server processes behind a balancer that alternates."""

    site: Site
    servers: list[HttpServer]
    described: Documents
    folder: Path


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as one:
        yield one


@pytest.fixture(scope="module")
def deployed(
    api: Api, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("deployed")
    with ExitStack() as stack:
        front = stack.enter_context(balancer())
        described = stack.enter_context(documents(folder))
        described.document["redirect_uris"] = ["http://127.0.0.1/callback"]
        shared = {
            "FJ_DATABASE_URL": postgres.address,
            "FJ_STATE_KEY": STATE_KEY,
            "FJ_CONFIRM_SPEND": "off",
            "FJ_LOG_LEVEL": "DEBUG",
            "FJ_OAUTH_CLIENTS": OPERATORS,
            "FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS": "1",
            "SSL_CERT_FILE": str(described.certificates),
        }
        servers = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            servers.append(
                stack.enter_context(
                    http_process(
                        folder / name, "--public-url", front.url, api=api, measured=False, **shared
                    )
                )
            )
        front.serve(*servers)
        yield Deployment(site_on(front.url), servers, described, folder)


@dataclass
class Assistant:
    """A client on the user's computer that knows only an address.

    Attributes:
        boxes: what the user changes on the page.
        pages: that the user has seen.
    """

    person: Person
    document: str | None = None
    stored: Remembered = field(default_factory=Remembered)
    boxes: dict[str, str] = field(default_factory=dict)
    issuer: str | None = None
    pages: list[Page] = field(default_factory=list)

    async def _browse(self, link: str) -> dict[str, str]:
        page = await self.person.open(link)
        assert page.status == 200, page.text
        self.pages.append(page)
        return sent_back(await self.person.answer(page, **self.boxes))

    def connected(self, era: str) -> AbstractAsyncContextManager[Client]:
        address = self.person.site.resource
        client = SdkClient(address, self._browse, self.document, self.stored, self.issuer)
        return client.connected(era)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("way", ["registered", "document", "operator"])
async def test_from_an_address_to_a_search_and_back_after_the_tokens_have_expired(
    deployed: Deployment, api: Api, era: str, way: str
) -> None:
    key = f"fjk_{way}_{era.replace('-', '')}"
    async with Person(deployed.site, key) as person:
        assistant = Assistant(person, deployed.described.url if way == "document" else None)
        if way == "operator":
            assistant.stored.info = known_client("ours", "operators secret")
        async with assistant.connected(era) as client:
            session_id = await searched(client)
            assert (await call(client, "list_profiles", session_id=session_id))["candidates"]
        assert api.charges(key) == [session_id]
        assert len(assistant.pages) == 1
        before = assistant.stored.tokens
        assert before is not None
        assert before.scope == ALL
        known = {"document": deployed.described.url, "operator": "ours"}.get(way)
        assert assistant.stored.info is not None
        assert known in (None, assistant.stored.info.client_id)
        # The client is started again, two hours later.
        assistant.stored.tokens = before.model_copy(update={"access_token": "", "expires_in": 0})
        async with assistant.connected(era) as client:
            assert (await call(client, "list_sessions"))["total"] == 1
        assert len(assistant.pages) == 1
        assert assistant.stored.tokens.refresh_token != before.refresh_token


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("way", ["registered", "document"])
async def test_a_client_asks_for_more_when_a_tool_needs_it(
    deployed: Deployment, api: Api, era: str, way: str
) -> None:
    key = f"fjk_more_{way}_{era.replace('-', '')}"
    async with Person(deployed.site, key) as person:
        document = deployed.described.url if way == "document" else None
        assistant = Assistant(person, document, boxes={"spend": "", "contacts": ""})
        async with assistant.connected(era) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            assert "list_profiles" in listed
            assert not listed & {"create_sourcing_session", "reveal_contacts"}
            assert assistant.stored.tokens is not None
            assert assistant.stored.tokens.scope == READ
            # The user still does not allow spending.
            with pytest.raises(MCPError, match="has not allowed"):
                await client.call_tool("create_sourcing_session", {"title": "x", "filters": {}})
            assert api.charges(key) == []
            assistant.boxes = {"spend": "yes"}
            await searched(client)
        assert [page.checked for page in assistant.pages] == [["spend", "contacts"], [], []]
        assert assistant.stored.tokens.scope == f"{READ} {SPEND}"
        assert assistant.stored.info is not None
        assert (assistant.stored.info.client_id == deployed.described.url) == (way == "document")
        assert api.charges(key)


async def test_the_client_refuses_an_answer_of_another_issuer(deployed: Deployment) -> None:
    async with Person(deployed.site, "fjk_mixed") as person:
        assistant = Assistant(person, issuer="https://evil.example")
        mismatch = pytest.RaisesExc(OAuthFlowError, match="iss mismatch")
        with pytest.RaisesGroup(mismatch, flatten_subgroups=True):
            async with assistant.connected("legacy"):
                pass
        assert assistant.stored.tokens is None


async def test_what_one_server_ends_the_other_ends_within_seconds(deployed: Deployment) -> None:
    site = deployed.site
    async with Person(site, "fjk_ended") as person:
        app = await site.app()
        tokens = await person.connect(app)
        for _ in deployed.servers:
            assert (await site.call(tokens["access_token"])).status_code == 200
        assert (await app.revoke(tokens["access_token"])).status_code == 200
        with anyio.fail_after(30):
            while (await site.call(tokens["access_token"])).status_code == 200:  # noqa: ASYNC110
                await anyio.sleep(0.5)


async def test_a_code_that_both_servers_get_at_once_is_good_once_at_most(
    deployed: Deployment,
) -> None:
    site = deployed.site
    async with Person(site, "fjk_race") as person:
        app = await site.app()
        code = (await person.allow(app))["code"]
        answers = await asyncio.gather(*(app.redeem(code) for _ in range(8)))
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) <= 1
    assert {answer.status_code for answer in answers} <= {200, 400}
    for tokens in given:
        assert (await app.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_refresh_token_that_both_servers_get_at_once_works_for_both(
    deployed: Deployment,
) -> None:
    site = deployed.site
    async with Person(site, "fjk_races") as person:
        app = await site.app()
        tokens = await person.connect(app)
        answers = await asyncio.gather(*(app.refresh(tokens["refresh_token"]) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        assert (await site.call(answer.json()["access_token"])).status_code == 200


async def test_wrong_keys_are_counted_over_all_servers(deployed: Deployment, api: Api) -> None:
    async with Person(deployed.site, "fjk_counted") as person:
        page = await person.open((await deployed.site.app()).link())
        api.fail("project_sessions", "status", 0, times=5, status=401)
        statuses = [(await person.answer(page)).status_code for _ in range(6)]
    assert statuses == [400] * 5 + [429]


async def test_without_the_database_nobody_signs_in_and_keys_still_work(
    deployed: Deployment, postgres: PostgresServer
) -> None:
    site = deployed.site
    async with Person(site, "fjk_down") as person:
        app = await site.app()
        page = await person.open(app.link())
        tokens = await person.connect(app)
        postgres.stop()
        try:
            for answer in (
                await app.refresh(tokens["refresh_token"]),
                await site.register(),
                await app.revoke(tokens["access_token"]),
            ):
                assert answer.status_code == 503
                assert answer.json()["error"] == "temporarily_unavailable"
                assert "postgresql" not in answer.text
            for shown in (Page(await person.answer(page)), await person.open(app.link())):
                assert shown.status == 503
                assert "Nothing was changed; try again in a minute." in shown.text
            assert (await site.call(tokens["access_token"])).status_code == 503
            # Made-up tokens need no database query.
            altered = tokens["access_token"][:-1] + "x"
            for made_up in ("fjmt_", "fjmt_unknown", altered):
                assert (await site.call(made_up)).status_code == 401
            async with site.http() as http:
                body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
                answer = await http.post("/mcp", json=body, headers={"x-fj-api-key": "fjk_down"})
                assert answer.status_code == 200
        finally:
            postgres.start()
        assert (await app.refresh(tokens["refresh_token"])).status_code == 200
