"""The base of all filters: conversion from a model's arguments to the API's format and back.

A `Filter` is part of a field's annotation and declares everything about the filter: the API's key
and operator, the vocabulary, the schema that the model reads, the conversion in both directions,
and the validation that the API performs (used by the sandbox).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from fj_mcp.filters.spellings import ANY, Spellings
from fj_mcp.filters.spoken_words import NONE, Spoken, folded, may_mean
from fj_mcp.filters.unavailable import refuse_negation
from fj_mcp.filters.wordings import LISTED, Wording, is_upper_limit, refuse_placeholder, several
from fj_mcp.text.cleaning import as_word, clean_block
from fj_mcp.text.comparison import normalized

Operator = Literal["IN", "=", "(.)", "RANGE"]

MAX_VALUE_LENGTH = 200
STORED = {"stored": True}
"""The validation context of values that FutureJobs has stored or spelled: any text is a value."""


@dataclass(frozen=True)
class Loosening:
    """When a search that finds too few people is advised to do without a filter.

    Attributes:
        about: what the filter is about; one filter on each is suggested at a time.
        strictness: how few people fit a usual value, up to 100. The strictest goes first.
    """

    about: Literal["employers", "the candidate"]
    strictness: int


@dataclass(frozen=True, kw_only=True)
class Filter(ABC):
    """One filter. Subclasses define the shape of its value.

    Attributes:
        key: the API's name, such as `current_employers.title`.
        operator: the API's `type` for this key.
        vocabulary: the values that the API is known to accept, each with its display label.
        spoken: the words that people use for the values of the vocabulary.
        closed: whether the vocabulary is complete. The API silently matches nothing for a value
            outside it.
        wording: what tells the text of one value from that of several.
        autocomplete: the API's `filter_type` that completes values, if there is one.
        spellings: other spellings of those values.
        must_be_known: whether a search with a value that the API does not complete is refused once.
        loosening: when to suggest removing the filter; None for never.
        published: whether a model sees the filter in the schemas of create and update, of create
            alone, or in none. Every filter is accepted everywhere.
    """

    key: str
    operator: Operator = "IN"
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    spoken: Spoken = NONE
    closed: bool = False
    wording: Wording = LISTED
    autocomplete: str | None = None
    spellings: Spellings = ANY
    must_be_known: bool = False
    loosening: Loosening | None = None
    published: Literal["always", "in create", "never"] = "in create"

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the value, without its description."""

    @abstractmethod
    def summary(self) -> str:
        """A short description of the type, for the reference table."""

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """Convert a validated value to the API's `value`."""

    @abstractmethod
    def decode(self, value: Any) -> Any:
        """Convert an API `value` of any shape back; None if it is empty or unreadable.

        Raises:
            ValueError: for a word outside a closed vocabulary.
        """

    def undecoded(self, value: Any) -> list[str]:
        """The words of a readable API `value` that `decode` drops."""
        return []

    def texts(self, value: Any) -> list[str]:
        """The texts in a model's argument, each of which should be one value."""
        return []

    def parse(self, value: Any) -> Any:
        """Normalize a model's argument; None if it is empty. Wrong types are returned unchanged.

        Raises:
            ValueError: with the end of a sentence that starts with the filter's name.
        """
        return value

    def validate(self, value: Any, check_type: Callable[[Any], Any]) -> Any:
        """Normalize and type-check a value; pydantic's validator."""
        if value is None or (parsed := self.parse(value)) is not None:
            return check_type(None if value is None else parsed)
        return None

    def check(self, value: Any) -> str | None:
        """The API's objection to a `value` that it received, or None."""
        try:
            decoded = self.decode(value)
        except ValueError as error:
            return f"value {error}"
        if decoded is None:
            return "value is empty or of the wrong shape"
        expected = self.encode(decoded)
        return None if expected == value else f"value must look like {expected!r:.200}"

    def choose(self, word: str) -> str:
        """The token for a token or label in any case. Free text is returned unchanged.

        Raises:
            ValueError: for a word outside a closed vocabulary, with the nearest tokens.
        """
        token = self._tokens.get(normalized(word))
        if token is None and self.closed:
            raise ValueError(self._unknown(word, ()))
        return token or word

    def understand(self, word: str) -> str:
        """Like `choose`, for a word as people say it.

        Raises:
            ValueError: also for a word with more than one possible meaning.
        """
        if not self.vocabulary:
            return word
        exact = normalized(word) in self._tokens
        if not exact and (unsure := self._unsure.get(folded(word, self.spoken.fillers))):
            raise ValueError(self._unknown(word, unsure))
        meant = self.meanings(word)
        return meant[0] if meant else self.choose(word)

    def refuse(self, given: str) -> None:
        """Reject a text that is not one value: a negated one, a placeholder, or several.

        Raises:
            ValueError: with the end of a sentence that starts with the filter's name.
        """
        text = clean_block(given, MAX_VALUE_LENGTH)
        refuse_placeholder(text)
        refuse_negation(text)
        if self.meanings(text):
            return
        if self.closed and is_upper_limit(text):
            raise ValueError(
                f"takes no upper limit such as {as_word(text)!r}, because FutureJobs has no "
                f"exclusion; it takes {', '.join(self.vocabulary)}"
            )
        refuse_negation(text, proper=self.wording.proper, member=bool(self.vocabulary))
        parts = self.wording.parts(text, self.is_known)
        # Any other text is not in a complete vocabulary anyway, and is refused with the nearest.
        if len(parts) > 1 and (not self.closed or all(map(self.is_known, parts))):
            raise ValueError(self.too_many(text, parts))

    def is_known(self, text: str) -> bool:
        """Whether a text is certainly a value."""
        return bool(self.meanings(text)) or self.spellings.knows(text)

    def too_many(self, text: str, parts: list[str]) -> str:
        """The end of a sentence about a `text` that holds the values `parts`."""
        return several(text, parts)

    def meanings(self, word: str) -> tuple[str, ...]:
        """The tokens that a word may mean, as people say it; none if it is unknown."""
        if (token := self._tokens.get(normalized(word))) is not None:
            return (token,)
        said = folded(word, self.spoken.fillers)
        return self._unsure.get(said) or self._said.get(said, ())

    def nearest(self, word: str) -> tuple[str, ...]:
        """The tokens that a word outside the vocabulary is most like; at most three."""
        labels = self.vocabulary
        names = [name for name, token in self._tokens.items() if may_mean(word, labels[token])]
        near = get_close_matches(normalized(word), names, n=3, cutoff=0.7)
        return tuple(dict.fromkeys(self._tokens[name] for name in near))

    def _unknown(self, word: str, meant: tuple[str, ...]) -> str:
        tokens = meant or self.nearest(word[:MAX_VALUE_LENGTH])
        if tokens:
            hint = f"did you mean {' or '.join(tokens)}?"
        else:
            hint = f"it takes {', '.join(self.vocabulary)}"
        return f"has no value {as_word(word)!r}; {hint}"

    @cached_property
    def _tokens(self) -> dict[str, str]:
        tokens = {normalized(label): token for token, label in self.vocabulary.items()}
        return tokens | {normalized(token): token for token in self.vocabulary}

    @cached_property
    def _said(self) -> dict[str, tuple[str, ...]]:
        spoken = [(word, token) for token, words in self.spoken.values.items() for word in words]
        own = [*self.vocabulary.items(), *((token, token) for token in self.vocabulary)]
        # A value's own name outranks the words for others.
        names = [*spoken, *((label, token) for token, label in own)]
        return {folded(word, self.spoken.fillers): (token,) for word, token in names}

    @cached_property
    def _unsure(self) -> dict[str, tuple[str, ...]]:
        words = self.spoken.unsure.items()
        return {folded(word, self.spoken.fillers): tokens for word, tokens in words}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_wrap_validator_function(self._validated, handler(source))

    def _validated(
        self, value: Any, check_type: Callable[[Any], Any], info: ValidationInfo[Any]
    ) -> Any:
        if info.context is not STORED:
            for text in self.texts(value):
                self.refuse(text)
        return self.validate(value, check_type)

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.schema()
