"""Narrowed lists: by words, by ids, in the list, the interactive shortlist and exports."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from mcp_types import TextResourceContents

from fj_mcp.sandbox.app import Sandbox
from tests.support.assistant import ERAS, PEOPLE, Assistant, connected, small_sandbox
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio


def person(
    number: int, skills: list[str], title: str = "", company: str = "", **more: Any
) -> dict[str, Any]:
    jobs = [{"job_title": title, "company_name": company}]
    about = {"name": f"P{number}", "skills": skills, "current_employers_object": jobs}
    return profile(number, 5 - number / 10, profile=about | more)


TEAM = (
    person(
        1,
        ["C#", ".NET", "SQL"],
        "Senior Data Engineer",
        "Infosys",
        name="Zoë P1",
        region="Bengaluru, Karnataka, India",
        languages=["English", {"name": "German"}],
    ),
    person(2, ["Java", "Node.js"], "Data Analyst", "Acme", region="München, Bayern, Germany"),
    person(3, ["JavaScript", "C++"], "Front-End Engineer", "R&D Labs Inc."),
    person(
        4,
        ["ASP.NET Core"],
        "Nurse",
        "Łódź Clinic",
        past_employers_object=[{"job_title": "Data Engineer", "company_name": "Infosys BPM"}],
        education_background=[
            {
                "institute_name": "École Polytechnique",
                "degree_name": "MBA",
                "field_of_study": "Health Economics",
            }
        ],
    ),
    person(5, ["機械学習", "Python", "Go", "Machine Learning"], "Engineer, Data"),
    profile(6, 1, profileAnalysis={"highlights": [{"Highlight": "Ran a Kubernetes migration."}]}),
)

SEARCHED = "name, skills, languages, titles, companies, education, place or highlights"

FITTING: tuple[tuple[str, str], ...] = (
    ("c#", "P1"),
    ("C# sql", "P1"),
    ("c", ""),
    ("c++", "P3"),
    (".net", "P1 P4"),
    ("net", "P1 P4"),
    ("node.js", "P2"),
    ("node", "P2"),
    ("java", "P2"),
    ("nurs", ""),
    ("NURSE", "P4"),
    ("data engineer", "P1 P4 P5"),
    ('"data engineer"', "P1 P4"),
    ("“data engineer”", "P1 P4"),
    ('data -"data engineer"', "P2 P5"),
    ("data -infosys", "P2 P5"),
    ("data NOT infosys", "P2 P5"),
    ("data –infosys", "P2 P5"),
    ("-infosys -data", "P3 P6"),
    ("engineer and python", "P5"),
    ("munchen", "P2"),
    ("MÜNCHEN", "P2"),
    ("lodz", "P4"),
    ("ecole", "P4"),
    ("front-end", "P3"),
    ('"front end"', "P3"),
    ("r", ""),
    ("r&d inc.", "P3"),
    ("機械", "P5"),
    ("kubernetes", "P6"),
    ("p1", "P1"),
    ("zoe", "P1"),
    ("-zoe data", "P2 P4 P5"),
    ("german", "P1"),
    ("mba economics", "P4"),
    # Forms that leave out.
    ('"-infosys" data', "P2 P5"),
    ('"-infosys"', "P2 P3 P5 P6"),
    ('"data -infosys"', "P2 P5"),
    ('"-infosys -acme" data', "P5"),
    ("""'-"data engineer"' data""", "P2 P5"),
    ("'-infosys' data", "P2 P5"),
    ("data (-infosys)", "P2 P5"),
    ("data !infosys", "P2 P5"),
    ('data !"data engineer"', "P2 P5"),
    ("data no infosys", "P2 P5"),
    ("data, without infosys", "P2 P5"),
    ("data but not infosys", "P2 P5"),
    ("data excluding infosys", "P2 P5"),
    ("data except for infosys", "P2 P5"),
    ("data AND (NOT infosys)", "P2 P5"),
    ("data --infosys", "P2 P5"),
    # Lists.
    ("data,infosys", "P1 P4"),
    ("data;infosys", "P1 P4"),
    ("data,-infosys", "P2 P5"),
    ('["data","-infosys"]', "P2 P5"),
    # Other spellings.
    ("muenchen", "P2"),
    ("munich", "P2"),
    ("bavaria deutschland", "P2"),
    ("Bangalore", "P1"),
    ("-bangalore data", "P2 P4 P5"),
    ("nodejs", "P2"),
    ("NODE.JS", "P2"),
    ("node js", "P2"),
    ("golang", "P5"),
    ("k8s", "P6"),
    ("dotnet", "P1 P4"),
    ("ml", "P5"),
    ("csharp", "P1"),
    ("oregon", ""),
    ("", "P1 P2 P3 P4 P5 P6"),
)
"""A query, and whom of `TEAM` it fits, best first."""


async def session_of(assistant: Assistant, *docs: dict[str, Any]) -> str:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    assistant.sandbox.fail("profiles", page_of(*docs), times=50)
    return session_id


async def test_a_query_fits_those_who_have_all_of_its_words(assistant: Assistant) -> None:
    session_id = await session_of(assistant, *TEAM)
    charges = len(assistant.sandbox.charges)
    for query, names in FITTING:
        page = await assistant.call("list_profiles", session_id=session_id, query=query)
        assert [card["candidate_id"][-1] for card in page["candidates"]] == [
            name[1] for name in names.split()
        ], query
        assert page["total"] == len(names.split()), query
    assert len(assistant.sandbox.charges) == charges
    assert assistant.sent("profiles") == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("java or kotlin", "query has no OR"),
        ("java|kotlin", "query has no OR"),
        ("java || kotlin", "query has no OR"),
        ("(java OR kotlin) -sql", "query has no OR"),
        ("java - infosys", "query has a dash that stands alone"),
        ("java ! infosys", "query has a ! that stands alone"),
        ("java not", 'query has nothing after "not"'),
        ("data -(infosys acme)", "query has no groups"),
        ("data NOT (infosys acme)", "query has no groups"),
        ("!!!", "query needs a word to look for"),
        ('""', "query needs a word to look for"),
    ],
)
async def test_a_query_that_is_not_one_is_refused_with_the_right_form(
    assistant: Assistant, query: str, words: str
) -> None:
    session_id = await session_of(assistant, *TEAM)
    for tool in ("list_profiles", "show_candidates", "export_profiles"):
        text = await assistant.refusal(tool, session_id=session_id, query=query)
        assert text.startswith(f"Nothing was sent or charged: {words}")


async def test_words_that_fit_nobody_are_named_and_the_way_out_is_free(
    assistant: Assistant,
) -> None:
    session_id = await session_of(assistant, *TEAM)
    page = await assistant.call(
        "list_profiles", session_id=session_id, query="java cobol -wipro data"
    )
    assert page["candidates"] == []
    assert page["warning"] == f"No candidate has cobol or wipro in their {SEARCHED}."
    assert page["next_step"] == (
        f"None of the 6 candidates fits query. Call list_profiles with session_id {session_id} and "
        "fewer words, which must all occur; it is free."
    )
    page = await assistant.call("list_profiles", session_id=session_id, query="python nurse")
    assert page["total"] == 0
    assert "warning" not in page


async def test_a_list_of_words_is_joined(assistant: Assistant) -> None:
    session_id = await session_of(assistant, *TEAM)
    for words, names in (
        (["data", "-infosys"], "25"),
        (["data engineer"], "145"),
        (["data engineer", "python"], ""),
        (["data", "-data engineer"], "25"),
        (["-infosys", "data", "Go"], "5"),
    ):
        page = await assistant.call("list_profiles", session_id=session_id, query=words)
        assert "".join(card["candidate_id"][-1] for card in page["candidates"]) == names, words


async def test_a_warning_says_what_was_searched_and_that_more_may_come(
    assistant: Assistant,
) -> None:
    session_id = await session_of(assistant, person(1, ["Java"]))
    page = await assistant.call("list_profiles", session_id=session_id, query="german")
    # Without anybody's languages nothing follows about who speaks it.
    assert page["warning"] == (
        "No candidate has german in their name, skills, titles, companies, education, place or "
        "highlights."
    )
    async with connected(Sandbox(match_seconds=600)) as other:
        session_id = await other.start_search()
        page = await other.call(
            "list_profiles", session_id=session_id, query="cobol", candidate_ids=["x"]
        )
        assert page["status"] == "running"
        assert page["warning"].startswith("No candidate so far has cobol in their ")
        assert page["warning"].endswith(" Not in this session so far: x.")


async def test_every_word_that_somebody_has_finds_them(assistant: Assistant) -> None:
    session_id = await assistant.search()
    page = await assistant.call("list_profiles", session_id=session_id)
    someone = page["candidates"][3]
    full = await assistant.call(
        "get_candidate", session_id=session_id, candidate_id=someone["candidate_id"]
    )
    field_of_study = full["education"][0].split(", ")[1]
    for words in (someone["name"], *full["languages"], field_of_study):
        found = await assistant.call("list_profiles", session_id=session_id, query=words, limit=50)
        assert someone["candidate_id"] in [one["candidate_id"] for one in found["candidates"]]


async def test_the_cause_of_an_empty_list_is_named_and_the_next_call_lists_somebody(
    assistant: Assistant,
) -> None:
    session_id = await session_of(assistant, *TEAM)
    ids = [profile(number, 0)["_id"] for number in (1, 2)]
    both = f"candidate_ids [{', '.join(ids)}]"
    cases: tuple[tuple[dict[str, Any], str, str], ...] = (
        (
            {"min_score": 4.95, "query": "data engineer"},
            "None of the 3 candidates who fit query reaches min_score 4.95; the best score is 4.9",
            ', query "data engineer" and min_score 4.9',
        ),
        (
            {"min_score": 5, "query": "nurse"},
            "The only candidate who fits query does not reach min_score 5; the best score is 4.6",
            ', query "nurse" and min_score 4.6',
        ),
        (
            {"min_score": 5},
            "None of the 6 candidates reaches min_score 5; the best score is 4.9",
            " and min_score 4.9",
        ),
        (
            {"candidate_ids": ids, "query": "zzz"},
            "None of the 2 requested candidates fits query",
            f", {both} and fewer words, which must all occur",
        ),
        (
            {"candidate_ids": ids[1:], "query": "zzz", "min_score": 5},
            "The requested candidate does not fit query",
            f", candidate_ids [{ids[1]}] and fewer words, which must all occur",
        ),
        (
            {"candidate_ids": ids, "min_score": 5},
            "None of the 2 requested candidates reaches min_score 5; the best score is 4.9",
            f", {both} and min_score 4.9",
        ),
        (
            {"candidate_ids": ["x"], "query": "java", "min_score": 5},
            "None of these candidates is in the list",
            " alone for all of them",
        ),
        (
            {"candidate_ids": ids, "query": "-data"},
            "None of the 2 requested candidates fits query",
            f", {both} and leave out fewer",
        ),
    )
    for part, reason, how in cases:
        page = await assistant.call("list_profiles", session_id=session_id, **part)
        call = f"Call list_profiles with session_id {session_id}{how}; it is free."
        assert page["next_step"] == f"{reason}. {call}"
        shown = await assistant.call("show_candidates", session_id=session_id, **part)
        assert shown["next_step"] == page["next_step"]
        exported = (
            await assistant.call("export_profiles", session_id=session_id, **part)
            if ("x" not in part.get("candidate_ids", []))
            else None
        )
        if exported is not None:
            assert exported["rows"] == 0
            assert exported["next_step"] == f"{reason}, so no file was created. {call}"


async def test_the_candidates_asked_for_are_compared_in_one_call(assistant: Assistant) -> None:
    session_id = await assistant.search()
    listed = (await assistant.call("list_profiles", session_id=session_id))["candidates"]
    ids = [listed[7]["candidate_id"], listed[2]["candidate_id"]]
    page = await assistant.call(
        "list_profiles",
        session_id=session_id,
        candidate_ids=[*ids, "somebody-else"],
        detail="detailed",
    )
    assert [card["candidate_id"] for card in page["candidates"]] == ids[::-1]
    assert all(card["highlights"] and card["education"] for card in page["candidates"])
    assert page["total"] == 2
    assert page["warning"] == "Not in this session: somebody-else."
    one = await assistant.call("list_profiles", session_id=session_id, candidate_ids=["x"])
    assert (one["total"], one["warning"]) == (0, "Not in this session: x.")
    assert "it is free" in one["next_step"]


async def test_the_next_page_is_called_with_everything_that_was_asked_for(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search(skills={"core": ["C#", "SQL"]})
    page = await assistant.call(
        "list_profiles",
        session_id=session_id,
        limit=5,
        min_score=0.5,
        query='-"never heard of"',
        detail="detailed",
    )
    assert page["next_step"].startswith(
        f"For the next candidates call list_profiles with session_id {session_id}, page 2, "
        r'limit 5, min_score 0.5, query "-\"never heard of\"", detail detailed.'
    )
    ids = [card["candidate_id"] for card in page["candidates"]]
    page = await assistant.call(
        "list_profiles", session_id=session_id, limit=2, candidate_ids=ids, page=2
    )
    assert f"page 3, limit 2, candidate_ids [{', '.join(ids)}]." in page["next_step"]


async def test_the_interactive_shortlist_opens_with_the_same_candidates(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    part = {"query": "azure -docker"}
    listed = await assistant.call("list_profiles", session_id=session_id, **part)
    shown = await assistant.call("show_candidates", session_id=session_id, **part)
    assert 0 < listed["total"] < PEOPLE
    assert shown["candidates"] == listed["candidates"]
    assert (shown["total"], shown["query"]) == (listed["total"], part["query"])
    ids = [card["candidate_id"] for card in listed["candidates"][:2]]
    shown = await assistant.call("show_candidates", session_id=session_id, candidate_ids=ids)
    assert [card["candidate_id"] for card in shown["candidates"]] == ids == shown["candidate_ids"]


async def test_an_export_has_the_same_candidates_with_their_ranks(assistant: Assistant) -> None:
    session_id = await session_of(assistant, *TEAM)
    result = await assistant.call(
        "export_profiles", session_id=session_id, query="data -infosys -cobol", format="json"
    )
    file = json.loads(Path(result["path"]).read_text(encoding="utf-8"))
    assert [(one["rank"], one["name"]) for one in file["candidates"]] == [(2, "P2"), (5, "P5")]
    assert result["warning"] == f"No candidate has cobol in their {SEARCHED}."
    assert file["score_scale"] == "0 to 5, by FutureJobs' matching"


@pytest.mark.parametrize("era", ERAS)
async def test_the_resource_of_a_narrowed_export_carries_the_query(era: str) -> None:
    async with connected(small_sandbox(), era) as assistant:
        session_id = await session_of(assistant, *TEAM)
        for query, names in (("c%23", ["Zoë P1"]), ("%22data%20engineer%22", ["Zoë P1", "P4"])):
            uri = f"fj://sessions/{session_id}/profiles.csv?query={query}"
            (found,) = (await assistant.client.read_resource(uri)).contents
            assert isinstance(found, TextResourceContents)
            rows = csv.DictReader(io.StringIO(found.text, newline=""))
            assert [row["name"] for row in rows] == names


async def test_a_query_of_the_longest_kind_still_fits(assistant: Assistant) -> None:
    session_id = await session_of(assistant, *TEAM)
    query = " ".join(f"𠮷{number}" for number in range(60))[:200]
    page = await assistant.call("list_profiles", session_id=session_id, query=query)
    assert len(json.dumps(page)) < 4_000
    assert " or 48 more words in their " in page["warning"]
