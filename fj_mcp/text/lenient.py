"""Lenient parsers for values in the API's responses.

The API omits fields, sets them to null, and sends numbers as strings and lists as scalars. None of
these functions raises; each returns an empty value for anything it cannot use.
"""

import math
import re
from datetime import UTC, datetime
from typing import Any

from fj_mcp.text.cleaning import clean_block, clean_line, quotable

MAX_CREDITS = 1_000_000
"""A larger amount in one response is taken for a mistake."""

_IDENTITY = re.compile(r"[^\s<>]{1,64}")
_STATUS = re.compile(r"[A-Za-z][A-Za-z_-]{0,39}")
_FIELD = re.compile(r"[A-Za-z_][\w.\[\]-]{0,59}", re.ASCII)


def mapping(value: object) -> dict[str, Any]:
    """`value` if it is an object, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[dict[str, Any]]:
    """The objects in a list; a lone object counts as a list of one."""
    return [item for item in _listed(value) if isinstance(item, dict)]


def line(value: object, limit: int = 200) -> str | None:
    """Text on one line, safe to show, at most `limit` characters."""
    text = value if isinstance(value, str) else _worded(value)
    return clean_line(text, limit) or None


def quote(value: object, key: str = "", limit: int = 200) -> str | None:
    """The API's own message in quotation marks; None if it is not safe to repeat.

    Args:
        value: a text, or a list of texts.
        key: the API key in use, no part of which is repeated.
        limit: the maximum number of characters.
    """
    words = "; ".join(_worded(item) for item in _listed(value)[:3])
    fit = quotable(words, key, limit)
    return f"“{fit}”" if fit else None


def identity(value: object) -> str | None:
    """An id: one word of at most 64 characters. None for anything else."""
    text = line(value, 100) or ""
    return text if _IDENTITY.fullmatch(text) and "fjk" not in text.lower() else None


def status(value: object) -> str | None:
    """A one-word status. Any other text becomes `processing`."""
    text = line(value, 100)
    if text is None:
        return None
    return text if _STATUS.fullmatch(text) and "fjk" not in text.lower() else "processing"


def field(value: object) -> str | None:
    """The name of an API field."""
    text = _worded(value)
    return text if _FIELD.fullmatch(text) and "fjk" not in text.lower() else None


def block(value: object, limit: int) -> str | None:
    """Text of several lines, safe to show, at most `limit` characters."""
    return clean_block(_worded(value), limit) or None


def lines(value: object, limit: int = 200, most: int = 1000) -> list[str]:
    """The distinct one-line texts in a list; a lone string counts as a list of one."""
    found = [line(item, limit) for item in _listed(value)[:most]]
    return list(dict.fromkeys(filter(None, found)))


def number(value: object) -> float | None:
    """A finite number, or a string of one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        read = float(value)
    except (ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def whole(value: object) -> int | None:
    """A whole number, or a string of one; fractions are truncated."""
    read = number(value)
    # Larger numbers count nothing real, and do not fit into the database.
    return None if read is None or abs(read) > 2**53 else int(read)


def counted(value: object) -> int | None:
    """A whole number of at least 0; None for anything else, including fractions."""
    read = number(value)
    return int(read) if read is not None and read.is_integer() and 0 <= read <= 2**53 else None


def count(value: object) -> int:
    """A whole number of at least 0; 0 for anything else."""
    return counted(value) or 0


def credits(value: object) -> int | None:
    """An amount of credits: a whole number from 0 to `MAX_CREDITS`; None for anything else."""
    read = counted(value)
    return read if read is not None and read <= MAX_CREDITS else None


def link(value: object) -> str | None:
    """An http or https address without spaces; None for anything else, such as `javascript:`."""
    text = line(value, 500) or ""
    usable = text.lower().startswith(("https://", "http://")) and " " not in text
    return text if usable else None


def moment(value: object) -> datetime | None:
    """A point in time in UTC, from ISO 8601, Unix seconds or Unix milliseconds."""
    if (seconds := number(value)) is not None:
        try:
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        read = datetime.fromisoformat(_worded(value))
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _listed(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _worded(value: object) -> str:
    if isinstance(value, str):
        return value
    # A numeric name is still a name; a list or an object is not.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""
