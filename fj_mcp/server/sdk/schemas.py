"""A pydantic model as a JSON schema that every MCP client accepts.

Clients drop or reject `$ref`, `anyOf`, tuples and nulls, and one rejected tool can cost the whole
list. A published schema therefore has every reference inlined, and an optional "this" instead of
"this or null". A model pays for each of its bytes in every conversation, so it also lacks titles,
null defaults, and what a model can do without.
"""

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from fj_mcp.filters.search_filters import UNPUBLISHED
from fj_mcp.results.models import NAMED_ELSEWHERE

MAX_PUBLISHED_WORDS = 20
"""The longest closed vocabulary that every conversation pays for."""

MAX_SHORT_TEXT = 1_000
"""The longest text in characters whose limit is not published."""


class _FastSchemas(GenerateJsonSchema):
    """Skips work whose result is dropped anyway: it takes time at every start of the server."""

    def encode_default(self, dft: Any) -> Any:
        """Return the default unchanged: a result's defaults are null or left out."""
        return dft


def description_of(fn: Callable[..., Any]) -> str:
    """The docstring of a tool, prompt or resource on one line, as clients publish it."""
    return " ".join((inspect.getdoc(fn) or "").split())


@cache
def result_schema(result: type[BaseModel]) -> dict[str, Any]:
    """The published schema of a tool's result: where each field is, and its type.

    A client checks results with it, and some show it to the model, but nobody writes a result by
    it. So `{}` is text, `items` alone is a list, only the outermost object names the fields that it
    always has and the words of its fixed lists, and each kind of object names its fields where it
    matters most.
    """
    schema = _inlined(result.model_json_schema(schema_generator=_FastSchemas))
    return _without_implied_types(
        _without(schema, frozenset({"description", "additionalProperties"})), outermost=True
    )


def _without_implied_types(schema: dict[str, Any], *, outermost: bool = False) -> dict[str, Any]:
    kept = dict(schema)
    if not outermost:
        kept.pop("required", None)
        for field in kept.get("properties", {}).values():
            field.pop("enum", None)
        if kept.get("properties") == {}:
            del kept["properties"]
        if kept.get("type") == "string" or "items" in kept or "properties" in kept:
            kept.pop("type", None)
    if kept.pop(NAMED_ELSEWHERE, False):
        kept["items"] = {"type": "object"}
    if "items" in kept:
        kept["items"] = _without_implied_types(kept["items"])
    if "properties" in kept:
        fields = kept["properties"].items()
        kept["properties"] = {name: _without_implied_types(value) for name, value in fields}
    return kept


def published_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """The published schema of a tool's arguments, from the model's JSON schema.

    Unknown names are rejected whatever it says, with a message that names the right one.
    """
    # An empty list counts as omitted.
    return _without(_inlined(schema), frozenset({"additionalProperties", "minItems"}))


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(schema, schema.get("$defs", {}))
    plain.pop("$defs", None)
    return plain


def _without(schema: dict[str, Any], words: frozenset[str]) -> dict[str, Any]:
    """A schema without some of its words, and without the properties marked as unpublished."""
    kept = {word: value for word, value in schema.items() if word not in words}
    if kept.get("maxLength", MAX_SHORT_TEXT) < MAX_SHORT_TEXT:
        # Nobody means to write more, and a longer one is refused with the limit.
        del kept["maxLength"]
    if len(kept.get("enum", ())) > MAX_PUBLISHED_WORDS:
        # The description names the tool that lists them.
        del kept["enum"]
    if "items" in kept:
        # The list has a description of its own.
        kept["items"] = _without(kept["items"], words | {"description"})
    if "properties" in kept:
        kept["properties"] = {
            name: _without(value, words)
            for name, value in kept["properties"].items()
            if UNPUBLISHED not in value
        }
    return kept


def _plain(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_plain(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        siblings = {key: value for key, value in node.items() if key != "$ref"}
        return _plain({**definitions[name], **siblings}, definitions)
    if "anyOf" in node:
        (only,) = [arm for arm in node["anyOf"] if arm != {"type": "null"}]
        siblings = {key: value for key, value in node.items() if key != "anyOf"}
        return _plain({**only, **siblings}, definitions)
    plain: dict[str, Any] = {}
    for key, value in node.items():
        if key == "title" or (key == "default" and not value):
            continue
        if key == "properties":
            plain[key] = {name: _plain(item, definitions) for name, item in value.items()}
        else:
            plain[key] = _plain(value, definitions)
    if plain.get("type") == "object":
        plain.setdefault("properties", {})
    return plain
