"""Layouts that applicant tracking systems import: headings, values, separators and warnings."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.sandbox.app import Sandbox
from tests.support.assistant import PEOPLE, Assistant, connected
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio

HEADINGS = {
    "ats": "First Name,Last Name,Email,Phone,Company,Title,Social Media,Address,Job,Source,Origin,"
    "Prospect Stage,Tags,Notes,External ID",
    "lever": "Full name,Email,Lever Posting URL,Stage,Sources,Origin,Tags",
    "recruitee": "Name,Jobs,Emails,Phones,Tags,Sources,Links,Social Links,Cover Letter",
}

SAME_ON_EVERY_ROW = {
    "ats": {"Job": "Test", "Source": "FutureJobs", "Origin": "Sourced", "Prospect Stage": ""},
    "lever": {
        "Lever Posting URL": "",
        "Stage": "New Lead",
        "Sources": "FutureJobs",
        "Origin": "Sourced",
        "Tags": "Test",
    },
    "recruitee": {"Jobs": "Test", "Sources": "FutureJobs", "Tags": "Test", "Links": ""},
}

ADDRESSES = {"revealed": True, "values": ["ada@example.com", "king@example.com"]}
NUMBERS = {"revealed": True, "values": ["+44 20 7946-0100", "+44 20 7946-0200"]}

ADA = profile(
    1,
    4.5,
    profile={
        "name": "Ada van der King",
        "region": "London, England",
        "linkedin_profile_url": "https://www.linkedin.com/in/ada-king",
        "current_employers_object": [{"job_title": "Analyst", "company_name": "Engines, Ltd"}],
    },
    revealStatus={"email": ADDRESSES, "phone": NUMBERS},
)
ROWS = {
    "ats": {
        "First Name": "Ada",
        "Last Name": "van der King",
        "Email": "ada@example.com",
        "Phone": "+44 20 7946-0100",
        "Company": "Engines, Ltd",
        "Title": "Analyst",
        "Social Media": "https://www.linkedin.com/in/ada-king",
        "Address": "London, England",
        "External ID": f"{1:024x}",
        "Notes": "",
    },
    "lever": {"Full name": "Ada van der King", "Email": "ada@example.com,king@example.com"},
    "recruitee": {
        "Name": "Ada van der King",
        "Emails": "ada@example.com,king@example.com",
        "Phones": "+44 20 7946-0100,+44 20 7946-0200",
        "Social Links": "https://www.linkedin.com/in/ada-king",
        "Cover Letter": "",
    },
}


def rows_of(path: str) -> list[dict[str, str]]:
    text = Path(path).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def export_of(assistant: Assistant, *people: dict[str, Any], **arguments: Any) -> Any:
    """The result of exporting a session of these people."""
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    assistant.sandbox.fail("profiles", page_of(*people))
    return await assistant.call("export_profiles", session_id=session_id, **arguments)


@pytest.mark.parametrize("layout", HEADINGS)
async def test_a_file_to_import_has_the_headings_of_the_system_and_no_byte_order_mark(
    assistant: Assistant, layout: str
) -> None:
    session_id = await assistant.search()
    result = await assistant.call("export_profiles", session_id=session_id, layout=layout)
    raw = Path(result["path"]).read_bytes()
    assert raw.startswith(HEADINGS[layout].encode() + b"\r\n")
    assert result["columns"] == HEADINGS[layout].split(",")
    rows = rows_of(result["path"])
    assert len(rows) == result["rows"] == PEOPLE
    for row in rows:
        assert {name: row[name] for name in SAME_ON_EVERY_ROW[layout]} == SAME_ON_EVERY_ROW[layout]


@pytest.mark.parametrize("layout", HEADINGS)
async def test_a_person_is_in_the_columns_of_the_system(assistant: Assistant, layout: str) -> None:
    result = await export_of(assistant, ADA, layout=layout)
    (row,) = rows_of(result["path"])
    expected = SAME_ON_EVERY_ROW[layout] | ROWS[layout]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("layout", HEADINGS)
async def test_json_has_the_same_shape_with_lists_and_without_empty_fields(
    assistant: Assistant, layout: str
) -> None:
    result = await export_of(assistant, ADA, layout=layout, format="json")
    file = json.loads(Path(result["path"]).read_text(encoding="utf-8"))
    assert file["title"] == "Test"
    (person,) = file["candidates"]
    expected = SAME_ON_EVERY_ROW[layout] | ROWS[layout]
    joined = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in person.items()
    }
    assert joined.items() >= {name: value for name, value in expected.items() if value}.items()
    assert not person.keys() & {name for name, value in expected.items() if not value}


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Ada King", "Ada", "King"),
        ("Ada", "Ada", ""),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Maria del Carmen López", "Maria del Carmen", "López"),
        ("asha rao", "asha", "rao"),
        ("Ada King, PhD", "Ada", "King, PhD"),
        ("Ada King (she/her)", "Ada", "King (she/her)"),
        ("王小明", "王小明", ""),
    ],
)
async def test_a_name_is_divided_without_losing_a_word(
    assistant: Assistant, name: str, first: str, last: str
) -> None:
    result = await export_of(assistant, profile(1, 4, profile={"name": name}), layout="ats")
    (row,) = rows_of(result["path"])
    assert (row["First Name"], row["Last Name"]) == (first, last)


async def test_commas_inside_a_value_do_not_make_two_of_it(assistant: Assistant) -> None:
    started = await assistant.call(
        "create_sourcing_session",
        title=".NET, Pune",
        filters={"skills": {"mandatory": ["C#"]}},
    )
    result = await assistant.call(
        "export_profiles", session_id=started["session_id"], layout="recruitee"
    )
    assert {row["Jobs"] for row in rows_of(result["path"])} == {".NET Pune"}


@pytest.mark.parametrize("layout", HEADINGS)
@pytest.mark.parametrize("written", ["=1+1", "@SUM(A1)", "+cmd|'/c calc'!A1", "－2"])
async def test_no_cell_of_a_file_to_import_is_run_as_a_formula(
    assistant: Assistant, layout: str, written: str
) -> None:
    hostile = profile(
        1,
        4,
        profile={
            "name": written,
            "region": written,
            "current_employers_object": [{"job_title": written, "company_name": written}],
        },
        revealStatus={
            "email": {"revealed": True, "values": [written]},
            "phone": {"revealed": True, "values": [written]},
        },
    )
    result = await export_of(assistant, hostile, layout=layout)
    (row,) = rows_of(result["path"])
    for column, value in row.items():
        assert value[:1] not in {"=", "+", "-", "@", "－"}, column
    assert "'" + written in row.values()


# Warnings


async def test_rows_without_an_email_and_greenhouse_jobs_for_gdpr_are_warned_of(
    assistant: Assistant,
) -> None:
    result = await export_of(assistant, ADA, profile(2, 4), profile(3, 3), layout="ats")
    assert result["warning"] == (
        "2 of 3 rows have no email, by which most systems recognize people they already have. "
        "1 row has only the first of several contacts; the layout full has all. "
        "2 rows have no last name, without which Greenhouse imports nobody. "
        "A Greenhouse job that is set up for GDPR emails imported people by itself."
    )


async def test_systems_other_than_greenhouse_are_not_warned_of_its_emails(
    assistant: Assistant,
) -> None:
    for layout in ("lever", "recruitee"):
        result = await export_of(assistant, ADA, layout=layout)
        assert "warning" not in result
    result = await export_of(assistant, profile(2, 4), layout="full")
    assert "warning" not in result


# Names and sizes of files


async def test_a_file_is_named_after_its_layout_and_for_lever_in_plain_letters(
    tmp_path: Path,
) -> None:
    async with connected(export_dir=tmp_path) as assistant:
        started = await assistant.call(
            "create_sourcing_session",
            title="Müller & Söhne: 開発",
            filters={"skills": {"mandatory": ["C#"]}},
        )
        names = {}
        for layout in ("ats", "lever"):
            result = await assistant.call(
                "export_profiles", session_id=started["session_id"], layout=layout
            )
            names[layout] = Path(result["path"]).name
    assert names["ats"].startswith("müller-söhne-開発-ats-")
    assert names["lever"].startswith("muller-sohne-lever-")


async def test_recruitee_gets_a_thousand_rows_a_file(tmp_path: Path) -> None:
    sandbox = Sandbox(match_seconds=0, first_batch=700, credits=100)
    async with connected(sandbox, export_dir=tmp_path) as assistant:
        ids = [
            (await assistant.search(skills={"secondary": [skill]})) for skill in ("Java", "Excel")
        ]
        whole = await assistant.call("export_profiles", session_ids=ids, format="json")
        answer = await assistant.client.call_tool(
            "export_profiles", {"session_ids": ids, "layout": "recruitee"}
        )
    result: Any = answer.structured_content
    people = json.loads(Path(whole["path"]).read_text(encoding="utf-8"))["candidates"]
    assert 1_000 < len(people) == result["rows"]
    files = [result["path"], *result["further"]]
    assert [len(rows_of(path)) for path in files] == [1_000, len(people) - 1_000]
    exported = [row["Name"].removeprefix("'") for path in files for row in rows_of(path)]
    assert exported == [person.get("name", "") for person in people]
    assert "part-1" in files[0]
    assert f"{result['path']} and 1 further file" in result["next_step"]
    links = [item.uri for item in answer.content[1:]]  # type: ignore[union-attr]
    assert links == [Path(path).as_uri() for path in files]
