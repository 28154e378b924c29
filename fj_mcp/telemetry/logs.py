"""The log on stderr, with nothing in it that anybody wrote.

Other packages' lines below WARNING are left out at every level: they quote whole messages,
addresses and error texts, and with them people and search words.
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
"""INFO: a line for each tool call. DEBUG: one for each request to FutureJobs as well."""

_STDERR = 2
_MOST_LINES_WAITING = 10_000
_FLUSH_SECONDS = 0.5

_TALKATIVE = ("mcp", "httpx", "httpcore", "sse_starlette")
"""Whose lines below WARNING quote most, wherever this runs in a process that logs everything."""


def start_logging(level: str) -> None:
    """Log this package from `level` on, and all others from WARNING on at the least."""
    others = max(logging.getLevelNamesMapping()[level], logging.WARNING)
    handler = _handler()
    handler.setFormatter(_WithoutTexts("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    # Before the SDK does it, whose lines break at 80 columns.
    logging.basicConfig(level=others, handlers=[handler])
    log.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(others)
    # Its retries would be warnings although the call may still succeed.
    logging.getLogger("stamina").setLevel(logging.ERROR)


def log_settings(settings: Settings) -> None:
    """Log what is wrong with the settings that a server starts with, and what is good to know."""
    said = settings.problems + settings.unsafe_to_spend + settings.warnings + settings.notes
    if said:
        start_logging(settings.log_level)
    for words in said:
        log.warning("%s", words)


def _handler() -> logging.Handler:
    if sys.stderr is None:
        # Whatever was opened first has its number.
        return logging.NullHandler()
    return _Unhurried() if sys.stderr is sys.__stderr__ else logging.StreamHandler()


def flush_log() -> None:
    """Let the lines that were logged so far reach stderr, for half a second at most."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _Unhurried):
            handler.flush()


class _Unhurried(logging.Handler):
    """Writes to stderr from a thread of its own: nobody may be reading there, and calls go on.

    Where too many lines wait already, the next are lost.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: queue.Queue[str | threading.Event] = queue.Queue(_MOST_LINES_WAITING)
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Leave the line to the thread, which the first line starts."""
        # At the interpreter's end there are no new threads.
        with suppress(queue.Full, RuntimeError):
            # A fork does not take it along.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write, daemon=True)
                self._thread.start()
            self._waiting.put_nowait(self.format(record))

    def flush(self) -> None:
        """Wait until all lines so far are written, but not for long; `logging` does so at exit."""
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
            # Not through sys.stderr, whose lock a write that waits would hold until the end.
            with suppress(OSError):
                while line:
                    line = line[os.write(_STDERR, line) :]


class _WithoutTexts(logging.Formatter):
    """Shows where an exception came from, and not its text, which may quote anything."""

    def formatException(self, ei: Any) -> str:
        """Frames and types, the causes first."""
        return "".join(_traces(ei[1])).rstrip()


def _traces(error: BaseException) -> list[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    earlier = [line for other in (cause, *members) if other for line in _traces(other)]
    return [*earlier, *traceback.format_tb(error.__traceback__), f"{type(error).__qualname__}\n"]
