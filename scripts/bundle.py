"""Build dist/fj-mcp-<version>.mcpb, which Claude Desktop installs with one click.

    uv run python scripts/bundle.py [FOLDER]

The manifest is mcpb/manifest.json, completed from the package: version, tools, and the type,
default and secrecy of each setting. The same sources and the same Python give the same bytes, so
the printed checksum can be published.
"""

import hashlib
import json
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import tomlkit
from arguments import folder_argument
from form_fields import form_field

from fj_mcp import __version__
from fj_mcp.server.catalog import list_tools
from fj_mcp.settings.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EARLIEST_TIME = (1980, 1, 1, 0, 0, 0)


def manifest() -> dict[str, Any]:
    """The bundle's manifest, in format 0.4."""
    template: dict[str, Any] = json.loads(
        (ROOT / "mcpb" / "manifest.json").read_text(encoding="utf-8")
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    settings = {name: texts | form_field(name) for name, texts in template["user_config"].items()}
    environment = {f"FJ_{name.upper()}": f"${{user_config.{name}}}" for name in settings}
    server = template["server"]
    compatibility = template["compatibility"] | {"runtimes": {"python": project["requires-python"]}}
    return template | {
        "name": project["name"],
        "version": __version__,
        "description": project["description"],
        "license": project["license"],
        "keywords": project["keywords"],
        "server": server | {"mcp_config": server["mcp_config"] | {"env": environment}},
        "tools": [
            {"name": tool.name, "description": tool.title} for tool in list_tools(Settings())
        ],
        "compatibility": compatibility,
        "user_config": settings,
    }


def pyproject() -> str:
    """pyproject.toml without the development dependencies, which the host would install too."""
    document = tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    document.pop("dependency-groups", None)
    tools = document["tool"]
    for name in [name for name in tools if name != "hatch"]:
        tools.remove(name)
    return tomlkit.dumps(document)


def contents() -> dict[str, bytes]:
    """Every file of the bundle, by its name in the archive."""
    files = {
        "manifest.json": json.dumps(manifest(), indent=2, ensure_ascii=False).encode(),
        "pyproject.toml": pyproject().encode(),
        "main.py": (ROOT / "mcpb" / "main.py").read_bytes(),
    }
    for name in ("README.md", "LICENSE"):
        files[name] = (ROOT / name).read_bytes()
    for path in (ROOT / "fj_mcp").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    return files


def build(folder: Path) -> Path:
    """Write the bundle to a folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = folder / f"fj-mcp-{__version__}.mcpb"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(contents().items()):
            about = zipfile.ZipInfo(name, EARLIEST_TIME)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, content)
    return bundle


if __name__ == "__main__":
    made = build(folder_argument(__doc__) or ROOT / "dist")
    print(made)
    print(f"sha256 {hashlib.sha256(made.read_bytes()).hexdigest()}")
