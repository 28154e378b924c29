"""`fj-mcp serve --http`: the app under uvicorn, in one process or several."""

import errno
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial

import uvicorn
from pydantic import SecretStr

from fj_mcp.settings.settings import Settings
from fj_mcp.transports.http.app import create_app
from fj_mcp.transports.http.h11_protocol import KEEP_ALIVE_SECONDS, TimedConnection
from fj_mcp.transports.http.workers import Workers, app_of_a_worker

_MAX_AT_ONCE = 2_000
"""Connections and requests of one process; beyond that uvicorn responds with 503."""

ENDING_SECONDS = 10
"""How long requests in flight may take after SIGTERM."""

LAST_SECONDS = 4.0
"""How long a process that hangs may take in addition."""

_MAX_HEAD_BYTES = 32_768
_WORKER_SECONDS = 60
"""How long a worker may be silent, such as at its start on a busy machine, before another one takes
its place."""

_OPEN_FILES = 8_192


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    allowed_hosts: Sequence[str],
    allowed_origins: Sequence[str],
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Args:
        settings: as read from the environment.
        host: the address to listen on.
        port: the TCP port; 0 picks a free one.
        workers: the number of processes.
        allowed_hosts: see `create_app`.
        allowed_origins: see `create_app`.
        announce: called with the URL of MCP once clients can connect.

    Raises:
        ValueError: with a message, if it must not or cannot be served like this.
    """
    if settings.sandbox and workers > 1:
        raise ValueError("The sandbox runs in one process: leave --workers out.")
    # Keys that are encrypted with it must be readable after a restart.
    stored = settings.signs_in_with_keys or settings.oauth_id_jag
    if workers > 1 and settings.state_key is None and not stored:
        key = SecretStr(secrets.token_hex(32))
        settings = settings.model_copy(update={"state_key": key})
    make_app = partial(
        create_app,
        settings,
        host=host,
        allowed_hosts=allowed_hosts,
        allowed_origins=allowed_origins,
    )
    # Also made here when workers make their own, so that errors reach the terminal.
    app = make_app()
    config = uvicorn.Config(
        app if workers == 1 else partial(app_of_a_worker, make_app, ENDING_SECONDS),
        factory=workers > 1,
        http=TimedConnection,
        ws="none",
        lifespan="on",
        workers=workers,
        log_config=None,
        log_level=settings.log_level.lower(),
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MAX_AT_ONCE,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=ENDING_SECONDS,
        timeout_worker_healthcheck=_WORKER_SECONDS,
        h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
    )
    _allow_open_files()
    with _listener(host, port) as listener:
        bound = listener.getsockname()[1]
        announce(f"http://{f'[{host}]' if ':' in host else host}:{bound}/mcp")
        # Uvicorn ends by sending itself the signal that it received.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            if workers > 1:
                Workers(config, [listener], ENDING_SECONDS + LAST_SECONDS).run()
            else:
                uvicorn.Server(config).run(sockets=[listener])
        finally:
            _end_even_if_threads_hang()


def _end_even_if_threads_hang() -> None:
    # Python waits for all threads, also for one that a silent database never answers.
    end = threading.Timer(LAST_SECONDS, os._exit, [0])
    end.daemon = True
    end.start()


def unusable_port(host: str, port: int, error: OSError) -> str:
    """The sentence about an address and a port that cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use: choose another with --port."
    # asyncio and socket write the address into `strerror` again.
    if error.errno is None or isinstance(error, socket.gaierror):
        reason = "the address cannot be used"
    else:
        reason = os.strerror(error.errno)
    return f"Cannot listen on {host}, port {port} ({reason}): choose another port or host."


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2_048)
    except OSError as error:
        raise ValueError(unusable_port(host, port, error)) from None
    # asyncio does this for sockets that it opens itself; without it every second response on a
    # kept-alive connection waits 40 ms for an acknowledgment.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _allow_open_files() -> None:
    """Allow enough open files for all connections and their API requests."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
