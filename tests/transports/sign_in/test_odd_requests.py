"""Requests that two parts of the server could read differently, or that one cannot read."""

import json
from itertools import product
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from starlette.types import ASGIApp, Message

from tests.support.http_messages import SEARCH
from tests.support.sign_in import (
    CALLBACK,
    PUBLIC_URL,
    READ,
    App,
    Person,
    Site,
    result_of,
    sent_back,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

FORM = "application/x-www-form-urlencoded"
VERSION = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": VERSION,
    "io.modelcontextprotocol/clientCapabilities": {},
}
PAID = {"name": "create_sourcing_session", "arguments": SEARCH}


async def raw(site: Site, path: str, query: bytes) -> int:
    """The status of a GET whose query need not be text, as other ASGI servers pass it."""
    transport = site.http()._transport
    assert isinstance(transport, httpx.ASGITransport)
    app: ASGIApp = transport.app
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "headers": [(b"host", b"sourcing.example.com")],
        "scheme": "https",
    }
    await app(scope, receive, send)
    return statuses[0]


# Addresses and forms


@pytest.mark.parametrize("path", ["/authorize", "/sign-in"])
@pytest.mark.parametrize("query", [b"request=\xff&client_id=\xff", b"%ff=%fe", b"\x00", b"&&==;"])
async def test_an_address_that_is_no_text_is_refused(site: Site, path: str, query: bytes) -> None:
    assert await raw(site, path, query) == 400


@pytest.mark.parametrize(
    "client_id",
    [
        *("\x00", "a\x00b", "\ud7ff", "'", "x" * 3_000, "../", "https://", "https:///x"),
        *("https://[", "https://[::1/x", "https://a:x/y", "https://\x1b[31m/x", "https://a\n/x"),
    ],
)
async def test_an_id_that_no_client_has_is_unknown(person: Person, client_id: str) -> None:
    """It must not look like a failure of the database, which does not accept such text."""
    site = person.site
    page = await person.open(App(site, client_id).link())
    assert page.status == 400
    assert "does not recognize the app" in page.text
    answer = await App(site, client_id).refresh("fjmr_x")
    assert (answer.status_code, answer.json()["error"]) in (
        (401, "invalid_client"),
        (400, "invalid_grant"),
    )


@pytest.mark.parametrize("between", [";", "&amp;", "%26", "\n", "\x00"])
async def test_a_form_is_read_once(person: Person, between: str) -> None:
    """What the checks see as one value must not become a second parameter later."""
    app = await person.site.app()
    query = app.link().partition("?")[2]
    async with person.site.http() as http:
        answer = await http.post(
            "/authorize",
            content=f"client_id=unknown{between}{query}",
            headers={"content-type": FORM},
        )
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/token", "/revoke"])
@pytest.mark.parametrize(
    "header",
    [b"Basic \xff", b"Basic", b"Basic \x85", b"basic 4pyT", b"Basic AGE6Yg==", b"Basic /w=="],
)
async def test_credentials_that_cannot_be_read_are_refused(
    site: Site, path: str, header: bytes
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
    async with site.http() as http:
        answer = await http.post(path, data=form, headers=[(b"authorization", header)])
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] in ("invalid_request", "invalid_client")


async def test_what_is_in_the_address_of_a_form_does_not_count(person: Person) -> None:
    app = await person.site.app()
    tokens = await person.connect(app)
    form = {"grant_type": "refresh_token", "client_id": app.client_id}
    query = urlencode({"refresh_token": tokens["refresh_token"], "client_secret": "x"})
    answer = await person.site.post(f"/token?{query}", form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    revoked = await person.site.post(
        f"/revoke?token={tokens['access_token']}", {"client_id": app.client_id}
    )
    assert revoked.status_code == 400
    assert (await person.site.call(tokens["access_token"])).status_code == 200


async def test_what_this_server_does_not_know_changes_nothing(person: Person) -> None:
    app = await person.site.app()
    ignored = {
        "response_mode": "fragment",
        "prompt": "none",
        "request": "eyJhbGciOiJub25lIn0.e30.",
        "request_uri": "https://evil.example/request",
        "max_age": "0",
        "login_hint": "<b>",
        "id_token_hint": "x",
        "claims": "{}",
    }
    page = await person.open(app.link(**ignored))
    # The user is asked in any case, and the code is in the query.
    assert page.status == 200
    assert "evil" not in page.response.text
    back = sent_back(await person.answer(page))
    assert back.keys() == {"to", "code", "state", "iss"}


@pytest.mark.parametrize("state", ["x" * 7_000, "\r\nSet-Cookie: a=b", "#fragment&code=x", '"><b>'])
async def test_a_state_comes_back_as_it_was_or_the_app_is_told(person: Person, state: str) -> None:
    app = await person.site.app()
    app.state = state
    page = await person.open(app.link())
    response = await person.answer(page) if page.status == 200 else page.response
    back = sent_back(response)
    assert back["to"] == CALLBACK
    assert back["state"] == state
    assert ("code" in back) == (len(state) < 1_000)
    assert "set-cookie" not in response.headers or "a=b" not in response.headers["set-cookie"]


async def test_addresses_are_those_of_the_settings_whatever_the_host_header_says(
    person: Person,
) -> None:
    app = await person.site.app()
    hosts = ["localhost", "127.0.0.1:1", "sourcing.example.com:9", "evil.example"]
    more = {"x-forwarded-host": "evil.example", "forwarded": "host=evil.example;proto=http"}
    async with person.site.http() as http:
        for host in hosts:
            headers = {"host": host, **more}
            for path in ("/.well-known/oauth-authorization-server", app.link(), "/connections"):
                answer = await http.get(path.removeprefix(PUBLIC_URL), headers=headers)
                if host == "evil.example":
                    assert answer.status_code == 421
                    continue
                shown = answer.text + answer.headers.get("location", "")
                assert "evil" not in shown
                assert host not in shown
            answer = await http.post("/mcp", headers=headers)
            challenge = answer.headers["www-authenticate"]
            assert f'resource_metadata="{PUBLIC_URL}/' in challenge
            assert "evil" not in challenge


@pytest.mark.parametrize(
    "path",
    [
        *("//sign-in", "/sign-in/", "/Sign-In", "/sign-in%00", "/%2e/sign-in", "/x/%2e%2e/sign-in"),
        *("/connections;x", "/connections%3Fx", "/.well-known/%2e%2e/mcp", "/.well-known/..%2fmcp"),
    ],
)
async def test_nothing_is_served_at_a_path_like_another(site: Site, path: str) -> None:
    async with site.http() as http:
        for method in ("GET", "POST"):
            answer = await http.request(method, f"{PUBLIC_URL}{path}")
            assert answer.status_code in (401, 404, 405), answer.text


@pytest.mark.parametrize("path", ["/token", "/register", "/revoke", "/authorize", "/sign-in"])
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"])
async def test_no_other_method_does_anything(site: Site, path: str, method: str) -> None:
    async with site.http() as http:
        answer = await http.request(
            method, path, content=json.dumps({"redirect_uris": [CALLBACK]}).encode()
        )
    assert answer.status_code in (400, 401, 405)


ODD = (
    *("", "\x00", "\ud7ff", "\u202e", "\r\n", "%", "%zz", "x" * 5_000, "[]", "{}", "-1", "'\"<>"),
    *(
        "https://a/b",
        "https://[",
        "https://[::1",
        "https://a:x/",
        "https://a:99999999/",
        "//",
        "a.b:",
    ),
    *("http://127.0.0.1:0/", "http://127.0.0.1:*/", "https://\u0130.com/", "javascript:1"),
    *("code", "token", "plain", "authorization_code", "fjmc_x", "fjmr_x", "fjmt_x"),
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
)
"""Values for fields, some of which belong to another field or to none."""

FIELDS = (
    *("client_id", "client_secret", "redirect_uri", "response_type", "scope", "state", "resource"),
    *("code_challenge", "code_challenge_method", "code", "code_verifier", "grant_type", "token"),
    *("refresh_token", "assertion", "request", "answer", "key", "connection", "spend", ""),
)
CREDENTIALS = (b"Basic \xff", b"Basic AGE6Yg==", b"Bearer", b"Bearer fjmt_" + b"x" * 43)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", "/authorize"), ("POST", "/authorize"), ("POST", "/token"), ("POST", "/revoke")),
        *(("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/connections")),
    ],
)
async def test_no_odd_value_is_more_than_a_mistake(person: Person, method: str, path: str) -> None:
    app = await person.site.app()
    form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
    form |= dict(parse_qsl(app.link().partition("?")[2]))
    async with person.site.http() as http:
        for number, (field, value) in enumerate(product(FIELDS, ODD)):
            sent = form | {field: value}
            address = f"10.0.{number // 250}.{number % 250}"
            # Now and then with credentials that do not belong here, or cannot be read.
            headers = [(b"x-forwarded-for", address.encode())]
            headers += [(b"authorization", one) for one in CREDENTIALS[number % 9 : number % 9 + 1]]
            if method == "GET":
                answer = await http.get(path, params=sent, headers=headers)
            else:
                answer = await http.post(path, data=sent, headers=headers)
            assert answer.status_code < 500, (field, value, headers)


# What a scope is checked for is what runs


def legacy(params: str, method: str = '"tools/call"') -> str:
    return f'{{"jsonrpc":"2.0","id":1,"method":{method},"params":{params}}}'


PAID_JSON = json.dumps(PAID)
FREE_JSON = json.dumps({"name": "get_spending", "arguments": {}})
NAME = json.dumps(PAID["name"])

SMUGGLED = {
    "batch": f"[{legacy(PAID_JSON)}]",
    "two methods": legacy(PAID_JSON, '"tools/list","method":"tools/call"'),
    "two methods, the other way": legacy(PAID_JSON, '"tools/call","method":"tools/list"'),
    "two params": legacy(f'{FREE_JSON},"params":{PAID_JSON}'),
    "two params, the other way": legacy(f'{PAID_JSON},"params":{FREE_JSON}'),
    "two names": legacy(f'{{"name":"get_spending","name":{NAME},"arguments":{{}}}}'),
    "two names, the other way": legacy(f'{{"name":{NAME},"name":"get_spending","arguments":{{}}}}'),
    "escaped name": legacy(PAID_JSON.replace("create", "\\u0063reate")),
    "escaped key": legacy(PAID_JSON.replace('"name"', '"n\\u0061me"')),
    "escaped method": legacy(PAID_JSON, '"tools\\/c\\u0061ll"'),
    "another case": legacy(PAID_JSON.replace("create", "Create")),
    "spaces": legacy(PAID_JSON.replace('"create', '" create')),
    "full width": legacy(PAID_JSON.replace("create", "\uff43reate")),
    "zero width": legacy(PAID_JSON.replace("create", "cre\u200bate")),
    "name in a list": legacy(json.dumps(PAID | {"name": [PAID["name"]]})),
    "params in a list": legacy(f"[{PAID_JSON}]"),
    "as a task": legacy(json.dumps(PAID | {"task": {"ttl": 1000}})),
    "as a notification": legacy(PAID_JSON).replace('"id":1,', ""),
    "with a result": legacy(PAID_JSON)[:-1] + ',"result":{}}',
    "byte order mark": "\ufeff" + legacy(PAID_JSON),
    "version of today": legacy(json.dumps(PAID | {"_meta": META})),
    "resource": legacy(json.dumps({"uri": f"fj://{PAID['name']}"}), '"resources/read"'),
    "prompt": legacy(json.dumps({"name": PAID["name"]}), '"prompts/get"'),
    "task of another kind": legacy(json.dumps({"taskId": "x", "_meta": META}), '"tasks/get"'),
}


@pytest.mark.parametrize("smuggled", SMUGGLED)
@pytest.mark.parametrize("headers", [{}, {"mcp-method": "tools/list", "mcp-name": "get_spending"}])
async def test_a_token_for_reading_buys_nothing_however_it_is_written(
    person: Person, smuggled: str, headers: dict[str, str]
) -> None:
    site = person.site
    token = (await person.connect(await site.app(), spend="", contacts=""))["access_token"]
    async with site.http() as http:
        before = {"authorization": f"Bearer {token}", "accept": "application/json"}
        answer = await http.post(
            "/mcp",
            content=SMUGGLED[smuggled].encode(),
            headers=before | headers | {"content-type": "application/json"},
        )
        assert answer.status_code < 500
        if answer.status_code == 403:
            assert f'scope="{READ} sourcing:spend"' in answer.headers["www-authenticate"]
    spent = result_of(await site.call(token, "get_spending"))["structuredContent"]
    assert spent["purchases"] == [], answer.text


async def test_a_token_for_all_buys_with_the_same_message(person: Person) -> None:
    token = (await person.connect(await person.site.app()))["access_token"]
    async with person.site.http() as http:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        await http.post("/mcp", content=legacy(PAID_JSON).encode(), headers=headers)
    spent = result_of(await person.site.call(token, "get_spending"))["structuredContent"]
    assert len(spent["purchases"]) == 1
