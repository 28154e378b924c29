"""The official conformance suite against this authorization server: all of its scenarios for one.

Its other scenarios with authorization are named `auth/…` and test clients, by what they do at an
authorization server of the suite's own; this project has no OAuth client. Those for MCP servers
cannot send a token; `scripts/conformance.py` runs them without one.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.support.processes import Api
from tests.support.real_clients import ClientHome, allow, free_port, needs, public_server
from tests.support.sign_in import documents

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.xdist_group("conformance"),
    needs("conformance"),
]

CHECKS = {
    "authorization-server-metadata-endpoint": {
        "authorization-server-metadata": "SUCCESS",
        "authorization-server-metadata-cimd": "SUCCESS",
    },
    "authorization-code-grant": {"authorization-code-grant": "SUCCESS"},
}
"""The checks of each scenario, and how they must end."""

CALLBACK = "http://127.0.0.1/callback"
"""Where the suite listens, at any port."""


class Site:
    """A server, and the ids of clients that it knows.

    Attributes:
        documented: the address of the client's document.
        predefined: set up by the operator.
    """

    def __init__(self, url: str, documented: str, predefined: str) -> None:
        self.url = url
        self.documented = documented
        self.predefined = predefined

    @property
    def registered(self) -> str:
        """A client that has just registered."""
        metadata = {"redirect_uris": [CALLBACK], "client_name": "Suite"}
        about = httpx.post(
            f"{self.url}/register",
            json=metadata | {"token_endpoint_auth_method": "none"},
            trust_env=False,
        )
        client_id: str = about.json()["client_id"]
        return client_id


@pytest.fixture(scope="module")
def site(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("conformance")
    predefined = "suite"
    client = {"client_id": predefined, "name": "Suite", "redirect_uris": [CALLBACK]}
    with documents(folder) as document:
        document.document |= {"client_name": "Suite", "redirect_uris": [CALLBACK]}
        settings = {
            "FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS": "true",
            "FJ_OAUTH_CLIENTS": json.dumps([client]),
            "SSL_CERT_FILE": str(document.certificates),
        }
        with public_server(folder, api, **settings) as url:
            yield Site(url, document.url, predefined)


def checks_in(folder: Path) -> dict[str, dict[str, str]]:
    """How each check ended, by scenario."""
    found = {}
    for path in folder.glob("*/checks.json"):
        (name,) = re.findall(r"^authorization-server-(.*)-\d{4}-\d\d-\d\dT", path.parent.name)
        checks: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        found[name] = {one["id"]: one["status"] for one in checks}
    return found


def test_the_suite_has_no_other_scenarios_for_an_authorization_server(home: ClientHome) -> None:
    listed = home.run("conformance", "list")
    _, of_servers, of_clients, own = re.split(r"^.* scenarios \(.*\):$", listed, flags=re.MULTILINE)
    assert set(re.findall(r"^  - (\S+)", own, re.MULTILINE)) == set(CHECKS)
    assert "auth" not in of_servers
    assert "auth/basic-cimd" in of_clients


@pytest.mark.parametrize(
    ("known", "names_resource"),
    [("registered", True), ("documented", False), ("predefined", True)],
)
def test_the_suite_passes(
    known: str,
    names_resource: bool,
    site: Site,
    home: ClientHome,
    tmp_path: Path,
    page: Page,
    key: str,
) -> None:
    results = tmp_path / "results"
    command = (
        *("--url", site.url, "--client-id", getattr(site, known)),
        *("--port", str(free_port()), "--output-dir", str(results)),
        *(("--resource", f"{site.url}/mcp") if names_resource else ()),
    )
    with home.terminal("conformance", "authorization", *command) as suite:
        link = suite.wait_for(r"http://\S+/authorize\?\S+(?=\r?\n)")
        allow(page, link[0], "Suite", key)
        expect(page.get_by_text("You can close this page")).to_be_visible()
        assert suite.wait() == 0, suite.said
    assert checks_in(results) == CHECKS, suite.said
