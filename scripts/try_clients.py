"""Install the server in real assistants and let each of them start it.

    uv run python scripts/try_clients.py [FOLDER]

Needs npm and uv. Claude Code, Codex, Gemini CLI, OpenCode and the bundle tool are installed from
npm to FOLDER, or to a temporary folder; each then runs in its own empty home, without a login, and
calls no model. Each connects to a server that it starts, and most to one over HTTP. The exit status
is 1 if one of them cannot connect.
"""

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable

from trials import COMMAND_SECONDS, ROOT, Home, run_trials, serving

PACKAGES = (
    "@anthropic-ai/claude-code",
    "@openai/codex",
    "@google/gemini-cli",
    "opencode-ai",
    "@anthropic-ai/mcpb",
)


def claude_code(home: Home) -> bool:
    """Its own health check starts the server."""
    home.install("claude-code")
    home.install("claude-code")
    listed = home.run("claude", "mcp", "list")
    shown = home.run("claude", "mcp", "get", "fj-mcp")
    return "Connected" in listed and "Connected" in shown


def codex(home: Home) -> bool:
    """`codex mcp list` only reads; its app server starts the server and lists the tools."""
    home.install("codex")
    listed = home.run("codex", "mcp", "list")
    tools = codex_tools(home)
    print(f"codex app-server, mcpServerStatus/list: {len(tools)} tools: {', '.join(tools)}\n")
    return "enabled" in listed and "create_sourcing_session" in tools


def codex_tools(home: Home) -> list[str]:
    """The tools that Codex finds, by name."""
    asked = [
        {"id": 1, "method": "initialize", "params": {"clientInfo": {"name": "t", "version": "1"}}},
        {"method": "initialized"},
        {"id": 2, "method": "mcpServerStatus/list", "params": {}},
    ]
    with subprocess.Popen(
        ["codex", "app-server"],
        cwd=home.path,
        env=home.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        watchdog = threading.Timer(COMMAND_SECONDS, process.kill)
        watchdog.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("".join(json.dumps(message) + "\n" for message in asked))
            process.stdin.flush()
            for line in process.stdout:
                message = json.loads(line)
                if message.get("id") == 2:
                    (server,) = message["result"]["data"]
                    return sorted(server["tools"])
        finally:
            watchdog.cancel()
            process.kill()
    return []


def gemini(home: Home) -> bool:
    """It connects in a trusted folder."""
    home.install("gemini")
    home.trust()
    return "Connected" in home.run("gemini", "mcp", "list")


def opencode(home: Home) -> bool:
    """Its list connects to each server."""
    home.install("opencode")
    return "connected" in home.run("opencode", "mcp", "list")


def over_http(home: Home) -> bool:
    """A server at an address, which a team lead hands out; then the way back to a local one."""
    command = [sys.executable, "-m", "fj_mcp", "serve", "--http", "--sandbox", "--port", "0"]
    clients = {"claude-code": "claude", "gemini": "gemini", "opencode": "opencode"}
    home.trust()
    connected = []
    with serving(*command, cwd=home.path, environment=home.environment) as url:
        for client, program in clients.items():
            home.install_url(client, url)
            listed = home.run(program, "mcp", "list")
            connected.append(url in listed and "onnected" in listed)
    for client, program in clients.items():
        home.install(client)
        listed = home.run(program, "mcp", "list")
        connected.append(url not in listed and "onnected" in listed)
    return all(connected)


def plugin(home: Home) -> bool:
    """Claude Code accepts the plugin without a warning, installs it, and starts its server."""
    valid = [
        home.run("claude", "plugin", "validate", str(path)) for path in (ROOT / "plugin", ROOT)
    ]
    home.run("uv", "tool", "install", "--quiet", str(ROOT))
    home.run("claude", "plugin", "marketplace", "add", str(ROOT))
    home.run("claude", "plugin", "install", "fj-mcp@fj-mcp", "--config", "sandbox=true")
    listed = home.run("claude", "mcp", "list")
    passed = all("Validation passed" in said and "warning" not in said for said in valid)
    return passed and "Connected" in listed


def bundle(home: Home) -> bool:
    """The official tool accepts the manifest of the bundle, and unpacks it."""
    built = home.run(sys.executable, str(ROOT / "scripts" / "bundle.py"), str(home.path / "dist"))
    home.run("mcpb", "unpack", built.splitlines()[0], str(home.path / "bundle"))
    checked = home.run("mcpb", "validate", str(home.path / "bundle" / "manifest.json"))
    return "passes" in checked


def image(home: Home) -> bool:
    """The files that the Dockerfile copies suffice to install the command in a new environment."""
    source, environment = home.path / "source", home.path / "environment"
    source.mkdir()
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for name in line.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
    home.run(sys.executable, "-m", "venv", "--without-pip", str(environment))
    python = environment / "bin" / "python"
    home.run("uv", "pip", "install", "--quiet", "--python", str(python), str(source))
    version = home.run(str(environment / "bin" / "fj-mcp"), "--version")
    return version == home.run(sys.executable, "-m", "fj_mcp", "--version")


TRIALS: dict[str, Callable[[Home], bool]] = {
    "Claude Code": claude_code,
    "Codex": codex,
    "Gemini CLI": gemini,
    "OpenCode": opencode,
    "HTTP": over_http,
    "plugin": plugin,
    "bundle": bundle,
    "image": image,
}


if __name__ == "__main__":
    sys.exit(run_trials(TRIALS, PACKAGES, __doc__))
