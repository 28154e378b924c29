"""The README, the registry entry and the generated docs agree with the code."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from fj_mcp import __version__
from fj_mcp.commands.docs import documents
from fj_mcp.settings.settings import Settings
from tests.support.repository import ROOT


@pytest.mark.parametrize("path", documents(ROOT), ids=lambda path: path.name)
def test_generated_documents_are_current(path: Path) -> None:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == documents(ROOT)[path], "run: uv run fj-mcp docs"


@pytest.fixture
def registry_entry() -> dict[str, Any]:
    entry: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    return entry


def test_the_registry_entry_keeps_the_registrys_rules(registry_entry: dict[str, Any]) -> None:
    """The rules of the registry's schema of 2025-12-11 that concern this server."""
    assert registry_entry["$schema"].endswith("/2025-12-11/server.schema.json")
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", registry_entry["name"])
    assert 3 <= len(registry_entry["name"]) <= 200
    assert 1 <= len(registry_entry["description"]) <= 100
    assert 1 <= len(registry_entry["title"]) <= 100
    assert registry_entry["version"] == __version__
    for package in registry_entry["packages"]:
        assert package["transport"]["type"] in ("stdio", "streamable-http")
        names = {variable["name"] for variable in package["environmentVariables"]}
        assert names <= {f"FJ_{name.upper()}" for name in Settings.model_fields}
        (key,) = (v for v in package["environmentVariables"] if v["name"] == "FJ_API_KEY")
        assert key["isSecret"] is True
        for variable in package["environmentVariables"]:
            assert variable["description"]
            assert variable["format"] in ("string", "number", "boolean", "filepath")


def package_in(entry: dict[str, Any], kind: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [p for p in entry["packages"] if p["registryType"] == kind]
    (package,) = found
    return package


def test_the_registry_entry_names_the_package_that_the_project_builds(
    registry_entry: dict[str, Any],
) -> None:
    assert {package["registryType"] for package in registry_entry["packages"]} == {"pypi", "oci"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    package = package_in(registry_entry, "pypi")
    assert (package["identifier"], package["version"]) == (project["name"], __version__)
    # The registry reads an image's version from its tag, and takes no other.
    image = package_in(registry_entry, "oci")
    where, tag = image["identifier"].split(":")
    assert tag == __version__
    assert re.fullmatch(rf"(docker|ghcr|quay)\.io/[a-z0-9-]+/{project['name']}", where)
    assert "version" not in image


def test_the_registry_entry_starts_the_image_as_its_dockerfile_means(
    registry_entry: dict[str, Any],
) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    image = package_in(registry_entry, "oci")
    assert image["runtimeHint"] == "docker"
    (volume,) = image["runtimeArguments"]
    (kept,) = re.findall(r"^VOLUME (\S+)$", dockerfile, re.MULTILINE)
    assert (volume["type"], volume["name"]) == ("named", "--volume")
    assert volume["value"].split(":")[1:] == [kept]
    # What is set inside would only be broken from outside.
    inside = re.findall(r"(FJ_\w+)=", dockerfile)
    variables = package_in(registry_entry, "pypi")["environmentVariables"]
    asked = [variable for variable in variables if variable["name"] not in inside]
    assert image["environmentVariables"] == asked


def test_the_readme_proves_the_registry_name_and_stays_short(
    registry_entry: dict[str, Any],
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"mcp-name: {registry_entry['name']}" in readme
    assert len(readme.splitlines()) <= 150


def test_the_readmes_two_commands_need_no_more_than_python_and_pip() -> None:
    """scripts/try-readme.sh runs them on a machine whose Python takes no packages."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block, *_) = re.findall(r"^```sh\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    demo, tests = (line.partition("#")[0].strip() for line in block.splitlines())
    # A folder of its own is what a Python that the system manages allows.
    get_uv, run_demo = demo.split(" && ")
    assert get_uv == "python3 -m pip install --target .uv uv"
    # The tools of development are twice as large as everything else.
    assert run_demo == ".uv/bin/uv run --no-dev fj-mcp demo"
    assert tests == ".uv/bin/uv run pytest"
    assert ".uv/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "`py -m pip install --target .uv uv`" in readme
    assert "`.uv\\bin\\uv run --no-dev fj-mcp demo`" in readme


def test_one_file_of_tests_passes_by_itself_and_all_together_are_measured() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # A floor for all tests is missed by each of them.
    assert "--cov" not in project["tool"]["pytest"]["ini_options"]["addopts"]
    assert project["tool"]["coverage"]["report"]["fail_under"] >= 95
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    (measured,) = (line for line in checks if "--cov" in line)
    assert measured.startswith("uv run pytest --cov ")


def test_all_that_is_promised_of_purchases_and_decisions_is_checked_on_postgres_too() -> None:
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    decisions = "tests/server/test_{reviews,forgetting,hand_off,shared_memory}.py"
    assert f"FJ_TEST_LEDGER=postgres uv run pytest tests/purchases {decisions}" in checks


def test_the_checks_need_no_more_than_python_and_pip() -> None:
    """Their first lines, on a machine without uv and with a Python that takes no packages."""
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    (get_uv,) = (line for line in lines if "pip install" in line)
    assert get_uv.endswith("python3 -m pip install --quiet --target .uv uv")
    assert any(line.startswith("export PATH=") and "/.uv/bin" in line for line in lines)


def test_every_python_that_the_package_is_for_is_tested_on_every_system() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    workflow = YAML(typ="safe").load(ROOT / ".github" / "workflows" / "ci.yml")
    linux, elsewhere = workflow["jobs"]["linux"], workflow["jobs"]["elsewhere"]
    versions = linux["strategy"]["matrix"]["python"]
    assert project["requires-python"] == f">={versions[0]}"
    assert linux["runs-on"] == "ubuntu-latest"
    assert elsewhere["strategy"]["matrix"] == {
        "os": ["macos-latest", "windows-latest"],
        "python": versions,
    }
    newcomer = workflow["jobs"]["newcomer"]["strategy"]["matrix"]["include"]
    assert [one["os"] for one in newcomer] == ["ubuntu-latest", "macos-latest", "windows-latest"]
    assert ".uv\\bin\\uv run --no-dev fj-mcp demo" in newcomer[-1]["run"]
    script = (ROOT / "scripts" / "test-pythons.sh").read_text(encoding="utf-8")
    assert f"for version in {' '.join(versions)}; do" in script


def test_nothing_tells_anybody_to_run_a_package_by_its_name_alone() -> None:
    """Nobody has published one, so whoever does first would be handed the keys."""
    by_name = re.compile(
        r"(uvx|pipx run)( -\S+( [\w.-]+)?)* fj-mcp"
        r"|(\binstall|--from|--with) ['\"]?fj-mcp(?!@fj-mcp)|fj-mcp\[\w"
    )
    files = [*ROOT.iterdir()]
    for folder in (
        *(".ci", ".claude-plugin", ".github", "bench", "deploy", "docs", "fj_mcp", "mcpb"),
        *("plugin", "scripts"),
    ):
        files += (ROOT / folder).rglob("*")
    # The project names itself where it says which of its extras its tests need (pyproject.toml).
    no_text = (".pyc", ".png", ".html", ".lock", ".mcpb", ".toml")
    for path in files:
        if path.is_file() and path.suffix not in no_text and ".coverage" not in path.name:
            found = by_name.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path}: {found}"


def test_a_source_package_holds_what_is_named_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = {
        path
        for pattern in project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
        for path in ROOT.glob(pattern.removeprefix("/"))
    }
    kept = [p for p in (ROOT / "fj_mcp").rglob("*") if p.is_file() and p.suffix != ".pyc"]
    assert packed == {*kept, ROOT / "README.md"}
    assert ROOT / "fj_mcp" / "py.typed" in packed


def test_a_release_has_the_bundle_for_people_without_a_terminal() -> None:
    workflow = YAML(typ="safe").load(ROOT / ".github" / "workflows" / "release.yml")
    jobs = workflow["jobs"]
    run = [step.get("run", "") for step in jobs["build"]["steps"]]
    assert "uv run --no-dev python scripts/bundle.py dist" in run
    kept = [
        step["with"]["path"] for step in jobs["build"]["steps"] if "path" in step.get("with", {})
    ]
    assert any("dist/" in paths for paths in kept)
    released = " ".join(step.get("run", "") for step in jobs["github"]["steps"])
    assert "gh release create" in released
    assert "dist/*" in released
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    # Before anything that needs a terminal.
    assert 0 < readme.index("`.mcpb`") < readme.index("```sh")


def test_the_changelog_names_the_version_that_is_being_built() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[({re.escape(__version__)}|Unreleased)\]", changelog, re.MULTILINE)
    assert __version__ in changelog
