"""The assistants that `fj-mcp install` supports: the location and format of their configurations.

Sources (read in November 2026, and tried with the newest clients where noted):

- Claude Code: `~/.claude.json`, or that file in `CLAUDE_CONFIG_DIR`; `mcpServers` in it is the user
  scope of `claude mcp add-json`. Seen with @anthropic-ai/claude-code 2.1.197.
- Claude Desktop: modelcontextprotocol.io, "Connect to local MCP servers", for macOS and Windows. An
  installation as a Windows package has its own copy of `%APPDATA%`, below
  `%LOCALAPPDATA%\\Packages\\Claude_…\\LocalCache\\Roaming`, which hides the general one. On Linux
  it follows Electron: `$XDG_CONFIG_HOME/Claude`.
- Cursor: cursor.com/docs, "Model Context Protocol" (`~/.cursor/mcp.json`).
- VS Code: code.visualstudio.com/docs, "MCP configuration reference": `mcp.json` in the folder of
  the user's profile, with `servers`.
- Codex: developers.openai.com/codex/mcp: `[mcp_servers.…]` in `config.toml` of `CODEX_HOME`, and a
  server is given up after 10 seconds unless `startup_timeout_sec` says more. Seen with
  @openai/codex 0.169.0.
- Gemini CLI: google-gemini/gemini-cli, docs/tools/mcp-server.md: `~/.gemini/settings.json`, JSON
  with comments but no comma before a closing bracket. Seen with @google/gemini-cli 0.61.0.
- Goose: aaif-goose/goose, documentation/docs/guides/config-files.md, and `ExtensionConfig::Stdio`
  of crates/goose/src/agents/extension.rs. Its folder is the XDG one on macOS too.
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fj_mcp.commands.install.config_files import Kind

NAME = "fj-mcp"
"""The server's name in every configuration."""

KEY_PLACEHOLDER = "fjk_…"
"""A placeholder for the key; the server recognizes it and says what to set."""


@dataclass(frozen=True)
class Machine:
    """The places to look for configurations: a platform as in `sys.platform`, and a home folder."""

    platform: str
    home: Path
    environment: Mapping[str, str]

    @classmethod
    def this(cls, environment: Mapping[str, str]) -> "Machine":
        """The machine that this process runs on."""
        return cls(sys.platform, Path.home(), environment)

    def folder(self, variable: str, otherwise: str) -> Path:
        """The folder named by an environment variable, or else `otherwise` in the home folder."""
        named = self.environment.get(variable)
        return Path(named) if named else self.home / otherwise

    def application(self, name: str) -> Path:
        """The settings folder of an Electron application."""
        if self.platform == "darwin":
            return self.home / "Library/Application Support" / name
        if self.platform == "win32":
            return self.folder("APPDATA", "AppData/Roaming") / name
        return self.folder("XDG_CONFIG_HOME", ".config") / name


@dataclass(frozen=True)
class Launch:
    """The command that starts the server, with the environment variables to add."""

    command: str
    args: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


_REMOTE = re.compile(
    r"(?i).*(url|uri)|tcp|type|transport|.*headers|.*bearer.*|.*oauth.*|auth.*|scopes"
)
"""Names of settings that configure a remote server, at a URL."""


@dataclass(frozen=True)
class Assistant:
    """One assistant.

    Attributes:
        title: its display name.
        file: finds its configuration file on a machine.
        kind: the format of that file.
        path: the names of the nested tables, down to this server's entry.
        command, environment: the names of two settings in the entry.
        fixed: settings that the entry always has.
        first: settings that only a new entry gets; the user may change them.
        afterwards: a sentence that tells the user what to do next.
    """

    title: str
    file: Callable[[Machine], Path]
    kind: Kind
    path: tuple[str, ...]
    afterwards: str
    command: str = "command"
    environment: str = "env"
    fixed: Mapping[str, Any] = field(default_factory=dict)
    first: Mapping[str, Any] = field(default_factory=dict)

    def entry(self, launch: Launch, now: Mapping[str, Any]) -> dict[str, Any]:
        """The settings to write, given the entry's current ones, if any."""
        wanted = dict(self.fixed)
        wanted[self.command] = launch.command
        wanted["args"] = list(launch.args)
        if not now:
            wanted |= self.first
        wanted[self.environment] = dict(launch.environment)
        return wanted

    def left_over(self, now: Mapping[str, Any]) -> set[str]:
        """Settings of a remote server to remove, so that the entry starts a local one.

        Assistants that find both in an entry use the URL, or do not start at all.
        """
        remote = now.get("type", "stdio") != "stdio" or any(
            name.lower().endswith(("url", "uri")) or name == "tcp" for name in now
        )
        return {name for name in now if remote and _REMOTE.fullmatch(name)} - self.fixed.keys()


def _claude_desktop(machine: Machine) -> Path:
    packages = machine.folder("LOCALAPPDATA", "AppData/Local") / "Packages"
    packaged = sorted(packages.glob("Claude_*/LocalCache/Roaming/Claude"))
    folder = packaged[0] if machine.platform == "win32" and packaged else None
    return (folder or machine.application("Claude")) / "claude_desktop_config.json"


def _goose(machine: Machine) -> Path:
    if machine.platform == "win32":
        return machine.application("Block") / "goose/config/config.yaml"
    return machine.folder("XDG_CONFIG_HOME", ".config") / "goose/config.yaml"


ASSISTANTS: Mapping[str, Assistant] = {
    "claude-code": Assistant(
        title="Claude Code",
        file=lambda machine: machine.folder("CLAUDE_CONFIG_DIR", "") / ".claude.json",
        kind="JSON",
        path=("mcpServers", NAME),
        fixed={"type": "stdio"},
        afterwards="Start a new session; `claude mcp list` shows the connection.",
    ),
    "claude-desktop": Assistant(
        title="Claude Desktop",
        file=_claude_desktop,
        kind="JSON",
        path=("mcpServers", NAME),
        afterwards="Quit Claude Desktop and start it again.",
    ),
    "cursor": Assistant(
        title="Cursor",
        file=lambda machine: machine.home / ".cursor/mcp.json",
        kind="JSON",
        path=("mcpServers", NAME),
        afterwards="Cursor shows it under Settings, MCP.",
    ),
    "vscode": Assistant(
        title="VS Code",
        file=lambda machine: machine.application("Code") / "User/mcp.json",
        kind="JSON",
        path=("servers", NAME),
        fixed={"type": "stdio"},
        afterwards="Run the command MCP: List Servers to start it.",
    ),
    "codex": Assistant(
        title="Codex",
        file=lambda machine: machine.folder("CODEX_HOME", ".codex") / "config.toml",
        kind="TOML",
        path=("mcp_servers", NAME),
        first={"startup_timeout_sec": 30},
        afterwards="Start a new session; /mcp shows the connection.",
    ),
    "gemini": Assistant(
        title="Gemini CLI",
        file=lambda machine: machine.folder("GEMINI_CLI_HOME", "") / ".gemini/settings.json",
        kind="JSON",
        path=("mcpServers", NAME),
        afterwards="Start a new session, in a folder that Gemini CLI trusts; in others it is off.",
    ),
    "goose": Assistant(
        title="Goose",
        file=_goose,
        kind="YAML",
        path=("extensions", NAME),
        command="cmd",
        environment="envs",
        fixed={"type": "stdio", "name": NAME, "enabled": True},
        first={"description": "Find and reach candidates with FutureJobs", "timeout": 300},
        afterwards="Start a new session.",
    ),
}
