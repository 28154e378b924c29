"""Decisions about candidates: recorded, shown, and honored by every list."""

import csv
import re
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import (
    ERAS,
    PEOPLE,
    Assistant,
    connected,
    search_for,
    small_sandbox,
)
from tests.support.clocks import SteppedClock
from tests.support.memories import (
    DAY,
    TABLES,
    card,
    listed,
    remembered,
    remembering,
    review,
    search,
)
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("era", ERAS)
async def test_a_decision_shows_on_the_card_and_in_the_counts(era: str) -> None:
    async with connected(era=era) as assistant:
        session, people = await search(assistant)
        kept = await review(
            assistant, session, people[:3], decision="shortlisted", note="Call on Monday"
        )
        assert kept["reviewed"] == 3
        assert kept["counts"] == {"shortlisted": 3}
        written = await review(assistant, session, people[2:4], outreach="contacted")
        assert written["counts"] == {"shortlisted": 3, "contacted": 2}
        third, fourth, fifth = [await card(assistant, session, people[n]) for n in (2, 3, 4)]
        assert (third["decision"], third["outreach"]) == ("shortlisted", "contacted")
        assert third["note"] == "Call on Monday"
        assert "decision" not in fourth
        assert not {"decision", "outreach", "note"} & fifth.keys()
        shown = await assistant.call("show_candidates", session_id=session)
        assert shown["counts"] == written["counts"]


async def test_rejected_and_do_not_contact_people_are_left_out_of_every_list() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:2], decision="rejected", reason="skills")
        await review(assistant, session, people[2:3], outreach="do_not_contact")
        for tool, field in (
            ("list_profiles", "candidates"),
            ("show_candidates", "candidates"),
            ("wait_for_session", "top_candidates"),
        ):
            result = await assistant.call(tool, session_id=session)
            assert result["left_out"] == {"rejected": 2, "do_not_contact": 1}, tool
            assert "decisions [rejected, do_not_contact]" in result["next_step"], tool
            ids = {one["candidate_id"] for one in result[field]}
            assert ids, tool
            assert ids.isdisjoint(people[:3]), tool
        assert len(await listed(assistant, session_id=session)) == PEOPLE - 3


async def test_those_left_out_are_listed_when_they_are_named() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        review = {"session_id": session}
        await assistant.call(
            "review_candidates", **review, candidate_ids=people[:2], decision="rejected"
        )
        await assistant.call(
            "review_candidates", **review, candidate_ids=people[1:2], outreach="do_not_contact"
        )
        in_session = {"session_id": session}
        assert await listed(assistant, **in_session, decisions=["rejected"]) == people[:1]
        both = ["rejected", "do_not_contact"]
        assert await listed(assistant, **in_session, decisions=both) == people[:2]
        assert await listed(assistant, **in_session, candidate_ids=people[:2]) == people[:2]
        assert await listed(assistant, **in_session, decisions=["undecided"]) == people[2:]
        everyone = [*both, "undecided"]
        assert await listed(assistant, **in_session, decisions=everyone) == people


LISTS_OF_NOBODY = [
    ({"decisions": ["maybe"]}, "Nobody asked for is marked maybe."),
    ({"decisions": ["shortlisted"]}, "Everyone asked for is left out (1 do_not_contact)."),
    ({"new_only": True}, "Other searches have shown everyone asked for."),
]


@pytest.mark.parametrize(("asked", "reason"), LISTS_OF_NOBODY)
async def test_a_list_of_nobody_says_why_and_how_to_see_somebody(
    asked: dict[str, Any], reason: str
) -> None:
    async with connected() as assistant:
        await search(assistant, "Earlier")
        session, people = await search(assistant)
        for change in ({"decision": "shortlisted"}, {"outreach": "do_not_contact"}):
            await assistant.call(
                "review_candidates", session_id=session, candidate_ids=people[:1], **change
            )
        page = await assistant.call("list_profiles", session_id=session, **asked)
        assert page["candidates"] == []
        assert page["next_step"].startswith(reason)
        assert session in page["next_step"]


async def test_when_everybody_is_rejected_the_wait_says_how_to_list_them() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people, decision="rejected")
        waited = await assistant.call("wait_for_session", session_id=session)
        assert "top_candidates" not in waited
        assert f"{PEOPLE} rejected" in waited["next_step"]
        assert "decisions [rejected]" in waited["next_step"]


async def test_a_person_rejected_elsewhere_is_shown_and_marked(tmp_path: Path) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path) as assistant:
        first, people = await search(assistant, "Pune .NET")
        await review(assistant, first, people[:1], decision="rejected")
    # The server is started again.
    async with remembering(api, tmp_path) as assistant:
        second, again = await search(assistant, "Pune C#")
        assert again == people
        marked = await card(assistant, second, people[0])
        assert "decision" not in marked
        seen = marked["seen_before"]
        assert (seen["session_id"], seen["title"]) == (first, "Pune .NET")
        assert seen["decision"] == "rejected"
        assert seen["when"].endswith("Z")
        other = await card(assistant, second, people[1])
        assert "decision" not in other["seen_before"]


async def test_another_search_is_named_with_its_own_decision() -> None:
    async with connected(clock=(clock := SteppedClock())) as assistant:
        sessions = []
        for title in ("First", "Second", "Third"):
            session, people = await search(assistant, title)
            sessions.append(session)
            if title == "First":
                await review(assistant, session, people[:1], decision="rejected")
            clock.time += DAY
        seen = (await card(assistant, sessions[2], people[0]))["seen_before"]
        assert (seen["session_id"], seen["title"]) == (sessions[0], "First")
        assert seen["decision"] == "rejected"
        # Of the others the newest is named, in which nothing was decided.
        seen = (await card(assistant, sessions[2], people[1]))["seen_before"]
        assert (seen["session_id"], seen.get("decision")) == (sessions[1], None)


async def test_only_people_whom_no_other_search_showed_are_new() -> None:
    async with connected() as assistant:
        first = await assistant.call("create_sourcing_session", **search_for("First"))
        # Ten are shown by the wait, and nobody else.
        waited = await assistant.call("wait_for_session", session_id=first["session_id"])
        seen = [one["candidate_id"] for one in waited["top_candidates"]]
        second, people = await search(assistant, "Second")
        new = await listed(assistant, session_id=second, new_only=True)
        assert new == [one for one in people if one not in seen]
        assert len(new) == PEOPLE - 10


async def test_without_a_session_everybody_kept_is_listed_newest_first(tmp_path: Path) -> None:
    api, clock = small_sandbox(), SteppedClock()
    async with remembering(api, tmp_path, clock=clock) as assistant:
        sessions = {}
        for number, title in enumerate(("Pune .NET", "Pune C#")):
            session, people = await search(assistant, title)
            sessions[title] = session
            clock.time += DAY
            await assistant.call(
                "review_candidates",
                session_id=session,
                candidate_ids=people[number : number + 2],
                decision="shortlisted",
                note=f"From {title}",
            )
        clock.time += DAY
        for number, change in ((5, {"decision": "rejected"}), (6, {"outreach": "contacted"})):
            await assistant.call(
                "review_candidates",
                session_id=session,
                candidate_ids=[people[number]],
                **change,
            )
        await review(assistant, session, [people[8]], decision="maybe")
        await review(assistant, session, [people[8]], decision="undecided")
    async with remembering(api, tmp_path, clock=clock) as assistant:
        page = await assistant.call("list_profiles")
        ids = [one["candidate_id"] for one in page["candidates"]]
        assert ids[0] == people[6]
        assert {*ids[1:3]} == {*people[1:3]}
        assert ids[3:] == people[:1]
        assert page["total"] == 4
        assert page["left_out"] == {"rejected": 1}
        last = page["candidates"][3]
        assert last["session_id"] == sessions["Pune .NET"]
        assert last["seen_before"]["title"] == "Pune .NET"
        assert last["note"] == "From Pune .NET"
        assert {"name", "title", "company", "score", "linkedin_url"} <= last.keys()
        second = await assistant.call("list_profiles", limit=2, page=2)
        assert [one["candidate_id"] for one in second["candidates"]] == ids[2:]
        assert await listed(assistant, decisions=["rejected"]) == [people[5]]
        assert await listed(assistant, decisions=["contacted"]) == [people[6]]
        # A decision is found by its own note, although a newer one was made elsewhere.
        assert {*await listed(assistant, query="from pune .net")} == {*people[:2]}
        assert api.calls[-1].operation != "profiles"


async def decided_in_both(assistant: Assistant) -> tuple[str, str, list[str]]:
    """Two sessions: the first person is shortlisted in one, and later rejected in the other."""
    first, people = await search(assistant, "First")
    second, _ = await search(assistant, "Second")
    for session, change in (
        (first, {"decision": "shortlisted", "note": "Knows Kubernetes"}),
        (second, {"decision": "rejected"}),
    ):
        await assistant.call(
            "review_candidates", session_id=session, candidate_ids=people[:1], **change
        )
    return first, second, people


KEPT_IN_ONE = [
    ({}, "shortlisted"),
    ({"decisions": ["shortlisted"]}, "shortlisted"),
    ({"query": "kubernetes"}, "shortlisted"),
    ({"decisions": ["rejected"]}, "rejected"),
    ({"decisions": ["shortlisted", "rejected"]}, "rejected"),
    ({"decisions": ["shortlisted", "rejected"], "query": "kubernetes"}, "shortlisted"),
]


@pytest.mark.parametrize(("asked", "decision"), KEPT_IN_ONE)
async def test_who_is_kept_in_one_search_and_rejected_in_another_is_listed_once(
    asked: dict[str, Any], decision: str
) -> None:
    async with connected() as assistant:
        first, second, people = await decided_in_both(assistant)
        page = await assistant.call("list_profiles", **asked)
        (kept,) = page["candidates"]
        assert (kept["candidate_id"], kept["decision"]) == (people[0], decision)
        assert kept["session_id"] == (first if decision == "shortlisted" else second)
        assert page["total"] == 1
        assert "left_out" not in page


async def test_who_is_rejected_is_listed_where_their_outreach_is_named() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        for number, outreach in enumerate(("do_not_contact", "contacted")):
            await review(
                assistant, session, [people[number]], decision="rejected", outreach=outreach
            )
        for asked in ({}, {"session_id": session}):
            for number, outreach in enumerate(("do_not_contact", "contacted")):
                shown = await listed(assistant, decisions=[outreach], **asked)
                assert shown == [people[number]], asked
        unwritten = await listed(assistant, session_id=session, decisions=["none"])
        assert unwritten == people[2:]


async def test_reviewing_a_listed_candidate_sends_nothing() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        before = len(assistant.sandbox.calls)
        await review(assistant, session, people[:5], decision="maybe")
        assert len(assistant.sandbox.calls) == before


async def test_a_repeat_adds_nothing_and_the_last_decision_counts(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        for _ in range(3):
            await assistant.call(
                "review_candidates", **one, decision="rejected", reason="skills", note="No K8s"
            )
        await assistant.call("review_candidates", **one, decision="rejected")
        assert len(remembered(tmp_path, "reviews")) == 1
        await assistant.call("review_candidates", **one, decision="shortlisted")
        kept = await card(assistant, session, people[0])
        assert (kept["decision"], kept["note"]) == ("shortlisted", "No K8s")
        back = await assistant.call("review_candidates", **one, decision="undecided", note="-")
        assert back["counts"] == {}
        bare = await card(assistant, session, people[0])
        assert not {"decision", "note"} & bare.keys()
        decisions = [row["decision"] for row in remembered(tmp_path, "reviews")]
        assert decisions == ["rejected", "shortlisted", "undecided"]


REASONS = [
    ([{"note": "Called"}], "skills"),
    ([{"decision": "rejected", "note": "Called"}], "skills"),
    ([{"decision": "rejected", "reason": "location"}], "location"),
    ([{"reason": "location"}], "location"),
    ([{"outreach": "contacted", "reason": "in_process"}], "skills"),
    ([{"decision": "maybe"}], None),
    ([{"decision": "maybe"}, {"decision": "rejected"}], None),
    ([{"decision": "undecided"}], None),
]


@pytest.mark.parametrize(("changes", "reason"), REASONS)
async def test_the_reason_stays_as_long_as_the_decision(
    tmp_path: Path, changes: list[dict[str, Any]], reason: str | None
) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        await assistant.call("review_candidates", **one, decision="rejected", reason="skills")
        for _ in range(2):
            for change in changes:
                await assistant.call("review_candidates", **one, **change)
        exported = await assistant.call(
            "export_profiles", **one, decisions=["rejected", "maybe", "undecided"]
        )
        text = Path(exported["path"]).read_text(encoding="utf-8-sig")
        (row,) = csv.DictReader(text.splitlines())
        assert row["reason"] == (reason or "")
        if len(changes) == 1:
            # The repeat changed nothing.
            assert len(remembered(tmp_path, "reviews")) == 2


async def test_a_note_of_invisible_characters_removes_no_note() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        await assistant.call("review_candidates", **one, note="Knows Kubernetes")
        for empty in ("", " \n ", "\u200b\u2060"):
            refused = await assistant.refusal("review_candidates", **one, note=empty)
            assert "note is required" in refused
            await assistant.call("review_candidates", **one, decision="maybe", note=empty)
        assert (await card(assistant, session, people[0]))["note"] == "Knows Kubernetes"


@pytest.mark.parametrize("outreach", ["contacted", "replied"])
async def test_do_not_contact_is_lifted_only_by_name(tmp_path: Path, outreach: str) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        first, people = await search(assistant, "First")
        one = {"session_id": first, "candidate_ids": people[1:2]}
        await assistant.call("review_candidates", **one, outreach="do_not_contact")
        second, _ = await search(assistant, "Second")
        refused = await assistant.refusal(
            "review_candidates",
            session_id=second,
            candidate_ids=people[:3],
            decision="shortlisted",
            outreach=outreach,
        )
        assert people[1] in refused
        assert people[0] not in refused
        assert "outreach none" in refused
        assert len(remembered(tmp_path, "reviews")) == len(remembered(tmp_path, "bans")) == 1
        await assistant.call("review_candidates", **one, outreach="none")
        await assistant.call("review_candidates", **one, outreach=outreach)
        assert (await card(assistant, second, people[1]))["outreach"] == outreach


STEPS = [
    ([{"decision": "maybe"}], "decisions [maybe] shows them"),
    ([{"decision": "rejected"}], "decisions [rejected] shows them"),
    ([{"outreach": "contacted"}], "decisions [contacted] shows them"),
    ([{"outreach": "contacted"}, {"outreach": "none"}], "{session} shows them"),
    ([{"note": "Called"}], "{session} shows them"),
    ([{"decision": "maybe"}, {"decision": "undecided"}], "{session} shows them"),
    ([{"outreach": "do_not_contact"}, {"decision": "maybe"}], "leave out 1 do_not_contact;"),
    ([{"outreach": "do_not_contact"}, {"decision": "rejected"}], "leave out 1 do_not_contact;"),
    ([{"decision": "rejected"}, {"note": "Called"}], "leave out 1 rejected;"),
    ([{"decision": "rejected"}, {"outreach": "contacted"}], "decisions [contacted] shows them"),
]


@pytest.mark.parametrize(("changes", "words"), STEPS)
async def test_the_list_that_a_review_names_shows_who_was_reviewed(
    changes: list[dict[str, Any]], words: str
) -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        for change in changes:
            step = (await assistant.call("review_candidates", **one, **change))["next_step"]
        assert words.format(session=session) in step
        named = re.search(r"decisions \[(\w+)\]", step)
        asked = {"decisions": [named[1]]} if named else {}
        if "candidate_ids" in step:
            asked = {"candidate_ids": people[:1]}
        assert people[0] in await listed(assistant, session_id=session, **asked)


async def test_all_are_reviewed_or_nobody(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        refused = await assistant.refusal(
            "review_candidates",
            session_id=session,
            candidate_ids=[*people[:3], "f" * 24],
            decision="shortlisted",
        )
        assert "candidate_ids[3]" in refused
        assert refused.startswith("Nothing was sent or charged: ")
        assert remembered(tmp_path, "reviews") == []


NOTES = [
    ("  Knows\x1b[31m Kubernetes \u202e ", "Knows Kubernetes"),
    ("one\n\n\n\ntwo", "one\n\ntwo"),
    ("x" * 500, "x" * 500),
]


@pytest.mark.parametrize(("given", "kept"), NOTES)
async def test_a_note_is_cleaned_before_it_is_kept(given: str, kept: str) -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        await assistant.call("review_candidates", **one, note=given)
        assert (await card(assistant, session, people[0]))["note"] == kept
        assert "500" in await assistant.refusal("review_candidates", **one, note="x" * 501)


async def test_fifty_noted_people_fit_into_one_result() -> None:
    async with connected(Sandbox(match_seconds=0, first_batch=60)) as assistant:
        await search(assistant, "An earlier search with a title that is as long as titles get")
        session, people = await search(assistant)
        await review(
            assistant, session, people, decision="shortlisted", outreach="replied", note="é" * 500
        )
        page = await assistant.client.call_tool(
            "list_profiles", {"session_id": session, "limit": 50}
        )
        assert page.structured_content is not None
        assert len(page.structured_content["candidates"]) == len(people) == 50
        assert len(page.content[0].text.encode()) <= 24_000  # type: ignore[union-attr]


SPOKEN = [
    ("decision", "shortlisted", ["keep", "Kept", "shortlist", " SHORTLISTED "]),
    ("decision", "rejected", ["reject", "Rejected"]),
    ("outreach", "do_not_contact", ["do not contact", "do-not-contact", "Do Not Contact"]),
    ("reason", "not_interested", ["not interested", "Not-interested"]),
]


@pytest.mark.parametrize(
    ("name", "recorded", "said"), [(one, word, said) for one, word, all in SPOKEN for said in all]
)
async def test_a_decision_may_be_said_in_the_words_of_users(
    name: str, recorded: str, said: str, tmp_path: Path
) -> None:
    async with remembering(small_sandbox(), tmp_path, export_dir=tmp_path) as assistant:
        session, people = await search(assistant)
        await assistant.call(
            "review_candidates", session_id=session, candidate_ids=people[:1], **{name: said}
        )
        (row,) = remembered(tmp_path, "reviews")
        assert row[name] == recorded
        if name != "reason":
            assert await listed(assistant, decisions=[said]) == people[:1]
            # Whom nobody may contact is in no file.
            rows = await assistant.call("export_profiles", session_id=session, decisions=[said])
            assert rows["rows"] == (name == "decision")


REFUSED = [
    ({}, "decision, outreach, reason or note is required."),
    ({"decision": "hired"}, "decision must be 'shortlisted', 'maybe', 'rejected' or 'undecided'."),
    ({"candidate_ids": [f"{n:024x}" for n in range(51)], "decision": "maybe"}, "candidate_ids"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
async def test_a_review_that_says_nothing_is_refused_in_one_sentence(
    change: dict[str, Any], words: str
) -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        arguments = {"session_id": session, "candidate_ids": people[:1]} | change
        refused = await assistant.refusal("review_candidates", **arguments)
        assert words in refused
        assert refused.startswith("Nothing was sent or charged: ")


async def test_reasons_and_prices_are_for_the_view_and_not_for_the_model(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        await assistant.call("review_candidates", **one, decision="rejected", reason="location")
        await assistant.call("reveal_contacts", **one, channel="phone")
        seen: dict[str, Any] = {}
        for tool, arguments in (
            ("list_profiles", one),
            ("show_candidates", one),
            ("get_spending", {}),
        ):
            result = await assistant.client.call_tool(tool, arguments)
            assert "reveal_phone" not in str(result.content) or tool == "show_candidates"
            assert "location" not in str(result.content)
            seen[tool] = result.meta
        reasons = {people[0]: "location"}
        assert seen["list_profiles"]["fj-mcp/reasons"] == reasons
        assert seen["show_candidates"]["fj-mcp/reasons"] == reasons
        assert seen["get_spending"]["fj-mcp/prices"] == {"fetch_more": 5, "reveal_phone": 2}
        # A list without reasons says nothing about them.
        other = {"session_id": session, "candidate_ids": people[1:2]}
        plain = await assistant.client.call_tool("list_profiles", other)
        assert "fj-mcp/reasons" not in (plain.meta or {})


async def test_only_the_view_can_say_that_the_user_clicked(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        other, _ = await search(assistant, "Another")
        tokens = {}
        for one in (session, other):
            shown = await assistant.client.call_tool("show_candidates", {"session_id": one})
            assert shown.meta is not None
            tokens[one] = shown.meta["fj-mcp/view"]
            # A model reads the result, and not what is for the view.
            assert tokens[one] not in str((shown.content, shown.structured_content))
        for number, view in enumerate((None, tokens[session], tokens[other], "guessed")):
            more = {} if view is None else {"view": view}
            await assistant.call(
                "review_candidates",
                session_id=session,
                candidate_ids=[people[number]],
                decision="maybe",
                **more,
            )
        made = [row["by"] for row in remembered(tmp_path, "reviews")]
        assert made == ["assistant", "user", "assistant", "assistant"]
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
        assert "view" not in tools["review_candidates"].input_schema["properties"]


async def test_the_score_and_the_rank_of_that_moment_are_kept(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path, clock=SteppedClock()) as assistant:
        session, people = await search(assistant)
        page = await assistant.call("list_profiles", session_id=session)
        await review(assistant, session, [people[4]], decision="maybe")
        (row,) = remembered(tmp_path, "reviews")
        assert (row["score"], row["rank"]) == (page["candidates"][4]["score"], 5)
        assert (row["at"], row["who"]) == (1_800_000_000.0, None)


CHANGES = [
    ("update_sourcing_session", {"filters": {"skills": {"mandatory": ["SQL"]}}}),
    ("fetch_more_profiles", {}),
]


@pytest.mark.parametrize("elsewhere", [True, False])
@pytest.mark.parametrize(("tool", "change"), CHANGES)
async def test_after_a_search_has_changed_a_decision_is_about_people_as_they_are_in_it_now(
    tmp_path: Path, tool: str, change: dict[str, Any], elsewhere: bool
) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path) as assistant, remembering(api, tmp_path) as other:
        session, people = await search(assistant)
        before = await in_list(assistant, session)
        assert await in_list(other, session) == before
        await (other if elsewhere else assistant).call(tool, session_id=session, **change)
        # The order is another one, and after an update somebody has left.
        docs = [
            profile(place, place / 2, _id=one, profile={"name": one})
            for place, one in enumerate(people[1:], 1)
        ]
        api.fail("profiles", page_of(*docs), times=2)
        # Whoever reviews has not listed the candidates again.
        now = await in_list(other, session)
        moved = [one for one in people if one in now and now[one] != before[one]]
        assert len(moved) > 3
        await review(assistant, session, moved, decision="maybe")
        rows = remembered(tmp_path, "reviews")
        assert {row["candidate_id"]: (row["score"], row["rank"]) for row in rows} == {
            one: now[one] for one in moved
        }
        if people[0] not in now:
            refused = await assistant.refusal(
                "review_candidates", session_id=session, candidate_ids=people[:1], decision="maybe"
            )
            assert f"{people[0]} is not in session {session}" in refused


async def in_list(assistant: Assistant, session: str) -> dict[str, tuple[float, int]]:
    """The score and the rank of each candidate in a list."""
    page = await assistant.call("list_profiles", session_id=session, limit=50)
    return {
        card["candidate_id"]: (card["score"], rank)
        for rank, card in enumerate(page["candidates"], 1)
    }


async def test_a_decision_is_made_from_the_list_that_was_shown_if_no_other_can_be_read() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        await assistant.call("fetch_more_profiles", session_id=session)
        assistant.sandbox.fail("get_session", Fault("status", status=500), times=9)
        done = await review(assistant, session, people[:1], decision="maybe")
        assert done["counts"] == {"maybe": 1}


async def test_who_left_the_search_can_still_be_reviewed() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        await assistant.call("review_candidates", **one, decision="shortlisted")
        await assistant.call(
            "update_sourcing_session",
            session_id=session,
            filters={"skills": {"mandatory": ["Python"]}},
        )
        await assistant.call("wait_for_session", session_id=session)
        assert people[0] not in await listed(assistant, session_id=session)
        done = await assistant.call("review_candidates", **one, outreach="replied")
        assert done["counts"] == {"shortlisted": 1, "replied": 1}
        assert done["next_step"].startswith("Not in this search any more: 1 candidate;")
        page = await assistant.call("list_profiles")
        (kept,) = page["candidates"]
        assert (kept["decision"], kept["outreach"]) == ("shortlisted", "replied")


@pytest.mark.parametrize("mode", ["auto", "strict"])
async def test_decisions_cost_nothing_and_nobody_is_asked_about_them(mode: str) -> None:
    questions: list[str] = []

    async def reply(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with connected(answer=reply, confirm_spend=mode) as assistant:
        session, people = await search(assistant)
        asked, charged = len(questions), len(assistant.sandbox.charges)
        await review(assistant, session, people, decision="maybe")
        assert (len(questions), len(assistant.sandbox.charges)) == (asked, charged)


async def test_nobody_is_decided_about_by_a_score() -> None:
    async with connected() as assistant:
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
        schema = tools["review_candidates"].input_schema
        assert {"session_id", "candidate_ids"} == {*schema["required"]}
        session, people = await search(assistant)
        for names in ({"min_score": 2}, {"max_score": 2}, {"query": "java"}):
            await assistant.refusal(
                "review_candidates",
                session_id=session,
                candidate_ids=people[:1],
                decision="rejected",
                **names,
            )
        assert "left_out" not in await assistant.call("list_profiles", session_id=session)


async def test_a_read_only_server_remembers_too() -> None:
    api = small_sandbox()
    async with connected(api) as assistant:
        session, people = await search(assistant)
    async with connected(api, read_only=True) as assistant:
        kept = await review(assistant, session, people[:1], decision="shortlisted")
        assert kept["counts"] == {"shortlisted": 1}


async def test_do_not_contact_is_refused_by_reveals_in_every_search() -> None:
    async with connected() as assistant:
        first, people = await search(assistant, "First")
        one = {"session_id": first, "candidate_ids": people[:1]}
        await assistant.call("review_candidates", **one, outreach="do_not_contact")
        second, _ = await search(assistant, "Second")
        refused = await assistant.refusal(
            "reveal_contacts", session_id=second, candidate_ids=people[:2], channel="email"
        )
        assert people[0] in refused
        assert people[1] not in refused
        assert "do_not_contact" in refused
        assert assistant.sent("reveal") == 0
        await assistant.call("review_candidates", **one, outreach="none")
        await assistant.call(
            "reveal_contacts", session_id=second, candidate_ids=people[:2], channel="email"
        )
        assert assistant.sent("reveal") == 2


async def test_neither_contacts_nor_texts_about_people_are_stored(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        one = {"session_id": session, "candidate_ids": people[:1]}
        revealed = await assistant.call("reveal_contacts", **one, channel="email")
        await assistant.call("review_candidates", **one, decision="shortlisted")
        shown = await card(assistant, session, people[0])
        stored = str([remembered(tmp_path, table) for table in TABLES])
        for value in revealed["results"][0]["values"]:
            assert value not in stored
        for text in (shown["headline"], shown["why"]):
            assert text not in stored
        assert shown["name"] in stored
        # Of people merely shown, nothing names them.
        (person,) = remembered(tmp_path, "people")
        assert person["name"] == shown["name"]
        for row in remembered(tmp_path, "sightings"):
            assert row.keys() == {"workspace", "person", "session_id", "first_at", "last_at"}


async def test_what_was_asked_for_is_remembered_once_for_each_purchase(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path, clock=SteppedClock()) as assistant:
        session, _ = await search(assistant)
        again = await assistant.call("create_sourcing_session", **search_for("Pune .NET"))
        assert again["already_existed"]
        await assistant.call("fetch_more_profiles", session_id=session)
        await assistant.call("wait_for_session", session_id=session)
        change = {"session_id": session, "filters": {"years_of_experience": {"min": 2}}}
        await assistant.call("update_sourcing_session", **change)
        await assistant.call("wait_for_session", session_id=session)
        await assistant.call("update_sourcing_session", **change)
        made = remembered(tmp_path, "search_changes")
        assert [row["operation"] for row in made] == [
            "create_session",
            "fetch_more",
            "update_session",
        ]
        assert all(row["credits"] for row in made)
        assert '"min":2' in made[2]["filters"]
        assert made[1]["filters"] == "{}"
        (known,) = remembered(tmp_path, "searches")
        assert (known["session_id"], known["title"]) == (session, "Pune .NET")


async def test_what_was_only_paid_for_is_remembered_by_the_same_call(tmp_path: Path) -> None:
    api = small_sandbox()
    stricter = {"filters": {"years_of_experience": {"min": 2}}}
    async with remembering(api, tmp_path, memory=False, clock=SteppedClock()) as assistant:
        session, _ = await search(assistant)
    async with remembering(api, tmp_path, clock=SteppedClock()) as assistant:
        for _ in range(2):
            await assistant.call("create_sourcing_session", **search_for("Pune .NET"))
        (made,) = remembered(tmp_path, "search_changes")
        assert made["operation"] == "create_session"
        assert made["credits"]
    async with remembering(api, tmp_path, memory=False, clock=SteppedClock()) as assistant:
        await assistant.call("update_sourcing_session", session_id=session, **stricter)
        await assistant.call("wait_for_session", session_id=session)
    async with remembering(api, tmp_path, clock=SteppedClock()) as assistant:
        for _ in range(2):
            await assistant.call("update_sourcing_session", session_id=session, **stricter)
        _, changed = remembered(tmp_path, "search_changes")
        assert changed["operation"] == "update_session"
        assert '"min":2' in changed["filters"]


async def test_with_the_memory_off_nothing_is_stored_and_no_tool_offers_it(
    tmp_path: Path,
) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="rejected")
    before = {table: remembered(tmp_path, table) for table in TABLES}
    async with remembering(api, tmp_path, memory=False) as assistant:
        tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
        assert not {"review_candidates", "forget_candidates"} & tools.keys()
        schema = tools["list_profiles"].input_schema
        assert not {"decisions", "new_only"} & schema["properties"].keys()
        assert schema["required"] == ["session_id"]
        page = await assistant.call("list_profiles", session_id=session)
        assert page["candidates"][0]["candidate_id"] == people[0]
        assert "left_out" not in page
        assert not {"decision", "seen_before"} & page["candidates"][0].keys()
        shown = await assistant.client.call_tool("show_candidates", {"session_id": session})
        assert shown.structured_content is not None
        assert "counts" not in shown.structured_content
        assert "fj-mcp/view" not in (shown.meta or {})
        for arguments in ({}, {"session_id": session, "decisions": ["rejected"]}):
            assert "FJ_MEMORY" in await assistant.refusal("list_profiles", **arguments)
        await search(assistant, "Another")
    assert {table: remembered(tmp_path, table) for table in TABLES} == before


async def test_do_not_contact_holds_with_the_memory_off_too(tmp_path: Path) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], outreach="do_not_contact")
    async with remembering(api, tmp_path, memory=False, export_dir=tmp_path) as assistant:
        another, _ = await search(assistant, "Another")
        for one in (session, another):
            refused = await assistant.refusal(
                "reveal_contacts", session_id=one, candidate_ids=people[:1], channel="email"
            )
            assert f"candidate_ids {people[0]} must not be contacted" in refused
            exported = await assistant.call("export_profiles", session_id=one)
            assert exported["rows"] == PEOPLE - 1
            assert people[0] in exported["warning"]


async def test_two_keys_share_nothing(tmp_path: Path) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], outreach="do_not_contact")
    async with remembering(api, tmp_path, api_key="fjk_another_key") as assistant:
        _, others = await search(assistant)
        assert others == people
        assert (await assistant.call("list_profiles"))["candidates"] == []
    persons = {row["person"] for row in remembered(tmp_path, "sightings")}
    assert len(persons) == 2 * PEOPLE


async def test_two_assistants_at_once_lose_no_decision(tmp_path: Path) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path) as one, remembering(api, tmp_path) as other:
        session, people = await search(one)
        await listed(other, session_id=session)

        async def keep(assistant: Assistant, number: int) -> None:
            await review(
                assistant, session, [people[number]], decision="shortlisted", note=f"Note {number}"
            )

        async with anyio.create_task_group() as tasks:
            for number in range(PEOPLE):
                tasks.start_soon(keep, (one, other)[number % 2], number)
        assert len(remembered(tmp_path, "reviews")) == PEOPLE
        for assistant in (one, other):
            shown = await assistant.call("show_candidates", session_id=session)
            assert shown["counts"] == {"shortlisted": PEOPLE}


async def test_a_candidate_in_full_shows_what_is_remembered_and_counts_as_seen() -> None:
    async with connected() as assistant:
        first, people = await search(assistant, "First")
        await review(
            assistant,
            first,
            people[:1],
            decision="maybe",
            outreach="contacted",
            note="Call on Monday",
        )
        full = await assistant.call("get_candidate", session_id=first, candidate_id=people[0])
        shown = await card(assistant, first, people[0])
        for name in ("decision", "outreach", "note"):
            assert full[name] == shown[name]
        assert "seen_before" not in full
        # Nothing but these calls has shown the second search.
        started = await assistant.call("create_sourcing_session", **search_for("Second"))
        second = started["session_id"]
        full = await assistant.call("get_candidate", session_id=second, candidate_id=people[0])
        assert full["seen_before"]["title"] == "First"
        assert full["outreach"] == "contacted"
        assert "decision" not in full
        await assistant.call("get_candidate", session_id=second, candidate_id=people[1])
        third, _ = await search(assistant, "Third")
        again = await card(assistant, third, people[1])
        assert again["seen_before"]["title"] == "Second"


async def test_exported_people_count_as_seen(tmp_path: Path) -> None:
    sandbox = small_sandbox()
    async with remembering(sandbox, tmp_path / "state", export_dir=tmp_path) as assistant:
        started = await assistant.call("create_sourcing_session", **search_for("Exported"))
        session = started["session_id"]
        people = [row["person"] for row in remembered(tmp_path / "state", "sightings")]
        assert people == []
        exported = await assistant.call("export_profiles", session_id=session)
        assert exported["rows"] == PEOPLE
        assert len(remembered(tmp_path / "state", "sightings")) == PEOPLE
        another, _ = await search(assistant, "Another")
        page = await assistant.call("list_profiles", session_id=another, new_only=True)
        assert page["total"] == 0


@pytest.mark.parametrize("asked", [{"decisions": ["maybe"]}, {"include_notes": True}])
async def test_with_the_memory_off_no_export_pretends_to_know_decisions(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    async with connected(memory=False, export_dir=tmp_path) as assistant:
        session, _ = await search(assistant)
        refused = await assistant.refusal("export_profiles", session_id=session, **asked)
        assert "FJ_MEMORY=off" in refused
        assert not list(tmp_path.glob("*.csv"))


@pytest.mark.parametrize("token", ["x", "\ud800", "é"])
async def test_the_token_of_a_view_is_named_nowhere_and_any_text_may_stand_in_it(
    token: str, tmp_path: Path
) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        whom = {"session_id": session, "candidate_ids": people[:1], "decision": "maybe"}
        refused = await assistant.refusal("review_candidates", **whom, zzzz=1)
        assert ", view" not in refused
        assert "note" in refused
        await assistant.call("review_candidates", **whom, view=token)
        (kept,) = remembered(tmp_path, "reviews")
        assert kept["by"] == "assistant"


async def test_a_list_over_all_searches_says_what_it_cannot_do() -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="maybe")
        refused = await assistant.refusal("list_profiles", new_only=True)
        assert "new_only requires session_id" in refused
        page = await assistant.call("list_profiles", candidate_ids=[people[0], people[1], "nobody"])
        assert page["total"] == 1
        assert f"Not listed: {people[1]}, nobody." in page["warning"]
        assert people[0] not in page["warning"]
        page = await assistant.call("list_profiles", detail="detailed")
        assert "get_candidate has" in page["warning"]
        assert "warning" not in await assistant.call("list_profiles", detail="concise")
