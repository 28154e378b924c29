"""Replay the first hours of three people, from nothing to a shortlist, on the sandbox.

    uv run python scripts/first_hours.py [FOLDER]

A recruiter installs the bundle, a developer connects Claude Code, and a team lead starts a shared
server. Each has an empty home folder, and only follows the README. Claude Code is installed from
npm to FOLDER, or to a temporary folder; it calls no model and needs no login, so that this script
calls the tools in its place, with the entry that it was given. Needs git, npm, uv and the network.
The exit status is 1 if one of them does not get a shortlist.
"""

import json
import sys
import zipfile
from typing import Any

import anyio
import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent
from trials import ROOT, Home, run_trials, serving

CLIENTS = ("@anthropic-ai/claude-code",)
SEARCH_SECONDS = 300

JOB = (ROOT / "docs" / "examples" / "job-description.txt").read_text(encoding="utf-8")


def recruiter(home: Home) -> bool:
    """Claude Desktop: the bundle's own command, with the sandbox turned on in its form."""
    built = home.run(sys.executable, str(ROOT / "scripts" / "bundle.py"), str(home.path))
    folder = home.path / "extension"
    with zipfile.ZipFile(built.splitlines()[0]) as archive:
        archive.extractall(folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    form = {name: field["default"] for name, field in manifest["user_config"].items()}
    form["sandbox"] = True
    started = manifest["server"]["mcp_config"]

    def filled(text: str) -> str:
        """`text` as Claude Desktop completes it."""
        text = text.replace("${__dirname}", str(folder))
        for name, value in form.items():
            text = text.replace(f"${{user_config.{name}}}", str(value).lower())
        return text

    entry = {
        "command": filled(started["command"]),
        "args": [filled(argument) for argument in started["args"]],
        "env": {name: filled(value) for name, value in started["env"].items()},
    }
    return has_shortlist(home, entry)


def developer(home: Home) -> bool:
    """Claude Code: the README's commands in a new clone, then the entry that it was given."""
    fj_mcp = in_new_clone(home)
    home.run(*fj_mcp, "install", "claude-code", "--sandbox")
    return connected(home) and has_shortlist(home, entry_of(home))


def team_lead(home: Home) -> bool:
    """A shared server, and a user of it who has its address only."""
    fj_mcp = in_new_clone(home)
    command = (*fj_mcp, "serve", "--http", "--sandbox", "--port", "0")
    with serving(*command, cwd=home.path, environment=home.environment) as address:
        # The user's own key, which the sandbox takes whatever it is.
        home.environment["FJ_API_KEY"] = "fjk_of_a_user"
        home.run(*fj_mcp, "install", "claude-code", "--url", address)
        return connected(home) and has_shortlist(home, entry_of(home))


def in_new_clone(home: Home) -> tuple[str, ...]:
    """Get uv in a new clone, as the README says; returns the words before a command of ours."""
    clone = home.path / "fj-mcp"
    uv = clone / ".uv" / "bin" / "uv"
    home.run("git", "clone", "--quiet", str(ROOT), str(clone))
    home.run("python3", "-m", "pip", "install", "--quiet", "--target", str(clone / ".uv"), "uv")
    return str(uv), "run", "--quiet", "--no-dev", "--directory", str(clone), "fj-mcp"


def connected(home: Home) -> bool:
    """Whether Claude Code's own health check reaches the server."""
    return "Connected" in home.run("claude", "mcp", "list")


def entry_of(home: Home) -> dict[str, Any]:
    """The server's entry in Claude Code's configuration."""
    configuration = json.loads((home.path / ".claude.json").read_text(encoding="utf-8"))
    entry: dict[str, Any] = configuration["mcpServers"]["fj-mcp"]
    return entry


def has_shortlist(home: Home, entry: dict[str, Any]) -> bool:
    """Source candidates through an entry as its assistant would; prints the best ones."""
    found = anyio.run(source, home, entry)
    for card in found[:3]:
        print(f"{card['score']}  {card['name']}, {card.get('title')}, {card.get('region')}")
    print()
    return len(found) > 0


async def source(home: Home, entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The candidates for a job description, best first."""
    with anyio.fail_after(SEARCH_SECONDS):
        if "command" not in entry:
            headers = entry.get("headers", {})
            async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
                transport = streamable_http_client(entry["url"], http_client=http)
                async with Client(transport) as client:
                    return await search(client)
        server = StdioServerParameters(
            command=entry["command"],
            args=entry.get("args", []),
            env=home.environment | entry.get("env", {}),
            cwd=home.path,
        )
        async with Client(server) as client:
            return await search(client)


async def search(client: Client) -> list[dict[str, Any]]:
    """From the job description to the list of candidates."""
    suggested = await call(client, "suggest_filters", job_description=JOB)
    made = await call(
        client, "create_sourcing_session", title="First hour", filters=suggested["filters"]
    )
    session = {"session_id": made["session_id"]}
    while (await call(client, "wait_for_session", **session))["status"] == "running":
        pass
    listed: list[dict[str, Any]] = (await call(client, "list_profiles", **session))["candidates"]
    return listed


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The result of a tool. Raises `AssertionError` with the text of an error."""
    result = await client.call_tool(tool, arguments)
    (block, *_) = result.content
    assert isinstance(block, TextContent)
    assert not result.is_error, f"{tool}: {block.text}"
    returned: dict[str, Any] = json.loads(block.text)
    return returned


FIRST_HOURS = {"recruiter": recruiter, "developer": developer, "team lead": team_lead}

if __name__ == "__main__":
    sys.exit(run_trials(FIRST_HOURS, CLIENTS, __doc__))
