"""The words that people use for the values of a vocabulary, and how they are compared."""

import re
from collections.abc import Mapping

from msgspec import Struct, field

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'’]\d{3})+(?![.,'’]?\d)")
_DECIMAL = re.compile(r"(?<=\d)[.,'’](?=\d)")
_NOISE = re.compile(r"[^\w+<>.]+|_+|\bto\b")


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
