"""The record of a search, from facts: complete, without contacts, and safe to render."""

import json
import re
from typing import Any

import pytest
from msgspec.structs import replace

from fj_mcp.api.profile_records import Profile
from fj_mcp.api.session_records import Session
from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.sessions.search_record import (
    LIMITS,
    SearchFacts,
    record_data,
    record_text,
)
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.storage.ledger.purchase import Purchase
from fj_mcp.storage.memory.people import Change, Person, Review, SearchChange
from tests.support.profile_pages import profile

SESSION = "6a0c77936e7a0151430c91fd"
NOON = 1_793_707_200.0
"""3 November 2026, 12:00 UTC."""

REVEALED = Evidence(candidate=f"{1:024x}", channel="email")

SECRETS = ("ada@example.com", "+44 20 7946 0100", "A summary", "Fits well", "Call her at home")


def purchase(operation: str, hours: float, **more: Any) -> Purchase:
    given: dict[str, Any] = {
        "id": 1,
        "operation": operation,
        "lock": "x",
        "fingerprint": "x",
        "session_id": SESSION,
        "state": "charged",
        "claimed_at": NOON + hours * 3600,
        "sent": True,
        "expected": 5,
        "credits": 5,
        "remaining": 20,
        "evidence": Evidence(),
        "delivered": True,
        "abandoned": False,
    }
    return Purchase(**given | more)


def facts(**more: Any) -> SearchFacts:
    ada = profile(
        1,
        4.5,
        profile={"name": "Ada | King <b>", "summary": "A summary"},
        profileAnalysis={"recommendation": "Fits well"},
        revealStatus={"email": {"revealed": True, "values": ["ada@example.com"]}},
    )
    people = [ada, profile(2, 4), profile(3, 2.2), profile(4)]
    kept = Person(candidate_id=f"{1:024x}", name="Ada | King <b>", score=4.5, rank=1)
    session = {
        "_id": SESSION,
        "sessionTitle": ".NET, Pune",
        "profileMatchingStatus": "done",
        "jdDetail": {"userText": "A young team. Call +44 20 7946 0100."},
    }
    given: dict[str, Any] = {
        "session": Session.read(session),
        "filters": {"skills": {"mandatory": ["C#"]}, "years_of_experience": {"min": 1, "max": 5}},
        "candidates": [Profile.read(one) for one in people],
        "available": 40,
        "purchases": [
            purchase(
                "reveal", 3, credits=1, evidence=Evidence(candidate=f"{1:024x}", channel="email")
            ),
            purchase("update_session", 2, credits=None),
            purchase("create_session", 0),
            purchase("fetch_more", 4, state="unknown", credits=None),
        ],
        "changes": [
            SearchChange(NOON, "create_session", {"skills": {"mandatory": ["C#"]}}, 5),
            SearchChange(NOON + 7200, "update_session", {"regions": ["Pune"]}),
        ],
        "shown": 3,
        "reviews": [
            Review(
                at=NOON + 60,
                by="user",
                who="rita@example.org",
                person=kept,
                change=Change(decision="shortlisted", reason="skills", note="Call her at home"),
            ),
            Review(
                at=NOON + 120,
                by="assistant",
                person=Person(candidate_id=f"{3:024x}", score=2.2, rank=3),
                change=Change(decision="rejected", reason="experience"),
            ),
        ],
        "notices": [(kept, NOON + 30 * 86_400)],
        "made_at": NOON + 86_400,
        "version": "1.2.3",
    }
    return SearchFacts(**given | more)


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0].strip()


def test_the_data_has_what_was_asked_what_it_cost_and_what_was_decided() -> None:
    data = json.loads(json.dumps(record_data(facts())))
    assert data["session_id"] == SESSION
    assert data["server"] == "fj-mcp 1.2.3"
    assert data["recorded_at"] == "2026-11-04T12:00:00Z"
    assert data["filters"]["skills"] == {"mandatory": ["C#"]}
    assert data["with_job_description"] is True
    assert data["with_sample_profile"] is False
    assert data["changes"] == [
        {
            "when": "2026-11-03T12:00:00Z",
            "operation": "create_session",
            "filters": {"skills": {"mandatory": ["C#"]}},
            "credits": 5,
        },
        {
            "when": "2026-11-03T14:00:00Z",
            "operation": "update_session",
            "filters": {"regions": ["Pune"]},
        },
    ]
    assert [
        (one["operation"], one["outcome"], one.get("credits"), one.get("estimated"))
        for one in data["purchases"]
    ] == [
        ("create_session", "charged", 5, None),
        ("update_session", "charged", None, 5),
        ("reveal", "charged", 1, None),
        ("fetch_more", "unknown", None, None),
    ]
    assert (data["candidates"], data["candidates_available"], data["shown"]) == (4, 40, 3)
    assert data["scores"] == {
        "4 to 5": 2,
        "3 to 4": 0,
        "2 to 3": 1,
        "1 to 2": 0,
        "0 to 1": 0,
        "none": 1,
    }
    assert data["decisions"] == [
        {
            "when": "2026-11-03T12:01:00Z",
            "by": "user",
            "who": "rita@example.org",
            "candidate_id": f"{1:024x}",
            "name": "Ada | King <b>",
            "score": 4.5,
            "rank": 1,
            "decision": "shortlisted",
            "reason": "skills",
            "noted": True,
        },
        {
            "when": "2026-11-03T12:02:00Z",
            "by": "assistant",
            "candidate_id": f"{3:024x}",
            "score": 2.2,
            "rank": 3,
            "decision": "rejected",
            "reason": "experience",
        },
    ]
    assert data["reveals"] == [
        {
            "when": "2026-11-03T15:00:00Z",
            "candidate_id": f"{1:024x}",
            "name": "Ada | King <b>",
            "channel": "email",
            "outcome": "charged",
        }
    ]
    assert data["notices_due"] == [
        {"candidate_id": f"{1:024x}", "name": "Ada | King <b>", "due": "2026-12-03"}
    ]
    assert data["limits"] == LIMITS


def test_the_text_says_the_same_in_tables() -> None:
    text = record_text(facts())
    assert text.startswith(
        "# Record of a search\n\nSearch: .NET, Pune, session 6a0c77936e7a0151430c91fd, "
    )
    assert "| skills | mandatory C# |" in section(text, "What was asked")
    assert "| years_of_experience | min 1; max 5 |" in section(text, "What was asked")
    assert "Job description: yes. Sample profile: no." in text
    assert "| 2026-11-03T14:00:00Z | update_session | regions Pune |  |" in section(
        text, "How it changed"
    )
    assert "| 2026-11-03T14:00:00Z | update_session | charged |  | 5 |" in section(
        text, "What it cost"
    )
    assert section(text, "Who was found").startswith("4 candidates of 40; 3 shown.")
    assert "| 2026-11-03T12:02:00Z | assistant |  | " in section(text, "What was decided")
    assert text.rstrip().endswith(LIMITS)


@pytest.mark.parametrize("render", [record_text, lambda one: json.dumps(record_data(one))])
def test_it_has_no_contact_no_text_about_a_person_and_no_note(render: Any) -> None:
    text = render(facts())
    assert not [secret for secret in SECRETS if secret in text]
    assert "young" not in text


def test_names_cannot_break_out_of_their_cell() -> None:
    decided = section(record_text(facts()), "What was decided")
    assert r"Ada \| King \<b\>" in decided
    rows = [line for line in decided.split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {11}
    hostile = Person(candidate_id="x", name="[x](http://evil.example.com)\n# Heading `a` www.b.c")
    review = Review(at=NOON, by="user", person=hostile, change=Change(decision="maybe"))
    decided = section(record_text(facts(reviews=[review])), "What was decided")
    assert r"\[x\](http:\//evil.example.com) # Heading \`a\` www\.b.c" in decided


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("# Head", "# Head"),
        ("- item", "- item"),
        ("1. x", "1. x"),
        ("_it_ __all__", r"\_it\_ \_\_all\_\_"),
        ("&lt;b&gt; &#60;", r"\&lt;b\&gt; \&#60;"),
        ("R&D, years_of_x", "R&D, years_of_x"),
    ],
)
def test_a_title_is_shown_as_it_is(title: str, shown: str) -> None:
    paragraph = record_text(facts(session=replace(facts().session, title=title))).split("\n\n")[1]
    assert paragraph.startswith(f"Search: {shown}, session ")


def test_what_is_not_stored_is_said_and_what_did_not_happen_too() -> None:
    unknown = facts(changes=None, shown=None, reviews=None, notices=None)
    text = record_text(unknown)
    assert section(text, "How it changed") == "Changes of filters are not stored on this server."
    assert section(text, "What was decided") == "Decisions are not stored on this server."
    assert "how many were shown is not stored" in text
    assert not record_data(unknown).keys() & {"changes", "shown", "decisions", "notices_due"}
    nothing = facts(changes=[], shown=0, reviews=[], notices=[], purchases=[])
    text = record_text(nothing)
    assert section(text, "What was decided") == section(text, "Contacts revealed") == "None."
    assert record_data(nothing)["decisions"] == []


def test_no_filter_is_a_protected_characteristic() -> None:
    protected = r"\b(age|sex|gender|race|religion|origin|health|disability|family|nationality)\b"
    assert not [name for name in FILTERS if re.search(protected, name.replace("_", " "))]


def test_the_sandbox_is_named() -> None:
    assert "Sandbox: people and credits are invented." in record_text(facts(sandbox=True))
    assert record_data(facts(sandbox=True))["sandbox"] is True
    assert "sandbox" not in record_data(facts())
