"""Serve one client on stdin and stdout, until it hangs up or the process gets a signal."""

import gc
import os
import signal
import sys
import threading
from functools import partial
from typing import cast

import anyio
from mcp.server.stdio import stdio_server

from fj_mcp.api.direct_transport import load_aiohttp
from fj_mcp.api.network import load_certificates
from fj_mcp.server.build import build_server
from fj_mcp.server.connection import Connection
from fj_mcp.settings.settings import Settings
from fj_mcp.telemetry.export import export_spans, flush_spans
from fj_mcp.telemetry.logs import flush_log
from fj_mcp.transports.lines import Lines
from fj_mcp.transports.pipes import Stdout

FINISH_SECONDS = 4.0
"""How long to wait for purchases in flight after a signal."""

HUNG_UP_SECONDS = 1.5
"""The same after the client has hung up: clients kill the process two seconds after that."""

LAST_WORDS_SECONDS = 1.0
"""How long to wait for responses to be read after the client has hung up."""

_RESPONSE_SECONDS = 0.25
"""How long to wait for the response to a finished purchase to be sent."""

_QUIET_SECONDS = 1.0
"""How long to leave the processor to a client that calls as soon as it has the list of tools."""

_STATUS = {signal.SIGTERM: 0, signal.SIGINT: 130}
"""The exit status after each signal."""


def serve(settings: Settings) -> None:
    """Serve until stdin is closed, or until SIGTERM or SIGINT."""
    received: signal.Signals | None = None
    try:
        received = anyio.run(_serve, settings)
    except* (BrokenPipeError, anyio.BrokenResourceError):
        # The client no longer reads, so there is nowhere to report this.
        _end()
    if received is not None:
        # A thread that reads stdin cannot be interrupted and would keep the process alive.
        _end(_STATUS[received])
    flush_spans()
    flush_log()


async def _serve(settings: Settings) -> signal.Signals | None:
    """Serve; return the signal that ended it."""
    opened: list[Connection] = []
    is_open = anyio.Event()
    lines = Lines()
    signals_received: list[signal.Signals] = []

    def on_open(connection: Connection) -> None:
        opened.append(connection)
        is_open.set()
        connection.exit_stack.callback(_end_even_if_unread)

    async def finish(seconds: float) -> None:
        """Wait for purchases in flight and for their responses to be sent."""
        for connection in opened:
            await connection.finish(seconds)
        with anyio.move_on_after(_RESPONSE_SECONDS):
            await lines.all_sent()

    async def end_on_signal() -> None:
        # A signal ignored at the start, as in a shell's background job, stays ignored.
        handled = [number for number in _STATUS if signal.getsignal(number) != signal.SIG_IGN]
        with anyio.open_signal_receiver(*handled) as signals:
            async for number in signals:
                signals_received.append(number)
                await finish(FINISH_SECONDS)
                _end_even_if_unread()
                lines.stop()

    async def load_in_background() -> None:
        """Load what makes later calls faster, when that does not delay the first responses."""
        if settings.api_base_url.startswith("https:"):
            # Other threads go on meanwhile.
            await anyio.to_thread.run_sync(load_certificates, abandon_on_cancel=True)
        await is_open.wait()
        opened[0].workspace.client.open()
        await lines.tools_sent.wait()
        await anyio.sleep(_QUIET_SECONDS)
        await anyio.to_thread.run_sync(load_aiohttp, abandon_on_cancel=True)
        await opened[0].database.load()

    server = build_server(settings, on_open=on_open)
    export_spans(os.environ)
    gc.freeze()
    gc.enable()
    async with anyio.create_task_group() as tasks:
        # Windows ends a process without a signal.
        if sys.platform != "win32":
            tasks.start_soon(end_on_signal)
        if settings.key and not settings.problems and not settings.sandbox:
            tasks.start_soon(load_in_background)
        stdin = cast("anyio.AsyncFile[str]", lines.read(partial(finish, HUNG_UP_SECONDS)))
        stdout = cast("anyio.AsyncFile[str]", Stdout()) if sys.platform != "win32" else None
        async with stdio_server(stdin, stdout) as (received, sent):
            core = server._lowlevel_server
            responses = lines.track(sent)
            await core.run(received, responses, core.create_initialization_options())
        tasks.cancel_scope.cancel()
    return signals_received[0] if signals_received else None


def _end_even_if_unread() -> None:
    # A client that hangs up without reading the responses would keep the process alive.
    end = threading.Timer(LAST_WORDS_SECONDS, _end)
    end.daemon = True
    end.start()


def _end(status: int = 0) -> None:
    flush_spans()
    flush_log()
    os._exit(status)
