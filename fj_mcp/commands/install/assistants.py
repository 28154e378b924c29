"""The assistants that `fj-mcp install` supports: the location and format of their configurations.

Sources (read in November 2026, and tried with the newest clients where noted):

- Claude Code: `~/.claude.json`, or that file in `CLAUDE_CONFIG_DIR`; `mcpServers` in it is the user
  scope of `claude mcp add-json`, on whose command line others could read the key. Running sessions
  change the file under a lock, a folder beside it (the package proper-lockfile). Seen with
  @anthropic-ai/claude-code 2.1.197.
- Claude Desktop: modelcontextprotocol.io, "Connect to local MCP servers", for macOS and Windows. An
  installation as a Windows package has its own copy of `%APPDATA%`, below
  `%LOCALAPPDATA%\\Packages\\Claude_…\\LocalCache\\Roaming`, which hides the general one. On Linux
  it follows Electron: `$XDG_CONFIG_HOME/Claude`. Remote servers are added
  under Customize, Connectors (support.claude.com, "Get started with custom connectors").
- Cursor: cursor.com/docs, "Model Context Protocol" (`~/.cursor/mcp.json`).
- VS Code, VS Code Insiders, VSCodium: code.visualstudio.com/docs, "MCP configuration reference":
  `mcp.json` in the folder of the user's profile, with `servers`.
- Codex: developers.openai.com/codex/mcp: `[mcp_servers.…]` in `config.toml` of `CODEX_HOME`, and a
  server is given up after 10 seconds unless `startup_timeout_sec` says more. Seen with
  @openai/codex 0.169.0.
- Gemini CLI: google-gemini/gemini-cli, docs/tools/mcp-server.md: `~/.gemini/settings.json`, JSON
  with comments but no comma before a closing bracket. Seen with @google/gemini-cli 0.61.0.
- Goose: aaif-goose/goose, documentation/docs/guides/config-files.md, and `ExtensionConfig::Stdio`
  of crates/goose/src/agents/extension.rs. Its folder is the XDG one on macOS too.
- Windsurf: docs.devin.ai/desktop/cascade/mcp: `~/.codeium/windsurf/mcp_config.json`, with
  `serverUrl`. Devin, its successor, reads `~/.config/devin/mcp_config.json` (docs.devin.ai/cli,
  "Configuration file"; `%APPDATA%\\devin` on Windows), with `url`.
- Antigravity: antigravity.google/docs/mcp, as speakeasy-api/gram and colbymchenry/codegraph cite
  it: `~/.gemini/config/mcp_config.json`, shared by the app, the IDE and the command `agy`, with
  `serverUrl`; an entry with a `type` is ignored. Versions before May 2026 read the file in
  `~/.gemini/antigravity`, which newer ones take over.
- Zed: zed.dev/docs/ai/mcp: `context_servers` in the settings file.
- Cline: docs.cline.bot/mcp/mcp-overview: one file for the extension and the command,
  `CLINE_MCP_SETTINGS_PATH` or `~/.cline/data/settings/cline_mcp_settings.json`. Older extensions
  read the one in VS Code's storage, which newer ones take over.
- Roo Code: docs.roocode.com/features/mcp/using-mcp-in-roo: `mcp_settings.json` in VS Code's
  storage; a URL needs a type.
- Continue: continuedev/continue, core/context/mcp/json/loadJsonMcpConfigs.ts: every JSON file in
  `mcpServers` of its folder, in the form of Claude Desktop.
- Junie: junie.jetbrains.com/docs/junie-cli-mcp-configuration.html: `~/.junie/mcp/mcp.json`, for the
  plugin and the command. AI Assistant documents no file; the entry is pasted into its settings.
- Kiro: kiro.dev/docs/mcp/configuration: `~/.kiro/settings/mcp.json`.
- OpenCode: opencode.ai/docs/mcp-servers, and "Migrate from V1", by which version 2 reads this form
  too. Seen with opencode-ai 1.18.33.
- Copilot CLI: docs.github.com, "Adding MCP servers for GitHub Copilot CLI": `mcp-config.json` in
  `COPILOT_HOME`, with the tools to allow.
- LM Studio: lmstudio.ai/docs/app/mcp: `~/.lmstudio/mcp.json`, in Cursor's form.
- Amp: ampcode.com/manual: `amp.mcpServers` in `~/.config/amp/settings.json` on every system.
- Warp: docs.warp.dev/agents/capabilities/mcp: `~/.warp/.mcp.json` on every system.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from fj_mcp.commands.install.assistant import NAME, Assistant
from fj_mcp.commands.install.machine import Machine


def _claude_desktop(machine: Machine) -> Path:
    folders = [machine.application("Claude")]
    if machine.platform == "win32":
        packages = machine.folder("LOCALAPPDATA", "AppData/Local") / "Packages"
        folders = sorted(packages.glob("Claude_*/LocalCache/Roaming/Claude")) + folders
    return folders[0] / "claude_desktop_config.json"


def _goose(machine: Machine) -> Path:
    if machine.platform == "win32":
        return machine.application("Block") / "goose/config/config.yaml"
    return machine.folder("XDG_CONFIG_HOME", ".config") / "goose/config.yaml"


def _below_config(machine: Machine, name: str) -> Path:
    """A folder of the XDG kind, which these assistants use on macOS too."""
    if machine.platform == "win32":
        return machine.application(name)
    return machine.folder("XDG_CONFIG_HOME", ".config") / name


def _antigravity(machine: Machine) -> Path:
    file = machine.home / ".gemini/config/mcp_config.json"
    older = machine.home / ".gemini/antigravity/mcp_config.json"
    return older if machine.has(older) and not machine.has(file) else file


def _cline(machine: Machine) -> Path:
    named = machine.environment.get("CLINE_MCP_SETTINGS_PATH")
    data = machine.folder("CLINE_DATA_DIR", ".cline/data")
    file = Path(named) if named else data / "settings/cline_mcp_settings.json"
    older = _storage(machine, "saoudrizwan.claude-dev") / "cline_mcp_settings.json"
    return older if machine.has(older) and not machine.has(file) else file


def _storage(machine: Machine, extension: str) -> Path:
    """Where an extension of VS Code keeps its settings."""
    return machine.application("Code") / "User/globalStorage" / extension / "settings"


def _first_of(folder: Path, *names: str) -> Path:
    """The first of some files that exists, or else the last one."""
    places = [folder / name for name in names]
    return next((place for place in places if Machine.has(place)), places[-1])


def _vscode(title: str, folder: str, program: str, *aliases: str) -> Assistant:
    return Assistant(
        title=title,
        file=lambda machine: machine.application(folder) / "User/mcp.json",
        path=("servers", NAME),
        fixed={"type": "stdio"},
        remote={"type": "http"},
        program=program,
        aliases=aliases,
        afterwards="Run the command MCP: List Servers to start it.",
    )


def _in_home(place: str) -> Callable[[Machine], Path]:
    return lambda machine: machine.home / place


ASSISTANTS: Mapping[str, Assistant] = {
    "claude-code": Assistant(
        title="Claude Code",
        file=lambda machine: machine.folder("CLAUDE_CONFIG_DIR", "") / ".claude.json",
        fixed={"type": "stdio"},
        remote={"type": "http"},
        marks=(".claude",),
        program="claude",
        terminal=True,
        lock=".lock",
        login=f"claude mcp login {NAME}",
        afterwards="Start a new session; `claude mcp list` shows the connection.",
    ),
    "claude-desktop": Assistant(
        title="Claude Desktop",
        file=_claude_desktop,
        url=None,
        sign_in="under Customize, Connectors, +, Add custom connector",
        afterwards="Quit Claude Desktop and start it again.",
    ),
    "cursor": Assistant(
        title="Cursor",
        file=_in_home(".cursor/mcp.json"),
        program="cursor",
        afterwards="Cursor shows it under Customize, in the sidebar.",
    ),
    "vscode": _vscode("VS Code", "Code", "code", "code", "visualstudiocode"),
    "vscode-insiders": _vscode("VS Code Insiders", "Code - Insiders", "code-insiders"),
    "vscodium": _vscode("VSCodium", "VSCodium", "codium", "codium"),
    "codex": Assistant(
        title="Codex",
        file=lambda machine: machine.folder("CODEX_HOME", ".codex") / "config.toml",
        kind="TOML",
        path=("mcp_servers", NAME),
        first={"startup_timeout_sec": 30},
        headers="http_headers",
        login=f"codex mcp login {NAME}",
        program="codex",
        terminal=True,
        afterwards="Start a new session; /mcp shows the connection.",
    ),
    "gemini": Assistant(
        title="Gemini CLI",
        file=lambda machine: machine.folder("GEMINI_CLI_HOME", "") / ".gemini/settings.json",
        url="httpUrl",
        program="gemini",
        terminal=True,
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
        url="uri",
        remote={"type": "streamable_http", "name": NAME, "enabled": True},
        program="goose",
        terminal=True,
        afterwards="Start a new session.",
    ),
    "windsurf": Assistant(
        title="Windsurf",
        file=_in_home(".codeium/windsurf/mcp_config.json"),
        url="serverUrl",
        program="windsurf",
        afterwards="Press the refresh button in the MCP list of Cascade.",
    ),
    "devin": Assistant(
        title="Devin",
        file=lambda machine: _below_config(machine, "devin") / "mcp_config.json",
        program="devin",
        aliases=("devindesktop",),
        afterwards="Its agent panel lists the server under MCP.",
    ),
    "antigravity": Assistant(
        title="Antigravity",
        file=_antigravity,
        url="serverUrl",
        marks=(".gemini/antigravity", ".gemini/antigravity-ide", ".gemini/antigravity-cli"),
        program="agy",
        aliases=("agy", "googleantigravity", "antigravityide", "antigravitycli"),
        afterwards="Antigravity shows it under Manage MCP Servers; in `agy`, /mcp does.",
    ),
    "zed": Assistant(
        title="Zed",
        file=lambda machine: (
            _below_config(machine, "Zed" if machine.platform == "win32" else "zed")
            / "settings.json"
        ),
        path=("context_servers", NAME),
        program="zed",
        afterwards="Zed shows it under Settings, AI, MCP Servers.",
    ),
    "cline": Assistant(
        title="Cline",
        file=_cline,
        remote={"type": "streamableHttp"},
        marks=(".cline",),
        program="cline",
        afterwards="Cline shows it under MCP Servers, Configure.",
    ),
    "roo-code": Assistant(
        title="Roo Code",
        file=lambda machine: _storage(machine, "rooveterinaryinc.roo-cline") / "mcp_settings.json",
        remote={"type": "streamable-http"},
        aliases=("roo", "roocline"),
        afterwards="Roo Code shows it in its MCP settings.",
    ),
    "continue": Assistant(
        title="Continue",
        file=lambda machine: (
            machine.folder("CONTINUE_GLOBAL_DIR", ".continue") / "mcpServers/fj-mcp.json"
        ),
        remote={"type": "http"},
        marks=(".continue",),
        aliases=("continuedev",),
        afterwards="Reload the editor's window; the tools are available in agent mode.",
    ),
    "junie": Assistant(
        title="Junie",
        file=_in_home(".junie/mcp/mcp.json"),
        marks=(".junie",),
        program="junie",
        aliases=("jetbrainsjunie",),
        afterwards="The IDE shows it under Settings, Tools, Junie, MCP Settings.",
    ),
    "kiro": Assistant(
        title="Kiro",
        file=_in_home(".kiro/settings/mcp.json"),
        marks=(".kiro",),
        program="kiro",
        afterwards="Kiro shows it in the view MCP Servers.",
    ),
    "opencode": Assistant(
        title="OpenCode",
        file=lambda machine: _first_of(
            machine.folder("XDG_CONFIG_HOME", ".config") / "opencode",
            "opencode.jsonc",
            "opencode.json",
        ),
        path=("mcp", NAME),
        args=None,
        environment="environment",
        fixed={"type": "local", "enabled": True},
        remote={"type": "remote", "enabled": True},
        login=f"opencode mcp auth {NAME}",
        program="opencode",
        terminal=True,
        afterwards="Start a new session; `opencode mcp list` shows the connection.",
    ),
    "copilot-cli": Assistant(
        title="Copilot CLI",
        file=lambda machine: machine.folder("COPILOT_HOME", ".copilot") / "mcp-config.json",
        fixed={"type": "local"},
        first={"tools": ["*"]},
        remote={"type": "http"},
        program="copilot",
        terminal=True,
        aliases=("copilot", "githubcopilot", "githubcopilotcli"),
        afterwards="Start a new session; /mcp shows the connection.",
    ),
    "lmstudio": Assistant(
        title="LM Studio",
        file=_in_home(".lmstudio/mcp.json"),
        program="lms",
        afterwards="LM Studio shows it in the tab Program; switch it on there.",
    ),
    "amp": Assistant(
        title="Amp",
        file=lambda machine: _first_of(
            machine.home / ".config/amp", "settings.jsonc", "settings.json"
        ),
        path=("amp.mcpServers", NAME),
        program="amp",
        terminal=True,
        afterwards="Start a new session; `amp mcp list` shows the connection.",
    ),
    "warp": Assistant(
        title="Warp",
        file=_in_home(".warp/.mcp.json"),
        marks=(".warp",),
        afterwards="Start it in Warp under Settings, Agents, MCP servers.",
    ),
}

PASTED: Mapping[str, str] = {
    "json": "Add this to the configuration of your assistant (JSON):",
    "jetbrains": (
        "Paste this in the IDE under Settings, Tools, AI Assistant, Model Context Protocol, Add:"
    ),
}
"""Names for which the entry is printed, because no file can be edited, and its introduction."""

GENERIC = Assistant(title="Another assistant", file=_in_home(""), afterwards="")
"""The form of an entry that most assistants accept."""
