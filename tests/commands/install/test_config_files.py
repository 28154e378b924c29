"""How installing changes the configuration of an assistant, in its real format."""

import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.commands.install import config_files, jsonc
from fj_mcp.commands.install.assistants import ASSISTANTS, Launch, Machine
from fj_mcp.commands.install.command import CannotInstall, install
from fj_mcp.commands.install.config_files import BACKUP_SUFFIX
from tests.support.assistant_configs import (
    BEFORE,
    KEY,
    REMOTE,
    SANDBOX,
    STARTED,
    entry,
    parsed,
    settings_with,
    written,
)


@pytest.mark.parametrize(
    ("client", "platform", "variables", "place"),
    [
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
        ("codex", "darwin", {}, ".codex/config.toml"),
        ("codex", "linux", {"CODEX_HOME": "{home}/c"}, "c/config.toml"),
        ("gemini", "linux", {}, ".gemini/settings.json"),
        ("goose", "darwin", {}, ".config/goose/config.yaml"),
        ("goose", "win32", {}, "AppData/Roaming/Block/goose/config/config.yaml"),
    ],
)
def test_each_assistant_is_found_on_each_platform(
    tmp_path: Path, client: str, platform: str, variables: dict[str, str], place: str
) -> None:
    environment = {name: value.format(home=tmp_path) for name, value in variables.items()}
    assert ASSISTANTS[client].file(Machine(platform, tmp_path, environment)) == tmp_path / place


def test_a_windows_package_of_claude_has_its_own_copy_of_the_configuration(tmp_path: Path) -> None:
    packaged = "AppData/Local/Packages/Claude_abc/LocalCache/Roaming/Claude"
    (tmp_path / packaged).mkdir(parents=True)
    file = ASSISTANTS["claude-desktop"].file(Machine("win32", tmp_path, {}))
    assert file == tmp_path / packaged / "claude_desktop_config.json"


@pytest.mark.parametrize("client", ASSISTANTS)
def test_a_configuration_that_is_not_there_is_made_for_its_owner_only(
    machine: Machine, client: str
) -> None:
    said = install(client, settings_with(KEY), machine, STARTED)
    file = ASSISTANTS[client].file(machine)
    assert str(file) in said
    assert KEY not in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    made = entry(client, machine)
    assert made[ASSISTANTS[client].command] == STARTED.command
    assert made[ASSISTANTS[client].environment] == {"FJ_API_KEY": KEY}


@pytest.mark.parametrize("client", BEFORE)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_everything_else_in_a_configuration_stays(machine: Machine, client: str, end: str) -> None:
    text = BEFORE[client].replace("\n", end)
    file = written(client, machine, text, mode=0o640)
    install(client, SANDBOX, machine, STARTED)
    after = file.read_bytes().decode()
    newline = end if end in text else "\n"
    assert after.count("\n") == after.count(newline)
    # Something was put in, and nothing taken out: what was there is still there, in its order.
    rest = iter(after)
    assert all(character in rest for character in text if not character.isspace())
    assert ASSISTANTS[client].kind == "JSON" or set(text.split(end)) <= set(after.split(end))
    expected = parsed(client, text)
    place = expected
    *tables, name = ASSISTANTS[client].path
    for table in tables:
        place = place[table]
    place[name] = entry(client, machine)
    assert parsed(client, after) == expected
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    backup = file.with_name(file.name + BACKUP_SUFFIX)
    assert backup.read_bytes().decode() == text
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640


@pytest.mark.parametrize("client", BEFORE)
def test_a_second_run_changes_only_what_changed(machine: Machine, client: str) -> None:
    file = written(client, machine, BEFORE[client])
    install(client, settings_with(KEY), machine, STARTED)
    first = file.read_bytes()
    # Without a key in the environment, the one that is there stays.
    for settings in (settings_with(KEY), settings_with(None)):
        assert "nothing was changed" in install(client, settings, machine, STARTED)
        assert file.read_bytes() == first
    install(client, settings_with("fjk_new"), machine, STARTED)
    assert file.read_bytes() == first.replace(KEY.encode(), b"fjk_new")
    install(client, SANDBOX, machine, STARTED)
    assert entry(client, machine)[ASSISTANTS[client].environment] == {"FJ_SANDBOX": "1"}
    with pytest.raises(CannotInstall, match="Set FJ_API_KEY"):
        install(client, settings_with(None), machine, STARTED)
    install(client, settings_with(KEY), machine, STARTED)
    assert parsed(client, file.read_text()) == parsed(client, first.decode())


@pytest.mark.parametrize("client", ASSISTANTS)
def test_what_a_person_added_to_the_entry_stays(machine: Machine, client: str) -> None:
    assistant = ASSISTANTS[client]
    theirs = {"timeout": 7, assistant.command: "old", "args": ["old"]}
    theirs[assistant.environment] = {"FJ_READ_ONLY": "1", "FJ_API_KEY": "fjk_old"}
    written(client, machine, config_files.with_entry("", assistant.kind, assistant.path, theirs))
    install(client, settings_with(KEY), machine, STARTED)
    made = entry(client, machine)
    assert made["timeout"] == 7
    assert made["args"] == []
    assert made[assistant.environment] == {"FJ_READ_ONLY": "1", "FJ_API_KEY": KEY}


@pytest.mark.parametrize(
    ("client", "text", "reason"),
    [
        ("cursor", '{\n  "mcpServers": {\n', "line 3"),
        ("cursor", '{"a": tru}', "line 1"),
        ("cursor", '{"a": "x\n"}', "line 1"),
        ("cursor", '{"a" 1}', "line 1"),
        ("cursor", '{"a": [1 2]}', "line 1"),
        ("cursor", "{} {}", "line 1"),
        ("cursor", "[]", "line 1"),
        ("cursor", '{"mcpServers": []}', "mcpServers should be a table"),
        ("cursor", '{"mcpServers": {"fj-mcp": "x"}}', "fj-mcp should be a table"),
        ("codex", "a = 1\nb = = 2\n", "line 2"),
        ("codex", 'a = "x', "its end|line 1"),
        ("codex", "mcp_servers = 1\n", "mcp_servers should be a table"),
        ("goose", "a: 1\nb: [\n", "line"),
        ("goose", "- a\n", "line 1"),
        ("goose", "extensions: none\n", "extensions should be a table"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_left_alone(
    machine: Machine, client: str, text: str, reason: str
) -> None:
    file = written(client, machine, text)
    with pytest.raises(CannotInstall, match=f"was not changed.*{reason}.*--print"):
        install(client, settings_with(KEY), machine, STARTED)
    assert file.read_bytes().decode() == text
    assert len(list(file.parent.iterdir())) == 1


def test_a_file_that_is_not_text_is_left_alone(machine: Machine) -> None:
    file = written("cursor", machine, "")
    file.write_bytes(b"\xff\xfe{\x00")
    with pytest.raises(CannotInstall, match="not UTF-8"):
        install("cursor", SANDBOX, machine, STARTED)
    assert file.read_bytes() == b"\xff\xfe{\x00"


@pytest.mark.parametrize(
    "text",
    [
        "null",
        " null // none\n",
        '{"mcpServers": null}',
        '{"a": 1, "mcpServers": null, "b": 2}',
        '{"mcpServers": {"fj-mcp": null}}',
    ],
)
@pytest.mark.parametrize("client", ["claude-code", "claude-desktop", "cursor", "gemini"])
def test_null_is_where_the_first_server_goes(machine: Machine, client: str, text: str) -> None:
    file = written(client, machine, text)
    install(client, SANDBOX, machine, STARTED)
    assert entry(client, machine)["command"] == STARTED.command
    before, after = jsonc.parse(text) or {}, parsed(client, file.read_text())
    assert before | {"mcpServers": after["mcpServers"]} == after
    assert "nothing was changed" in install(client, SANDBOX, machine, STARTED)


@pytest.mark.parametrize("broken", [False, True], ids=["address", "both"])
@pytest.mark.parametrize(
    ("client", "now"), [(client, now) for client, entries in REMOTE.items() for now in entries]
)
def test_an_address_gives_way_to_a_command_with_all_that_belongs_to_it(
    machine: Machine, client: str, now: dict[str, Any], broken: bool
) -> None:
    assistant = ASSISTANTS[client]
    theirs = {"timeout": 7, **now} | ({assistant.command: "old", "args": []} if broken else {})
    others = {"other": {**now, "timeout": 8}}
    text = config_files.with_entry("", assistant.kind, assistant.path[:-1], others)
    file = written(
        client, machine, config_files.with_entry(text, assistant.kind, assistant.path, theirs)
    )
    install(client, settings_with(KEY), machine, STARTED)
    wanted = assistant.entry(Launch(STARTED.command, (), {"FJ_API_KEY": KEY}), now)
    assert entry(client, machine) == wanted | {"timeout": 7}
    whole = parsed(client, file.read_text())
    for name in assistant.path[:-1]:
        whole = whole[name]
    assert whole["other"] == others["other"]
    assert "nothing was changed" in install(client, settings_with(KEY), machine, STARTED)


def test_a_disk_that_fails_leaves_the_file_as_it_was(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written("cursor", machine, "{}")

    def fail(_: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(CannotInstall, match="was not changed: No space left on device"):
        install("cursor", SANDBOX, machine, STARTED)
    assert file.read_text() == "{}"
    assert list(file.parent.iterdir()) == [file]


def test_a_link_keeps_its_place(machine: Machine, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    file = ASSISTANTS["cursor"].file(machine)
    file.parent.mkdir(parents=True)
    file.symlink_to(real)
    install("cursor", SANDBOX, machine, STARTED)
    assert file.is_symlink()
    assert "fj-mcp" in real.read_text()


@pytest.mark.parametrize("text", ["", "  \n", "// mine", "\ufeff{ }\n", "{ // none yet\n}", "{}"])
def test_json_without_servers_gets_the_first(machine: Machine, text: str) -> None:
    file = written("vscode", machine, text)
    install("vscode", SANDBOX, machine, STARTED)
    after = file.read_bytes().decode()
    assert entry("vscode", machine)["type"] == "stdio"
    assert after.startswith(text.rstrip("}\n ").rstrip())
    assert "nothing was changed" in install("vscode", SANDBOX, machine, STARTED)


@pytest.mark.parametrize(
    "text",
    [
        "mcp_servers = { other = { command = 'x' } }\n",
        "[mcp_servers]\n[mcp_servers.fj-mcp]\nenv = { A = 'b' }\ncommand = 'x'\nargs = []\n",
        "\ufeffmodel = 'x'\n",
        "[mcp_servers.fj-mcp.env] # mine\nA = 'b'\n\n[mcp_servers.z]\ncommand = 'z'",
    ],
)
def test_unusual_toml_comes_out_right_or_is_left_alone(machine: Machine, text: str) -> None:
    file = written("codex", machine, text)
    try:
        install("codex", SANDBOX, machine, STARTED)
    except CannotInstall:
        assert file.read_bytes().decode() == text
        return
    after = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    made = after["mcp_servers"]["fj-mcp"]
    assert made["command"] == STARTED.command
    assert made["env"]["FJ_SANDBOX"] == "1"
    before = tomllib.loads(text.removeprefix("\ufeff"))
    for name, server in before.get("mcp_servers", {}).items():
        assert name == "fj-mcp" or after["mcp_servers"][name] == server
