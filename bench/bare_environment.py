"""A virtual environment with only the SDK and httpx, as for a server written from scratch.

In the current one, the bare server would benefit from our faster dependencies.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

_SAME_VERSIONS = (
    "mcp", "mcp-types", "httpx", "httpcore", "h11", "anyio", "pydantic", "starlette", "uvicorn",
)  # fmt: skip


@contextmanager
def bare_python() -> Iterator[str]:
    """The Python interpreter of such an environment, which is deleted at the end.

    Its packages have the versions installed here.
    """
    with TemporaryDirectory() as folder:
        _uv("venv", "--python", sys.executable, folder)
        python = str(Path(folder) / "bin" / "python")
        wanted = [f"{name}=={version(name)}" for name in _SAME_VERSIONS]
        _uv("pip", "install", "--python", python, "--compile-bytecode", *wanted)
        yield python


def _uv(*arguments: str) -> None:
    subprocess.run(["uv", "--quiet", *arguments], check=True)
