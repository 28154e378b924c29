import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import CLEAN
from tests.support.repository import ROOT

UI = ROOT / "ui"
SHORTLIST = ROOT / "fj_mcp" / "server" / "app" / "shortlist.html"
HOST = ROOT / "tests" / "support" / "host.html"
REBUILD = "cd ui && npm install && npm run build"


def sources() -> list[str]:
    """The source files of the built pages."""
    names = [path.relative_to(UI).as_posix() for path in UI.rglob("*") if path.is_file()]
    generated = re.compile(r"node_modules/|package-lock\.json$|\.gitignore$")
    return sorted(name for name in names if not generated.match(name))


@pytest.mark.parametrize("page", [SHORTLIST, HOST], ids=lambda page: page.name)
def test_the_built_page_is_up_to_date(page: Path) -> None:
    digest = hashlib.sha256()
    for name in sources():
        digest.update(f"{name}\0".encode() + (UI / name).read_bytes() + b"\0")
    found = re.search(r'<meta name="fj-sources" content="(\w+)">', page.read_text())
    assert found is not None
    assert found[1] == digest.hexdigest(), f"{page.name} is stale: {REBUILD}"


def test_the_shortlist_is_one_small_file_that_loads_nothing() -> None:
    html = SHORTLIST.read_text()
    assert len(html.encode()) < 300_000
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", html)
    style = re.search(r"<style>(.+)</style>", html)
    assert style is not None
    assert not re.search(r"@import|url\(", style[1])
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|EventSource)\(", script_of_ours())


def test_no_text_is_ever_parsed_as_markup() -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|eval\(", script_of_ours()
    )


def test_the_same_sources_build_the_same_page() -> None:
    """The dependencies that end up in the pages are pinned; those that only check them are not."""
    package = json.loads((UI / "package.json").read_text())
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", v) for v in package["dependencies"].values())
    assert all(re.fullmatch(r"\^\d+\.\d+\.\d+", v) for v in package["devDependencies"].values())


def test_the_pages_types_are_those_of_the_servers_results() -> None:
    script = ROOT / "scripts" / "page_types.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"],
        env=CLEAN | {"PYTHONPATH": str(ROOT)},
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def script_of_ours() -> str:
    return "\n".join(path.read_text() for path in (UI / "src").glob("*.ts"))
