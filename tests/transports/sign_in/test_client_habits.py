"""What clients do that deviates from the specification, or that it only just allows.

Each row of a table is a habit of some client, as its makers or its users report it. The client must
get its tokens, or the error that it knows.
"""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
import jwt
import pytest

from tests.support.sign_in import (
    CALLBACK,
    CONTACTS,
    PUBLIC_URL,
    READ,
    SPEND,
    App,
    Documents,
    Page,
    Person,
    sent_back,
    works,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

FORM = "application/x-www-form-urlencoded"


def error_of(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"].startswith("application/json")
    assert response.headers["cache-control"] == "no-store"
    content = response.json()
    assert isinstance(content["error"], str)
    # RFC 6749 allows neither quotation marks nor line feeds there.
    assert all(" " <= char <= "~" and char not in '"\\' for char in content["error_description"])
    return response.status_code, content["error"]


# Registering

REGISTRATIONS: dict[str, dict[str, Any]] = {
    "Claude": {
        "client_name": "Claude",
        "redirect_uris": ["https://claude.ai/api/mcp/auth_callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_post",
        "scope": "sourcing:read sourcing:spend sourcing:contacts",
    },
    "Claude Code": {
        "client_name": "Claude Code (futurejobs)",
        "redirect_uris": ["http://localhost:54212/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    },
    "ChatGPT": {
        "client_name": "ChatGPT",
        "redirect_uris": ["https://chatgpt.com/connector/oauth/OUbdUMlL15Ct"],
        "token_endpoint_auth_method": "none",
    },
    "Codex": {
        "client_name": "Codex",
        "redirect_uris": ["http://127.0.0.1:33418/callback/Zm9vYmFyYmF6"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
        "response_types": ["code"],
        "scope": "",
    },
    "VS Code": {
        "client_name": "Visual Studio Code",
        "client_uri": "https://code.visualstudio.com",
        "grant_types": [
            "authorization_code",
            "refresh_token",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "response_types": ["code"],
        "redirect_uris": [
            "https://insiders.vscode.dev/redirect",
            "https://vscode.dev/redirect",
            "http://127.0.0.1/",
            "http://127.0.0.1:33418/",
        ],
        "scope": "sourcing:read sourcing:spend sourcing:contacts",
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    },
    "VS Code, older": {"redirect_uris": ["http://127.0.0.1:33418", "https://vscode.dev/redirect"]},
    "Cursor": {
        "client_name": "Cursor",
        "redirect_uris": [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
            "http://localhost:8787/callback",
        ],
        "token_endpoint_auth_method": "none",
    },
    "Cline": {"redirect_uris": ["vscode://saoudrizwan.claude-dev/mcp-auth/callback/0f3a"]},
    "Copilot Studio": {
        "client_name": "Copilot Studio",
        "redirect_uris": ["https://global.consent.azure-apim.net/redirect/cr938-5ffj-20mcp"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_basic",
    },
    "Le Chat": {
        "client_name": "Le Chat",
        "redirect_uris": ["https://callback.mistral.ai/v1/integrations_auth/oauth2_callback"],
        "token_endpoint_auth_method": "client_secret_basic",
    },
    "Gemini Spark": {
        "client_name": "Gemini Spark",
        "redirect_uris": ["https://oauth-redirect.googleusercontent.com/r/user_bound_custom-mcp-1"],
        "token_endpoint_auth_method": "client_secret_post",
        "scope": "mcp",
    },
    "Gemini CLI": {"redirect_uris": ["http://localhost:7777/oauth/callback"]},
    "mcp-remote": {
        "client_name": "MCP CLI Proxy",
        "redirect_uris": ["http://localhost:3334/oauth/callback"],
        "scope": "openid email profile",
        "software_id": "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d",
        "software_version": "0.8.3",
        "token_endpoint_auth_method": "none",
    },
    "Raycast": {"redirect_uris": ["com.raycast:/oauth?package_name=Extension"]},
    "Warp": {"redirect_uris": ["warp://mcp/oauth2callback"]},
    "Goose": {"redirect_uris": ["http://localhost:49213/oauth_callback"]},
    "OpenCode": {"redirect_uris": ["http://127.0.0.1:19876/mcp/oauth/callback"]},
    "Inspector": {
        "redirect_uris": ["http://localhost:6274/oauth/callback"],
        "token_endpoint_auth_method": "none",
        "client_uri": "https://github.com/modelcontextprotocol/inspector",
    },
    "one that says little": {"token_endpoint_auth_method": ""},
    "one that says nothing": {"token_endpoint_auth_method": None},
    "one with odd types": {
        "client_name": ["a"],
        "contacts": "someone@example.com",
        "logo_uri": "",
        "tos_uri": None,
        "jwks": {},
        "software_id": 5,
        "grant_types": "authorization_code",
        "response_types": "code",
        "scope": ["openid"],
        "application_type": "desktop",
    },
    "one with further grants and responses": {
        "grant_types": ["authorization_code", "implicit", "client_credentials"],
        "response_types": ["code", "token", "id_token"],
    },
}


@pytest.mark.parametrize("name", REGISTRATIONS)
async def test_a_client_registers_signs_in_and_comes_back(person: Person, name: str) -> None:
    given = REGISTRATIONS[name]
    async with person.site.http() as http:
        answer = await http.post(
            "/register",
            content=json.dumps({"redirect_uris": [CALLBACK]} | given),
            headers={"content-type": "application/json; charset=utf-8"},
        )
    assert answer.status_code == 201, answer.text
    about = answer.json()
    assert about["redirect_uris"] == given.get("redirect_uris", [CALLBACK])
    assert isinstance(about["client_id_issued_at"], int)
    assert ("client_secret" in about) == (about["token_endpoint_auth_method"] != "none")
    assert about.get("client_secret_expires_at") == (0 if "client_secret" in about else None)
    # Strict clients refuse a response with null in it.
    assert None not in about.values()
    for address in about["redirect_uris"]:
        app = App(person.site, about["client_id"], about.get("client_secret"), address)
        tokens = await person.connect(app)
        assert isinstance(tokens["expires_in"], int)
        again = await app.refresh(tokens["refresh_token"])
        assert works(await person.site.call(again.json()["access_token"]))


@pytest.mark.parametrize(
    ("registered", "used"),
    [
        ("http://127.0.0.1:33418", "http://127.0.0.1:33418/"),
        ("http://127.0.0.1:33418/", "http://127.0.0.1:33418"),
        ("http://127.0.0.1", "http://127.0.0.1:59656/"),
        ("http://localhost/", "http://localhost:59656"),
        ("https://app.example.com", "https://app.example.com/"),
        ("https://APP.example.com/Callback", "https://app.example.com/Callback"),
        ("https://app.example.com:443/callback", "https://app.example.com/callback"),
    ],
)
async def test_an_address_may_be_written_in_another_way(
    person: Person, registered: str, used: str
) -> None:
    app = await person.site.app(redirect_uris=[registered])
    back = await person.allow(App(person.site, app.client_id, callback=used))
    assert back["code"]


# Asking the user

QUESTIONS: dict[str, dict[str, str | None]] = {
    "no scope": {"scope": None},
    "scopes of OpenID": {"scope": "openid email profile offline_access"},
    "scopes of another server": {"scope": "mcp"},
    "some scopes that there are": {"scope": f"{READ} {SPEND} {CONTACTS} offline_access"},
    "no resource": {"resource": None},
    "an empty resource": {"resource": ""},
    "a resource with a slash": {"resource": f"{PUBLIC_URL}/mcp/"},
    "a resource in capitals": {"resource": "HTTPS://Sourcing.Example.COM/mcp"},
    "a resource with its port": {"resource": "https://sourcing.example.com:443/mcp"},
    "no state": {"state": None},
    "an empty state": {"state": ""},
    "a long state": {"state": "x" * 2_000},
    "a state with everything in it": {"state": 'a&b=c#d?e/%2F+ "ü"'},
    "parameters of others": {
        "prompt": "consent",
        "access_type": "offline",
        "audience": "https://other.example",
        "nonce": "n",
        "login_hint": "someone@example.com",
        "response_mode": "query",
    },
    "an address that is not named": {"redirect_uri": None},
    "an empty address": {"redirect_uri": ""},
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_client_asks_in_its_own_way(person: Person, name: str) -> None:
    asked = QUESTIONS[name]
    app = await person.site.app()
    back = sent_back(await person.answer(await person.open(app.link(**asked))))
    assert back.get("state") == (asked.get("state", app.state) or None)
    answer = await app.redeem(back["code"], resource=asked.get("resource", person.site.resource))
    assert answer.status_code == 200, answer.text


async def test_a_resource_may_be_named_twice(person: Person) -> None:
    """RFC 8707 allows it, but not together with the resource of another server."""
    app = await person.site.app(redirect_uris=["http://127.0.0.1/callback"])
    own = urlencode([("resource", person.site.resource), ("resource", f"{person.site.resource}/")])
    other = "resource=https://other.example"
    page = await person.open(f"{app.link()}&{own}")
    code = sent_back(await person.answer(page))["code"]
    back = sent_back((await person.open(f"{app.link()}&{other}")).response)
    assert (back["error"], back["state"]) == ("invalid_target", app.state)
    form = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": code,
        "code_verifier": app.verifier,
    }
    async with person.site.http() as http:
        content, headers = f"{urlencode(form)}&{own}", {"content-type": FORM}
        refused = await http.post("/token", content=f"{content}&{other}", headers=headers)
        answer = await http.post("/token", content=content, headers=headers)
    assert error_of(refused) == (400, "invalid_target")
    assert answer.status_code == 200, answer.text


async def test_a_link_may_be_looked_at_first(person: Person) -> None:
    """Link scanners do that before the user follows one."""
    link = (await person.site.app()).link()
    looked = await person.http.head(link)
    assert looked.status_code == 302
    assert (await person.http.head(looked.headers["location"])).status_code == 200
    assert sent_back(await person.answer(await person.open(link)))["code"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None, "code_challenge": None}, "invalid_request"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
    ],
)
async def test_what_is_wrong_is_said_in_plain_characters(
    person: Person, asked: dict[str, str | None], error: str
) -> None:
    app = await person.site.app(redirect_uris=["http://127.0.0.1/callback"])
    answer = await person.http.get(app.link(**asked))
    back = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert back["error"] == error
    assert all(" " <= char <= "~" for char in back["error_description"])


# Exchanging


async def code_of(person: Person, app: App) -> dict[str, str]:
    """A token request as in the specification."""
    return {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": (await person.allow(app))["code"],
        "code_verifier": app.verifier,
        "redirect_uri": app.callback,
        "resource": person.site.resource,
    }


EXCHANGES: dict[str, dict[str, str | None]] = {
    "without the address, as OAuth 2.1 has it": {"redirect_uri": None},
    "with an empty address": {"redirect_uri": ""},
    "without a resource": {"resource": None},
    "with a resource with a slash": {"resource": f"{PUBLIC_URL}/mcp/"},
    "with a scope": {"scope": "openid offline_access"},
    "with an empty secret": {"client_secret": ""},
    "with parameters of others": {"audience": "https://other.example", "state": "s"},
}


@pytest.mark.parametrize("name", EXCHANGES)
async def test_a_client_exchanges_a_code_in_its_own_way(person: Person, name: str) -> None:
    app = await person.site.app()
    form = {**await code_of(person, app), **EXCHANGES[name]}
    sent = {name: value for name, value in form.items() if value is not None}
    answer = await person.site.post("/token", sent)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8", "", "application/json"])
async def test_a_token_request_may_have_any_of_these_forms(person: Person, kind: str) -> None:
    form = await code_of(person, await person.site.app())
    content = json.dumps(form) if kind.endswith("json") else urlencode(form)
    async with person.site.http() as http:
        headers = {"content-type": kind} if kind else {}
        answer = await http.post("/token", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
        for wrong in (b"[]", b"{", b"\xff"):
            answer = await http.post("/token", content=wrong, headers=headers)
            assert answer.status_code in (400, 401)
            assert error_of(answer)


@pytest.mark.parametrize("path", ["/token", "/revoke"])
async def test_only_a_post_is_a_token_request(person: Person, path: str) -> None:
    """A browser may ask with OPTIONS what it may send."""
    form = await code_of(person, await person.site.app())
    async with person.site.http() as http:
        asked = await http.request("OPTIONS", path, content=urlencode(form))
        assert error_of(asked) == (400, "invalid_request")
    assert (await person.site.post("/token", form)).status_code == 200


@pytest.mark.parametrize("encode", [True, False])
async def test_an_id_that_is_an_address_may_be_in_the_header(
    near: Person, described: Documents, encode: bool
) -> None:
    """Its colon must be encoded there, but some clients do not do that."""
    app = described.app(near.site)
    form = await code_of(near, app)
    client_id = form.pop("client_id") if encode else app.client_id
    name = quote(client_id, safe="") if encode else client_id
    header = f"Basic {b64encode(f'{name}:'.encode()).decode()}"
    answer = await near.site.post("/token", form, authorization=header)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("named", [True, False])
async def test_a_client_with_a_key_of_its_own_need_not_prove_it(
    near: Person, described: Documents, named: bool
) -> None:
    """ChatGPT prefers to sign its token requests, although this server does not ask for it."""
    described.document |= {
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg": "RS256",
        "jwks_uri": f"{described.url}/jwks.json",
    }
    app, site = described.app(near.site), near.site
    claims = {"iss": app.client_id, "sub": app.client_id, "aud": f"{site.url}/token"}
    form = await code_of(near, app) | {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, "k" * 32),
    }
    if not named:
        del form["client_id"]
    answer = await site.post("/token", form)
    wrong = await site.post("/token", form | {"client_id": "", "client_assertion": "x.y.z"})
    assert answer.status_code == 200, answer.text
    assert error_of(wrong) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": None}, "invalid_request"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code": "fjmc_unknown"}, "invalid_grant"),
        ({"code": "fjmc_unknown", "redirect_uri": None}, "invalid_grant"),
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"redirect_uri": "https://app.example.com/other"}, "invalid_grant"),
        ({"redirect_uri": "not an address"}, "invalid_grant"),
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
    ],
)
async def test_errors_have_the_names_that_clients_know(
    person: Person, changed: dict[str, str | None], error: str
) -> None:
    app = await person.site.app()
    form = {**await code_of(person, app), **changed}
    sent = {name: value for name, value in form.items() if value is not None}
    assert error_of(await person.site.post("/token", sent)) == (400, error)


@pytest.mark.parametrize(
    "more",
    [
        {"scope": "openid offline_access"},
        {"scope": f"{READ} {SPEND} offline_access"},
        {"scope": ""},
        {"resource": f"{PUBLIC_URL}/mcp"},
        {"resource": f"{PUBLIC_URL}/mcp/"},
        {"redirect_uri": CALLBACK},
    ],
)
async def test_a_client_refreshes_in_its_own_way(person: Person, more: dict[str, str]) -> None:
    app = await person.site.app()
    tokens = await person.connect(app)
    answer = await app.refresh(tokens["refresh_token"], **more)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["scope"].split()) >= {READ, SPEND}
    assert works(await person.site.call(answer.json()["access_token"]))


# Calling


@pytest.mark.parametrize("origin", ["https://claude.ai", "https://chatgpt.com", "null"])
async def test_a_hosted_client_may_name_its_own_page(person: Person, origin: str) -> None:
    tokens = await person.connect(await person.site.app())
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    token = {"authorization": f"Bearer {tokens['access_token']}", "origin": origin}
    async with person.site.http() as http:
        preflight = await http.options(
            "/mcp",
            headers={
                "origin": origin,
                "access-control-request-method": "POST",
                "access-control-request-headers": "authorization, mcp-protocol-version",
            },
        )
        assert preflight.status_code == 200
        answer = await http.post("/mcp", json=body, headers=token)
        asked = await http.post("/mcp", json=body, headers={"origin": origin})
        with_key = await http.post(
            "/mcp", json=body, headers={"origin": origin, "x-fj-api-key": "fjk_person"}
        )
    assert answer.status_code == 200
    assert asked.status_code == 401
    for response in (preflight, answer, asked):
        assert response.headers["access-control-allow-origin"] == "*"
    assert "WWW-Authenticate" in asked.headers["access-control-expose-headers"]
    # A page could have gotten hold of the key that it sends.
    assert with_key.status_code == 403


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_a_client_in_a_browser_may_try_what_earlier_versions_have(
    person: Person, method: str
) -> None:
    """The browser asks first, and the client must read the answer to go on without."""
    tokens = await person.connect(await person.site.app())
    origin = {"origin": "https://inspector.example.org"}
    asked = {
        "access-control-request-method": method,
        "access-control-request-headers": "authorization, mcp-protocol-version, mcp-session-id",
    }
    token = {"authorization": f"Bearer {tokens['access_token']}"}
    async with person.site.http() as http:
        preflight = await http.options("/mcp", headers=origin | asked)
        answer = await http.request(method, "/mcp", headers=origin | token)
    assert preflight.status_code == 200
    assert answer.status_code == 405
    for response in (preflight, answer):
        assert response.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_of_a_token_is_taken_in_any_case(person: Person, scheme: str) -> None:
    tokens = await person.connect(await person.site.app())
    async with person.site.http() as http:
        answer = await http.post(
            "/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
            headers={"authorization": f"{scheme} {tokens['access_token']}"},
        )
    assert answer.status_code == 200


@pytest.mark.parametrize("callback", [CALLBACK, "http://127.0.0.1:7777/cb", "http://[::1]:7777/cb"])
async def test_the_browser_may_pass_the_user_on_to_where_apps_lead(
    person: Person, callback: str
) -> None:
    """Chromium checks each step, such as from a page of the app to the app on this computer."""
    app = await person.site.app(redirect_uris=[callback])
    page = Page(await person.http.get((await person.open(app.link())).response.url))
    policy = page.response.headers["content-security-policy"]
    (targets,) = (part for part in policy.split("; ") if part.startswith("form-action "))
    for target in ("'self'", "https:", "http://127.0.0.1:*", "claude:", "cursor:", "vscode:"):
        assert target in targets.split()
    assert "[" not in targets
