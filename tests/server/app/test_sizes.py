"""The page at every width, with few and many people, and with names of many scripts."""

import pytest
from playwright.sync_api import Page, expect

from fj_mcp.sandbox.app import Sandbox
from tests.support.shortlist_page import Serve, View, opened

pytestmark = [pytest.mark.xdist_group("view-sizes"), pytest.mark.unmeasured]

NAMES = {
    "Arabic": ("محمد عبد الرحمن الخطيب", "م"),
    "Chinese": ("王小明", "王"),
    "Tamil": ("கார்த்திகேயன் சுப்பிரமணியன்", "கா"),
    "80 characters": (
        "Maximiliana-Alexandrina Konstantinopoulou-Featherstonehaugh de Montmorency Smit",
        "MS",
    ),
    "one word": ("Budi", "B"),
    "a title and an emoji": ("Dr. Zoë 🌟 O’Neill", "DO"),
}
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
PYTHON = {"skills": {"mandatory": ["Python"]}}
CLIPPED = """() => [...document.querySelectorAll('#people *, #bar *, header *')]
    .filter(one => one.checkVisibility() && !one.closest('.away'))
    .filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
        && getComputedStyle(one).overflowX === 'hidden')
    .map(one => one.outerHTML.slice(0, 120))"""


def check(view: View, width: int) -> None:
    """Nothing is wider than the page, nothing is cut off, and axe finds nothing."""
    assert view.inside("document.documentElement.scrollWidth") == width
    shortlist = "document.getElementById('shortlist')"
    assert view.inside(f"{shortlist}.scrollWidth <= {shortlist}.clientWidth")
    assert view.inside(f"({CLIPPED})()") == []
    assert view.findings() == []


@pytest.mark.parametrize("people", [0, 1, 3, 100, 300])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_few_and_many_people_fit_every_width(
    page: Page, serve: Serve, people: int, theme: str
) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=max(people, 1)))
    part = {} if people else {"query": "somethingthatnobodyknows"}
    view = opened(page, at, filters=PYTHON, theme=theme, **part).settled()
    for width in (360, 720, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        view.expect_people(people)
        expect(view.rows).to_have_count(min(people, 25))
        check(view, width)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_of_every_script_fit_every_width(page: Page, serve: Serve, theme: str) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=20))
    patches: list[dict[str, str]] = [{"name": name} for name, _ in NAMES.values()]
    patches += [{"name": "Long", "title": LONG, "company": LONG, "region": LONG, "why": LONG}]
    view = opened(page, at, filters=PYTHON, theme=theme, patches=patches).settled()
    for width in (360, 720, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert view.names()[: len(NAMES)] == [name for name, _ in NAMES.values()]
        initials = view.rows.locator(".avatar").all_text_contents()
        assert initials[: len(NAMES)] == [letters for _, letters in NAMES.values()]
        check(view, width)
    # A name that is written from right to left does not turn the sentence around it.
    view.rows.first.get_by_role("button", name="Reject:").click()
    expect(view.notice.locator("bdi")).to_have_text(NAMES["Arabic"][0])
    page.keyboard.press("1")
    expect(view.notice.locator("[aria-pressed=true]")).to_have_text("1 Skills")
    for width in (360, 720, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        check(view, width)
