"""The log on stderr, without any user data.

Other packages only log from WARNING up: their lower levels quote messages, addresses and error
texts, which contain candidates and search terms.
"""

import logging
import os
import queue
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any

from fj_mcp.settings.settings import Settings

log = logging.getLogger("fj_mcp")
"""INFO: one line per tool call. DEBUG: also one per request to FutureJobs."""

_STDERR = 2
_MAX_LINES_WAITING = 10_000
_FLUSH_SECONDS = 0.5

_TALKATIVE = ("mcp", "httpx", "httpcore", "sse_starlette")
"""Loggers that quote payloads below WARNING, even if the process configures its own log."""


def start_logging(level: str) -> None:
    """Log this package from `level` up, and all others from WARNING up or `level`, if higher."""
    others = max(logging.getLevelNamesMapping()[level], logging.WARNING)
    handler = _handler()
    handler.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # Before the SDK does it, which wraps lines at 80 columns.
    logging.basicConfig(level=others, handlers=[handler])
    log.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(others)
    # stamina logs each retry as a warning, although the call may still succeed.
    logging.getLogger("stamina").setLevel(logging.ERROR)


def log_settings(settings: Settings) -> None:
    """Log the problems, warnings and notes of the settings."""
    messages = settings.problems + settings.unsafe_to_spend + settings.warnings + settings.notes
    if messages:
        start_logging(settings.log_level)
    for message in messages:
        log.warning("%s", message)


def _handler() -> logging.Handler:
    if sys.stderr is None:
        # File descriptor 2 may belong to another file.
        return logging.NullHandler()
    return _ThreadedHandler() if sys.stderr is sys.__stderr__ else logging.StreamHandler()


def flush_log() -> None:
    """Wait until all lines are written to stderr, for at most half a second."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _ThreadedHandler):
            handler.flush()


class _ThreadedHandler(logging.Handler):
    """Writes to stderr from its own thread, so that an unread stderr never blocks a call.

    Lines are dropped while the queue is full.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: queue.Queue[str | threading.Event] = queue.Queue(_MAX_LINES_WAITING)
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the line for the thread, and start the thread if necessary."""
        # RuntimeError: threads cannot be started at interpreter shutdown.
        with suppress(queue.Full, RuntimeError):
            # A forked process does not have the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write, daemon=True)
                self._thread.start()
            self._waiting.put_nowait(self.format(record))

    def flush(self) -> None:
        """Wait briefly until all queued lines are written. `logging` calls this at exit."""
        if self._thread is None or not self._thread.is_alive():
            return
        written = threading.Event()
        with suppress(queue.Full):
            self._waiting.put(written, timeout=_FLUSH_SECONDS)
            written.wait(_FLUSH_SECONDS)

    def _write(self) -> None:
        while True:
            item = self._waiting.get()
            if isinstance(item, threading.Event):
                item.set()
                continue
            line = f"{item}\n".encode("utf-8", "backslashreplace")
            # Not through sys.stderr: a blocked write would hold its lock forever.
            with suppress(OSError):
                while line:
                    line = line[os.write(_STDERR, line) :]


class _RedactingFormatter(logging.Formatter):
    """Shows the stack of an exception without its message, which may quote anything."""

    def formatException(self, ei: Any) -> str:
        """Format stack frames and exception types, causes first."""
        return "".join(_traces(ei[1])).rstrip()


def _traces(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    earlier = [line for other in (cause, *members) if other for line in _traces(other)]
    return [*earlier, *traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n"]
