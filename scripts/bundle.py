"""Build dist/fj-mcp-<version>.mcpb, which Claude Desktop installs with a click.

    uv run python scripts/bundle.py [FOLDER]

The manifest is mcpb/manifest.json with what the package knows better filled in: version, tools,
and the kind, default and secrecy of each setting. The same sources and the same Python give the
same bytes, so the checksum that is printed can be published.
"""

import hashlib
import json
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, get_args

import tomlkit
from pydantic import SecretStr

from fj_mcp import __version__
from fj_mcp.server.catalog import list_tools
from fj_mcp.settings.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def manifest() -> dict[str, Any]:
    """The manifest of the bundle, in format 0.4."""
    template: dict[str, Any] = json.loads(
        (ROOT / "mcpb" / "manifest.json").read_text(encoding="utf-8")
    )
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    settings = {name: words | form(name) for name, words in template["user_config"].items()}
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


def form(name: str) -> dict[str, Any]:
    """How Claude Desktop asks for a setting: type, default, and whether it is secret."""
    field = Settings.model_fields[name]
    if field.annotation is bool:
        return {"type": "boolean", "required": False, "default": field.default}
    # What has no default is left as it is written in `env`, so nothing must be said to be nothing.
    asked = {"type": "string", "required": False, "default": field.default or ""}
    return asked | ({"sensitive": True} if is_secret(field.annotation) else {})


def is_secret(annotation: Any) -> bool:
    """Whether a setting of this type must not be shown."""
    return annotation is SecretStr or any(map(is_secret, get_args(annotation)))


def project() -> str:
    """pyproject.toml without the tools of development, which the host would install too."""
    document = tomlkit.parse((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    document.pop("dependency-groups", None)
    tools = document["tool"]
    for name in [name for name in tools if name != "hatch"]:
        tools.remove(name)
    return tomlkit.dumps(document)


def contents() -> dict[str, bytes]:
    """Every file of the bundle, by its name in there."""
    files = {
        "manifest.json": json.dumps(manifest(), indent=2, ensure_ascii=False).encode(),
        "pyproject.toml": project().encode(),
        "main.py": (ROOT / "mcpb" / "main.py").read_bytes(),
    }
    for name in ("README.md", "LICENSE"):
        files[name] = (ROOT / name).read_bytes()
    for path in (ROOT / "fj_mcp").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    return files


def build(folder: Path) -> Path:
    """Write the bundle into a folder; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    bundle = folder / f"fj-mcp-{__version__}.mcpb"
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(contents().items()):
            about = zipfile.ZipInfo(name, LONG_AGO)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            archive.writestr(about, content)
    return bundle


if __name__ == "__main__":
    made = build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist")
    print(made)
    print(f"sha256 {hashlib.sha256(made.read_bytes()).hexdigest()}")
