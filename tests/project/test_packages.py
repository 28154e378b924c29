"""What `pip install` gets: the source package, the wheel, and the wheel without any extra."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from fj_mcp import __version__
from tests.support.repository import ROOT

pytestmark = [pytest.mark.xdist_group("packages"), pytest.mark.unmeasured]

UV = os.environ.get("UV") or shutil.which("uv") or ""

IMPORT_ALL = """
import importlib, json, pkgutil, fj_mcp
missing = {}
for module in pkgutil.walk_packages(fj_mcp.__path__, "fj_mcp."):
    if module.name != "fj_mcp.__main__":
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            missing[module.name] = error.name
print(json.dumps({"place": fj_mcp.__path__[0], "missing": missing}))
"""


def run(*command: str | Path) -> str:
    """The output of a command that knows nothing of this clone and its environment."""
    # With the machine's own network: packages come from a registry, if not from the cache.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FJ_", "COV")) and name != "VIRTUAL_ENV"
    }
    done = subprocess.run(
        command,
        cwd=Path(sys.prefix).anchor,
        env=environment,
        check=False,
        timeout=300,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source package, and the wheel that was built from it."""
    if not UV:
        pytest.skip("needs uv")
    folder = tmp_path_factory.mktemp("packages")
    run(UV, "build", "--quiet", "--no-create-gitignore", "--out-dir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment in which only the wheel was installed."""
    environment = tmp_path_factory.mktemp("installed") / "venv"
    (wheel,) = packages.glob("*.whl")
    run(UV, "venv", "--quiet", "--python", sys.executable, environment)
    run(UV, "pip", "install", "--quiet", "--python", environment, wheel)
    return environment / ("Scripts" if os.name == "nt" else "bin")


def of_the_package() -> set[str]:
    """The files of `fj_mcp` that a user needs."""
    files = (ROOT / "fj_mcp").rglob("*")
    kept = {path for path in files if path.is_file() and path.suffix != ".pyc"}
    return {path.relative_to(ROOT).as_posix() for path in kept}


def test_the_source_package_holds_the_listed_files_and_nothing_else(packages: Path) -> None:
    (archive,) = packages.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    # The build adds the first two by itself.
    others = {"PKG-INFO", ".gitignore", "pyproject.toml", "README.md", "LICENSE"}
    assert names == of_the_package() | others


def test_the_wheel_holds_the_package_with_its_page_and_its_types(packages: Path) -> None:
    (archive,) = packages.glob("*.whl")
    with zipfile.ZipFile(archive) as opened:
        names = set(opened.namelist())
    about = {name for name in names if name.startswith(f"fj_mcp-{__version__}.dist-info/")}
    assert names - about == of_the_package()
    assert "fj_mcp/py.typed" in names
    assert any(name.endswith("/app/shortlist.html") for name in names)


def test_the_page_of_the_package_has_no_link_that_leads_nowhere(packages: Path) -> None:
    (archive,) = packages.glob("*.whl")
    with zipfile.ZipFile(archive) as opened:
        metadata = opened.read(f"fj_mcp-{__version__}.dist-info/METADATA").decode()
    headers, _, page = metadata.partition("\n\n")
    assert "Project-URL: Homepage, https://" in headers
    assert page.lstrip().startswith("# fj-mcp")
    assert "`export_profiles`" in page
    places = re.findall(r"\]\(([^)]*)\)|(?:src|href)=\"([^\"]*)\"", page)
    assert all("".join(place).startswith("https://") for place in places)


def test_every_module_loads_without_extras_but_that_for_postgresql(installed: Path) -> None:
    found = json.loads(run(installed / "python", "-c", IMPORT_ALL))
    assert Path(found["place"]).is_relative_to(installed.parent)
    assert set(found["missing"].values()) == {"psycopg"}
    assert len(found["missing"]) == 1


def test_the_command_starts_without_extras(installed: Path) -> None:
    assert run(installed / "fj-mcp", "--version").strip() == __version__
    assert "--job-description" in run(installed / "fj-mcp", "demo", "--help")
