"""`fj-mcp demo`: any file, any terminal, any job."""

import io
import os
import re
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from fj_mcp.commands.demo.job_files import read_job_description
from fj_mcp.commands.demo.screen import Screen
from fj_mcp.commands.demo.sourcing_run import EXAMPLE, show_run
from fj_mcp.commands.typer_app import app
from fj_mcp.server.arguments import LONGEST_JOB_DESCRIPTION
from tests.support.assistant import connected
from tests.support.job_files import docx, pdf, zipped
from tests.support.processes import CLEAN

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals and devices")

GERMAN = "Köchin für die Großküche in Düsseldorf – Löhne überdurchschnittlich, 15 € die Stunde"
POLISH = "Księgowa w Łodzi: żądamy doświadczenia, oferujemy świetną atmosferę i pracę w zespole"
RUSSIAN = "Требуется бухгалтер в Варшаве: опыт работы от трёх лет, знание английского языка"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (GERMAN.replace("€", "EUR").replace("–", "-"), "latin-1"),
        ("Señor cocinero: ¿te apuntas? Cocina de autor en Málaga, año completo", "cp1252"),
        ("Chargé d’affaires à l’étranger, œuvrant où qu’il soit", "cp1252"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        ("看護師募集。東京の病院で三年以上の経験がある方を求めています。夜勤あり。", "shift_jis"),
    ],
)
def test_a_text_is_read_in_its_encoding(text: str, encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "job.txt"
    file.write_bytes(text.encode(encoding))
    assert read_job_description(str(file)) == text


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    file = tmp_path / "job.txt"
    file.write_bytes(b"Nurse\r\n\r\nBerlin\r\n")
    assert read_job_description(str(file)).split() == ["Nurse", "Berlin"]


def test_a_word_file_is_read_with_its_tables(tmp_path: Path) -> None:
    file = tmp_path / "job.docx"
    file.write_bytes(docx("Krankenpfleger (m/w/d)\nKöln", "Gehalt|3.400 €"))
    words = read_job_description(str(file)).split()
    assert words == ["Krankenpfleger", "(m/w/d)", "Köln", "Gehalt", "3.400", "€"]


def test_a_pdf_is_read_on_all_its_pages(tmp_path: Path) -> None:
    file = tmp_path / "job.pdf"
    file.write_bytes(pdf("\n".join(f"Line {number} – Müller" for number in range(120))))
    text = read_job_description(str(file))
    assert "Line 0 – Müller" in text
    assert "Line 119 – Müller" in text


def test_a_pdf_that_is_only_protected_against_changes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "job.pdf"
    file.write_bytes(pdf("Registered nurse in Leeds, nights", encrypted=""))
    assert "Registered nurse in Leeds" in read_job_description(str(file))


_TOO_LONG = "is too large; a job description may have up to 200,000 characters"
_TOO_MUCH = "is too large to be read; paste the text of the job description into a text file"
UNREADABLE = {
    "empty.txt": (b"", "is empty; it should have the text of a job description"),
    "blank.txt": (b" \r\n\t\n", "is empty"),
    "scan.pdf": (pdf(""), "is a scan, a PDF of pictures without text; run text recognition (OCR)"),
    "locked.pdf": (pdf("Nurse", encrypted="secret"), "has a password; save a copy without one"),
    "broken.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 2, "is a damaged PDF file"),
    "cut.docx": (docx("Nurse")[:200], "is a damaged DOCX file"),
    "odd.docx": (zipped({"word/document.xml": "<w:document>"}), "is a damaged DOCX file"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Word file (.doc)"),
    "job.rtf": (rb"{\rtf1\ansi Nurse in Leeds}", "is an RTF file; open it in Word"),
    "job.odt": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        "is an OpenDocument file; open it in LibreOffice",
    ),
    "job.xlsx": (
        zipped({"xl/workbook.xml": "<a/>"}),
        "is not a text document; use a PDF, DOCX or plain text file",
    ),
    "job.pages": (
        zipped({"Index/Document.iwa": "Nurse", "preview.jpg": ""}),
        "is a Pages document; export it as PDF or Word",
    ),
    "bare.PAGES": (zipped({"Data/0.jpg": ""}), "is a Pages document"),
    "job.key": (zipped({"Index/Slide.iwa": "Nurse"}), "is not a text document"),
    "job.zip": (zipped({"job.txt": "Nurse"}), "is an archive; unpack it first"),
    "job.png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "is a picture; paste the text"),
    "job.jpg": (b"\xff\xd8\xff\xe0" + bytes(50), "is a picture"),
    "job.heic": (b"\0\0\0\x18ftypheic" + bytes(50), "is a picture"),
    "job.html": (b"<!DOCTYPE html><p>Nurse", "is a web page or XML"),
    "long.txt": (b"Nurse in Leeds\n" * 800_000, _TOO_LONG),
    "word.txt": (b"a" * 12_000_000, _TOO_LONG),
    "long-utf-16.txt": (("Nurse " * 40_000).encode("utf-16"), _TOO_LONG),
    "long.docx": (docx("Nurse in Leeds " * 20_000), _TOO_LONG),
    "many.docx": (docx("Nurse in Leeds\n" * 60_000), _TOO_MUCH),
    "long.pdf": (pdf("Nurse in Leeds, nights and weekends\n" * 60_000), _TOO_LONG),
    "page.pdf": (pdf(f"{'x' * 50_000}\n" * 50), _TOO_MUCH),
    "job.gz": (b"\x1f\x8b\x08" + zlib.compress(b"Nurse"), "is an archive"),
    "job.bin": (bytes(range(32)) * 40, "is not a text document"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_text_is_told_in_one_sentence(name: str, tmp_path: Path) -> None:
    content, why = UNREADABLE[name]
    file = tmp_path / name
    file.write_bytes(content)
    done = CliRunner().invoke(app, ["demo", "--job-description", str(file)])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"The demo was not started: {file} {why}")
    assert done.stderr.endswith(".\n")
    assert done.stderr.count("\n") == 1


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    pages = tmp_path / "job.pages"
    pages.mkdir()
    for path, why in (
        (tmp_path, "is a folder"),
        (pages, "is a Pages document"),
        (tmp_path / "none.txt", "does not exist"),
    ):
        done = CliRunner().invoke(app, ["demo", "--job-description", str(path)])
        assert done.exit_code == 1
        assert f"{path} {why}" in done.stderr


def test_standard_input_without_text_is_named() -> None:
    done = CliRunner().invoke(app, ["demo", "--job-description", "-"], input=" \n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "The demo was not started: standard input is empty" in done.stderr


@posix
def test_a_terminal_in_which_nothing_is_pasted_asks_for_the_job_description() -> None:
    pty = pytest.importorskip("pty")

    master, terminal = pty.openpty()
    try:
        os.write(master, b"\n\x04")
        done = subprocess.run(
            [sys.executable, "-m", "fj_mcp", "demo", "--job-description", "-"],
            stdin=terminal,
            env=CLEAN,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(terminal)
        os.close(master)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Paste the job description, then press Ctrl-D.\n"
        "The demo was not started: nothing was pasted; paste the job description, then press "
        "Ctrl-D.\n"
    )


async def shown(text: str, width: int = 100) -> tuple[int, str]:
    """The demo's exit status and output."""
    output = io.StringIO()
    async with connected() as assistant:
        screen = Screen(Console(file=output, width=width))
        screen.job_description(text)
        status = await show_run(assistant.client, screen, text)
    return status, output.getvalue()


@pytest.mark.anyio
async def test_a_very_long_text_is_cut_and_not_printed() -> None:
    status, said = await shown(
        "Registered Nurse, Leeds\n" + "Patient care matters to us. " * 40_000
    )
    assert status == 0
    assert f"Only the first {LONGEST_JOB_DESCRIPTION:,} characters are used" in said
    assert re.search(r"… \([\d,]+ more characters\)", said)
    assert said.count("\n") < 150


@pytest.mark.anyio
@pytest.mark.parametrize("words", ["Nurse\n", "看護師募集"], ids=["lines", "no breaks"])
async def test_a_very_long_text_without_spaces_is_cut_and_not_emptied(words: str) -> None:
    status, said = await shown(words * 10_000)
    assert status == 0
    assert words.strip() in said.partition("more characters")[0]


@pytest.mark.anyio
async def test_new_candidates_are_marked_and_were_not_there_before() -> None:
    _, said = await shown(EXAMPLE)
    first, second = re.findall(r"Best candidates[^\n]*\n(.*?)└", said, re.DOTALL)
    new = re.findall(r"│ [\d.]+ +│ ([^│]+?) +│[^\n]*│ new │", second)
    assert len(new) == 5
    assert not any(name in first for name in new)
    assert re.search(r"with the new ones \(25 new, \d+ in total\)", said)


@pytest.mark.anyio
async def test_when_nobody_fits_the_demo_searches_with_fewer_filters_and_says_so() -> None:
    status, said = await shown(
        "Registered Nurse in Lyon\nMust have: CCRN. 30+ years of experience. PhD required."
    )
    assert status == 0
    assert "Nobody fits all of these filters." in said
    assert re.search(r"Best candidates \([1-9]", said)


@pytest.mark.anyio
async def test_without_any_skill_the_words_of_the_title_are_looked_up() -> None:
    status, said = await shown("Goods handler, Utrecht\nLift, carry, smile.")
    assert status == 0
    assert "The text names no skills, so the demo looks for Goods Receipt" in said
    assert re.search(r"Best candidates \([1-9]", said)


@pytest.mark.anyio
async def test_a_trade_that_the_sandbox_does_not_know_is_no_error() -> None:
    status, said = await shown("Farrier\nShoe our horses.")
    assert status == 0
    assert "The sandbox has nobody for this job" in " ".join(said.split())


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("Airline pilot first officer, Dubai", "Airline, pilot"),
        ("Veterinarian, Austin TX", "Veterinarian"),
        ("Farrier in Smalltown", "Farrier"),
        ("Tierarzt für Großtiere, Köln", "Tierarzt"),
        ("Veterinarian for Houston\nAWS certified.", "Veterinarian"),
    ],
)
async def test_nobody_of_another_job_is_found_for_an_unknown_one(text: str, skills: str) -> None:
    status, said = await shown(text)
    assert status == 0
    assert f"the demo looks for {skills}." in said
    assert "The sandbox has nobody for this job" in said
    assert "Spent 0 sandbox credits" in said


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("text", "title", "place"),
    [
        ("Welder (TIG), Houston, AWS certified", "Welder", "Houston"),
        ("Schweißer (m/w/d), Hamburg\nWIG und MAG", "Welder|Schweißer", "Hamburg"),
        ("Plumber, Leeds", "Plumber", "Leeds"),
        ("Plombier chauffagiste, Lyon", "Plumber|Plombier", "Lyon"),
    ],
)
async def test_the_best_candidates_have_the_wanted_title_and_place(
    text: str, title: str, place: str
) -> None:
    _, said = await shown(text, 200)
    rows = re.findall(r"│ [\d.]+ +│ [^│]+│ ([^│]+?) +│ ([^│]+?) +│", said)
    assert rows
    assert all(re.search(title, role) and there.startswith(place) for role, there in rows), rows


@pytest.mark.anyio
async def test_what_the_demo_does_not_use_is_named() -> None:
    _, said = await shown(
        "Nurse, Berlin\nFluent German. Salary 50,000 €. No night shifts. No SAP, no tattoos."
    )
    (row,) = re.findall(r"│ not used +│ ([^│]+)│", said)
    assert [word.strip() for word in row.split(",")] == ["languages", "salary", "working hours"]
    assert re.search(r"│ not needed +│ SAP, tattoos \(no filter excludes people\)", said)


@pytest.mark.anyio
@pytest.mark.parametrize("width", [40, 80])
async def test_no_word_is_cut_in_a_narrow_terminal(width: int) -> None:
    _, wide = await shown(EXAMPLE, 200)
    _, said = await shown(EXAMPLE, width)
    assert all(len(line) <= width for line in said.splitlines())
    assert "…" not in said
    # Parts of words would be no words of the wide output.
    assert set(re.findall(r"\w+", said)) <= set(re.findall(r"\w+", wide))


def run(*, encoding: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fj_mcp", "demo"],
        env=CLEAN | {"PYTHONIOENCODING": encoding, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        encoding=encoding,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_old_encoding_has_plain_arrows(encoding: str) -> None:
    done = run(encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "-> suggest_filters  free" in done.stdout
    assert "?" not in done.stdout


@posix
@pytest.mark.parametrize(
    ("where", "said"),
    [("| head -3", ""), ("> /dev/full", "The demo was stopped: its output cannot be written")],
)
def test_a_closed_output_ends_the_demo_without_a_traceback(where: str, said: str) -> None:
    if "/dev/full" in where and not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m fj_mcp demo {where}"],
        env=CLEAN,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == bool(said)


@posix
def test_ctrl_c_ends_the_demo_without_a_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "fj_mcp", "demo"],
        env=CLEAN,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    # The job description is on the screen, and the server is being started.
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said == "\nThe demo was stopped.\n"
