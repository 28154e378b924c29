"""The log on stderr, with nothing in it that anybody wrote.

Other packages' lines below WARNING are left out at every level: they quote whole messages,
addresses and error texts, and with them people and search words.
"""

import logging
import traceback
from typing import Any

from fj_mcp.settings import Settings

log = logging.getLogger("fj_mcp")
"""INFO: a line for each tool call. DEBUG: one for each request to FutureJobs as well."""

_TALKATIVE = ("mcp", "httpx", "httpcore", "sse_starlette")
"""Whose lines below WARNING quote most, wherever this runs in a process that logs everything."""


def start_logging(level: str) -> None:
    """Log this package from `level` on, and all others from WARNING on at the least."""
    others = max(logging.getLevelNamesMapping()[level], logging.WARNING)
    handler = logging.StreamHandler()
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
