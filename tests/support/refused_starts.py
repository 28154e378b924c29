"""Servers that do not start, because their options or settings are wrong."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from typer.testing import CliRunner

from fj_mcp.commands.typer_app import app


def refusal_of(folder: Path, arguments: Sequence[str], settings: Mapping[str, str]) -> str:
    """What `fj-mcp serve --http` says instead of starting."""
    done = CliRunner().invoke(
        app,
        ["serve", "--http", "--port", "0", *arguments],
        env={"FJ_STATE_DIR": str(folder), **settings},
    )
    assert done.exit_code == 1
    assert not done.stdout
    return done.stderr
