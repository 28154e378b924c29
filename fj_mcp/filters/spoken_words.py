"""The words that people use for the values of a vocabulary, and how they are compared."""

import re
from collections.abc import Mapping

from msgspec import Struct, field

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’]\d{3})+(?![.,'’]?\d)")
_DECIMAL = re.compile(r"(?<=\d)[.,'’](?=\d)")
_NOISE = re.compile(r"[^\w+<>.]+|_+|\bto\b")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\+?\s?([kmbdwy]?)")
_MORE = re.compile(r"\b(?:more|over|above|least|greater|higher|min(?:imum)?)\b|>")
_LESS = re.compile(r"\b(?:less|fewer|lower|under|below|most|up|max(?:imum)?)\b|<")
_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b")


class Spoken(Struct, frozen=True, kw_only=True):
    """The words for one vocabulary, each as people write it.

    Attributes:
        values: the words that mean exactly one value, by value.
        unsure: words with the values that they may mean; they are refused with these values.
        fillers: words at the end of an expression that add nothing, such as "degree".
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fillers: tuple[str, ...] = ()


NONE = Spoken()


def folded(text: str, fillers: tuple[str, ...] = ()) -> str:
    """`text` without case, punctuation and fillers: "B.Sc. degree" becomes "bsc".

    The digits of a number stay apart: "1,000" becomes "1000", but "1,2" becomes "1.2".
    """
    text = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text.casefold())
    text = _DECIMAL.sub(".", text)
    text = re.sub(r"(?<!\d)\.|\.(?!\d)|['’´`]", "", text).replace("&", " and ")
    words = " ".join(_NOISE.sub(" ", text).split())
    while filler := next((one for one in fillers if words.endswith(f" {one}")), None):
        words = words.removesuffix(f" {filler}")
    return words


def may_mean(text: str, other: str) -> bool:
    """Whether no number in a text contradicts another one.

    "1.2 months" is not 12 months, "$1B" is not $1M, and "more than 1 year" is not less than one.
    """
    given, known = (
        _NUMBER.sub(lambda found: _NUMBERS[found[0]], folded(words)) for words in (text, other)
    )
    if _direction(given) * _direction(known) < 0:
        return False
    amounts = _AMOUNT.findall(known)
    return not amounts or all(
        any(number == one and (not unit or not its or unit == its) for one, its in amounts)
        for number, unit in _AMOUNT.findall(given)
    )


def _direction(words: str) -> int:
    return bool(_MORE.search(words)) - bool(_LESS.search(words))
