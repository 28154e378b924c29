"""Claude Code signs in through a real browser, reaching nothing but this machine."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.balancers import balancer
from tests.support.processes import Api
from tests.support.real_clients import (
    ONLY_THIS_MACHINE,
    ClientHome,
    allow,
    connected_apps,
    needs,
    public_server,
    server_at,
)
from tests.support.scripted_model import Model, scripted_model
from tests.support.sign_in import documents

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.xdist_group("claude-code"),
    needs("claude"),
]

CONNECTED, SIGNED_OUT = "✔ Connected", "! Needs authentication"
BY_DOCUMENT, BY_REGISTRATION = "Claude Code", "Claude Code (sourcing)"
"""What it calls itself, by how the server knows it."""

DOCUMENT = {
    "client_name": "Claude Code",
    "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
}
"""The content of its own document."""


class ClaudeCode:
    """Claude Code in an empty home, to which one server's address was added."""

    def __init__(self, home: ClientHome, url: str, *options: str) -> None:
        self._home = home
        self.url = url
        added = ("sourcing", f"{url}/mcp")
        home.run("claude", "mcp", "add", "--transport", "http", *options, *added)

    def status(self) -> str:
        """What it says of the server, which it tries to reach."""
        lines = self._home.run("claude", "mcp", "list").splitlines()
        (line,) = (one for one in lines if self.url in one)
        return line.rpartition(" - ")[2]

    def sign_in(self, page: Page, name: str, key: str, *, spend: bool = True) -> str:
        """Sign in, in the browser; return what it says at the end."""
        with self._home.terminal("claude", "mcp", "login", "sourcing") as login:
            allow(page, self._home.opened(login), name, key, spend=spend)
            expect(page.get_by_text("Authentication successful")).to_be_visible()
            assert login.wait() == 0, login.said
            return login.said

    def deny(self, page: Page) -> str:
        """Start to sign in, and deny it in the browser; return what it says at the end."""
        with self._home.terminal("claude", "mcp", "login", "sourcing") as login:
            page.goto(self._home.opened(login))
            page.get_by_role("button", name="Deny").click()
            assert login.wait() == 1, login.said
            return login.said

    def sign_out(self) -> str:
        return self._home.run("claude", "mcp", "logout", "sourcing")

    def ask(self, model: Model, question: str) -> str:
        """Ask it something, with a model in place of its own; its answer."""
        return self._home.run(
            *("claude", "-p", question, "--allowedTools", "mcp__sourcing"),
            ANTHROPIC_BASE_URL=model.address,
            ANTHROPIC_API_KEY="none",
            ENABLE_TOOL_SEARCH="false",
        )

    @property
    def stored(self) -> dict[str, str]:
        """What it has stored of the sign-in."""
        (one,) = json.loads(self._file.read_text())["mcpOAuth"].values()
        return dict(one)

    def forget_access_token(self) -> None:
        """Make it believe that its access token has expired."""
        content = json.loads(self._file.read_text())
        for one in content["mcpOAuth"].values():
            one["expiresAt"] = 1
        self._file.write_text(json.dumps(content))

    @property
    def _file(self) -> Path:
        return self._home.path / ".claude" / ".credentials.json"


@pytest.mark.parametrize("name", [BY_DOCUMENT, BY_REGISTRATION])
def test_the_user_signs_in_stays_signed_in_and_signs_out(
    name: str, home: ClientHome, api: Api, tmp_path: Path, page: Page, key: str
) -> None:
    with ExitStack() as stack:
        settings = ONLY_THIS_MACHINE
        if name == BY_DOCUMENT:
            document = stack.enter_context(documents(tmp_path))
            document.document |= DOCUMENT
            home.environment["MCP_OAUTH_CLIENT_METADATA_URL"] = document.url
            settings = {
                "FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS": "true",
                "SSL_CERT_FILE": str(document.certificates),
            }
        claude = ClaudeCode(home, stack.enter_context(public_server(tmp_path, api, **settings)))
        assert claude.status() == SIGNED_OUT
        assert 'Authenticated with "sourcing"' in claude.sign_in(page, name, key)
        assert claude.status() == CONNECTED
        first = claude.stored
        assert first["clientId"].startswith("https://") == (name == BY_DOCUMENT)
        # An hour later it gets new tokens without the user.
        claude.forget_access_token()
        assert claude.status() == CONNECTED
        assert claude.stored["accessToken"] != first["accessToken"]
        assert claude.stored["refreshToken"] != first["refreshToken"]
        assert connected_apps(page, claude.url) == 1
        # Signing out also revokes the tokens here.
        assert 'Signed out of "sourcing"' in claude.sign_out()
        assert connected_apps(page, claude.url) == 0
        assert claude.status() == SIGNED_OUT
        assert key not in "".join(
            one.read_text(errors="replace") for one in home.path.rglob("*") if one.is_file()
        )


def test_claude_code_signs_in_as_a_client_that_the_operator_has_set_up(
    home: ClientHome, api: Api, tmp_path: Path, page: Page, key: str
) -> None:
    known_as, name, secret = "recruiters", "Claude Code for recruiters", "a secret of the team"
    client: dict[str, object] = {"client_id": known_as, "client_secret": secret, "name": name}
    client["redirect_uris"] = ["http://localhost/callback"]
    home.environment["MCP_CLIENT_SECRET"] = secret
    with public_server(tmp_path, api, FJ_OAUTH_CLIENTS=json.dumps([client])) as url:
        claude = ClaudeCode(home, url, "--client-id", known_as, "--client-secret")
        claude.sign_in(page, name, key)
        claude.forget_access_token()
        assert claude.status() == CONNECTED
        assert claude.stored["clientId"] == known_as


def test_after_a_denial_and_a_disconnect_the_user_can_sign_in_again(
    home: ClientHome, api: Api, tmp_path: Path, page: Page, key: str
) -> None:
    with public_server(tmp_path, api, **ONLY_THIS_MACHINE) as url:
        claude = ClaudeCode(home, url)
        assert "access_denied" in claude.deny(page)
        assert claude.status() == SIGNED_OUT
        claude.sign_in(page, BY_REGISTRATION, key)
        assert connected_apps(page, url) == 1
        page.get_by_role("button", name="Disconnect").click()
        assert claude.status() == SIGNED_OUT
        page.context.clear_cookies()
        claude.sign_in(page, BY_REGISTRATION, key)
        assert claude.status() == CONNECTED


def test_claude_code_registers_again_with_a_server_that_has_forgotten_it(
    home: ClientHome, api: Api, tmp_path: Path, page: Page, key: str
) -> None:
    with (
        balancer() as front,
        server_at(front, tmp_path / "before", api, **ONLY_THIS_MACHINE) as before,
    ):
        front.serve(before)
        claude = ClaudeCode(home, front.url)
        claude.sign_in(page, BY_REGISTRATION, key)
        known_as = claude.stored["clientId"]
        before.end()
        # From now on the address leads to a server with an empty database.
        with server_at(front, tmp_path / "after", api, **ONLY_THIS_MACHINE) as after:
            front.serve(after)
            assert claude.status() == SIGNED_OUT
            claude.sign_in(page, BY_REGISTRATION, key)
            assert claude.status() == CONNECTED
            assert claude.stored["clientId"] != known_as


def test_the_model_is_offered_the_tools_that_the_user_allowed_and_searches_once(
    home: ClientHome, api: Api, tmp_path: Path, page: Page, key: str
) -> None:
    settings = ONLY_THIS_MACHINE | {"FJ_CONFIRM_SPEND": "off"}
    search = {"title": "Developers", "filters": {"skills": {"mandatory": ["C#"]}}}
    with (
        public_server(tmp_path, api, **settings) as url,
        scripted_model("mcp__sourcing__create_sourcing_session", **search) as narrow,
        scripted_model("mcp__sourcing__create_sourcing_session", **search) as wide,
    ):
        claude = ClaudeCode(home, url)
        claude.sign_in(page, BY_REGISTRATION, key, spend=False)
        assert "Done." in claude.ask(narrow, "Find C# developers")
        assert "mcp__sourcing__get_spending" in narrow.offered
        assert narrow.results == []
        assert api.charges(key) == []
        # The user allows more by signing in again.
        claude.sign_out()
        page.context.clear_cookies()
        claude.sign_in(page, BY_REGISTRATION, key)
        assert "Done." in claude.ask(wide, "Find C# developers")
        assert {one.removeprefix("mcp__sourcing__") for one in wide.offered - narrow.offered} == {
            "create_sourcing_session",
            "update_sourcing_session",
            "fetch_more_profiles",
        }
        (result,) = wide.results
        assert "session_id" in str(result["content"])
        assert len(api.charges(key)) == 1
