import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.shortlist_page import PEOPLE, Serve, Served, View, opened

pytestmark = [pytest.mark.xdist_group("view-reviews"), pytest.mark.unmeasured]

HOSTILE = '<img src=x onerror=alert(1)> & "quoted" \' </textarea><script>alert(2)</script>'


def names(view: View, count: int) -> list[str]:
    """The first candidates, whose names nobody else in this search has."""
    found = view.drawn().names()
    unique = [name for name in found if found.count(name) == 1]
    assert len(unique) >= count
    return unique[:count]


def press(view: View, name: str, label: str) -> None:
    view.button(f"{label}: {name}").click()


def pressed(view: View, name: str) -> list[str]:
    """The labels of the pressed buttons of a row."""
    on = view.row(name).locator(".review [aria-pressed=true]")
    return on.all_text_contents()


def chip(view: View, label: str) -> Locator:
    """The button that filters by a decision."""
    group = view.frame.get_by_role("group", name="Filter by decision")
    return group.get_by_role("button", name=re.compile(rf"^{label} \d"))


def expect_counts(view: View, **counts: int) -> None:
    for label, count in counts.items():
        expect(chip(view, label)).to_have_text(f"{label} {count}")


def saved(view: View) -> dict[str, dict[str, Any]]:
    """What the server knows of each candidate, by name."""
    every = ["shortlisted", "maybe", "rejected", "undecided", "do_not_contact"]
    found: dict[str, dict[str, Any]] = {}
    for page in range(1, 4):
        listed = view.ask(
            "list_profiles", session_id=view.session_id, decisions=every, page=page, limit=20
        )
        for card in listed["candidates"]:
            marks = {key: card[key] for key in ("decision", "outreach", "note") if key in card}
            found[card["name"]] = marks
    return found


def expect_saved(view: View, name: str, **marks: str) -> None:
    """Waits until the page has saved everything, and compares with what the server has."""
    expect(view.frame.locator("#saving")).to_be_hidden()
    assert saved(view)[name] == marks


@pytest.mark.parametrize(
    ("label", "change", "mark", "back"),
    [
        ("Shortlist", {"decision": "shortlisted"}, "shortlisted", {"decision": "undecided"}),
        ("Maybe", {"decision": "maybe"}, "maybe", {"decision": "undecided"}),
        ("Reject", {"decision": "rejected"}, "rejected", {"decision": "undecided"}),
        ("Contacted", {"outreach": "contacted"}, "contacted", {"outreach": "none"}),
    ],
)
def test_a_button_in_a_row_marks_its_candidate_and_takes_the_mark_back(
    page: Page, at: Served, label: str, change: dict[str, str], mark: str, back: dict[str, str]
) -> None:
    view = opened(page, at).settled()
    (name,) = names(view, 1)
    press(view, name, label)
    assert pressed(view, name) == [label]
    expect(view.notice).to_contain_text(f"{name}: {mark}.")
    expect_saved(view, name, **change)
    press(view, name, label)
    assert pressed(view, name) == []
    expect_saved(view, name)
    first, second = view.calls("review_candidates")
    assert first.items() >= {"session_id": view.session_id, **change}.items()
    assert second.items() >= back.items()
    # With this the server records that the user made them, and not the assistant.
    assert re.fullmatch("[0-9a-f]{32}", first["view"])


def test_what_was_decided_is_there_when_the_list_is_opened_again(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    kept, gone = names(view, 2)
    press(view, kept, "Shortlist")
    press(view, kept, "Contacted")
    press(view, gone, "Reject")
    expect_saved(view, gone, decision="rejected")
    view = opened(page, at, session=view.session_id).settled()
    assert pressed(view, kept) == ["Shortlist", "Contacted"]
    expect_counts(view, Undecided=PEOPLE - 2, Shortlisted=1, Rejected=1, Contacted=1)
    view.expect_people(PEOPLE - 1)
    expect(view.row(gone)).to_have_count(0)
    left_out = view.frame.locator("#left-out")
    expect(left_out).to_contain_text("Left out: 1 rejected.")
    view.button("Show them").click()
    view.expect_people(PEOPLE)
    assert pressed(view, gone) == ["Reject"]
    view.button("Leave rejected people out").click()
    view.expect_people(PEOPLE - 1)
    chip(view, "Rejected").click()
    expect(view.rows).to_have_count(1)


def test_the_counts_filter_and_a_row_stays_until_the_filter_changes(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    one, two, three = names(view, 3)
    press(view, one, "Reject")
    view.expect_people(PEOPLE)
    press(view, two, "Maybe")
    chip(view, "Undecided").click()
    view.expect_people(PEOPLE - 2)
    press(view, three, "Reject")
    expect_counts(view, Undecided=PEOPLE - 3, Maybe=1, Rejected=2)
    expect(view.row(three)).to_have_count(1)
    chip(view, "Maybe").click()
    assert view.names() == [two]
    chip(view, "Rejected").click()
    assert sorted(view.names()) == sorted([one, three])
    chip(view, "Rejected").click()
    view.expect_people(PEOPLE - 2)
    expect(view.frame.get_by_text("Left out: 2 rejected.")).to_be_visible()


def test_a_do_not_contact_person_is_left_out_and_one_press_does_not_lift_that(
    page: Page, at: Served
) -> None:
    view = opened(page, at).settled()
    (name,) = names(view, 1)
    view.row(name).locator(".opener").click()
    view.frame.get_by_label("Outreach").select_option("Do not contact")
    expect(view.row(name).locator(".outreach")).to_have_text("Do not contact")
    expect_saved(view, name, outreach="do_not_contact")
    view.row(name).locator(".opener").focus()
    page.keyboard.press("c")
    expect(view.notice).to_contain_text("do not contact. Change that in the opened profile.")
    assert len(view.calls("review_candidates")) == 1
    view = opened(page, at, session=view.session_id).settled()
    expect(view.row(name)).to_have_count(0)
    expect(view.frame.get_by_text("Left out: 1 do not contact.")).to_be_visible()
    chip(view, "Do not contact").click()
    expect(view.rows).to_have_count(1)
    assert view.names() == [name]


def test_the_selected_are_decided_about_at_once_and_undone_at_once(
    page: Page, serve: Serve
) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=70))
    view = opened(page, at).settled()
    (name,) = names(view, 1)
    group = view.frame.get_by_role("group", name="Decide about the selected candidates")
    expect(group).to_be_hidden()
    press(view, name, "Shortlist")
    view.frame.get_by_role("checkbox", name=re.compile(r"^Select all \d")).check()
    group.get_by_role("button", name="Maybe").click()
    expect_counts(view, Maybe=70)
    expect(view.frame.locator("#count")).to_be_empty()
    expect(view.frame.locator("#saving")).to_be_hidden()
    assert [len(call["candidate_ids"]) for call in view.calls("review_candidates")] == [1, 50, 20]
    view.button("Undo").click()
    expect_counts(view, Maybe=0, Shortlisted=1, Undecided=69)
    expect_saved(view, name, decision="shortlisted")
    view.button("Undo").click()
    expect_saved(view, name)
    expect(view.button("Undo")).to_be_disabled()


def test_a_denied_change_goes_back_with_a_sentence_and_can_be_tried_again(
    page: Page, at: Served
) -> None:
    view = opened(page, at, deny=["review_candidates"]).settled()
    one, two = names(view, 2)
    press(view, one, "Reject")
    expect(view.unsaved).to_contain_text(f"Not saved for {one}. The app did not do that")
    assert pressed(view, one) == []
    press(view, two, "Shortlist")
    expect(view.unsaved).to_contain_text("Not saved for 2 candidates.")
    expect_counts(view, Undecided=PEOPLE, Shortlisted=0)
    expect(view.button("Undo")).to_be_disabled()
    view.allow("review_candidates")
    view.button("Try again").click()
    expect(view.unsaved).to_be_hidden()
    assert (pressed(view, one), pressed(view, two)) == (["Reject"], ["Shortlist"])
    expect_saved(view, one, decision="rejected")
    expect_saved(view, two, decision="shortlisted")


def test_a_later_change_replaces_one_that_could_not_be_saved(page: Page, at: Served) -> None:
    view = opened(page, at, deny=["review_candidates"]).settled()
    (name,) = names(view, 1)
    press(view, name, "Reject")
    expect(view.unsaved).to_be_visible()
    view.allow("review_candidates")
    press(view, name, "Maybe")
    expect(view.unsaved).to_be_hidden()
    expect_saved(view, name, decision="maybe")


def test_quick_presses_at_a_slow_host_are_shown_at_once_and_saved_in_order(
    page: Page, at: Served
) -> None:
    view = opened(page, at, hold=["review_candidates"]).settled()
    many = names(view, 12)
    for place, name in enumerate(many):
        press(view, name, "Shortlist" if place % 2 else "Reject")
    press(view, many[0], "Maybe")
    press(view, many[1], "Shortlist")
    assert pressed(view, many[0]) == ["Maybe"]
    expect_counts(view, Shortlisted=5, Rejected=5, Maybe=1)
    expect(view.frame.locator("#saving")).to_be_visible()
    assert len(view.calls("review_candidates")) == 1
    view.release()
    expect(view.frame.locator("#saving")).to_be_hidden()
    known = saved(view)
    assert known[many[0]] == {"decision": "maybe"}
    assert known[many[1]] == {}
    assert all(known[name] == {"decision": "rejected"} for name in many[2::2])
    assert all(known[name] == {"decision": "shortlisted"} for name in many[3::2])
    # Those that wait with the same change go in one call.
    assert len(view.calls("review_candidates")) == 5


def test_who_is_rejected_while_the_list_still_loads_moves_nobody_out_of_it(
    page: Page, at: Served
) -> None:
    view = opened(page, at, hold=["list_profiles"])
    expect(view.rows).to_have_count(20)
    for name in names(view, 3):
        press(view, name, "Reject")
    expect(view.frame.locator("#saving")).to_be_hidden()
    view.release()
    view.settled()
    view.expect_people(PEOPLE)
    expect_counts(view, Undecided=PEOPLE - 3, Rejected=3)


def test_the_app_closes_the_page_only_when_everything_is_saved(page: Page, at: Served) -> None:
    view = opened(page, at, hold=["review_candidates"]).settled()
    (name,) = names(view, 1)
    press(view, name, "Shortlist")
    page.evaluate("void (window.closing = desk.close().then(() => (window.isClosed = true)))")
    press(view, name, "Contacted")
    assert not page.evaluate("window.isClosed")
    view.release()
    page.evaluate("window.closing")
    assert saved(view)[name] == {"decision": "shortlisted", "outreach": "contacted"}


def test_only_what_was_denied_goes_back(page: Page, at: Served) -> None:
    view = opened(page, at, hold=["review_candidates"], deny=["review_candidates"]).settled()
    one, two = names(view, 2)
    press(view, one, "Shortlist")
    press(view, one, "Reject")
    press(view, two, "Maybe")
    view.release()
    expect(view.unsaved).to_contain_text("Not saved for 2 candidates.")
    assert pressed(view, one) == pressed(view, two) == []
    view.allow("review_candidates")
    press(view, two, "Shortlist")
    expect(view.unsaved).to_be_visible()
    view.button("Try again").click()
    expect_saved(view, one, decision="rejected")
    expect_saved(view, two, decision="shortlisted")


def test_a_note_is_written_in_the_row_and_stays_text(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    (name,) = names(view, 1)
    before = view.inside("document.querySelectorAll('#people *').length")
    for text, key in ((HOSTILE, "Enter"), (f"{HOSTILE} again", "Control+Enter")):
        press(view, name, "Note")
        field = view.frame.get_by_label(f"Note: {name}").and_(view.frame.locator("textarea"))
        field.fill(text)
        page.keyboard.press(key)
        expect(view.row(name).locator(".note")).to_have_text(text)
        expect(view.row(name).locator(".opener")).to_be_focused()
    assert view.inside("document.querySelectorAll('#people *').length") == before
    press(view, name, "Note")
    page.keyboard.type("forgotten")
    page.keyboard.press("Escape")
    expect(view.row(name).locator(".note")).to_have_text(f"{HOSTILE} again")
    expect_saved(view, name, note=f"{HOSTILE} again")
    press(view, name, "Note")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(view.row(name).locator(".note")).to_be_hidden()
    expect_saved(view, name)
    page.keyboard.press("u")
    expect(view.row(name).locator(".note")).to_have_text(f"{HOSTILE} again")
    expect_saved(view, name, note=f"{HOSTILE} again")


@pytest.mark.parametrize("width", [360, 720, 1600])
def test_the_field_of_a_note_is_in_sight(page: Page, at: Served, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    view = opened(page, at).settled()
    for place in (0, 7, 3, 24):
        view.rows.nth(place).locator(".opener").focus()
        page.keyboard.press("r")
        page.keyboard.press("k")
        page.keyboard.press("n")
        field = view.frame.locator("textarea")
        expect(field).to_be_focused()
        bar, box = view.frame.locator("#bar").bounding_box(), field.bounding_box()
        assert bar
        assert box
        assert box["y"] >= bar["y"] + bar["height"] - 1
        expect(field).to_be_in_viewport()
        page.keyboard.press("Escape")


def test_a_note_has_lines_and_a_failed_one_is_not_lost(page: Page, at: Served) -> None:
    view = opened(page, at, deny=["review_candidates"]).settled()
    (name,) = names(view, 1)
    press(view, name, "Note")
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")
    expect(view.unsaved).to_contain_text(f"Not saved for {name}.")
    expect(view.row(name).locator(".note")).to_be_hidden()
    view.allow("review_candidates")
    view.button("Try again").click()
    expect_saved(view, name, note="First line\nsecond line")


def test_a_note_that_the_list_cuts_is_edited_as_a_whole(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    many = [card["candidate_id"] for card in saved_cards(view)]
    note = "A long note. " * 38
    for start in range(0, len(many), 15):
        ids = many[start : start + 15]
        view.ask("review_candidates", session_id=view.session_id, candidate_ids=ids, note=note)
    view = opened(page, at, session=view.session_id).settled()
    name = names(view, 1)[0]
    expect(view.row(name).locator(".note")).to_have_text(re.compile("A long note.*…$"))
    press(view, name, "Note")
    expect(view.frame.locator("textarea")).to_have_value(note.strip())


def saved_cards(view: View) -> Iterator[dict[str, Any]]:
    for page in range(1, 4):
        yield from view.ask("list_profiles", session_id=view.session_id, page=page, limit=20)[
            "candidates"
        ]


def test_a_row_says_where_else_its_candidate_was_seen(page: Page, at: Served) -> None:
    seen = {"session_id": "6a0c77936e7a0151430c91fd", "when": "2020-11-03T12:00:00Z"}
    patches = [
        {"seen_before": seen | {"title": "<b>Pune</b> .NET"}},
        {"seen_before": seen | {"decision": "rejected"}},
        {"seen_before": seen | {"title": "Odd", "when": "some day"}},
    ]
    view = opened(page, at, patches=patches)
    shown = view.rows.locator(".seen").all_text_contents()
    assert shown[:4] == [
        "Seen in <b>Pune</b> .NET, 3 Nov 2020",
        "Seen in another search, 3 Nov 2020 (rejected)",
        "Seen in Odd",
        "",
    ]
    view.settled()


def test_who_was_rejected_in_another_search_is_shown_and_marked(page: Page, at: Served) -> None:
    view = opened(page, at, title="Pune .NET").settled()
    (name,) = names(view, 1)
    press(view, name, "Reject")
    expect(view.frame.locator("#saving")).to_be_hidden()
    view = opened(page, at, title="Again").settled()
    seen = view.row(name).locator(".seen")
    expect(seen).to_have_text(re.compile(r"^Seen in Pune \.NET, \d+ \w+ \(rejected\)$"))
    assert pressed(view, name) == []


def test_up_to_four_are_compared_side_by_side_and_decided_about_there(
    page: Page, at: Served
) -> None:
    view = opened(page, at).settled()
    chosen = view.select(0, 1, 2, 3)
    view.button("Compare").click()
    expect(view.dialog).to_contain_text("Compare 4 candidates")
    heads = view.dialog.get_by_role("columnheader").all_text_contents()
    assert heads == chosen
    ids = [card["candidate_id"] for card in saved_cards(view)][:4]
    detailed = view.ask(
        "list_profiles", session_id=view.session_id, candidate_ids=ids, detail="detailed"
    )["candidates"]
    table = view.dialog.get_by_role("table")
    for card in detailed:
        for fact in (card["title"], card["company"], card["region"], *card["highlights"]):
            expect(table).to_contain_text(fact)
    view.dialog.get_by_role("button", name=f"Shortlist: {chosen[1]}").click()
    expect(view.dialog.get_by_role("button", name=f"Shortlist: {chosen[1]}")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("Escape")
    expect(view.dialog).to_be_hidden()
    expect_counts(view, Shortlisted=1)
    view.select(4)
    expect(view.button("Compare")).to_be_disabled()


def test_the_shortlisted_are_exported_and_asked_about_without_selecting_them(
    page: Page, at: Served
) -> None:
    answers = {"export_profiles": {"rows": 2, "path": "/home/somebody/a.csv"}}
    view = opened(page, at, answers=answers).settled()
    kept = names(view, 2)
    for name in kept:
        press(view, name, "Shortlist")
    view.button("Export 2 shortlisted").click()
    expect(view.notice).to_contain_text("Exported 2 candidates")
    (call,) = view.calls("export_profiles")
    assert len(call["candidate_ids"]) == 2
    view.button("Ask about 2 shortlisted").click()
    for name in kept:
        expect(view.dialog).to_contain_text(name)
    view.dialog.get_by_role("button", name="Ask").click()
    expect(view.notice).to_have_text("The assistant has your question.")
    (message,) = view.recorded("messages")
    assert all(name in message for name in kept)


def test_nobody_who_must_not_be_contacted_is_exported(page: Page, at: Served) -> None:
    answers = {"export_profiles": {"rows": 1, "path": "/home/somebody/a.csv"}}
    view = opened(page, at, answers=answers).settled()
    gone, barred = names(view, 2)
    press(view, gone, "Reject")
    press(view, barred, "Shortlist")
    view.row(barred).locator(".opener").click()
    view.frame.get_by_label("Outreach").select_option("Do not contact")
    view.button("Export all").click()
    chip(view, "Rejected").click()
    chip(view, "Rejected").click()
    view.button("Show them").click()
    view.expect_people(PEOPLE)
    view.button(f"Export {PEOPLE - 1} shown").click()
    expect(view.button("Export all")).to_have_count(0)
    everybody, shown = view.calls("export_profiles")
    assert "candidate_ids" not in everybody
    assert len(shown["candidate_ids"]) == PEOPLE - 1


@pytest.mark.parametrize("by_keyboard", [True, False])
def test_a_rejection_may_have_a_reason_in_one_more_press(
    page: Page, at: Served, by_keyboard: bool
) -> None:
    view = opened(page, at).settled()
    one, other = names(view, 2)
    reasons = view.frame.get_by_role("group", name="Reason")
    if by_keyboard:
        view.row(one).locator(".opener").focus()
        page.keyboard.press("r")
        page.keyboard.press("1")
    else:
        press(view, one, "Reject")
        reasons.get_by_role("button", name="Skills").click()
        expect(reasons.get_by_role("button", name="Skills")).to_be_focused()
    expect(view.notice).to_contain_text(f"{one}: rejected (skills).")
    expect(view.row(one).locator(".review")).to_contain_text("Skills")
    # The last one counts; of nobody else a reason is given.
    page.keyboard.press("5")
    expect(view.row(one).locator(".review")).to_contain_text("Not interested")
    expect_saved(view, one, decision="rejected")
    given = [call.get("reason") for call in view.calls("review_candidates")]
    assert given == [None, "skills", "not_interested"]
    press(view, other, "Maybe")
    expect(reasons).to_have_count(0)
    page.keyboard.press("1")
    assert len(view.calls("review_candidates")) == 4


def test_a_reason_is_there_when_the_list_is_opened_again_and_goes_with_the_decision(
    page: Page, at: Served
) -> None:
    view = opened(page, at).settled()
    (name,) = names(view, 1)
    press(view, name, "Reject")
    page.keyboard.press("4")
    expect_saved(view, name, decision="rejected")
    view = opened(page, at, session=view.session_id).settled()
    chip(view, "Rejected").click()
    row = view.row(name)
    expect(row.locator(".review")).to_contain_text("Location")
    press(view, name, "Maybe")
    expect(row.locator(".review")).not_to_contain_text("Location")
    view.button("Undo").click()
    expect(row.locator(".review")).to_contain_text("Location")
    expect(view.frame.locator("#saving")).to_be_hidden()
    *_, last = view.calls("review_candidates")
    assert (last["decision"], last["reason"]) == ("rejected", "location")
    # Of the candidate at hand, too.
    row.locator(".opener").focus()
    page.keyboard.press("7")
    expect(row.locator(".review")).to_contain_text("Other")
    page.keyboard.press("Enter")
    field = view.frame.get_by_label("Reason for rejecting")
    expect(field).to_have_value("other")
    field.select_option("Seniority")
    expect(row.locator(".review")).to_contain_text("Seniority")
    press(view, name, "Maybe")
    expect(field).to_be_hidden()


def test_a_reason_of_a_rejection_that_was_denied_is_not_asked_for(page: Page, at: Served) -> None:
    view = opened(page, at, deny=["review_candidates"]).settled()
    (name,) = names(view, 1)
    press(view, name, "Reject")
    expect(view.unsaved).to_be_visible()
    expect(view.frame.get_by_role("group", name="Reason")).to_have_count(0)
    page.keyboard.press("1")
    assert len(view.calls("review_candidates")) == 1


def test_while_the_database_is_away_the_list_says_so_and_shows_everybody(
    page: Page, serve: Serve, tmp_path: Path
) -> None:
    key: dict[str, Any] = {"sandbox": False, "api_key": "fjk_test"}
    at = serve(Sandbox(match_seconds=0, first_batch=30), **key, confirm_spend="off")
    session = opened(page, at).settled().session_id
    (tmp_path / LEDGER_FILE).write_bytes(b"This is no database. " * 1_000)
    without = serve(at.sandbox, **key, state_dir=tmp_path)
    view = opened(page, without, session=session).settled()
    warning = view.frame.locator("#warning")
    expect(warning).to_contain_text("Decisions and earlier searches cannot be shown now")
    view.expect_people(30)
    expect(view.frame.get_by_role("button", name=re.compile("^(Reject|Undo)"))).to_have_count(0)


def test_the_unseen_are_found_among_those_seen_before(page: Page, at: Served) -> None:
    seen = {"session_id": "6a0c77936e7a0151430c91fd", "when": "2020-11-03T12:00:00Z"}
    view = opened(page, at, patches=[{"seen_before": seen}] * 3)
    chip(view, "Not seen before").click()
    view.expect_people(PEOPLE - 3)
    expect(view.rows.locator(".seen:not(:empty)")).to_have_count(0)
    view.settled()


def test_without_memory_nothing_of_it_shows(page: Page, serve: Serve) -> None:
    at = serve(Sandbox(match_seconds=0, first_batch=30), memory=False)
    view = opened(page, at).settled()
    words = re.compile("^(Shortlist|Maybe|Reject|Contacted|Note|Undo|Undecided)")
    expect(view.frame.get_by_role("button", name=words)).to_have_count(0)
    expect(view.frame.get_by_role("columnheader", name="Decision")).to_have_count(0)
    view.rows.first.locator(".opener").focus()
    for key in "srmcnu":
        page.keyboard.press(key)
    page.keyboard.press("?")
    expect(view.dialog).to_contain_text("Next candidate")
    expect(view.dialog).not_to_contain_text("Shortlist")
    assert view.calls("review_candidates") == []
