"""The official conformance suite and the Inspector; a script runs them."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests.support.repository import ROOT

SCRIPTS = ROOT / "scripts"


def test_the_suite_is_excused_from_single_checks_each_with_a_reason() -> None:
    text = (SCRIPTS / "conformance.yml").read_text(encoding="utf-8")
    _, entries = text.split("\nserver:\n")
    excused: list[str] = []
    for group in entries.split("\n\n"):
        reason, *_ = group.strip().splitlines()
        assert reason.strip().startswith("# ")
        excused += re.findall(r"^  - (.*?)(?: #.*)?$", group, re.MULTILINE)
    assert len(excused) == len(set(excused)) > 0
    # A scenario's name alone would excuse all of its checks.
    assert [entry for entry in excused if not re.fullmatch(r"[\w-]+:[\w-]+", entry)] == []


def test_the_suite_and_the_clients_are_pinned() -> None:
    package = json.loads((ROOT / "tests" / "clients" / "package.json").read_text(encoding="utf-8"))
    pinned = re.compile(r"\d+\.\d+\.\d+(-[a-z]+\.\d+)?")
    assert all(pinned.fullmatch(version) for version in package["dependencies"].values())


@pytest.mark.skipif("FJ_TEST_CONFORMANCE" not in os.environ, reason="needs npm's registry")
def test_the_suite_passes_and_the_inspector_calls_every_tool() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "conformance.py")],
        check=False,
        timeout=900,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
