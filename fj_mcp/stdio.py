"""Serving one client on stdin and stdout, until it hangs up or the process is asked to end."""

import gc
import os
import signal
import sys
import threading

import anyio

from fj_mcp.server import build_server
from fj_mcp.settings import Settings
from fj_mcp.sourcing import Sourcing
from fj_mcp.telemetry import export_spans, flush_spans

FINISH_SECONDS = 4.0
"""How long a purchase that was sent may still take when the process is asked to end."""

LAST_WORDS_SECONDS = 1.0
"""How long replies may still take to leave when the client has hung up."""


def serve(settings: Settings) -> None:
    """Serve until stdin is closed, or SIGTERM comes."""
    anyio.run(_serve, settings)
    flush_spans()


async def _serve(settings: Settings) -> None:
    opened: list[Sourcing] = []

    def on_open(sourcing: Sourcing) -> None:
        opened.append(sourcing)
        sourcing.open_things.callback(_end_even_if_unread)

    server = build_server(settings, on_open=on_open)
    export_spans(os.environ)
    gc.freeze()
    gc.enable()
    async with anyio.create_task_group() as tasks:
        # Windows ends a process without asking it.
        if sys.platform != "win32":
            tasks.start_soon(_end_when_asked, opened)
        await server.run_stdio_async()
        tasks.cancel_scope.cancel()


def _end_even_if_unread() -> None:
    # The thread that writes to stdout cannot be interrupted either: a client that hangs up with
    # replies unread would keep the process alive.
    end = threading.Timer(LAST_WORDS_SECONDS, _end)
    end.daemon = True
    end.start()


async def _end_when_asked(opened: list[Sourcing]) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async for _ in signals:
            try:
                for sourcing in opened:
                    await sourcing.finish(FINISH_SECONDS)
            finally:
                # The thread that reads stdin cannot be interrupted, and would keep the process
                # alive.
                _end()


def _end() -> None:
    flush_spans()
    os._exit(0)
