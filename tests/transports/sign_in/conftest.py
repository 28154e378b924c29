from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.company import Company, company
from tests.support.real_clients import ClientHome
from tests.support.shortlist_page import browsing
from tests.support.sign_in import Documents, Person, ShiftedClock, Site, documents, site_here


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def site(tmp_path: Path, clock: ShiftedClock) -> AsyncIterator[Site]:
    """A server in this process that users sign in to with their keys."""
    async with site_here(tmp_path, clock) as one:
        yield one


@pytest.fixture
async def person(site: Site) -> AsyncIterator[Person]:
    async with Person(site, "fjk_person") as one:
        yield one


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    """A server on this machine with the document of an app."""
    with documents(tmp_path_factory.mktemp("documents")) as one:
        yield one


@pytest.fixture
async def near(
    tmp_path: Path, described: Documents, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Person]:
    """Somebody at a site that reads documents from this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", str(described.certificates))
    before = dict(described.document)
    async with (
        site_here(tmp_path, oauth_allow_loopback_clients=True) as site,
        Person(site, "fjk_person") as person,
    ):
        yield person
    described.document = before


@pytest.fixture
def provider() -> Iterator[Company]:
    """The identity provider of a company, on this machine."""
    with company() as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as one:
        yield one


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that has not been used."""
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture
def home(tmp_path: Path) -> ClientHome:
    """Where real clients run."""
    return ClientHome(tmp_path)
