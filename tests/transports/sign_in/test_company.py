"""Signing in with the company's identity provider: whose tokens are let in, and for what."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import httpx
import jwt
import pytest

from tests.support.assistant import search_for
from tests.support.company import COMPANY_KEY, RESOURCE, Company, SigningKey, company_site
from tests.support.http_messages import VERSION, modern, tool_call
from tests.support.refused_starts import refusal_of
from tests.support.sign_in import (
    ALL,
    CONTACTS,
    PUBLIC_URL,
    READ,
    SPEND,
    STATE_KEY,
    ShiftedClock,
    Site,
    at_once,
    result_of,
    works,
)

Call = Callable[[], Awaitable[httpx.Response]]

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in-company")]


@pytest.fixture
async def site(tmp_path: Path, provider: Company, clock: ShiftedClock) -> AsyncIterator[Site]:
    async with company_site(tmp_path, provider, clock) as one:
        yield one


async def tools(site: Site, token: str) -> set[str]:
    """The names of the tools that a token shows."""
    listed = result_of(await site.message("tools/list", token))["tools"]
    return {tool["name"] for tool in listed}


async def test_a_token_of_the_company_works_and_lists_what_it_allows(
    site: Site, provider: Company
) -> None:
    assert works(await site.call(provider.token()))
    every = await tools(site, provider.token())
    some = await tools(site, provider.token(scopes=READ))
    assert {"create_sourcing_session", "reveal_contacts"} <= every
    assert some < every
    assert "create_sourcing_session" not in some
    assert "reveal_contacts" not in some


async def test_clients_are_sent_to_the_provider(site: Site, provider: Company) -> None:
    for path in ("", "/mcp"):
        found = await site.get(
            f"/.well-known/oauth-protected-resource{path}", origin="https://app.example.com"
        )
        assert found.headers["access-control-allow-origin"] == "*"
        assert found.json()["resource"] == RESOURCE
        assert found.json()["authorization_servers"] == [provider.issuer]
        assert found.json()["scopes_supported"] == ALL.split()
    refused = await site.message("tools/list")
    assert refused.status_code == 401
    challenge = refused.headers["www-authenticate"]
    assert f'scope="{ALL}"' in challenge
    assert f'resource_metadata="{PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"' in challenge
    assert "error=" not in challenge


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/mcp",
        "/authorize",
        "/register",
        "/token",
        "/revoke",
        "/sign-in",
        "/connections",
    ],
)
async def test_this_server_issues_nothing_itself(site: Site, path: str) -> None:
    async with site.http() as http:
        for method in ("GET", "POST"):
            answer = await http.request(method, path)
            assert answer.status_code in (401, 404), answer.text


# Tokens that are not valid


def _unsigned(provider: Company) -> str:
    return jwt.encode(provider.claims(), "", "none", headers={"typ": "at+jwt"})


def _signed_with_the_public_key(provider: Company) -> str:
    """A classic attack on servers that verify HS256 with the public key as the secret."""
    named = {"kid": provider.key.key_id, "typ": "at+jwt"}
    secret = jwt.utils.base64url_encode(provider.keys[0]["x"].encode() * 2)
    return jwt.encode(provider.claims(), secret, "HS256", headers=named)


def _changed(provider: Company) -> str:
    head, _, signature = provider.token(scopes=READ).split(".")
    body = provider.token(scopes=ALL).split(".")[1]
    return f"{head}.{body}.{signature}"


def _with(**claims: Any) -> Callable[[Company], str]:
    return lambda provider: provider.token(**claims)


def _in(**seconds: float) -> Callable[[Company], str]:
    """A token with moments so many seconds from now."""

    def make(provider: Company) -> str:
        claims: dict[str, Any] = {name: int(time.time() + s) for name, s in seconds.items()}
        return provider.token(**claims)

    return make


NOT_VALID: dict[str, Callable[[Company], str]] = {
    "another issuer": _with(iss="https://login.example.com"),
    "the issuer with a slash": lambda provider: provider.token(iss=f"{provider.issuer}/"),
    "no issuer": _with(iss=None),
    "another audience": _with(aud="https://other.example.com/mcp"),
    "other audiences": _with(aud=["https://other.example.com/mcp", "account"]),
    "a part of the audience": _with(aud=PUBLIC_URL),
    "no audience": _with(aud=None),
    "nobody": _with(sub=None),
    "an empty subject": _with(sub=""),
    "a subject with a zero": _with(sub="a\x00b"),
    "a subject with half a character": _with(sub="a\ud800b"),
    "expired": _in(exp=-90),
    "no end": _with(exp=None),
    "an end beyond all numbers": _with(exp=10**400),
    "not valid yet": _in(nbf=90),
    "issued in the future": _in(iat=90),
    "unsigned": _unsigned,
    "a secret that is public": _signed_with_the_public_key,
    "changed": _changed,
    "an unknown key": lambda provider: provider.token(key=SigningKey()),
    "an unknown key under a known name": lambda provider: provider.token(
        key=SigningKey(), header={"kid": provider.key.key_id}
    ),
    "an identity assertion": _with(header={"typ": "oauth-id-jag+jwt"}),
    "a logout token": _with(header={"typ": "logout+jwt"}),
    "an ID token with at_hash": _with(header={"typ": "JWT"}, at_hash="x"),
    "an ID token of Keycloak": _with(header={"typ": "JWT"}, typ="ID"),
    "a refresh token of Keycloak": _with(header={"typ": "JWT"}, typ="Refresh"),
    "an ID token of Cognito": _with(header={"typ": "JWT"}, token_use="id"),
    "bound to a client's key": _with(cnf={"jkt": "x"}),
    "a critical extension": _with(header={"crit": ["exp2"], "exp2": 1}),
    "not a token": lambda _: "not-a-token",
    "three empty parts": lambda _: "..",
    "ours": lambda _: "fjmt_unknown",
}


@pytest.mark.parametrize("name", NOT_VALID)
async def test_no_other_token_is_let_in(
    site: Site, provider: Company, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "fj_mcp")
    token = NOT_VALID[name](provider)
    answer = await site.call(token)
    assert answer.status_code == 401, answer.text
    assert answer.json()["error"]["message"] == "The token is no longer valid: sign in again."
    challenge = answer.headers["www-authenticate"]
    assert 'error="invalid_token"' in challenge
    assert "resource_metadata=" in challenge
    valid = provider.token()
    assert works(await site.call(valid))
    assert "sign-in step=company outcome=refused reason=" in caplog.text
    parts = (token, *token.split(".")[1:], valid)
    assert not [part for part in parts if part and part in caplog.text]


@pytest.mark.parametrize(
    "token",
    [
        _with(aud=["account", RESOURCE]),
        _with(aud=f"{RESOURCE}/"),
        _with(header={"typ": None}),
        _with(header={"typ": "JWT"}),
        _with(header={"typ": "application/at+jwt"}),
        _with(header={"kid": None}),
        _in(exp=-30),
        _in(nbf=30),
        _with(typ="Bearer"),
        _with(token_use="access"),
    ],
)
async def test_tokens_differ_from_provider_to_provider(
    site: Site, provider: Company, token: Callable[[Company], str]
) -> None:
    assert works(await site.call(token(provider)))


AS_PROVIDERS_WRITE_THEM: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Entra": (
        {"typ": "JWT", "x5t": "x"},
        {
            "scopes": None,
            "scp": f"{READ} {SPEND}",
            "email": None,
            "preferred_username": "ann@example.com",
            "sub": "another one for each application",
            "oid": "00000000-0000-0000-0000-00000000000a",
            "tid": "00000000-0000-0000-0000-0000000000aa",
            "azp": "00000000-0000-0000-0000-00000000000b",
            "groups": ["00000000-0000-0000-0000-00000000000c"],
            "roles": ["sourcing"],
            "uti": "x",
            "ver": "2.0",
        },
    ),
    "Okta": (
        {"typ": None},
        {
            "scopes": None,
            "scp": ["openid", READ, SPEND],
            "sub": "ann@example.com",
            "uid": "00u1",
            "cid": "0oa1",
            "jti": "AT.1",
            "ver": 1,
            "groups": ["Everyone", "sourcing"],
        },
    ),
    "Auth0": (
        {"typ": "JWT"},
        {
            "scopes": f"openid profile offline_access {READ} {SPEND}",
            "sub": "auth0|1",
            "email": None,
            "aud": [RESOURCE, "https://tenant.example.com/userinfo"],
            "azp": "client",
            "permissions": [READ, SPEND],
            "groups": ["sourcing"],
        },
    ),
    "Keycloak": (
        {"typ": "JWT"},
        {
            "scopes": f"openid email profile {READ} {SPEND}",
            "typ": "Bearer",
            "azp": "assistant",
            "aud": [RESOURCE, "account"],
            "nonce": "of the sign-in, in older versions",
            "realm_access": {"roles": ["offline_access"]},
            "preferred_username": "ann",
            "groups": ["/staff", "sourcing"],
        },
    ),
    "a provider that follows RFC 9068": (
        {"typ": "at+jwt"},
        {"scopes": f"{READ} {SPEND}", "client_id": "assistant", "roles": ["sourcing"]},
    ),
}
"""Headers and claims of access tokens, as in the providers' documentation."""


@pytest.mark.parametrize("name", AS_PROVIDERS_WRITE_THEM)
async def test_tokens_are_read_as_each_provider_writes_them(
    tmp_path: Path, provider: Company, name: str
) -> None:
    header, claims = AS_PROVIDERS_WRITE_THEM[name]
    async with company_site(tmp_path, provider, oauth_groups=("sourcing",)) as site:
        shown = await tools(site, provider.token(header=header, **claims))
        assert "create_sourcing_session" in shown
        assert "reveal_contacts" not in shown


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "EdDSA"])
@pytest.mark.parametrize("named", [True, False])
async def test_any_public_key_will_do(
    site: Site, provider: Company, algorithm: str, named: bool
) -> None:
    provider.change_key(algorithm)
    provider.keys = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
        SigningKey("RS256").published(use="enc"),
        {"kty": "RSA", "kid": "broken"},
        provider.key.published(**({} if named else {"alg": None, "use": None})),
    ]
    assert works(await site.call(provider.token()))
    unnamed = provider.token(header={"kid": None})
    assert works(await site.call(unnamed))


@pytest.mark.parametrize("changed", [{"alg": "RS512"}, {"use": "enc"}])
async def test_a_key_is_used_for_nothing_but_what_it_is_published_for(
    site: Site, provider: Company, changed: dict[str, str]
) -> None:
    provider.change_key("RS256")
    provider.keys = [SigningKey().published(), provider.key.published(**changed)]
    assert (await site.call(provider.token())).status_code == 401


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_a_short_key_does_not_count(site: Site, provider: Company) -> None:
    provider.change_key("RS1024")
    assert (await site.call(provider.token())).status_code == 401


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_private_key_that_everyone_can_read_does_not_count(
    site: Site, provider: Company, algorithm: str
) -> None:
    provider.change_key(algorithm)
    own = jwt.get_algorithm_by_name(algorithm).to_jwk(provider.key.private, as_dict=True)
    provider.keys = [own | {"kid": provider.key.key_id}]
    public = provider.change_key(keep=True)
    assert (await site.call(provider.token(key=public))).status_code == 401
    assert works(await site.call(provider.token()))


async def test_a_token_ends_on_time_although_it_was_verified_before(
    site: Site, provider: Company
) -> None:
    """It is accepted for a minute longer, because clocks differ."""
    token = provider.token(exp=int(time.time()) - 56)
    assert works(await site.call(token))
    with anyio.fail_after(9):
        while (await site.call(token)).status_code != 401:  # noqa: ASYNC110 - time must pass
            await anyio.sleep(0.2)


# Keys and the provider


async def test_metadata_and_keys_are_read_once(site: Site, provider: Company) -> None:
    assert provider.asked == []
    for person in ("ann", "bob", "cem"):
        assert works(await site.call(provider.token(person)))
    assert len(provider.asked) == 2


async def test_new_keys_are_found_at_their_first_use(
    site: Site, provider: Company, clock: ShiftedClock
) -> None:
    assert works(await site.call(provider.token()))
    old = provider.change_key()
    asked = len(provider.asked)
    # The provider was asked a moment ago, and made-up keys must not make it be asked again.
    assert (await site.call(provider.token())).status_code == 401
    assert len(provider.asked) == asked
    clock.ahead += 31
    assert works(await site.call(provider.token()))
    assert (await site.call(provider.token(key=old))).status_code == 401
    assert len(provider.asked) == asked + 1


async def test_a_clock_that_is_set_back_does_not_keep_old_keys(
    site: Site, provider: Company, clock: ShiftedClock
) -> None:
    token = provider.token()
    assert works(await site.call(token))
    clock.ahead -= 86_400
    assert works(await site.call(token))
    old = provider.change_key()
    assert (await site.call(provider.token())).status_code == 401
    clock.ahead += 61
    assert works(await site.call(provider.token()))
    for signed_before in (token, provider.token(key=old)):
        assert (await site.call(signed_before)).status_code == 401


@pytest.mark.parametrize("key_id", ["the only one", None])
async def test_new_keys_are_found_although_they_have_no_name_of_their_own(
    site: Site, provider: Company, clock: ShiftedClock, key_id: str | None
) -> None:
    header = {"kid": key_id}
    provider.keys = [provider.key.published(kid=key_id)]
    assert works(await site.call(provider.token(header=header)))
    provider.change_key()
    provider.keys = [provider.key.published(kid=key_id)]
    clock.ahead += 31
    asked = len(provider.asked)
    assert works(await site.call(provider.token(header=header)))
    made_up = [provider.token(key=SigningKey(), header=header) for _ in range(5)]
    answers = await at_once([partial(site.call, token) for token in made_up])
    assert {answer.status_code for answer in answers} == {401}
    assert len(provider.asked) == asked + 1


async def test_made_up_keys_keep_nobody_waiting(
    site: Site, provider: Company, clock: ShiftedClock
) -> None:
    token = provider.token()
    assert works(await site.call(token))
    clock.ahead += 31
    asked, unknown = len(provider.asked), SigningKey()
    made_up = [
        partial(site.call, provider.token(key=unknown, header={"kid": f"made-up-{number}"}))
        for number in range(200)
    ]
    provider.may_answer.clear()
    refused: list[httpx.Response] = []

    async def flood() -> None:
        refused.extend(await at_once(made_up))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(flood)
        with anyio.fail_after(30):
            while len(provider.asked) == asked:  # noqa: ASYNC110 - time must pass
                await anyio.sleep(0.01)
            # Of another user, so that it is verified while the keys are being read again.
            assert works(await site.call(provider.token("bob")))
        assert not refused
        provider.may_answer.set()
    assert {one.status_code for one in refused} == {401}
    assert len(provider.asked) == asked + 1
    await at_once(made_up)
    assert len(provider.asked) == asked + 1


async def test_a_slow_provider_leaves_a_call_its_time(tmp_path: Path, provider: Company) -> None:
    own: dict[str, Any] = {"oauth_introspection": "fj-mcp:introspection-secret-7"}
    # Each read is fast enough, but together they are not.
    provider.document_path = "/.well-known/oauth-authorization-server/realms/staff"
    provider.introspected["opaque"] = provider.claims() | {"active": True}
    provider.slow_seconds = 4.0
    async with company_site(tmp_path, provider, **own) as site:
        answer = await site.call("opaque")
    provider.slow_seconds = 0.0
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_the_provider_may_be_away_for_a_while(
    site: Site, provider: Company, clock: ShiftedClock
) -> None:
    assert works(await site.call(provider.token()))
    provider.status = 503
    clock.ahead += 7_200
    assert works(await site.call(provider.token()))
    unknown = provider.token(key=SigningKey())
    assert (await site.call(unknown)).status_code == 503
    clock.ahead += 86_400
    assert (await site.call(provider.token())).status_code == 503
    provider.status = 200
    clock.ahead += 10
    assert works(await site.call(provider.token()))


async def test_a_provider_that_hangs_keeps_nobody_from_working(
    site: Site, provider: Company, clock: ShiftedClock
) -> None:
    assert works(await site.call(provider.token()))
    provider.may_answer.clear()
    clock.ahead += 7_200
    with anyio.fail_after(5):
        people = ("ann", "bob", "cem")
        answers = await at_once([partial(site.call, provider.token(one)) for one in people])
        assert all(map(works, answers))
    asked = len(provider.asked)
    with anyio.fail_after(2):
        assert works(await site.call(provider.token("dee")))
    assert len(provider.asked) == asked
    provider.may_answer.set()
    provider.change_key()
    clock.ahead += 10
    assert works(await site.call(provider.token()))


AWAY: dict[str, Callable[[Company], None]] = {
    "no connection": lambda provider: setattr(provider, "status", 0),
    "an error": lambda provider: setattr(provider, "status", 500),
    "silence": lambda provider: provider.may_answer.clear(),
    "a page": lambda provider: setattr(provider, "body", b"<html>"),
    "a list": lambda provider: setattr(provider, "body", b"[]"),
    "a redirect": lambda provider: setattr(provider, "status", 302),
    "no metadata": lambda provider: setattr(provider, "document_path", "/nowhere"),
    "metadata of another issuer": lambda provider: provider.metadata.update(
        issuer=f"{provider.issuer}/"
    ),
    "no address of keys": lambda provider: provider.metadata.pop("jwks_uri"),
    "keys without encryption": lambda provider: provider.metadata.update(
        jwks_uri="http://login.example.com/keys"
    ),
    "no keys": lambda provider: provider.keys.clear(),
    "too many keys": lambda provider: provider.keys.extend([{"k": "x" * 1_000}] * 1_100),
}


@pytest.mark.parametrize("name", AWAY)
async def test_nobody_signs_in_anew_because_the_provider_is_away(
    site: Site, provider: Company, clock: ShiftedClock, name: str
) -> None:
    AWAY[name](provider)
    answer = await site.call(provider.token())
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "60"
    assert answer.json()["error"]["message"] == (
        "The server cannot reach the company's identity provider: try again in a minute."
    )
    assert "www-authenticate" not in answer.headers
    asked = len(provider.asked)
    assert (await site.call(provider.token())).status_code == 503
    assert len(provider.asked) == asked


async def test_certificates_that_cannot_be_read_are_named_in_the_log(
    site: Site,
    provider: Company,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    assert (await site.call(provider.token())).status_code == 503
    assert "SSL_CERT_FILE" in caplog.text


async def test_an_issuer_that_calls_itself_something_else_is_named_in_the_log(
    site: Site, provider: Company, caplog: pytest.LogCaptureFixture
) -> None:
    provider.metadata["issuer"] = f"{provider.issuer}/"
    assert (await site.call(provider.token())).status_code == 503
    assert f"the provider there calls itself '{provider.issuer}/'" in caplog.text


async def test_metadata_may_be_where_oauth_has_it(site: Site, provider: Company) -> None:
    provider.document_path = "/.well-known/oauth-authorization-server/realms/staff"
    assert works(await site.call(provider.token()))


# What users may do


@pytest.mark.parametrize(
    ("claims", "allowed"),
    [
        ({"scope": f"openid {ALL}"}, ALL),
        ({"scope": f"openid {SPEND}"}, SPEND),
        ({"scope": None, "scp": [READ, CONTACTS]}, f"{READ} {CONTACTS}"),
        ({"scope": None, "scp": f"{READ} {SPEND}"}, f"{READ} {SPEND}"),
        ({"scope": None, "scp": f"api://4711/{READ} api://4711/{SPEND}"}, f"{READ} {SPEND}"),
        ({"scope": "openid profile"}, READ),
        ({"scope": None}, READ),
        ({"scope": 7}, READ),
    ],
)
async def test_scopes_are_read_as_providers_write_them(
    site: Site, provider: Company, claims: dict[str, Any], allowed: str
) -> None:
    token = provider.token(scopes=claims["scope"], scp=claims.get("scp"))
    listed = await site.message("tools/list", token)
    if READ in allowed:
        names = {tool["name"] for tool in result_of(listed)["tools"]}
        assert ("create_sourcing_session" in names) == (SPEND in allowed)
        assert ("reveal_contacts" in names) == (CONTACTS in allowed)
    else:
        assert listed.status_code == 403


async def test_a_tool_beyond_the_scopes_asks_the_client_for_more(
    site: Site, provider: Company
) -> None:
    refused = await site.call(provider.token(scopes=READ), "create_sourcing_session")
    assert refused.status_code == 403
    challenge = refused.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{READ} {SPEND}"' in challenge
    assert "resource_metadata=" in challenge


async def test_scopes_can_be_named_as_the_provider_knows_them(
    tmp_path: Path, provider: Company
) -> None:
    async with company_site(tmp_path, provider, oauth_scope_prefix="api://4711/") as site:
        found = await site.get("/.well-known/oauth-protected-resource/mcp")
        assert found.json()["scopes_supported"] == [f"api://4711/{one}" for one in ALL.split()]
        refused = await site.message("tools/list")
        assert f'scope="api://4711/{READ} ' in refused.headers["www-authenticate"]
        refused = await site.call(provider.token(scopes=READ), "reveal_contacts")
        asked = f'scope="api://4711/{READ} api://4711/{CONTACTS}"'
        assert asked in refused.headers["www-authenticate"]


@pytest.mark.parametrize("prefix", ["api://4711/", "api://4711:", "recruiting."])
async def test_scopes_are_found_behind_what_the_provider_puts_in_front(
    tmp_path: Path, provider: Company, prefix: str
) -> None:
    async with company_site(tmp_path, provider, oauth_scope_prefix=prefix) as site:
        shown = await tools(site, provider.token(scopes=f"openid {prefix}{READ} {prefix}{SPEND}"))
        assert "create_sourcing_session" in shown
        assert "reveal_contacts" not in shown
        assert "reveal_contacts" in await tools(site, provider.token(scopes=ALL))


async def test_the_operator_says_what_tokens_without_scopes_allow(
    tmp_path: Path, provider: Company
) -> None:
    async with company_site(tmp_path, provider, oauth_scopes=(READ, SPEND)) as site:
        names = await tools(site, provider.token(scopes="openid"))
        assert "create_sourcing_session" in names
        assert "reveal_contacts" not in names


async def test_the_audience_can_be_another_one(tmp_path: Path, provider: Company) -> None:
    async with company_site(tmp_path, provider, oauth_audience="api://4711") as site:
        assert works(await site.call(provider.token(aud="api://4711")))
        assert (await site.call(provider.token())).status_code == 401


GROUPS = ("Recruiting EU", "sourcing")


@pytest.mark.parametrize(
    ("claims", "let_in"),
    [
        ({"groups": ["staff", "Recruiting EU"]}, True),
        ({"groups": "sourcing"}, True),
        ({"groups": [], "roles": ["sourcing"]}, True),
        ({"groups": ["staff"], "roles": "Recruiting EU"}, True),
        ({"groups": ["staff"]}, False),
        ({"groups": ["Sourcing"]}, False),
        ({"groups": "staff sourcing"}, False),
        ({"groups": [["sourcing"]], "roles": {"sourcing": True}}, False),
        ({}, False),
    ],
)
async def test_only_the_groups_that_may_are_let_in(
    tmp_path: Path, provider: Company, claims: dict[str, Any], let_in: bool
) -> None:
    async with company_site(tmp_path, provider, oauth_groups=GROUPS) as site:
        answer = await site.call(provider.token(**claims))
        assert works(answer) if let_in else answer.status_code == 403
        if not let_in:
            # Neither signing in again nor more scopes would help.
            assert "www-authenticate" not in answer.headers
            assert "Ask the person who runs it for access." in answer.json()["error"]["message"]


@pytest.mark.parametrize("claims", [{"_claim_names": {"groups": "src1"}}, {"hasgroups": True}])
async def test_a_user_of_too_many_groups_is_not_said_to_be_in_none(
    tmp_path: Path, provider: Company, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with company_site(tmp_path, provider, oauth_groups=GROUPS) as site:
        caplog.set_level("INFO", "fj_mcp")
        refused = await site.call(provider.token(**claims))
        assert refused.status_code == 403
        assert "too many groups for your company's identity provider" in refused.text
        assert "outcome=denied reason=groups-left-out" in caplog.text
        # App roles are named in any case.
        assert works(await site.call(provider.token(**claims, roles=["sourcing"])))


# Credentials of other kinds


async def asked_with(site: Site, **headers: str) -> httpx.Response:
    """A tool call with these headers."""
    params = {"name": "get_spending", "arguments": {}}
    body = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with site.http() as http:
        return await http.post("/mcp", json=body, headers={"accept": "application/json"} | named)


async def asked_from(site: Site, address: str, token: str) -> httpx.Response:
    """A tool call with a token from an address, as a proxy names it."""
    return await asked_with(site, authorization=f"Bearer {token}", x_forwarded_for=address)


async def posted(site: Site, body: dict[str, Any], token: str) -> httpx.Response:
    """Send a message of protocol 2026-07-28."""
    headers = {
        "accept": "application/json",
        "authorization": f"Bearer {token}",
        "mcp-protocol-version": VERSION,
        "mcp-method": body["method"],
        "mcp-name": body["params"].get("name", ""),
    }
    async with site.http() as http:
        return await http.post("/mcp", json=body, headers=headers)


async def test_the_servers_key_is_for_nobody_without_a_token(
    tmp_path: Path, provider: Company
) -> None:
    async with company_site(
        tmp_path, provider, public_url="http://127.0.0.1:9", http_allowed_hosts=()
    ) as site:
        refused = await asked_with(site)
        assert refused.status_code == 401
        assert "Sign in with your company's account" in refused.json()["error"]["message"]
        assert works(await site.call(provider.token(aud="http://127.0.0.1:9/mcp")))


async def test_users_may_bring_a_key_of_their_own(site: Site, provider: Company) -> None:
    assert works(await asked_with(site, x_fj_api_key="fjk_own"))
    assert works(await asked_with(site, authorization="Bearer fjk_own"))
    both = await asked_with(
        site, x_fj_api_key="fjk_own", authorization=f"Bearer {provider.token()}"
    )
    assert both.status_code == 401
    assert "send only one" in both.json()["error"]["message"]


async def test_the_servers_token_goes_on_working(tmp_path: Path, provider: Company) -> None:
    async with company_site(tmp_path, provider, http_token="a.b.c") as site:
        assert works(await asked_with(site, authorization="Bearer a.b.c"))
        assert works(await site.call(provider.token()))
        for headers in ({}, {"x_fj_api_key": "fjk_own"}, {"x_fj_api_key": COMPANY_KEY}):
            refused = await asked_with(site, **headers)
            assert refused.status_code == 401
            # Not to send a key, which would be refused again.
            message = refused.json()["error"]["message"]
            assert "Sign in" in message
            assert "fjk_" not in message


async def test_all_users_work_on_the_servers_key(site: Site, provider: Company) -> None:
    made = await site.call(
        provider.token("ann"),
        "create_sourcing_session",
        title="Backend",
        filters={"skills": {"mandatory": ["Python"]}},
    )
    assert works(made), made.text
    listed = await site.call(provider.token("bob"), "list_sessions")
    assert "Backend" in str(result_of(listed))
    other = await asked_with(site, x_fj_api_key="fjk_own")
    assert "Backend" not in other.text


async def test_the_sandbox_needs_no_key(tmp_path: Path, provider: Company) -> None:
    async with company_site(tmp_path, provider, sandbox=True, api_key=None) as site:
        assert works(await site.call(provider.token()))
        assert (await asked_with(site)).status_code == 401


async def test_what_one_user_is_asked_another_cannot_answer(
    tmp_path: Path, provider: Company
) -> None:
    async with company_site(tmp_path, provider, confirm_spend="auto") as site:
        wish = tool_call("create_sourcing_session", **search_for("Ours"))
        body = modern("tools/call", wish, elicitation={})
        asked = result_of(await posted(site, body, provider.token("ann")))
        (question,) = asked["inputRequests"]
        body["params"]["requestState"] = asked["requestState"]
        answer = {"action": "accept", "content": {"approve": True}}
        body["params"]["inputResponses"] = {question: answer}
        refused = await posted(site, body, provider.token("bob"))
        assert refused.json()["error"]["code"] == -32602
        bought = result_of(await posted(site, body, provider.token("ann")))
        assert bought["structuredContent"]["session_id"]


# Introspection


@pytest.fixture
async def asking(tmp_path: Path, provider: Company, clock: ShiftedClock) -> AsyncIterator[Site]:
    settings = {"oauth_introspection": "fj-mcp:introspection-secret-7"}
    async with company_site(tmp_path, provider, clock, **settings) as one:
        yield one


async def test_opaque_tokens_are_asked_about_once_a_minute(
    asking: Site, provider: Company, clock: ShiftedClock
) -> None:
    token = provider.opaque_token()
    for _ in range(3):
        assert works(await asking.call(token))
    assert provider.forms == [
        {
            "token": token,
            "token_type_hint": "access_token",
            "credentials": "fj-mcp:introspection-secret-7",
        }
    ]
    provider.introspected.clear()
    assert works(await asking.call(token))
    clock.ahead += 61
    assert (await asking.call(token)).status_code == 401
    assert len(provider.forms) == 2


async def test_a_clock_that_is_set_back_does_not_keep_an_ended_token(
    asking: Site, provider: Company, clock: ShiftedClock
) -> None:
    token = provider.opaque_token()
    assert works(await asking.call(token))
    clock.ahead -= 86_400
    assert works(await asking.call(token))
    provider.introspected.clear()
    clock.ahead += 61
    assert (await asking.call(token)).status_code == 401


async def test_an_answer_is_not_used_longer_than_the_token(
    asking: Site, provider: Company, clock: ShiftedClock
) -> None:
    token = provider.opaque_token(exp=int(time.time()) + 20)
    assert works(await asking.call(token))
    provider.introspected.clear()
    clock.ahead += 21
    assert (await asking.call(token)).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"active": False},
        {"active": "true"},
        {"active": 1},
        {"aud": "https://other.example.com/mcp"},
        {"aud": None},
        {"iss": "https://login.example.com"},
        {"exp": 1},
        {"sub": None},
        {"token_type": "refresh_token"},
        {"token_use": "refresh_token"},
        {"typ": "Refresh"},
        {"cnf": {"jkt": "x"}},
    ],
)
async def test_what_the_provider_does_not_confirm_is_not_let_in(
    asking: Site, provider: Company, claims: dict[str, Any]
) -> None:
    token = provider.opaque_token()
    changed = provider.introspected[token] | claims
    provider.introspected[token] = {k: v for k, v in changed.items() if v is not None}
    assert (await asking.call(token)).status_code == 401
    assert (await asking.call("unknown")).status_code == 401


async def test_introspection_gives_scopes_groups_and_the_user(
    asking: Site, provider: Company
) -> None:
    token = provider.opaque_token(scope=f"openid {READ}", iss=None, token_type="Bearer")
    assert "create_sourcing_session" not in await tools(asking, token)
    refused = await asking.call(token, "create_sourcing_session")
    assert refused.status_code == 403


async def test_claims_may_be_empty(asking: Site, provider: Company) -> None:
    token = provider.opaque_token(aud=f"{RESOURCE}/")
    provider.introspected[token] |= dict.fromkeys(("typ", "token_use", "token_type", "cnf"))
    assert works(await asking.call(token))


async def test_a_provider_that_does_not_answer_is_no_reason_to_sign_in_anew(
    asking: Site, provider: Company
) -> None:
    token = provider.opaque_token()
    provider.status = 401
    assert (await asking.call(token)).status_code == 503


async def test_calls_at_once_with_one_token_are_one_question(
    asking: Site, provider: Company
) -> None:
    for token, status in ((provider.opaque_token(), 200), ("made-up", 401)):
        provider.forms.clear()
        answers = await at_once([partial(asking.call, token)] * 20)
        assert [answer.status_code for answer in answers] == [status] * 20
        assert [form["token"] for form in provider.forms] == [token]


async def test_calls_at_once_share_a_failure(asking: Site, provider: Company) -> None:
    # The metadata is read now; a failure to read that would be remembered.
    assert works(await asking.call(provider.opaque_token("bob")))
    token = provider.opaque_token()
    provider.forms.clear()
    provider.status = 500
    answers = await at_once([partial(asking.call, token)] * 20)
    assert [answer.status_code for answer in answers] == [503] * 20
    assert len(provider.forms) == 1
    provider.status = 200
    assert works(await asking.call(token))


async def test_a_made_up_token_is_not_asked_about_again_for_a_while(
    asking: Site, provider: Company, clock: ShiftedClock
) -> None:
    assert (await asking.call("made-up")).status_code == 401
    clock.ahead += 9
    assert (await asking.call("made-up")).status_code == 401
    assert len(provider.forms) == 1
    clock.ahead += 2
    assert (await asking.call("made-up")).status_code == 401
    assert len(provider.forms) == 2


async def test_made_up_tokens_keep_nobody_from_working(
    asking: Site, provider: Company, clock: ShiftedClock
) -> None:
    token = provider.opaque_token()
    assert works(await asking.call(token))
    clock.ahead += 61
    provider.forms.clear()
    made_up = [
        partial(asked_from, asking, f"203.0.113.{number // 5}", f"made-up-{number}")
        for number in range(500)
    ]
    *refused, answer = await at_once([*made_up, partial(asking.call, token)])
    assert works(answer)
    # They do not queue behind strangers, some of whom are turned away for a while.
    assert [form["token"] for form in provider.forms].index(token) < 150
    assert {one.status_code for one in refused} == {401, 503}
    assert {one.headers.get("retry-after") for one in refused} == {None, "60"}
    assert len(provider.forms) < 500
    assert works(await asking.call(provider.opaque_token("bob")))


async def test_made_up_tokens_from_one_address_are_asked_about_a_hundred_times_a_minute(
    asking: Site, provider: Company, clock: ShiftedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "fj_mcp")

    def flood(minute: int) -> list[Call]:
        tokens = [f"made-up-{minute}-{number}" for number in range(500)]
        return [partial(asked_from, asking, "203.0.113.7", token) for token in tokens]

    new = provider.opaque_token()
    *refused, answer = await at_once([*flood(1), partial(asked_from, asking, "203.0.113.8", new)])
    assert works(answer)
    assert [one.status_code for one in refused].count(401) == 100
    assert [one.status_code for one in refused].count(503) == 400
    assert "step=call outcome=503 reason=too many tokens from one address" in caplog.text
    assert len(provider.forms) == 101
    # Only tokens that must be asked about are refused.
    clock.ahead += 30
    assert works(await asked_from(asking, "203.0.113.7", new))
    newer = provider.opaque_token("bob")
    assert (await asked_from(asking, "203.0.113.7", newer)).status_code == 503
    clock.ahead += 31
    assert works(await asked_from(asking, "203.0.113.7", newer))


async def test_valid_tokens_from_one_address_are_not_limited(
    asking: Site, provider: Company, clock: ShiftedClock
) -> None:
    for number in range(3):
        tokens = [provider.opaque_token(f"user-{number}-{each}") for each in range(50)]
        calls = [partial(asked_from, asking, "203.0.113.7", token) for token in tokens]
        assert all(map(works, await at_once(calls)))


# What it needs


ISSUER = {"FJ_OAUTH_ISSUER": "https://login.example.com"}
KEY = {"FJ_API_KEY": "fjk_x"}


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ([], ISSUER | KEY, "Add --public-url https://…, or set FJ_PUBLIC_URL."),
        (
            ["--public-url", PUBLIC_URL],
            KEY | {"FJ_OAUTH_ISSUER": "login.example.com", "FJ_STATE_KEY": STATE_KEY},
            "The server was not started: FJ_OAUTH_ISSUER must be the issuer exactly as",
        ),
        (
            ["--public-url", PUBLIC_URL],
            {"FJ_OAUTH_ISSUER": "login.example.com", "FJ_STATE_KEY": STATE_KEY},
            "The server was not started: FJ_OAUTH_ISSUER must be the issuer exactly as",
        ),
        (["--public-url", PUBLIC_URL], ISSUER, "Set FJ_API_KEY."),
        (
            ["--public-url", PUBLIC_URL],
            ISSUER | KEY | {"FJ_OAUTH_ID_JAG": "1"},
            "FJ_OAUTH_ID_JAG needs FJ_STATE_KEY",
        ),
        (
            ["--public-url", PUBLIC_URL],
            ISSUER
            | KEY
            | {
                "FJ_OAUTH_ID_JAG": "1",
                "FJ_STATE_KEY": STATE_KEY,
                "FJ_OAUTH_CLIENTS": '[{"client_id": "a", "redirect_uris": ["https://a.example"]}]',
            },
            "with a client_secret.",
        ),
        (
            ["--public-url", PUBLIC_URL],
            {
                "FJ_STATE_KEY": STATE_KEY,
                "FJ_OAUTH_CLIENTS": '[{"client_id": "a", "client_secret": "b"}]',
            },
            "FJ_OAUTH_CLIENTS: a needs redirect_uris.",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(
    tmp_path: Path, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    assert said in refusal_of(tmp_path, arguments, settings)
