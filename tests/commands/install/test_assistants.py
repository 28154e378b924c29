"""Every assistant: where its configuration is, and the form of an entry in it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.commands.install.assistants import ASSISTANTS, PASTED
from fj_mcp.commands.install.command import run_install, run_uninstall
from fj_mcp.commands.install.config_files import BACKUP_SUFFIX
from fj_mcp.commands.install.config_text import with_entry
from fj_mcp.commands.install.errors import CannotInstall
from fj_mcp.commands.install.machine import Machine
from fj_mcp.commands.install.selection import known, on_this_machine
from tests.support.assistant_configs import (
    BEFORE,
    KEY,
    SANDBOX,
    STARTED,
    entry,
    install_for,
    parsed,
    preview_for,
    settings_with,
    written,
)
from tests.support.processes import CLEAN

URL = "https://fj.example.com/mcp"
IN_CODE = "User/globalStorage"

PLACES = [
    ("claude-code", "linux", {}, ".claude.json"),
    ("claude-code", "darwin", {"CLAUDE_CONFIG_DIR": "{home}/cc"}, "cc/.claude.json"),
    (
        "claude-desktop",
        "darwin",
        {"XDG_CONFIG_HOME": "{home}/x"},
        "Library/Application Support/Claude/claude_desktop_config.json",
    ),
    (
        "claude-desktop",
        "win32",
        {"APPDATA": "{home}/Roaming"},
        "Roaming/Claude/claude_desktop_config.json",
    ),
    ("claude-desktop", "linux", {}, ".config/Claude/claude_desktop_config.json"),
    ("cursor", "win32", {}, ".cursor/mcp.json"),
    ("vscode", "darwin", {}, "Library/Application Support/Code/User/mcp.json"),
    ("vscode", "win32", {}, "AppData/Roaming/Code/User/mcp.json"),
    ("vscode", "linux", {"XDG_CONFIG_HOME": "{home}/x"}, "x/Code/User/mcp.json"),
    ("vscode-insiders", "linux", {}, ".config/Code - Insiders/User/mcp.json"),
    ("vscodium", "darwin", {}, "Library/Application Support/VSCodium/User/mcp.json"),
    ("codex", "darwin", {}, ".codex/config.toml"),
    ("codex", "linux", {"CODEX_HOME": "{home}/c"}, "c/config.toml"),
    ("gemini", "linux", {}, ".gemini/settings.json"),
    ("goose", "darwin", {}, ".config/goose/config.yaml"),
    ("goose", "win32", {}, "AppData/Roaming/Block/goose/config/config.yaml"),
    ("windsurf", "win32", {}, ".codeium/windsurf/mcp_config.json"),
    ("devin", "darwin", {}, ".config/devin/mcp_config.json"),
    ("devin", "win32", {}, "AppData/Roaming/devin/mcp_config.json"),
    ("antigravity", "darwin", {}, ".gemini/config/mcp_config.json"),
    ("antigravity", "win32", {}, ".gemini/config/mcp_config.json"),
    ("zed", "darwin", {}, ".config/zed/settings.json"),
    ("zed", "win32", {}, "AppData/Roaming/Zed/settings.json"),
    ("cline", "linux", {}, ".cline/data/settings/cline_mcp_settings.json"),
    ("cline", "linux", {"CLINE_DATA_DIR": "{home}/d"}, "d/settings/cline_mcp_settings.json"),
    ("cline", "linux", {"CLINE_MCP_SETTINGS_PATH": "{home}/m.json"}, "m.json"),
    (
        "roo-code",
        "win32",
        {},
        f"AppData/Roaming/Code/{IN_CODE}/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
    ),
    ("continue", "linux", {}, ".continue/mcpServers/fj-mcp.json"),
    ("continue", "darwin", {"CONTINUE_GLOBAL_DIR": "{home}/c"}, "c/mcpServers/fj-mcp.json"),
    ("junie", "linux", {}, ".junie/mcp/mcp.json"),
    ("kiro", "win32", {}, ".kiro/settings/mcp.json"),
    ("opencode", "darwin", {}, ".config/opencode/opencode.json"),
    ("opencode", "win32", {}, ".config/opencode/opencode.json"),
    ("copilot-cli", "linux", {}, ".copilot/mcp-config.json"),
    ("copilot-cli", "linux", {"COPILOT_HOME": "{home}/c"}, "c/mcp-config.json"),
    ("lmstudio", "darwin", {}, ".lmstudio/mcp.json"),
    ("amp", "win32", {}, ".config/amp/settings.json"),
    ("warp", "linux", {}, ".warp/.mcp.json"),
]


@pytest.mark.parametrize(("client", "platform", "variables", "place"), PLACES)
def test_each_assistant_is_found_on_each_platform(
    tmp_path: Path, client: str, platform: str, variables: dict[str, str], place: str
) -> None:
    environment = {name: value.format(home=tmp_path) for name, value in variables.items()}
    assert ASSISTANTS[client].file(Machine(platform, tmp_path, environment)) == tmp_path / place


def test_the_table_of_places_has_every_assistant() -> None:
    assert {client for client, *_ in PLACES} == set(ASSISTANTS)


@pytest.mark.parametrize(
    ("client", "there", "chosen"),
    [
        ("opencode", ".config/opencode/opencode.jsonc", ".config/opencode/opencode.jsonc"),
        ("amp", ".config/amp/settings.jsonc", ".config/amp/settings.jsonc"),
        (
            "antigravity",
            ".gemini/antigravity/mcp_config.json",
            ".gemini/antigravity/mcp_config.json",
        ),
        (
            "cline",
            f".config/Code/{IN_CODE}/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
            f".config/Code/{IN_CODE}/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        ),
    ],
)
def test_the_file_that_an_assistant_has_already_is_the_one_to_change(
    tmp_path: Path, client: str, there: str, chosen: str
) -> None:
    (tmp_path / there).parent.mkdir(parents=True)
    (tmp_path / there).write_text("{}")
    assert ASSISTANTS[client].file(Machine("linux", tmp_path, {})) == tmp_path / chosen


def test_a_windows_package_of_claude_has_its_own_copy_of_the_configuration(tmp_path: Path) -> None:
    packaged = "AppData/Local/Packages/Claude_abc/LocalCache/Roaming/Claude"
    (tmp_path / packaged).mkdir(parents=True)
    file = ASSISTANTS["claude-desktop"].file(Machine("win32", tmp_path, {}))
    assert file == tmp_path / packaged / "claude_desktop_config.json"


# A server at an address


AT_URL: dict[str, dict[str, Any]] = {
    "claude-code": {"type": "http", "url": URL, "headers": {}},
    "cursor": {"url": URL, "headers": {}},
    "vscode": {"type": "http", "url": URL, "headers": {}},
    "vscode-insiders": {"type": "http", "url": URL, "headers": {}},
    "vscodium": {"type": "http", "url": URL, "headers": {}},
    "codex": {"url": URL, "http_headers": {}, "startup_timeout_sec": 30},
    "gemini": {"httpUrl": URL, "headers": {}},
    "goose": {
        "type": "streamable_http",
        "name": "fj-mcp",
        "enabled": True,
        "uri": URL,
        "headers": {},
        "description": "Find and reach candidates with FutureJobs",
        "timeout": 300,
    },
    "windsurf": {"serverUrl": URL, "headers": {}},
    "antigravity": {"serverUrl": URL, "headers": {}},
    "devin": {"url": URL, "headers": {}},
    "zed": {"url": URL, "headers": {}},
    "cline": {"type": "streamableHttp", "url": URL, "headers": {}},
    "roo-code": {"type": "streamable-http", "url": URL, "headers": {}},
    "continue": {"type": "http", "url": URL, "headers": {}},
    "junie": {"url": URL, "headers": {}},
    "kiro": {"url": URL, "headers": {}},
    "opencode": {"type": "remote", "enabled": True, "url": URL, "headers": {}},
    "copilot-cli": {"type": "http", "url": URL, "headers": {}, "tools": ["*"]},
    "lmstudio": {"url": URL, "headers": {}},
    "amp": {"url": URL, "headers": {}},
    "warp": {"url": URL, "headers": {}},
}
"""The entries of a team's server; the headers carry the key."""


def headers_of(client: str, made: dict[str, Any]) -> Any:
    return made[ASSISTANTS[client].headers]


@pytest.mark.parametrize("client", AT_URL)
def test_a_teams_server_is_reached_at_its_address_with_the_users_key(
    machine: Machine, client: str
) -> None:
    said = install_for(client, settings_with(KEY), machine, url=URL)
    assert KEY not in said
    made = entry(client, machine)
    name = ASSISTANTS[client].headers
    assert made == AT_URL[client] | {name: {"x-fj-api-key": KEY}}
    assert "nothing was changed" in install_for(client, settings_with(None), machine, url=URL)
    assert KEY not in preview_for(client, settings_with(KEY), machine, url=URL)


def test_every_assistant_has_a_form_for_an_address_or_says_where_to_add_it(
    machine: Machine,
) -> None:
    without = set(ASSISTANTS) - set(AT_URL)
    assert without == {"claude-desktop"}
    with pytest.raises(CannotInstall) as said:
        install_for("claude-desktop", settings_with(KEY), machine, url=URL)
    assert f"add {URL} in the app, under Customize, Connectors" in str(said.value)
    assert not machine.home.exists()


@pytest.mark.parametrize("client", AT_URL)
def test_from_a_command_to_an_address_and_back_nothing_of_the_other_kind_stays(
    machine: Machine, client: str
) -> None:
    theirs = {"timeout": 7}
    assistant = ASSISTANTS[client]
    written(client, machine, with_entry("", assistant.kind, assistant.path, theirs))
    install_for(client, settings_with(KEY), machine)
    local = entry(client, machine)
    install_for(client, settings_with(KEY), machine, url=URL)
    remote = entry(client, machine)
    assert not {assistant.command, "args", assistant.environment} & remote.keys()
    assert remote[str(assistant.url)] == URL
    install_for(client, settings_with(KEY), machine)
    back = entry(client, machine)
    assert back == local
    assert back["timeout"] == remote["timeout"] == 7
    assert not {str(assistant.url), assistant.headers} & back.keys()


@pytest.mark.parametrize("client", AT_URL)
def test_a_server_that_asks_to_sign_in_needs_no_key(machine: Machine, client: str) -> None:
    said = install_for(client, settings_with(KEY), machine, url=URL, sign_in=True)
    login = ASSISTANTS[client].login
    assert (
        f"Run `{login}` to sign in." if login else "Then sign in when it opens your browser."
    ) in said
    without = {name: value for name, value in AT_URL[client].items() if value != {}}
    assert entry(client, machine) == without
    # A key that was there before goes.
    install_for(client, settings_with(KEY), machine, url=URL)
    install_for(client, settings_with(KEY), machine, url=URL, sign_in=True)
    assert KEY not in ASSISTANTS[client].file(machine).read_text(encoding="utf-8")


def test_what_to_set_for_a_server_at_an_address_is_said(machine: Machine) -> None:
    with pytest.raises(CannotInstall) as said:
        install_for("cursor", settings_with(None), machine, url=URL)
    assert str(said.value) == (
        "This needs your FutureJobs key or the token of the server: set FJ_API_KEY or "
        "FJ_HTTP_TOKEN."
    )


def test_a_servers_own_token_is_sent_as_one(machine: Machine) -> None:
    settings = settings_with(None, FJ_HTTP_TOKEN="team-secret")
    said = install_for("cursor", settings, machine, url=URL)
    assert headers_of("cursor", entry("cursor", machine)) == {"Authorization": "Bearer team-secret"}
    assert "team-secret" not in said


def test_other_headers_of_the_user_stay(machine: Machine) -> None:
    now = {"url": "https://old/mcp", "headers": {"x-team": "a", "Authorization": "Bearer old"}}
    written("cursor", machine, with_entry("", "JSON", ASSISTANTS["cursor"].path, now))
    install_for("cursor", settings_with(KEY), machine, url=URL)
    made = entry("cursor", machine)
    assert made == {"url": URL, "headers": {"x-team": "a", "x-fj-api-key": KEY}}


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("https://fj.example.com", URL),
        ("https://fj.example.com/", URL),
        (" https://fj.example.com/mcp ", URL),
        ("http://localhost:8000", "http://localhost:8000/mcp"),
        ("https://example.com/team/mcp", "https://example.com/team/mcp"),
    ],
)
def test_an_address_is_completed(machine: Machine, typed: str, used: str) -> None:
    install_for("cursor", settings_with(KEY), machine, url=typed)
    assert entry("cursor", machine)["url"] == used


@pytest.mark.parametrize(
    "typed", ["fj.example.com", "http://fj.example.com", "ftp://x", "https://"]
)
def test_an_address_that_would_send_the_key_unencrypted_is_refused(
    machine: Machine, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_install(["cursor"], settings_with(KEY), machine, show=False, url=typed) == 1
    assert "--url must start with https://" in capsys.readouterr().err
    assert not machine.home.exists()


# Names


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Cursor", "cursor"),
        (" claude desktop", "claude-desktop"),
        ("Claude_Code", "claude-code"),
        ("VS Code", "vscode"),
        ("code", "vscode"),
        ("VSCode-Insiders", "vscode-insiders"),
        ("codium", "vscodium"),
        ("Roo", "roo-code"),
        ("copilot", "copilot-cli"),
        ("LM Studio", "lmstudio"),
        ("lm-studio", "lmstudio"),
        ("Gemini CLI", "gemini"),
        ("JSON", "json"),
        ("JetBrains", "jetbrains"),
        ("JetBrains Junie", "junie"),
    ],
)
def test_a_name_is_known_in_any_form(typed: str, meant: str) -> None:
    assert known(typed) == meant


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("claude", "did you mean claude-code or claude-desktop?"),
        ("curser", "did you mean cursor?"),
        ("windsurfer", "did you mean windsurf?"),
        ("emacs", "use claude-code"),
        ("emacs", "`fj-mcp install json` prints what to add"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(typed: str, near: str) -> None:
    with pytest.raises(CannotInstall) as said:
        known(typed)
    assert near in str(said.value)


def test_every_name_and_title_means_one_assistant() -> None:
    for name, assistant in ASSISTANTS.items():
        for form in (name, name.upper(), assistant.title, *assistant.aliases):
            assert known(form) == name
    assert not set(PASTED) & set(ASSISTANTS)


@pytest.mark.parametrize("name", PASTED)
def test_for_any_other_assistant_the_entry_is_printed(
    machine: Machine, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for show in (True, False):
        assert run_install([name], settings_with(KEY), machine, show=show) == 0
        printed = capsys.readouterr().out
        assert '"mcpServers"' in printed
        assert '"FJ_API_KEY": "fjk_…"' in printed
        assert KEY not in printed
    assert run_install([name], settings_with(KEY), machine, show=True, url=URL) == 0
    assert f'"url": "{URL}"' in capsys.readouterr().out
    assert not machine.home.exists()


# What is on the machine


def on(machine: Machine, *folders: str) -> None:
    for folder in folders:
        (machine.home / folder).mkdir(parents=True, exist_ok=True)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX modes and programs")
def test_the_assistants_on_a_machine_are_found_by_their_folders_and_commands(
    machine: Machine, tmp_path: Path
) -> None:
    on(machine, ".cursor", ".kiro", ".continue", ".config/Claude", ".config/Code/User")
    (tmp_path / "codex").touch(mode=0o755)
    seen = Machine("linux", machine.home, {"PATH": str(tmp_path)})
    assert on_this_machine(seen) == [
        "claude-desktop",
        "cursor",
        "vscode",
        "codex",
        "continue",
        "kiro",
    ]
    assert on_this_machine(Machine("linux", tmp_path / "nobody", {"PATH": ""})) == []


def test_what_cannot_be_looked_at_is_not_there(tmp_path: Path) -> None:
    # As with a folder without permission, which root does not know, the system reports an error.
    assert on_this_machine(Machine("linux", tmp_path / ("x" * 300), {"PATH": ""})) == []


def test_without_a_name_and_without_a_person_the_assistants_found_are_listed(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    on(machine, ".cursor", ".kiro")
    assert run_install([], SANDBOX, machine, show=False) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Name the assistants" in told.err
    assert "found on this machine: cursor, kiro." in told.err
    empty = Machine("linux", machine.home / "nobody", {"PATH": ""})
    assert run_install([], SANDBOX, empty, show=False) == 2
    assert "No assistant was found on this machine" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answers", "chosen"),
    [
        ([""], ["cursor", "kiro"]),
        (["All"], ["cursor", "kiro"]),
        (["2"], ["kiro"]),
        (["Cursor"], ["cursor"]),
        (["1, kiro"], ["cursor", "kiro"]),
        (["3", "neither", "1"], ["cursor"]),
    ],
)
def test_without_a_name_the_assistants_found_are_offered_until_one_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, answers: list[str], chosen: list[str]
) -> None:
    on(machine, ".cursor", ".kiro")
    given = iter(answers)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(given))
    assert run_install([], SANDBOX, machine, show=False) == 0
    for name in ("cursor", "kiro"):
        assert ASSISTANTS[name].file(machine).exists() is (name in chosen)


def test_several_assistants_share_one_question_for_the_key(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def prompt(question: str, default: str, **_: Any) -> str:
        asked.append(question)
        return KEY

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", prompt)
    assert run_install(["cursor", "kiro", "Cursor"], settings_with(None), machine, show=False) == 0
    assert len(asked) == 1
    for name in ("cursor", "kiro"):
        assert entry(name, machine)["env"] == {"FJ_API_KEY": KEY}


def test_one_that_cannot_be_changed_does_not_stop_the_others(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    written("cursor", machine, "{")
    assert run_install(["cursor", "kiro"], SANDBOX, machine, show=False) == 1
    assert "was not changed" in capsys.readouterr().err
    assert entry("kiro", machine)["env"] == {"FJ_SANDBOX": "1"}


def test_an_assistant_that_is_not_on_the_machine_is_said_to_be_missing(machine: Machine) -> None:
    assert "Kiro is not installed on this machine; once it is: Kiro shows it in" in install_for(
        "kiro", SANDBOX, machine
    )
    on(machine, ".cursor")
    assert "not found" not in install_for("cursor", SANDBOX, machine)


# An entry that is switched off


@pytest.mark.parametrize(
    ("client", "off", "on_again"),
    [
        ("codex", {"enabled": False}, {"enabled": True}),
        ("goose", {"enabled": False, "type": "stdio"}, {"enabled": True}),
        ("opencode", {"enabled": False, "type": "local"}, {"enabled": True}),
        ("cline", {"disabled": True}, {"disabled": False}),
        ("windsurf", {"disabled": True}, {"disabled": False}),
        ("kiro", {"disabled": True}, {"disabled": False}),
    ],
)
def test_an_entry_that_is_switched_off_is_switched_on(
    machine: Machine, client: str, off: dict[str, Any], on_again: dict[str, Any]
) -> None:
    assistant = ASSISTANTS[client]
    written(client, machine, with_entry("", assistant.kind, assistant.path, {"timeout": 7} | off))
    said = install_for(client, SANDBOX, machine)
    assert "It was switched off there, and is on again." in said
    assert entry(client, machine).items() >= on_again.items()
    assert "nothing was changed" in install_for(client, SANDBOX, machine)


# The network of the user's shell


def test_proxies_and_certificates_of_the_shell_go_along(tmp_path: Path) -> None:
    shell = {
        "PATH": "",
        "HTTPS_PROXY": "http://upper:1",
        "https_proxy": "http://user:secret@proxy:8080",
        "no_proxy": "localhost",
        "SSL_CERT_FILE": "/etc/company.pem",
        "REQUESTS_CA_BUNDLE": "",
        "EDITOR": "vi",
    }
    machine = Machine("linux", tmp_path / "home", shell)
    printed = preview_for("cursor", settings_with(KEY), machine)
    assert "http://…@proxy:8080" in printed
    assert "secret" not in printed
    assert "secret" not in install_for("cursor", settings_with(KEY), machine)
    assert entry("cursor", machine)["env"] == {
        "FJ_API_KEY": KEY,
        "HTTPS_PROXY": "http://user:secret@proxy:8080",
        "NO_PROXY": "localhost",
        "SSL_CERT_FILE": "/etc/company.pem",
    }
    # The sandbox uses no network.
    install_for("kiro", SANDBOX, machine)
    assert entry("kiro", machine)["env"] == {"FJ_SANDBOX": "1"}


def test_a_reference_to_a_variable_stays(machine: Machine) -> None:
    now = {"command": "old", "args": [], "env": {"FJ_API_KEY": "${env:FJ_API_KEY}"}}
    written("cursor", machine, with_entry("", "JSON", ASSISTANTS["cursor"].path, now))
    install_for("cursor", settings_with(None), machine)
    assert entry("cursor", machine) == now | {"command": STARTED.command}


# WSL


@pytest.fixture
def wsl(tmp_path: Path) -> Machine:
    (tmp_path / "c/Users/Public").mkdir(parents=True)
    shell = {"PATH": "", "WSL_DISTRO_NAME": "Ubuntu"}
    return Machine("linux", tmp_path / "home", shell, drive=tmp_path / "c")


@pytest.mark.parametrize(
    ("client", "folder"),
    [
        ("claude-desktop", "AppData/Roaming/Claude"),
        ("claude-desktop", "AppData/Local/Packages/Claude_abc/LocalCache/Roaming/Claude"),
        ("vscode", "AppData/Roaming/Code/User"),
    ],
)
def test_under_wsl_an_assistant_of_windows_starts_the_server_in_linux(
    wsl: Machine, client: str, folder: str
) -> None:
    user = Machine("win32", wsl.drive / "Users/me", {})
    (user.home / "AppData").mkdir(parents=True)
    (user.home / folder).mkdir(parents=True)
    said = install_for(client, settings_with(KEY), wsl)
    file = ASSISTANTS[client].file(user)
    assert file.parent == user.home / folder
    assert str(file) in said
    assert not wsl.home.exists()
    made = entry(client, user)
    assert made["command"] == "wsl.exe"
    assert made["args"] == ["-d", "Ubuntu", "-e", STARTED.command]
    # The key is on no command line; WSL passes on the variables that are named.
    assert made["env"] == {"FJ_API_KEY": KEY, "WSLENV": "FJ_API_KEY/u"}
    assert "nothing was changed" in install_for(client, settings_with(None), wsl)
    install_for(client, SANDBOX, wsl)
    assert entry(client, user)["env"] == {"FJ_SANDBOX": "1", "WSLENV": "FJ_SANDBOX/u"}


def test_under_wsl_a_command_of_linux_starts_the_server_as_usual(wsl: Machine) -> None:
    install_for("codex", SANDBOX, wsl)
    assert entry("codex", wsl)["command"] == STARTED.command


def test_under_wsl_an_assistant_that_is_nowhere_is_refused(wsl: Machine) -> None:
    with pytest.raises(CannotInstall, match=r"found neither in WSL nor in .*: start it once"):
        install_for("claude-desktop", SANDBOX, wsl)
    for user in ("a", "b"):
        (wsl.drive / "Users" / user / "AppData/Roaming/Claude").mkdir(parents=True)
    with pytest.raises(CannotInstall, match="Several Windows users have Claude Desktop"):
        install_for("claude-desktop", SANDBOX, wsl)
    assert not wsl.home.exists()


# Uninstalling


@pytest.mark.parametrize("client", ASSISTANTS)
def test_what_was_installed_is_removed_again(
    machine: Machine, client: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = BEFORE.get(client, "{}\n")
    file = written(client, machine, before)
    install_for(client, settings_with(KEY), machine)
    assert run_uninstall([ASSISTANTS[client].title], machine) == 0
    assert f"removed from {file}" in capsys.readouterr().out
    after = file.read_text(encoding="utf-8")
    assert "fj-mcp" not in after
    assert KEY not in after
    (table, _) = ASSISTANTS[client].path
    was, now = parsed(client, before) or {}, parsed(client, after) or {}
    assert (was.pop(table, None) or {}) == (now.pop(table, None) or {})
    assert was == now
    comments = [line for line in before.splitlines() if line.strip().startswith(("#", "//"))]
    assert all(comment in after for comment in comments)
    assert run_uninstall([client], machine) == 0
    assert "nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        '{"mcpServers":{"fj-mcp":{"command":"x"},"b":{}}}',
        '{"mcpServers":{"a":{},"fj-mcp":{"command":"x"}}}',
        '{"mcpServers":{"a":{} /* a, */ , // b\n "fj-mcp":{"command":"x"}, // c\n}}',
        '{"mcpServers": {\n  "fj-mcp": {"command": "x"}, // mine\n  "b": {}\n}}',
        '{"mcpServers": {\n  "a": {}, // a\n  "fj-mcp": {}\n  // end\n}}',
    ],
)
def test_the_members_around_a_removed_one_stay(machine: Machine, text: str) -> None:
    written("cursor", machine, text)
    assert run_uninstall(["cursor"], machine) == 0
    after = ASSISTANTS["cursor"].file(machine).read_text()
    expected = parsed("cursor", text)
    del expected["mcpServers"]["fj-mcp"]
    assert parsed("cursor", after) == expected
    assert all(
        comment in after for comment in ("// c", "// mine", "// end", "/* a, */") if comment in text
    )


def test_uninstalling_names_where_a_key_is_left(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '{"a": 1, "mcpServers": {"fj-mcp": {"command": "x", "env": {"K": "fjk_old"}}}}'
    file = written("cursor", machine, text)
    install_for("cursor", settings_with(KEY), machine)
    assert run_uninstall(["cursor"], machine) == 0
    assert f"{file.name}{BACKUP_SUFFIX} beside it" in capsys.readouterr().out
    assert run_uninstall([], machine) == 2
    assert (
        "No assistant on this machine has this server; nothing was changed."
        in capsys.readouterr().err
    )
    install_for("cursor", SANDBOX, machine)
    assert run_uninstall([], machine) == 2
    assert (
        "Name the assistants to remove this server from; it is in cursor."
        in capsys.readouterr().err
    )
    assert run_uninstall(["json"], machine) == 1


@pytest.mark.parametrize(
    ("answer", "left"), [("", []), ("2", ["cursor"]), ("Cursor", ["kiro"]), ("1, kiro", [])]
)
def test_without_a_name_those_that_have_the_server_are_offered(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    left: list[str],
) -> None:
    on(machine, ".codeium/windsurf")
    for name in ("cursor", "kiro"):
        install_for(name, SANDBOX, machine)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: answer)
    assert run_uninstall([], machine) == 0
    said = capsys.readouterr()
    assert said.err.splitlines()[1:] == ["  1  Cursor", "  2  Kiro"]
    assert said.out.count("removed from") == 2 - len(left)
    for name in ("cursor", "kiro"):
        there = ASSISTANTS[name].file(machine).read_text(encoding="utf-8")
        assert ("fj-mcp" in there) is (name in left)


def test_the_commands_install_and_remove_in_the_home_they_are_run_in(tmp_path: Path) -> None:

    home = str(tmp_path)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fj_mcp", *words],
            env=CLEAN | {"HOME": home, "USERPROFILE": home, "FJ_API_KEY": KEY},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    (tmp_path / ".cursor").mkdir()
    assert run("install").returncode == 2
    done = run("install", "Cursor", "--url", "https://fj.example.com")
    assert done.returncode == 0, done.stderr
    file = tmp_path / ".cursor" / "mcp.json"
    assert URL in file.read_text()
    assert KEY not in done.stdout + done.stderr
    assert run("install", "cursor", "--sign-in").stderr == (
        "Nothing was installed: --sign-in requires --url.\n"
    )
    assert run("uninstall", "cursor").returncode == 0
    assert "fj-mcp" not in file.read_text()
