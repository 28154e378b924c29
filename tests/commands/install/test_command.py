"""The command `install`: the key, what it prints, how assistants start the server."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import typer
from typer.testing import CliRunner

from fj_mcp.commands.install.assistant import Launch
from fj_mcp.commands.install.assistants import ASSISTANTS
from fj_mcp.commands.install.command import run_install, uninstall
from fj_mcp.commands.install.errors import CannotInstall
from fj_mcp.commands.install.launch import launch
from fj_mcp.commands.install.machine import Machine
from fj_mcp.commands.install.targets import TRIES
from fj_mcp.commands.typer_app import app
from tests.support.assistant_configs import (
    KEY,
    SANDBOX,
    entry,
    install_for,
    preview_for,
    settings_with,
    written,
)
from tests.support.processes import CLEAN


def test_the_key_is_asked_for_without_echo(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, Any]] = []

    def prompt(_: str, default: str, **how: Any) -> str:
        asked.append(how)
        return KEY

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", prompt)
    assert run_install(["goose"], settings_with(None), machine, show=False) == 0
    assert asked == [{"show_default": False, "hide_input": True, "err": True}]
    assert entry("goose", machine)["envs"] == {"FJ_API_KEY": KEY}
    said = "".join(capsys.readouterr())
    assert KEY not in said
    assert "Run `fj-mcp doctor` to check that it starts and that the key works." in said


@pytest.mark.parametrize(
    ("given", "promised"),
    [
        ({}, "that it starts and that the key works."),
        ({"url": "https://mcp.example.com/mcp"}, "that it can be reached and that the key works."),
        ({"url": "https://mcp.example.com/mcp", "sign_in": True}, "that it can be reached."),
    ],
)
def test_what_doctor_can_check_is_what_was_installed(
    machine: Machine, capsys: pytest.CaptureFixture[str], given: dict[str, Any], promised: str
) -> None:
    assert run_install(["cursor"], settings_with(KEY), machine, show=False, **given) == 0
    assert capsys.readouterr().err == f"Run `fj-mcp doctor` to check {promised}\n"


def test_a_key_that_was_mistyped_is_asked_for_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter(["sk-secret", "", f' "{KEY}" '])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(typed))
    assert run_install(["cursor"], settings_with(None), machine, show=False) == 0
    assert entry("cursor", machine)["env"] == {"FJ_API_KEY": KEY}
    said = "".join(capsys.readouterr())
    assert said.count("FJ_API_KEY must be a FutureJobs key") == 1
    assert "No key yet? Press Ctrl-C, and run fj-mcp install --sandbox." in said
    assert "secret" not in said


def test_a_key_that_cannot_be_one_is_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = pytest.raises(CannotInstall, match="must be a FutureJobs key")
    with refused:
        install_for("cursor", settings_with("sk-secret"), machine)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "sk-secret")
    with pytest.raises(CannotInstall, match="must be a FutureJobs key") as said:
        install_for("cursor", settings_with(None), machine)
    assert "sk-secret" not in str(said.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [(None, "add --sandbox"), ("https://fj.example.com/mcp", "set FJ_API_KEY or FJ_HTTP_TOKEN")],
)
def test_a_question_that_is_never_answered_ends_with_what_to_set(
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    url: str | None,
    said: str,
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: "")
    assert run_install(["cursor"], settings_with(None), machine, show=False, url=url) == 1
    *before, last = capsys.readouterr().err.strip().splitlines()
    assert last.startswith("This needs your FutureJobs key")
    assert said in last
    assert all(line.startswith("No key yet? Press Ctrl-C, and ") for line in before)
    assert len(before) == TRIES - 1


def test_a_servers_token_in_the_place_of_the_key_is_explained(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "https://fj.example.com/mcp"
    status = run_install(["cursor"], settings_with("a-token"), machine, show=False, url=url)
    said = capsys.readouterr().err
    assert status == 1
    assert said.endswith("set FJ_HTTP_TOKEN to the token of that server.\n")
    assert not machine.home.exists()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("chatgpt", "in ChatGPT, under Plugins, +, Add custom MCP server."),
        ("ChatGPT", "in ChatGPT, under Plugins, +, Add custom MCP server."),
        ("claude.ai", "in claude.ai, under Customize, Connectors, +, Add custom connector."),
        ("Claude AI", "in claude.ai, under Customize, Connectors, +, Add custom connector."),
        ("Le Chat", "in Le Chat, under Connectors, Add Connector, Custom MCP Connector."),
        ("copilot-studio", "in Copilot Studio, under your agent's Tools, Add a tool, Model "),
    ],
)
def test_where_an_assistant_in_the_cloud_takes_an_address_is_said(
    machine: Machine, capsys: pytest.CaptureFixture[str], name: str, place: str
) -> None:
    assert run_install([name], SANDBOX, machine, show=False) == 1
    said = capsys.readouterr().err
    assert "has no configuration on this machine" in said
    assert place in said


@pytest.mark.parametrize(("name", "checked"), [("cursor", True), ("json", False)])
def test_what_was_written_is_to_be_checked_with_the_doctor(
    machine: Machine, capsys: pytest.CaptureFixture[str], name: str, checked: bool
) -> None:
    assert run_install([name], SANDBOX, machine, show=False) == 0
    assert ("Run `fj-mcp doctor`" in capsys.readouterr().err) is checked


def test_a_server_is_an_address_or_the_sandbox_and_not_both() -> None:
    done = CliRunner().invoke(app, ["install", "cursor", "--sandbox", "--url", "https://a.b/mcp"])
    assert done.exit_code == 1
    assert done.stderr == "Nothing was installed: use --url or --sandbox, not both.\n"


def test_a_damaged_configuration_is_to_be_corrected_or_cleared_by_hand(machine: Machine) -> None:
    written("cursor", machine, '{"mcpServers":')
    with pytest.raises(CannotInstall, match="or add what `fj-mcp install cursor --print` shows"):
        install_for("cursor", SANDBOX, machine)
    with pytest.raises(CannotInstall, match="or remove the entry fj-mcp by hand"):
        uninstall("cursor", machine)


def test_without_a_key_and_without_a_person_it_says_what_to_set(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_install(["cursor"], settings_with(None), machine, show=False) == 1
    assert "set FJ_API_KEY" in capsys.readouterr().err
    assert not machine.home.exists()


@pytest.mark.parametrize("client", ASSISTANTS)
def test_print_shows_what_install_writes_and_writes_nothing(machine: Machine, client: str) -> None:
    printed = preview_for(client, settings_with(KEY), machine)
    assert run_install([client], settings_with(KEY), machine, show=True) == 0
    assert not machine.home.exists()
    assert KEY not in printed
    assert str(ASSISTANTS[client].file(machine)) in printed
    install_for(client, settings_with(KEY), machine)
    text = ASSISTANTS[client].file(machine).read_text(encoding="utf-8")
    assert text.strip().replace(KEY, "fjk_…") in printed
    assert "FJ_SANDBOX" in preview_for(client, SANDBOX, machine)


def test_a_key_is_on_no_command_line(tmp_path: Path) -> None:
    # This Claude Code would be found, and leave a trace.
    command = tmp_path / "claude"
    command.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    command.chmod(0o755)
    machine = Machine("linux", tmp_path / "home", {"PATH": str(tmp_path)})
    install_for("claude-code", settings_with(KEY), machine)
    assert entry("claude-code", machine)["env"] == {"FJ_API_KEY": KEY}
    uninstall("claude-code", machine)
    assert not (tmp_path / "ran").exists()


@pytest.fixture
def lock(machine: Machine) -> Path:
    """The lock that a session of Claude Code holds."""
    file = written("claude-code", machine, '{"numStartups": 1}')
    held = file.with_name(file.name + ".lock")
    held.mkdir()
    return held


def test_a_running_session_of_claude_code_finishes_its_change_first(
    machine: Machine, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ASSISTANTS["claude-code"].file(machine)
    waits = iter(range(3))

    def wait(_: float) -> None:
        assert "mcpServers" not in json.loads(file.read_text())
        if next(waits) == 2:
            file.write_text('{"numStartups": 2}')
            lock.rmdir()

    monkeypatch.setattr(time, "sleep", wait)
    install_for("claude-code", SANDBOX, machine)
    after = json.loads(file.read_text())
    assert after["numStartups"] == 2
    assert after["mcpServers"].keys() == {"fj-mcp"}
    assert not lock.exists()
    assert next(waits, None) is None


def test_a_session_that_does_not_finish_is_not_disturbed(machine: Machine, lock: Path) -> None:
    for change in (install_for, lambda name, _, where: uninstall(name, where)):
        with pytest.raises(CannotInstall, match="was not changed: another program is writing it"):
            change("claude-code", SANDBOX, machine)
    assert ASSISTANTS["claude-code"].file(machine).read_text() == '{"numStartups": 1}'
    assert lock.exists()


def test_the_lock_of_a_session_that_crashed_is_removed(machine: Machine, lock: Path) -> None:
    os.utime(lock, (1, 1))
    install_for("claude-code", SANDBOX, machine)
    assert not lock.exists()
    assert entry("claude-code", machine)["env"] == {"FJ_SANDBOX": "1"}


def test_the_command_is_written_so_that_it_works_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "x"))
    assert launch() == Launch(sys.executable, ("-m", "fj_mcp"))
    (tmp_path / "fj-mcp").touch()
    assert launch() == Launch(str(tmp_path / "fj-mcp"))


@pytest.fixture(params=["uvx", "pipx run"])
def passing(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An environment that uvx or `pipx run` made, and will clean up."""
    prefix = tmp_path / "cache" / "x"
    prefix.mkdir(parents=True)
    mark = prefix.parent / "CACHEDIR.TAG" if request.param == "uvx" else prefix / PIPX_MARK
    mark.touch()
    monkeypatch.setattr(sys, "prefix", str(prefix))
    return str(request.param)


PIPX_MARK = "pipx_metadata.json"


def noted(monkeypatch: pytest.MonkeyPatch, folder: Path, note: str | None) -> None:
    """Make the package look installed, with an installer's note of its source."""
    installed = folder / "site-packages" / "fj_mcp-1.0.dist-info"
    installed.mkdir(parents=True)
    metadata = "Metadata-Version: 2.4\nName: fj-mcp\nVersion: 1.0\n"
    (installed / "METADATA").write_text(metadata, encoding="utf-8")
    if note is not None:
        (installed / "direct_url.json").write_text(note, encoding="utf-8")
    monkeypatch.syspath_prepend(installed.parent)


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
def test_from_a_passing_environment_its_source_is_started_and_never_a_name(
    tmp_path: Path,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    passing: str,
    note: dict[str, Any],
    source: str,
) -> None:
    clone = tmp_path / "my clone"
    clone.mkdir()
    noted(monkeypatch, tmp_path, json.dumps(note).replace("{clone}", quote(str(clone))))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/bin/{name}")
    assert launch() == Launch("/bin/uvx", ("--from", source.format(clone=clone), "fj-mcp"))
    monkeypatch.setattr(shutil, "which", lambda name, path=None: path and f"{path}/{name}")
    monkeypatch.setenv("UV", "/clone/.uv/bin/uv")
    assert launch().command == "/clone/.uv/bin/uvx"
    monkeypatch.delenv("UV")
    with pytest.raises(CannotInstall, match=r"Nothing was installed: .* `pipx install "):
        launch()
    assert run_install(["cursor"], SANDBOX, machine, show=False) == 1
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
def test_from_a_passing_environment_of_unknown_source_nothing_is_installed(
    tmp_path: Path,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    passing: str,
    note: str | None,
) -> None:
    noted(monkeypatch, tmp_path, note)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: f"/bin/{name}")
    for show in (False, True):
        assert run_install(["cursor"], SANDBOX, machine, show=show) == 1
        told = capsys.readouterr()
        assert told.out == ""
        assert "`uv tool install /path/to/fj-mcp`" in told.err
    assert not machine.home.exists()


@pytest.mark.parametrize("client", ASSISTANTS)
def test_no_configuration_and_no_text_starts_a_package_by_name(
    machine: Machine, client: str
) -> None:
    printed = preview_for(client, settings_with(KEY), machine)
    assert "uvx" not in printed
    assert "://" not in printed


def test_the_command_installs_for_the_home_it_is_run_in(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fj_mcp", "install", "cursor"],
        env=CLEAN | {"HOME": str(tmp_path), "FJ_API_KEY": KEY},
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


def test_the_help_names_every_assistant_and_others_are_refused(machine: Machine) -> None:
    told = " ".join(
        CliRunner().invoke(app, ["install", "--help"], terminal_width=200).output.split()
    )
    assert all(client in told for client in ASSISTANTS)
    assert "--sign-in" in told
    refused = CliRunner().invoke(app, ["install", "emacs", "--sandbox"])
    assert refused.exit_code == 1
    assert "emacs is not a known assistant; use claude-code" in refused.output


def loaded_at_start(**settings: str) -> set[str]:
    """The modules that the server loads until its input ends."""
    started = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "fj_mcp", "--sandbox"],
        env=CLEAN | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
        text=True,
    )
    return {line.rpartition("|")[2].strip() for line in started.stderr.splitlines()}


@pytest.mark.parametrize(
    ("name", "value", "loaded"),
    [
        ("NO_PROXY", "socks.example.com", False),
        ("HTTPS_PROXY", "http://proxy.example.com", False),
        ("all_proxy", "socks5://proxy.example.com", True),
    ],
)
def test_support_for_socks_is_loaded_for_a_socks_proxy(name: str, value: str, loaded: bool) -> None:
    assert ("socksio.socks5" in loaded_at_start(**{name: value})) is loaded


def test_the_server_starts_without_loading_what_the_commands_need() -> None:
    loaded = loaded_at_start()
    assert "fj_mcp.transports.stdio" in loaded
    commands = {"fj_mcp.commands.typer_app", "fj_mcp.commands.install"}
    assert not loaded & {*commands, "typer", "rich", "tomlkit", "ruamel.yaml"}
