"""Virtual environments of their own, as for a server written from scratch.

In the current one, other servers would benefit from our faster dependencies.
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
    """The Python interpreter of an environment with only the SDK and httpx, as installed here."""
    with python_with(*(f"{name}=={version(name)}" for name in _SAME_VERSIONS)) as python:
        yield python


@contextmanager
def python_with(*packages: str) -> Iterator[str]:
    """The Python interpreter of a new environment, which is deleted at the end.

    Raises:
        subprocess.CalledProcessError: if the packages cannot be installed.
    """
    with TemporaryDirectory() as folder:
        _uv("venv", "--python", sys.executable, folder)
        python = str(Path(folder) / "bin" / "python")
        _uv("pip", "install", "--python", python, "--compile-bytecode", *packages)
        yield python


def _uv(*arguments: str) -> None:
    subprocess.run(["uv", "--quiet", *arguments], check=True)
