"""How installing changes the configuration of an assistant, in its real format."""

import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fj_mcp.commands.install import jsonc
from fj_mcp.commands.install.assistant import Launch
from fj_mcp.commands.install.assistants import ASSISTANTS
from fj_mcp.commands.install.command import uninstall
from fj_mcp.commands.install.config_files import BACKUP_SUFFIX
from fj_mcp.commands.install.config_text import with_entry
from fj_mcp.commands.install.errors import CannotInstall
from fj_mcp.commands.install.machine import Machine
from tests.support.assistant_configs import (
    BEFORE,
    KEY,
    REMOTE,
    SANDBOX,
    STARTED,
    entry,
    install_for,
    parsed,
    settings_with,
    written,
)


def command_of(client: str, made: dict[str, Any]) -> list[str]:
    assistant = ASSISTANTS[client]
    command = made[assistant.command]
    return command if assistant.args is None else [command, *made[assistant.args]]


@pytest.mark.parametrize("client", ASSISTANTS)
def test_a_configuration_that_is_not_there_is_made_for_its_owner_only(
    machine: Machine, client: str
) -> None:
    said = install_for(client, settings_with(KEY), machine)
    file = ASSISTANTS[client].file(machine)
    assert str(file) in said
    assert KEY not in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    made = entry(client, machine)
    assert command_of(client, made) == [STARTED.command]
    assert made[ASSISTANTS[client].environment] == {"FJ_API_KEY": KEY}


@pytest.mark.parametrize("client", BEFORE)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_everything_else_in_a_configuration_stays(machine: Machine, client: str, end: str) -> None:
    text = BEFORE[client].replace("\n", end)
    file = written(client, machine, text, mode=0o640)
    install_for(client, SANDBOX, machine)
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
    install_for(client, settings_with(KEY), machine)
    first = file.read_bytes()
    # Without a key in the environment, the one that is there stays.
    for settings in (settings_with(KEY), settings_with(None)):
        assert "nothing was changed" in install_for(client, settings, machine)
        assert file.read_bytes() == first
    install_for(client, settings_with("fjk_new"), machine)
    assert file.read_bytes() == first.replace(KEY.encode(), b"fjk_new")
    install_for(client, SANDBOX, machine)
    assert entry(client, machine)[ASSISTANTS[client].environment] == {"FJ_SANDBOX": "1"}
    with pytest.raises(CannotInstall, match="set FJ_API_KEY"):
        install_for(client, settings_with(None), machine)
    install_for(client, settings_with(KEY), machine)
    assert parsed(client, file.read_text()) == parsed(client, first.decode())


@pytest.mark.parametrize("client", ASSISTANTS)
def test_what_a_person_added_to_the_entry_stays(machine: Machine, client: str) -> None:
    assistant = ASSISTANTS[client]
    old = {"args": ["old"]} if assistant.args else {}
    theirs: dict[str, Any] = {"timeout": 7, assistant.command: "old", **old}
    theirs[assistant.environment] = {"FJ_READ_ONLY": "1", "FJ_API_KEY": "fjk_old"}
    written(client, machine, with_entry("", assistant.kind, assistant.path, theirs))
    install_for(client, settings_with(KEY), machine)
    made = entry(client, machine)
    assert made["timeout"] == 7
    assert command_of(client, made) == [STARTED.command]
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
        ("cursor", '{"mcpServers": []}', "mcpServers must be an object, {…}"),
        ("cursor", '{"mcpServers": {"fj-mcp": "x"}}', "fj-mcp must be an object, {…}"),
        ("codex", "a = 1\nb = = 2\n", "line 2"),
        ("codex", 'a = "x', "its end|line 1"),
        ("codex", "mcp_servers = 1\n", "mcp_servers must be a table"),
        ("goose", "a: 1\nb: [\n", "line"),
        ("goose", "- a\n", "line 1"),
        ("goose", "extensions: none\n", "extensions must be a mapping"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_left_alone(
    machine: Machine, client: str, text: str, reason: str
) -> None:
    file = written(client, machine, text)
    with pytest.raises(CannotInstall, match=f"was not changed.*{reason}.*--print"):
        install_for(client, settings_with(KEY), machine)
    assert file.read_bytes().decode() == text
    assert len(list(file.parent.iterdir())) == 1


def test_a_file_that_is_not_text_is_left_alone(machine: Machine) -> None:
    file = written("cursor", machine, "")
    file.write_bytes(b"\xff\xfe{\x00")
    with pytest.raises(CannotInstall, match="not UTF-8"):
        install_for("cursor", SANDBOX, machine)
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
    install_for(client, SANDBOX, machine)
    assert entry(client, machine)["command"] == STARTED.command
    before, after = jsonc.parse(text) or {}, parsed(client, file.read_text())
    assert before | {"mcpServers": after["mcpServers"]} == after
    assert "nothing was changed" in install_for(client, SANDBOX, machine)


@pytest.mark.parametrize("broken", [False, True], ids=["address", "both"])
@pytest.mark.parametrize(
    ("client", "now"), [(client, now) for client, entries in REMOTE.items() for now in entries]
)
def test_an_address_gives_way_to_a_command_with_all_that_belongs_to_it(
    machine: Machine, client: str, now: dict[str, Any], broken: bool
) -> None:
    assistant = ASSISTANTS[client]
    theirs = {"timeout": 7, **now} | ({assistant.command: "old"} if broken else {})
    others = {"other": {**now, "timeout": 8}}
    text = with_entry("", assistant.kind, assistant.path[:-1], others)
    file = written(client, machine, with_entry(text, assistant.kind, assistant.path, theirs))
    install_for(client, settings_with(KEY), machine)
    wanted = assistant.entry(Launch(STARTED.command, (), {"FJ_API_KEY": KEY}), now)
    assert entry(client, machine) == wanted | {"timeout": 7}
    whole = parsed(client, file.read_text())
    for name in assistant.path[:-1]:
        whole = whole[name]
    assert whole["other"] == others["other"]
    assert "nothing was changed" in install_for(client, settings_with(KEY), machine)


@pytest.mark.parametrize(
    ("client", "text"),
    [
        ("goose", "null\n"),
        ("goose", "extensions:\n"),
        ("goose", "extensions:\nGOOSE_MODE: auto\n"),
        ("goose", "extensions: {}\n"),
        ("goose", "extensions: {other: {enabled: true}}\n"),
        ("goose", "a: 1\nextensions:\n  fj-mcp:\n  other:\n    enabled: true\n"),
        ("goose", "a:\n- b\nextensions:\n    other: {enabled: true}\n"),
        ("codex", "[mcp_servers]\n"),
        ("codex", "[mcp_servers.fj-mcp]\n"),
    ],
)
def test_empty_tables_are_where_the_first_server_goes(
    machine: Machine, client: str, text: str
) -> None:
    file = written(client, machine, text)
    install_for(client, settings_with(KEY), machine)
    table, name = ASSISTANTS[client].path
    before, after = parsed(client, text) or {}, parsed(client, file.read_text())
    others = {one: value for one, value in (before.get(table) or {}).items() if one != name}
    assert {one: value for one, value in after[table].items() if one != name} == others
    assert before | {table: after[table]} == after
    uninstall(client, machine)
    assert KEY not in file.read_text()


def test_a_disk_that_fails_leaves_the_file_as_it_was(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written("cursor", machine, "{}")

    def fail(_: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(CannotInstall, match="was not changed: No space left on device"):
        install_for("cursor", SANDBOX, machine)
    assert file.read_text() == "{}"
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX modes and programs")
@pytest.mark.parametrize("mode", [0o644, 0o664, 0o600])
def test_a_file_with_a_key_is_the_owners_only(machine: Machine, mode: int) -> None:
    file = written("cursor", machine, '{"a": 1}', mode=mode)
    install_for("cursor", SANDBOX, machine)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    install_for("cursor", settings_with(KEY), machine)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert "now only you can read" in install_for("cursor", settings_with(KEY), machine)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "nothing was changed" in install_for("cursor", settings_with(KEY), machine)


@pytest.mark.parametrize("kind", ["read-only", "somebody else's"])
def test_a_file_that_is_not_the_users_to_change_is_left_alone(machine: Machine, kind: str) -> None:
    text = '{"mcpServers": {"fj-mcp": {"command": "x"}}}'
    file = written("cursor", machine, text)
    if kind == "read-only":
        file.chmod(0o444)
    elif sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("only root can give files away")
    else:
        os.chown(file, 12345, -1)
    reason = "it is read-only" if kind == "read-only" else "it belongs to another user"
    with pytest.raises(CannotInstall, match=f"was not changed: {reason}"):
        install_for("cursor", SANDBOX, machine)
    with pytest.raises(CannotInstall, match=f"was not changed: {reason}"):
        uninstall("cursor", machine)
    assert file.read_text() == text
    assert len(list(file.parent.iterdir())) == 1


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can give files away"
)
def test_root_leaves_no_file_of_its_own_in_somebodys_home(machine: Machine) -> None:
    machine.home.mkdir()
    os.chown(machine.home, 12345, -1)
    with pytest.raises(CannotInstall, match="another user; run the command without sudo"):
        install_for("cursor", SANDBOX, machine)
    assert list(machine.home.iterdir()) == []


def test_the_original_is_kept_whatever_follows(machine: Machine) -> None:
    file = written("cursor", machine, '{"mine": 1}')
    for settings in (SANDBOX, settings_with(KEY), SANDBOX):
        said = install_for("cursor", settings, machine)
        assert f"The original is saved beside it as {file.name}{BACKUP_SUFFIX}." in said
    backup = file.with_name(file.name + BACKUP_SUFFIX)
    assert backup.read_text() == '{"mine": 1}'
    assert KEY not in backup.read_text()


@pytest.mark.parametrize("client", ASSISTANTS)
def test_a_file_that_was_made_by_installing_needs_no_backup(machine: Machine, client: str) -> None:
    for settings in (settings_with(KEY), SANDBOX):
        assert "saved beside it" not in install_for(client, settings, machine)
    file = ASSISTANTS[client].file(machine)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("step", [2, 4])
def test_yaml_keeps_its_indentation_and_its_comments(machine: Machine, step: int) -> None:
    indent = " " * step
    text = f"""\
# goose
extensions: # all
{indent}# built in
{indent}developer:
{indent}{indent}enabled: true # on
{indent}{indent}available_tools:
{indent}{indent}{indent}- 'shell'
{indent}# the other
{indent}memory:
{indent}{indent}enabled: false
GOOSE_MODE: "smart_approve"   # ask
"""
    file = written("goose", machine, text)
    install_for("goose", settings_with(KEY), machine)
    after = file.read_text()
    added = [line for line in after.splitlines() if line not in text.splitlines()]
    assert f"{indent}fj-mcp:" in added
    assert [line for line in after.splitlines() if line not in added] == text.splitlines()
    install_for("goose", settings_with("fjk_new"), machine)
    assert file.read_text() == after.replace(KEY, "fjk_new")
    uninstall("goose", machine)
    assert file.read_text() == text


def test_a_link_keeps_its_place(machine: Machine, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text('{"mine": 1}')
    file = ASSISTANTS["cursor"].file(machine)
    file.parent.mkdir(parents=True)
    file.symlink_to(real)
    install_for("cursor", SANDBOX, machine)
    assert file.is_symlink()
    assert "fj-mcp" in real.read_text()
    # Not beside the target, which may be in a repository.
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [real.name]
    assert (file.parent / (file.name + BACKUP_SUFFIX)).read_text() == '{"mine": 1}'


@pytest.mark.parametrize("text", ["", "  \n", "// mine", "\ufeff{ }\n", "{ // none yet\n}", "{}"])
def test_json_without_servers_gets_the_first(machine: Machine, text: str) -> None:
    file = written("vscode", machine, text)
    install_for("vscode", SANDBOX, machine)
    after = file.read_bytes().decode()
    assert entry("vscode", machine)["type"] == "stdio"
    assert after.startswith(text.rstrip("}\n ").rstrip())
    assert "nothing was changed" in install_for("vscode", SANDBOX, machine)


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
        install_for("codex", SANDBOX, machine)
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
