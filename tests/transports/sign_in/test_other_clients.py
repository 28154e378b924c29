"""More real clients sign in through a real browser and use the server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.processes import Api, Server
from tests.support.real_clients import (
    ONLY_THIS_MACHINE,
    ClientHome,
    allow,
    connected_apps,
    needs,
    public_server,
)

pytestmark = [pytest.mark.unmeasured, pytest.mark.xdist_group("other-clients")]

IMPLEMENTATION = {"name": "test", "version": "1"}
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": IMPLEMENTATION}
PAID = "create_sourcing_session"
SEARCH = {"title": "Developers", "filters": {"skills": {"mandatory": ["C#"]}}}


@pytest.fixture
def url(api: Api, tmp_path: Path) -> Iterator[str]:
    """The address of a server that reads no documents, which real clients have on the internet."""
    with public_server(tmp_path, api, **ONLY_THIS_MACHINE) as one:
        yield one


@needs("codex")
def test_codex_signs_in_when_the_address_is_added_and_finds_the_tools(
    home: ClientHome, url: str, page: Page, key: str
) -> None:
    add = ("codex", "mcp", "add", "sourcing", "--url", f"{url}/mcp")
    with home.terminal(*add) as adding:
        allow(page, home.opened(adding), "Codex", key)
        expect(page.get_by_text("Authentication complete")).to_be_visible()
        assert adding.wait() == 0, adding.said
    assert "OAuth" in home.run("codex", "mcp", "list")
    with home.pipes("codex", "app-server") as process:
        server = Server(process)
        server.answers([server.request("initialize", {"clientInfo": IMPLEMENTATION})])
        server.send("initialized")
        (status,) = server.answers([server.request("mcpServerStatus/list")])
    assert PAID in status["data"][0]["tools"]


@needs("opencode")
def test_opencode_signs_in_and_connects(home: ClientHome, url: str, page: Page, key: str) -> None:
    servers = {"sourcing": {"type": "remote", "url": f"{url}/mcp"}}
    (home.path / "opencode.json").write_text(json.dumps({"mcp": servers}))
    with home.terminal("opencode", "mcp", "auth", "sourcing") as auth:
        allow(page, home.opened(auth), "OpenCode", key)
        expect(page.get_by_text("Authorization successful")).to_be_visible()
        assert auth.wait() == 0, auth.said
    assert "✓ sourcing" in home.run("opencode", "mcp", "list")


@needs("mcp-remote")
def test_a_client_that_only_starts_commands_signs_in_by_mcp_remote(
    home: ClientHome, url: str, page: Page, key: str, api: Api
) -> None:
    with home.pipes("mcp-remote", f"{url}/mcp") as process:
        server = Server(process)
        greeting = server.request("initialize", HELLO)
        allow(page, home.opened(process), "MCP CLI Proxy", key)
        expect(page.get_by_text("Authorization successful")).to_be_visible()
        server.answers([greeting])
        server.send("notifications/initialized")
        assert server.call(PAID, **SEARCH)["credits"]["charged"] > 0
    assert len(api.charges(key)) == 1
    # The next time it needs no user.
    with home.pipes("mcp-remote", f"{url}/mcp") as process:
        server = Server(process)
        server.answers([server.request("initialize", HELLO)])
        server.send("notifications/initialized")
        assert server.call("get_spending")["spent_today"] > 0
    assert connected_apps(page, url) == 1


@needs("mcp-remote")
def test_a_client_asks_for_more_when_a_call_needs_it_and_the_call_is_paid_once(
    home: ClientHome, url: str, page: Page, key: str, api: Api
) -> None:
    with home.pipes("mcp-remote", f"{url}/mcp") as process:
        server = Server(process)
        greeting = server.request("initialize", HELLO)
        allow(page, home.opened(process), "MCP CLI Proxy", key, spend=False)
        server.answers([greeting])
        server.send("notifications/initialized")
        asked = server.ask(PAID, **SEARCH)
        page.goto(home.opened(process))
        assert api.charges(key) == []
        expect(page.get_by_text("The app asks for more than you allowed before")).to_be_visible()
        page.get_by_label("Spend credits").check()
        page.get_by_role("button", name="Continue").click()
        (result,) = server.answers([asked])
        assert result["structuredContent"]["credits"]["charged"] > 0
    assert len(api.charges(key)) == 1
