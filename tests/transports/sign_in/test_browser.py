"""The pages for signing in, in a real browser: without scripts, narrow, light and dark."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.support.balancers import balancer
from tests.support.processes import Api, http_process
from tests.support.sign_in import READ, STATE_KEY, App, site_on

pytestmark = [pytest.mark.unmeasured, pytest.mark.xdist_group("sign-in-browser")]

ZOOMED, NARROW, WIDE = 320, 360, 1280
"""Pixels; a window of 1280 at a zoom of 400% has 320."""

LONG_NAME = "W" * 60
LONG_HOST = f"{'w' * 60}.example.com"
"""Without a place to break the line."""

_networks = count(1)


class Callback:
    """An app on this computer, where the user is sent back to.

    Attributes:
        passing: an address that passes the user on to another host.
        framing: an address of another host, whose page shows a `page` in a frame.
        called: the headers of each request, by its path.
    """

    def __init__(self, port: int, called: dict[str, Any]) -> None:
        self.address = f"http://127.0.0.1:{port}/callback"
        self.passing = f"http://127.0.0.1:{port}/passing"
        self.framing = f"http://localhost:{port}/framing"
        self.called = called


@contextmanager
def callback() -> Iterator[Callback]:
    called: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            called[self.path] = dict(self.headers)
            if self.path.startswith("/passing"):
                self.send_response(302)
                self.send_header("location", f"http://localhost:{server.server_port}/passed")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            shown = "<h1>Back in the app</h1>"
            if self.path.startswith("/framing"):
                framed = dict(parse_qsl(urlsplit(self.path).query))["page"]
                shown = f'<iframe src="{html.escape(framed)}"></iframe>'
            self.wfile.write(shown.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield Callback(server.server_port, called)
        server.shutdown()


@pytest.fixture(scope="module")
def site(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that users sign in to."""
    with ExitStack() as stack:
        front = stack.enter_context(balancer())
        server = stack.enter_context(
            http_process(
                tmp_path_factory.mktemp("browser"),
                "--public-url",
                front.url,
                api=api,
                measured=False,
                FJ_STATE_KEY=STATE_KEY,
            )
        )
        front.serve(server)
        yield front.url


@pytest.fixture
def app() -> Iterator[Callback]:
    with callback() as one:
        yield one


def registered(site: str, app: Callback, name: str = "Sourcing helper", address: str = "") -> App:
    """The app, newly registered, with its callback or another address."""
    address = address or app.address
    metadata = {"redirect_uris": [address], "client_name": name}
    # Each from its own address, because registrations are limited per address.
    away = {"x-forwarded-for": f"2001:db8:0:{next(_networks):x}::1"}
    about = httpx.post(f"{site}/register", json=metadata, headers=away, trust_env=False).json()
    return App(site_on(site), about["client_id"], about["client_secret"], address)


def link(site: str, app: Callback, address: str = "") -> str:
    """The address that a newly registered app opens."""
    return registered(site, app, address=address).link()


def redeem(client: App, app: Callback) -> None:
    """Exchange the code that the app was last sent."""
    path = next(one for one in reversed(app.called) if "code=" in one)
    form = {
        "grant_type": "authorization_code",
        "code": dict(parse_qsl(urlsplit(path).query))["code"],
        "redirect_uri": client.callback,
        "code_verifier": client.verifier,
        "client_id": client.client_id,
        "client_secret": client.secret,
    }
    answer = httpx.post(f"{client.site.url}/token", data=form, trust_env=False)
    assert answer.status_code == 200, answer.text


def enter_key(page: Page, key: str) -> None:
    page.get_by_label("Your FutureJobs key").fill(key)
    page.get_by_role("button", name="Allow").click()


def findings(page: Page) -> list[str]:
    """The problems that axe finds, and whatever is wider than the page."""
    found = [one["id"] for one in Axe().run(page).response["violations"]]
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return found + (["wider than the page"] if too_wide else [])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [ZOOMED, NARROW, WIDE])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    site: str, browser: Browser, app: Callback, theme: Any, width: int
) -> None:
    size: Any = {"width": width, "height": 800}
    with browser.new_context(viewport=size, color_scheme=theme) as context:
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda line: refused.append(line.text))
        page.goto(link(site, app))
        assert findings(page) == []
        # The style sheet is applied, so that its digest is the one in the policy.
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(246, 247, 249)" if theme == "light" else "rgb(18, 22, 28)")
        assert refused == []
        enter_key(page, "nothing")
        expect(page.get_by_role("alert")).to_contain_text("That is not a FutureJobs key.")
        assert findings(page) == []
        enter_key(page, "fjk_browser")
        expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()
        page.goto(f"{site}/connections")
        expect(page.get_by_role("heading", name="Connected apps")).to_be_visible()
        assert findings(page) == []
        page.goto(f"{site}/sign-in?request=old")
        assert findings(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [ZOOMED, NARROW, WIDE])
def test_nor_on_what_a_connected_user_sees_of_an_app_with_a_long_name(
    site: str, browser: Browser, app: Callback, theme: Any, width: int
) -> None:
    size: Any = {"width": width, "height": 800}
    with browser.new_context(viewport=size, color_scheme=theme) as context:
        page = context.new_page()
        client = registered(site, app, name=LONG_NAME)
        page.goto(client.link(scope=READ))
        expect(page.get_by_text(LONG_NAME).first).to_be_visible()
        assert findings(page) == []
        enter_key(page, f"fjk_{theme}{width}")
        expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()
        redeem(client, app)
        # The second visit, with everything that such a page can show.
        page.goto(client.link())
        expect(page.get_by_text("You have connected this app before.")).to_be_visible()
        expect(page.get_by_text("The app asks for more than you allowed before")).to_be_visible()
        for name in ("Continue", "Deny", "Use another key"):
            expect(page.get_by_role("button", name=name)).to_be_visible()
        assert findings(page) == []
        page.get_by_role("link", name="See connected apps").click()
        expect(page.get_by_role("button", name=f"Disconnect {LONG_NAME}")).to_be_visible()
        expect(page.get_by_role("listitem")).to_have_count(1)
        assert findings(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [ZOOMED, NARROW, WIDE])
def test_nor_on_what_the_user_sees_when_an_app_asks_in_a_wrong_way(
    site: str, browser: Browser, app: Callback, theme: Any, width: int
) -> None:
    hosted = registered(site, app, LONG_NAME, f"https://{LONG_HOST}/callback")
    wrong = {
        "This server does not recognize the app": hosted.link(client_id="unknown"),
        "This request is not valid": hosted.link(redirect_uri="https://evil.example/"),
    }
    size: Any = {"width": width, "height": 800}
    with browser.new_context(viewport=size, color_scheme=theme) as context:
        page = context.new_page()
        for heading, address in wrong.items():
            page.goto(address)
            expect(page.get_by_role("heading", name=heading)).to_be_visible()
            assert findings(page) == []
        page.goto(hosted.link(code_challenge_method="plain"))
        back = page.get_by_role("link", name=f"Go back to {LONG_HOST}")
        expect(back).to_have_attribute("href", re.compile(f"^https://{LONG_HOST}/callback[?]"))
        assert findings(page) == []
        page.goto(hosted.link())
        expect(page.get_by_text(LONG_HOST).first).to_be_visible()
        assert findings(page) == []


def test_the_user_signs_in_without_any_script(site: str, browser: Browser, app: Callback) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(link(site, app))
        expect(page.get_by_text("Sourcing helper wants to use your FutureJobs")).to_be_visible()
        page.get_by_label("Reveal email addresses").uncheck()
        enter_key(page, "fjk_scriptless")
        expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()
        (path,) = (one for one in app.called if one.startswith("/callback"))
        assert dict(parse_qsl(urlsplit(path).query)).keys() == {"code", "state", "iss"}
        # The app does not learn the address of the page, with what was asked for in it.
        assert "Referer" not in app.called[path]
        # Once more, by another app in the same browser, without the key.
        page.goto(link(site, app))
        expect(page.get_by_label("Your FutureJobs key")).to_have_count(0)
        page.get_by_role("button", name="Deny").click()
        expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()
        assert any("error=access_denied" in one for one in app.called)


def test_on_a_phone_the_user_sees_first_who_asks_and_then_what_is_wrong(
    site: str, browser: Browser, app: Callback
) -> None:
    with browser.new_context(viewport={"width": NARROW, "height": 600}) as context:
        page = context.new_page()
        page.goto(link(site, app))
        expect(page.get_by_text("Sourcing helper wants to use your FutureJobs")).to_be_in_viewport()
        enter_key(page, "nothing")
        key = page.get_by_label("Your FutureJobs key")
        expect(key).to_be_focused()
        expect(key).to_be_in_viewport()
        expect(page.get_by_role("alert")).to_be_in_viewport()
        expect(key).to_have_accessible_description(re.compile("That is not a FutureJobs key"))


def test_the_keyboard_is_enough(site: str, browser: Browser, app: Callback) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link(site, app))
        for _ in range(2):
            page.keyboard.press("Tab")
        expect(page.get_by_label("Reveal email addresses")).to_be_focused()
        page.keyboard.press("Space")
        expect(page.get_by_label("Reveal email addresses")).not_to_be_checked()
        page.keyboard.press("Tab")
        page.keyboard.type("fjk_keyboard")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()
        assert any("code=" in one for one in app.called)


def test_an_app_may_pass_the_user_on_to_another_host(
    site: str, browser: Browser, app: Callback
) -> None:
    """As callbacks of hosted apps do; Chromium checks each step against the page's policy."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link(site, app, app.passing))
        enter_key(page, "fjk_passed_on")
        expect(page.get_by_role("heading", name="Back in the app")).to_be_visible()
        assert "/passed" in app.called


def test_the_page_of_another_host_cannot_show_these_in_a_frame(
    site: str, browser: Browser, app: Callback
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(link(site, app))
        assert urlsplit(page.url).path == "/sign-in"
        pages = [page.url, link(site, app), f"{site}/connections", f"{site}/authorize"]

        def framed(address: str) -> tuple[int, str]:
            """The status of a framed page, and what the user sees of it."""
            with page.expect_response(lambda one: one.url.startswith(address)) as answer:
                page.goto(f"{app.framing}?{urlencode({'page': address})}")
            (frame,) = page.main_frame.child_frames
            return answer.value.status, frame.locator("body").inner_text()

        assert framed(app.address) == (200, "Back in the app")
        for address in pages:
            status, seen = framed(address)
            assert status in (200, 302, 400)
            assert "FutureJobs" not in seen
            assert "refused to connect" in seen
