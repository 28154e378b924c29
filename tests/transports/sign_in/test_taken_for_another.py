"""Apps and addresses that a user could take for others, and links that only seem to lead here."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.sign_in import (
    App,
    Documents,
    Person,
    Site,
    documents,
    sent_back,
    site_here,
)

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("sign-in")]

EVIL = "https://evil.example/callback"
OURS = "https://chat.example.com/callback"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    clients = [{"client_id": "ours", "redirect_uris": [OURS]}]
    async with site_here(tmp_path, oauth_clients=json.dumps(clients)) as one:
        yield one


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge": None},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
        {"resource": "https://evil.example/mcp"},
        {"state": "x" * 9_000},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_a_mistake_of_an_app_leads_to_its_address_only_by_a_click(
    person: Person, wrong: dict[str, str | None]
) -> None:
    """Otherwise anyone could register an address and spread links to here that lead there."""
    app = await person.site.app(redirect_uris=[EVIL])
    page = await person.open(app.link(**wrong))
    assert page.status == 400
    assert "location" not in page.response.headers
    assert "Nothing was connected. Go back to evil.example" in page.text
    back = sent_back(page.response)
    assert back["to"] == EVIL
    assert back["iss"] == person.site.url
    assert "error" in back


@pytest.mark.parametrize("callback", ["http://127.0.0.1:9/callback", "cursor://x/callback"])
async def test_an_app_on_the_users_computer_learns_of_its_mistake_at_once(
    person: Person, callback: str
) -> None:
    app = await person.site.app(redirect_uris=[callback])
    page = await person.open(app.link(code_challenge=None))
    assert page.status == 302
    assert sent_back(page.response)["error"] == "invalid_request"


async def test_an_app_of_the_operator_learns_of_its_mistake_at_once(person: Person) -> None:
    page = await person.open(App(person.site, "ours", callback=OURS).link(code_challenge=None))
    assert page.status == 302
    assert sent_back(page.response)["to"] == OURS


@pytest.mark.parametrize(
    "address",
    [
        "https://@evil.example/callback",
        "https://:@evil.example/callback",
        "https://claude.ai@evil.example/callback",
        "https://:claude.ai@evil.example/callback",
        "https://claude.ai%40evil.example/callback",
        "https://claude.ai\\@evil.example/callback",
        "https://evil.example\\.claude.ai/callback",
        "https://cl\u0430ude.ai/callback",
        "https://claude\u3002ai/callback",
        "http://@127.0.0.1/callback",
    ],
)
async def test_no_address_has_another_host_than_it_shows(person: Person, address: str) -> None:
    answer = await person.site.register(redirect_uris=[address])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    "before_host",
    [
        "https://@",
        "https://:@",
        "https://claude.ai@",
        "https://:claude.ai@",
        "https://claude.ai%2f.",
    ],
)
async def test_no_document_is_on_another_host_than_the_page_says(
    near: Person, described: Documents, before_host: str
) -> None:
    url = described.url.replace("https://", before_host)
    described.document["client_id"] = url
    read = len(described.asked)
    page = await near.open(App(near.site, url).link())
    assert page.status == 400
    assert "claude.ai" not in page.text
    assert len(described.asked) == read


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("Application/JSON ; charset=utf-8", 200),
        ("application/vnd.app+json", 200),
        ("text/plain", 400),
        ("text/html; charset=utf-8", 400),
        ("application/octet-stream", 400),
        ("text/plain; x=application/json", 400),
        ("application/json, text/html", 400),
        ("", 400),
    ],
)
async def test_a_file_of_a_user_of_a_host_is_no_document_of_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, status: int
) -> None:
    """Hosts that show texts and files of their users do so as another type."""
    with documents(tmp_path, headers={"content-type": kind}) as uploaded:
        monkeypatch.setenv("SSL_CERT_FILE", str(uploaded.certificates))
        async with (
            site_here(tmp_path, oauth_allow_loopback_clients=True) as site,
            Person(site, "fjk_person") as person,
        ):
            page = await person.open(uploaded.app(site).link())
    assert page.status == status


async def test_what_an_app_asked_for_at_another_server_is_not_asked_here(
    person: Person, tmp_path: Path
) -> None:
    """Not even if both have the same FJ_STATE_KEY, as a copy for tests may."""
    page = await person.open((await person.site.app()).link())
    elsewhere = f"/sign-in?request={page.hidden['request']}"
    assert (await person.site.get(elsewhere)).status_code == 200
    async with site_here(tmp_path, public_url="https://other.example.com") as other:
        assert (await other.get(elsewhere)).status_code == 400


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Cla\u200bude\u202e", "Claude"),
        ("\u2066Claude\u2069\x00\x1b[31m", "Claude"),
        ("Claude\r\n\r\nChecked by FutureJobs", "Claude Checked by FutureJobs"),
        ("\U000e0041Claude\ufe0f", "Claude"),
        ("x" * 500, "x" * 59 + "\u2026"),
        (" \u3000\u00a0", "An unnamed app"),
    ],
)
async def test_a_name_is_one_line_of_what_can_be_seen(
    person: Person, name: str, shown: str
) -> None:
    page = await person.open((await person.site.app(client_name=name)).link())
    assert f"{shown} wants to use your FutureJobs account." in page.text
    assert (
        f"\u201c{shown}\u201d. The app chose this name itself, and nobody has checked it."
        in page.text
    )


@pytest.mark.parametrize(
    "name",
    [
        "Claude, published by claude.ai",
        "Our chat, set up by the person who runs this server",
        "Claude\u201d, published by claude.ai. \u201cIt",
        '"Claude", checked by FutureJobs. \u201eIt\u201f',
    ],
)
async def test_what_an_app_says_in_its_name_is_in_quotation_marks(
    person: Person, name: str
) -> None:
    page = await person.open((await person.site.app(client_name=name)).link())
    (shown,) = re.findall(r"App (.*?) Sends you back to", page.text)
    inside = re.fullmatch(r"\u201c([^\u201c\u201d\"]+)\u201d\. The app chose .*checked it\.", shown)
    assert inside
    letters = re.compile(r"\w+")
    assert letters.findall(inside[1]) == letters.findall(name)


async def test_the_user_is_warned_of_an_app_that_describes_itself(
    near: Person, described: Documents
) -> None:
    """Its host is verified, its name is not: any app may call itself Claude."""
    described.document |= {"client_name": "Claude", "redirect_uris": [EVIL]}
    page = await near.open(described.app(near.site).link(redirect_uri=EVIL))
    assert described.url.split("/")[2] in page.text
    assert "Continue only if you just added this server to an app yourself" in page.text
    assert "recognize evil.example as the app's address" in page.text
