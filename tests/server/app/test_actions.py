import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fj_mcp.sandbox.app import Sandbox
from tests.support.shortlist_page import CSHARP, PEOPLE, Serve, Served, opened

pytestmark = [pytest.mark.xdist_group("view-actions"), pytest.mark.unmeasured]


def test_a_reveal_asks_first_with_the_names_and_the_cost(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    expect(view.paid("Reveal email")).to_be_disabled()
    names = view.select(0, 2)
    view.paid("Reveal email").click()
    expect(view.dialog).to_contain_text("Reveal 2 email addresses?")
    for name in names:
        expect(view.dialog).to_contain_text(name)
    expect(view.dialog).to_contain_text("FutureJobs does not publish the price")
    view.dialog.get_by_role("button", name="Cancel").click()
    expect(view.dialog).to_be_hidden()
    expect(view.paid("Reveal email")).to_be_enabled()
    assert view.calls("reveal_contacts") == []


def test_revealed_addresses_are_shown_in_their_rows_and_never_paid_for_twice(
    page: Page, at: Served
) -> None:
    view = opened(page, at).settled()
    view.select(*range(4))
    paid = at.sent("reveal")
    view.paid("Reveal email").click()
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text(re.compile(r"\d found.* charged"))
    shown = view.rows.locator(".contacts").all_text_contents()[:4]
    assert all(re.search(r"@example\.com Copy$|^Email not found$", text) for text in shown)
    assert any("@example.com" in text for text in shown)
    assert at.sent("reveal") == paid + 4
    view.paid("Reveal email").click()
    expect(view.dialog).to_contain_text("already revealed, at no cost")
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text("already revealed")
    assert view.rows.locator(".contacts").all_text_contents()[:4] == shown
    assert at.sent("reveal") == paid + 4


def test_a_pending_phone_number_is_shown_as_pending(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    view.select(*range(5))
    view.paid("Reveal phone").click()
    expect(view.dialog).to_contain_text("Reveal 5 phone numbers?")
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text("on the way")
    expect(
        view.rows.filter(has_text="Phone on its way, open the row later to see it")
    ).not_to_have_count(0)


def test_more_than_ten_candidates_are_revealed_in_calls_of_ten(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    view.select(*range(12))
    view.paid("Reveal email").click()
    expect(view.dialog).to_contain_text("and 2 more")
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.notice).to_contain_text("credits charged")
    ids = [call["candidate_ids"] for call in view.calls("reveal_contacts")]
    listed = view.ask("list_profiles", session_id=view.session_id, limit=12)["candidates"]
    assert ids[0] + ids[1] == [card["candidate_id"] for card in listed]
    assert [len(some) for some in ids] == [10, 2]
    expect(view.rows.locator(".contacts:not(:empty)")).to_have_count(12)


def test_an_unknown_outcome_is_shown_as_unconfirmed(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    first = view.ask("list_profiles", session_id=view.session_id, limit=1)["candidates"][0]
    result = {"candidate_id": first["candidate_id"], "status": "unknown"}
    view.answer("reveal_contacts", {"results": [result]})
    view.select(0)
    view.paid("Reveal email").click()
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.rows.first).to_contain_text("Email not confirmed yet, ask again in a minute")


def test_one_candidate_s_contact_is_revealed_from_their_opened_row(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    names = view.names()
    view.select(3)
    view.rows.nth(1).locator(".opener").click()
    view.frame.locator(".opened").get_by_role("button", name="Reveal email").click()
    expect(view.dialog).to_contain_text("Reveal the email address?")
    expect(view.dialog).to_contain_text(names[1])
    expect(view.dialog).not_to_contain_text(names[3])
    view.dialog.get_by_role("button", name="Reveal").click()
    expect(view.rows.nth(1).locator(".contacts")).not_to_be_empty()
    (call,) = view.calls("reveal_contacts")
    assert len(call["candidate_ids"]) == 1


def test_fetching_more_shows_the_price_waits_and_marks_the_new_candidates(
    page: Page, serve: Serve
) -> None:
    at = serve(Sandbox(match_seconds=0.5, first_batch=30, more_batch=7))
    view = opened(page, at, finished=True).settled()
    view.expect_people(30)
    view.paid("Fetch more").click()
    expect(view.dialog).to_contain_text("This costs 5 credits.")
    view.dialog.get_by_role("button", name="Fetch more").click()
    expect(view.frame.get_by_text("matched so far")).to_be_visible()
    expect(view.notice).to_have_text(
        "7 new candidates, above the others. 5 credits charged, 90 left. Show new"
    )
    view.expect_people(37)
    new = view.rows.get_by_text("New", exact=True).locator("visible=true")
    expect(new).to_have_count(7)
    expect(view.rows.nth(6)).to_contain_text("New")
    expect(view.rows.nth(7).get_by_text("New", exact=True)).to_be_hidden()
    expect(view.paid("Fetch more")).to_be_enabled()
    view.button("Show new").click()
    view.expect_people(7)
    view.button("New since your last look 7").click()
    view.expect_people(37)
    # Sorted by a column, they are no longer above the others.
    view.frame.get_by_role("columnheader", name="Name").get_by_role("button").click()
    hidden = view.rows.evaluate_all(
        "rows => rows.slice(0, 7).map(row => row.querySelector('.badge').hidden)"
    )
    assert any(hidden)


def test_an_exhausted_session_says_so_and_is_not_asked_again(page: Page, serve: Serve) -> None:
    filters = CSHARP | {"regions": ["Pune, Maharashtra, India"]}
    at = serve(Sandbox(match_seconds=0))
    view = opened(page, at, filters=filters).settled()
    view.paid("Fetch more").click()
    view.dialog.get_by_role("button", name="Fetch more").click()
    expect(view.notice).to_contain_text("There are no more candidates for these filters.")
    expect(view.paid("Fetch more")).to_be_disabled()


def test_an_export_says_how_many_and_where(page: Page, serve: Serve, tmp_path: Path) -> None:
    at = serve(Sandbox(match_seconds=0), export_dir=tmp_path)
    view = opened(page, at).settled()
    view.button("Export all").click()
    expect(view.notice).to_contain_text("Exported 100 candidates: ")
    view.select(1, 4)
    view.button("Export 2 selected").click()
    expect(view.notice).to_contain_text("Exported 2 candidates: ")
    all_shown, some = view.calls("export_profiles")
    assert all_shown == {"session_id": view.session_id, "format": "csv"}
    listed = view.ask("list_profiles", session_id=view.session_id, limit=5)["candidates"]
    assert some["candidate_ids"] == [listed[n]["candidate_id"] for n in (1, 4)]


@pytest.mark.parametrize("place", [{"path": "/home/somebody/a.csv"}, {"uri": "fj://export/1.csv"}])
def test_an_export_is_at_a_path_or_an_address(
    page: Page, at: Served, place: dict[str, str]
) -> None:
    view = opened(page, at, answers={"export_profiles": {"rows": 1} | place}).settled()
    view.button("Export all").click()
    expect(view.notice).to_have_text(f"Exported 1 candidate: {next(iter(place.values()))} Copy")


def test_the_path_of_an_export_can_be_copied(page: Page, at: Served) -> None:
    path = "/home/somebody/a.csv"
    view = opened(page, at, answers={"export_profiles": {"rows": 1, "path": path}}).settled()
    view.button("Export all").click()
    view.button("Copy").click()
    expect(view.button("Copied")).to_be_visible()
    view.frame.get_by_role("searchbox").focus()
    page.keyboard.press("Control+V")
    expect(view.frame.get_by_role("searchbox")).to_have_value(path)


def test_those_shown_are_exported_when_a_filter_is_on(page: Page, at: Served) -> None:
    answers = {"export_profiles": {"rows": 1, "path": "/home/somebody/a.csv"}}
    view = opened(page, at, answers=answers).settled()
    view.frame.get_by_role("searchbox").fill(view.names()[0])
    shown = view.rows.count()
    assert 0 < shown < PEOPLE
    view.button(f"Export {shown} shown").click()
    expect(view.notice).to_contain_text("Exported 1 candidate")
    (call,) = view.calls("export_profiles")
    assert len(call["candidate_ids"]) == shown
    view.frame.get_by_role("searchbox").fill("nobody is called this")
    expect(view.button("Export 0 shown")).to_be_disabled()


def test_a_disabled_button_says_what_to_do_first(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    for name, hint in {
        "Reveal email": "Select one or more candidates first.",
        "Ask the assistant": "Select one or more candidates first.",
        "Compare": "Select 2 to 4 candidates to compare.",
        "Undo": "There is nothing to undo.",
    }.items():
        button = view.button(name, exact=False).first
        expect(button).to_be_disabled()
        expect(button).to_have_accessible_description(hint)
        button.click(force=True)
        expect(view.notice).to_have_text(hint)


def test_the_assistant_is_asked_about_the_selected_candidates(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    names = view.select(0, 5)
    view.button("Ask the assistant").click()
    view.dialog.get_by_role("textbox").fill("Who knows Azure best?")
    view.dialog.get_by_role("button", name="Ask").click()
    expect(view.notice).to_have_text("The assistant has your question.")
    (message,) = view.recorded("messages")
    listed = view.ask("list_profiles", session_id=view.session_id, limit=6)["candidates"]
    assert message.startswith("Who knows Azure best?\n")
    assert view.session_id in message
    for name, card in zip(names, (listed[0], listed[5]), strict=True):
        assert f'- {card["candidate_id"]}: "{name}"' in message


def test_all_shown_are_selected_at_once_and_hidden_ones_are_counted(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    select_all = view.frame.get_by_role("checkbox", name=re.compile(r"^Select all \d"))
    view.drawn().select(PEOPLE - 1)
    search = view.frame.get_by_role("searchbox")
    search.fill(view.names()[0])
    expect(view.frame.locator("#count")).to_contain_text("1 selected (1 not shown)")
    shown = view.rows.count()
    select_all.check()
    expect(view.frame.locator("#count")).to_contain_text(f"{shown + 1} selected (1 not shown)")
    search.fill("")
    expect(select_all).to_have_js_property("indeterminate", True)
    select_all.check()
    expect(view.frame.locator("#count")).to_have_text(f"{PEOPLE} selected")
    select_all.uncheck()
    expect(view.frame.locator("#count")).to_be_empty()


def test_a_running_session_fills_by_itself(page: Page, serve: Serve) -> None:
    at = serve(Sandbox(match_seconds=2, first_batch=25))
    view = opened(page, at)
    expect(view.frame.get_by_text(re.compile(r"^\d+ of \d+ matched so far$"))).to_be_visible()
    expect(view.paid("Fetch more")).to_be_disabled()
    view.expect_people(25)
    view.settled()
    waits = view.calls("wait_for_session")
    assert len(waits) >= 2
    assert all(call["max_wait_seconds"] == 0 for call in waits)
    expect(view.rows.get_by_text("New", exact=True).locator("visible=true")).to_have_count(0)


def test_the_first_candidates_are_shown_while_others_are_still_matched(
    page: Page, serve: Serve
) -> None:
    at = serve(Sandbox(match_seconds=30, first_batch=100))
    view = opened(page, at)
    expect(view.rows).not_to_have_count(0)
    expect(view.frame.get_by_text(re.compile(r"^\d+ of \d+ matched so far$"))).to_be_visible()


def test_a_read_only_server_s_shortlist_offers_nothing_that_costs(
    page: Page, at: Served, serve: Serve
) -> None:
    session = opened(page, at).session_id
    reading = serve(at.sandbox, read_only=True)
    view = opened(page, reading, session=session).settled()
    expect(view.button("Export all")).to_be_visible()
    # Deciding costs nothing.
    view.rows.first.get_by_role("button", name="Shortlist:").click()
    expect(view.button("Export 1 shortlisted")).to_be_visible()
    expect(view.frame.locator("#saving")).to_be_hidden()
    expect(view.unsaved).to_be_hidden()
    view.rows.first.locator(".opener").click()
    expect(view.frame.get_by_role("heading", name="Experience")).to_be_visible()
    expect(view.frame.get_by_role("button", name=re.compile("Reveal|Fetch"))).to_have_count(0)


def test_a_refusal_of_the_server_is_quoted_and_the_action_can_be_repeated(
    page: Page, at: Served, serve: Serve
) -> None:
    session = opened(page, at).session_id
    strict = serve(at.sandbox, confirm_spend="strict")
    view = opened(page, strict, session=session).settled()
    view.select(0)
    for _ in range(2):
        view.paid("Reveal email").click()
        view.dialog.get_by_role("button", name="Reveal").click()
        expect(view.problem).to_contain_text("must ask the user before it spends credits")
        expect(view.paid("Reveal email")).to_be_enabled()
    view.button("Dismiss").click()
    expect(view.problem).to_be_empty()
