"""Arguments as clients and models send them, in the form that validation expects.

Only a form with one possible meaning is read: an omitted argument sent as null or empty, JSON as
text, one value for a list of one, a pair for a range, a word in another case. Anything else stays
as it is, and validation refuses it by name. The forms come from the model that validates, so that
every tool, argument and filter is read in the same way.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from fj_mcp.errors import BadArguments
from fj_mcp.filters.argument_types import AS_GIVEN, EMPTY_LIST, Capped
from fj_mcp.filters.search_filters import UNPUBLISHED
from fj_mcp.text.repeated_keys import RepeatedKey, parse_json

_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?")
_MAX_QUOTING = 3
"""How often JSON text may be quoted as JSON text again."""


def read_arguments(
    arguments: dict[str, Any], model: type[BaseModel]
) -> tuple[dict[str, Any], list[str]]:
    """Read a call's arguments leniently, for validation by `model`.

    Returns:
        The arguments, and a sentence for each one that was replaced by its maximum.

    Raises:
        BadArguments: for a key that is twice in one JSON text.
    """
    form = _object(model)
    if not form.fields:
        # Some clients send a dummy argument to tools that take none.
        return {}, []
    given = {name: value for name, value in arguments.items() if name != "_meta"}
    read: dict[str, Any] = form.read(given)
    for _ in range(_MAX_QUOTING):
        # A form inside another shows only once the outer one has been read.
        before, read = read, form.read(read)
        if read == before:
            break
    notes = []
    for name, most in form.maxima.items():
        value = read.get(name)
        if isinstance(value, int) and value > most:
            read[name] = most
            notes.append(f"{name} is at most {most}, so {most} was used.")
    return read, notes


def names_in(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The published names that the object at `path` in the arguments takes."""
    form: Form = _object(model)
    for part in path:
        if isinstance(form, Object):
            form = form.fields[str(part)].form
        elif isinstance(form, List):
            form = form.entry
    if not isinstance(form, Object):
        return []
    return [name for name, field in form.fields.items() if not field.unpublished]


class Form(ABC):
    """The form of one argument."""

    @abstractmethod
    def read(self, value: Any) -> Any:
        """The value as validation expects it, or unchanged if its meaning is not certain."""


class AsGiven(Form):
    """A value that is never changed."""

    def read(self, value: Any) -> Any:
        """`value`."""
        return value


class Text(Form):
    """A string, which may come as a list of one."""

    def read(self, value: Any) -> Any:
        """The only string of a list, or `value`."""
        value = _only(value, otherwise=value)
        # Free text is not parsed as JSON unless it can be nothing else.
        if isinstance(value, str) and value.lstrip()[:2] == '["':
            value = _only(_parsed(value), otherwise=value)
        return value


class Number(Form):
    """A number, which may come as text."""

    def read(self, value: Any) -> Any:
        """The number; without a fraction of zero, an integer."""
        value = _only(_parsed(value), otherwise=value)
        if isinstance(value, str) and (digits := _NUMBER.fullmatch(value.strip())):
            value = float(value) if digits[1] else int(value)
        return int(value) if isinstance(value, float) and value.is_integer() else value


class Boolean(Form):
    """True or false, which may come as a word."""

    def read(self, value: Any) -> Any:
        """The boolean."""
        value = _only(_parsed(value), otherwise=value)
        words = {"true": True, "false": False}
        return words.get(_word(value), value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Word(Form):
    """One of a few words, in any case."""

    words: tuple[str, ...]

    def read(self, value: Any) -> Any:
        """The word as it is spelled in the schema."""
        value = _only(_parsed(value), otherwise=value)
        if not isinstance(value, str):
            return value
        return next((word for word in self.words if _word(word) == _word(value)), value)


@dataclass(frozen=True)
class List(Form):
    """A list, which may come as its only value."""

    entry: Form

    def read(self, value: Any) -> Any:
        """The list."""
        value = _parsed(value)
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            return value
        if len(value) == 1 and isinstance(inner := _parsed(value[0]), list):
            # The whole list as the text of its only entry.
            value = inner if isinstance(value[0], str) else value
        return [self.entry.read(_unquoted(item)) for item in value]


@dataclass(frozen=True)
class Field:
    """One field of an object."""

    form: Form
    required: bool
    unpublished: bool = False


@dataclass(frozen=True)
class Object(Form):
    """An object, whose optional fields may be null or empty instead of omitted.

    Attributes:
        fields: by name.
        exact: the names that are taken only as they are spelled.
        lists: the names of lists that stay if they are empty.
        maxima: the maximum of each field that is marked as capped.
    """

    fields: dict[str, Field]
    exact: frozenset[str]
    lists: frozenset[str]
    maxima: dict[str, int]

    def read(self, value: Any) -> Any:
        """The object without the fields that mean nothing."""
        value = _parsed(value)
        if isinstance(value, list) and len(value) == 1:
            only = _parsed(value[0])
            value = only if isinstance(only, dict) else value
        if isinstance(value, list) and len(value) == 2 and self.fields.keys() == {"min", "max"}:
            value = dict(zip(("min", "max"), value, strict=True))
        if not isinstance(value, dict):
            return value
        read: dict[str, Any] = {}
        for key, inner in value.items():
            name = key if key in self.fields else self._meant(key, {*value, *read})
            field = self.fields.get(name)
            if field is None:
                read[name] = inner
            elif field.required:
                needed = field.form.read(inner)
                read[name] = None if _is_null(needed) else needed
            elif not _is_empty(inner) and not _is_empty(kept := field.form.read(inner)):
                read[name] = kept
            elif name in self.lists:
                read[name] = []
        return read

    def _meant(self, key: str, taken: set[str]) -> str:
        """The field with the same letters as a key, in whatever case and with whatever joints."""
        letters = _letters(key)
        named = next((name for name in self.fields if _letters(name) == letters), key)
        return key if named in taken or named in self.exact else named


@cache
def _object(model: type[BaseModel]) -> Object:
    marks = {name: field.metadata for name, field in model.model_fields.items()}
    exact = frozenset(name for name, found in marks.items() if AS_GIVEN in found)
    return Object(
        {
            name: Field(
                AsGiven() if name in exact else _form(field.annotation),
                field.is_required(),
                isinstance(extra := field.json_schema_extra, dict) and UNPUBLISHED in extra,
            )
            for name, field in model.model_fields.items()
        },
        exact,
        frozenset(name for name, found in marks.items() if EMPTY_LIST in found),
        {
            name: mark.maximum
            for name, found in marks.items()
            for mark in found
            if isinstance(mark, Capped)
        },
    )


def _form(annotation: Any) -> Form:
    """The form of a type, such as `list[str]`, with or without `Annotated`."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return _form(arguments[0])
    if origin is Literal:
        return Word(arguments)
    if origin is list:
        return List(_form(arguments[0]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _object(annotation)
    plain: dict[Any, Form] = {int: Number(), float: Number(), bool: Boolean(), str: Text()}
    return plain.get(annotation, AsGiven())


def _parsed(value: Any) -> Any:
    """The object, list or text that `value` is the JSON text of; otherwise `value`."""
    for _ in range(_MAX_QUOTING):
        if not isinstance(value, str) or not value.lstrip().startswith(("{", "[", '"')):
            break
        try:
            value = parse_json(value)
        except RepeatedKey as repeated:
            raise BadArguments(str(repeated)) from None
        except (ValueError, RecursionError):
            break
    return value


def _unquoted(value: Any) -> Any:
    parsed = _parsed(value)
    return parsed if isinstance(parsed, str | dict) else value


def _only(value: Any, *, otherwise: Any) -> Any:
    """The only value of a list of one, or `value` if it is none; `otherwise` for other lists."""
    if not isinstance(value, list | dict):
        return value
    is_one = isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list | dict)
    return value[0] if is_one else otherwise


def _is_null(value: Any) -> bool:
    return value is None or (isinstance(value, str) and _word(value) == "null")


def _is_empty(value: Any) -> bool:
    return (
        _is_null(value)
        or (isinstance(value, str | list | dict) and not value)
        or (isinstance(value, str) and not value.strip())
    )


def _word(text: str) -> str:
    return text.strip(" \t\r\n\"'`").casefold()


def _letters(name: str) -> str:
    return re.sub(r"[ _-]", "", name).casefold()
