"""The shortlist in a real browser, in a host page whose client is connected to the real server."""

import json
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
# Without a process for each frame, a page opens in four fifths of the time.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-site-isolation-trials",
    "--disable-features=IsolateSandboxedIframes",
]
HOST_PAGE = Path(__file__).parent / "host.html"
WIDE, MIDDLE, NARROW = 1280, 768, 320
PEOPLE = 45
"""Number of candidates that a search for `CSHARP` finds: three pages of the list."""

PATIENCE_MS = 10_000
"""Time limit of every wait on the page."""

CSHARP = {
    "skills": {"mandatory": ["C#"], "core": ["ASP.NET Core", "SQL Server"], "secondary": ["Docker"]}
}

expect.set_options(timeout=PATIENCE_MS)


class Served:
    """A server on a sandbox, with the host page beside it."""

    def __init__(self, address: str, sandbox: Sandbox) -> None:
        self.address = address
        self.sandbox = sandbox

    def sent(self, operation: str) -> int:
        """Count the requests to one endpoint that reached the API."""
        return sum(call.operation == operation for call in self.sandbox.calls)


Serve = Callable[..., Served]
"""Starts a server on a sandbox, with settings."""


class View:
    """The shortlist as the user sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frame: FrameLocator = page.frame_locator("iframe")
        self.rows = self.frame.locator("#people > tr:not(.opened)")
        self.dialog = self.frame.get_by_role("dialog")
        self.notice = self.frame.locator("#notice")
        self.problem = self.frame.locator("#problem")
        self.unsaved = self.frame.locator("#unsaved")

    def button(self, name: str, *, exact: bool = True) -> Locator:
        return self.frame.get_by_role("button", name=name, exact=exact)

    def paid(self, name: str) -> Locator:
        """The button of an action that costs credits, which says how many."""
        return self.frame.get_by_role("button", name=re.compile(rf"^{name} · "))

    def column(self, kind: str) -> list[str]:
        """The texts of one column, from top to bottom."""
        return self.rows.locator(f".{kind}").all_text_contents()

    def expect_people(self, number: int) -> None:
        """Waits until so many candidates pass the filters, whether or not their rows are drawn."""
        expect(self.frame.locator("#table")).to_have_attribute("aria-rowcount", f"{number + 1}")

    def drawn(self) -> "View":
        """Draws the rows of all candidates who pass the filters."""
        while self.inside("!document.getElementById('pager').hidden"):
            self.inside("document.getElementById('more').click()")
        return self

    def names(self) -> list[str]:
        """The names in the rows, from top to bottom; all of them after `drawn`."""
        return self.rows.locator(".opener").all_text_contents()

    def row(self, name: str) -> Locator:
        """The row of the candidate with this name."""
        return self.rows.filter(has=self.button(name))

    def select(self, *places: int) -> list[str]:
        """Selects rows. Returns their candidates' names."""
        for place in places:
            self.rows.nth(place).get_by_role("checkbox").check()
        names = self.names()
        return [names[place] for place in places]

    def recorded(self, kind: str) -> list[Any]:
        """The requests to the host: `calls`, `links`, `messages` or `heights`."""
        found: list[Any] = self.page.evaluate("kind => window.desk.recorded[kind]", kind)
        return found

    def calls(self, tool: str) -> list[dict[str, Any]]:
        """The arguments of each call of a tool by the shortlist."""
        return [call["arguments"] for call in self.recorded("calls") if call["name"] == tool]

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool as the host; return the result."""
        script = "([tool, args]) => window.desk.call(tool, args)"
        answer: dict[str, Any] = self.page.evaluate(script, [tool, arguments])
        return answer

    def listed(self) -> list[dict[str, Any]]:
        """All candidates as the server lists them."""
        found: list[dict[str, Any]] = []
        for page in count(1):
            # The page size of the shortlist, because texts are shortened to fit a page.
            part = self.ask("list_profiles", session_id=self.session_id, page=page, limit=20)
            found += part["candidates"]
            if not part["has_more"]:
                break
        return found

    def answer(self, tool: str, result: dict[str, Any]) -> None:
        """Makes the host answer the shortlist's calls of a tool itself from now on."""
        script = "([tool, result]) => void window.desk.answers.set(tool, result)"
        self.page.evaluate(script, [tool, result])

    def release(self) -> None:
        """Lets the calls that the host has held back go on."""
        self.page.evaluate("window.desk.release()")

    def allow(self, tool: str) -> None:
        self.page.evaluate("tool => void window.desk.deny.delete(tool)", tool)

    @property
    def session_id(self) -> str:
        return str(self.page.evaluate("window.desk.session"))

    def settled(self) -> "View":
        """Waits until all candidates are listed."""
        expect(self.frame.get_by_role("heading", level=1)).to_be_visible()
        expect(self.frame.locator("#working")).to_be_hidden()
        return self

    def findings(self) -> list[str]:
        """The problems that axe finds."""
        result = Axe().run(self.page.frames[1]).response
        assert len(result["passes"]) > 15
        return [
            f"{found['id']}: {node['html']} {node['failureSummary']}"
            for found in result["violations"]
            for node in found["nodes"]
        ]

    def inside(self, script: str) -> Any:
        """Run a script in the shortlist's frame; return its value."""
        return self.page.frames[1].evaluate(script)


@contextmanager
def served(sandbox: Sandbox, /, **settings: Any) -> Iterator[Served]:
    """A server on `sandbox`, over HTTP on a free port of this machine."""

    async def host_page(_: Request) -> Response:
        return FileResponse(HOST_PAGE)

    with TemporaryDirectory() as kept, socket.create_server(("127.0.0.1", 0)) as listener:
        given = Settings.model_validate({"sandbox": True, "state_dir": kept} | settings)
        app = build_server(given, sandbox.transport).streamable_http_app()
        app.router.routes.append(Route("/host.html", host_page))
        config = uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", sandbox)
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def browsing() -> Iterator[Browser]:
    """This machine's Chromium; without one the test is skipped, or fails where CI installs it."""
    if not CHROMIUM.exists():
        reason = f"{CHROMIUM} is not installed"
        required = os.environ.get("CI") and sys.platform == "linux"
        pytest.fail(reason) if required else pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=30_000
        )
        try:
            yield browser
        finally:
            browser.close()


def opened(page: Page, at: Served, **scenario: Any) -> View:
    """The shortlist of a new search, as soon as the host has passed it on.

    `scenario` has the fields of `Scenario` in `ui/host/main.ts`.
    """
    scenario = {"filters": CSHARP} | scenario
    page.goto(f"{at.address}/host.html?scenario={quote(json.dumps(scenario))}")
    page.wait_for_function("window.desk || document.title.startsWith('failed')")
    assert page.evaluate("'desk' in window"), page.title()
    return View(page)
