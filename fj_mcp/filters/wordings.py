"""Texts that are not one value: placeholders, upper limits, and several values in one text.

FutureJobs takes each of them as a word, charges for the search, and finds nobody or anybody.
"""

import json
import re
from collections.abc import Callable

from msgspec import Struct

from fj_mcp.text.cleaning import as_word, quoted

PLACEHOLDERS = frozenset(
    {"null", "none", "n/a", "undefined", "any", "nan", "nil", "tbd", "unspecified",
     "not specified", "not applicable", "no preference"}
)  # fmt: skip
_UPPER_LIMIT = re.compile(
    r"(?:(?:below|under|up to|at most|(?:less|fewer|lower) than|not? (?:more|higher) than)\s|[<≤])"
    r"\s*\S.*"
    r"|.+\s(?:(?:or|and) (?:below|less|lower|under|fewer)|at most|max(?:imum)?)",
    re.IGNORECASE,
)
_IN_PARENTHESES = re.compile(r"\([^)]*\)")


class Wording(Struct, frozen=True):
    """What tells the text of one value from that of several values.

    Attributes:
        separators: a pattern of what stands only between values.
        doubtful: a pattern of what may be part of a value, and separates only beside a known one.
        proper: whether values are proper names, of which some begin with "Not" or "Without".
    """

    separators: str
    doubtful: str = ""
    proper: bool = False

    def parts(self, text: str, known: Callable[[str], bool]) -> list[str]:
        """The values in `text`; fewer than two if it is, or may be, one value."""
        if len(parts := _split(text, self.separators)) > 1 or not self.doubtful:
            return parts
        if known(text) or len(parts := _split(text, self.doubtful)) < 2:
            return []
        return parts if known(parts[0]) or known(parts[-1]) else []


_BREAKS = r"[;|\n]|\s[oO][rR]\s"
# A comma before three digits is within a number, such as 10,001.
_COMMA = r",(?!\d{3}(?!\d))"

LISTED = Wording(f"{_BREAKS}|{_COMMA}")
PHRASES = Wording(_BREAKS)
PHRASES_WITH_COMMAS = Wording(_BREAKS, _COMMA)
NAMES = Wording(r"[;\n]", proper=True)
# "OR" is Oregon, and "Jammu and Kashmir" is one place.
PLACES = Wording(r"[;|\n]|\sor\s", r"\sand\s")
# "Korea, Republic of" is one country.
COUNTRIES = Wording(r"[;|\n]|\sor\s", r"\sand\s|,(?!.*\bof\b)")


def refuse_placeholder(text: str) -> None:
    """Reject a text such as "n/a", which stands for no value.

    Raises:
        ValueError: with the end of a sentence that starts with the filter's name.
    """
    if text.strip(" \"'`“”‘’<>().").casefold() in PLACEHOLDERS:
        raise ValueError(f"has the placeholder {quoted(as_word(text))} as a value; leave it out")


def is_upper_limit(text: str) -> bool:
    """Whether a text such as "Director or below" asks for everything up to a value."""
    return _UPPER_LIMIT.fullmatch(text) is not None


def several(text: str, parts: list[str]) -> str:
    """The end of a sentence about a `text` that holds the values `parts`."""
    entries = json.dumps([as_word(part) for part in parts[:3]], ensure_ascii=False)
    words = f"has several values in one text; give each its own entry, such as {entries}"
    return f"{words}, or leave out a comma that is part of one value" if "," in text else words


def _split(text: str, separators: str) -> list[str]:
    # "Machine Learning (NLP, CV)" is one value.
    masked = _IN_PARENTHESES.sub(lambda found: "_" * len(found[0]), text)
    parts, start = [], 0
    for found in re.finditer(separators, masked):
        parts.append(text[start : found.start()])
        start = found.end()
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]
