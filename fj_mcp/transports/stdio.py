"""Serving one client on stdin and stdout, until it hangs up or the process is asked to end."""

import gc
import os
import signal
import sys
import threading
from functools import partial
from typing import cast

import anyio
from mcp.server.stdio import stdio_server

from fj_mcp.server.build import build_server
from fj_mcp.server.connection import Connection
from fj_mcp.settings.settings import Settings
from fj_mcp.telemetry.export import export_spans, flush_spans
from fj_mcp.telemetry.logs import flush_log
from fj_mcp.transports.lines import Lines

FINISH_SECONDS = 4.0
"""How long a purchase that was sent may still take when the process is asked to end."""

HUNG_UP_SECONDS = 1.5
"""The same when the client has hung up: it ends the process two seconds after that."""

LAST_WORDS_SECONDS = 1.0
"""How long replies may still take to leave when the client has hung up."""

_REPLY_SECONDS = 0.25
"""How long the reply to a purchase may take once that is done."""

_STATUS = {signal.SIGTERM: 0, signal.SIGINT: 130}
"""The exit status after each signal that ends the process."""


def serve(settings: Settings) -> None:
    """Serve until stdin is closed, or SIGTERM or SIGINT comes."""
    asked: signal.Signals | None = None
    try:
        asked = anyio.run(_serve, settings)
    except* (BrokenPipeError, anyio.BrokenResourceError):
        # The client reads no more, so that nobody is left to be told.
        _end()
    if asked is not None:
        # The thread that reads stdin cannot be interrupted, and would keep the process alive.
        _end(_STATUS[asked])
    flush_spans()
    flush_log()


async def _serve(settings: Settings) -> signal.Signals | None:
    """Serve, and say which signal ended it."""
    opened: list[Connection] = []
    lines = Lines()
    asked: list[signal.Signals] = []

    def on_open(connection: Connection) -> None:
        opened.append(connection)
        connection.open_things.callback(_end_even_if_unread)

    async def finish(seconds: float) -> None:
        """Let purchases end, and the replies to them leave."""
        for connection in opened:
            await connection.finish(seconds)
        with anyio.move_on_after(_REPLY_SECONDS):
            await lines.answered()

    async def end_when_asked() -> None:
        # What the process was started to ignore, as in the background of a shell, stays ignored.
        heeded = [number for number in _STATUS if signal.getsignal(number) != signal.SIG_IGN]
        with anyio.open_signal_receiver(*heeded) as signals:
            async for number in signals:
                asked.append(number)
                await finish(FINISH_SECONDS)
                _end_even_if_unread()
                lines.stop()

    server = build_server(settings, on_open=on_open)
    export_spans(os.environ)
    gc.freeze()
    gc.enable()
    async with anyio.create_task_group() as tasks:
        # Windows ends a process without asking it.
        if sys.platform != "win32":
            tasks.start_soon(end_when_asked)
        stdin = cast("anyio.AsyncFile[str]", lines.read(partial(finish, HUNG_UP_SECONDS)))
        async with stdio_server(stdin) as (received, sent):
            core = server._lowlevel_server
            answers = lines.answering(sent)
            await core.run(received, answers, core.create_initialization_options())
        tasks.cancel_scope.cancel()
    return asked[0] if asked else None


def _end_even_if_unread() -> None:
    # The thread that writes to stdout cannot be interrupted either: a client that hangs up with
    # replies unread would keep the process alive.
    end = threading.Timer(LAST_WORDS_SECONDS, _end)
    end.daemon = True
    end.start()


def _end(status: int = 0) -> None:
    flush_spans()
    flush_log()
    os._exit(status)
