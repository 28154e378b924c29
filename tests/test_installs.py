"""Installing in assistants: their real formats, in temporary homes."""

import json
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from fj_mcp.commands.install import command, config_files, jsonc
from fj_mcp.commands.install.assistants import ASSISTANTS, Launch, Machine
from fj_mcp.commands.install.command import CannotInstall, install, launch, preview, run_install
from fj_mcp.commands.install.config_files import BACKUP_SUFFIX
from fj_mcp.commands.typer_app import app
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


def settings_with(key: str | None) -> Settings:
    return read_settings({"FJ_API_KEY": key} if key else {}, Path("/nowhere"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine("linux", tmp_path / "home", {"PATH": ""})


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
def test_a_new_configuration_is_readable_by_its_owner_only(machine: Machine, client: str) -> None:
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
    # The edit only adds: all earlier text is still there, in the same order.
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
    # Without a key in the environment, the installed one stays.
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
def test_settings_that_the_user_added_to_the_entry_stay(machine: Machine, client: str) -> None:
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
def test_a_configuration_that_cannot_be_parsed_is_left_alone(
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
def test_null_is_replaced_by_the_first_server(machine: Machine, client: str, text: str) -> None:
    file = written(client, machine, text)
    install(client, SANDBOX, machine, STARTED)
    assert entry(client, machine)["command"] == STARTED.command
    before, after = jsonc.parse(text) or {}, parsed(client, file.read_text())
    assert before | {"mcpServers": after["mcpServers"]} == after
    assert "nothing was changed" in install(client, SANDBOX, machine, STARTED)


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
    "goose": [
        {
            "type": "streamable_http",
            "uri": "https://x/mcp",
            "headers": {"a": "fjk_old"},
            "enabled": True,
        },
    ],
}


@pytest.mark.parametrize("broken", [False, True], ids=["address", "both"])
@pytest.mark.parametrize(
    ("client", "now"), [(client, now) for client, entries in REMOTE.items() for now in entries]
)
def test_a_url_and_its_settings_are_replaced_by_a_command(
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


def test_claude_code_does_not_get_the_url_of_an_earlier_entry(
    tmp_path: Path, claude: Callable[[int], list[list[str]]]
) -> None:
    machine = Machine("linux", tmp_path / "home", {"PATH": str(tmp_path)})
    for now in REMOTE["claude-code"]:
        written("claude-code", machine, json.dumps({"mcpServers": {"fj-mcp": now}}))
        claude(0)
        install("claude-code", settings_with(KEY), machine, STARTED)
        made = json.loads(claude(0)[-1][5])
        assert made == {
            "type": "stdio",
            "command": STARTED.command,
            "args": [],
            "env": {"FJ_API_KEY": KEY},
        }


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
def test_json_without_servers_gets_its_first(machine: Machine, text: str) -> None:
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
def test_unusual_toml_is_edited_correctly_or_left_alone(machine: Machine, text: str) -> None:
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


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text(), VALUES),
    st.lists(st.text(), min_size=1, max_size=3),
    VALUES,
    st.sampled_from([None, 1, 4, "\t"]),
)
def test_an_edit_of_json_changes_nothing_else(
    value: dict[str, Any], path: list[str], new: Any, indent: int | str | None
) -> None:
    expected = json.loads(json.dumps(value))
    place = expected
    for name in path[:-1]:
        place = place.setdefault(name, {})
        if not isinstance(place, dict):
            return
    place[path[-1]] = new
    after = jsonc.put(json.dumps(value, indent=indent), path, new)
    assert json.loads(after) == expected
    assert jsonc.put(after, path, new) == after


def test_a_value_is_never_put_into_anything_but_an_object() -> None:
    with pytest.raises(ValueError, match="line 2 should be an object"):
        jsonc.put('{\n"a": [{}]}', ["a", "b"], 1)


def test_the_prompt_for_the_key_does_not_echo(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(_: str, **how: Any) -> str:
        asked.append(how)
        return KEY

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", prompt)
    assert run_install("goose", settings_with(None), machine, show=False) == 0
    assert asked == [{"hide_input": True, "err": True}]
    assert entry("goose", machine)["envs"] == {"FJ_API_KEY": KEY}
    assert KEY not in "".join(capsys.readouterr())


def test_an_invalid_key_is_refused(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = pytest.raises(CannotInstall, match="must be a FutureJobs key")
    with refused:
        install("cursor", settings_with("sk-secret"), machine, STARTED)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "sk-secret")
    with pytest.raises(CannotInstall, match="must be a FutureJobs key") as said:
        install("cursor", settings_with(None), machine, STARTED)
    assert "sk-secret" not in str(said.value)


def test_without_a_key_and_a_terminal_it_says_what_to_set(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_install("cursor", settings_with(None), machine, show=False) == 1
    assert "Set FJ_API_KEY" in capsys.readouterr().err
    assert not machine.home.exists()


@pytest.mark.parametrize("client", ASSISTANTS)
def test_print_shows_what_install_writes_and_writes_nothing(machine: Machine, client: str) -> None:
    printed = preview(client, settings_with(KEY), machine, STARTED)
    assert run_install(client, settings_with(KEY), machine, show=True) == 0
    assert not machine.home.exists()
    assert KEY not in printed
    assert str(ASSISTANTS[client].file(machine)) in printed
    install(client, settings_with(KEY), machine, STARTED)
    text = ASSISTANTS[client].file(machine).read_text(encoding="utf-8")
    assert text.strip().replace(KEY, "fjk_…") in printed
    assert "FJ_SANDBOX" in preview(client, SANDBOX, machine, STARTED)


@pytest.fixture
def claude(tmp_path: Path, machine: Machine) -> Callable[[int], list[list[str]]]:
    """A fake `claude` that records its arguments, and exits with a given status."""
    heard = tmp_path / "heard"
    command = tmp_path / "claude"

    def stand_in(status: int) -> list[list[str]]:
        said = f"open({str(heard)!r}, 'a').write(json.dumps(sys.argv[1:]) + chr(10))"
        command.write_text(
            f"#!{sys.executable}\nimport json, sys\n{said}\nprint(sys.argv)\nsys.exit({status})\n"
        )
        command.chmod(0o755)
        lines = heard.read_text().splitlines() if heard.exists() else []
        return [json.loads(line) for line in lines]

    return stand_in


def test_claude_code_is_asked_to_add_the_server_itself(
    tmp_path: Path, claude: Callable[[int], list[list[str]]]
) -> None:
    machine = Machine("linux", tmp_path / "home", {"PATH": str(tmp_path)})
    claude(0)
    said = install("claude-code", settings_with(KEY), machine, STARTED)
    (heard,) = claude(0)
    assert heard[:5] == ["mcp", "add-json", "--scope", "user", "fj-mcp"]
    made = json.loads(heard[5])
    assert made["env"] == {"FJ_API_KEY": KEY}
    assert KEY not in said
    text = json.dumps({"mcpServers": {"fj-mcp": made | {"timeout": 9}}})
    file = written("claude-code", machine, text)
    assert "nothing was changed" in install("claude-code", settings_with(KEY), machine, STARTED)
    install("claude-code", SANDBOX, machine, STARTED)
    removed, added = claude(0)[1:]
    assert removed == ["mcp", "remove", "--scope", "user", "fj-mcp"]
    assert json.loads(added[5]) == made | {"timeout": 9, "env": {"FJ_SANDBOX": "1"}}
    assert file.with_name(file.name + BACKUP_SUFFIX).read_text() == text


def test_a_failing_claude_code_does_not_reveal_the_key(
    tmp_path: Path, claude: Callable[[int], list[list[str]]]
) -> None:
    machine = Machine("linux", tmp_path / "home", {"PATH": str(tmp_path)})
    claude(1)
    with pytest.raises(CannotInstall, match="`claude mcp add-json` failed") as said:
        install("claude-code", settings_with(KEY), machine, STARTED)
    assert KEY not in str(said.value)


def test_the_command_is_written_with_an_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "x"))
    assert launch() == Launch(sys.executable, ("-m", "fj_mcp"))
    (tmp_path / "fj-mcp").touch()
    assert launch() == Launch(str(tmp_path / "fj-mcp"))


@pytest.fixture(params=["uvx", "pipx run"])
def temporary(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A temporary environment, as made by uvx or `pipx run`."""
    prefix = tmp_path / "cache" / "x"
    prefix.mkdir(parents=True)
    mark = prefix.parent / "CACHEDIR.TAG" if request.param == "uvx" else prefix / PIPX_MARK
    mark.touch()
    monkeypatch.setattr(sys, "prefix", str(prefix))
    return str(request.param)


PIPX_MARK = "pipx_metadata.json"


def noted(monkeypatch: pytest.MonkeyPatch, note: str | None) -> None:
    """Let the package appear to be installed from the source in an installer's note."""

    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return note

    monkeypatch.setattr(command, "distribution", lambda _: Installed())


@pytest.mark.parametrize(
    ("note", "source"),
    [
        ({"url": "file://{clone}", "dir_info": {}}, "{clone}"),
        ({"url": "file://{clone}", "dir_info": {"editable": True}}, "{clone}"),
        (
            {"url": "https://example.com/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "git+https://example.com/x.git@abc",
        ),
    ],
)
def test_from_a_temporary_environment_the_source_is_started_and_never_a_name(
    tmp_path: Path,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    temporary: str,
    note: dict[str, Any],
    source: str,
) -> None:
    clone = tmp_path / "my clone"
    clone.mkdir()
    noted(monkeypatch, json.dumps(note).replace("{clone}", quote(str(clone))))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/bin/{name}")
    assert launch() == Launch("/bin/uvx", ("--from", source.format(clone=clone), "fj-mcp"))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: path and f"{path}/{name}")
    monkeypatch.setenv("UV", "/clone/.uv/bin/uv")
    assert launch().command == "/clone/.uv/bin/uvx"
    monkeypatch.delenv("UV")
    with pytest.raises(CannotInstall, match=r"Nothing was installed: .* `pipx install "):
        launch()
    assert run_install("cursor", SANDBOX, machine, show=False) == 1
    assert not machine.home.exists()


@pytest.mark.parametrize(
    "note",
    [
        None,
        "no JSON",
        '{"url": "file:///not/there", "dir_info": {}}',
        '{"url": "https://example.com/x.whl", "archive_info": {}}',
    ],
)
def test_from_a_temporary_environment_of_unknown_source_nothing_is_installed(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    temporary: str,
    note: str | None,
) -> None:
    noted(monkeypatch, note)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/bin/{name}")
    for show in (False, True):
        assert run_install("cursor", SANDBOX, machine, show=show) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert "`uv tool install /path/to/fj-mcp`" in printed.err
    assert not machine.home.exists()


@pytest.mark.parametrize("client", ASSISTANTS)
def test_no_configuration_and_no_text_starts_a_package_by_name(
    machine: Machine, client: str
) -> None:
    printed = preview(client, settings_with(KEY), machine, STARTED)
    assert "uvx" not in printed
    assert "://" not in printed


def test_the_command_installs_into_the_current_home(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FJ_")}
    done = subprocess.run(
        [sys.executable, "-m", "fj_mcp", "install", "cursor"],
        env=environment | {"HOME": str(tmp_path), "FJ_API_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / ".cursor" / "mcp.json").read_text())
    started = made["mcpServers"]["fj-mcp"]
    assert Path(started["command"]).is_absolute()
    assert started["env"] == {"FJ_API_KEY": KEY}
    assert KEY not in done.stdout + done.stderr


def test_the_help_names_every_assistant_and_unknown_ones_are_refused(machine: Machine) -> None:
    printed = " ".join(
        CliRunner().invoke(app, ["install", "--help"], terminal_width=200).output.split()
    )
    assert all(client in printed for client in ASSISTANTS)
    refused = CliRunner().invoke(app, ["install", "emacs", "--sandbox"])
    assert refused.exit_code == 1
    assert "emacs is not a known assistant; use claude-code" in refused.output


def test_the_server_starts_without_loading_the_commands() -> None:
    check = (
        "import sys, fj_mcp.commands.cli, fj_mcp.transports.stdio; "
        "sys.exit(any(name in sys.modules for name in "
        "('fj_mcp.commands.typer_app', 'fj_mcp.commands.install', 'typer', 'rich', 'tomlkit',"
        " 'ruamel.yaml')))"
    )
    assert subprocess.run([sys.executable, "-c", check], timeout=60, check=False).returncode == 0
