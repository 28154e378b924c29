"""The packages other programs install the server from: the bundle and the image."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from fj_mcp import __version__
from fj_mcp.server.catalog import list_tools
from fj_mcp.settings.settings import Settings, read_settings
from tests.support.processes import CLEAN
from tests.support.repository import ROOT

pytestmark = pytest.mark.xdist_group("bundles")


MANIFEST_FIELDS = {
    *("$schema", "manifest_version", "name", "display_name", "version", "description"),
    *("long_description", "author", "repository", "homepage", "documentation", "support", "icon"),
    *("icons", "screenshots", "localization", "server", "tools", "tools_generated", "prompts"),
    *("prompts_generated", "keywords", "license", "privacy_policies", "compatibility"),
    *("user_config", "_meta"),
}
"""The fields that format 0.4 allows: modelcontextprotocol/mcpb, src/schemas/0.4.ts."""

SETTING_FIELDS = {
    *("type", "title", "description", "required", "default", "multiple", "sensitive", "min", "max"),
}


def readme_of(project: dict[str, Any]) -> str:
    """The file that the page of the package is made of."""
    hook = project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    (fragment,) = hook["fragments"]
    return str(fragment["path"])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a new bundle."""
    folder = tmp_path_factory.mktemp("bundle")
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "bundle.py"), str(folder)],
        env=CLEAN | {"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
        capture_output=True,
    )
    with zipfile.ZipFile(folder / f"fj-mcp-{__version__}.mcpb") as archive:
        entries = archive.infolist()
        # The same sources give the same bytes.
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())
        return {entry.filename: archive.read(entry) for entry in entries}


@pytest.fixture(scope="module")
def manifest(bundle: dict[str, bytes]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(bundle["manifest.json"])
    return read


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def registry_entry() -> dict[str, Any]:
    entry: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
    return entry


def test_the_manifest_follows_the_rules_of_its_format(
    manifest: dict[str, Any], bundle: dict[str, bytes]
) -> None:
    assert manifest["manifest_version"] == "0.4"
    assert manifest.keys() <= MANIFEST_FIELDS
    assert manifest["author"]["name"]
    server = manifest["server"]
    assert server.keys() == {"type", "entry_point", "mcp_config"}
    assert server["type"] == "uv"
    assert server["entry_point"] in bundle
    assert server["mcp_config"].keys() <= {"command", "args", "env"}
    assert all(setting.keys() <= SETTING_FIELDS for setting in manifest["user_config"].values())
    assert all(tool.keys() <= {"name", "description"} for tool in manifest["tools"])
    # Without the packages that the host installs itself.
    assert not [name for name in bundle if "venv" in name or name.startswith("server/lib")]


def test_the_manifest_agrees_with_the_package(
    manifest: dict[str, Any], project: dict[str, Any]
) -> None:
    assert manifest["version"] == __version__
    assert manifest["name"] == project["project"]["name"]
    assert manifest["license"] == project["project"]["license"]
    python = manifest["compatibility"]["runtimes"]["python"]
    assert python == project["project"]["requires-python"]
    tools = [(tool["name"], tool["description"]) for tool in manifest["tools"]]
    assert tools == [(tool.name, tool.title) for tool in list_tools(Settings())]


def test_the_settings_of_the_bundle_are_the_servers(
    manifest: dict[str, Any], registry_entry: dict[str, Any]
) -> None:
    asked = manifest["user_config"]
    environment = manifest["server"]["mcp_config"]["env"]
    assert environment == {f"FJ_{name.upper()}": f"${{user_config.{name}}}" for name in asked}
    packages = {package["registryType"]: package for package in registry_entry["packages"]}
    published = {v["name"]: v for v in packages["pypi"]["environmentVariables"]}
    assert environment.keys() <= published.keys()
    secret = {name for name in asked if asked[name].get("sensitive")}
    assert secret == {name for name in asked if published[f"FJ_{name.upper()}"].get("isSecret")}
    assert secret == {"api_key"}
    assert SecretStr.__name__ in str(Settings.model_fields["api_key"].annotation)
    # The host passes on every default in its form, as text. All of them must be valid.
    handed = {
        f"FJ_{name.upper()}": str(setting["default"]).lower() for name, setting in asked.items()
    }
    assert read_settings(handed, Path("/nowhere")) == Settings()


def test_the_bundle_has_the_whole_package_and_no_development_tools(
    bundle: dict[str, bytes], project: dict[str, Any]
) -> None:
    sources = [path for path in (ROOT / "fj_mcp").rglob("*") if path.suffix in (".py", ".html")]
    assert {path.relative_to(ROOT).as_posix() for path in sources} <= bundle.keys()
    assert not [name for name in bundle if "__pycache__" in name or name.startswith(("tests", "."))]
    inside = tomllib.loads(bundle["pyproject.toml"].decode())
    assert inside["project"] == project["project"]
    assert inside["build-system"] == project["build-system"]
    assert "dependency-groups" not in inside
    assert inside["tool"] == {"hatch": project["tool"]["hatch"]}
    named = [readme_of(inside), *inside["project"]["license-files"]]
    assert set(named) <= bundle.keys()


@pytest.fixture(scope="module")
def dockerfile() -> str:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def test_the_image_runs_the_command_as_an_ordinary_user(
    dockerfile: str, project: dict[str, Any], registry_entry: dict[str, Any]
) -> None:
    _, last = dockerfile.rsplit("\nFROM ", 1)
    (user,) = re.findall(r"^USER (\S+)$", last, re.MULTILINE)
    assert re.search(rf"useradd --uid [1-9]\d+ .*{user}", last)
    (entry,) = re.findall(r"^ENTRYPOINT (.+)$", last, re.MULTILINE)
    assert json.loads(entry) == list(project["project"]["scripts"])
    assert not re.search(r"^(CMD|HEALTHCHECK|EXPOSE)", dockerfile, re.MULTILINE)
    label = f'LABEL io.modelcontextprotocol.server.name="{registry_entry["name"]}"'
    assert label in last
    variables = set(re.findall(r"\b(FJ_\w+)=", last))
    assert variables <= {f"FJ_{name.upper()}" for name in Settings.model_fields}
    assert not re.search(r"FJ_API_KEY=", dockerfile)


def test_the_image_is_built_from_files_that_exist_and_one_short_name(
    dockerfile: str, project: dict[str, Any]
) -> None:
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert bases
    assert all(re.fullmatch(r"python:3\.\d+-slim", base) for base in bases)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    names = {name for line in copied for name in line.split()}
    assert all((ROOT / name).exists() for name in names)
    needed = {"pyproject.toml", readme_of(project), *project["project"]["license-files"]}
    assert names == needed | set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert {line[1:] for line in ignored if line.startswith("!")} == names


@pytest.mark.skipif("FJ_TEST_CLIENTS" not in os.environ, reason="needs npm; set FJ_TEST_CLIENTS=1")
@pytest.mark.parametrize("script", ["try_clients.py", "first_hours.py"])
def test_real_assistants_install_and_start_the_server(script: str) -> None:
    command = [sys.executable, str(ROOT / "scripts" / script)]
    if (clients := os.environ["FJ_TEST_CLIENTS"]) != "1":
        command.append(clients)
    done = subprocess.run(command, check=False, timeout=900, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
