"""HTTP servers in separate processes, and the resources they use."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bare_environment import bare_python

_HERE = Path(__file__).parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Served:
    """A server process and its port."""

    process: int
    port: int

    @property
    def megabytes(self) -> float:
        """Resident memory."""
        return megabytes(self.process)

    @property
    def cpu_seconds(self) -> float:
        """CPU time so far, including the workers."""
        workers = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        return sum(map(cpu_seconds, [self.process, *map(int, workers)]))


def megabytes(process: int) -> float:
    """Resident memory of a process."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[0]) / 1000


def cpu_seconds(process: int) -> float:
    """CPU time of a process so far, without its children."""
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / _TICKS


def idle_seconds() -> float:
    """Idle time of this machine's cores so far."""
    _, _, _, idle, waiting = Path("/proc/stat").read_text().split()[1:6]
    return (int(idle) + int(waiting)) / _TICKS


@contextmanager
def our_server(api: str, *arguments: str, **settings: str) -> Iterator[Served]:
    """Our server without a key, on the API at `api`."""
    with TemporaryDirectory() as folder:
        used = {"FJ_API_BASE_URL": api, "FJ_STATE_DIR": folder} | settings
        command = ["fj_mcp", "serve", "--http", "--port", "0", *arguments]
        with _process(command, used) as process:
            assert process.stdout is not None
            (port,) = re.findall(r":(\d+)/mcp", process.stdout.readline())
            yield Served(process.pid, int(port))


@contextmanager
def bare_server(api: str) -> Iterator[Served]:
    """An SDK server with one tool, on the same API, in its own virtual environment."""
    port = free_port()
    module = ["bench.bare_session_server", api, str(port)]
    with bare_python() as python, _process(module, {}, python) as process:
        _until_open(port)
        yield Served(process.pid, port)


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def _until_open(port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the bare server did not start")


@contextmanager
def _process(
    command: list[str], settings: dict[str, str], python: str = sys.executable
) -> Iterator[subprocess.Popen[str]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FJ_")}
    process = subprocess.Popen(
        [python, "-m", *command],
        cwd=_HERE,
        env=clean | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()
