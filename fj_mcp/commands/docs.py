"""The generated documentation: Markdown pages of filters and tools, from their declarations."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mcp.server.mcpserver.tools import Tool

from fj_mcp.filters.reference import NOTICE, cell, filters_page
from fj_mcp.server.catalog import list_tools
from fj_mcp.settings.settings import Settings

_START = "<!-- tools: start -->"
_END = "<!-- tools: end -->"


def write_docs(folder: Path) -> list[Path]:
    """Regenerate `docs/` and the README's tool table in `folder`; returns the changed files."""
    changed = []
    for path, text in documents(folder).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def documents(folder: Path) -> dict[Path, str]:
    """Every generated file of the project in `folder`, with its expected text."""
    readme = folder / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(_START)
    _, _, after = rest.partition(_END)
    table = "\n".join(_tool_table())
    return {
        folder / "docs" / "filters.md": filters_page(),
        folder / "docs" / "tools.md": tools_page(),
        readme: f"{before}{_START}\n{table}\n{_END}{after}",
    }


def tools_page() -> str:
    """The tool reference, as Markdown."""
    lines = ["# Tools", "", NOTICE, ""]
    for tool in list_tools(Settings()):
        lines += [
            f"## `{tool.name}`",
            "",
            f"*{tool.title}.* {'Free.' if not tool.costs else 'Costs credits.'}",
            "",
            tool.description,
            "",
            "| Parameter | Type | Required | Meaning |",
            "|---|---|---|---|",
            *_parameters(tool),
            "",
            f"Result: {_fields(tool.output_schema or {})}",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _tool_table() -> Iterable[str]:
    yield "| Tool | What it does | Cost |"
    yield "|---|---|---|"
    for tool in list_tools(Settings()):
        cost = "credits" if tool.costs else "free"
        yield f"| [`{tool.name}`](docs/tools.md#{tool.name}) | {tool.title} | {cost} |"


def _parameters(tool: Tool) -> Iterable[str]:
    required = tool.parameters.get("required", [])
    for name, schema in tool.parameters["properties"].items():
        kind = "[filters](filters.md)" if name == "filters" else _kind(schema)
        needed = "yes" if name in required else "no"
        yield f"| `{name}` | {kind} | {needed} | {cell(schema.get('description', ''))} |"


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("type", "object"))


def _fields(schema: dict[str, Any]) -> str:
    names = []
    for name, field in schema["properties"].items():
        inner = field.get("items", {}).get("properties")
        parts = f" (each: {', '.join(f'`{part}`' for part in inner)})" if inner else ""
        names.append(f"`{name}`{parts}")
    return ", ".join(names)
