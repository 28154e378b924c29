"""The kinds of filter, by the shape of their value."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fj_mcp.filters.base import MAX_VALUE_LENGTH, Filter, Operator
from fj_mcp.filters.unavailable import advice_on
from fj_mcp.text import lenient
from fj_mcp.text.cleaning import as_word, clean_line
from fj_mcp.text.comparison import distinct, normalized

_TIERS_NEEDED = (
    "say how important each skill is: mandatory (must have), core (wanted) or secondary (nice "
    'to have), such as {"mandatory": ["Python"], "core": ["SQL"]}'
)
_SPAN = re.compile(
    r"(?P<min>\d{1,8})\s*(?:(?:-|–|to)\s*(?P<max>\d{1,8})|\+)"
    r"\s*(?:years?|yrs|employees|people|percent|%)?",
    re.IGNORECASE,
)
_KILOMETERS = re.compile(r"(\d{1,4})[ _]?(?:km)?", re.IGNORECASE)
_LEADING_POSTAL_CODE = re.compile(r"^(?:\s*(?:\d[\d -]{2,10},|\d{5,6}(?=\s)))+\s*(?=[^\s,])")


@dataclass(frozen=True, kw_only=True)
class Values(Filter):
    """A list of values: free text, or words of a vocabulary."""

    places: bool = False

    def schema(self) -> dict[str, Any]:
        items: dict[str, Any] = {"type": "string"}
        if self.closed:
            items["enum"] = list(self.vocabulary)
        return {"type": "array", "items": items}

    def summary(self) -> str:
        return "one or more of a fixed list" if self.closed else "strings"

    def encode(self, value: list[str]) -> list[str]:
        return value

    def decode(self, value: Any) -> list[str] | None:
        return self._chosen(lenient.lines(value, MAX_VALUE_LENGTH), self.choose)

    def texts(self, value: Any) -> list[str]:
        return _texts(value)

    def parse(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            return value
        return self._chosen(value, self.understand)

    def _chosen(self, words: list[str], choose: Callable[[str], str]) -> list[str] | None:
        if self.places:
            words = [_LEADING_POSTAL_CODE.sub("", word) for word in words]
        return distinct([choose(word) for word in distinct(short_words(words))]) or None


@dataclass(frozen=True, kw_only=True)
class Choice(Filter):
    """One word of a closed vocabulary, which the API expects as an array of one.

    Attributes:
        takes: what is said about several words.
    """

    closed: bool = True
    takes: str = "takes one value"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.vocabulary)}

    def summary(self) -> str:
        return "one of a fixed list"

    def encode(self, value: str) -> list[str]:
        return [value]

    def decode(self, value: Any) -> str | None:
        words = lenient.lines(value)
        return self.choose(words[0]) if words else None

    def undecoded(self, value: Any) -> list[str]:
        return lenient.lines(value)[1:]

    def texts(self, value: Any) -> list[str]:
        return _texts([value])

    def too_many(self, text: str, parts: list[str]) -> str:
        return self.takes

    def parse(self, value: Any) -> Any:
        if isinstance(value, list) and len(value) > 1:
            raise ValueError(self.takes)
        if not isinstance(value, str):
            return value
        return self.understand(value) if value.strip() else None


@dataclass(frozen=True, kw_only=True)
class Range(Filter):
    """`{min?, max?}`. The API requires both sides, so a missing side becomes the natural bound.

    Attributes:
        lowest: the natural lower bound.
        end: the natural upper bound; None for the current year.
    """

    operator: Operator = "RANGE"
    lowest: int
    end: int | None = None

    @property
    def highest(self) -> int:
        """The natural upper bound as of today."""
        return datetime.now(UTC).year if self.end is None else self.end

    def schema(self) -> dict[str, Any]:
        sides = {"min": {"type": "integer"}, "max": {"type": "integer"}}
        return {"type": "object", "properties": sides}

    def summary(self) -> str:
        return f"`{{min?, max?}}`, {self.lowest} to {self.end or 'this year'}"

    def encode(self, value: Mapping[str, int]) -> list[int]:
        return [value.get("min", self.lowest), value.get("max", self.highest)]

    def decode(self, value: Any) -> dict[str, int] | None:
        sides = value if isinstance(value, list) else []
        named = zip(("min", "max"), map(lenient.whole, sides), strict=False)
        return {name: side for name, side in named if side is not None} or None

    def undecoded(self, value: Any) -> list[str]:
        sides = value if isinstance(value, list) else []
        fractions = [side for side in sides if lenient.number(side) != lenient.whole(side)]
        return lenient.lines(fractions + sides[2:])

    def validate(self, value: Any, check_type: Callable[[Any], Any]) -> Any:
        if isinstance(value, str) and (written := _SPAN.fullmatch(value.strip())):
            value = {name: side for name, side in written.groupdict().items() if side}
        if isinstance(value, list | str | int | float):
            raise ValueError('must be a range with min, max or both, such as {"min": 3, "max": 5}')
        span = check_type(value)
        sides = [side for side in (span.min, span.max) if side is not None]
        if any(not self.lowest <= side <= self.highest for side in sides):
            raise ValueError(f"must be between {self.lowest} and {self.highest}")
        if sides != sorted(sides):
            raise ValueError(f"has min {span.min} above max {span.max}; swap them")
        low = None if span.min == self.lowest else span.min
        high = None if span.max == self.highest else span.max
        # A range between the natural bounds excludes nobody, so it is not a filter.
        unbounded = low is None and high is None
        return None if unbounded else span.model_copy(update={"min": low, "max": high})

    def check(self, value: Any) -> str | None:
        if (objection := super().check(value)) is not None:
            return objection
        return None if value[0] <= value[1] else "value has min above max"


@dataclass(frozen=True, kw_only=True)
class Distance(Filter):
    """Kilometers around the regions, which the API expects as `["50_km"]`."""

    operator: Operator = "="
    farthest: int = 500

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": self.farthest}

    def summary(self) -> str:
        return f"kilometers, 1 to {self.farthest}"

    def encode(self, value: int) -> list[str]:
        return [f"{value}_km"]

    def decode(self, value: Any) -> int | None:
        words = lenient.lines(value)
        found = [_KILOMETERS.fullmatch(word) for word in words]
        if words and not any(found):
            raise ValueError("is not in kilometers")
        return next((int(digits[1]) for digits in found if digits), None)

    def undecoded(self, value: Any) -> list[str]:
        return lenient.lines(value)[1:]

    def validate(self, value: Any, check_type: Callable[[Any], Any]) -> Any:
        if isinstance(value, str) and (digits := _KILOMETERS.fullmatch(value.strip())):
            value = int(digits[1])
        elif isinstance(value, str):
            raise ValueError(f"must be a whole number of kilometers, 1 to {self.farthest}")
        kilometers = check_type(value)
        if not 1 <= kilometers <= self.farthest:
            raise ValueError(f"must be between 1 and {self.farthest} kilometers")
        return kilometers


@dataclass(frozen=True, kw_only=True)
class Switch(Filter):
    """True or unset; `meaning_true` is the word of the vocabulary that means true."""

    operator: Operator = "="
    meaning_true: str

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def summary(self) -> str:
        return "true"

    def encode(self, value: bool) -> list[str]:
        return [self.meaning_true]

    def decode(self, value: Any) -> bool | None:
        words = lenient.lines(value)
        if words and self.meaning_true not in words:
            raise ValueError(f"is not {self.meaning_true}")
        return True if words else None

    def undecoded(self, value: Any) -> list[str]:
        return [word for word in lenient.lines(value) if word != self.meaning_true]

    def parse(self, value: Any) -> Any:
        return None if value is False else value

    def check(self, value: Any) -> str | None:
        known = isinstance(value, list) and value and set(map(str, value)) <= set(self.vocabulary)
        return None if known else f"value must contain one of {', '.join(self.vocabulary)}"


@dataclass(frozen=True, kw_only=True)
class Tiers(Filter):
    """Skills by importance. The API expects an object here, and an array for every other filter."""

    names: tuple[str, ...] = ("mandatory", "core", "secondary")

    def schema(self) -> dict[str, Any]:
        tier = {"type": "array", "items": {"type": "string"}}
        return {"type": "object", "properties": dict.fromkeys(self.names, tier)}

    def summary(self) -> str:
        return "`{mandatory?, core?, secondary?}`, at least one skill"

    def encode(self, value: Mapping[str, list[str]]) -> dict[str, list[str]]:
        return {name: value.get(name, []) for name in self.names}

    def decode(self, value: Any) -> dict[str, list[str]] | None:
        tiers = value if isinstance(value, dict) else {"core": value}
        skills = {name: lenient.lines(tiers.get(name), MAX_VALUE_LENGTH) for name in self.names}
        return {name: words for name, words in skills.items() if words} or None

    def undecoded(self, value: Any) -> list[str]:
        others = {name: words for name, words in lenient.mapping(value).items() if words}
        return lenient.lines([name for name in others if name not in self.names])

    def texts(self, value: Any) -> list[str]:
        return [text for words in lenient.mapping(value).values() for text in _texts(words)]

    def validate(self, value: Any, check_type: Callable[[Any], Any]) -> Any:
        if isinstance(value, list | str | int | float):
            raise ValueError(f"must {_TIERS_NEEDED}")
        for name in value if isinstance(value, dict) else ():
            # A name such as `exclude` has its own advice.
            if name not in self.names and advice_on(name) is None:
                raise ValueError(f"has no tier {as_word(name)} and must {_TIERS_NEEDED}")
        tiers = check_type(value)
        seen: set[str] = set()
        kept: dict[str, list[str]] = {}
        # A skill in two tiers counts in the higher one: mandatory outranks core.
        for name in self.names:
            words = distinct(short_words(getattr(tiers, name)))
            kept[name] = [word for word in words if normalized(word) not in seen]
            seen.update(map(normalized, words))
        if not seen:
            raise ValueError("needs at least one skill in mandatory, core or secondary")
        return tiers.model_copy(update=kept)


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def short_words(words: list[str]) -> list[str]:
    """Strip invisible characters from `words`, each of which must fit a filter value.

    Raises:
        ValueError: for a value over 200 characters.
    """
    if any(len(word) > MAX_VALUE_LENGTH for word in words):
        raise ValueError(f"has a value longer than {MAX_VALUE_LENGTH} characters")
    return [clean_line(word, MAX_VALUE_LENGTH) for word in words]
