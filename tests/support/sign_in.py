"""People who sign in, and the apps that they sign in to, against a server with a public address."""

import asyncio
import base64
import hashlib
import html
import json
import re
import secrets
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import trustme
from starlette.applications import Starlette

from fj_mcp.clock import Clock
from fj_mcp.settings.settings import Settings
from fj_mcp.transports.http.app import create_app
from fj_mcp.transports.http.tenants import Tenants
from tests.support.assistant import small_sandbox
from tests.support.ledgers import ledger_settings
from tests.support.raw_api import raw_api

PUBLIC_URL = "https://sourcing.example.com"
STATE_KEY = "test state key, 32 characters or more"
CALLBACK = "https://app.example.com/callback"
READ, SPEND, CONTACTS = "sourcing:read", "sourcing:spend", "sourcing:contacts"
ALL = f"{READ} {SPEND} {CONTACTS}"


class ShiftedClock(Clock):
    """This machine's clock, which a test can set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        """Unix seconds."""
        return super().now() + self.ahead


class Site:
    """A server with a public address, over the network or in this process."""

    def __init__(self, url: str, make_transport: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self.url = url
        self._make_transport = make_transport

    @property
    def resource(self) -> str:
        """The address of MCP."""
        return f"{self.url}/mcp"

    def http(self, **options: Any) -> httpx.AsyncClient:
        """A client without cookies."""
        transport = self._make_transport()
        return httpx.AsyncClient(transport=transport, base_url=self.url, timeout=60, **options)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """One GET, without cookies."""
        async with self.http() as http:
            return await http.get(path, headers=_named(headers))

    async def post(self, path: str, form: dict[str, str], **headers: str) -> httpx.Response:
        """One POST of a form, without cookies."""
        async with self.http() as http:
            return await http.post(path, data=form, headers=_named(headers))

    async def register(self, **metadata: Any) -> httpx.Response:
        """Register a client."""
        given = {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"} | metadata
        async with self.http() as http:
            return await http.post("/register", json=given)

    async def app(self, **metadata: Any) -> "App":
        """A newly registered app."""
        answer = await self.register(**metadata)
        assert answer.status_code == 201, answer.text
        about = answer.json()
        return App(self, about["client_id"], about.get("client_secret"), about["redirect_uris"][0])

    async def message(self, method: str, token: str = "", **params: Any) -> httpx.Response:
        """One JSON-RPC request to MCP, with a token if given."""
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
        headers = {"accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        async with self.http() as http:
            return await http.post("/mcp", json=body, headers=headers)

    async def call(
        self, token: str, tool: str = "get_spending", **arguments: Any
    ) -> httpx.Response:
        """One tool call with a token."""
        return await self.message("tools/call", token, name=tool, arguments=arguments)


class Page:
    """A page as a person sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.status = response.status_code
        seen = re.sub(r"<style>.*?</style>|<[^>]+>", " ", response.text, flags=re.DOTALL)
        self.text = " ".join(html.unescape(seen).split())
        self.hidden = {
            name: html.unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', response.text
            )
        }
        self.fields = re.findall(
            r'<input type="(?!hidden)\w+"[^>]*? name="([\w-]+)"', response.text
        )
        self.checked = re.findall(
            r'<input type="checkbox" name="([\w-]+)" value="yes" checked>', response.text
        )


class Person:
    """A person with a browser and a FutureJobs key. A context manager."""

    def __init__(self, site: Site, key: str) -> None:
        self.site = site
        self.key = key
        self.http = site.http()

    async def __aenter__(self) -> "Person":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def open(self, address: str) -> Page:
        """Follow an app's link to the page."""
        response = await self.http.get(address)
        if response.status_code == 302 and response.headers["location"].startswith(self.site.url):
            response = await self.http.get(response.headers["location"])
        return Page(response)

    async def submit(self, page: Page, path: str = "/sign-in", **fields: str) -> httpx.Response:
        """Send the form of a page as the browser does, with some fields filled in."""
        headers = {"origin": "null", "sec-fetch-site": "same-origin"}
        return await self.http.post(path, data=page.hidden | fields, headers=headers)

    async def answer(self, page: Page, **fields: str) -> httpx.Response:
        """Allow what the page suggests, with the key if the page asks for it."""
        given = {"answer": "allow"} | dict.fromkeys(page.checked, "yes")
        if "key" in page.fields:
            given["key"] = self.key
        return await self.submit(page, **(given | fields))

    async def allow(self, app: "App", **fields: str) -> dict[str, str]:
        """Allow an app what it asks for; return what the app is sent back."""
        page = await self.open(app.link())
        assert page.status == 200, page.text
        return sent_back(await self.answer(page, **fields))

    async def connect(self, app: "App", **fields: str) -> dict[str, Any]:
        """Allow an app what it asks for; return the response with its tokens."""
        answer = await app.redeem((await self.allow(app, **fields))["code"])
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


class App:
    """An OAuth client, which follows the rules unless a test makes it break one."""

    def __init__(
        self, site: Site, client_id: str, secret: str | None = None, callback: str = CALLBACK
    ) -> None:
        self.site = site
        self.client_id = client_id
        self.secret = secret
        self.callback = callback
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(16)

    @property
    def challenge(self) -> str:
        """The PKCE challenge of its verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def link(self, **changed: str | None) -> str:
        """The address that it opens in the browser; a parameter of None is left out."""
        given = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
            "resource": self.site.resource,
            "scope": ALL,
        } | changed
        query = urlencode({name: value for name, value in given.items() if value is not None})
        return f"{self.site.url}/authorize?{query}"

    async def redeem(self, code: str, **changed: str | None) -> httpx.Response:
        """Exchange a code for tokens."""
        given: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": self.verifier,
            "resource": self.site.resource,
        }
        return await self._token(given | changed)

    async def refresh(self, token: str, **changed: str | None) -> httpx.Response:
        """Exchange a refresh token for tokens."""
        return await self._token({"grant_type": "refresh_token", "refresh_token": token, **changed})

    async def revoke(self, token: str) -> httpx.Response:
        """Revoke a token."""
        return await self.site.post("/revoke", self._credentials() | {"token": token})

    async def _token(self, given: dict[str, str | None]) -> httpx.Response:
        form = {**self._credentials(), **given}
        sent = {name: value for name, value in form.items() if value is not None}
        return await self.site.post("/token", sent)

    def _credentials(self) -> dict[str, str]:
        own = {"client_id": self.client_id}
        return own | ({"client_secret": self.secret} if self.secret else {})


def sent_back(response: httpx.Response) -> dict[str, str]:
    """What an app is sent back, at once or by the user's click, with the address under `to`."""
    link = re.search(r'<a class="back" href="([^"]+)"', response.text)
    assert link or response.status_code in (302, 303), response.text
    location = html.unescape(link[1]) if link else response.headers["location"]
    query = dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))
    return query | {"to": location.partition("?")[0]}


def result_of(response: httpx.Response) -> dict[str, Any]:
    """The result of a message to MCP, which must have one."""
    assert response.status_code == 200, response.text
    result: dict[str, Any] = json.loads(response.text.rpartition("data: ")[2])["result"]
    return result


def works(response: httpx.Response) -> bool:
    """Whether a tool call had a result."""
    return response.status_code == 200 and not result_of(response)["isError"]


async def at_once(calls: Sequence[Callable[[], Awaitable[httpx.Response]]]) -> list[httpx.Response]:
    """The responses to calls that are made at the same time, in the order of the calls."""
    return await asyncio.gather(*(call() for call in calls))


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def site_on(url: str) -> Site:
    """A site over the network, each request on a connection of its own."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return Site(url, lambda: httpx.AsyncHTTPTransport(limits=limits))


@asynccontextmanager
async def site_here(
    folder: Path, clock: Clock | None = None, on: str = "", **settings: Any
) -> AsyncIterator[Site]:
    """A site in this process, on an API at an address, or on a sandbox that takes every key."""
    own: dict[str, Any] = {"public_url": PUBLIC_URL, "state_key": STATE_KEY}
    own |= ledger_settings(folder) | {"confirm_spend": "off"} | ({"api_base_url": on} if on else {})
    given = Settings.model_validate(own | settings)
    transport = None if on else small_sandbox().transport
    app = create_app(given, tenants=Tenants(given, transport, clock))
    assert isinstance(app, Starlette)
    async with app.router.lifespan_context(app):
        yield Site(given.public_url or "", lambda: httpx.ASGITransport(app))


class Documents:
    """A web server on this machine with the metadata of apps.

    Attributes:
        port: where it listens.
        url: of one of them.
        document: its content, or bytes instead.
        may_answer: cleared to keep those who ask waiting.
        asked: the paths of all requests.
        certificates: a file with the authority of its certificate.
    """

    def __init__(self, address: str, host: str, asked: list[str], certificates: Path) -> None:
        self.port = urlsplit(address).port
        self.url = f"https://{host}:{self.port}/app.json"
        self.document: Any = {
            "client_id": self.url,
            "client_name": "Documented app",
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "none",
        }
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked = asked
        self.certificates = certificates

    def app(self, site: Site) -> App:
        """The app that it describes."""
        return App(site, self.url)


@contextmanager
def documents(
    folder: Path, status: int = 200, headers: dict[str, str] | None = None, host: str = "localhost"
) -> Iterator[Documents]:
    """Run such a server, with its own authority and a certificate for its host."""
    authority = trustme.CA()
    file = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    made: list[Documents] = []

    def body() -> list[bytes]:
        made[0].may_answer.wait()
        document = made[0].document
        return [document if isinstance(document, bytes) else json.dumps(document).encode()]

    with raw_api(body, headers, status, context) as (address, asked):
        made.append(Documents(address, host, asked, file))
        yield made[0]
        made[0].may_answer.set()
