"""Words as they are compared: without regard to case and blanks, and by likeness."""

from difflib import get_close_matches


def folded(text: str) -> str:
    """`text` as it is compared: without regard to case and to how its blanks are laid out."""
    return " ".join(text.split()).casefold()


def distinct(texts: list[str]) -> list[str]:
    """`texts` with single blanks, without empty ones and repeats in any case, in their order."""
    kept: dict[str, str] = {}
    for text in texts:
        if text := " ".join(text.split()):
            kept.setdefault(folded(text), text)
    return list(kept.values())


def nearest(name: str, known: list[str]) -> str | None:
    """The name in `known` that `name` is most likely a misspelling of."""
    return next(iter(get_close_matches(name.strip().lower(), known, n=1, cutoff=0.75)), None)
