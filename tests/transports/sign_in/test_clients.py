"""Which apps may ask a user to sign in: registered, described by a document, or predefined."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from tests.support.sign_in import (
    CALLBACK,
    App,
    Documents,
    Page,
    Person,
    ShiftedClock,
    Site,
    documents,
    sent_back,
    site_here,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


def basic(client_id: str, secret: str) -> str:
    return f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"


# Registration


async def test_a_registration_is_answered_with_all_that_counts(site: Site) -> None:
    answer = await site.register(
        client_name="Sourcing helper",
        application_type="web",
        logo_uri="not an address",
        contacts=None,
        something_new={"a": 1},
        scope="everything",
        token_endpoint_auth_method=None,
    )
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    about = answer.json()
    assert about["client_name"] == "Sourcing helper"
    assert about["application_type"] == "web"
    assert about["redirect_uris"] == [CALLBACK]
    assert about["grant_types"] == ["authorization_code", "refresh_token"]
    assert about["scope"] == "sourcing:read sourcing:spend sourcing:contacts"
    assert about["token_endpoint_auth_method"] == "client_secret_basic"
    assert len(about["client_secret"]) >= 32
    assert about["client_secret_expires_at"] == 0


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
@pytest.mark.parametrize("used", ["form", "header", "header alone"])
async def test_a_secret_is_taken_in_the_form_or_in_the_header(
    person: Person, method: str, used: str
) -> None:
    app = await person.site.app(token_endpoint_auth_method=method)
    assert app.secret
    code = (await person.allow(app))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": app.verifier,
    }
    headers = {}
    if used == "form":
        form |= {"client_id": app.client_id, "client_secret": app.secret}
    else:
        headers["authorization"] = basic(app.client_id, app.secret)
        form |= {"client_id": app.client_id} if used == "header" else {}
    answer = await person.site.post("/token", form, **headers)
    assert answer.status_code == 200, answer.text


async def test_a_wrong_or_missing_secret_is_an_invalid_client(person: Person) -> None:
    app = await person.site.app(token_endpoint_auth_method="client_secret_basic")
    secret, code = app.secret, (await person.allow(app))["code"]
    assert secret
    for wrong in (None, "wrong"):
        app.secret = wrong
        answer = await app.redeem(code)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    for header in (basic(app.client_id, "wrong"), basic("other", secret), "Basic !", "Basic eA=="):
        form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": app.client_id}
        answer = await person.site.post("/token", form, authorization=header)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"].startswith("Basic ")
            assert answer.json()["error"] == "invalid_client"
        else:
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    app.secret = secret
    assert (await app.redeem(code)).status_code == 200


@pytest.mark.parametrize("encode", [quote, quote_plus, str], ids=["%20", "+", "as it is"])
async def test_a_secret_in_the_header_may_be_encoded_or_not(
    tmp_path: Path, encode: Callable[[str], str]
) -> None:
    """As forms are (RFC 6749, section 2.3.1), as addresses are, or as many clients send it."""
    secret = "two words+one/ü"
    client = {"client_id": "spring", "client_secret": secret, "redirect_uris": [CALLBACK]}
    async with (
        site_here(tmp_path, oauth_clients=json.dumps([client])) as site,
        Person(site, "fjk_person") as person,
    ):
        tokens = await person.connect(App(site, "spring", secret))
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        for right in (secret, "two words-one/ü"):
            header = basic("spring", encode(right))
            answer = await site.post("/token", form, authorization=header)
            assert answer.status_code == (200 if right == secret else 401), answer.text


@pytest.mark.parametrize("path", ["/token", "/revoke"])
@pytest.mark.parametrize(("in_form", "in_header"), [("", ""), ("x", ""), ("", "x")])
async def test_a_secret_is_sent_in_one_way(
    person: Person, path: str, in_form: str, in_header: str
) -> None:
    """Whether both are right or one of them is wrong (RFC 6749, section 2.3)."""
    app = await person.site.app(token_endpoint_auth_method="client_secret_basic")
    tokens = await person.connect(app)
    assert app.secret
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "token": tokens["refresh_token"],
        "client_id": app.client_id,
        "client_secret": app.secret + in_form,
    }
    header = basic(app.client_id, app.secret + in_header)
    answer = await person.site.post(path, form, authorization=header)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uris": None}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK] * 21}, "invalid_redirect_uri"),
        ({"redirect_uris": [7]}, "invalid_redirect_uri"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ],
)
async def test_a_registration_that_cannot_work_is_refused(
    site: Site, changed: dict[str, Any], error: str
) -> None:
    answer = await site.register(**changed)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"{" * 10_000, b'"x"'])
async def test_what_is_no_registration_is_refused(site: Site, body: bytes) -> None:
    async with site.http() as http:
        answer = await http.post("/register", content=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")


ADDRESSES = {
    "https://app.example.com/callback": True,
    "https://app.example.com:8443/callback?x=1": True,
    "http://127.0.0.1/callback": True,
    "http://localhost:3000/": True,
    "http://[::1]:9/x": True,
    "cursor://anysphere.cursor-retrieval/oauth/callback": True,
    "vscode://vscode.github-authentication/did-authenticate": True,
    "com.example.app:/callback": True,
    "http://app.example.com/callback": False,
    "http://localhost.example.com/": False,
    "javascript:alert(1)": False,
    "JavaScript:alert(1)": False,
    "data:text/html,x": False,
    "file:///etc/passwd": False,
    "ftp://app.example.com/": False,
    "blob:https://app.example.com/x": False,
    "about:blank": False,
    "myapp:/callback": False,
    "https://app.example.com/callback#fragment": False,
    "https://user@app.example.com/": False,
    "https://user:pw@app.example.com/": False,
    "https://": False,
    "https://app.example.com;script-src *": False,
    "https://app example.com/": False,
    "https://a,b/": False,
    "/callback": False,
    "": False,
    "https://app.example.com/\nLocation: https://evil.example": False,
    "https://" + "a" * 3000: False,
    "https://app.example.com:99999/": False,
    "https://app.example.com/x/../callback": False,
    "https://app.example.com/%2e%2e/callback": False,
    "https://app.example.com/.well-known/callback": True,
    "https://app.example.com\\callback": False,
    "https://app.example.com/a callback": False,
}


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_user_can_only_be_sent_back_to_an_app(site: Site, address: str) -> None:
    answer = await site.register(redirect_uris=[CALLBACK, address])
    assert answer.status_code == (201 if ADDRESSES[address] else 400), answer.text
    if not ADDRESSES[address]:
        assert answer.json()["error"] == "invalid_redirect_uri"


@pytest.mark.parametrize(
    ("registered", "asked", "accepted"),
    [
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb", True),
        ("http://127.0.0.1:1111/cb", "http://127.0.0.1:5555/cb", True),
        ("http://localhost:1111/cb", "http://localhost/cb", True),
        ("http://[::1]/cb", "http://[::1]:5555/cb", True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/other", False),
        ("http://127.0.0.1/cb", "http://localhost:5555/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb?x=1", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/cb#x", False),
        ("http://127.0.0.1/cb", "http://user@127.0.0.1:5555/cb", False),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example:5555/cb", False),
        ("https://app.example.com/cb", "https://app.example.com:8443/cb", False),
        ("https://app.example.com/cb", "https://app.example.com/cb/", False),
        ("https://app.example.com/cb", "https://app.example.com/cb?x=1", False),
        ("https://app.example.com/cb", "https://app.example.com/CB", False),
        ("https://app.example.com/cb", "https://app.example.com.evil.example/cb", False),
        ("https://app.example.com/cb", None, True),
    ],
)
async def test_an_address_must_be_the_registered_one_up_to_the_port_on_this_computer(
    person: Person, registered: str, asked: str | None, accepted: bool
) -> None:
    app = await person.site.app(redirect_uris=[registered])
    page = await person.open(app.link(redirect_uri=asked))
    if accepted:
        back = sent_back(await person.answer(page))
        assert back["to"] == (asked or registered)
        answer = await app.redeem(back["code"], redirect_uri=asked)
        assert answer.status_code == 200, answer.text
    else:
        assert page.status == 400
        assert "location" not in page.response.headers


async def test_a_client_may_post_what_it_asks_for(person: Person) -> None:
    app = await person.site.app()
    address, _, query = app.link().partition("?")
    answer = await person.http.post(
        address, content=query, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 302
    page = Page(await person.http.get(answer.headers["location"]))
    assert sent_back(await person.answer(page))["code"]


async def test_a_client_with_two_addresses_must_name_one(person: Person) -> None:
    app = await person.site.app(redirect_uris=[CALLBACK, f"{CALLBACK}/2"])
    assert (await person.open(app.link(redirect_uri=None))).status == 400


async def test_a_registration_that_nobody_used_is_gone_after_an_hour(
    person: Person, clock: ShiftedClock
) -> None:
    unused, used = await person.site.app(), await person.site.app()
    tokens = await person.connect(used)
    clock.ahead += HOUR + MINUTE
    page = await person.open(unused.link())
    assert page.status == 400
    assert "Remove this server from the app, then add it again." in page.text
    answer = await unused.redeem("fjmc_any")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    tokens = (await used.refresh(tokens["refresh_token"])).json()
    # A used registration is kept for 90 days after its last use.
    clock.ahead += 59 * DAY
    tokens = (await used.refresh(tokens["refresh_token"])).json()
    clock.ahead += 59 * DAY
    assert (await used.refresh(tokens["refresh_token"])).status_code == 200
    clock.ahead += 91 * DAY
    answer = await used.refresh(tokens["refresh_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


# Documents


async def test_a_document_is_read_once_a_minute_at_most(near: Person, described: Documents) -> None:
    read = len(described.asked)
    app = described.app(near.site)
    for _ in range(3):
        await near.connect(app)
    assert len(described.asked) == read + 1


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "https://other.example/app.json"},
        {"client_id": None},
        {"client_name": None},
        {"client_name": " "},
        {"redirect_uris": []},
        {"redirect_uris": "https://app.example.com/callback"},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ["https://elsewhere.example/callback"]},
        {"token_endpoint_auth_method": "client_secret_basic"},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {"client_secret": "everybody can read it"},
        {"padding": "x" * 70_000},
        b"<!doctype html>",
        b"[]",
        b"\xff",
        b"{" * 60_000,
    ],
    ids=lambda changed: str(changed)[:60],
)
async def test_a_document_that_does_not_fit_is_refused(
    near: Person, described: Documents, changed: Any
) -> None:
    if isinstance(changed, bytes):
        described.document = changed
    else:
        described.document |= changed
    page = await near.open(described.app(near.site).link())
    assert page.status == 400
    assert "Nothing was connected." in page.text


async def test_a_document_that_was_mended_is_read_at_once(
    near: Person, described: Documents
) -> None:
    app, document = described.app(near.site), described.document
    described.document = {}
    assert (await near.open(app.link())).status == 400
    described.document = document
    assert (await near.open(app.link())).status == 200


async def test_a_document_may_have_addresses_that_nobody_can_be_sent_to(
    near: Person, described: Documents
) -> None:
    """On this computer, an address with any port is as good as one without."""
    described.document["redirect_uris"] = [
        "http://localhost:*/callback",
        "https://*.example.com/callback",
        "someapp://callback",
    ]
    app = App(near.site, described.url, callback="http://localhost:7777/callback")
    assert (await near.connect(app))["access_token"]
    for other in ("https://www.example.com/callback", "someapp://callback"):
        page = await near.open(App(near.site, described.url, callback=other).link())
        assert page.status == 400


@pytest.mark.parametrize("more", ["#fragment", "/../app.json", "?a b", "\\x"])
async def test_an_id_that_is_no_proper_address_is_not_even_asked_for(
    near: Person, described: Documents, more: str
) -> None:
    read = len(described.asked)
    page = await near.open(App(near.site, described.url + more).link())
    assert page.status == 400
    assert len(described.asked) == read


@pytest.mark.parametrize(
    "shape",
    [
        "http://localhost:{}/app.json",
        "HTTPS://localhost:{}/app.json",
        "https://localhost:{}",
        "https://localhost:{}/",
        "https://localhost:{}?app.json",
        "https://user@localhost:{}/app.json",
        "https://localhost:{}/./app.json",
        "https://localhost:{}/x/../app.json",
        "https://localhost:{}/x/%2E%2e/app.json",
        "https://localhost:{}/app.json#",
    ],
)
async def test_an_id_has_the_shape_that_its_rules_ask_for(
    near: Person, described: Documents, shape: str
) -> None:
    """Even if its document says the same."""
    read, url = len(described.asked), shape.format(described.port)
    described.document["client_id"] = url
    page = await near.open(App(near.site, url).link())
    assert page.status == 400
    assert "does not recognize the app" in page.text
    assert len(described.asked) == read


async def test_an_id_may_have_a_query(near: Person, described: Documents) -> None:
    url = f"{described.url}?v=1"
    described.document["client_id"] = url
    assert (await near.connect(App(near.site, url)))["access_token"]


async def test_a_document_whose_server_does_not_answer_is_not_waited_for(
    near: Person, described: Documents
) -> None:
    described.may_answer.clear()
    page = await near.open(described.app(near.site).link())
    # Only now, so that the page did not wait for it.
    described.may_answer.set()
    assert page.status == 400


@pytest.mark.parametrize("port", [1, 99_999])
async def test_a_document_whose_server_is_not_there_is_refused(near: Person, port: int) -> None:
    page = await near.open(App(near.site, f"https://localhost:{port}/app.json").link())
    assert page.status == 400
    assert "Nothing was connected." in page.text


async def test_tokens_outlive_a_document_that_cannot_be_read(
    near: Person, described: Documents
) -> None:
    app = described.app(near.site)
    tokens = await near.connect(app)
    described.document = {}
    assert (await app.refresh(tokens["refresh_token"])).status_code == 200


@pytest.mark.parametrize("status", [201, 203, 206, 301, 302, 404, 500])
async def test_only_the_document_itself_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with documents(tmp_path, status, {"location": "https://localhost:1/x"}) as moved:
        monkeypatch.setenv("SSL_CERT_FILE", str(moved.certificates))
        async with (
            site_here(tmp_path, oauth_allow_loopback_clients=True) as site,
            Person(site, "fjk_person") as person,
        ):
            assert (await person.open(moved.app(site).link())).status == 400
    assert len(moved.asked) == 1


# Set up by the operator

CLIENTS = json.dumps(
    [
        {
            "client_id": "chat",
            "client_secret": "operators secret",
            "redirect_uris": [CALLBACK],
            "name": "Our chat",
        },
        {"client_id": "desktop", "redirect_uris": ["http://127.0.0.1/cb"]},
    ]
)


async def test_a_client_that_the_operator_set_up_need_not_register(tmp_path: Path) -> None:
    async with (
        site_here(tmp_path, oauth_clients=CLIENTS) as site,
        Person(site, "fjk_person") as person,
    ):
        chat = App(site, "chat", "operators secret")
        page = await person.open(chat.link())
        assert "\u201cOur chat\u201d, set up by the person who runs this server" in page.text
        tokens = await person.connect(chat)
        assert (await chat.refresh(tokens["refresh_token"])).status_code == 200
        chat.secret = "wrong"
        assert (await chat.refresh(tokens["refresh_token"])).status_code == 401
        desktop = App(site, "desktop", callback="http://127.0.0.1:4444/cb")
        page = await person.open(desktop.link())
        assert "this computer (127.0.0.1)" in page.text
        assert (await person.connect(desktop))["access_token"]
