import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fj_mcp.sandbox.population.odd_people import SPARSE_SKILL
from tests.support.assistant import UNKNOWN_SESSION
from tests.support.shortlist_page import CSHARP, PEOPLE, Served, View, opened

pytestmark = [pytest.mark.xdist_group("view-table"), pytest.mark.unmeasured]

PUNE = CSHARP | {"regions": ["Pune, Maharashtra, India"], "within_km": 200}
"""A search that finds several dozen candidates, many of whom miss a skill."""


def slide(view: View, score: float) -> None:
    view.frame.get_by_role("slider").fill(str(score))


def test_all_candidates_are_listed_although_the_list_comes_in_pages(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    listed = view.listed()
    view.expect_people(len(listed))
    assert len(listed) == PEOPLE
    assert view.drawn().names() == [card["name"] for card in listed]
    assert [call["page"] for call in view.calls("list_profiles")] == [2, 3]


def test_a_row_shows_the_candidate_with_matching_and_missing_skills(page: Page, at: Served) -> None:
    view = opened(page, at, filters=PUNE).settled()
    listed = view.listed()
    place, card = next((n, card) for n, card in enumerate(listed) if "missing_skills" in card)
    row = view.rows.nth(place)
    expect(row.locator(".score")).to_have_text(f"{card['score']:.1f} / 5")
    expect(row.locator(".opener")).to_have_text(card["name"])
    expect(row.locator(".title")).to_have_text(card["title"])
    expect(row.locator(".company")).to_have_text(card["company"])
    # The city is in sight, the rest is for a pointer or a screen reader.
    expect(row.locator(".region")).to_have_text(card["region"])
    expect(row.locator(".region")).to_have_attribute("title", card["region"])
    expect(row.locator(".region .away")).to_have_css("position", "absolute")
    expect(row.locator(".years")).to_have_text(f"{card['years_of_experience']} years")
    wanted = {skill for tier in CSHARP["skills"].values() for skill in tier}
    has = set(row.get_by_role("listitem").all_text_contents())
    assert has == wanted - set(card["missing_skills"])
    expect(row.locator(".lacks")).to_have_text(f"Missing: {', '.join(card['missing_skills'])}")
    expect(row.locator(".score")).to_have_attribute("title", card["why"])
    share = row.locator(".bar").evaluate("bar => bar.style.getPropertyValue('--share')")
    assert float(share) == pytest.approx(card["score"] / 5)


def test_every_header_sorts_and_a_second_click_reverses_the_order(page: Page, at: Served) -> None:
    view = opened(page, at, filters=PUNE).settled()
    listed = {card["candidate_id"]: card for card in view.listed()}
    wanted = sum(map(len, CSHARP["skills"].values()))
    keys: dict[str, Any] = {
        "Name": lambda card: card["name"].casefold(),
        "Title": lambda card: card["title"].casefold(),
        "Company": lambda card: card["company"].casefold(),
        "Location": lambda card: card["region"].casefold(),
        "Experience": lambda card: -card["years_of_experience"],
        "Skill match": lambda card: 2 * len(card.get("missing_skills", [])) - wanted,
        "Score": lambda card: -card["score"],
    }
    by_name: dict[str, list[Any]] = {}
    for card in listed.values():
        by_name.setdefault(card["name"], []).append(card)
    for label, key in keys.items():
        header = view.frame.get_by_role("columnheader", name=label, exact=True)
        numeric = label in ("Experience", "Skill match", "Score")
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", "descending" if numeric else "ascending")
        expect(view.frame.locator("[aria-sort]:not([aria-sort=none])")).to_have_count(1)
        names = view.drawn().names()
        shown = [key(by_name[name][0]) for name in names if len(by_name[name]) == 1]
        assert shown == sorted(shown), label
        first = view.names()
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", "ascending" if numeric else "descending")
        assert view.names() != first


def test_candidates_without_a_score_come_last_in_both_orders(page: Page, at: Served) -> None:
    view = opened(page, at, filters={"skills": {"mandatory": [SPARSE_SKILL]}}).settled()
    header = view.frame.get_by_role("columnheader", name="Score")
    for _ in range(2):
        shown = view.drawn().column("score")
        assert "not scored" in shown
        assert shown[0] != "not scored"
        scored = [text != "not scored" for text in shown]
        assert scored == sorted(scored, reverse=True)
        header.get_by_role("button").click()


def test_words_find_candidates_by_everything_in_their_row(page: Page, at: Served) -> None:
    view = opened(page, at, filters=PUNE).settled()
    someone = view.listed()[3]
    search = view.frame.get_by_role("searchbox")
    search.fill(f"{someone['company'].upper()} {someone['name'].split()[0]}")
    expect(view.frame.locator("#count")).to_contain_text("shown")
    assert someone["name"] in view.drawn().names()
    assert len(view.names()) < len(view.listed())
    search.fill("nobody is called this")
    expect(view.frame.get_by_text("No candidates match these filters.")).to_be_visible()
    view.button("Clear filters").click()
    view.expect_people(len(view.listed()))
    expect(search).to_have_value("")


def test_a_search_takes_the_forms_that_queries_take(page: Page, at: Served) -> None:
    view = opened(page, at, filters=PUNE).settled()
    search = view.frame.get_by_role("searchbox")
    everyone = view.drawn().names()

    def found(text: str) -> list[str]:
        search.fill(text)
        return view.drawn().names()

    # A word in the region of some, so that every card has it or certainly does not.
    city = next(one for one in ("Mumbai", "Pune") if 0 < len(found(one)) < len(everyone))
    inside, outside = found(city), found(f"-{city}")
    assert len(inside) + len(outside) == len(everyone)
    for text in (
        f"!{city}",
        f'"-{city}"',
        f"'-{city}'",
        f"no {city}",
        f"without {city}",
        f"NOT {city}",
        f"except for {city}",
        f"but not ({city})",
    ):
        assert found(text) == outside, text
    for text in (f"{city},india", f"india, {city}", f"{city} and india", f"[{city}; india]"):
        assert found(text) == inside, text
    for text in (f"{city}|india", f"{city} OR india"):
        assert found(text) == []
        expect(view.frame.get_by_text("there is no OR")).to_be_visible()
    assert found("") == everyone


def test_the_histogram_counts_scores_and_its_slider_and_bars_filter_by_them(
    page: Page, at: Served
) -> None:
    view = opened(page, at, filters=PUNE).settled()
    scores = [card["score"] for card in view.listed()]
    shown = [Decimal(score).quantize(Decimal("0.1"), ROUND_HALF_UP) for score in scores]
    tenths = Counter(int(score * 10) for score in shown)
    bars = view.frame.locator("#bars .bar")
    lowest = min(tenths)
    highest = max(*tenths, lowest + 5)
    expect(bars).to_have_count(highest - lowest + 1)
    for place in range(highest - lowest + 1):
        within = tenths[lowest + place]
        expect(bars.nth(place)).to_have_attribute("title", re.compile(rf": {within} candidates?$"))
    # The slider has no empty stretch.
    slider = view.frame.get_by_role("slider")
    expect(slider).to_have_attribute("min", f"{lowest / 10:g}")
    expect(slider).to_have_attribute("max", f"{min(50, highest + 1) / 10:g}")
    least = sorted(tenths.elements())[len(scores) // 2]
    slide(view, least / 10)
    passing = sum(score >= least for score in tenths.elements())
    assert 0 < passing < len(scores)
    view.expect_people(passing)
    expect(slider).to_have_attribute("aria-valuetext", f"{least / 10:g} or more")
    bars.nth(least - lowest).click()
    view.expect_people(len(scores))
    bars.nth(least - lowest).click()
    view.expect_people(passing)


def test_a_minimum_score_leaves_out_candidates_without_a_score(page: Page, at: Served) -> None:
    view = opened(page, at, filters={"skills": {"mandatory": [SPARSE_SKILL]}}).settled()
    view.frame.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(view.frame.locator("#people .none")).to_have_count(0)
    assert view.names()


def test_pressed_skills_leave_only_candidates_who_list_them_all(page: Page, at: Served) -> None:
    view = opened(page, at, filters=PUNE).settled()
    listed = view.listed()
    for pressed in (["Docker"], ["Docker", "ASP.NET Core"]):
        view.frame.locator(".chip", has_text=pressed[-1]).click()
        passing = [card for card in listed if not {*pressed} & {*card.get("missing_skills", [])}]
        assert 0 < len(passing) < len(listed)
        view.expect_people(len(passing))
    expect(view.frame.locator(".chip[aria-pressed=true]")).to_have_count(2)
    view.button("Clear filters").click()
    view.expect_people(len(listed))


def test_a_row_opens_to_the_profile_which_is_fetched_then(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    assert view.calls("get_candidate") == []
    first = view.listed()[0]
    opener = view.button(first["name"]).first
    expect(opener).to_have_attribute("aria-expanded", "false")
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    ids = {"session_id": view.session_id, "candidate_id": first["candidate_id"]}
    full = view.ask("get_candidate", **ids)
    panel = view.frame.locator(".opened")
    for texts in (full["strengths"], full["education"], full["languages"]):
        for text in texts:
            expect(panel).to_contain_text(text)
    for job in full["current_jobs"] + full["past_jobs"]:
        expect(panel).to_contain_text(f"{job['title']} at {job['company']}")
    assert view.calls("get_candidate") == [ids]
    opener.click()
    expect(panel).to_have_count(0)


def test_linkedin_opens_through_the_host(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    first = view.listed()[0]
    view.button(f"LinkedIn profile of {first['name']}").first.click()
    page.wait_for_function("window.desk.recorded.links.length")
    assert view.recorded("links") == [first["linkedin_url"]]


def test_an_address_elsewhere_is_only_text(page: Page, at: Served) -> None:
    addresses = [
        "javascript:alert(document.domain)",
        "http://www.linkedin.com/in/somebody",
        "https://linkedin.com.evil.example.com/in/somebody",
        "https://evil.example.com/www.linkedin.com",
        "https://www.linkedin.com@evil.example.com/in/somebody",
        "https://evillinkedin.com/in/somebody",
    ]
    view = opened(page, at, patches=[{"linkedin_url": address} for address in addresses])
    for place, address in enumerate(addresses):
        expect(view.rows.nth(place).locator(".name")).to_contain_text(address)
        expect(view.rows.nth(place).locator(".name").get_by_role("button")).to_have_count(1)
    expect(view.rows.nth(len(addresses)).locator(".name").get_by_role("button")).to_have_count(2)
    assert view.frame.locator("a, [href]").count() == 0
    view.settled()


def test_an_unknown_session_is_reported_in_the_server_s_words(page: Page, at: Served) -> None:
    view = opened(page, at, session=UNKNOWN_SESSION)
    expect(view.problem).to_contain_text(UNKNOWN_SESSION)
    expect(view.frame.get_by_text("Loading the shortlist")).to_be_hidden()


def test_a_search_without_matches_says_so(page: Page, at: Served) -> None:
    view = opened(page, at, min_score=5).settled()
    view.expect_people(0)
    expect(view.frame.get_by_text("Nobody scores 5 or more.")).to_be_visible()
    view.button(f"Show all {PEOPLE}").click()
    view.expect_people(PEOPLE)


def test_a_query_opens_the_list_with_whom_it_fits_and_other_words_search_everyone(
    page: Page, at: Served
) -> None:
    query = "docker -azure"
    view = opened(page, at, filters=PUNE, query=query).settled()
    fitting = view.ask("list_profiles", session_id=view.session_id, query=query, limit=50)
    everyone = view.listed()
    search = view.frame.get_by_role("searchbox")
    expect(search).to_have_value(query)
    assert view.drawn().names() == [card["name"] for card in fitting["candidates"]]
    assert 0 < fitting["total"] < len(everyone)
    expect(view.frame.locator("#summary")).to_have_text(
        f"{fitting['total']} of {len(everyone)} candidates"
    )
    view.answer("export_profiles", {"rows": fitting["total"], "path": "/home/somebody/a.csv"})
    view.button("Export all").click()
    expect(view.notice).to_contain_text("/home/somebody/a.csv")
    assert [call["query"] for call in view.calls("export_profiles")] == [query]
    search.fill("-azure")
    without = [card for card in everyone if "Azure" not in f"{card}"]
    view.expect_people(len(without))
    view.button("Clear filters").click()
    view.expect_people(len(everyone))
    expect(search).to_have_value("")


def test_the_chosen_candidates_are_shown_until_all_are_wanted(page: Page, at: Served) -> None:
    session = opened(page, at, filters=PUNE).settled().session_id
    view = View(page)
    everyone = view.listed()
    chosen = [everyone[4], everyone[1]]
    ids = [card["candidate_id"] for card in chosen]
    view = opened(page, at, session=session, candidate_ids=ids).settled()
    assert view.names() == [everyone[1]["name"], everyone[4]["name"]]
    view.button(f"Show all {len(everyone)}").click()
    view.expect_people(len(everyone))


def test_a_sandbox_says_so_above_its_invented_candidates(page: Page, at: Served) -> None:
    view = opened(page, at).settled()
    expect(view.frame.get_by_text("these candidates and credits are invented")).to_be_visible()


def test_a_row_says_which_filters_its_candidate_does_not_meet(page: Page, at: Served) -> None:
    patch = {"outside": ["years_of_experience", "regions"]}
    view = opened(page, at, patches=[patch])
    expect(view.rows.first).to_contain_text("Outside: years of experience, regions")
