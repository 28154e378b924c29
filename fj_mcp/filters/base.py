"""How one filter travels: from what a model writes to the API's `{type, value}` and back.

A `Filter` stands in a field's annotation and is everything that is true of the filter: the API's
key and operator, the vocabulary, the schema that the model reads, the conversion in both
directions, and the check that the API makes (used by the sandbox).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from fj_mcp.text.cleaning import as_word
from fj_mcp.text.comparison import normalized

Operator = Literal["IN", "=", "(.)", "RANGE"]


@dataclass(frozen=True)
class Loosening:
    """When a search that finds too few people is advised to do without a filter.

    Attributes:
        about: what the filter is about; one filter on each is suggested at a time.
        strictness: how few people fit a usual value, up to 100. The strictest goes first.
    """

    about: Literal["employers", "the person"]
    strictness: int


@dataclass(frozen=True, kw_only=True)
class Filter(ABC):
    """One filter on its way. Subclasses say what its value is; the base speaks for all of them.

    Attributes:
        key: the API's name, such as `current_employers.title`.
        operator: the API's `type` for this key.
        vocabulary: the values the API is known to take, each with the label people know it by.
        closed: whether the vocabulary is complete. A wrong value there finds nobody, silently.
        autocomplete: the API's `filter_type` that completes values, if it has one.
        loosening: when the filter is suggested to be removed; None for never.
    """

    key: str
    operator: Operator = "IN"
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    autocomplete: str | None = None
    loosening: Loosening | None = None

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the value, without its description."""

    @abstractmethod
    def summary(self) -> str:
        """The type in a few words, for the reference table."""

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """The API's `value` for a validated value."""

    @abstractmethod
    def decode(self, value: Any) -> Any:
        """What `encode` was given, from an API's `value` of any shape; None where there is none.

        Raises:
            ValueError: for a word outside a closed vocabulary.
        """

    def uncarried(self, value: Any) -> list[str]:
        """The words of an API's `value`, readable as it is, that `decode` loses."""
        return []

    def parse(self, value: Any) -> Any:
        """The normal form of what a model wrote, None for nothing; wrong types pass unchanged.

        Raises:
            ValueError: with the end of a sentence that starts with the filter's name.
        """
        return value

    def validate(self, value: Any, check_type: Callable[[Any], Any]) -> Any:
        """The step pydantic runs: the normal form, of the right type."""
        if value is None or (parsed := self.parse(value)) is not None:
            return check_type(None if value is None else parsed)
        return None

    def check(self, value: Any) -> str | None:
        """What the API objects to in a `value` that reached it, or None."""
        try:
            decoded = self.decode(value)
        except ValueError as error:
            return f"value {error}"
        if decoded is None:
            return "value is empty or of the wrong shape"
        expected = self.encode(decoded)
        return None if expected == value else f"value must look like {expected!r:.200}"

    def choose(self, word: str) -> str:
        """The vocabulary's token for a token or label in any case; free text passes unchanged.

        Raises:
            ValueError: for a word outside a closed vocabulary, with the nearest tokens.
        """
        tokens = {normalized(label): token for token, label in self.vocabulary.items()}
        tokens |= {normalized(token): token for token in self.vocabulary}
        token = tokens.get(normalized(word))
        if token is None and self.closed:
            near = [
                tokens[name]
                for name in get_close_matches(normalized(word), tokens, n=3, cutoff=0.7)
            ]
            if near:
                hint = f"did you mean {' or '.join(dict.fromkeys(near))}?"
            else:
                hint = f"it takes {', '.join(self.vocabulary)}"
            raise ValueError(f"has no value {as_word(word)!r}; {hint}")
        return token or word

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self.validate, handler(source))

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.schema()
