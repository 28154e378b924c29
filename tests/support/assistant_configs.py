"""Configurations of assistants as people have them, before and after an installation."""

import tomllib
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from fj_mcp.commands.install import jsonc
from fj_mcp.commands.install.assistant import Launch
from fj_mcp.commands.install.assistants import ASSISTANTS
from fj_mcp.commands.install.command import install, preview
from fj_mcp.commands.install.machine import Machine
from fj_mcp.commands.install.targets import Server
from fj_mcp.settings.settings import Settings, read_settings

KEY = "fjk_this-is-the-key"


SANDBOX = Settings(sandbox=True)


STARTED = Launch("/opt/bin/fj-mcp")


BEFORE = {
    "claude-code": '{"numStartups":3,"mcpServers":{"other":{"command":"x"}},"projects":{}}',
    "claude-desktop": '{\n    "globalShortcut": "",\n    "mcpServers": {}\n}\n',
    "cursor": '{\n\t"mcpServers": {\n\t\t"other": {"url": "https://example.com/mcp"}\n\t}\n}\n',
    "vscode": """\
// Servers of mine
{
  "inputs": [
    { "type": "promptString", "id": "other-key", "password": true },
  ],
  "servers": {
    /* the one we all use */
    "other": {
      "type": "http",
      "url": "https://example.com//mcp", // keep
    }, // and this
  },
}
""",
    "codex": """\
# My models
model = "o9" # the newest

[mcp_servers.other]
command = 'npx'
env = { "A" = "b" } # inline

[tui]
theme = "dark"

[mcp_servers.last.env]
B = "c"
""",
    "gemini": """\
{
  // mine
  "theme": "Dark",
  "mcpServers": {
    "other": { "httpUrl": "https://example.com/mcp" } // remote
  }
}
""",
    "windsurf": '{"mcpServers": {"other": {"serverUrl": "https://example.com/mcp"}}}',
    "zed": """\
// Zed settings
{
  "theme": "One Dark", // mine
  "context_servers": {
    "other": { "command": "x", "args": [], "env": {} },
  },
}
""",
    "cline": '{\n  "mcpServers": {\n    "other": {"command": "x", "disabled": true}\n  }\n}\n',
    "opencode": """\
{
  "$schema": "https://opencode.ai/config.json",
  // all of mine
  "mcp": {
    "other": { "type": "local", "command": ["x", "y"], "enabled": false }
  }
}
""",
    "amp": '{\n  "amp.notifications.enabled": true,\n  "amp.mcpServers": {}\n}\n',
    "goose": """\
# goose
active_provider: anthropic
GOOSE_MODE: "smart_approve"   # ask
extensions:
  # built in
  developer:
    bundled: true
    enabled: true
    timeout: 300
    available_tools:
      - 'shell'
      - text_editor
""",
}

REMOTE: dict[str, list[dict[str, Any]]] = {
    "claude-code": [
        {"type": "http", "url": "https://x/mcp", "headers": {"x-fj-api-key": "fjk_old"}},
        {"type": "sse", "url": "https://x/mcp"},
    ],
    "claude-desktop": [{"url": "https://x/mcp", "transport": "http"}],
    "cursor": [{"url": "https://x/mcp", "headers": {"Authorization": "Bearer fjk_old"}}],
    "vscode": [{"type": "http", "url": "https://x/mcp", "headers": {"a": "fjk_old"}}],
    "codex": [
        {
            "url": "https://x/mcp",
            "bearer_token_env_var": "TOKEN",
            "http_headers": {"x-fj-api-key": "fjk_old"},
            "env_http_headers": {"x": "Y"},
            "oauth_resource": "https://x",
        }
    ],
    "gemini": [
        {"httpUrl": "https://x/mcp", "headers": {"a": "fjk_old"}},
        {"url": "https://x/sse", "type": "sse", "oauth": {}, "authProviderType": "google"},
        {"tcp": "127.0.0.1:1"},
    ],
    "windsurf": [{"serverUrl": "https://x/mcp", "headers": {"a": "fjk_old"}}],
    "cline": [{"type": "streamableHttp", "url": "https://x/mcp"}],
    "roo-code": [{"type": "streamable-http", "url": "https://x/mcp", "headers": {"a": "b"}}],
    "opencode": [
        {"type": "remote", "url": "https://x/mcp", "headers": {"a": "fjk_old"}, "oauth": False},
    ],
    "copilot-cli": [{"type": "http", "url": "https://x/mcp"}],
    "goose": [
        {
            "type": "streamable_http",
            "uri": "https://x/mcp",
            "headers": {"a": "fjk_old"},
            "enabled": True,
        },
    ],
}


def settings_with(key: str | None, **more: str) -> Settings:
    return read_settings(({"FJ_API_KEY": key} if key else {}) | more, Path("/nowhere"))


def install_for(client: str, settings: Settings, machine: Machine, **server: Any) -> str:
    """Install this server, or with `url` another one; returns the sentence about it."""
    return install(client, Server(settings, STARTED, **server), machine)


def preview_for(client: str, settings: Settings, machine: Machine, **server: Any) -> str:
    """What is printed instead of installing."""
    return preview(client, Server(settings, STARTED, **server), machine)


def parsed(client: str, text: str) -> Any:
    kind = ASSISTANTS[client].kind
    if kind == "YAML":
        return YAML(typ="safe", pure=True).load(text)
    return tomllib.loads(text) if kind == "TOML" else jsonc.parse(text)


def entry(client: str, machine: Machine) -> dict[str, Any]:
    assistant = ASSISTANTS[client]
    found = parsed(client, assistant.file(machine).read_text(encoding="utf-8"))
    for name in assistant.path:
        found = found[name]
    assert isinstance(found, dict)
    return found


def written(client: str, machine: Machine, text: str, *, mode: int = 0o644) -> Path:
    file = ASSISTANTS[client].file(machine)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    file.chmod(mode)
    return file
