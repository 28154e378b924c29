"""Job descriptions of all trades, as people write them, each with the demo to a shortlist."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from fj_mcp.commands.demo.job_files import read_job_description
from fj_mcp.commands.demo.screen import Screen
from fj_mcp.commands.demo.sourcing_run import show_run
from fj_mcp.sandbox.annotation.annotate import annotate
from fj_mcp.sandbox.annotation.titles import trades_of
from tests.support.assistant import connected
from tests.support.job_files import docx, pdf

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("trades")]

JOBS = sorted(Path(__file__).with_name("job_descriptions").glob("*.txt"))

_TITLE = "current_employers.title"

FORMATS: list[Callable[[str], bytes]] = [
    lambda text: text.encode("utf-8"),
    lambda text: text.replace("\n", "\r\n").encode("cp1252"),
    docx,
    pdf,
    lambda text: text.encode("utf-16"),
]
"""The files take turns."""


def _in_a_format(place: int, text: str) -> bytes:
    try:
        return FORMATS[place % len(FORMATS)](text)
    except UnicodeEncodeError:
        # Windows-1252 has no Polish letters.
        return FORMATS[0](text)


@pytest.mark.parametrize("place", range(len(JOBS)), ids=[job.stem for job in JOBS])
async def test_a_job_description_ends_in_a_shortlist(place: int, tmp_path: Path) -> None:
    file = tmp_path / "job"
    file.write_bytes(_in_a_format(place, JOBS[place].read_text(encoding="utf-8")))
    shown = io.StringIO()
    screen = Screen(Console(file=shown, width=100))
    async with connected() as assistant:
        status = await show_run(assistant.client, screen, read_job_description(str(file)))

    said = shown.getvalue()
    assert status == 0, said
    assert re.search(r"Best candidates \([1-9]\d* in total\)", said), said
    assert "No real credits were used" in said


def test_thirty_trades_are_among_them() -> None:
    found = [annotate(job.read_text(encoding="utf-8"))[_TITLE]["value"] for job in JOBS]
    trades = {trade.titles for titles in found for trade in trades_of(titles or [])[:1]}
    assert len(trades) >= 30, sorted(trades)
    assert {job.stem[:3] for job in JOBS} >= {"de_", "fr_", "es_"}
