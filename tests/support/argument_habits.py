"""What clients and models do to valid arguments: a table of habits, applied anywhere in a call.

A row of `HABITS` is one habit. `variants` applies it to every part of a call's arguments, at any
depth; `mangled` applies several at once. The effect of the call must stay the same.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.broken_arguments import Path, Site, put, sites

Schema = dict[str, Any]
Change = Callable[[Site], Any]


def is_one(site: Site) -> bool:
    """A single value, except the one argument that is read only as documented."""
    return site.schema["type"] not in ("object", "array") and site.name != "allow_duplicate"


def is_whole(site: Site) -> bool:
    return isinstance(site.value, int | float) and is_one(site) and not is_flag(site)


def is_flag(site: Site) -> bool:
    return isinstance(site.value, bool) and is_one(site)


def is_list(site: Site) -> bool:
    return bool(site.schema["type"] == "array")


def is_object(site: Site) -> bool:
    return site.schema["type"] == "object" and bool(site.path)


def is_word(site: Site) -> bool:
    """A word of a fixed list."""
    return "enum" in site.schema


def is_filter_name(site: Site) -> bool:
    return site.path == ("filter",) or (site.name == "remove_filters" and is_one(site))


def is_session_id(site: Site) -> bool:
    return site.path == ("session_id",)


def is_candidate_id(site: Site) -> bool:
    return site.name in ("candidate_id", "candidate_ids") and is_one(site)


def is_id(site: Site) -> bool:
    return is_session_id(site) or is_candidate_id(site)


def holds(site: Site) -> bool:
    """An object, the whole arguments included."""
    return bool(site.schema["type"] == "object")


def left_out(site: Site) -> list[str]:
    """The optional names that an object does not have, and that may be empty instead."""
    given = {*site.schema.get("required", []), *site.value}
    # An empty list of people must not delete a whole search.
    given |= {"candidate_ids"} if "linkedin_urls" in site.schema["properties"] else set()
    names = site.schema["properties"].keys() - given
    return sorted(names)


def filled(value: Any) -> Change:
    """All optional names of an object that are left out, with one value that means nothing."""
    return lambda site: site.value | dict.fromkeys(left_out(site), value)


def renamed(rename: Callable[[str], str]) -> Change:
    def change(site: Site) -> Any:
        known = site.schema["properties"].keys() - {"allow_duplicate"}
        return {rename(key) if key in known else key: value for key, value in site.value.items()}

    return change


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


@dataclass(frozen=True)
class Habit:
    """One thing that clients or models do.

    Attributes:
        what: in words.
        where: whether it can be done to a part of the arguments.
        change: what the part becomes.
    """

    what: str
    where: Callable[[Site], bool]
    change: Change


HABITS = (
    Habit("null for what is left out", holds, filled(None)),
    Habit("an empty text for what is left out", holds, filled("")),
    Habit("a blank text for what is left out", holds, filled("  ")),
    Habit("the word null for what is left out", holds, filled("null")),
    Habit("an empty list for what is left out", holds, filled([])),
    Habit("an empty object for what is left out", holds, filled({})),
    Habit("names in capitals", holds, renamed(str.upper)),
    Habit("names in camel case", holds, renamed(camel)),
    Habit("names with hyphens", holds, renamed(lambda name: name.replace("_", "-"))),
    Habit(
        "_meta among the arguments",
        lambda site: not site.path,
        lambda site: site.value | {"_meta": {"progressToken": 1}},
    ),
    Habit("an object as JSON text", is_object, lambda site: json.dumps(site.value)),
    Habit("an object as quoted JSON", is_object, lambda site: json.dumps(json.dumps(site.value))),
    Habit("an object in a list of one", is_object, lambda site: [site.value]),
    Habit("an object in a list as text", is_object, lambda site: [json.dumps(site.value)]),
    Habit(
        "a pair for a range",
        lambda site: site.is_range and len(site.value) == 2,
        lambda site: [site.value["min"], site.value["max"]],
    ),
    Habit(
        "a pair for a range as text",
        lambda site: site.is_range and len(site.value) == 2,
        lambda site: json.dumps([site.value["min"], site.value["max"]]),
    ),
    Habit("a list as JSON text", is_list, lambda site: json.dumps(site.value)),
    Habit("a list as the text of its entry", is_list, lambda site: [json.dumps(site.value)]),
    Habit(
        "one value where a list stands",
        lambda site: is_list(site) and len(site.value) == 1,
        lambda site: site.value[0],
    ),
    Habit("a list of one where a value stands", is_one, lambda site: [site.value]),
    Habit("a list of one as text", is_one, lambda site: json.dumps([site.value])),
    Habit("a number as text", is_whole, lambda site: f" {site.value}"),
    Habit("a whole number as a fraction", is_whole, lambda site: float(site.value)),
    Habit("a whole number as a fraction in text", is_whole, lambda site: str(float(site.value))),
    Habit("true or false as a word", is_flag, lambda site: str(site.value).lower()),
    Habit("true or false as a capital word", is_flag, lambda site: str(site.value)),
    Habit("a word in capitals", is_word, lambda site: site.value.upper()),
    Habit("a word as a title", is_word, lambda site: site.value.title()),
    Habit("a word in quotes", is_word, lambda site: f'"{site.value}"'),
    Habit("a word in backticks", is_word, lambda site: f" `{site.value}`"),
    Habit("a filter as filters.name", is_filter_name, lambda site: f"filters.{site.value}"),
    Habit("a filter in capitals", is_filter_name, lambda site: site.value.upper()),
    Habit("a filter in words", is_filter_name, lambda site: site.value.replace("_", " ").title()),
    Habit("a filter in quotes", is_filter_name, lambda site: f"`{site.value}`"),
    Habit("an id in quotes", is_id, lambda site: f'"{site.value}"'),
    Habit("an id in single quotes", is_id, lambda site: f"'{site.value}'"),
    Habit("an id in backticks", is_id, lambda site: f" `{site.value}`\n"),
    Habit("the address of a session", is_session_id, lambda site: f"fj://sessions/{site.value}"),
    Habit(
        "the address of an export",
        is_session_id,
        lambda site: f"fj://sessions/{site.value}/profiles.csv?min_score=3",
    ),
    Habit(
        "an address for a candidate",
        is_candidate_id,
        lambda site: f"fj://sessions/{'5f' * 12}/candidates/{site.value}",
    ),
)


def schemas_by_tool(tools: dict[str, Schema]) -> dict[str, Schema]:
    """The schemas of all tools, each with every filter that the tool takes.

    The published schema of an update need not repeat the filters of a search.
    """
    every = tools["create_sourcing_session"]["properties"]["filters"]["properties"]
    update = tools["update_sourcing_session"]
    filters = update["properties"]["filters"] | {"properties": every}
    properties = update["properties"] | {"filters": filters}
    return tools | {"update_sourcing_session": update | {"properties": properties}}


def variants(
    schema: Schema, arguments: dict[str, Any]
) -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Each habit at each place of the arguments: in words, where, and the whole arguments."""
    for site in sites(schema, arguments):
        for habit in HABITS:
            if habit.where(site):
                yield habit.what, site.path, changed(arguments, site.path, habit.change(site))


def mangled(schema: Schema, arguments: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The arguments with a habit in about every second place, the deepest places first."""
    places = [(site.path, site) for site in sites(schema, arguments)]
    for path, site in sorted(places, key=lambda place: -len(place[0])):
        # What is below may have been changed already, and the path still leads there.
        now = Site(path, site.schema, at(arguments, path), site.optional)
        fit = [habit for habit in HABITS if habit.where(site)]
        if fit and chance.random() < 0.5:
            arguments = changed(arguments, path, chance.choice(fit).change(now))
    return arguments


def at(arguments: dict[str, Any], path: Path) -> Any:
    value: Any = arguments
    for part in path:
        value = value[part]
    return value


def changed(arguments: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    if path:
        return put(arguments, path, value)
    assert isinstance(value, dict)
    return value
