"""The scripts of this project, as a maintainer calls them for the first time."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import CLEAN
from tests.support.repository import ROOT

SCRIPTS = [
    path
    for path in sorted((ROOT / "scripts").glob("*.py"))
    if f"scripts/{path.name} [" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_that_is_asked_for_help_does_nothing_else(script: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(script), "--help"],
        cwd=tmp_path,
        env=CLEAN | {"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(f"usage: {script.name} [-h] [")
    assert [*tmp_path.iterdir()] == []
