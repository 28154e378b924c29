"""The command that hints name, for each way to start this program."""

import sys
from pathlib import Path

import pytest

from fj_mcp.text.own_command import own_command


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o755)
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX modes")
@pytest.mark.parametrize(
    ("path", "uv", "started", "command"),
    [
        (["bin"], None, "{home}/bin/fj-mcp", "fj-mcp"),
        (["bin"], None, "{home}/venv/__main__.py", "fj-mcp"),
        (["venv", "bin"], "{home}/.uv/bin/uv", "{home}/venv/fj-mcp", "fj-mcp"),
        (["venv"], "{home}/.uv/bin/uv", "{home}/venv/fj-mcp", ".uv/bin/uv run --no-dev fj-mcp"),
        (["venv", "uv"], "{home}/uv/uv", "{home}/venv/fj-mcp", "uv run --no-dev fj-mcp"),
        ([], None, "venv/fj-mcp", "venv/fj-mcp"),
        ([], None, "{home}/venv/__main__.py", "venv/python -m fj_mcp"),
        (["venv2"], None, "{home}/venv/__main__.py", "venv/python -m fj_mcp"),
    ],
)
def test_a_hint_names_the_command_that_the_users_shell_finds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: list[str],
    uv: str | None,
    started: str,
    command: str,
) -> None:
    for program in ("bin/fj-mcp", "venv/fj-mcp", "venv/python", ".uv/bin/uv", "uv/uv"):
        executable(tmp_path / program)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ":".join(str(tmp_path / place) for place in path) or "/none")
    monkeypatch.setattr(sys, "argv", [started.format(home=tmp_path)])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python"))
    monkeypatch.delenv("UV_RUN_RECURSION_DEPTH", raising=False)
    if uv is not None:
        monkeypatch.setenv("UV_RUN_RECURSION_DEPTH", "1")
        monkeypatch.setenv("UV", uv.format(home=tmp_path))
    assert own_command() == command
