import pytest
from playwright.sync_api import Page, expect

from fj_mcp.sandbox.app import Sandbox
from tests.support.shortlist_page import MIDDLE, NARROW, WIDE, Serve, Served, View, opened

pytestmark = [pytest.mark.xdist_group("view-keys"), pytest.mark.unmeasured]

AT = "document.activeElement.closest('tr')?.querySelector('.opener')?.textContent"


def decisions(view: View) -> list[str]:
    """The decisions of the first five rows."""
    of = "rows => rows.slice(0, 5).map(row => row.dataset.decision)"
    found: list[str] = view.rows.evaluate_all(of)
    return found


@pytest.mark.parametrize("width", [NARROW, MIDDLE, WIDE])
def test_a_list_is_gone_through_by_keys_alone(page: Page, at: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    view = opened(page, at).settled()
    names = view.names()
    view.frame.locator("body").focus()

    def press(*keys: str) -> str | None:
        for key in keys:
            page.keyboard.press(key)
        found: str | None = view.inside(AT)
        return found

    view.button("Keys").focus()
    assert press("j") == names[0]
    assert press("s") == names[1]
    assert press("r", "m") == names[3]
    assert press("k", "ArrowUp", "ArrowDown") == names[2]
    assert press("j", "c") == names[3]
    assert decisions(view) == ["shortlisted", "rejected", "maybe", "undecided", "undecided"]
    # Undo goes back to the candidate.
    assert press("j", "j", "u", "u") == names[2]
    assert decisions(view) == ["shortlisted", "rejected", "undecided", "undecided", "undecided"]
    assert press("x", "j", "x", "s") == names[3]
    assert decisions(view) == ["shortlisted", "rejected", *["shortlisted"] * 2, "undecided"]
    assert press("k", "k", "r") == names[1]
    assert decisions(view)[1] == "undecided"
    press("n")
    page.keyboard.type("jsrmcxu?")
    assert press("Enter") == names[1]
    expect(view.rows.nth(1).locator(".note")).to_have_text("jsrmcxu?")
    press("Enter")
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()
    assert press("Enter") == names[1]
    expect(view.frame.locator(".opened")).to_have_count(0)
    press("?")
    expect(view.dialog).to_contain_text("Shortlist, and go to the next")
    press("s", "r", "Escape")
    expect(view.dialog).to_be_hidden()
    expect(view.frame.locator("#saving")).to_be_hidden()
    assert decisions(view) == ["shortlisted", "undecided", *["shortlisted"] * 2, "undecided"]
    expect(view.unsaved).to_be_hidden()


def test_keys_type_in_fields_and_leave_the_browser_s_own_alone(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    search = view.frame.get_by_role("searchbox")
    search.focus()
    page.keyboard.type("srj?")
    expect(search).to_have_value("srj?")
    view.button("Clear filters").click()
    view.rows.first.locator(".opener").focus()
    for key in ("Control+s", "Alt+r", "Meta+c"):
        page.keyboard.press(key)
    assert view.calls("review_candidates") == []


def test_a_press_in_a_row_makes_it_the_one_that_keys_apply_to(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    view.rows.nth(2).locator(".why").click()
    page.keyboard.press("s")
    expect(view.rows.nth(2)).to_have_attribute("data-decision", "shortlisted")


def test_a_key_that_is_held_down_decides_once(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    view.rows.first.locator(".opener").focus()
    for _ in range(5):
        page.keyboard.down("r")
    page.keyboard.up("r")
    assert decisions(view).count("rejected") == 1


def test_the_full_screen_is_offered_where_the_app_has_one(
    page: Page, at: Served, serve: Serve
) -> None:
    view = opened(page, at).settled()
    expect(view.button("Full screen")).to_have_count(0)
    view = opened(page, serve(Sandbox(match_seconds=0, first_batch=20)), screen=True).settled()
    view.button("Full screen").click()
    view.button("Exit full screen").click()
    expect(view.button("Full screen")).to_be_visible()
