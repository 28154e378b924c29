"""Write plugin/: the server, its workflows as skills, and the form for its settings.

    uv run python scripts/plugin.py [FOLDER]

The manifest comes from the package and from mcpb/manifest.json, and the skills are the server's
prompts, so that nothing is written twice. plugin/commands and plugin/README.md are written by hand.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import anyio
from arguments import folder_argument
from form_fields import form_field
from mcp import Client
from mcp_types import TextContent

from fj_mcp import __version__
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import Settings

ROOT = Path(__file__).resolve().parent.parent

ASKED = ("api_key", "sandbox")
"""The settings in the form that an assistant shows when the plugin is enabled."""

SESSION = "0" * 24
CANDIDATE = "candidate-id"

FILLED_IN = {
    SESSION: "<session_id>",
    CANDIDATE: "<candidate ids>",
    "10 candidates": "<number> candidates (10 if I do not say)",
    "Tone: warm": "Tone: <tone> (warm if I do not say)",
}
"""What stands in a skill for the example values of a prompt."""

SKILLS: dict[str, tuple[dict[str, str], str]] = {
    "source_candidates": (
        {"job_description": "<job description>"},
        "Use when the user has a job description or a role to fill and wants candidates.",
    ),
    "shortlist_report": (
        {"session_id": SESSION},
        "Use when the user wants to present, summarize or report the candidates of a search.",
    ),
    "outreach_drafts": (
        {"session_id": SESSION, "candidates": CANDIDATE},
        "Use when the user wants to write to candidates of a search.",
    ),
    "refine_search": (
        {"session_id": SESSION, "what_was_wrong": "<what was wrong>"},
        "Use when the user says that a search found the wrong candidates, or too few.",
    ),
}
"""The prompts with example values, and when an assistant should follow each."""

INTRODUCTION = """\
Follow these steps with the tools of the MCP server fj-mcp. In them, "I" and "me" are the user.
Take what stands in angle brackets from the conversation or from `list_sessions`, and ask for what
is not there.
"""


def plugin_manifest() -> dict[str, Any]:
    """.claude-plugin/plugin.json."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bundle: dict[str, Any] = json.loads(
        (ROOT / "mcpb" / "manifest.json").read_text(encoding="utf-8")
    )
    return {
        "name": project["name"],
        "version": __version__,
        "description": project["description"],
        "author": bundle["author"],
        "homepage": bundle["homepage"],
        "license": project["license"],
        "keywords": project["keywords"],
        "userConfig": {name: bundle["user_config"][name] | form_field(name) for name in ASKED},
    }


def servers() -> dict[str, Any]:
    """.mcp.json: the installed command, with the settings of the form."""
    environment = {f"FJ_{name.upper()}": f"${{user_config.{name}}}" for name in ASKED}
    return {"mcpServers": {"fj-mcp": {"command": "fj-mcp", "env": environment}}}


async def skills() -> dict[str, str]:
    """Each skill by its name, made from the prompts as the server sends them."""
    made = {}
    async with Client(build_server(Settings(sandbox=True))) as client:
        for prompt in (await client.list_prompts()).prompts:
            values, when = SKILLS[prompt.name]
            content = (await client.get_prompt(prompt.name, values)).messages[0].content
            assert isinstance(content, TextContent)
            text = content.text
            for value, placeholder in FILLED_IN.items():
                text = text.replace(value, placeholder)
            name = prompt.name.replace("_", "-")
            about = f"{' '.join((prompt.description or '').split())} {when}"
            head = f"---\nname: {name}\ndescription: {json.dumps(about)}\n---\n"
            made[name] = f"{head}\n# {prompt.title}\n\n{INTRODUCTION}\n{text}\n"
    return made


def files() -> dict[str, str]:
    """Every generated file, by its path in the plugin."""
    made = {
        ".claude-plugin/plugin.json": f"{json.dumps(plugin_manifest(), indent=2)}\n",
        ".mcp.json": f"{json.dumps(servers(), indent=2)}\n",
    }
    texts = anyio.run(skills)
    return made | {f"skills/{name}/SKILL.md": text for name, text in texts.items()}


if __name__ == "__main__":
    folder = folder_argument(__doc__) or ROOT / "plugin"
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)
