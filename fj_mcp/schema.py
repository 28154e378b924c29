"""A pydantic model as a JSON schema that every MCP client accepts.

Clients drop or refuse `$ref`, `anyOf`, tuples and nulls; one bad tool can cost the whole list.
`published_schema` therefore inlines every reference, turns "this or null" into "this, or left
out", and drops the noise (titles, null defaults) that a model would only pay tokens for.
"""

from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, StrictBool
from pydantic_core import ErrorDetails

from fj_mcp.text import spoken


def _refuse_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


NOT_BOOL = BeforeValidator(_refuse_bool)
"""For bounded numbers, after the bounds: `Annotated[int, Field(ge=1), NOT_BOOL]`."""

Whole = Annotated[int, NOT_BOOL]
"""An integer; digits in a string pass, since some clients send them, but true and false do not."""

Flag = StrictBool
"""JSON true or false, nothing that merely resembles them: one of these decides about money."""

LEFT_OUT: Any = None
"""The default of an argument that may be left out but must not be null."""


def published_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """A model's JSON schema as clients get it: no `$ref`, no unions, no nulls, no titles."""
    plain: dict[str, Any] = _plain(schema, schema.get("$defs", {}))
    plain.setdefault("properties", {})
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
    plain = {}
    for key, value in node.items():
        if key == "title" or (key == "default" and value in (None, [], {})):
            continue
        if key == "properties":
            plain[key] = {name: _plain(item, definitions) for name, item in value.items()}
        else:
            plain[key] = _plain(value, definitions)
    return plain


_PROBLEMS = {
    "missing": "is required",
    "string_type": "must be a string",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "string_unicode": "must be valid text",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least {:g}"),
    "less_than_equal": ("le", "must be at most {:g}"),
    "too_short": ("min_length", "needs at least {} item(s)"),
    "too_long": ("max_length", "may hold at most {} items"),
    "string_too_short": ("min_length", "must not be empty"),
    "string_too_long": ("max_length", "may be at most {} characters long"),
}


def describe_problems(errors: list[ErrorDetails], model: type[BaseModel], owner: str) -> str:
    """What is wrong with some arguments, in words a model can act on.

    Args:
        errors: what pydantic found, from `ValidationError.errors()`.
        model: the arguments' model, for the real names near a misspelt one.
        owner: what the top-level names belong to, such as `create_sourcing_session`.

    Returns:
        At most three problems, joined by semicolons, each starting with the argument's path.
    """
    return "; ".join(_problem(error, model, owner) for error in errors[:3])


def _problem(error: ErrorDetails, model: type[BaseModel], owner: str) -> str:
    path = _path(error["loc"])
    kind = error["type"]
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_name(error["loc"], published_schema(model.model_json_schema()), owner)
    if kind == "value_error":
        return f"{path} {context['error']}"
    if error["input"] is None and kind != "missing":
        return f"{path} must not be null; leave it out or give it a value"
    if kind == "literal_error":
        return f"{path} must be {context['expected']}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{path} {words.format(context[name])}"
    return f"{path} {_PROBLEMS.get(kind, 'is not valid')}"


def _unknown_name(loc: tuple[int | str, ...], schema: dict[str, Any], owner: str) -> str:
    for part in loc[:-1]:
        schema = schema["items"] if isinstance(part, int) else schema["properties"][part]
    known = list(schema["properties"])
    name = spoken(str(loc[-1]))
    path = _path((*loc[:-1], name))
    if len(loc) == 1:
        words = f"{path} is not an argument of {owner}"
    else:
        words = f"{path} is not {'a filter' if loc[:-1] == ('filters',) else 'known'}"
    if near := get_close_matches(name.lower(), known, n=1):
        return f"{words}; did you mean {near[0]}?"
    return f"{words}, which takes {', '.join(known)}" if len(known) <= 8 else words


def _path(loc: tuple[int | str, ...]) -> str:
    joined = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return joined.removeprefix(".")
