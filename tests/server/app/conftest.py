from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request

from fj_mcp.sandbox.app import Sandbox
from tests.support.shortlist_page import PATIENCE_MS, PEOPLE, WIDE, Serve, Served, browsing, served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing() as one:
        yield one


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server for one test, on its own sandbox; both end after the page."""
    with ExitStack() as servers:

        def start(sandbox: Sandbox, /, **settings: Any) -> Served:
            return servers.enter_context(served(sandbox, **settings))

        yield start


@pytest.fixture
def at(serve: Serve) -> Served:
    """A server that remembers nothing yet."""
    return serve(
        Sandbox(match_seconds=0, credits=100_000, first_batch=PEOPLE, phone_delay_seconds=600)
    )


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context.new_page()


@pytest.fixture
def page(tab: Page, serve: Serve) -> Iterator[Page]:
    """A page without errors or warnings that sends requests to this machine only."""
    wrong: list[str] = []

    def failed(error: Error) -> None:
        wrong.append(str(error))

    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "about:")):
            wrong.append(request.url)

    tab.set_viewport_size({"width": WIDE, "height": 900})
    tab.on("pageerror", failed)
    tab.on("console", said)
    tab.on("request", asked)
    yield tab
    tab.goto("about:blank")
    tab.remove_listener("pageerror", failed)
    tab.remove_listener("console", said)
    tab.remove_listener("request", asked)
    assert wrong == []
