"""From an address to a search, away for two hours, back without signing in again, and disconnected.

Every part is real: the servers and the sandbox behind them, an app (the SDK's OAuth client) with
its tokens in a file, and Chromium on the pages. So is the lost connection: the one server is killed
while the app waits for a search, and between the app and two servers the network is cut.

Nobody can wait for two hours. Instead the wall clock of every process but the browser is set
forward while they run, so that all that they compare with it has happened two hours ago: tokens,
sessions, purchases and idle keys in memory alike. Moving the moments in the database instead would
miss what a process remembers, and would have to know the columns.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.app_process import App, app_process
from tests.support.assistant import ERAS
from tests.support.balancers import Balancer, balancer
from tests.support.conditions import until
from tests.support.http_messages import SEARCH
from tests.support.ledgers import postgres_server
from tests.support.moved_clocks import MovedClock
from tests.support.oauth_app import NAME
from tests.support.processes import Api, HttpServer, http_process, sandbox_process
from tests.support.shortlist_page import browsing
from tests.support.sign_in import ALL, STATE_KEY

pytestmark = [pytest.mark.unmeasured, pytest.mark.xdist_group("sign-in-journey")]

HOURS = 3_600
MATCH_SECONDS, CREDITS = 600, 100
CACHED_SECONDS = 11
"""After this time, a server has noticed what another has ended."""


@dataclass
class Place:
    """Servers at one public address, which lose their connections and come back."""

    stack: ExitStack
    clock: MovedClock
    api: Api
    front: Balancer
    folder: Path
    settings: dict[str, str]
    servers: list[HttpServer] = field(default_factory=list)

    def start(self, name: str) -> None:
        """Start another server."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        public = ("--public-url", self.front.url)
        shared = self.clock.variables | self.settings
        server = http_process(folder, *public, api=self.api, measured=False, **shared)
        self.servers.append(self.stack.enter_context(server))

    def lose(self) -> None:
        """Cut all connections."""
        self.front.cut()

    def come_back(self) -> None:
        """Accept connections again."""
        self.front.serve(*self.servers)

    @property
    def address(self) -> str:
        """Everything that the user has."""
        return f"{self.front.url}/mcp"

    def status(self, access_token: str) -> int:
        """The status of a call with a token, by the next server."""
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        headers = {"authorization": f"Bearer {access_token}", "accept": "application/json"}
        response = httpx.post(self.address, json=body, headers=headers, timeout=60, trust_env=False)
        if response.status_code == 401:
            challenge = response.headers["www-authenticate"]
            assert 'error="invalid_token"' in challenge
            assert f'resource_metadata="{self.front.url}/.well-known/' in challenge
        return response.status_code

    def refresh(self, app: App, refresh_token: str) -> str:
        """The error of a refresh."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, **app.credentials()}
        response = httpx.post(f"{self.front.url}/token", data=form, timeout=60, trust_env=False)
        error: str = response.json()["error"]
        return error


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as one:
        yield one


class OneServer(Place):
    """A server with SQLite, which is killed and started again."""

    def lose(self) -> None:
        self.servers.pop().process.kill()

    def come_back(self) -> None:
        self.start("one")
        super().come_back()


class TwoServers(Place):
    """Two servers with one PostgreSQL, from which the network is cut."""


@pytest.fixture(scope="module", params=[OneServer, TwoServers])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    with ExitStack() as stack:
        clock = MovedClock(tmp_path_factory.mktemp("clock"))
        api = stack.enter_context(sandbox_process(MATCH_SECONDS, CREDITS, **clock.variables))
        front = stack.enter_context(balancer())
        folder = tmp_path_factory.mktemp("journey")
        own = {"FJ_STATE_KEY": STATE_KEY, "FJ_CONFIRM_SPEND": "off"}
        made: Place = request.param(stack, clock, api, front, folder, own)
        if isinstance(made, TwoServers):
            own["FJ_DATABASE_URL"] = stack.enter_context(postgres_server()).address
            made.start("one")
            made.start("two")
        made.come_back()
        yield made


@contextmanager
def visiting(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def signed_in(app: App, page: Page, key: str) -> None:
    """Sign in on the page that an app opens when it is asked for the first time."""
    app.ask("get_spending")
    page.goto(app.wants_to_sign_in())
    expect(page.get_by_text(f"{NAME} wants to use your FutureJobs account.")).to_be_visible()
    page.get_by_label("Your FutureJobs key").fill(key)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Back")).to_be_visible()
    assert app.result()["spent_today"] == 0
    assert app.tokens()["scope"] == ALL


def lost_in_the_middle(place: Place, app: App) -> str:
    """A search whose wait ends when the connection is lost. Returns its session."""
    session_id: str = app.call("create_sourcing_session", **SEARCH)["session_id"]
    polled = place.api.calls("get_session")
    app.ask("wait_for_session", session_id=session_id)
    until(lambda: place.api.calls("get_session") > polled)
    place.lose()
    assert app.heard().keys() == {"error"}
    return session_id


def two_hours_later(place: Place) -> None:
    place.clock.forward(2 * HOURS)
    place.come_back()


def goes_on(place: Place, app: App, key: str, session_id: str) -> None:
    """The user continues where they left off, and pays for nothing twice."""
    assert app.call("wait_for_session", session_id=session_id)["status"] == "done"
    (listed,) = app.call("list_sessions")["sessions"]
    assert listed["session_id"] == session_id
    assert app.call("list_profiles", session_id=session_id)["candidates"]
    again = app.call("create_sourcing_session", **SEARCH)
    assert again["session_id"] == session_id
    assert again["already_existed"] is True
    assert place.api.charges(key) == [session_id]


def has_to_sign_in_anew(place: Place, app: App, page: Page) -> None:
    """Nothing of what an app holds works any more, and a page asks the user."""
    place.clock.forward(CACHED_SECONDS)
    tokens = app.tokens()
    for _ in place.servers:
        assert place.status(tokens["access_token"]) == 401
        assert place.refresh(app, tokens["refresh_token"]) == "invalid_grant"
    app.ask("list_sessions")
    page.goto(app.wants_to_sign_in())
    expect(page.get_by_role("button", name="Allow")).to_be_visible()


def test_a_user_disconnects_an_app_on_the_page_that_has_been_away_for_two_hours(
    place: Place, browser: Browser, tmp_path: Path, key: str
) -> None:
    started = app_process(place.address, tmp_path / "app", ERAS[0], **place.clock.variables)
    with started as app, visiting(browser) as page:
        signed_in(app, page, key)
        before = app.tokens()
        session_id = lost_in_the_middle(place, app)
        two_hours_later(place)
        assert place.status(before["access_token"]) == 401
        # The app kept running, as on a laptop that slept.
        goes_on(place, app, key, session_id)
        assert app.tokens()["refresh_token"] != before["refresh_token"]
        # The browser still knows the user.
        page.goto(f"{place.front.url}/connections")
        page.get_by_role("button", name=f"Disconnect {NAME}").click()
        expect(page.get_by_text("No apps are connected with this FutureJobs key.")).to_be_visible()
        has_to_sign_in_anew(place, app, page)


def test_an_app_that_was_closed_for_two_hours_disconnects_itself(
    place: Place, browser: Browser, tmp_path: Path, key: str
) -> None:
    stored = tmp_path / "app"
    with visiting(browser) as page:
        with app_process(place.address, stored, ERAS[1], **place.clock.variables) as app:
            signed_in(app, page, key)
            session_id = lost_in_the_middle(place, app)
        two_hours_later(place)
        with app_process(place.address, stored, ERAS[1], **place.clock.variables) as app:
            goes_on(place, app, key, session_id)
            app.revoke()
            has_to_sign_in_anew(place, app, page)
