"""Validation errors as messages that a model can act on."""

from collections.abc import Callable
from typing import Any

from pydantic_core import ErrorDetails

from fj_mcp.text.cleaning import as_word
from fj_mcp.text.comparison import closest_match

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
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "string_unicode": "must be valid text",
}

_BOUNDS = {
    "greater_than_equal": ("ge", "must be at least {:g}"),
    "less_than_equal": ("le", "must be at most {:g}"),
    "too_short": ("min_length", "must have at least one item"),
    "too_long": ("max_length", "may have at most {} items"),
    "string_too_short": ("min_length", "must not be empty"),
    "string_too_long": ("max_length", "may be at most {} characters long"),
}

Path = tuple[int | str, ...]
Names = Callable[[Path], list[str]]
"""The names that an object takes, by the object's path in the arguments."""

Nearest = Callable[[str, list[str]], str | None]
"""Finds the closest of some names to a misspelled one."""

Advice = Callable[[str, object], str | None]
"""Finds what to do instead of using a name, with its value, that asks for something unavailable."""


def no_advice(_: str, __: object) -> None:
    """No name has any."""


def describe_problems(
    errors: list[ErrorDetails],
    names: Names,
    owner: str,
    near: Nearest = closest_match,
    advice: Advice = no_advice,
) -> str:
    """Describe invalid arguments in words a model can act on.

    Args:
        errors: from `ValidationError.errors()`.
        names: finds the correct names.
        owner: the tool or prompt that the top-level names belong to.
        near: finds the name closest to a misspelled one.
        advice: finds what to do instead.

    Returns:
        At most three problems, joined by semicolons, each starting with the argument's path.
    """
    meant: set[Path] = set()
    misplaced: dict[Path, tuple[Path, list[str]]] = {}
    for error in errors:
        if error["type"] == "extra_forbidden":
            loc = error["loc"]
            if (place := _right_place(loc, error["input"], names)) is not None:
                misplaced[loc] = place
                meant |= {place[0], *((*place[0], name) for name in place[1])}
            elif nearest := near(str(loc[-1]), names(loc[:-1])):
                meant.add((*loc[:-1], nearest))
    # A misspelled or misplaced argument is one problem, not a missing one as well.
    shown = [
        error
        for error in errors
        if error["loc"] not in misplaced
        and (error["type"] != "missing" or error["loc"] not in meant)
    ]
    problems = [
        _unknown_name(
            error["loc"],
            names(error["loc"][:-1]),
            owner,
            near,
            advice(str(error["loc"][-1]), error["input"]),
        )
        if error["type"] == "extra_forbidden"
        else _problem(error)
        for error in shown
    ]
    return "; ".join([*_moves(misplaced), *problems][:3])


def _right_place(loc: Path, given: Any, names: Names) -> tuple[Path, list[str]] | None:
    """The object, and the names in it, of an argument one level too high or too deep."""
    *outer, name = loc
    if outer and name == outer[-1] and isinstance(given, dict):
        inside = [key for key in given if key in names(tuple(outer))]
        return (tuple(outer), inside) if inside else None
    known = names(tuple(outer))
    holders = [] if name in known else [one for one in known if name in names((*outer, one))]
    return ((*outer, holders[0]), [str(name)]) if len(holders) == 1 else None


def _moves(misplaced: dict[Path, tuple[Path, list[str]]]) -> list[str]:
    """A sentence for each object that misplaced arguments belong into."""
    moves: dict[Path, list[str]] = {}
    for place, found in misplaced.values():
        moves.setdefault(place, []).extend(found)
    return [
        f"{', '.join(map(_path, misplaced))} must be directly in {_path(place)}: "
        f'{{"{place[-1]}": {{' + ", ".join(f'"{name}": …' for name in found[:3]) + "}}"
        for place, found in moves.items()
    ]


def _problem(error: ErrorDetails) -> str:
    path = _path(error["loc"])
    kind = error["type"]
    context = error.get("ctx", {})
    if kind == "value_error":
        return f"{path} {context['error']}"
    if error["input"] is None and kind != "missing":
        return f"{path} must not be null"
    if kind == "literal_error":
        return f"{path} must be {context['expected']}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{path} {words.format(context[name])}"
    return f"{path} {_PROBLEMS.get(kind, 'is not valid')}"


def _unknown_name(
    loc: Path, known: list[str], owner: str, near: Nearest, instead: str | None
) -> str:
    name = as_word(str(loc[-1]))
    path = _path((*loc[:-1], name))
    if len(loc) == 1:
        words = f"{path} is not an argument of {owner}"
    else:
        words = f"{path} is not {'a filter' if loc[:-1] == ('filters',) else 'known'}"
    if not known:
        return f"{words}, which takes none"
    if instead is not None:
        return f"{words}: {instead}"
    if meant := near(str(loc[-1]), known):
        return f"{words}; did you mean {meant}?"
    return f"{words}; valid names are {', '.join(known)}" if len(known) <= 9 else words


def _path(loc: Path) -> str:
    joined = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return joined.removeprefix(".")
