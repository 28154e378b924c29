"""The documents for signing in say what the pages, the settings and the code say."""

import logging
import re
from pathlib import Path

import pytest

from fj_mcp.commands.install.assistants import ASSISTANTS
from fj_mcp.commands.install.selection import HOSTED
from fj_mcp.settings.settings import VARIABLES, Settings
from fj_mcp.storage.sign_in.records import BROWSER_SECONDS, CLIENT_SECONDS, UNUSED_CLIENT_SECONDS
from fj_mcp.transports.sign_in.limits import KEYS, KEYS_OF_CLIENT
from fj_mcp.transports.sign_in.metadata import (
    AUTHORIZE,
    CONNECTIONS,
    REGISTER,
    RESOURCE_METADATA,
    REVOKE,
    SIGN_IN,
    TOKEN,
)
from fj_mcp.transports.sign_in.provider import ACCESS_SECONDS, QUESTION_SECONDS, REFRESH_SECONDS
from fj_mcp.transports.sign_in.scopes import SCOPES
from tests.support.repository import ROOT
from tests.support.sign_in import Person, site_here

DOCS = ROOT / "docs"
TEMPLATES = ROOT / "fj_mcp" / "transports" / "sign_in" / "templates"
PAGES = ("connect", "sign-in", "company-accounts")


def text_of(page: str) -> str:
    return (DOCS / f"{page}.md").read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    _, _, rest = text_of(page).partition(f"## {heading}\n")
    return rest.partition("\n## ")[0]


def template(name: str) -> str:
    seen = re.sub(r"<[^>]+>", " ", (TEMPLATES / name).read_text(encoding="utf-8"))
    return " ".join(seen.split())


def test_the_page_is_described_in_its_own_words() -> None:
    part = section("connect", "The page on which you sign in")
    labels = re.findall(r"^- \*\*(.+?)\*\*", part, re.MULTILINE)
    assert len(labels) == 4
    for label in [*labels, *re.findall(r"\*([A-Z][^*]+)\*", part.replace("**", ""))]:
        assert label in template("sign_in.html")
    for label in re.findall(r"\*([A-Z][^*]+)\*", section("connect", "Disconnect")):
        assert label in template("connections.html")
    assert f"`{CONNECTIONS[1:]}`" in section("connect", "Disconnect")


def test_the_picture_of_the_page_loads_quickly() -> None:
    (name,) = re.findall(r'src="(images/[^"]+)"', text_of("connect"))
    assert (DOCS / name).stat().st_size < 100_000


@pytest.mark.parametrize("hosted", HOSTED)
def test_install_and_the_page_lead_to_the_same_place(hosted: str) -> None:
    title, place = HOSTED[hosted]
    page = " ".join(text_of("connect").replace("*", "").split())
    last = place.rpartition(", ")[2]
    assert last in page
    assert title.removeprefix("Claude ") in page
    assert ASSISTANTS["claude-desktop"].sign_in.rpartition(", ")[2] in page


def headings(page: str) -> str:
    return "\n".join(re.findall(r"^##+ (.+)$", text_of(page), re.MULTILINE))


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("connect", ("Claude", "ChatGPT", "Microsoft Copilot", "Le Chat", "VS Code", "Cursor")),
        ("company-accounts", ("Microsoft Entra ID", "Okta", "Keycloak", "Google Workspace")),
    ],
)
def test_each_client_and_each_provider_has_its_own_part(page: str, names: tuple[str, ...]) -> None:
    for name in names:
        assert name in headings(page).splitlines()
        level = re.search(rf"^(##+) {name}$", text_of(page), re.MULTILINE)
        assert level is not None
        part = text_of(page)[level.end() :].partition(f"\n{level[1]} ")[0]
        assert len(part.split()) > 25


def test_the_person_who_runs_the_server_reads_of_certificates_and_balancers() -> None:
    assert "Claude Desktop" in section("connect", "Claude")
    assert "**A certificate**" in section("sign-in", "What it needs")
    assert "(deploy.md#many-machines)" in section("sign-in", "The proxy in front")


def test_what_was_not_tried_is_said() -> None:
    tried = section("connect", "What was tried")
    for name in ("Claude Code", "Codex", "OpenCode", "MCP Inspector", "mcp-remote"):
        assert name in tried
    assert "were not tried with this server" in tried


def days(seconds: float) -> str:
    return f"{seconds / 86_400:g} days"


def test_what_lasts_how_long_is_what_the_code_says() -> None:
    rows = dict(
        re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section("sign-in", "How long things last"), re.M)
    )
    assert rows["the page"] == f"{QUESTION_SECONDS / 60:g} minutes"
    assert rows["a browser's memory of the key"].startswith(days(BROWSER_SECONDS))
    assert f"for {days(BROWSER_SECONDS)} they" in section("connect", "Disconnect")
    assert f"for {days(BROWSER_SECONDS)} after" in text_of("decisions/0008-sign-in")
    assert rows["an access token"] == "an hour"
    assert ACCESS_SECONDS == UNUSED_CLIENT_SECONDS == 3_600
    assert rows["a connection"].startswith(days(REFRESH_SECONDS))
    assert f"once in {days(REFRESH_SECONDS)}" in " ".join(text_of("connect").split())
    assert rows["a registration"].startswith("an hour")
    assert days(CLIENT_SECONDS) in rows["a registration"]
    assert KEYS.seconds == KEYS_OF_CLIENT.seconds == 600
    assert rows["wrong keys"].startswith(f"{KEYS_OF_CLIENT.most} in ten minutes")
    assert f"{KEYS.most} in all" in rows["wrong keys"]


def test_the_proxy_passes_on_every_path() -> None:
    part = section("sign-in", "The proxy in front")
    for path in ("/mcp", AUTHORIZE, TOKEN, REGISTER, REVOKE, SIGN_IN, CONNECTIONS):
        assert f"`{path}`" in part
    assert RESOURCE_METADATA in section("sign-in", "When somebody cannot connect")


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_is_named_exists(page: str) -> None:
    named = set(re.findall(r"\bFJ_[A-Z_]+[A-Z]\b", text_of(page)))
    assert named <= VARIABLES.keys()


def test_every_setting_of_the_company_is_explained() -> None:
    rows = section("company-accounts", "Settings")
    of_the_company = {
        name
        for name, field in VARIABLES.items()
        if field.startswith("oauth_") and field not in ("oauth_clients", "oauth_id_jag")
    } - {"FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS"}
    assert of_the_company <= set(re.findall(r"^\| `(FJ_\w+)` \|", rows, re.MULTILINE))
    assert "FJ_OAUTH_ID_JAG=1" in text_of("company-accounts")
    assert Settings().oauth_scopes == SCOPES[:1]
    assert f"`{SCOPES[0]}` unless you set more" in rows
    assert all(f"`{scope}`" in text_of("company-accounts") for scope in SCOPES)


@pytest.mark.anyio
async def test_the_log_of_a_sign_in_that_works_is_the_one_that_is_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "fj_mcp")
    async with site_here(tmp_path, log_level="INFO") as site, Person(site, "fjk_p") as person:
        await site.message("tools/list")
        app = await site.app(client_name="Claude")
        tokens = await person.connect(app)
        await site.call(tokens["access_token"], "list_sessions")
    (shown,) = re.findall(
        r"```\n(.*?)\n```", section("sign-in", "When somebody cannot connect"), re.DOTALL
    )
    logged = [re.sub(r"ms=\d+ request=\d+", "ms= request=", one) for one in caplog.messages]
    # This app has registered itself, the one that is shown has a document.
    assert "sign-in step=register outcome=ok" in logged
    logged.remove("sign-in step=register outcome=ok")
    example = re.sub(r"ms=\d+ request=\d+", "ms= request=", shown)
    expected = example.replace("client=claude.ai", "client=registration").splitlines()
    assert [one for one in logged if "step=" in one or "tool=" in one] == expected
