"""Everything that an attacker may try to get at a user's credits."""

import ipaddress
import re
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx
import pytest

from fj_mcp.api.public_documents import is_public
from fj_mcp.storage.sign_in.store import MAX_CLIENTS
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.ledgers import on_a_file
from tests.support.processes import Api
from tests.support.sign_in import (
    CALLBACK,
    PUBLIC_URL,
    App,
    Page,
    Person,
    ShiftedClock,
    Site,
    at_once,
    documents,
    sent_back,
    site_here,
    works,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

EVIL = "https://evil.example"


def error_of(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]


# Open redirect


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": f"{EVIL}/callback"},
        {"redirect_uri": f"{CALLBACK}.evil.example"},
        {"redirect_uri": f"{CALLBACK}/../../x"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": f"{EVIL}/callback", "response_type": "token"},
        {"redirect_uri": f"{EVIL}/callback", "code_challenge": None},
        {"redirect_uri": f"{EVIL}/callback", "resource": EVIL},
        {"client_id": "unknown", "redirect_uri": f"{EVIL}/callback"},
        {"client_id": "unknown", "redirect_uri": f"{EVIL}/callback", "code_challenge": None},
        {"client_id": None, "redirect_uri": f"{EVIL}/callback"},
    ],
)
async def test_nobody_is_sent_where_the_app_has_not_registered(
    person: Person, changed: dict[str, str | None]
) -> None:
    page = await person.open((await person.site.app()).link(**changed))
    assert page.status == 400
    assert "location" not in page.response.headers
    assert "evil" not in page.response.text


@pytest.mark.parametrize(
    ("registered", "asked"),
    [
        (CALLBACK, "https://app.example.com/x/../callback"),
        (CALLBACK, "https://app.example.com/./callback"),
        (CALLBACK, f"{CALLBACK}/../callback"),
        (CALLBACK, "https://app.example.com/x/%2E%2e/callback"),
        (CALLBACK, "https://app.example.com\\callback"),
        (CALLBACK, "https:app.example.com/callback"),
        (CALLBACK, "https:///app.example.com/callback"),
        (CALLBACK, "https://@app.example.com/callback"),
        (CALLBACK, "https://app.exam\tple.com/callback"),
        (CALLBACK, f" {CALLBACK}"),
        (CALLBACK, f"{CALLBACK}\n"),
        (CALLBACK, "https://\uff41pp.example.com/callback"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5555/x/../cb"),
        ("http://127.0.0.1/cb", "http://127.1:5555/cb"),
        ("http://127.0.0.1/cb", "http://0x7f000001:5555/cb"),
    ],
)
async def test_an_address_counts_as_it_is_sent(person: Person, registered: str, asked: str) -> None:
    """Libraries make the registered one of it, and others that read it might make another."""
    app = await person.site.app(redirect_uris=[registered])
    page = await person.open(app.link(redirect_uri=asked))
    assert page.status == 400
    assert "location" not in page.response.headers


async def test_a_parameter_that_is_given_twice_is_refused(person: Person) -> None:
    app = await person.site.app()
    page = await person.open(f"{app.link()}&redirect_uri={EVIL}")
    assert page.status == 400
    form = {"grant_type": "refresh_token", "client_id": app.client_id}
    async with person.site.http() as http:
        answer = await http.post(
            "/token",
            content=f"grant_type=refresh_token&refresh_token=a&refresh_token=b&{form['client_id']}",
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
    assert error_of(answer) == (400, "invalid_request")


async def test_the_pages_own_request_cannot_be_written_by_another(person: Person) -> None:
    app = await person.site.app()
    page = await person.open(app.link())
    sealed = page.hidden["request"]
    for other in (sealed[:-4] + "AAAA", sealed[::-1], "", "x" * 2000):
        assert (await person.site.get(f"/sign-in?request={other}")).status_code == 400
        page.hidden["request"] = other
        assert (await person.answer(page)).status_code == 400


# Interception of codes


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None},
        {"code_challenge": ""},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge_method": None},
        {"code_challenge_method": ""},
    ],
)
async def test_without_pkce_there_is_no_code(
    person: Person, changed: dict[str, str | None]
) -> None:
    app = await person.site.app()
    back = sent_back((await person.open(app.link(**changed))).response)
    assert back["to"] == CALLBACK
    assert back["error"] == "invalid_request"
    assert back["state"] == app.state
    assert back["iss"] == PUBLIC_URL
    assert "code" not in back


async def test_a_code_is_worthless_without_the_verifier(person: Person) -> None:
    app = await person.site.app()
    code = (await person.allow(app))["code"]
    for verifier in (None, "", app.challenge, app.verifier[:-1]):
        answer = await app.redeem(code, code_verifier=verifier)
        assert answer.status_code == 400
    elsewhere = await app.redeem(code, redirect_uri=f"{CALLBACK}/2")
    assert elsewhere.status_code == 400
    assert (await app.redeem(code)).status_code == 200


# Replay and theft


async def test_a_code_used_twice_ends_what_it_gave(person: Person) -> None:
    app = await person.site.app()
    code = (await person.allow(app))["code"]
    tokens = (await app.redeem(code)).json()
    assert works(await person.site.call(tokens["access_token"]))
    assert error_of(await app.redeem(code)) == (400, "invalid_grant")
    assert (await person.site.call(tokens["access_token"])).status_code == 401
    assert error_of(await app.refresh(tokens["refresh_token"])) == (400, "invalid_grant")


async def test_a_code_that_comes_back_ends_what_it_gave_although_the_thief_has_no_verifier(
    person: Person,
) -> None:
    app = await person.site.app()
    code = (await person.allow(app))["code"]
    tokens = (await app.redeem(code)).json()
    thief = App(person.site, app.client_id)
    assert error_of(await thief.redeem(code)) == (400, "invalid_grant")
    assert (await person.site.call(tokens["access_token"])).status_code == 401


async def test_of_two_uses_of_a_code_at_once_none_is_left_with_tokens(person: Person) -> None:
    app = await person.site.app()
    code = (await person.allow(app))["code"]
    answers = await at_once([partial(app.redeem, code)] * 4)
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) <= 1
    for tokens in given:
        assert (await person.site.call(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize("first", ["client", "thief"])
async def test_a_stolen_refresh_token_ends_the_connection_when_both_have_used_it(
    person: Person, clock: ShiftedClock, first: str
) -> None:
    site = person.site
    client = await site.app()
    thief = App(site, client.client_id)
    connected = await person.connect(client)
    stolen = connected["refresh_token"]
    access = {"client": [connected["access_token"]], "thief": []}
    refresh = {"client": [stolen], "thief": [stolen]}
    quick, slow = (client, thief) if first == "client" else (thief, client)
    got = (await quick.refresh(stolen)).json()
    access[first].append(got["access_token"])
    refresh[first].append(got["refresh_token"])
    for token in access["client"] + access["thief"]:
        assert works(await site.call(token))
    clock.ahead += 11
    assert error_of(await slow.refresh(stolen)) == (400, "invalid_grant")
    for side, app in (("client", client), ("thief", thief)):
        for token in access[side]:
            assert (await site.call(token)).status_code == 401
        for token in refresh[side]:
            assert error_of(await app.refresh(token)) == (400, "invalid_grant")
    # The user connects again: the thief regains nothing, and the new connection stays.
    again = await person.connect(client)
    for token in access["thief"]:
        assert (await site.call(token)).status_code == 401
    for token in refresh["thief"]:
        assert error_of(await thief.refresh(token)) == (400, "invalid_grant")
    assert works(await site.call(again["access_token"]))


async def test_other_connections_of_the_user_survive_a_theft(
    person: Person, clock: ShiftedClock
) -> None:
    app = await person.site.app()
    stolen = (await person.connect(app))["refresh_token"]
    other = await person.connect(app)
    await app.refresh(stolen)
    clock.ahead += 11
    await app.refresh(stolen)
    assert works(await person.site.call(other["access_token"]))


async def test_a_token_is_good_only_where_it_belongs(person: Person) -> None:
    """A code is not a token, a refresh token is not an access token, and a token is not a key."""
    app = await person.site.app()
    code = (await person.allow(app))["code"]
    assert error_of(await app.refresh(code)) == (400, "invalid_grant")
    tokens = (await app.redeem(code)).json()
    for wrong in (code, tokens["refresh_token"]):
        assert (await person.site.call(wrong)).status_code == 401
    assert error_of(await app.refresh(tokens["access_token"])) == (400, "invalid_grant")
    assert error_of(await app.redeem(tokens["access_token"])) == (400, "invalid_grant")
    async with person.site.http() as http:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        headers = {"x-fj-api-key": tokens["access_token"]}
        assert (await http.post("/mcp", json=body, headers=headers)).status_code == 401
        query = {"access_token": tokens["access_token"]}
        assert (await http.post("/mcp", json=body, params=query)).status_code == 401


# Another issuer, another resource


async def test_every_answer_names_its_issuer(person: Person) -> None:
    app = await person.site.app()
    page = await person.open(app.link())
    denied = sent_back(await person.submit(page, answer="deny"))
    wrong = sent_back((await person.open(app.link(resource=EVIL))).response)
    for back in (denied, wrong, await person.allow(app)):
        assert back["iss"] == PUBLIC_URL


@on_a_file
async def test_a_token_of_another_server_is_refused(tmp_path: Path, person: Person) -> None:
    tokens = await person.connect(await person.site.app())
    (tmp_path / "other").mkdir()
    async with site_here(tmp_path / "other") as other:
        assert (await other.call(tokens["access_token"])).status_code == 401


@pytest.mark.parametrize(
    "resource",
    [EVIL, f"{EVIL}/mcp", PUBLIC_URL, f"{PUBLIC_URL}/mcp/x", f"{PUBLIC_URL}.evil.example/mcp"],
)
async def test_no_token_is_issued_for_another_resource(person: Person, resource: str) -> None:
    app = await person.site.app()
    back = sent_back((await person.open(app.link(resource=resource))).response)
    assert (back["to"], back["error"]) == (CALLBACK, "invalid_target")
    code = (await person.allow(app))["code"]
    assert error_of(await app.redeem(code, resource=resource)) == (400, "invalid_target")
    tokens = (await app.redeem(code)).json()
    refused = await app.refresh(tokens["refresh_token"], resource=resource)
    assert error_of(refused) == (400, "invalid_target")


@pytest.mark.parametrize("resource", [f"{PUBLIC_URL}/mcp", f"{PUBLIC_URL}/mcp/", None])
async def test_this_resource_may_be_named_with_a_slash_or_not_at_all(
    person: Person, resource: str | None
) -> None:
    app = await person.site.app()
    page = await person.open(app.link(resource=resource))
    code = sent_back(await person.answer(page))["code"]
    assert (await app.redeem(code, resource=resource)).status_code == 200


async def test_a_token_for_an_earlier_address_of_the_server_is_refused(tmp_path: Path) -> None:
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        tokens = await person.connect(await site.app())
    async with site_here(tmp_path, public_url="https://new.example.com") as moved:
        assert (await moved.call(tokens["access_token"])).status_code == 401


# Another client's consent


async def test_consent_is_never_taken_from_another_client_or_address(person: Person) -> None:
    site = person.site
    addresses = [CALLBACK, "https://other.example.com/callback"]
    app = await site.app(client_name="Good", redirect_uris=addresses)
    await person.connect(app)
    same_name = await site.app(client_name="Good")
    elsewhere = App(site, app.client_id, callback=addresses[1])
    for asking in (same_name, elsewhere):
        page = await person.open(asking.link())
        assert page.status == 200
        assert "You have connected this app before" not in page.text
        assert ">Allow<" in page.response.text


async def test_consent_is_never_taken_from_another_user(site: Site, person: Person) -> None:
    app = await site.app()
    await person.connect(app, contacts="")
    async with Person(site, "fjk_other") as other:
        await other.connect(await site.app())
        page = await other.open(app.link())
    assert "key" not in page.fields
    assert page.checked == ["spend", "contacts"]
    assert "You have connected this app before" not in page.text


async def test_even_a_client_that_was_allowed_before_asks_again(person: Person) -> None:
    """Nothing is ever sent back without a click: anyone can make a link with a client's id."""
    app = await person.site.app()
    await person.connect(app)
    page = await person.open(app.link())
    assert page.status == 200
    assert "location" not in page.response.headers


async def test_what_belongs_to_one_client_is_nothing_for_another(person: Person) -> None:
    app, other = await person.site.app(), await person.site.app()
    code = (await person.allow(app))["code"]
    other.verifier = app.verifier
    assert error_of(await other.redeem(code)) == (400, "invalid_grant")
    tokens = (await app.redeem(code)).json()
    # Nor can another client end the connection with it.
    assert error_of(await other.redeem(code)) == (400, "invalid_grant")
    assert error_of(await other.refresh(tokens["refresh_token"])) == (400, "invalid_grant")
    for token in tokens["access_token"], tokens["refresh_token"]:
        assert (await other.revoke(token)).status_code == 200
    assert works(await person.site.call(tokens["access_token"]))


async def test_one_key_cannot_disconnect_what_belongs_to_another(
    site: Site, person: Person
) -> None:
    tokens = await person.connect(await site.app())
    page = Page(await person.http.get("/connections"))
    (connection,) = re.findall(r'name="connection" value="(\w+)"', page.response.text)
    async with Person(site, "fjk_other") as other:
        await other.connect(await site.app())
        page = Page(await other.http.get("/connections"))
        assert connection not in page.response.text
        await other.submit(page, "/connections", answer="disconnect", connection=connection)
    assert works(await site.call(tokens["access_token"]))


# Forged and framed pages


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("x" * 64, {}),
        ("of another browser", {}),
        ("of another page", {}),
        (None, {"origin": EVIL}),
        (None, {"origin": "http://sourcing.example.com"}),
        (None, {"sec-fetch-site": "cross-site"}),
        (None, {"sec-fetch-site": "same-site"}),
    ],
)
@pytest.mark.parametrize("path", ["/sign-in", "/connections"])
async def test_a_form_from_elsewhere_does_nothing(
    person: Person, path: str, token: str | None, headers: dict[str, str]
) -> None:
    site = person.site
    app = await site.app()
    tokens = await person.connect(app)
    page = await person.open(app.link())
    listed = Page(await person.http.get("/connections"))
    assert "connection" in listed.hidden
    form = page.hidden | {"answer": "allow"}
    if path == "/connections":
        form = listed.hidden | {"answer": "disconnect"}
    if token == "of another browser":
        async with Person(site, "fjk_attacker") as attacker:
            theirs = await attacker.open(app.link())
            form |= theirs.hidden
            if path == "/connections":
                form["csrf_token"] = Page(await attacker.http.get(path)).hidden["csrf_token"]
    elif token == "of another page":
        other = listed if path == "/sign-in" else page
        form["csrf_token"] = other.hidden["csrf_token"]
    elif token is not None:
        form["csrf_token"] = token
    answer = await person.http.post(path, data=form, headers=headers)
    assert answer.status_code == 403
    assert "location" not in answer.headers
    # The user is asked again, as with any link.
    assert "nothing was done" in Page(answer).text
    assert works(await site.call(tokens["access_token"]))


@pytest.mark.parametrize("path", ["/sign-in", "/connections"])
@pytest.mark.parametrize(
    "headers", [{"origin": EVIL}, {"origin": "null", "sec-fetch-site": "cross-site"}]
)
async def test_a_form_from_elsewhere_does_not_sign_the_user_out(
    person: Person, path: str, headers: dict[str, str]
) -> None:
    """Browsers send it without the cookie, and a new one would take its place."""
    app = await person.site.app()
    await person.connect(app)
    form = (await person.open(app.link())).hidden | {"answer": "allow"}
    cookies = dict(person.http.cookies)
    async with person.site.http() as as_browsers_do:
        answer = await as_browsers_do.post(path, data=form, headers=headers)
    assert answer.status_code == 403
    person.http.cookies.update(answer.cookies)
    assert dict(person.http.cookies) == cookies
    assert "key" not in (await person.open(app.link())).fields


async def test_nobody_can_be_signed_in_with_an_attackers_key(site: Site) -> None:
    """The attacker's page, filled in with the attacker's key, in the browser of a victim."""
    app = await site.app()
    async with Person(site, "fjk_attacker") as attacker, Person(site, "fjk_victim") as victim:
        page = await attacker.open(app.link())
        await victim.open(app.link())
        answer = await victim.submit(page, answer="allow", key=attacker.key)
        assert answer.status_code == 403
        assert "key" in (await victim.open(app.link())).fields


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in?request=x", "/connections", "/authorize"])
async def test_no_page_is_framed_cached_or_named_to_others(person: Person, path: str) -> None:
    app = await person.site.app()
    address = (await person.open(app.link())).response.url if path == "/sign-in" else path
    for answer in (await person.http.get(address), await person.http.post(path)):
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


# Requests that the server is made to send

PRIVATE = {
    "localhost": "127.0.0.1",
    "127.0.0.1": "127.0.0.1",
    "[::1]": "::1",
    "[::ffff:127.0.0.1]": "::ffff:127.0.0.1",
    "0.0.0.0": "0.0.0.0",
    "127.1": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "localhost.": "127.0.0.1",
}


@pytest.mark.parametrize("host", PRIVATE)
async def test_no_document_on_this_machine_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    with documents(tmp_path) as inside:
        monkeypatch.setenv("SSL_CERT_FILE", str(inside.certificates))
        async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
            url = inside.url.replace("localhost", host)
            inside.document["client_id"] = url
            page = await person.open(App(site, url).link())
    assert page.status == 400
    assert inside.asked == []
    assert "127.0.0.1" not in page.text


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::8.8.8.8", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::169.254.169.254", False),
        ("2002:a00:1::", False),
        ("2002:7f00:1::", False),
        ("fec0::1", False),
        ("5f00::1", False),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("64:ff9b:1::10.0.0.1", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
    ],
)
def test_only_public_addresses_are_connected_to(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) == public


async def test_a_document_that_leads_elsewhere_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inside").mkdir()
    with documents(tmp_path / "inside") as inside:
        leads_there = {"location": inside.url}
        with documents(tmp_path, 302, leads_there) as outside:
            monkeypatch.setenv("SSL_CERT_FILE", str(outside.certificates))
            async with (
                site_here(tmp_path, oauth_allow_loopback_clients=True) as site,
                Person(site, "fjk_person") as person,
            ):
                page = await person.open(outside.app(site).link())
        assert page.status == 400
        assert len(outside.asked) == 1
        assert inside.asked == []


# Floods


async def test_a_flood_of_registrations_is_slowed_down_by_address(
    site: Site, clock: ShiftedClock
) -> None:
    for _ in range(20):
        assert (await site.register()).status_code == 201
    refused = await site.register()
    assert error_of(refused) == (429, "temporarily_unavailable")
    assert 0 < int(refused.headers["retry-after"]) <= 60

    async def from_address(address: str) -> int:
        async with site.http() as http:
            headers = {"x-forwarded-for": f"198.51.100.1, {address}"}
            given = {"redirect_uris": [CALLBACK]}
            return (await http.post("/register", json=given, headers=headers)).status_code

    assert await from_address("203.0.113.7") == 201
    # An IPv6 network counts as one machine.
    for number in range(20):
        assert await from_address(f"2001:db8::{number:x}") == 201
    assert await from_address("2001:db8::ffff") == 429
    clock.ahead += 61
    assert (await site.register()).status_code == 201


async def test_a_flood_of_made_up_documents_is_slowed_down(site: Site, clock: ShiftedClock) -> None:
    """Each of them would make the server open a connection."""
    async with Person(site, "fjk_person") as person:
        for number in range(20):
            made_up = App(site, f"https://127.0.0.1:{9000 + number}/app.json")
            assert (await person.open(made_up.link())).status == 400
        refused = await person.open(App(site, "https://127.0.0.1:9999/app.json").link())
        assert refused.status == 429
        assert 0 < int(refused.response.headers["retry-after"]) <= 60
        # Known apps are not held up.
        assert (await person.connect(await site.app()))["access_token"]


@on_a_file
async def test_a_flood_of_registrations_pushes_out_none_that_is_used(tmp_path: Path) -> None:
    async with site_here(tmp_path) as site, Person(site, "fjk_person") as person:
        used = await site.app()
        await person.connect(used)
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as database, database:
            database.executemany(
                "INSERT INTO clients SELECT ?, metadata, NULL, created_at, NULL FROM clients"
                " WHERE used_at IS NOT NULL",
                [(f"flood-{number}",) for number in range(MAX_CLIENTS)],
            )
        fresh = await site.app()
        assert (await person.connect(fresh))["access_token"]
        assert (await person.connect(used))["access_token"]
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as database:
            (count,) = database.execute("SELECT count(*) FROM clients").fetchone()
    assert count <= MAX_CLIENTS + 1


async def test_a_flood_of_wrong_keys_is_slowed_down(
    tmp_path: Path, api: Api, clock: ShiftedClock
) -> None:
    async with (
        site_here(tmp_path, clock, on=api.address) as site,
        Person(site, "fjk_flood") as person,
    ):
        app, other = await site.app(), await site.app()
        page = await person.open(app.link())
        for number in range(5):
            api.fail("project_sessions", "status", 0, status=401)
            wrong = Page(await person.answer(page, key=f"fjk_wrong{number}"))
            assert wrong.status == 400
        asked = api.calls("project_sessions")
        slowed = Page(await person.answer(page))
        assert slowed.status == 429
        assert slowed.text.count("Too many wrong keys were entered. Try again in 10 minutes.") == 1
        assert 540 < int(slowed.response.headers["retry-after"]) <= 600
        # Nothing is sent to FutureJobs.
        assert api.calls("project_sessions") == asked
        # Another app, and the same one from elsewhere, are not held up.
        assert (await person.connect(other))["access_token"]
        headers = {"x-forwarded-for": "203.0.113.9"}
        async with Person(site, "fjk_elsewhere") as elsewhere:
            away = await elsewhere.open(app.link())
            form = away.hidden | {"answer": "allow", "key": elsewhere.key}
            assert (await elsewhere.http.post("/sign-in", data=form, headers=headers)).is_redirect
        clock.ahead += 601
        async with Person(site, "fjk_later") as later:
            assert (await later.connect(app))["access_token"]


async def test_one_address_cannot_guess_at_many_apps(tmp_path: Path, api: Api) -> None:
    async with site_here(tmp_path, on=api.address) as site, Person(site, "fjk_many") as person:
        statuses = []
        for _ in range(7):
            page = await person.open((await site.app()).link())
            for _ in range(3):
                api.fail("project_sessions", "status", 0, status=401)
                statuses.append((await person.answer(page)).status_code)
        api.mend()
    assert statuses == [400] * 20 + [429]


@pytest.mark.parametrize("servers", [1, 15])
async def test_tries_with_a_blocked_app_do_not_lock_out_the_colleagues(
    tmp_path: Path, api: Api, servers: int
) -> None:
    async with site_here(tmp_path, on=api.address) as site:
        app = await site.app()
        async with Person(site, "fjk_stubborn") as person:
            page = await person.open(app.link())
            api.fail("project_sessions", "status", 0, times=5, status=401)
            assert [(await person.answer(page)).status_code for _ in range(5)] == [400] * 5
    for _ in range(servers):
        # Each worker has yet to see that the limit is reached.
        async with site_here(tmp_path, on=api.address) as site:
            async with Person(site, "fjk_stubborn") as person:
                page = await person.open(App(site, app.client_id).link())
                tries = [(await person.answer(page)).status_code for _ in range(15 // servers)]
            assert tries == [429] * (15 // servers)
    async with site_here(tmp_path, on=api.address) as site, Person(site, "fjk_other") as colleague:
        assert (await colleague.connect(await site.app()))["access_token"]


async def test_right_keys_are_not_counted(tmp_path: Path, clock: ShiftedClock) -> None:
    async with site_here(tmp_path, clock) as site:
        app = await site.app()
        for _ in range(8):
            async with Person(site, "fjk_person") as person:
                assert (await person.allow(app))["code"]
