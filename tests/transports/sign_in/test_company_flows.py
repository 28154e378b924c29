"""A real OpenID provider, real clients and two servers in turn, from an address to a search."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider

from tests.support.assistant import ERAS
from tests.support.balancers import balancer
from tests.support.company import Company, company
from tests.support.http_messages import call, searched
from tests.support.openid_provider import ASSISTANT, SERVER, Employee, openid_provider
from tests.support.processes import Api, HttpServer, http_process
from tests.support.sdk_client import Remembered, SdkClient, connected_with, known_client
from tests.support.sign_in import ALL, READ, STATE_KEY, Site, site_on

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.anyio,
    pytest.mark.xdist_group("sign-in-company-processes"),
]

KEY = "fjk_Quokka7Company"


@dataclass
class Deployment:
    """Two server processes behind a balancer that alternates, and the issuer of their tokens."""

    site: Site
    issuer: str
    servers: list[HttpServer]

    def client(self, employee: Employee, *, registers: bool = False) -> SdkClient:
        """A client to which a user adds the server's address."""
        stored = Remembered(info=None if registers else known_client(*ASSISTANT))
        return SdkClient(self.site.resource, employee.browse, stored=stored)

    def logs(self) -> str:
        """What the servers have logged."""
        return "".join(server.log() for server in self.servers)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deployed")


def deploy(stack: ExitStack, api: Api, folder: Path, issuer: str, **settings: str) -> Deployment:
    """Two servers on one database."""
    front = stack.enter_context(balancer())
    folder.mkdir()
    shared = {
        "FJ_API_KEY": KEY,
        "FJ_STATE_KEY": STATE_KEY,
        "FJ_STATE_DIR": str(folder),
        "FJ_CONFIRM_SPEND": "off",
        "FJ_LOG_LEVEL": "DEBUG",
        "FJ_OAUTH_ISSUER": issuer,
    }
    servers = []
    for name in ("one", "two"):
        (folder / name).mkdir()
        servers.append(
            stack.enter_context(
                http_process(
                    folder / name,
                    "--public-url",
                    front.url,
                    api=api,
                    measured=False,
                    **(shared | settings),
                )
            )
        )
    front.serve(*servers)
    return Deployment(site_on(front.url), issuer, servers)


@pytest.fixture(scope="module")
def signed(api: Api, folders: Path) -> Iterator[Deployment]:
    with ExitStack() as stack:
        issuer = stack.enter_context(openid_provider("jwt"))
        yield deploy(stack, api, folders / "signed", issuer, FJ_OAUTH_GROUPS="Recruiting")


@pytest.fixture(scope="module")
def opaque(api: Api, folders: Path) -> Iterator[Deployment]:
    with ExitStack() as stack:
        issuer = stack.enter_context(openid_provider("opaque"))
        introspection = {"FJ_OAUTH_INTROSPECTION": ":".join(SERVER)}
        yield deploy(stack, api, folders / "opaque", issuer, **introspection)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("registers", [False, True])
@pytest.mark.parametrize("tokens", ["signed", "opaque"])
async def test_an_employee_signs_in_and_searches(
    request: pytest.FixtureRequest, api: Api, tokens: str, registers: bool, era: str
) -> None:
    deployed: Deployment = request.getfixturevalue(tokens)
    employee = Employee("recruiter-ann")
    client = deployed.client(employee, registers=registers)
    async with client.connected(era) as connection:
        session_id = await searched(connection)
        assert (await call(connection, "list_profiles", session_id=session_id))["candidates"]
    assert session_id in api.charges(KEY)
    assert len(employee.links) == 1
    assert employee.links[0].startswith(deployed.issuer)
    before = client.stored.tokens
    assert before is not None
    assert before.access_token.count(".") == (2 if tokens == "signed" else 0)
    # The client is started again.
    async with client.connected(era) as connection:
        assert (await call(connection, "list_sessions"))["total"] >= 1
    assert len(employee.links) == 1
    secrets = (KEY, STATE_KEY, SERVER[1], before.access_token)
    logged = deployed.logs()
    assert "sign-in" in logged
    assert not [secret for secret in secrets if secret in logged]


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_gets_new_tokens_without_the_employee(signed: Deployment, era: str) -> None:
    employee = Employee("recruiter-ann")
    client = signed.client(employee)
    async with client.connected(era) as connection:
        await call(connection, "list_sessions")
        first = client.stored.tokens
        client.expire()
        await call(connection, "list_sessions")
    assert first is not None
    assert client.stored.tokens is not None
    assert client.stored.tokens.access_token != first.access_token
    assert len(employee.links) == 1


async def test_a_client_asks_for_more_when_a_tool_needs_it(signed: Deployment, api: Api) -> None:
    employee = Employee("recruiter-dee")
    employee.agrees_to = READ
    client = signed.client(employee)
    charged = api.charges(KEY)
    async with client.connected("2026-07-28") as connection:
        listed = {tool.name for tool in (await connection.list_tools()).tools}
        assert "list_profiles" in listed
        assert "create_sourcing_session" not in listed
        assert api.charges(KEY) == charged
        employee.agrees_to = ALL
        await searched(connection)
    assert len(employee.links) == 2


# Enterprise-managed authorization


@pytest.fixture(scope="module")
def provider() -> Iterator[Company]:
    with company() as one:
        yield one


@pytest.fixture(scope="module")
def asserted(api: Api, folders: Path, provider: Company) -> Iterator[Deployment]:
    clients = '[{"client_id": "assistant", "client_secret": "secret-of-the-assistant"}]'
    settings = {"FJ_OAUTH_ID_JAG": "1", "FJ_OAUTH_CLIENTS": clients}
    with ExitStack() as stack:
        yield deploy(stack, api, folders / "asserted", provider.issuer, **settings)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_a_managed_client_signs_its_user_in_without_a_browser(
    asserted: Deployment,
    provider: Company,
    api: Api,
    method: Literal["client_secret_basic", "client_secret_post"],
    era: str,
) -> None:
    assertions = []

    async def assertion(audience: str, resource: str) -> str:
        assertions.append(provider.assertion(aud=audience, resource=resource))
        return assertions[-1]

    stored = Remembered()
    address = asserted.site.resource
    auth = IdentityAssertionOAuthProvider(
        server_url=address,
        storage=stored,
        client_id=ASSISTANT[0],
        client_secret=ASSISTANT[1],
        issuer=asserted.site.url,
        assertion_provider=assertion,
        token_endpoint_auth_method=method,
    )
    async with connected_with(address, auth, era) as connection:
        session_id = await searched(connection)
    assert session_id in api.charges(KEY)
    assert stored.tokens is not None
    assert len(assertions) == 1
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": assertions[0],
        "client_id": ASSISTANT[0],
        "client_secret": ASSISTANT[1],
    }
    # The other server knows that it was used.
    answers = [await asserted.site.post("/token", form) for _ in asserted.servers]
    assert [answer.json()["error"] for answer in answers] == ["invalid_grant"] * 2
    logged = asserted.logs()
    assert "sign-in step=token outcome=ok" in logged
    for secret in (KEY, STATE_KEY, ASSISTANT[1], assertions[0], stored.tokens.access_token):
        assert secret not in logged


async def test_another_employee_is_not_let_in(signed: Deployment) -> None:
    employee = Employee("accountant-bob")
    client = signed.client(employee)
    with pytest.RaisesGroup(Exception, flatten_subgroups=True):
        async with client.connected("legacy"):
            pass
    assert client.stored.tokens is not None
    refused = await signed.site.call(client.stored.tokens.access_token)
    assert refused.status_code == 403
    assert "not in a group that may use this server" in refused.text
    # The client has not sent its user around in circles.
    assert len(employee.links) == 1


async def test_the_tokens_for_the_client_itself_are_not_let_in(opaque: Deployment) -> None:
    """The provider also says of a refresh token that it is active."""
    client = opaque.client(Employee("recruiter-cem"))
    async with client.connected("legacy"):
        pass
    tokens = client.stored.tokens
    assert tokens is not None
    assert tokens.refresh_token
    assert (await opaque.site.call(tokens.access_token)).status_code == 200
    assert (await opaque.site.call(tokens.refresh_token)).status_code == 401
