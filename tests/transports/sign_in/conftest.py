from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.real_clients import ClientHome
from tests.support.shortlist_page import browsing


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
