"""The doctor, about the assistants that this server is installed in."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.company import CREDENTIALS, company
from tests.support.processes import (
    Api,
    http_process,
    measuring,
    sandbox_process,
    started,
)

KEY = "fjk_doctors-own-key"
ENTRY = {"command": sys.executable, "args": ["-m", "fj_mcp"]}


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with sandbox_process() as one:
        yield one


def write(home: Path, place: str, entry: dict[str, Any], table: str = "mcpServers") -> None:
    file = home / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({table: {"fj-mcp": entry}}), encoding="utf-8")


def doctor(home: Path, *arguments: str, **settings: str) -> tuple[int, list[str]]:
    """The exit status and the lines of a doctor who finds the assistants of a home folder."""
    own = {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PATH": os.defpath,
        "XDG_CONFIG_HOME": str(home / ".config"),
        "FJ_STATE_DIR": str(home / "state"),
    }
    with started(("doctor", *arguments), own | measuring() | settings) as process:
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
        assert KEY not in "\n".join(lines)
        return process.wait(), lines


def program(home: Path, text: str) -> str:
    file = home / "program"
    file.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def test_an_entry_that_works_is_reported_with_its_start(tmp_path: Path, api: Api) -> None:
    key = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": api.address, "FJ_STATE_DIR": str(tmp_path / "s")}
    write(tmp_path, ".cursor/mcp.json", ENTRY | {"env": key})
    write(
        tmp_path,
        ".config/opencode/opencode.json",
        {"type": "local", "command": [ENTRY["command"], "-m", "fj_mcp"], "environment": key},
        "mcp",
    )
    status, lines = doctor(tmp_path)
    assert status == 0, lines
    for title in ("Cursor", "OpenCode"):
        (line,) = (line for line in lines if f" {title}: " in line)
        assert line.startswith(f"ok   {title}: installed, key set, starts in ")
    assert ENOUGH in lines


ENOUGH = "ok   no key is needed in this terminal: your assistants have what they need"


def test_assistants_that_work_without_a_key_are_enough(tmp_path: Path) -> None:
    write(tmp_path, ".cursor/mcp.json", ENTRY | {"env": {"FJ_SANDBOX": "1"}})
    status, lines = doctor(tmp_path)
    assert (status, ENOUGH in lines) == (0, True), lines


def test_the_sandbox_calls_nobody_with_an_installed_key(tmp_path: Path) -> None:
    # Nothing listens at this address.
    key = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": "http://127.0.0.1:9"}
    write(tmp_path, ".cursor/mcp.json", ENTRY | {"env": key})
    status, lines = doctor(tmp_path, "--sandbox")
    assert status == 0, lines
    assert any(line.startswith("ok   Cursor: installed, key set, starts in ") for line in lines)


def test_a_reference_to_a_variable_is_followed_and_a_question_left_to_the_assistant(
    tmp_path: Path, api: Api
) -> None:
    address = {"FJ_API_BASE_URL": api.address, "FJ_STATE_DIR": str(tmp_path / "s")}
    write(tmp_path, ".cursor/mcp.json", ENTRY | {"env": address | {"FJ_API_KEY": "${env:MINE}"}})
    asking = ENTRY | {"env": {"FJ_API_KEY": "${input:key}"}}
    write(tmp_path, ".config/Code/User/mcp.json", asking, "servers")
    _, lines = doctor(tmp_path, MINE=KEY)
    assert any(line.startswith("ok   Cursor: installed, key set, starts in ") for line in lines)
    assert "ok   VS Code: installed, but not tried, because it asks you for its settings" in lines


def test_the_bundle_is_found_among_claudes_extensions(tmp_path: Path) -> None:
    folder = tmp_path / ("Library/Application Support" if sys.platform == "darwin" else ".config")
    if sys.platform == "win32":
        folder = tmp_path / "AppData/Roaming"
    for name, text in {"local.mcpb.x.fj-mcp": '{"name": "fj-mcp"}', "other": "no JSON"}.items():
        manifest = folder / "Claude/Claude Extensions" / name / "manifest.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text(text)
    appdata = {"APPDATA": str(tmp_path / "AppData/Roaming")}
    status, lines = doctor(tmp_path, "--sandbox", **appdata)
    assert status == 0
    assert "ok   Claude Desktop: installed as an extension; its settings are there" in lines
    place = (folder / "Claude/claude_desktop_config.json").relative_to(tmp_path)
    write(tmp_path, str(place), ENTRY | {"env": {"FJ_SANDBOX": "1"}})
    status, lines = doctor(tmp_path, "--sandbox", **appdata)
    assert status == 1
    assert any("Claude Desktop: installed twice" in line for line in lines)


SAYS_A_KEY = f"import sys; print('no such thing as {KEY}', file=sys.stderr); sys.exit(3)"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX modes and programs")
@pytest.mark.parametrize(
    ("entry", "finding"),
    [
        (ENTRY | {"env": {}}, "installed; no FutureJobs API key is set. Set FJ_API_KEY"),
        (ENTRY | {"env": {"FJ_API_KEY": KEY}, "disabled": True}, "installed, but switched off"),
        ({"command": "/nowhere/fj-mcp", "args": []}, "there is no /nowhere/fj-mcp"),
        ({"command": "{program}", "args": []}, "it does not start: no such thing as fjk_…"),
        ({"command": "{folder}", "args": []}, "it does not start: Permission denied ("),
        ({"args": []}, "the entry has no command; run fj-mcp install cursor"),
        (
            {"url": "http://nowhere.invalid/mcp"},
            "no server of that name was found: check the address",
        ),
        ({"url": "http://127.0.0.1:9/mcp"}, "installed, at http://127.0.0.1:9/mcp; it cannot be "),
        (
            ENTRY | {"env": {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": "http://127.0.0.1:9"}},
            "installed, key set; FutureJobs cannot be reached. Check the network",
        ),
    ],
)
def test_an_entry_that_does_not_work_is_explained(
    tmp_path: Path, entry: dict[str, Any], finding: str
) -> None:
    named = program(tmp_path, SAYS_A_KEY)
    made = {
        name: value.format(program=named, folder=tmp_path) if isinstance(value, str) else value
        for name, value in entry.items()
    }
    write(tmp_path, ".cursor/mcp.json", made)
    status, lines = doctor(tmp_path)
    assert status == 1
    (line,) = (line for line in lines if " Cursor: " in line)
    assert line.startswith("fix  Cursor: ")
    assert finding in line
    assert "list_sessions" not in line


def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_text('{"mcpServers":\n')
    status, lines = doctor(tmp_path, "--sandbox")
    assert status == 1
    assert f"fix  Cursor: {file} cannot be used as JSON (line 2)" in lines


@pytest.mark.parametrize(
    ("headers", "finding"),
    [
        ({"x-fj-api-key": KEY}, "key set, responds in"),
        ({}, "it refuses: Send your FutureJobs key with every request"),
        ({"x-fj-api-key": "fjk_ä"}, "its headers contain characters that cannot be sent"),
    ],
)
def test_a_teams_server_is_tried_at_its_address(
    tmp_path: Path, api: Api, headers: dict[str, str], finding: str
) -> None:
    with http_process(tmp_path, api=api, measured=False) as server:
        write(tmp_path, ".cursor/mcp.json", {"url": server.address, "headers": headers})
        status, lines = doctor(tmp_path)
    works = finding.startswith("key set")
    assert (status == 0, ENOUGH in lines) == (works, works)
    (line,) = (line for line in lines if " Cursor: " in line)
    assert f"Cursor: installed, at {server.address}" in line
    assert finding in line


def test_a_teams_server_that_users_sign_in_to_is_in_order_without_a_key(
    tmp_path: Path, api: Api
) -> None:
    address = ("--public-url", "http://127.0.0.1:9")
    with http_process(tmp_path, *address, api=api, measured=False, FJ_STATE_KEY="k" * 32) as server:
        write(tmp_path, ".cursor/mcp.json", {"url": server.address})
        status, lines = doctor(tmp_path)
    assert status == 0, lines
    assert f"ok   Cursor: installed, at {server.address}, where it asks you to sign in" in lines
    assert ENOUGH in lines


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"FJ_STATE_KEY": "k" * 32},
            "ok   users sign in at https://sourcing.example.com/mcp with keys of their own",
        ),
        ({}, "fix  a server with these settings would not start: signing in needs FJ_STATE_KEY"),
        (
            {"FJ_STATE_KEY": "k" * 32, "FJ_API_KEY": KEY},
            "fix  a server with these settings would not start: Anyone who can reach this server",
        ),
        (
            {"FJ_OAUTH_ISSUER": "https://login.example.com"},
            "fix  a server with these settings would not start: with FJ_OAUTH_ISSUER all users "
            "work with the server's own FutureJobs key",
        ),
    ],
)
def test_settings_of_a_server_that_users_sign_in_to_are_tried(
    tmp_path: Path, api: Api, settings: dict[str, str], words: str
) -> None:
    address = {"FJ_PUBLIC_URL": "https://sourcing.example.com", "FJ_API_BASE_URL": api.address}
    status, lines = doctor(tmp_path, **address, **settings)
    (line,) = (line for line in lines if line.startswith(words))
    assert status == (line.startswith("fix"))
    # It is no assistant's, and needs no key unless it says so.
    others = [one for one in lines if one.startswith("fix") and one != line]
    assert others == []


@pytest.mark.parametrize("introspected", [False, True])
def test_the_identity_provider_of_such_a_server_is_asked(
    tmp_path: Path, api: Api, introspected: bool
) -> None:
    settings = {
        "FJ_PUBLIC_URL": "https://sourcing.example.com",
        "FJ_API_BASE_URL": api.address,
        "FJ_API_KEY": KEY,
    }
    if introspected:
        settings["FJ_OAUTH_INTROSPECTION"] = ":".join(CREDENTIALS)
    with company() as provider:
        settings["FJ_OAUTH_ISSUER"] = provider.issuer
        status, lines = doctor(tmp_path, **settings)
        assert (
            "ok   users sign in at https://sourcing.example.com/mcp with accounts of "
            f"{provider.issuer}, which responds"
        ) in lines
        assert status == 0, lines
        assert (f"{provider.issuer}/keys".endswith(provider.asked[-1])) == (not introspected)
        assert provider.forms == []
        provider.status = 500
        status, lines = doctor(tmp_path, **settings)
    words = (
        f"fix  the identity provider {provider.issuer} cannot be used: it responded with HTTP 500"
    )
    assert (status, [line for line in lines if line.startswith("fix")]) == (1, [words])


@pytest.mark.parametrize(
    ("folders", "options", "mark", "found"),
    [
        ((), (), "fix  ", ""),
        ((".cursor", ".kiro"), (), "fix  ", " (found here: Cursor, Kiro)"),
        ((".cursor", ".kiro"), ("--sandbox",), "note ", " (found here: Cursor, Kiro)"),
        ((), ("--sandbox",), None, ""),
    ],
)
def test_a_machine_without_this_server_learns_the_command(
    tmp_path: Path, folders: tuple[str, ...], options: tuple[str, ...], mark: str, found: str
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir()
    status, lines = doctor(tmp_path, *options)
    said = [line for line in lines if "no assistant has fj-mcp yet" in line]
    assert said == (
        [f"{mark}no assistant has fj-mcp yet{found}: run fj-mcp install"] if mark else []
    )
    assert status == (mark == "fix  ")
    assert any(line.endswith("to try it without one, run fj-mcp demo") for line in lines) == (
        not options
    )


def test_no_line_is_wrapped_when_it_is_piped(tmp_path: Path) -> None:
    home = tmp_path / ("a rather long name " * 8)
    home.mkdir()
    _, lines = doctor(home, "--sandbox", COLUMNS="60")
    assert any("the place for one is" in line and len(line) > 160 for line in lines)
    assert {line[:5] for line in lines} <= {"ok   ", "fix  ", "note "}
