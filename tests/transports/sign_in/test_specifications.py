"""What the specifications ask for to the letter: challenges, errors, headers, methods."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from tests.support.assistant import ERAS
from tests.support.http_messages import VERSION, message, modern, tool_call
from tests.support.sign_in import (
    ALL,
    CALLBACK,
    CONTACTS,
    PUBLIC_URL,
    READ,
    SPEND,
    App,
    Person,
    Site,
    result_of,
    sent_back,
    site_here,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

FORM = {"content-type": "application/x-www-form-urlencoded"}
METADATA = f'resource_metadata="{PUBLIC_URL}/.well-known/oauth-protected-resource/mcp"'


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with site_here(tmp_path) as one:
        yield one


@pytest.fixture
async def person(site: Site) -> AsyncIterator[Person]:
    async with Person(site, "fjk_person") as one:
        yield one


async def ask(
    site: Site,
    era: str,
    method: str,
    headers: dict[str, str] | None = None,
    params: dict[str, Any] | None = None,
) -> httpx.Response:
    """One message to MCP, as clients of an era send it."""
    sent = {"accept": "application/json, text/event-stream"} | (headers or {})
    body = message(method, params)
    if era == VERSION:
        body = modern(method, params)
        sent |= {"mcp-protocol-version": era, "mcp-method": method}
        sent |= {"mcp-name": params["name"]} if params else {}
    async with site.http() as http:
        return await http.post("/mcp", json=body, headers=sent)


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


# Metadata (RFC 8414 and 9728)


@pytest.mark.parametrize("kind", ["oauth-protected-resource", "oauth-authorization-server"])
@pytest.mark.parametrize("place", ["", "/mcp"])
async def test_metadata_are_read_and_nothing_else(site: Site, kind: str, place: str) -> None:
    path = f"/.well-known/{kind}{place}"
    async with site.http() as http:
        got, looked = await http.get(path), await http.head(path)
        for method in ("POST", "PUT", "DELETE"):
            assert (await http.request(method, path)).status_code == 405
    for answer in (got, looked):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "max-age=300"
    assert not looked.content


async def test_all_that_the_metadata_name_is_there(site: Site) -> None:
    resource = (await site.get("/.well-known/oauth-protected-resource/mcp")).json()
    (issuer,) = resource["authorization_servers"]
    server = (await site.get("/.well-known/oauth-authorization-server")).json()
    # Clients compare these without any normalization.
    assert server["issuer"] == issuer
    assert resource["resource"] == site.resource
    for name, path in server.items():
        if name.endswith("_endpoint"):
            answer = await site.post(path.removeprefix(issuer), {})
            assert answer.status_code in (400, 401), name


# Registration (RFC 7591)


async def test_a_registration_decides_neither_its_id_nor_its_secret(site: Site) -> None:
    wanted = {"client_id": "mine", "client_secret": "mine", "client_id_issued_at": 1}
    about = (await site.register(**wanted)).json()
    assert about["client_id"] != "mine"
    assert about["client_id_issued_at"] > 1_700_000_000
    assert about["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in about
    confidential = (await site.register(**wanted, token_endpoint_auth_method=None)).json()
    assert confidential["client_secret"] != "mine"


# Authorization (RFC 6749, 7636 and 9207)


@pytest.mark.parametrize(
    "name",
    [
        *("client_id", "redirect_uri", "response_type", "state", "scope"),
        *("code_challenge", "code_challenge_method"),
    ],
)
async def test_no_parameter_of_a_question_is_given_twice(person: Person, name: str) -> None:
    app = await person.site.app()
    query = app.link().partition("?")[2]
    value = dict(parse_qsl(query))[name]
    twice = f"{query}&{urlencode({name: value})}"
    async with person.site.http() as http:
        answers = [
            await http.get(f"/authorize?{twice}"),
            await http.post("/authorize", content=twice, headers=FORM),
        ]
    for answer in answers:
        assert answer.status_code == 400
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    "name", ["client_id", "grant_type", "code", "code_verifier", "redirect_uri"]
)
async def test_no_parameter_of_a_token_request_is_given_twice(person: Person, name: str) -> None:
    app = await person.site.app()
    code = (await person.allow(app))["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "code": code,
        "code_verifier": app.verifier,
        "redirect_uri": CALLBACK,
    }
    async with person.site.http() as http:
        content = f"{urlencode(form)}&{urlencode({name: form[name]})}"
        answer = await http.post("/token", content=content, headers=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    # The code is still good.
    assert (await app.redeem(code)).status_code == 200


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"resource": PUBLIC_URL}, "invalid_target"),
        ({"resource": f"{PUBLIC_URL}/mcp#fragment"}, "invalid_target"),
        ({"resource": f"{PUBLIC_URL}/mcp?x=1"}, "invalid_target"),
        ({"resource": f"{PUBLIC_URL}/mcp//"}, "invalid_target"),
        ({"resource": f"{PUBLIC_URL}/MCP"}, "invalid_target"),
        ({"resource": f"{PUBLIC_URL}/x/../mcp"}, "invalid_target"),
        ({"resource": "https://sourcing.example.com:8443/mcp"}, "invalid_target"),
        ({"resource": "http://sourcing.example.com/mcp"}, "invalid_target"),
    ],
)
@pytest.mark.parametrize("state", ["a state", None])
async def test_an_error_has_a_name_the_state_and_the_issuer(
    person: Person, asked: dict[str, str | None], error: str, state: str | None
) -> None:
    app = await person.site.app()
    back = sent_back((await person.open(app.link(**asked, state=state))).response)
    assert back.pop("error_description")
    expected = {"to": CALLBACK, "error": error, "iss": PUBLIC_URL}
    assert back == expected | ({"state": state} if state else {})


async def test_no_form_is_sent_on_with_what_is_in_it(person: Person) -> None:
    """After 302 or 307 a browser may send the key to the app (RFC 9700, section 4.12)."""
    page = await person.open((await person.site.app()).link())
    assert (await person.answer(page)).status_code == 303
    page = await person.open((await person.site.app()).link())
    assert (await person.submit(page, answer="deny")).status_code == 303


# Tokens (RFC 6749 and 7009)


@pytest.mark.parametrize("path", ["/token", "/revoke", "/register"])
async def test_an_answer_to_a_client_is_kept_nowhere_and_read_by_any_page(
    person: Person, path: str
) -> None:
    app = await person.site.app(token_endpoint_auth_method="client_secret_post")
    tokens = await person.connect(app)
    assert app.secret
    right = {
        "client_id": app.client_id,
        "client_secret": app.secret,
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "token": tokens["access_token"],
    }
    origin = {"origin": "https://inspector.example.org"}
    async with person.site.http(headers=origin) as http:
        answers = [
            await http.post(path, data=right | {"client_id": "unknown"}),
            await http.post(path, data={"client_id": app.client_id, "client_secret": app.secret}),
            await http.post(path, content=b"x" * 70_000, headers=FORM),
            await http.post(path, json={"redirect_uris": [CALLBACK]} | right),
        ]
    assert answers[-1].status_code in (200, 201)
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        assert answer.headers["access-control-allow-origin"] == "*"
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/json"
            assert answer.json().keys() == {"error", "error_description"}


@pytest.mark.parametrize("path", ["/token", "/revoke"])
@pytest.mark.parametrize("tried", [True, False])
async def test_basic_is_asked_for_where_a_client_has_tried_it(
    site: Site, path: str, tried: bool
) -> None:
    form = {"client_id": "unknown", "grant_type": "refresh_token", "refresh_token": "x"}
    header = {"authorization": "Basic dW5rbm93bjp4"} if tried else {}
    answer = await site.post(path, form | {"token": "x"}, **header)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    expected = 'Basic realm="fj-mcp"' if tried else None
    assert answer.headers.get("www-authenticate") == expected


# Calls (RFC 6750 and the authorization of MCP)


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("method", ["initialize", "server/discover", "tools/list", "ping"])
async def test_without_a_token_a_challenge_names_no_error(
    site: Site, era: str, method: str
) -> None:
    answer = await ask(site, era, method)
    assert answer.status_code == 401
    expected = f'Bearer realm="fj-mcp", scope="{ALL}", {METADATA}'
    assert answer.headers["www-authenticate"] == expected


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("kind", ["made up", "refresh", "changed", "two words", "empty"])
async def test_a_token_that_is_not_valid_is_named_so(person: Person, era: str, kind: str) -> None:
    tokens = await person.connect(await person.site.app())
    access = tokens["access_token"]
    given = {
        "made up": "eyJhbGciOiJub25lIn0.e30.",
        "refresh": tokens["refresh_token"],
        "changed": access[:-1] + ("0" if access[-1] != "0" else "1"),
        "two words": f"{access} x",
        "empty": "",
    }[kind]
    answer = await ask(person.site, era, "tools/list", bearer(given))
    assert answer.status_code == 401
    expected = f'Bearer realm="fj-mcp", error="invalid_token", scope="{ALL}", {METADATA}'
    assert answer.headers["www-authenticate"] == expected


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
async def test_every_method_needs_the_token(person: Person, method: str) -> None:
    """Clients open a stream with GET and end a session with DELETE, which this server has not."""
    tokens = await person.connect(await person.site.app())
    stream = {"accept": "text/event-stream"}
    async with person.site.http() as http:
        without = await http.request(method, "/mcp", headers=stream)
        wrong = await http.request(method, "/mcp", headers=stream | bearer("fjmt_wrong"))
        right = await http.request(method, "/mcp", headers=stream | bearer(tokens["access_token"]))
    assert (without.status_code, wrong.status_code) == (401, 401)
    assert right.status_code == 405
    assert right.headers["allow"] == "POST"


async def test_a_token_counts_in_the_header_alone(person: Person) -> None:
    token = (await person.connect(await person.site.app()))["access_token"]
    listed = message("tools/list")
    async with person.site.http() as http:
        for answer in (
            await http.post(f"/mcp?access_token={token}", json=listed),
            await http.post("/mcp", json=listed | {"access_token": token}),
            await http.post("/mcp", data={"access_token": token}),
            await http.post("/mcp", json=listed, headers={"cookie": f"access_token={token}"}),
            await http.post("/mcp", json=listed, headers={"authorization": f"Token {token}"}),
            await http.post("/mcp", json=listed, headers={"authorization": token}),
        ):
            assert answer.status_code == 401
            assert "error=" not in answer.headers["www-authenticate"]


STEPS = [
    (READ, "create_sourcing_session", f"{READ} {SPEND}"),
    (READ, "update_sourcing_session", f"{READ} {SPEND}"),
    (READ, "fetch_more_profiles", f"{READ} {SPEND}"),
    (READ, "reveal_contacts", f"{READ} {CONTACTS}"),
    (f"{READ} {SPEND}", "reveal_contacts", ALL),
    (f"{READ} {CONTACTS}", "create_sourcing_session", ALL),
]
"""What a token allows, the tool that is called, and the scopes to ask for."""


async def token_for(person: Person, app: App, scope: str) -> str:
    page = await person.open(app.link(scope=scope))
    back = sent_back(await person.answer(page, spend="yes", contacts="yes"))
    answer = await app.redeem(back["code"])
    token: str = answer.json()["access_token"]
    return token


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("scope", "tool", "needed"), STEPS)
async def test_a_step_up_names_all_scopes_at_once(
    person: Person, era: str, scope: str, tool: str, needed: str
) -> None:
    app = await person.site.app()
    token = await token_for(person, app, scope)
    answer = await ask(person.site, era, "tools/call", bearer(token), tool_call(tool))
    assert answer.status_code == 403
    expected = f'Bearer realm="fj-mcp", error="insufficient_scope", scope="{needed}", {METADATA}'
    assert answer.headers["www-authenticate"] == expected
    assert answer.json()["id"] == 1
    # With what it was told to ask for, the call gets further.
    again = await token_for(person, app, needed)
    answer = await ask(person.site, era, "tools/call", bearer(again), tool_call(tool))
    assert answer.status_code == 200


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("scope", "hidden"),
    [
        (ALL, set()),
        (f"{READ} {SPEND}", {"reveal_contacts"}),
        (
            f"{READ} {CONTACTS}",
            {"create_sourcing_session", "update_sourcing_session", "fetch_more_profiles"},
        ),
    ],
)
async def test_the_list_has_the_tools_of_the_scopes(
    person: Person, era: str, scope: str, hidden: set[str]
) -> None:
    whole = await ask(person.site, era, "tools/list", {"x-fj-api-key": "fjk_person"})
    token = await token_for(person, await person.site.app(), scope)
    listed = await ask(person.site, era, "tools/list", bearer(token))
    names = [{tool["name"] for tool in result_of(one)["tools"]} for one in (whole, listed)]
    assert names[0] - names[1] == hidden
