"""People are forgotten on request, and after a while by themselves."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult, TextResourceContents

from fj_mcp.purchases.order import fingerprint
from fj_mcp.settings.settings import SANDBOX_KEY
from fj_mcp.workspace.open_storage import LEDGER_FILE
from tests.support.assistant import ERAS, PEOPLE, Assistant, connected, small_sandbox
from tests.support.clocks import SteppedClock
from tests.support.ledgers import IN_POSTGRES, ledger_environment, on_a_file, table_of
from tests.support.memories import (
    DAY,
    TABLES,
    bytes_of,
    card,
    execute,
    listed,
    remembered,
    remembering,
    review,
    search,
)
from tests.support.processes import measuring, started

pytestmark = pytest.mark.anyio

by_its_own_clock = pytest.mark.skipif(IN_POSTGRES, reason="PostgreSQL has a clock of its own")


async def forget(assistant: Assistant, **whom: Any) -> dict[str, Any]:
    """Forget with a client that cannot ask, so that the first call is refused."""
    refused = await assistant.refusal("forget_candidates", **whom)
    assert refused.startswith("Nothing was deleted: ")
    return await assistant.call("forget_candidates", **whom)


def warnings_in(folder: Path) -> list[str]:
    """The names of the warnings that were given and not heeded yet."""
    names = [row["name"] for row in table_of(folder, "notes", "name")]
    return [name for name in names if name.startswith("warning:")]


@on_a_file
async def test_a_forgotten_person_is_in_no_file_any_more(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        first, people = await search(assistant, "First")
        second, _ = await search(assistant, "Second")
        for session in (first, second):
            await review(assistant, session, people[:2], decision="maybe", note="Unmistakable")
        gone, kept = [await card(assistant, first, one) for one in people[:2]]
        traces = [one.encode() for one in (gone["name"], gone["linkedin_url"], people[0])]
        assert all(trace in bytes_of(tmp_path) for trace in traces)
        digest = next(
            row["person"]
            for row in remembered(tmp_path, "people")
            if row["linkedin_url"] == gone["linkedin_url"]
        )
        done = await forget(assistant, session_id=first, candidate_ids=people[:1])
        assert done["forgotten"] == 1
        assert done["deleted"] == {"reviews": 2, "sightings": 2}
        for trace in (*traces, digest.encode()):
            assert trace not in bytes_of(tmp_path)
        assert kept["name"].encode() in bytes_of(tmp_path)
        for session in (first, second):
            assert "decision" not in await card(assistant, session, people[0])
            assert (await card(assistant, session, people[1]))["decision"] == "maybe"


ADDRESSES = [
    lambda address: address,
    lambda address: address.replace("https://www.", "http://de.").upper(),
    lambda address: f"{address}/?trk=people",
]


@pytest.mark.parametrize("written", ADDRESSES)
async def test_a_person_is_forgotten_by_any_spelling_of_their_address(written: Any) -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
        address = (await card(assistant, session, people[0]))["linkedin_url"]
        done = await forget(assistant, linkedin_urls=[written(address)])
        assert done["forgotten"] == 1
        assert (await assistant.call("list_profiles"))["candidates"] == []
        again = await assistant.call("forget_candidates", linkedin_urls=[written(address)])
        assert again["forgotten"] == 0


async def test_a_session_alone_forgets_what_is_known_from_it(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        first, people = await search(assistant, "First")
        second, _ = await search(assistant, "Second")
        await review(assistant, first, people[:2], decision="rejected")
        await review(assistant, second, people[1:2], decision="shortlisted")
        done = await forget(assistant, session_id=first)
        assert done["forgotten"] == PEOPLE
        (kept,) = remembered(tmp_path, "people")
        assert kept["name"] == (await card(assistant, second, people[1]))["name"]
        assert {row["session_id"] for row in remembered(tmp_path, "reviews")} == {second}
        assert {row["session_id"] for row in remembered(tmp_path, "search_changes")} == {second}
        assert {row["session_id"] for row in remembered(tmp_path, "sightings")} == {second}


KNOWN_ELSEWHERE = [
    ("review_candidates", {"decision": "maybe"}, True),
    ("review_candidates", {"note": "Speaks German"}, True),
    ("review_candidates", {"outreach": "contacted"}, True),
    ("reveal_contacts", {"channel": "email"}, True),
    # Being shown is not enough to keep a name.
    ("list_profiles", {}, False),
]


@pytest.mark.parametrize("here", [{"decision": "shortlisted"}, None])
@pytest.mark.parametrize(("tool", "arguments", "stays"), KNOWN_ELSEWHERE)
async def test_forgetting_a_search_keeps_who_is_known_from_another(
    tmp_path: Path, tool: str, arguments: dict[str, Any], stays: bool, here: dict[str, Any] | None
) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        first, people = await search(assistant, "First")
        second, _ = await search(assistant, "Second")
        if here is None:
            await assistant.call(
                "reveal_contacts", session_id=first, candidate_ids=people[:1], channel="email"
            )
        else:
            await review(assistant, first, people[:1], **here)
        await assistant.call(tool, session_id=second, candidate_ids=people[:1], **arguments)
        await forget(assistant, session_id=first)
        assert len(remembered(tmp_path, "people")) == stays
        rows = remembered(tmp_path, "reviews") + remembered(tmp_path, "reveals")
        assert {row["session_id"] for row in rows} == ({second} if stays else set())


WHOM = [
    lambda session, ids, _: {"session_id": session, "candidate_ids": ids},
    lambda _, __, addresses: {"linkedin_urls": addresses},
    lambda session, _, __: {"session_id": session},
]


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("whom", WHOM)
async def test_each_deletion_is_asked_about_anew_if_it_would_delete_anything(
    whom: Any, asks: bool
) -> None:
    questions: list[str] = []

    async def reply(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return ElicitResult(action="accept", content={"approve": True})

    async with connected(answer=reply if asks else None, confirm_spend="off") as assistant:
        session, people = await search(assistant)
        address = (await card(assistant, session, people[0]))["linkedin_url"]
        named = whom(session, people[:1], [address])
        for deletion in (1, 2):
            await review(assistant, session, people[:1], decision="shortlisted")
            if asks:
                done = await assistant.call("forget_candidates", **named)
                assert len(questions) == deletion
            else:
                done = await forget(assistant, **named)
            assert done["deleted"]["reviews"] == 1
            # Nothing is left to ask about.
            again = await assistant.call("forget_candidates", **named)
            assert again["forgotten"] == 0
        assert len(questions) == (2 if asks else 0)


@on_a_file
async def test_a_question_about_a_deletion_is_good_for_one_and_leaves_no_trace_of_an_address(
    tmp_path: Path,
) -> None:
    async with remembering(small_sandbox(), tmp_path, clock=SteppedClock()) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:2], decision="maybe")
        address = (await card(assistant, session, people[0]))["linkedin_url"]
        await assistant.refusal("forget_candidates", linkedin_urls=[address])
        rows = [row for table in TABLES for row in remembered(tmp_path, table)]
        moments = {value for row in rows for value in row.values() if isinstance(value, float)}
        for moment in moments:
            guess = fingerprint("forget", what=["", address, f"{moment}"])
            assert guess.encode() not in bytes_of(tmp_path)
        (asked,) = warnings_in(tmp_path)
        done = await assistant.call("forget_candidates", linkedin_urls=[address])
        assert done["forgotten"] == 1
        assert warnings_in(tmp_path) == []
        assert asked.encode() not in bytes_of(tmp_path)


async def test_forgetting_somebody_keeps_that_they_must_not_be_contacted(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], outreach="do_not_contact")
        done = await forget(assistant, session_id=session, candidate_ids=people[:1])
        assert "digest" in done["next_step"]
        assert remembered(tmp_path, "people") == []
        (ban,) = remembered(tmp_path, "bans")
        assert ban.keys() == {"workspace", "person", "at"}
        another, _ = await search(assistant, "Another")
        page = await assistant.call("list_profiles", session_id=another)
        assert page["left_out"] == {"do_not_contact": 1}


WITHOUT_NAMES = [
    ({}, "session_id with candidate_ids, or linkedin_urls, is required"),
    ({"candidate_ids": ["a" * 24]}, "session_id is required with candidate_ids"),
    ({"linkedin_urls": ["https://example.org/in/x"]}, "linkedin_urls[0] must be a LinkedIn"),
]


@pytest.mark.parametrize(("whom", "words"), WITHOUT_NAMES)
async def test_whom_to_forget_must_be_named(whom: dict[str, Any], words: str) -> None:
    async with connected() as assistant:
        assert words in await assistant.refusal("forget_candidates", **whom)


ANSWERS = [
    (ElicitResult(action="accept", content={"approve": True}), None),
    (ElicitResult(action="accept", content={"approve": False}), "declined"),
    (ElicitResult(action="accept", content={"approve": "perhaps"}), "no usable answer"),
    (ElicitResult(action="decline"), "declined"),
    (ElicitResult(action="cancel"), "without answering"),
]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("answer", "refusal"), ANSWERS)
async def test_the_user_is_asked_where_their_client_can_ask(
    era: str, answer: ElicitResult, refusal: str | None
) -> None:
    questions: list[str] = []

    async def reply(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        # Of purchases, too.
        if "Delete" not in params.message:
            return ElicitResult(action="accept", content={"approve": True})
        return answer

    async with connected(era=era, answer=reply) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:2], decision="shortlisted")
        whom = {"session_id": session, "candidate_ids": people[:2]}
        if refusal is None:
            assert (await assistant.call("forget_candidates", **whom))["forgotten"] == 2
        else:
            refused = await assistant.refusal("forget_candidates", **whom)
            assert refusal in refused
            assert "credits" not in refused
            assert (await assistant.call("list_profiles"))["total"] == 2
        assert "2 candidates" in questions[-1]
        assert "cannot be undone" in questions[-1]


async def test_a_user_who_wants_no_questions_about_credits_is_asked_before_a_deletion() -> None:
    async with connected(confirm_spend="off") as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
        whom = {"session_id": session, "candidate_ids": people[:1]}
        assert (await forget(assistant, **whom))["forgotten"] == 1


@pytest.mark.parametrize("nobody", [[], None, "null", "[]", "", {}, ["[]"]])
async def test_an_empty_list_of_people_deletes_no_search(nobody: Any) -> None:
    async with connected() as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
        for _ in range(2):
            refused = await assistant.refusal(
                "forget_candidates", session_id=session, candidate_ids=nobody
            )
            assert "candidate_ids must have at least one item" in refused
            assert "leave it out to forget the whole search" in refused
        assert (await assistant.call("list_profiles"))["total"] == 1
        # Clients that fill in everything can still name people by their addresses.
        address = (await card(assistant, session, people[0]))["linkedin_url"]
        whom = {"session_id": None, "candidate_ids": nobody, "linkedin_urls": [address]}
        assert (await forget(assistant, **whom))["forgotten"] == 1


async def test_the_question_names_up_to_three_people_and_the_search() -> None:
    async with connected() as assistant:
        session, people = await search(assistant, "Pune .NET")
        names = [(await card(assistant, session, one))["name"] for one in people[:5]]
        asked = await assistant.refusal(
            "forget_candidates", session_id=session, candidate_ids=people[:5]
        )
        named = f"5 candidates of search Pune .NET ({', '.join(names[:3])}, 2 more)?"
        assert named in asked
        address = (await card(assistant, session, people[0]))["linkedin_url"]
        asked = await assistant.refusal("forget_candidates", linkedin_urls=[address])
        assert f"({address})?" in asked
        asked = await assistant.refusal("forget_candidates", session_id=session)
        assert "everybody in the whole search Pune .NET?" in asked
        assert "cannot be undone" in asked


@on_a_file
async def test_what_another_program_still_reads_is_deleted_and_the_result_says_where_it_stays(
    tmp_path: Path,
) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
        whom = {"session_id": session, "candidate_ids": people[:1]}
        await assistant.refusal("forget_candidates", **whom)
        with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM reviews").fetchone()
            done = await assistant.call("forget_candidates", **whom)
        assert done["forgotten"] == 1
        assert "log still holds it until no other program reads" in done["next_step"]
        assert remembered(tmp_path, "reviews") == []


@contextmanager
def another_program_reads(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / LEDGER_FILE)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM reviews").fetchone()
        yield


@by_its_own_clock
@pytest.mark.parametrize("deleted", ["by request", "for its age"])
async def test_what_another_program_kept_in_the_log_leaves_it_once_that_has_closed_the_file(
    tmp_path: Path, deleted: str
) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="maybe", note="Unmistakable")
        if deleted == "by request":
            with another_program_reads(tmp_path):
                await forget(assistant, session_id=session, candidate_ids=people[:1])
        else:
            clock.time += 200 * DAY
            await listed(assistant)
            clock.time += DAY
            with another_program_reads(tmp_path):
                assert await listed(assistant) == []
        assert b"Unmistakable" in bytes_of(tmp_path)
        clock.time += 60
        await listed(assistant)
        assert b"Unmistakable" not in bytes_of(tmp_path)


@on_a_file
async def test_what_a_killed_process_left_in_the_log_leaves_it_at_the_next_use(
    tmp_path: Path,
) -> None:
    async with remembering(small_sandbox(), tmp_path) as another:
        async with remembering(small_sandbox(), tmp_path) as assistant:
            session, people = await search(assistant)
            await review(assistant, session, people[:1], decision="maybe", note="Unmistakable")
        with another_program_reads(tmp_path):
            # As a deletion does it, without what comes after its commit.
            with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as killed, killed:
                killed.execute("PRAGMA secure_delete = ON")
                killed.execute("DELETE FROM reviews")
            assert b"Unmistakable" in bytes_of(tmp_path)
        await listed(another)
        assert b"Unmistakable" not in bytes_of(tmp_path)


@by_its_own_clock
async def test_everything_about_a_person_expires_after_the_last_touch(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock, keep_days=100) as assistant:
        session, people = await search(assistant)
        names = [(await card(assistant, session, one))["name"].encode() for one in people[:3]]
        await review(assistant, session, people[:3], decision="shortlisted", note="Good")
        await review(assistant, session, people[2:3], outreach="do_not_contact")
        clock.time += 60 * DAY
        await review(assistant, session, people[1:2], outreach="contacted")
        clock.time += 60 * DAY
        page = await assistant.call("list_profiles")
        assert [one["candidate_id"] for one in page["candidates"]] == [people[1]]
        assert [name in bytes_of(tmp_path) for name in names] == [False, True, False]
        later = await assistant.call("list_profiles", session_id=session)
        assert later["left_out"] == {"do_not_contact": 1}
        assert "decision" not in await card(assistant, session, people[0])


MANY = 40_000
"""More than SQLite takes parameters in a statement."""

MANY_SESSION = "5" * 24


@by_its_own_clock
async def test_tens_of_thousands_of_people_expire_in_parts_or_are_forgotten_at_once(
    tmp_path: Path,
) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
        workspace = remembered(tmp_path, "people")[0]["workspace"]
        long_ago = clock.time - 190 * DAY
        for table, row in (
            ("people (workspace, person, identity, touched_at)", f"(?1, ?2, '', {long_ago})"),
            (
                "reviews (workspace, person, session_id, candidate_id, at, by, decision)",
                f"(?1, ?2, '', '', {long_ago}, 'user', 'maybe')",
            ),
            (
                "sightings (workspace, person, session_id, first_at, last_at)",
                f"(?1, ?2, '{MANY_SESSION}', {long_ago}, {clock.time})",
            ),
            ("bans (workspace, person, at)", f"(?1, ?2, {long_ago})"),
        ):
            many = ((workspace, f"person {n}") for n in range(MANY))
            execute(tmp_path, f"INSERT INTO {table} VALUES {row}", many)
        clock.time += 2 * DAY
        for _ in range(MANY // 500):
            # No call waits for all of them.
            clock.time += 60
            await listed(assistant, session_id=session)
            if len(remembered(tmp_path, "people")) == 1:
                break
        assert [*await listed(assistant)] == people[:1]
        assert len(remembered(tmp_path, "reviews")) == 1
        forgotten = await forget(assistant, session_id=MANY_SESSION)
        assert forgotten["forgotten"] == forgotten["deleted"]["sightings"] == MANY
        assert f"{MANY}" in forgotten["next_step"]
        assert len(remembered(tmp_path, "sightings")) == PEOPLE


@by_its_own_clock
async def test_a_failed_expiry_refuses_no_call_and_is_tried_again(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:2], decision="shortlisted")
        execute(
            tmp_path,
            "CREATE TRIGGER broken BEFORE DELETE ON people BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
        clock.time += 200 * DAY
        await listed(assistant)
        clock.time += DAY
        await review(assistant, session, people[2:3], decision="maybe")
        assert {*await listed(assistant)} == {*people[:3]}
        execute(tmp_path, "DROP TRIGGER broken")
        clock.time += 120
        assert await listed(assistant) == people[2:3]


@by_its_own_clock
@pytest.mark.parametrize("memory", [True, False])
async def test_what_an_earlier_key_remembered_expires_too(tmp_path: Path, memory: bool) -> None:
    api, clock = small_sandbox(), SteppedClock()
    async with remembering(api, tmp_path, clock=clock, api_key="fjk_an_earlier_key") as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:2], decision="shortlisted", note="Unmistakable")
    clock.time += 200 * DAY
    async with remembering(api, tmp_path, clock=clock, memory=memory) as assistant:
        await search(assistant, "Another")
        # After a leap of the clock it is believed on the next day.
        assert len(remembered(tmp_path, "people")) == 2
        clock.time += DAY
        await search(assistant, "A third")
    assert remembered(tmp_path, "people") == []
    assert remembered(tmp_path, "reviews") == []
    assert session not in {row["session_id"] for row in remembered(tmp_path, "sightings")}
    assert b"Unmistakable" not in bytes_of(tmp_path)


@on_a_file
@pytest.mark.parametrize("key", [SANDBOX_KEY, "fjk_another_key"])
async def test_with_the_memory_off_the_commands_delete_what_is_of_their_key(
    tmp_path: Path, key: str
) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:2], decision="shortlisted")
        address = (await card(assistant, session, people[0]))["linkedin_url"]
    own = ledger_environment(tmp_path) | {"FJ_API_KEY": key, "FJ_MEMORY": "off"}
    left = []
    for command in (("forget", address), ("memory", "--erase", "--yes")):
        with started(command, measuring() | own) as process:
            assert await anyio.to_thread.run_sync(process.wait) == 0
        left.append(len(remembered(tmp_path, "people")))
    assert left == ([1, 0] if key == SANDBOX_KEY else [2, 2])


@by_its_own_clock
async def test_a_sighting_outlives_the_decision_about_the_same_person(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock, keep_days=100) as assistant:
        first, people = await search(assistant, "First")
        await review(assistant, first, people[:1], decision="maybe")
        clock.time += 98 * DAY
        await listed(assistant, session_id=first, candidate_ids=people[:1])
        clock.time += 4 * DAY
        second, _ = await search(assistant, "Second")
        shown = await card(assistant, second, people[0])
        assert shown["seen_before"].keys() == {"session_id", "title", "when"}
        assert remembered(tmp_path, "people") == []


@by_its_own_clock
async def test_people_who_were_only_seen_expire_after_ninety_days(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock) as assistant:
        first, people = await search(assistant, "First")
        clock.time += 60 * DAY
        # Seeing them again counts.
        await listed(assistant, session_id=first, candidate_ids=people[:1])
        clock.time += 60 * DAY
        second, _ = await search(assistant, "Second")
        assert len(await listed(assistant, session_id=second, new_only=True)) == PEOPLE - 1
        assert (await card(assistant, second, people[0]))["seen_before"]["title"] == "First"


async def test_a_reveal_that_was_not_recorded_is_when_it_is_asked_for_again(
    tmp_path: Path,
) -> None:
    api = small_sandbox()
    async with remembering(api, tmp_path, memory=False) as assistant:
        session, people = await search(assistant)
        reveal = {"session_id": session, "candidate_ids": people[:1], "channel": "email"}
        await assistant.call("reveal_contacts", **reveal)
    async with remembering(api, tmp_path) as assistant:
        again = await assistant.call("reveal_contacts", **reveal)
        assert again["results"][0]["status"] == "already_revealed"
        (person,) = remembered(tmp_path, "people")
        assert person["notice_from"] is not None


async def test_somebody_revealed_who_left_the_search_can_be_forgotten(tmp_path: Path) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        session, people = await search(assistant)
        reveal = {"session_id": session, "candidate_ids": people[:1], "channel": "email"}
        await assistant.call("reveal_contacts", **reveal)
        change = {"session_id": session, "filters": {"skills": {"mandatory": ["Python"]}}}
        await assistant.refusal("update_sourcing_session", **change)
        await assistant.call("update_sourcing_session", **change)
        await assistant.call("wait_for_session", session_id=session)
        assert people[0] not in await listed(assistant, session_id=session)
        forgotten = await forget(assistant, session_id=session, candidate_ids=people[:1])
        assert forgotten["forgotten"] == 1
        assert remembered(tmp_path, "people") == []


async def test_the_record_of_a_search_that_only_showed_somebody_has_no_notice_of_them(
    tmp_path: Path,
) -> None:
    async with remembering(small_sandbox(), tmp_path) as assistant:
        first, people = await search(assistant, "First")
        second, _ = await search(assistant, "Second")
        reveal = {"session_id": first, "candidate_ids": people[:1], "channel": "email"}
        await assistant.call("reveal_contacts", **reveal)
        due = []
        for session in (first, second):
            read = await assistant.client.read_resource(f"fj://sessions/{session}/record.json")
            assert isinstance(read.contents[0], TextResourceContents)
            facts = json.loads(read.contents[0].text)
            due.append([one["candidate_id"] for one in facts["notices_due"]])
        assert due == [people[:1], []]


async def test_a_reveal_is_a_touch_and_starts_the_time_to_inform(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock, keep_days=100) as assistant:
        session, people = await search(assistant)
        clock.time += DAY
        await assistant.call(
            "reveal_contacts", session_id=session, candidate_ids=people[:1], channel="email"
        )
        (person,) = remembered(tmp_path, "people")
        assert (person["touched_at"], person["notice_from"]) == (clock.time, clock.time)
        clock.time += DAY
        await review(assistant, session, people[:2], decision="shortlisted")
        first, second = remembered(tmp_path, "people")
        assert (first["notice_from"], second["notice_from"]) == (clock.time - DAY, clock.time)


@by_its_own_clock
async def test_when_the_memory_is_empty_its_tables_are(tmp_path: Path) -> None:
    clock = SteppedClock()
    async with remembering(small_sandbox(), tmp_path, clock=clock) as assistant:
        session, people = await search(assistant)
        await review(assistant, session, people[:1], decision="shortlisted")
        clock.time += 400 * DAY
        assert (await assistant.call("list_profiles"))["total"] == 1
        clock.time += DAY
        assert (await assistant.call("list_profiles"))["total"] == 0
        assert [remembered(tmp_path, table) for table in TABLES] == [[] for _ in TABLES]
