"""Words of a text, and the known phrases among them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fj_mcp.filters.spellings import plain

T = TypeVar("T")

_WORD = re.compile(r"[^\s,;:/()\[\]|\"'’‘“”„«»!?…•·]+")
_EDGES = "-–—*_~."
_LONGEST = 7

# (m/w/d), (F/H), (all genders)
_ALL_GENDERS = re.compile(
    r"\(\s*(?:[mwfdxhi](?:\s*[/|,]\s*[mwfdxhi]){1,2}|all genders|gn)\s*\)", re.IGNORECASE
)

# Endings for other genders: Buchhalter:in, chargé(e), vendeur/se, enfermero/a.
_GENDERS = re.compile(
    r"(?<=[a-zäöüß])(?:[:*_]in(?:nen)?|/-?in(?:nen)?|\(in(?:nen)?\)|In(?:nen)?)\b|"
    r"(?<=[a-zéèû])(?:\((?:e|ne|le|se|te|ère|euse|trice)s?\)|[·•/](?:e|ne|le|se|te|ère|euse|trice)s?\b)|"
    r"(?<=[a-zñ])(?:/(?:a|as|ra|ora)\b|\((?:a|as|ra)\))"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, and in the form in which words are compared."""

    written: str
    folded: str


def words_of(text: str) -> list[Word]:
    """The words of a text, without the endings for a second gender."""
    text = _GENDERS.sub("", _ALL_GENDERS.sub("", unicodedata.normalize("NFC", text)))
    # A period begins .NET, and ends a sentence.
    found = (part.lstrip(_EDGES[:-1]).rstrip(_EDGES) for part in _WORD.findall(text))
    return [Word(part, plain(part)) for part in found if part]


class Phrases(Generic[T]):
    """Phrases with the value that each stands for; the first value of a phrase counts.

    Args:
        named: phrases and values.
        exact: words of up to so many letters are read only in their own case: RN is a nurse, and
            `go` is no language.
    """

    def __init__(self, named: Iterable[tuple[str, T]], exact: int = 3) -> None:
        self._values: dict[str, T] = {}
        self._exact: dict[str, T] = {}
        for phrase, value in named:
            words = words_of(phrase)
            if len(phrase) <= exact:
                self._exact.setdefault(" ".join(word.written for word in words), value)
            else:
                self._values.setdefault(" ".join(word.folded for word in words), value)

    def found(self, words: list[Word]) -> list[T]:
        """The distinct values in a text, in its order; of nested phrases only the longest."""
        found: dict[T, None] = {}
        place = 0
        while place < len(words):
            size, value = self._at(words, place)
            if value is not None:
                found[value] = None
            place += size
        return list(found)

    def _at(self, words: list[Word], place: int) -> tuple[int, T | None]:
        for size in range(min(_LONGEST, len(words) - place), 0, -1):
            part = words[place : place + size]
            value = self._values.get(" ".join(word.folded for word in part))
            if value is None:
                value = self._exact.get(" ".join(word.written for word in part))
            if value is not None:
                return size, value
        return 1, None
