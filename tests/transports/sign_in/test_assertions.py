"""Enterprise-managed authorization: tokens for what the company's identity provider asserts."""

import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.company import Company, SigningKey, company_site
from tests.support.sign_in import (
    ALL,
    CONTACTS,
    PUBLIC_URL,
    READ,
    SPEND,
    STATE_KEY,
    Person,
    ShiftedClock,
    Site,
    result_of,
    site_here,
    works,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in-company")]

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SECRET = "assistants secret"
CLIENTS = json.dumps(
    [
        {"client_id": "assistant", "client_secret": SECRET},
        {"client_id": "other", "client_secret": "others secret"},
        {"client_id": "public", "redirect_uris": ["http://127.0.0.1/cb"]},
    ]
)
ID_JAG: dict[str, Any] = {
    "oauth_id_jag": True,
    "oauth_clients": CLIENTS,
    "state_key": STATE_KEY,
}
CLIENT = {"client_id": "assistant", "client_secret": SECRET}


@pytest.fixture
async def site(tmp_path: Path, provider: Company, clock: ShiftedClock) -> AsyncIterator[Site]:
    async with company_site(tmp_path, provider, clock, **ID_JAG) as one:
        yield one


async def exchange(site: Site, assertion: str, **form: str) -> httpx.Response:
    """Exchange an assertion for a token."""
    return await site.post(
        "/token", CLIENT | {"grant_type": GRANT_TYPE, "assertion": assertion} | form
    )


async def test_an_assertion_gives_a_token_for_its_user(site: Site, provider: Company) -> None:
    answer = await exchange(site, provider.assertion())
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["scope"] == ALL
    assert tokens["expires_in"] == 3_600
    # The provider decides how long the user keeps access.
    assert "refresh_token" not in tokens
    assert works(await site.call(tokens["access_token"]))
    # The provider's own tokens still work.
    assert works(await site.call(provider.token()))


async def test_the_token_ends_after_an_hour(
    site: Site, provider: Company, clock: ShiftedClock
) -> None:
    token = (await exchange(site, provider.assertion())).json()["access_token"]
    clock.ahead += 3_599
    assert works(await site.call(token))
    clock.ahead += 2
    assert (await site.call(token)).status_code == 401


@pytest.mark.parametrize(
    ("asserted", "asked", "given"),
    [
        (ALL, {}, ALL),
        (ALL, {"scope": f"{READ} {SPEND}"}, f"{READ} {SPEND}"),
        (f"{READ} chat.read", {"scope": ALL}, READ),
        (None, {}, READ),
        (None, {"scope": ALL}, READ),
    ],
)
async def test_the_client_gets_no_more_than_is_asserted(
    site: Site, provider: Company, asserted: str | None, asked: dict[str, str], given: str
) -> None:
    answer = await exchange(site, provider.assertion(scope=asserted), **asked)
    assert answer.json()["scope"] == given
    token = answer.json()["access_token"]
    names = {tool["name"] for tool in result_of(await site.message("tools/list", token))["tools"]}
    assert ("create_sourcing_session" in names) == (SPEND in given)
    if CONTACTS not in given:
        refused = await site.call(token, "reveal_contacts")
        assert refused.status_code == 403
        assert f"{CONTACTS}" in refused.headers["www-authenticate"]


async def test_no_scope_in_common_is_an_error(site: Site, provider: Company) -> None:
    answer = await exchange(site, provider.assertion(scope=READ), scope=SPEND)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


async def test_an_assertion_is_good_once(site: Site, provider: Company) -> None:
    assertion = provider.assertion()
    assert (await exchange(site, assertion)).status_code == 200
    again = await exchange(site, assertion)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert again.json()["error_description"] == "the assertion was already used"
    # The same id is refused again, even for another user.
    name = "the-same-id"
    assert (await exchange(site, provider.assertion(jti=name))).status_code == 200
    assert (await exchange(site, provider.assertion("bob", jti=name))).status_code == 400


def _with(**changed: Any) -> Callable[[Company], str]:
    return lambda provider: provider.assertion(**changed)


def _ending_in(seconds: int) -> Callable[[Company], str]:
    return lambda provider: provider.assertion(exp=int(time.time()) + seconds)


REFUSED: dict[str, tuple[Callable[[Company], str], str]] = {
    "another issuer": (_with(iss="https://login.example.com"), "invalid_grant"),
    "another server": (_with(aud="https://auth.example.com"), "invalid_grant"),
    "MCP as its audience": (_with(aud=f"{PUBLIC_URL}/mcp"), "invalid_grant"),
    "another resource": (_with(resource="https://other.example.com/mcp"), "invalid_target"),
    "no resource": (_with(resource=None), "invalid_target"),
    "two resources": (_with(resource=[f"{PUBLIC_URL}/mcp"]), "invalid_target"),
    "another client": (_with(client_id="other"), "invalid_grant"),
    "no client": (_with(client_id=None), "invalid_grant"),
    "nobody": (_with(sub=None), "invalid_grant"),
    "no id": (_with(jti=None), "invalid_grant"),
    "an empty id": (_with(jti=""), "invalid_grant"),
    "an id with half a character": (_with(jti="a\ud800b"), "invalid_grant"),
    "a subject with half a character": (_with(sub="a\ud800b"), "invalid_grant"),
    "an end beyond all numbers": (_with(exp=10**400), "invalid_grant"),
    "expired": (_ending_in(-90), "invalid_grant"),
    "endless": (_with(exp=None), "invalid_grant"),
    "good for a day": (_ending_in(86_400), "invalid_grant"),
    "an access token": (_with(header={"typ": "at+jwt"}), "invalid_grant"),
    "an ID token": (_with(header={"typ": "JWT"}), "invalid_grant"),
    "no type": (_with(header={"typ": None}), "invalid_grant"),
    "an unknown key": (_with(key=SigningKey()), "invalid_grant"),
    "not signed at all": (lambda _: "assertion", "invalid_grant"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_no_other_assertion_gives_a_token(site: Site, provider: Company, name: str) -> None:
    make, error = REFUSED[name]
    answer = await exchange(site, make(provider))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert "access_token" not in answer.text


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"client_id": "public", "client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "other", "client_secret": "others secret"}, 400, "invalid_grant"),
        ({"resource": "https://other.example.com/mcp"}, 400, "invalid_target"),
        ({"grant_type": "authorization_code", "code": "c", "code_verifier": "v"}, 400, None),
        ({"grant_type": "refresh_token", "refresh_token": "fjmr_x"}, 400, None),
        ({"grant_type": "client_credentials"}, 400, None),
    ],
)
async def test_no_other_client_and_no_other_way_gives_a_token(
    site: Site, provider: Company, form: dict[str, str], status: int, error: str | None
) -> None:
    answer = await exchange(site, provider.assertion(), **form)
    assert answer.status_code == status
    assert error in (None, answer.json()["error"])
    assert "access_token" not in answer.text


async def test_clients_may_authenticate_with_basic(site: Site, provider: Company) -> None:
    async with site.http() as http:
        form = {"grant_type": GRANT_TYPE, "assertion": provider.assertion()}
        answer = await http.post("/token", data=form, auth=("assistant", "assistants%20secret"))
    assert answer.status_code == 200, answer.text


async def test_an_audience_may_have_a_slash(site: Site, provider: Company) -> None:
    assertion = provider.assertion(aud=[f"{PUBLIC_URL}/"], resource=f"{PUBLIC_URL}/mcp/")
    assert (await exchange(site, assertion, resource=f"{PUBLIC_URL}/mcp")).status_code == 200


async def test_groups_count_for_assertions_too(tmp_path: Path, provider: Company) -> None:
    async with company_site(tmp_path, provider, **ID_JAG, oauth_groups=("sourcing",)) as site:
        assert (await exchange(site, provider.assertion(groups=["sourcing"]))).status_code == 200
        refused = await exchange(site, provider.assertion(groups=["staff"]))
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_provider_that_is_away_is_no_fault_of_the_assertion(
    site: Site, provider: Company, clock: ShiftedClock
) -> None:
    provider.status = 500
    assertion = provider.assertion()
    answer = await exchange(site, assertion)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    provider.status = 200
    clock.ahead += 10
    assert (await exchange(site, assertion)).status_code == 200


async def test_clients_find_out_that_assertions_are_taken(site: Site, provider: Company) -> None:
    resource = (await site.get("/.well-known/oauth-protected-resource/mcp")).json()
    assert resource["authorization_servers"] == [provider.issuer, PUBLIC_URL]
    found = (await site.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == PUBLIC_URL
    assert found["grant_types_supported"] == [GRANT_TYPE]
    assert found["authorization_grant_profiles_supported"] == [
        "urn:ietf:params:oauth:grant-profile:id-jag"
    ]
    assert "none" not in found["token_endpoint_auth_methods_supported"]
    for path in ("/authorize", "/register", "/revoke", "/sign-in", "/connections"):
        assert (await site.get(path)).status_code in (401, 404)


async def test_a_token_for_a_key_of_its_own_does_not_open_the_servers(
    tmp_path: Path, provider: Company
) -> None:
    """The token dates from when users signed in with their keys."""
    async with site_here(tmp_path) as before, Person(before, "fjk_person") as person:
        token = (await person.connect(await before.app()))["access_token"]
        assert works(await before.call(token))
    async with company_site(tmp_path, provider, **ID_JAG) as site:
        assert (await site.call(token)).status_code == 401
        mine = (await exchange(site, provider.assertion())).json()["access_token"]
        assert works(await site.call(mine))
    async with site_here(tmp_path) as after:
        assert (await after.call(mine)).status_code == 401


async def test_a_token_for_the_servers_key_ends_with_that_key(
    tmp_path: Path, provider: Company
) -> None:
    async with company_site(tmp_path, provider, **ID_JAG) as before:
        token = (await exchange(before, provider.assertion())).json()["access_token"]
        assert works(await before.call(token))
    async with company_site(tmp_path, provider, **ID_JAG, api_key="fjk_next") as after:
        assert (await after.call(token)).status_code == 401


async def test_the_database_holds_neither_token_nor_key(
    tmp_path: Path, site: Site, provider: Company
) -> None:
    assertion = provider.assertion()
    token = (await exchange(site, assertion)).json()["access_token"]
    assert works(await site.call(token))
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert b"id-of-ann" in stored
    for secret in (token, token.removeprefix("fjmt_"), assertion, SECRET, "fjk_company"):
        assert secret.encode() not in stored
