"""Exports: the contents of the file, its place, and cells that no spreadsheet runs."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from mcp_types import ResourceLink

from fj_mcp.sandbox.app import Sandbox
from fj_mcp.sandbox.faults import Fault
from tests.support.assistant import CSHARP, ERAS, PEOPLE, Assistant, connected, small_sandbox
from tests.support.profile_pages import page_of, profile

pytestmark = pytest.mark.anyio

COLUMNS = [
    "rank",
    "name",
    "score",
    "title",
    "company",
    "region",
    "years_of_experience",
    "headline",
    "why",
    "skills",
    "missing_skills",
    "highlights",
    "education",
    "current_employers",
    "past_employers",
    "email",
    "phone",
    "linkedin_url",
    "candidate_id",
    "decision",
    "outreach",
    "reason",
    "note",
    "seen_before",
    "sessions",
]


def rows_of(path: str) -> list[dict[str, str]]:
    text = Path(path).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_a_csv_has_the_whole_session_best_first_with_every_column(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    result = await assistant.call("export_profiles", session_id=session_id)
    assert result["columns"] == COLUMNS
    rows = rows_of(result["path"])
    assert len(rows) == result["rows"] == PEOPLE
    assert list(rows[0]) == COLUMNS
    assert [row["rank"] for row in rows] == [str(number) for number in range(1, PEOPLE + 1)]
    listed = await assistant.call("list_profiles", session_id=session_id, limit=50)
    ids = [card["candidate_id"] for card in listed["candidates"]]
    assert [row["candidate_id"] for row in rows[:50]] == ids
    best, card = rows[0], listed["candidates"][0]
    assert best["name"] == card["name"]
    assert best["linkedin_url"] == card["linkedin_url"]
    assert float(best["score"]) == card["score"]
    assert card["company"] in best["current_employers"]
    assert any(row["past_employers"] for row in rows)
    assert any(row["education"] for row in rows)
    assert any(row["highlights"] for row in rows)
    assert result["path"] in result["next_step"]


async def test_a_csv_is_as_spreadsheets_and_rfc_4180_want_it(assistant: Assistant) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    quoted = profile(1, 4, profile={"name": 'Ada "the, first"', "headline": "検索 – ünïcode"})
    assistant.sandbox.fail("profiles", page_of(quoted))
    result = await assistant.call("export_profiles", session_id=session_id)
    raw = Path(result["path"]).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfrank,name,score,")
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n") == 2
    assert b'"Ada ""the, first"""' in raw
    (row,) = rows_of(result["path"])
    assert (row["name"], row["headline"]) == ('Ada "the, first"', "検索 – ünïcode")


@pytest.mark.parametrize(
    "written",
    ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "＝1+1", "－2", "\t=1", " =1"],
)
async def test_no_cell_is_run_as_a_formula(assistant: Assistant, written: str) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    person = {
        "name": written,
        "headline": written,
        "region": written,
        "skills": [written],
        "current_employers_object": [{"job_title": written, "company_name": written}],
        "education_background": [{"institute_name": written}],
    }
    hostile = profile(1, 4, profile=person, profileAnalysis={"recommendation": written})
    assistant.sandbox.fail("profiles", page_of(hostile))
    result = await assistant.call("export_profiles", session_id=session_id)
    (row,) = rows_of(result["path"])
    for column in ("name", "headline", "region", "skills", "title", "company", "why", "education"):
        assert row[column].startswith("'"), column
        assert row[column][1:] == written.strip(), column


async def test_revealed_contacts_and_missing_skills_are_in_the_file(assistant: Assistant) -> None:
    skills = {"mandatory": ["C#"], "core": ["Kubernetes"]}
    session_id = await assistant.search(skills=skills)
    listed = await assistant.call("list_profiles", session_id=session_id, limit=10)
    ids = [card["candidate_id"] for card in listed["candidates"]]
    revealed = await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=ids, channel="email"
    )
    found = next(item for item in revealed["results"] if item["status"] == "found")
    result = await assistant.call("export_profiles", session_id=session_id, format="json")
    people = json.loads(Path(result["path"]).read_text(encoding="utf-8"))["candidates"]
    (person,) = (one for one in people if one["candidate_id"] == found["candidate_id"])
    assert person["email"] == found["values"]
    lacking = [one for one in people if "Kubernetes" in one.get("missing_skills", [])]
    assert lacking
    assert all("Kubernetes" not in one["skills"] for one in lacking)


async def test_a_json_file_describes_its_session_and_omits_empty_fields(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search()
    result = await assistant.call("export_profiles", session_id=session_id, format="json")
    assert result["path"].endswith(".json")
    file = json.loads(Path(result["path"]).read_text(encoding="utf-8"))
    assert (file["session_id"], file["title"]) == (session_id, "Test")
    assert len(file["candidates"]) == result["rows"]
    for person in file["candidates"]:
        assert person.keys() <= set(COLUMNS)
        assert None not in person.values()
        assert [] not in person.values()


async def test_only_the_requested_candidates_are_exported_with_their_ranks(
    assistant: Assistant,
) -> None:
    session_id = await assistant.search(skills={"core": ["C#", "Kubernetes", "React"]})
    listed = await assistant.call("list_profiles", session_id=session_id, limit=10)
    cards = listed["candidates"]
    chosen = [cards[6]["candidate_id"], cards[2]["candidate_id"]]
    some = await assistant.call("export_profiles", session_id=session_id, candidate_ids=chosen)
    assert [row["rank"] for row in rows_of(some["path"])] == ["3", "7"]
    good = await assistant.call(
        "export_profiles", session_id=session_id, min_score=cards[4]["score"]
    )
    assert all(float(row["score"]) >= cards[4]["score"] for row in rows_of(good["path"]))
    assert 5 <= good["rows"] < PEOPLE


async def test_a_candidate_of_another_session_is_refused_by_name(tmp_path: Path) -> None:
    async with connected(export_dir=tmp_path) as assistant:
        session_id = await assistant.search()
        text = await assistant.refusal(
            "export_profiles", session_id=session_id, candidate_ids=["somebody-else"]
        )
    assert list(tmp_path.iterdir()) == []
    assert "candidate_ids[0] somebody-else is not in session" in text


async def test_an_export_without_candidates_creates_no_file(tmp_path: Path) -> None:
    async with connected(export_dir=tmp_path) as assistant:
        session_id = await assistant.start_search(skills={"core": ["Python"]})
        assistant.sandbox.fail("profiles", page_of())
        result = await assistant.call("export_profiles", session_id=session_id)
    assert result["rows"] == 0
    assert "path" not in result
    assert "no file was created" in result["next_step"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [True, False], ids=["with room", "full"])
async def test_a_drive_without_hard_links_gets_the_whole_file_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    if not room:
        monkeypatch.setattr(os, "rename", refuse)
        monkeypatch.setattr(os, "replace", refuse)
        monkeypatch.setattr(Path, "replace", refuse)
    async with connected(export_dir=tmp_path) as assistant:
        session_id = await assistant.search()
        if room:
            result = await assistant.call("export_profiles", session_id=session_id)
            assert len(rows_of(result["path"])) == PEOPLE
        else:
            text = await assistant.refusal("export_profiles", session_id=session_id)
            assert "Operation not permitted" in text
    assert len(list(tmp_path.iterdir())) == room


async def test_a_file_is_its_owners_alone_and_never_replaces_another(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    async with connected(export_dir=folder) as assistant:
        session_id = await assistant.search()
        first = await assistant.call("export_profiles", session_id=session_id)
        Path(first["path"]).write_text("mine now", encoding="utf-8")
        second = await assistant.call("export_profiles", session_id=session_id)
    assert first["path"] != second["path"]
    assert Path(first["path"]).read_text(encoding="utf-8") == "mine now"
    assert Path(second["path"]).stat().st_mode & 0o777 == 0o600
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted([Path(first["path"]).name, Path(second["path"]).name])
    assert names[0].startswith("test-")


@pytest.mark.parametrize(
    ("title", "start"),
    [
        (".NET / Pune: senior!", "net-pune-senior-"),
        ("../../etc/passwd", "etc-passwd-"),
        ("🙂", "🙂-"),
        ("!!", "shortlist-"),
        ("सीनियर डेवलपर, पुणे", "सीनियर-डेवलपर-पुणे-"),
        ("Re\u0301sume\u0301", "r\u00e9sum\u00e9-"),
        ("𠀀" * 200, "𠀀" * 30 + "-"),
    ],
)
async def test_a_file_is_named_after_its_session_and_stays_in_its_folder(
    tmp_path: Path, title: str, start: str
) -> None:
    async with connected(export_dir=tmp_path) as assistant:
        started = await assistant.call("create_sourcing_session", title=title, filters=CSHARP)
        result = await assistant.call("export_profiles", session_id=started["session_id"])
    path = Path(result["path"])
    assert path.parent == tmp_path.resolve()
    assert path.name.startswith(start)


async def test_without_a_folder_of_its_own_it_goes_to_downloads_and_never_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    (home / "Downloads").mkdir(parents=True)
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.chdir(work)
    async with connected(export_dir=None) as assistant:
        session_id = await assistant.search()
        downloaded = await assistant.call("export_profiles", session_id=session_id)
        Path(downloaded["path"]).unlink()
        (home / "Downloads").rmdir()
        stored = await assistant.call("export_profiles", session_id=session_id)
    assert Path(downloaded["path"]).parent == (home / "Downloads").resolve()
    folder = Path(stored["path"]).parent
    assert folder.name == "exports"
    assert folder.is_relative_to(home.resolve())
    assert list(work.iterdir()) == []


@pytest.mark.parametrize(
    ("written", "harmless"),
    [
        ("x;=cmd|'/c calc'!A1;y", "x;'=cmd|'/c calc'!A1;y"),
        ("a; -1", "a; '-1"),
        ("well-known; C++", "well-known; C++"),
    ],
)
async def test_text_after_a_semicolon_is_not_a_formula_either(
    assistant: Assistant, written: str, harmless: str
) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    person = {"headline": written, "skills": ["C#", "=1+1"]}
    assistant.sandbox.fail("profiles", page_of(profile(1, 4, profile=person)))
    result = await assistant.call("export_profiles", session_id=session_id)
    (row,) = rows_of(result["path"])
    assert row["headline"] == harmless
    assert row["skills"] == "C#; '=1+1"


async def test_people_without_an_id_are_exported_by_their_own_scores(assistant: Assistant) -> None:
    session_id = await assistant.start_search(skills={"core": ["Python"]})
    nameless = [{"finalScore": score, "profile": {"name": f"P{score}"}} for score in (1, 5)]
    assistant.sandbox.fail("profiles", page_of(*nameless))
    result = await assistant.call("export_profiles", session_id=session_id, min_score=4)
    assert [row["name"] for row in rows_of(result["path"])] == ["P5"]


async def test_a_missing_home_folder_is_reported_in_one_sentence() -> None:
    async with connected(export_dir=Path("~nosuchuser/x")) as assistant:
        session_id = await assistant.search()
        text = await assistant.refusal("export_profiles", session_id=session_id)
    assert text.startswith("Nothing was written or charged")
    assert "FJ_EXPORT_DIR" in text


async def test_a_folder_that_cannot_be_written_to_is_named_with_the_remedy(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("", encoding="utf-8")
    async with connected(export_dir=taken) as assistant:
        session_id = await assistant.search()
        text = await assistant.refusal("export_profiles", session_id=session_id)
    assert text.startswith(f"Nothing was written or charged: cannot create files in {taken}")
    assert "FJ_EXPORT_DIR" in text


@pytest.mark.parametrize("era", ERAS)
async def test_an_export_links_to_its_file_and_reports_the_pages_it_reads(
    era: str, tmp_path: Path
) -> None:
    reports: list[tuple[float, float | None, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, total, message))

    sandbox = Sandbox(match_seconds=0, first_batch=450)
    async with connected(sandbox, era, export_dir=tmp_path) as assistant:
        session_id = await assistant.search()
        # Another server, so that nothing is cached.
        async with connected(sandbox, era, export_dir=tmp_path) as other:
            answer = await other.client.call_tool(
                "export_profiles", {"session_id": session_id}, progress_callback=on_progress
            )
    facts: dict[str, Any] = answer.structured_content
    assert facts["rows"] == 450
    link = answer.content[-1]
    assert isinstance(link, ResourceLink)
    assert link.uri == Path(facts["path"]).as_uri()
    assert [done for done, _, _ in reports] == sorted({done for done, _, _ in reports})
    assert reports[-1] == (5, 5, "read 5 of 5 pages of candidates")


async def test_a_running_session_is_exported_so_far_with_a_warning() -> None:
    sandbox = Sandbox(match_seconds=1_000)
    async with connected(sandbox) as assistant:
        started = await assistant.call("create_sourcing_session", title="Slow", filters=CSHARP)
        sandbox.fail("profiles", page_of(profile(1, 3)))
        result = await assistant.call("export_profiles", session_id=started["session_id"])
    assert result["rows"] == 1
    assert "still matching" in result["warning"]


async def test_an_export_and_the_shortlist_work_on_a_read_only_server() -> None:
    sandbox = small_sandbox()
    async with connected(sandbox) as assistant:
        session_id = await assistant.search()
    async with connected(sandbox, read_only=True) as assistant:
        assert (await assistant.call("export_profiles", session_id=session_id))["rows"] == PEOPLE
        shown = await assistant.call("show_candidates", session_id=session_id)
    assert shown["can_spend"] is False
    assert shown["prices"] == {}


async def test_the_shortlist_opens_with_the_data_its_view_needs(assistant: Assistant) -> None:
    skills = {"mandatory": ["C#"], "core": ["Kubernetes"]}
    session_id = await assistant.search(skills=skills)
    shown = await assistant.call("show_candidates", session_id=session_id)
    listed = await assistant.call("list_profiles", session_id=session_id)
    assert shown["candidates"] == listed["candidates"]
    assert (shown["total"], shown["page"], shown["pages"]) == (PEOPLE, 1, 2)
    assert shown["has_more"] is True
    assert shown["matched"] == PEOPLE
    assert shown["title"] == "Test"
    assert shown["wanted_skills"] == ["C#", "Kubernetes"]
    assert shown["can_spend"] is True
    assert shown["prices"] == {"fetch_more": 5}
    for card in shown["candidates"]:
        lacks = card.get("missing_skills", [])
        assert ("Kubernetes" in card["skills"]) is ("Kubernetes" not in lacks)
    best = shown["candidates"][0]["candidate_id"]
    await assistant.call(
        "reveal_contacts", session_id=session_id, candidate_ids=[best], channel="email"
    )
    again = await assistant.call("show_candidates", session_id=session_id, min_score=2)
    assert again["prices"]["reveal_email"] >= 1
    assert again["min_score"] == 2
    assert all(card["score"] >= 2 for card in again["candidates"])


async def test_the_shortlist_is_shown_by_a_view_that_clients_can_read(
    assistant: Assistant,
) -> None:
    tools = {tool.name: tool for tool in (await assistant.client.list_tools()).tools}
    meta = tools["show_candidates"].meta
    assert meta is not None
    address = meta["ui"]["resourceUri"]
    (content,) = (await assistant.client.read_resource(address)).contents
    assert content.mime_type == "text/html;profile=mcp-app"
    assert "<title>" in content.text  # type: ignore[union-attr]


async def test_a_shortlist_that_cannot_be_read_creates_no_file(tmp_path: Path) -> None:
    async with connected(export_dir=tmp_path) as assistant:
        session_id = await assistant.search()
        assistant.sandbox.sessions[session_id].search_more_counter += 1
        assistant.sandbox.fail("profiles", Fault("status", status=500), times=9)
        text = await assistant.refusal("export_profiles", session_id=session_id)
    assert "othing was charged" in text
    assert list(tmp_path.iterdir()) == []
