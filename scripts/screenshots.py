"""Take the screenshots in docs/images, from a real run on the sandbox.

    uv run python -m scripts.screenshots

Needs Chromium.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from playwright.sync_api import Browser, Route, expect

from fj_mcp.sandbox.app import Sandbox
from tests.support.processes import http_process
from tests.support.shortlist_page import Served, View, browsing, opened, served

IMAGES = Path(__file__).parents[1] / "docs" / "images"

SEARCH = {
    "title": "Senior .NET developers, Pune, Bengaluru or Hyderabad",
    "filters": {
        "skills": {
            "mandatory": ["C#"],
            "core": ["ASP.NET Core", "SQL Server", "Azure"],
            "secondary": ["Docker", "Microservices"],
        },
        "regions": [
            "Pune, Maharashtra, India",
            "Bengaluru, Karnataka, India",
            "Hyderabad, Telangana, India",
        ],
        "years_of_experience": {"min": 3, "max": 15},
    },
}


def main() -> None:
    """Take all screenshots."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served(Sandbox(match_seconds=0)) as at, browsing() as browser:
        view = show(browser, at, "light", (1280, 840))
        session = view.session_id
        reveal_and_open(view)
        take(view, "light")
        view = show(browser, at, "dark", (1280, 840), session)
        narrow_down(view)
        take(view, "dark")
        view = show(browser, at, "light", (1280, 840), session)
        decide(view)
        take(view, "decisions")
        take(show(browser, at, "light", (360, 720), session), "narrow")
        sign_in(browser)


def show(
    browser: Browser, at: Served, theme: str, size: tuple[int, int], session: str | None = None
) -> View:
    """The shortlist on a screen of a given size, which the app lets it fill."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height})
    scenario = SEARCH | ({"session": session} if session else {})
    view = opened(context.new_page(), at, theme=theme, screen=True, **scenario).settled()
    view.button("Full screen").click()
    expect(view.button("Exit full screen")).to_be_visible()
    return view


def take(view: View, name: str) -> None:
    """Save what is on the screen, from the top and without a pointer, and close it."""
    view.page.mouse.move(0, 0)
    view.inside("document.getElementById('shortlist').scrollTo(0, 0)")
    view.page.screenshot(path=IMAGES / f"shortlist-{name}.png")
    view.page.context.close()


def sign_in(browser: Browser) -> None:
    """The page on which users sign in, as a newly registered app opens it."""
    site, callback = "https://sourcing.example.com", "https://claude.ai/api/mcp/auth_callback"
    with (
        TemporaryDirectory() as folder,
        http_process(
            Path(folder),
            *("--sandbox", "--public-url", site),
            measured=False,
            FJ_STATE_KEY="k" * 32,
        ) as server,
        httpx.Client(base_url=server.root, headers={"host": site[8:]}, trust_env=False) as http,
    ):
        about = {"redirect_uris": [callback], "client_name": "Claude"}
        asked = {
            "response_type": "code",
            "client_id": http.post("/register", json=about).json()["client_id"],
            "redirect_uri": callback,
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        }
        opened_page = http.get("/authorize", params=asked).headers["location"]

        def respond(route: Route) -> None:
            response = http.get(route.request.url.removeprefix(site))
            route.fulfill(headers=dict(response.headers), body=response.content)

        page = browser.new_page(viewport={"width": 640, "height": 600}, color_scheme="light")
        page.route(f"{site}/**", respond)
        page.goto(opened_page)
        expect(page.get_by_role("button", name="Allow")).to_be_visible()
        page.screenshot(path=IMAGES / "sign-in.png", full_page=True)
        page.close()


def reveal_and_open(view: View) -> None:
    """Reveal two addresses, and open a candidate's profile."""
    view.select(0, 1)
    view.paid("Reveal email").click()
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text("charged")
    view.rows.nth(1).locator(".opener").click()
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()


def narrow_down(view: View) -> None:
    """Show only who scores 3.5 or more, knows Azure, and has worked for five years or longer."""
    view.frame.get_by_role("slider").fill("3.5")
    view.frame.locator(".chip", has_text="Azure").click()
    view.frame.get_by_label("Minimum years").fill("5")
    expect(view.frame.get_by_text("Minimum score: 3.5 or more")).to_be_visible()
    view.frame.get_by_label("Minimum years").blur()


def decide(view: View) -> None:
    """Decide about four candidates, write a note, and give a reason for the rejection."""
    for place, label in enumerate(("Shortlist", "Maybe", "Shortlist")):
        view.rows.nth(place).get_by_role("button", name=f"{label}:").click()
    view.rows.first.get_by_role("button", name="Contacted:").click()
    view.rows.first.get_by_role("button", name="Note:").click()
    view.page.keyboard.type("Knows our stack. Ask about the notice period.")
    view.page.keyboard.press("Enter")
    view.rows.nth(3).get_by_role("button", name="Reject:").click()
    view.page.keyboard.press("2")
    expect(view.notice).to_contain_text("experience")
    expect(view.frame.locator("#saving")).to_be_hidden()


if __name__ == "__main__":
    main()
