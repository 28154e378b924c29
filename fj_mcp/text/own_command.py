"""How the user starts this program again, for hints that name one of its commands."""

import os
import shlex
import shutil
import sys
from pathlib import Path

_NAME = "fj-mcp"


def own_command() -> str:
    """`fj-mcp` if the user's shell finds it, and otherwise the command that started this process.

    A clone whose `uv run` started it gives `.uv/bin/uv run --no-dev fj-mcp`, for example.
    """
    uv = os.environ.get("UV", "") if "UV_RUN_RECURSION_DEPTH" in os.environ else ""
    places = os.environ.get("PATH", "").split(os.pathsep)
    # `uv run` adds the first place for its own process; the user's shell does not have it.
    if shutil.which(_NAME, path=os.pathsep.join(places[1:] if uv else places)):
        return _NAME
    if uv:
        return f"{_typed(uv)} run --no-dev {_NAME}"
    if Path(sys.argv[0]).stem == _NAME:
        return shlex.quote(sys.argv[0])
    return f"{_typed(sys.executable)} -m fj_mcp"


def _typed(program: str) -> str:
    """A program as the user would type it: by its name, or from the folder they are in."""
    path = Path(program)
    found = shutil.which(path.name)
    if found is not None and Path(found) == path:
        return path.name
    try:
        return shlex.quote(str(path.relative_to(Path.cwd())))
    except (OSError, ValueError):
        return shlex.quote(program)
