"""An environment with the SDK and httpx alone, as whoever writes a bare server has it.

In this one the bare server would get for nothing what the server's own dependencies speed up.
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
    """The Python of such an environment, which is removed with the context.

    Its packages have the versions that are installed here.
    """
    with TemporaryDirectory() as folder:
        _uv("venv", "--python", sys.executable, folder)
        python = str(Path(folder) / "bin" / "python")
        wanted = [f"{name}=={version(name)}" for name in _SAME_VERSIONS]
        _uv("pip", "install", "--python", python, "--compile-bytecode", *wanted)
        yield python


def _uv(*arguments: str) -> None:
    subprocess.run(["uv", "--quiet", *arguments], check=True)
