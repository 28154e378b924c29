import re

import pytest
from playwright.sync_api import Page, expect

from fj_mcp.sandbox.app import Sandbox
from tests.support.shortlist_page import PEOPLE, Serve, Served, View, opened

pytestmark = [pytest.mark.xdist_group("view-money"), pytest.mark.unmeasured]

OTHER = {"skills": {"mandatory": ["Python"]}}


def buy(view: View, name: str) -> None:
    """Press a button that pays, and confirm."""
    view.paid(name).first.click()
    view.dialog.get_by_role("button", name=re.compile("^(Reveal|Fetch more)")).click()


def test_every_button_that_pays_says_the_price(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    expect(view.button("Fetch more · 5 credits")).to_be_visible()
    expect(view.button("Reveal phone · costs credits")).to_be_visible()
    expect(view.button("Reveal email · costs credits")).to_be_visible()
    view.select(0)
    buy(view, "Reveal email")
    expect(view.notice).to_contain_text("1 found. 1 credit charged")
    # From the first purchase on, the last price is known.
    expect(view.button("Reveal email · 1 credit")).to_be_visible()
    view.select(1)
    expect(view.button("Reveal email · 1 credit each")).to_be_visible()
    view.rows.nth(2).locator(".opener").click()
    panel = view.frame.locator(".opened")
    expect(panel.get_by_role("button", name="Reveal email · 1 credit")).to_be_visible()


def test_a_reveal_says_the_last_price_the_balance_and_the_day_s_budget(
    page: Page, serve: Serve
) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=30, credits=60), credit_budget=10)
    view = opened(page, at).settled()
    view.select(0)
    view.paid("Reveal email").click()
    expect(view.dialog).to_contain_text("none has been paid yet")
    expect(view.dialog).to_contain_text("55 credits left, 5 of today's 10 spent.")
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text("charged")
    view.select(1, 2)
    view.paid("Reveal email").click()
    expect(view.dialog).to_contain_text("This costs about 2 credits, 1 credit each")
    expect(view.dialog).to_contain_text("54 credits left, 6 of today's 10 spent.")
    expect(view.dialog.get_by_role("button", name="Reveal · 2 credits")).to_be_visible()
    expect(view.dialog).not_to_contain_text("more than")
    page.keyboard.press("Escape")
    view.select(3, 4, 5)
    view.paid("Reveal email").click()
    expect(view.dialog).to_contain_text("That is more than today's budget allows.")
    page.keyboard.press("Escape")
    view.paid("Fetch more").click()
    expect(view.dialog).to_contain_text("That is more than today's budget allows.")
    # The server has the last word.
    view.dialog.get_by_role("button", name="Fetch more").click()
    expect(view.problem).to_contain_text("6 of today's 10 credits")
    assert at.sent("fetch_more") == 0


def test_users_with_budgets_of_their_own_see_what_is_left_of_theirs(page: Page, at: Served) -> None:
    own = {"spent_today": 7, "budget": 10, "left": 3}
    report = {"spent_today": 40, "budget": 100, "yours": own, "by_session": [], "purchases": []}
    view = opened(page, at, answers={"get_spending": report}).settled()
    view.paid("Fetch more").click()
    expect(view.dialog).to_contain_text("40 of today's 100 spent, 7 of your 10 for today.")
    expect(view.dialog).to_contain_text("That is more than your budget allows.")


def test_too_few_credits_are_shown_before_a_purchase_and_no_tool_is_named_after_it(
    page: Page, serve: Serve
) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=30, credits=6))
    view = opened(page, at).settled()
    view.paid("Fetch more").click()
    expect(view.dialog).to_contain_text("1 credit left")
    expect(view.dialog).to_contain_text("There are not enough credits left.")
    view.dialog.get_by_role("button", name="Fetch more").click()
    expect(view.problem).to_contain_text("1 credit left")
    expect(view.problem).to_contain_text("costs 5")
    assert not re.search("[a-z]_[a-z]", view.problem.inner_text())


def test_without_a_balance_the_dialogs_do_without_it(page: Page, at: Served) -> None:
    view = opened(page, at, deny=["get_spending"]).settled()
    view.select(0)
    buy(view, "Reveal email")
    expect(view.notice).to_contain_text("1 found. 1 credit charged")
    view.paid("Fetch more").click()
    expect(view.dialog).to_contain_text("This costs 5 credits.")
    expect(view.problem).to_be_empty()


@pytest.mark.parametrize(
    ("name", "tool"),
    [("Reveal email", "reveal_contacts"), ("Fetch more", "fetch_more_profiles")],
)
def test_a_denied_purchase_says_that_nothing_was_charged(
    page: Page, at: Served, name: str, tool: str
) -> None:
    view = opened(page, at, deny=[tool]).settled()
    view.select(0)
    view.paid(name).click()
    expect(view.dialog).to_contain_text("spent today")
    view.dialog.get_by_role("button", name=re.compile("^(Reveal|Fetch more)")).click()
    expect(view.problem).to_contain_text("The app did not do that. Nothing was charged.")
    expect(view.rows.first.locator(".contacts")).to_be_empty()
    expect(view.paid(name).first).to_be_enabled()
    view.expect_people(PEOPLE)
    view.allow(tool)
    buy(view, name)
    expect(view.problem).to_be_empty()
    expect(view.notice).to_contain_text("charged")


@pytest.mark.parametrize("name", ["Reveal email", "Fetch more"])
def test_a_purchase_whose_answer_the_app_lost_is_shown_with_what_it_cost(
    page: Page, serve: Serve, name: str
) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=30, more_batch=7))
    tool = {"Reveal email": "reveal_contacts", "Fetch more": "fetch_more_profiles"}[name]
    view = opened(page, at, lose=[tool]).settled()
    view.select(0)
    view.paid(name).click()
    expect(view.dialog).to_contain_text("spent today")
    view.dialog.get_by_role("button", name=re.compile("^(Reveal|Fetch more)")).click()
    charged = "1 credit" if name == "Reveal email" else "5 credits"
    expect(view.problem).to_contain_text(f"The app did not do that: timed out. {charged} charged.")
    if name == "Reveal email":
        expect(view.rows.first.locator(".contacts")).to_contain_text("@example.com")
        assert at.sent("reveal") == 1
    else:
        view.expect_people(37)
        expect(view.notice).to_contain_text("7 new candidates")
        assert at.sent("fetch_more") == 1


@pytest.mark.parametrize("name", ["Reveal email", "Fetch more"])
def test_what_another_search_costs_meanwhile_is_no_charge_of_a_denied_purchase(
    page: Page, at: Served, name: str
) -> None:
    tool = {"Reveal email": "reveal_contacts", "Fetch more": "fetch_more_profiles"}[name]
    view = opened(page, at, deny=[tool]).settled()
    view.select(0)
    view.paid(name).click()
    expect(view.dialog).to_contain_text("5 spent today")
    other = view.ask("create_sourcing_session", title="Another", filters=OTHER)
    assert other["credits"]["charged"] == 5
    view.dialog.get_by_role("button", name=re.compile("^(Reveal|Fetch more)")).click()
    expect(view.problem).to_contain_text("The app did not do that. Nothing was charged.")


def test_nobody_who_must_not_be_contacted_is_revealed(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    first, second = view.names()[:2]
    view.rows.first.locator(".opener").click()
    view.frame.get_by_label("Outreach").select_option("Do not contact")
    view.select(0)
    view.paid("Reveal email").first.click()
    expect(view.notice).to_contain_text("must not be contacted, so nothing was revealed")
    view.select(1)
    view.paid("Reveal email").first.click()
    expect(view.dialog).to_contain_text("Reveal the email address?")
    expect(view.dialog).to_contain_text(second)
    expect(view.dialog).not_to_contain_text(first)
    expect(view.dialog).to_contain_text("1 selected must not be contacted and will be left out.")
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text("charged")
    (call,) = view.calls("reveal_contacts")
    assert len(call["candidate_ids"]) == 1


def test_who_was_not_revealed_is_named_with_what_may_have_been_charged(
    page: Page, at: Served
) -> None:
    view = opened(page, at).settled()
    listed = view.ask("list_profiles", session_id=view.session_id, limit=2)["candidates"]
    first, second = (card["candidate_id"] for card in listed)
    warning = (
        "Stopped: FutureJobs closed the connection. It may have been charged; call "
        f"reveal_contacts again in a minute. Not revealed and not charged: {second}; call again "
        "for them."
    )
    result = {"candidate_id": first, "status": "unknown"}
    view.answer("reveal_contacts", {"results": [result], "warning": warning})
    view.select(0, 1)
    buy(view, "Reveal email")
    expect(view.notice).to_contain_text("It may have been charged; try again in a minute.")
    expect(view.notice).to_contain_text(f"Not revealed and not charged: {listed[1]['name']}")
    expect(view.notice).not_to_contain_text("reveal_contacts")


def test_somebody_whom_a_colleague_has_barred_meanwhile_is_named_and_nothing_is_paid(
    page: Page, at: Served
) -> None:
    view = opened(page, at).settled()
    first = view.ask("list_profiles", session_id=view.session_id, limit=1)["candidates"][0]
    ids = [first["candidate_id"]]
    view.ask(
        "review_candidates",
        session_id=view.session_id,
        candidate_ids=ids,
        outreach="do_not_contact",
    )
    view.select(0)
    buy(view, "Reveal email")
    expect(view.problem).to_contain_text(f"{first['name']} must not be contacted")
    expect(view.problem).not_to_contain_text(ids[0])
    assert at.sent("reveal") == 0


def test_a_revealed_address_is_copied_from_its_row(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    view.select(0)
    buy(view, "Reveal email")
    address = view.rows.first.locator(".contacts .address")
    expect(address).to_contain_text("@example.com")
    text = address.inner_text()
    view.button(f"Copy {text}").click()
    expect(view.button("Copied")).to_be_focused()
    view.frame.get_by_role("searchbox").focus()
    page.keyboard.press("Control+V")
    expect(view.frame.get_by_role("searchbox")).to_have_value(text)
    # It is there again when the list is opened again, and the same in the profile.
    view = opened(page, at, session=view.session_id).settled()
    expect(view.rows.first.locator(".contacts .address")).to_have_text(text)
    view.rows.first.locator(".opener").click()
    assert view.frame.locator(".opened .address").first.inner_text() == text
