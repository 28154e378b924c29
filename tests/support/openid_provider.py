"""A real OpenID provider in a process, and somebody who signs in to it in a browser."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from tests.support.processes import CLEAN
from tests.support.repository import ROOT

CLIENTS = ROOT / "tests" / "clients" / "node_modules" / ".bin"
"""A Node.js may be here."""

FOLDER = Path(__file__).with_name("identity_provider")
CALLBACK = "http://127.0.0.1/callback"
ASSISTANT = ("assistant", "secret-of-the-assistant")
SERVER = ("fj-mcp", "secret-of-the-server")

_CLIENTS = [
    {
        "client_id": ASSISTANT[0],
        "client_secret": ASSISTANT[1],
        "application_type": "native",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
    },
    {
        "client_id": SERVER[0],
        "client_secret": SERVER[1],
        "redirect_uris": [],
        "response_types": [],
        "grant_types": [],
    },
]


@contextmanager
def openid_provider(tokens: str) -> Iterator[str]:
    """The issuer of such a provider. Args: `tokens`: `jwt` or `opaque`."""
    node = shutil.which("node", path=f"{CLIENTS}{os.pathsep}{os.environ['PATH']}")
    if node is None or not (FOLDER / "node_modules").is_dir():
        pytest.skip(f"needs Node.js, and npm --prefix {FOLDER.relative_to(ROOT)} install")
    with subprocess.Popen(
        [node, "provider.js", tokens, json.dumps(_CLIENTS)],
        cwd=FOLDER,
        env=CLEAN,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            issuer = process.stdout.readline().strip()
            assert issuer
            yield issuer
        finally:
            process.kill()


class Employee:
    """Somebody with an account at the provider, and a browser.

    Attributes:
        links: of apps that were opened.
        agrees_to: the only scopes to give to an app, if not None.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.links: list[str] = []
        self.agrees_to: str | None = None

    async def browse(self, link: str) -> dict[str, str]:
        """Open an app's link, sign in, and agree; what the app is sent back."""
        self.links.append(link)
        if self.agrees_to is not None:
            link = str(httpx.URL(link).copy_set_param("scope", self.agrees_to))
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            response = await http.get(link)
            for _ in range(12):
                if response.is_redirect:
                    target = urljoin(str(response.url), response.headers["location"])
                    if target.startswith("http://127.0.0.1:9999/callback"):
                        return dict(parse_qsl(urlsplit(target).query))
                    response = await http.get(target)
                else:
                    assert response.status_code == 200, response.text
                    response = await self._submit(http, response)
        raise AssertionError(response.text)

    async def _submit(self, http: httpx.AsyncClient, response: httpx.Response) -> httpx.Response:
        """Fill in the form of a page, and send it."""
        action = re.search(r'<form [^>]*action="([^"]+)"', response.text)
        asked = re.search(r'name="prompt" value="(\w+)"', response.text)
        assert action is not None, response.text
        assert asked is not None
        form = {"prompt": asked[1]}
        if asked[1] == "login":
            form |= {"login": self.name, "password": "any"}
        return await http.post(urljoin(str(response.url), unescape(action[1])), data=form)
