"""What recruiters decided, in exports: columns, choice by decision, and people left out."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fj_mcp.api.profile_records import Profile
from fj_mcp.api.session_records import Session
from fj_mcp.shortlist.export_rows import Choice, Export, build_export
from fj_mcp.shortlist.merged_sessions import ExportedSession
from fj_mcp.shortlist.parts import Part
from fj_mcp.shortlist.ranking import Shortlist
from fj_mcp.storage.memory.people import Mark, SeenBefore
from tests.support.profile_pages import profile

SEEN = SeenBefore("5f" * 12, "Mumbai", 1_793_664_000.0, "rejected")
MARKS = {
    1: Mark(decision="shortlisted", reason="skills", note="Call on Monday; ask for Pune."),
    2: Mark(decision="rejected", outreach="replied", reason="not_interested"),
    3: Mark(decision="maybe", outreach="contacted", seen_before=SEEN),
    5: Mark(decision="shortlisted", outreach="do_not_contact"),
}
"""Of the candidates with these numbers; there is a sixth one, and 4 and 6 have none."""

TAGS = [
    "Pune,shortlisted,skills",
    "Pune,rejected,replied,not_interested",
    "Pune,maybe,contacted",
    "Pune",
    "Pune",
]
"""Of those who are exported."""


def name(number: int) -> str:
    return f"{number:024x}"


def session(
    title: str,
    numbers: Iterable[int],
    marks: dict[int, Mark] = MARKS,
    scores: dict[int, float] | None = None,
) -> ExportedSession:
    """A finished session whose candidates have LinkedIn addresses; 1 has the best score."""
    profiles = [
        Profile.read(
            profile(
                number,
                (scores or {}).get(number, 5 - number / 2),
                profile={
                    "name": f"P{number}",
                    "linkedin_profile_url": f"https://www.linkedin.com/in/p{number}",
                },
            )
        )
        for number in numbers
    ]
    profiles.sort(key=lambda one: -(one.score or 0))
    made = Session.read(
        {
            "_id": f"{sum(map(ord, title)):024x}",
            "sessionTitle": title,
            "profileMatchingStatus": "done",
        }
    )
    return ExportedSession(
        made,
        Shortlist(profiles, len(profiles)),
        {name(number): mark for number, mark in marks.items()},
    )


def banned(numbers: Iterable[int]) -> dict[int, Mark]:
    return {number: Mark(outreach="do_not_contact") for number in numbers}


def export_of(*sessions: ExportedSession, **choice: Any) -> Export:
    return build_export(sessions or (session("Pune", range(1, 7)),), Choice(**choice))


def rows_of(export: Export) -> list[dict[str, str]]:
    (text,) = export.files
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def names_in(export: Export) -> list[str]:
    return [row["name"] for row in rows_of(export)]


def test_decisions_are_in_the_columns_of_their_own() -> None:
    rows = {row["name"]: row for row in rows_of(export_of())}
    columns = ("decision", "outreach", "reason", "seen_before", "note")
    assert {who: tuple(row[column] for column in columns) for who, row in rows.items()} == {
        "P1": ("shortlisted", "", "skills", "", ""),
        "P2": ("rejected", "replied", "not_interested", "", ""),
        "P3": ("maybe", "contacted", "", "Mumbai, 2026-11-03, rejected", ""),
        "P4": ("", "", "", "", ""),
        "P6": ("", "", "", "", ""),
    }


@pytest.mark.parametrize("layout", ["full", "ats", "lever", "recruitee"])
@pytest.mark.parametrize("format", ["csv", "json"])
def test_notes_are_exported_only_if_asked_for(layout: Any, format: Any) -> None:
    note = "Call on Monday"
    assert note not in "".join(export_of(layout=layout, format=format).files)
    with_notes = export_of(layout=layout, format=format, include_notes=True)
    # Lever's layout has no column for notes.
    assert (note in "".join(with_notes.files)) is (layout != "lever")


@pytest.mark.parametrize("layout", ["full", "ats"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_line_of_a_note_is_read_as_a_formula(layout: Any, separator: str) -> None:
    note = "ok\n=cmd|' /C calc'!A0\r\n \t+1+1;-2+3\n@SUM(A1)"
    noted = session("Pune", [1], {1: Mark(note=note)})
    (text,) = export_of(noted, layout=layout, include_notes=True).files
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator)
    cells = [cell.strip() for line in lines for cell in line]
    assert any("=cmd|" in cell for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("layout", "column", "expected"),
    [
        ("ats", "Prospect Stage", ["shortlisted", "rejected", "maybe", "", ""]),
        ("ats", "Tags", TAGS),
        ("lever", "Stage", ["New Lead"] * 5),
        ("recruitee", "Tags", TAGS),
    ],
)
def test_a_file_to_import_carries_the_decision(
    layout: Any, column: str, expected: list[str]
) -> None:
    assert [row[column] for row in rows_of(export_of(layout=layout))] == expected


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        (("shortlisted",), ["P1"]),
        (("shortlisted", "maybe"), ["P1", "P3"]),
        (("rejected",), ["P2"]),
        (("undecided",), ["P4", "P6"]),
        (("contacted", "replied"), ["P2", "P3"]),
        (("shortlisted", "contacted"), ["P1", "P3"]),
    ],
)
def test_only_people_with_one_of_the_decisions_are_exported(
    decisions: tuple[str, ...], expected: list[str]
) -> None:
    export = export_of(part=Part(decisions=decisions))
    assert names_in(export) == expected
    # The ranks are those of the whole list.
    assert [row["rank"] for row in rows_of(export)] == [name.removeprefix("P") for name in expected]


# People who must not be contacted


@pytest.mark.parametrize("layout", ["full", "ats", "lever", "recruitee"])
def test_nobody_who_must_not_be_contacted_is_in_an_export_and_it_says_so(layout: Any) -> None:
    export = export_of(layout=layout)
    assert export.rows == 5
    assert "P5" not in "".join(export.files)
    left_out = f"1 candidate is left out, marked do_not_contact: {name(5)}."
    assert left_out in export.warnings


def test_people_who_are_not_asked_for_are_not_counted_as_left_out() -> None:
    assert export_of(part=Part(decisions=("rejected",))).warnings == []
    assert export_of(part=Part(candidate_ids=(name(1),))).warnings == []
    assert export_of(part=Part(decisions=("shortlisted",))).warnings != []


def test_many_people_left_out_are_counted_and_not_all_named() -> None:
    export = export_of(session("Pune", range(1, 31), banned(range(5, 30))))
    (warning,) = export.warnings
    assert warning.startswith("25 candidates are left out, marked do_not_contact: ")
    assert warning.endswith(" and 15 more.")


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (Part(candidate_ids=(name(5),)), "None of these candidates may be contacted"),
        (
            Part(candidate_ids=(name(4),), decisions=("shortlisted", "maybe")),
            "None of these candidates is marked shortlisted or maybe",
        ),
    ],
)
def test_an_export_of_nobody_says_why(part: Part, why: str) -> None:
    export = export_of(part=part)
    assert export.rows == 0
    assert export.reason is not None
    assert export.reason[0] == why


@pytest.mark.parametrize("layout", ["full", "ats", "lever", "recruitee"])
def test_rejected_people_in_a_file_are_warned_of(layout: Any) -> None:
    warning = "1 rejected candidate is in it; decisions leaves them out."
    assert warning in export_of(layout=layout).warnings
    assert warning not in export_of(layout=layout, part=Part(decisions=("rejected",))).warnings
    assert warning not in export_of(layout=layout, part=Part(candidate_ids=(name(1),))).warnings


# Merged


def test_a_ban_in_one_session_holds_in_all() -> None:
    known = session("Pune", [1, 5])
    unaware = session("Mumbai", [4, 5], {}, {5: 4.9})
    export = export_of(unaware, known)
    assert names_in(export) == ["P1", "P4"]
    assert len(export.warnings) == 1


def test_a_merged_row_has_the_decision_of_the_best_session_that_has_one() -> None:
    first = session("Pune", [1, 2, 3], {1: Mark(decision="maybe"), 2: Mark(decision="rejected")})
    other = session(
        "Mumbai",
        [1, 2, 3],
        {2: Mark(decision="shortlisted"), 3: Mark(decision="shortlisted")},
        scores={1: 1.0, 2: 1.0, 3: 1.0},
    )
    rows = rows_of(export_of(first, other))
    assert [(row["name"], row["decision"], row["sessions"]) for row in rows] == [
        ("P1", "maybe", "Pune; Mumbai"),
        ("P2", "rejected", "Pune; Mumbai"),
        ("P3", "shortlisted", "Pune; Mumbai"),
    ]
    # Kept in either session is kept.
    kept = rows_of(export_of(first, other, part=Part(decisions=("shortlisted",))))
    assert [(row["name"], row["decision"]) for row in kept] == [
        ("P2", "shortlisted"),
        ("P3", "shortlisted"),
    ]


def test_a_merged_row_was_not_seen_before_in_a_session_of_the_same_merge() -> None:
    pune, mumbai = session("Pune", [1]), session("Mumbai", [1])
    in_pune = SeenBefore(pune.session.id, "Pune", 1_793_664_000.0)
    in_mumbai = SeenBefore(mumbai.session.id, "Mumbai", 1_793_664_000.0)
    first = session("Pune", [1, 2], {one: Mark(seen_before=in_mumbai) for one in (1, 2)})
    other = session("Mumbai", [1], {1: Mark(seen_before=in_pune)})
    rows = rows_of(export_of(first, other))
    assert [row["seen_before"] for row in rows] == ["", "Mumbai, 2026-11-03"]
    third = session("Mumbai", [1], {1: Mark(seen_before=SEEN)})
    row, _ = rows_of(export_of(first, third))
    assert row["seen_before"] == "Mumbai, 2026-11-03, rejected"


def test_who_is_decided_about_in_one_of_several_sessions_is_undecided_in_none() -> None:
    known = session("Pune", [1, 2], {1: Mark(decision="shortlisted")})
    unaware = session("Mumbai", [1, 2, 3], {}, {1: 4.9})
    undecided = export_of(unaware, known, part=Part(decisions=("undecided",)))
    assert names_in(undecided) == ["P2", "P3"]
    assert names_in(export_of(unaware, known, part=Part(decisions=("shortlisted",)))) == ["P1"]


people_by_session = st.lists(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 5)), max_size=8, unique_by=lambda p: p[0]),
    min_size=2,
    max_size=4,
)


@given(people_by_session, st.sets(st.integers(1, 8), max_size=3))
def test_merged_lists_have_each_person_once_best_first_and_nobody_banned(
    people: list[list[tuple[int, int]]], unwilling: set[int]
) -> None:
    sessions = [
        session(f"S{place}", dict(found), {} if place else banned(unwilling), dict(found))
        for place, found in enumerate(people)
    ]
    # A ban counts wherever the person is listed with it.
    listed = {number for number, _ in people[0]}
    expected: dict[int, int] = {}
    for number, score in (one for found in people for one in found):
        if number not in unwilling & listed:
            expected[number] = max(score, expected.get(number, 0))
    rows = rows_of(export_of(*sessions))
    assert {int(row["name"][1:]): float(row["score"]) for row in rows} == expected
    assert len(rows) == len(expected)
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows:
        found = [place for place, one in enumerate(people) if int(row["name"][1:]) in dict(one)]
        assert sorted(row["sessions"].split("; ")) == [f"S{place}" for place in found]


def test_json_has_the_decisions_too_and_no_empty_ones() -> None:
    (text,) = export_of(format="json", include_notes=True).files
    people = json.loads(text)["candidates"]
    assert people[0]["decision"] == "shortlisted"
    assert people[0]["note"] == "Call on Monday; ask for Pune."
    assert not people[3].keys() & {"decision", "outreach", "reason", "note", "seen_before"}
