"""The Inspector's command line signs in through a real browser, and calls tools in both eras."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.processes import Api
from tests.support.real_clients import (
    ClientHome,
    Terminal,
    allow,
    free_port,
    needs,
    public_server,
)
from tests.support.sign_in import documents

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.xdist_group("inspector"),
    needs("mcp-inspector"),
]

SEARCH = {"title": "Developers", "filters": {"skills": {"mandatory": ["C#"]}}}
PAID = {"create_sourcing_session", "update_sourcing_session", "fetch_more_profiles"}


class Inspector:
    """The Inspector's command line for one server, with the options for signing in."""

    def __init__(self, home: ClientHome, url: str, *options: str) -> None:
        # There is no keychain here, and the next command needs what this one has stored.
        home.environment["MCP_INSPECTOR_SECRET_STORE"] = "file"
        self._home = home
        server = ("--server-url", f"{url}/mcp", "--transport", "http", "--format", "json")
        self._command = ("mcp-inspector", "--cli", *server, *options)
        self._callback = ("--callback-url", f"http://127.0.0.1:{free_port()}/oauth/callback")

    def sign_in(self, page: Page, key: str, *options: str, spend: bool) -> set[str]:
        """Sign in, in the browser; return the names of the tools that it then lists."""
        output = self._home.path / "tools.json"
        listing = ("--method", "tools/list", "--output", str(output))
        with self._home.terminal(*self._command, *self._callback, *options, *listing) as terminal:
            allow(page, link_in(terminal), "MCP Inspector", key, spend=spend)
            expect(page.get_by_text("OAuth complete")).to_be_visible()
            assert terminal.wait() == 0, terminal.said
        return {tool["name"] for tool in json.loads(output.read_text())["tools"]}

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool or the error, without asking the user."""
        call = ("--method", "tools/call", "--tool-name", tool)
        given = ("--tool-args-json", json.dumps(arguments))
        said = self._home.run(*self._command, "--stored-auth-only", *call, *given)
        answer: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
        return answer


def link_in(terminal: Terminal) -> str:
    """The address that it asks to open."""
    return terminal.wait_for(r"Please navigate to: (http\S+)\s")[1]


@pytest.mark.parametrize(("era", "by_document"), [("legacy", False), ("modern", True)])
def test_the_user_signs_in_calls_tools_and_allows_more(
    era: str,
    by_document: bool,
    home: ClientHome,
    api: Api,
    tmp_path: Path,
    page: Page,
    key: str,
) -> None:
    with ExitStack() as stack:
        document = stack.enter_context(documents(tmp_path))
        document.document |= {
            "client_name": "MCP Inspector",
            "redirect_uris": ["http://127.0.0.1/oauth/callback"],
        }
        settings = {
            "FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS": "true",
            "SSL_CERT_FILE": str(document.certificates),
            "FJ_LOG_LEVEL": "INFO",
        }
        url = stack.enter_context(public_server(tmp_path, api, **settings))
        own = ("--client-metadata-url", document.url) if by_document else ()
        inspector = Inspector(home, url, "--protocol-era", era, *own)
        assert "auth_required" in json.dumps(inspector.call("get_spending"))
        free = inspector.sign_in(page, key, spend=False)
        assert "get_spending" in free
        assert not free & PAID
        assert inspector.call("get_spending")["result"]["structuredContent"]["spent_today"] == 0
        assert inspector.call("create_sourcing_session", **SEARCH)["error"]
        assert api.charges(key) == []
        # The user may change their mind, here in another browser.
        page.context.clear_cookies()
        assert inspector.sign_in(page, key, "--relogin", spend=True) == free | PAID
        assert inspector.call("create_sourcing_session", **SEARCH)["result"]["isError"] is False
        assert len(api.charges(key)) == 1
        assert (document.asked != []) == by_document
        log = (tmp_path / "log").read_text(encoding="utf-8")
        assert "outcome=allowed scopes=2" in log
        assert "outcome=allowed scopes=3" in log
