"""A pydantic model as a JSON schema that every MCP client accepts.

Clients drop or refuse `$ref`, `anyOf`, tuples and nulls; one bad tool can cost the whole list.
`published_schema` therefore inlines every reference, turns "this or null" into "this, or left
out", and drops the noise (titles, null defaults) that a model would only pay tokens for.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema


class _Quick(GenerateJsonSchema):
    """Leaves out what is dropped anyway: it takes time at the start of every server."""

    def encode_default(self, dft: Any) -> Any:
        """The default as it is: that of a result is null or left out."""
        return dft


def result_schema(result: type[BaseModel]) -> dict[str, Any]:
    """The schema of a tool's result as clients get it."""
    return published_schema(result.model_json_schema(schema_generator=_Quick))


def published_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A model's JSON schema as clients get it: no `$ref`, no unions, no nulls, no titles."""
    plain: dict[str, Any] = _plain(schema, schema.get("$defs", {}))
    plain.pop("$defs", None)
    return plain


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
        if key == "title" or (key == "default" and value in (None, [], {})):
            continue
        if key == "properties":
            plain[key] = {name: _plain(item, definitions) for name, item in value.items()}
        else:
            plain[key] = _plain(value, definitions)
    if plain.get("type") == "object":
        plain.setdefault("properties", {})
    return plain
