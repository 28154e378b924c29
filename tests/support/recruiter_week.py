"""A recruiter's week: searches, decisions, a kept list, an ATS file, a record, a deletion."""

import csv
import io
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from msgspec import Struct

from tests.support.assistant import Caller, search_for

NOTE = "Knows no Kubernetes yet; ask again in spring."

Card = dict[str, Any]


class Office(Struct):
    """Where a recruiter works.

    Attributes:
        day: opens an assistant for a day.
        charges: counts what was charged.
        stored: all that the database holds.
        incident: happens on Monday, between two decisions.
    """

    day: Callable[[], AbstractAsyncContextManager[Caller]]
    charges: Callable[[], int]
    stored: Callable[[], bytes]
    incident: Callable[[], Awaitable[None]]


async def searched(assistant: Caller, title: str) -> str:
    """The id of a finished search; the searches of all titles find the same candidates."""
    started = await assistant.call("create_sourcing_session", **search_for(title))
    await assistant.call("wait_for_session", session_id=started["session_id"])
    session_id: str = started["session_id"]
    return session_id


async def cards(assistant: Caller, session_id: str, **arguments: Any) -> list[Card]:
    """The first page of a session's candidates."""
    listed = await assistant.call("list_profiles", session_id=session_id, limit=50, **arguments)
    found: list[Card] = listed["candidates"]
    return found


def ids_of(people: list[Card]) -> set[str]:
    """The ids of some candidates."""
    return {one["candidate_id"] for one in people}


async def live_a_recruiters_week(office: Office) -> None:
    """Go through the week, and assert what the recruiter sees of it."""
    async with office.day() as monday:
        pune, people = await monday_passes(monday, office)
    async with office.day() as tuesday:
        await tuesday_passes(tuesday, office, pune, people)
    async with office.day() as friday:
        await friday_passes(friday, office, pune, people)


async def monday_passes(monday: Caller, office: Office) -> tuple[str, list[Card]]:
    """A first search and the first decisions."""
    pune = await searched(monday, "Team Pune")
    people = await cards(monday, pune)
    fourth = people[3]
    for shortlisted in (people[:2], people[2:3]):
        reviewed = await monday.call(
            "review_candidates",
            session_id=pune,
            candidate_ids=[one["candidate_id"] for one in shortlisted],
            decision="shortlisted",
        )
        if shortlisted == people[:2]:
            await office.incident()
    assert reviewed["reviewed"] == 1
    assert reviewed["counts"]["shortlisted"] == 3
    await monday.call(
        "review_candidates",
        session_id=pune,
        candidate_ids=[fourth["candidate_id"]],
        decision="rejected",
        reason="skills",
        note=NOTE,
    )
    listed = await monday.call("list_profiles", session_id=pune, limit=50)
    assert fourth["candidate_id"] not in ids_of(listed["candidates"])
    assert listed["left_out"] == {"rejected": 1}
    return pune, people


async def tuesday_passes(tuesday: Caller, office: Office, pune: str, people: list[Card]) -> None:
    """Another search that finds the same people, and what becomes of some."""
    charged = office.charges()
    first, fourth, fifth = people[0], people[3], people[4]
    delhi = await searched(tuesday, "Team Delhi")
    assert not ids_of(await cards(tuesday, delhi, new_only=True)) & ids_of(people)
    shown = {one["candidate_id"]: one for one in await cards(tuesday, delhi)}
    assert shown.keys() == ids_of(people), "somebody rejected in another search is shown"
    before = shown[fourth["candidate_id"]]["seen_before"]
    assert (before["session_id"], before["decision"]) == (pune, "rejected")
    assert shown[first["candidate_id"]]["seen_before"]["title"] == "Team Pune"
    for one, outreach in ((first, "contacted"), (fifth, "do_not_contact")):
        await tuesday.call(
            "review_candidates",
            session_id=delhi,
            candidate_ids=[one["candidate_id"]],
            outreach=outreach,
        )
    contact = {"candidate_ids": [fifth["candidate_id"]], "channel": "email"}
    refused = await tuesday.refusal("reveal_contacts", session_id=delhi, **contact)
    assert fifth["candidate_id"] in refused
    assert office.charges() == charged + 1, "deciding is free"


async def friday_passes(friday: Caller, office: Office, pune: str, people: list[Card]) -> None:
    """A third search, the kept list, the file for the ATS, the record, and a deletion."""
    first, third, fourth, fifth = people[0], people[2], people[3], people[4]
    goa = await searched(friday, "Team Goa")
    listed = await friday.call("list_profiles", session_id=goa, limit=50)
    assert listed["left_out"] == {"do_not_contact": 1}
    shown = {one["candidate_id"]: one for one in listed["candidates"]}
    assert fifth["candidate_id"] not in shown
    assert shown[first["candidate_id"]]["outreach"] == "contacted"

    everyone = await friday.call("list_profiles", decisions=["shortlisted"])
    assert {one["name"] for one in everyone["candidates"]} == {one["name"] for one in people[:3]}
    assert {one["session_id"] for one in everyone["candidates"]} == {pune}

    exported = await friday.call(
        "export_profiles", session_id=pune, layout="ats", decisions=["shortlisted"]
    )
    file = await _text_of_file(friday, exported)
    rows = list(csv.DictReader(io.StringIO(file, newline="")))
    assert len(rows) == 3
    assert {row["Prospect Stage"] for row in rows} == {"shortlisted"}
    assert {row["Source"] for row in rows} == {"FutureJobs"}

    record = await _text_of_resource(friday, f"fj://sessions/{pune}/record")
    for part in ("skills", "rejected", "C#"):
        assert part in record

    before = office.stored()
    for known in (NOTE, fourth["name"], third["name"]):
        assert known.encode() in before
    whom = {"session_id": pune, "candidate_ids": [fourth["candidate_id"]]}
    assert "cannot be undone" in await friday.refusal("forget_candidates", **whom)
    forgotten = await friday.call("forget_candidates", **whom)
    assert forgotten["forgotten"] == 1
    left = office.stored()
    assert NOTE.encode() not in left
    assert fourth["name"].encode() not in left
    assert third["name"].encode() in left
    again = {one["candidate_id"]: one for one in await cards(friday, pune)}
    assert "decision" not in again[fourth["candidate_id"]]
    assert office.charges() == 3


async def _text_of_file(assistant: Caller, exported: dict[str, Any]) -> str:
    if "path" in exported:
        return Path(exported["path"]).read_text("utf-8-sig")
    return (await _text_of_resource(assistant, exported["uri"])).removeprefix("\ufeff")


async def _text_of_resource(assistant: Caller, uri: str) -> str:
    (content,) = (await assistant.client.read_resource(uri)).contents
    text: str = content.text  # type: ignore[union-attr]
    return text
