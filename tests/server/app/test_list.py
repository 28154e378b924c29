import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from fj_mcp.sandbox.app import Sandbox
from tests.support.shortlist_page import CSHARP, PEOPLE, WIDE, Serve, Served, opened

pytestmark = [pytest.mark.xdist_group("view-list"), pytest.mark.unmeasured]

PYTHON = {"skills": {"mandatory": ["Python"]}}
ROWS = 25


def test_rows_are_drawn_25_at_a_time(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    expect(view.rows).to_have_count(ROWS)
    view.button(f"Show {PEOPLE - ROWS} more").click()
    expect(view.rows).to_have_count(PEOPLE)
    expect(view.frame.locator("#pager")).to_be_hidden()
    # The focus is where reading goes on.
    expect(view.rows.nth(ROWS).locator(".opener")).to_be_focused()
    # A filter starts at the top again.
    view.frame.locator("#skills .chip").first.click()
    expect(view.rows).to_have_count(ROWS)


def test_many_rows_are_drawn_at_once_if_asked_for(page: Page, serve: Serve) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=300))
    view = opened(page, at, filters=PYTHON, whole=True).settled()
    expect(view.button("Show 25 more")).to_be_visible()
    view.button("Show all 300 rows").click()
    expect(view.rows).to_have_count(300)


def test_keys_go_on_behind_the_last_row(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    view.rows.nth(ROWS - 1).locator(".opener").focus()
    page.keyboard.press("j")
    expect(view.rows).to_have_count(PEOPLE)
    expect(view.rows.nth(ROWS).locator(".opener")).to_be_focused()


@pytest.mark.parametrize("width", [360, 720, WIDE])
def test_the_list_scrolls_by_itself_and_the_actions_stay_in_sight(
    page: Page, at: Served, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    view = opened(page, at).settled()
    assert view.inside("document.documentElement.getBoundingClientRect().height") <= 720
    view.drawn()
    assert view.inside("document.documentElement.getBoundingClientRect().height") <= 720
    view.rows.last.scroll_into_view_if_needed()
    expect(view.rows.last).to_be_in_viewport()
    expect(view.paid("Fetch more")).to_be_in_viewport()
    # A row that keys go to is below the bar, not behind it.
    view.rows.nth(12).locator(".opener").focus()
    page.keyboard.press("k")
    bar, row = (one.bounding_box() for one in (view.frame.locator("#bar"), view.rows.nth(11)))
    assert bar
    assert row
    assert row["y"] >= bar["y"] + bar["height"] - 1


def test_the_full_screen_is_filled(page: Page, at: Served) -> None:
    view = opened(page, at, screen=True).settled()
    view.button("Full screen").click()
    expect(view.button("Exit full screen")).to_be_visible()
    height = "document.getElementById('shortlist').clientHeight"
    page.wait_for_function("document.querySelector('iframe').clientHeight === innerHeight")
    assert view.inside(height) == 900
    assert view.inside("document.documentElement.scrollHeight <= innerHeight")
    view.button("Exit full screen").click()
    expect(view.button("Full screen")).to_be_visible()
    assert view.inside(height) <= 720


def test_a_host_with_less_room_gets_a_lower_page(page: Page, at: Served) -> None:
    view = opened(page, at, tallest=420).settled()
    assert view.inside("document.documentElement.getBoundingClientRect().height") <= 420
    expect(view.rows).to_have_count(ROWS)


def test_place_company_and_years_filter(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    people = view.listed()
    fold = view.frame.locator("#fold-text")
    places = Counter(card["region"] for card in people)
    place, here = places.most_common(1)[0]
    view.frame.get_by_label("Location").select_option(place)
    view.expect_people(here)
    expect(fold).to_have_text("Filters (1)")
    country = place.rsplit(", ", 1)[1]
    view.frame.get_by_label("Location").select_option(country)
    view.expect_people(sum(card["region"].endswith(f", {country}") for card in people))
    view.button("Clear filters").click()
    expect(view.frame.get_by_label("Location")).to_have_value("")
    companies = Counter(card["company"] for card in people)
    company, there = companies.most_common(1)[0]
    view.frame.get_by_label("Company").select_option(f"{company} ({there})")
    view.expect_people(there)
    expect(view.button(f"Export {there} shown")).to_be_visible()
    view.button("Clear filters").click()
    view.frame.get_by_label("Minimum years").fill("5")
    view.frame.get_by_label("Maximum years").fill("10")
    view.expect_people(sum(5 <= card["years_of_experience"] <= 10 for card in people))
    expect(fold).to_have_text("Filters (1)")
    view.button("Clear filters").click()
    expect(view.frame.get_by_label("Minimum years")).to_have_value("")
    view.expect_people(PEOPLE)


def test_the_first_people_come_while_the_others_are_matched(page: Page, serve: Serve) -> None:
    at = serve(Sandbox(match_seconds=60, first_batch=100))
    view = opened(page, at)
    expect(view.frame.get_by_text(re.compile(r"^\d+ of 100 matched so far$"))).to_be_visible()
    expect(view.rows).not_to_have_count(0)
    first = view.rows.count()
    expect(view.rows).not_to_have_count(first)
    expect(view.frame.locator("#summary")).to_be_empty()
    expect(view.frame.get_by_text("0 shown")).to_have_count(0)


def test_a_wait_that_is_denied_can_be_tried_again(page: Page, serve: Serve) -> None:
    at = serve(Sandbox(match_seconds=1, first_batch=30))
    view = opened(page, at, deny=["wait_for_session"])
    expect(view.problem).to_contain_text("The app did not do that.")
    view.allow("wait_for_session")
    view.button("Try again").click()
    view.settled().expect_people(30)
    expect(view.problem).to_be_empty()


def test_before_anybody_is_matched_the_page_says_what_comes(page: Page, serve: Serve) -> None:
    at = serve(Sandbox(match_seconds=600, first_batch=100))
    view = opened(page, at)
    expect(view.frame.get_by_text("The first candidates appear here")).to_be_visible()
    expect(view.frame.locator("#bar")).to_be_hidden()


def test_nobody_above_a_minimum_score_is_told_with_a_way_to_everybody(
    page: Page, at: Served
) -> None:
    view = opened(page, at, min_score=5).settled()
    expect(view.frame.locator("#summary")).to_have_text(f"0 of {PEOPLE} candidates score 5 or more")
    expect(view.frame.locator("#empty")).to_contain_text("Nobody scores 5 or more.")
    view.button(f"Show all {PEOPLE}").click()
    view.expect_people(PEOPLE)
    # The page's own slider says the same, and is undone by a button.
    slider = view.frame.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    above = slider.get_attribute("max")
    expect(view.frame.locator("#empty")).to_contain_text(f"Nobody scores {above} or more.")
    view.button("Clear filters").click()
    view.expect_people(PEOPLE)


def test_a_reason_cuts_no_word_and_a_verdict_alone_is_left_to_the_score(
    page: Page, at: Served
) -> None:
    reasons = (
        "Strong match: lives here.",
        "Strong match.",
        "Led a team of ten through two audits and a migra…",
        "强烈推荐。",
    )
    view = opened(page, at, patches=[{"why": why} for why in reasons])
    assert view.column("why")[:4] == [
        "Strong match: lives here.",
        "",
        "Led a team of ten through two audits and a …",
        "强烈推荐。",
    ]
    view.settled()


def test_an_opened_profile_says_each_sentence_once(page: Page, at: Served) -> None:
    full = {
        "session_id": "6a0c77936e7a0151430c91fd",
        "candidate_id": "1",
        "why": "Ran the payments team. Speaks Polish.",
        "highlights": ["Ran the payments team", "Plays the organ"],
        "strengths": ["Speaks Polish.", "plays the organ", "Writes well"],
        "weaknesses": ["Writes well", "Changed jobs often"],
        "region": "Pune, Maharashtra, India",
        "email": ["ana@example.com"],
        "certifications": ["iSAQB Foundation"],
        "current_jobs": [{"title": "Lead", "company": "Acme", "description": "Word " * 200}],
    }
    view = opened(page, at, answers={"get_candidate": full}).settled()
    view.rows.first.locator(".opener").click()
    panel = view.frame.locator(".opened")
    text = panel.inner_text()
    for sentence in ("Ran the payments team", "Speaks Polish", "lays the organ", "Writes well"):
        assert text.count(sentence) == 1, sentence
    expect(panel.get_by_role("heading", name="Points to verify")).to_be_visible()
    expect(panel).to_contain_text("Changed jobs often")
    # Only sentences begin with a capital; names and addresses stay as they are.
    for as_shown in ("Plays the organ", "iSAQB Foundation", "ana@example.com"):
        assert as_shown in text
    expect(panel).to_contain_text("Pune, Maharashtra, India")
    # A long text is folded.
    assert text.count("Word") < 100
    panel.get_by_role("button", name="More").click()
    assert panel.inner_text().count("Word") == 200


def test_on_a_narrow_screen_filters_and_order_are_behind_one_button(page: Page, at: Served) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    view = opened(page, at, filters=CSHARP).settled()
    expect(view.frame.get_by_role("searchbox")).to_be_hidden()
    first = view.rows.first.bounding_box()
    assert first
    assert first["y"] < 350
    view.frame.get_by_text("Filters", exact=True).click()
    view.frame.get_by_label("Sort by").select_option("Name")
    names = view.drawn().names()
    assert names == sorted(names, key=str.casefold)
    expect(view.frame.get_by_role("columnheader")).to_have_count(0)


def test_filters_rows_and_purchases_go_by_keyboard_alone(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    view.frame.get_by_role("searchbox").focus()
    page.keyboard.press("Tab")
    expect(view.frame.get_by_label("Location")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(view.frame.locator("#fold-text")).to_have_text("Filters (1)")
    page.keyboard.press("ArrowUp")
    view.expect_people(PEOPLE)
    page.keyboard.press("Tab")
    expect(view.frame.get_by_label("Company")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    expect(view.frame.locator("#fold-text")).to_have_text("Filters (1)")
    page.keyboard.press("Backspace")
    view.expect_people(PEOPLE)
    # Down to the last row and on, then select and reveal.
    view.button("Keys").focus()
    for _ in range(ROWS + 1):
        page.keyboard.press("j")
    expect(view.rows).to_have_count(PEOPLE)
    expect(view.rows.nth(ROWS).locator(".opener")).to_be_focused()
    page.keyboard.press("x")
    view.paid("Reveal email").focus()
    page.keyboard.press("Enter")
    expect(view.dialog).to_contain_text("Reveal the email address?")
    for _ in range(4):
        if "Reveal" in str(view.inside("document.activeElement.textContent")):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(view.notice).to_contain_text("charged")
