"""Compare words, ignoring case and whitespace, or by similarity."""

from difflib import get_close_matches

_LONGEST_NAME = 100
"""Characters of a name that are compared; megabytes would take seconds."""


def normalized(text: str) -> str:
    """`text` in the form used for comparison: case-folded, with single spaces."""
    return " ".join(text.split()).casefold()


def distinct(texts: list[str]) -> list[str]:
    """`texts` with single spaces, without empty ones and case-insensitive duplicates, in order."""
    kept: dict[str, str] = {}
    for text in texts:
        if text := " ".join(text.split()):
            kept.setdefault(normalized(text), text)
    return list(kept.values())


def closest_match(name: str, known: list[str]) -> str | None:
    """The name in `known` that `name` is most likely a misspelling of."""
    name = name.strip()[:_LONGEST_NAME].lower()
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.75)), None)
