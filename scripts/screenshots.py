"""Take the screenshots of the shortlist in docs/images, from a real run on the sandbox.

    uv run python -m scripts.screenshots

Needs Chromium.
"""

from pathlib import Path

from playwright.sync_api import Browser, expect

from fj_mcp.sandbox.app import Sandbox
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
        session = None
        for name, theme, width, height in (
            ("light", "light", 1200, 900),
            ("dark", "dark", 1200, 760),
            ("narrow", "light", 360, 900),
        ):
            view = show(browser, at, theme, (width, height), session)
            session = view.session_id
            if name == "light":
                decide(view)
                reveal_and_open(view)
            if name == "dark":
                view.frame.locator(".chip", has_text="Azure").click()
                view.frame.get_by_role("slider").fill("3.5")
            view.page.screenshot(path=IMAGES / f"shortlist-{name}.png")
            view.page.context.close()


def show(
    browser: Browser, at: Served, theme: str, size: tuple[int, int], session: str | None
) -> View:
    """The shortlist on a screen of a given size."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height})
    scenario = SEARCH | ({"session": session} if session else {})
    return opened(context.new_page(), at, theme=theme, **scenario).settled()


def decide(view: View) -> None:
    """Decide about three candidates, and write a note."""
    for place, label in enumerate(("Shortlist", "Maybe", "Reject")):
        view.rows.nth(place).get_by_role("button", name=f"{label}:").click()
    view.rows.first.get_by_role("button", name="Note:").click()
    view.page.keyboard.type("Knows our stack. Ask about the notice period.")
    view.page.keyboard.press("Enter")
    expect(view.frame.locator("#saving")).to_be_hidden()


def reveal_and_open(view: View) -> None:
    """Reveal two addresses, and open a candidate's profile."""
    view.select(0, 2)
    view.button("Reveal email").click()
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text("charged")
    view.rows.nth(1).locator(".opener").click()
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()
    view.rows.first.hover()


if __name__ == "__main__":
    main()
