"""plugin/ agrees with the package; its skills and commands follow the rules of their formats."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from fj_mcp.server.catalog import list_tools
from fj_mcp.settings.settings import Settings, read_settings
from tests.support.processes import CLEAN
from tests.support.repository import ROOT

PLUGIN = ROOT / "plugin"
SKILLS = sorted(PLUGIN.glob("skills/*/SKILL.md"))
COMMANDS = sorted(PLUGIN.glob("commands/*.md"))

CLIENTS = os.environ.get("FJ_TEST_CLIENTS", "")
"""A folder with Claude Code from npm, or anything else for the one on the PATH."""

CLAUDE = shutil.which("claude", path=f"{CLIENTS}/node_modules/.bin{os.pathsep}{os.environ['PATH']}")


def test_the_generated_files_are_current(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "plugin.py"), str(tmp_path)],
        env=CLEAN | {"PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
        capture_output=True,
    )
    made = {
        path.relative_to(tmp_path): path.read_text(encoding="utf-8")
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    kept = {path: (PLUGIN / path).read_text(encoding="utf-8") for path in made}
    assert made == kept, "run: uv run python scripts/plugin.py"
    assert {PLUGIN / path for path in made if path.name == "SKILL.md"} == set(SKILLS)


def head_and_body(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return YAML(typ="safe").load(head), body


@pytest.mark.parametrize("path", SKILLS, ids=lambda path: path.parent.name)
def test_a_skill_follows_the_rules_of_the_format(path: Path) -> None:
    """agentskills.io, the specification."""
    head, body = head_and_body(path)
    assert head.keys() == {"name", "description"}
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", head["name"])
    assert head["name"] == path.parent.name
    assert len(head["name"]) <= 64
    assert 1 <= len(head["description"]) <= 1024
    # Models choose a skill by it.
    assert " Use when the user " in head["description"]
    assert len(body.splitlines()) < 500


@pytest.mark.parametrize("path", SKILLS, ids=lambda path: path.parent.name)
def test_a_skill_has_placeholders_where_the_prompt_has_values(path: Path) -> None:
    _, body = head_and_body(path)
    assert re.search(r"<[a-z_ ]+>", body)
    assert not re.search(r"0{24}|candidate-id\b", body)


def named_in(schema: Any) -> Iterator[str]:
    """The fields of a result, those of its parts too."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in schema.values():
            yield from named_in(part)


@pytest.mark.parametrize(
    "path", [*SKILLS, *COMMANDS], ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_every_tool_that_a_skill_or_command_names_exists(path: Path) -> None:
    tools = {tool.name: set(tool.parameters["properties"]) for tool in list_tools(Settings())}
    fields = {name for tool in list_tools(Settings()) for name in named_in(tool.output_schema)}
    text = path.read_text(encoding="utf-8")
    calls = re.findall(r"`(\w+)\(([^`]*)\)`", text)
    assert calls or path.name == "doctor.md"
    for name, given in calls:
        assert set(re.findall(r"(\w+)(?=\s*[=,]|\s*$)", given)) <= tools[name]
    for word in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text):
        assert word in {*tools, *fields}, word


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_a_command_says_what_it_does(path: Path) -> None:
    head, body = head_and_body(path)
    assert head["description"]
    assert body.strip()
    assert ("$ARGUMENTS" in body) == ("argument-hint" in head)


def test_the_form_of_the_plugin_gives_valid_settings() -> None:
    manifest = json.loads((PLUGIN / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    (server,) = json.loads((PLUGIN / ".mcp.json").read_text(encoding="utf-8"))[
        "mcpServers"
    ].values()
    form = manifest["userConfig"]
    assert server["env"] == {f"FJ_{name.upper()}": f"${{user_config.{name}}}" for name in form}
    assert [name for name in form if form[name].get("sensitive")] == ["api_key"]
    left_as_it_is = {f"FJ_{name.upper()}": str(field["default"]) for name, field in form.items()}
    assert read_settings(left_as_it_is, Path("/nowhere")) == Settings()


def test_this_repository_is_a_source_of_the_plugin() -> None:
    market = json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_text(encoding="utf-8"))
    manifest = json.loads((PLUGIN / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))
    (entry,) = market["plugins"]
    assert (ROOT / entry["source"]).resolve() == PLUGIN
    assert entry["name"] == manifest["name"]
    readme = (PLUGIN / "README.md").read_text(encoding="utf-8")
    assert f"claude plugin install {entry['name']}@{market['name']}" in readme


@pytest.mark.skipif(CLAUDE is None, reason="needs Claude Code")
@pytest.mark.parametrize("folder", [PLUGIN, ROOT], ids=["plugin", "marketplace"])
def test_claude_code_accepts_the_plugin(folder: Path, tmp_path: Path) -> None:
    assert CLAUDE is not None
    done = subprocess.run(
        [CLAUDE, "plugin", "validate", str(folder)],
        env=CLEAN | {"HOME": str(tmp_path), "NO_COLOR": "1", "DISABLE_AUTOUPDATER": "1"},
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert "Validation passed" in done.stdout
    assert "warning" not in done.stdout.lower()
