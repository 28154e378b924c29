"""Processes of the command that start at once, forked from one that has imported everything.

A new interpreter spends its first second on loading the SDK, and the tests start a hundred
processes. A forked one is a process like any other: it has its own pid, pipes, environment and exit
status, and runs `commands.cli.main` from its first line. Without fork, a new interpreter is
started.
"""

import atexit
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from typing import IO, Any, TextIO

from tests.support import moved_clocks

ORDER_BYTES = 1 << 17
"""Size limit of a process's arguments and environment."""


class Started:
    """A running command, with the part of `subprocess.Popen` that the tests use."""

    def __init__(self, starter: "Starter", pid: int, stdin: IO[str], stdout: IO[str]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._starter = starter

    def wait(self, timeout: float = 60) -> int:
        """Wait for the exit status; negative for a signal, as in `subprocess`."""
        return self._starter.wait(self.pid, timeout)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        self._starter.send_signal(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        try:
            self.stdin.close()
        finally:
            self.wait()


class Starter:
    """The process that forks the others, and reports their exit statuses."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        # Coverage is turned on for each process separately.
        own = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=own)
        theirs.close()
        self._news = threading.Condition()
        self._started: list[int] = []
        self._codes: dict[int, int] = {}
        self._ordering = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()
        atexit.register(self._end)

    def start(
        self, arguments: tuple[str, ...], environment: dict[str, str], stderr: TextIO | None
    ) -> Started:
        """Start a process of the command."""
        order = json.dumps({"arguments": arguments, "environment": environment}).encode()
        assert len(order) <= ORDER_BYTES
        (in_end, stdin), (stdout, out_end) = os.pipe(), os.pipe()
        errors = stderr.fileno() if stderr is not None else 2
        with self._ordering, self._news:
            socket.send_fds(self._orders, [order], [in_end, out_end, errors])
            os.close(in_end)
            os.close(out_end)
            assert self._news.wait_for(lambda: self._started, timeout=60), "no process was started"
            pid = self._started.pop()
        stdin_file = os.fdopen(stdin, "w", encoding="utf-8")
        stdout_file = os.fdopen(stdout, encoding="utf-8")
        return Started(self, pid, stdin_file, stdout_file)

    def wait(self, pid: int, timeout: float) -> int:
        """Wait for a process's exit status. Raises `subprocess.TimeoutExpired`."""
        with self._news:
            if not self._news.wait_for(lambda: pid in self._codes, timeout):
                raise subprocess.TimeoutExpired(f"process {pid}", timeout)
            return self._codes[pid]

    def send_signal(self, pid: int, number: int) -> None:
        """Send a signal to a process, unless it has ended."""
        # It may have ended before the news of it arrive.
        with self._news, suppress(ProcessLookupError):
            if pid not in self._codes:
                os.kill(pid, number)

    def _listen(self) -> None:
        while message := self._orders.recv(ORDER_BYTES):
            pid, code = json.loads(message)
            with self._news:
                if code is None:
                    # The pid may be reused.
                    self._codes.pop(pid, None)
                    self._started.append(pid)
                else:
                    self._codes[pid] = code
                self._news.notify_all()

    def _end(self) -> None:
        self._orders.shutdown(socket.SHUT_RDWR)
        self._process.wait()


@cache
def starter() -> Starter:
    """The starter of this test process."""
    return Starter()


def start(
    arguments: tuple[str, ...], environment: dict[str, str], stderr: TextIO | None
) -> "Started | subprocess.Popen[str]":
    """Start a process of the command, with pipes for stdin and stdout."""
    # What has been imported before would keep this machine's clock.
    own_clock = moved_clocks.is_followed(environment)
    if sys.platform == "linux" and not own_clock:
        return starter().start(arguments, environment, stderr)
    program = moved_clocks.__name__ if own_clock else "fj_mcp"
    return subprocess.Popen(
        [sys.executable, "-m", program, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
    )


def _wait_for_orders(orders: socket.socket) -> dict[str, Any] | None:
    """Fork for each order. Returns the order in the new process; None in the first, at its end."""
    with selectors.DefaultSelector() as ready:
        ready.register(orders, selectors.EVENT_READ)
        while True:
            for key, _ in ready.select():
                if key.data is not None:
                    _, status = os.waitpid(key.data, 0)
                    code = os.waitstatus_to_exitcode(status)
                    orders.send(json.dumps([key.data, code]).encode())
                    ready.unregister(key.fd)
                    os.close(key.fd)
                    continue
                message, ends, _, _ = socket.recv_fds(orders, ORDER_BYTES, 3)
                if not message:
                    return None
                if (pid := os.fork()) == 0:
                    for place, end in enumerate(ends):
                        os.dup2(end, place)
                    for end in [*ends, *(one.fd for one in ready.get_map().values())]:
                        os.close(end)
                    orders.detach()
                    order: dict[str, Any] = json.loads(message)
                    return order
                orders.send(json.dumps([pid, None]).encode())
                ready.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
                for end in ends:
                    os.close(end)


async def _warm_up() -> None:
    """Serve a first client once, so that the forked processes inherit the caches."""
    from mcp import Client

    from fj_mcp.server.build import build_server
    from fj_mcp.settings.settings import Settings

    for era in ("legacy", "auto"):
        async with Client(build_server(Settings(sandbox=True)), mode=era) as client:
            await client.list_tools()
            await client.call_tool("list_sessions", {})


def _main() -> None:
    # Lazy imports of the commands, done once for all of them.
    import gc

    import anyio

    import fj_mcp.storage.database.agreed_values
    import fj_mcp.storage.database.postgres_server
    import fj_mcp.storage.database.sqlite_file
    import fj_mcp.storage.ledger.rows  # noqa: F401 - for the processes
    from fj_mcp.commands.cli import main

    anyio.run(_warm_up)
    gc.freeze()
    order = _wait_for_orders(socket.socket(fileno=int(sys.argv[1])))
    if order is None:
        return
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["fj-mcp", *order["arguments"]]
    if any(name.startswith("COV") for name in os.environ):
        import coverage

        coverage.process_startup()
    main()


if __name__ == "__main__":
    _main()
