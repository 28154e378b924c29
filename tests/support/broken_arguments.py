"""Arguments broken in one place each, made from the schemas that a client receives.

Each is a whole valid example of a tool's arguments with one thing about it wrong. Not among them is
what is read on purpose, of which `argument_habits` has the table.
"""

import copy
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fj_mcp.filters.search_filters import FILTERS
from tests.support.filter_strategies import example_of

SESSION = "5f" * 12


LONG = 700


WORDS = {name: example_of(wire) for name, wire in FILTERS.items()}
"""Every filter with a value it takes."""

URL = "https://www.linkedin.com/in/somebody"


VALID: dict[str, dict[str, Any]] = {
    "suggest_filters": {"job_description": "C# developers", "sample_profile_url": URL},
    "search_filter_values": {"filter": "regions", "query": "Pune", "limit": 5},
    "create_sourcing_session": {
        "title": "A search",
        "filters": WORDS,
        "job_description": "C# developers",
        "sample_profile_url": URL,
        "allow_duplicate": True,
    },
    "wait_for_session": {"session_id": SESSION, "max_wait_seconds": 0},
    "list_profiles": {
        "session_id": SESSION,
        "page": 1,
        "limit": 20,
        "min_score": 3.5,
        "detail": "concise",
        "query": "docker -infosys",
        "candidate_ids": ["6a" * 12],
        "decisions": ["rejected", "contacted"],
        "new_only": True,
    },
    "get_candidate": {"session_id": SESSION, "candidate_id": "6a" * 12},
    "show_candidates": {
        "session_id": SESSION,
        "min_score": 2,
        "query": "docker",
        "candidate_ids": ["6a" * 12],
    },
    "review_candidates": {
        "session_id": SESSION,
        "candidate_ids": ["6a" * 12],
        "decision": "shortlisted",
        "outreach": "contacted",
        "reason": "skills",
        "note": "Call on Monday.",
    },
    "export_profiles": {
        "session_id": SESSION,
        "format": "json",
        "layout": "ats",
        "include_notes": True,
        "decisions": ["undecided"],
        "min_score": 2,
        "candidate_ids": ["6a" * 12],
        "query": "docker",
    },
    "fetch_more_profiles": {"session_id": SESSION},
    "update_sourcing_session": {
        "session_id": SESSION,
        "title": "A search",
        "job_description": "C# developers",
        "sample_profile_url": URL,
        "filters": {name: value for name, value in WORDS.items() if name != "honors"},
        "remove_filters": ["honors"],
    },
    "get_session": {"session_id": SESSION},
    "list_sessions": {"page": 1, "limit": 20},
    "reveal_contacts": {
        "session_id": SESSION,
        "candidate_ids": ["6a" * 12, "6b" * 12],
        "channel": "email",
    },
    "forget_candidates": {
        "session_id": SESSION,
        "candidate_ids": ["6a" * 12],
        "linkedin_urls": [URL],
    },
    "get_spending": {},
}


CONTROL = ("\x00", "\x07", "\x1b[31m", "\x7f", "\x9b", "\u200b", "\u202e", "\U000e0041")


WRONG_IDS = (
    *("", " ", "x", "5f" * 11 + "5", "5f" * 12 + "5", "zz" * 12, "5f" * 5 + " " + "5f" * 6),
    *("../../sessions", "0x" + "5f" * 11, "٥" * 24, "５" * 24, "null", "5f-5f-5f-5f-5f-5f-5f-5f"),
    *("5f" * 12 + "/profiles", "5f" * 12 + "?a=b", "5f" * 12 + "\x00", "'; DROP TABLE sessions"),
)


WRONG_CANDIDATES = ("", "a b", "a" * 65, "../x", "é", "a\x00b", "a/b", "a?b=c", "a.b", "<b>")


WRONG_URLS = (
    *(
        "linkedin.com/in/somebody",
        "javascript:alert(1)",
        "ftp://example.com/x",
        "https://",
        "",
        "/",
    ),
    *("https://a b", "file:///etc/passwd", "//example.com", "https://" + "a" * 401),
    *("https://example.com/\x00", "https://example.com/\x1b[31m", "https://example.com/\u202ex"),
)


EMPTY: tuple[Any, ...] = (None, "", " ", "null", [], {})
"""What means "left out" for an optional argument."""

OTHER_TYPES: dict[str, tuple[Any, ...]] = {
    "string": (None, True, False, 0, 5, 1.5, -1, [], ["x", "y"], {}, {"a": 1}, 10**30, [["x"]]),
    "integer": (None, True, False, "five", "", "1.5", 1.5, -0.5, [], [1, 2], {}, {"a": 1}, "0x1F"),
    "number": (None, True, False, "five", "", "1,5", [], [1, 2], {}, {"a": 1}),
    "boolean": ("yes", 0, 1, 2, 1.0, [1], {"a": True}, "on"),
    "array": (None, True, False, 0, 5, 1.5, {}, {"0": "x"}, 10**30),
    "object": (None, True, False, 0, 5, 1.5, "x", "", "{", [], [1], ["x"], [[]], "[1]"),
}

NOT_QUITE_TRUE = ("true", "false", "True", [True], "[true]", "yes", 1)
"""For the one argument that is read only as documented."""


HUGE = (10**30, -(10**30), 2**63, -(2**63) - 1, 10**400, -(10**4000), "9" * 5_000)


# A client makes null of a number that is none.
NOT_FINITE = ("NaN", "Infinity", "-inf", "1e400")


CAPPED = ("limit", "max_wait_seconds")
"""Above the maximum, these count as the maximum."""


UNKNOWN = ("zzzz", "xyz_abc", "id", "__proto__", "self", "ctx", "running", "q" * 500)


Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Site:
    """One value in a tool's valid arguments, with its schema."""

    path: Path
    schema: dict[str, Any]
    value: Any
    optional: bool = False

    @property
    def name(self) -> str:
        """The nearest name above the value."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")

    @property
    def is_range(self) -> bool:
        return set(self.schema.get("properties", ())) == {"min", "max"}


@dataclass(frozen=True)
class Broken:
    """Arguments with one error, and the names of which the message must have one."""

    what: str
    arguments: dict[str, Any]
    names: tuple[str, ...]


def sites(
    schema: dict[str, Any], value: Any, path: Path = (), *, optional: bool = False
) -> Iterator[Site]:
    """The whole arguments first, then every value within them."""
    yield Site(path, schema, value, optional)
    if schema["type"] == "object":
        for name, inner in schema["properties"].items():
            if name in value:
                may_miss = name not in schema.get("required", [])
                yield from sites(inner, value[name], (*path, name), optional=may_miss)
    elif schema["type"] == "array":
        for index, item in enumerate(value):
            yield from sites(schema["items"], item, (*path, index))


def put(arguments: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy of `arguments` with `value` at `path`."""
    changed: Any = copy.deepcopy(arguments)
    holder = changed
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    assert isinstance(changed, dict)
    return changed


def deep(levels: int, name: str | None) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = [value] if name is None else {name: value}
    return value


class Breaker:
    """Makes broken arguments for one tool, each from an example of its own."""

    def __init__(self, tool: str, schema: dict[str, Any], chance: random.Random) -> None:
        self.tool, self.schema, self.chance = tool, schema, chance
        self.take_example()
        self.ways: tuple[Callable[[], Broken | None], ...] = (
            *([self.wrong_type] * 6),
            *([self.out_of_bounds] * 3),
            *([self.wrong_word] * 3),
            self.required_missing,
            self.unknown_name,
            self.misspelled_name,
            self.empty_where_one_is_needed,
            self.too_long,
            self.control_character,
            self.too_deep,
            self.huge_or_not_finite,
        )

    def take_example(self) -> None:
        """Another valid example: the required arguments, and some of those that are not."""
        example = self.some_of(VALID[self.tool], self.schema, 0.7)
        if "session_id" in example:
            example["session_id"] = f"{self.chance.getrandbits(96):024x}"
        if "filters" in example:
            schema = self.schema["properties"]["filters"]
            example["filters"] = self.some_of(example["filters"], schema, 0.25)
        self.valid = example
        everything = list(sites(self.schema, example))
        self.inner = [site for site in everything if site.path]
        self.objects = [site for site in everything if site.schema["type"] == "object"]
        # There are many filters: without this the rest would hardly ever be broken.
        self.shallow = [site for site in self.inner if len(site.path) == 1]

    def some_of(
        self, values: dict[str, Any], schema: dict[str, Any], part: float
    ) -> dict[str, Any]:
        needed = schema.get("required", [])
        kept = {key: values[key] for key in values if key in needed or self.chance.random() < part}
        # Nothing at all would be broken already.
        return kept or dict(list(values.items())[:1])

    def word(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyz"
        return "".join(self.chance.choices(letters, k=self.chance.randrange(3, 20)))

    def other(self, site: Site, values: tuple[Any, ...]) -> Any:
        """One of the values that does not mean that the argument is left out."""
        left = [value for value in values if not (site.optional and value in EMPTY)]
        return self.chance.choice(left)

    def one(self) -> Broken:
        while True:
            self.take_example()
            broken = self.chance.choice(self.ways)()
            if broken is not None and broken.arguments != self.valid:
                return broken

    def some(self, wanted: Callable[[Site], bool] = lambda site: True) -> Site | None:
        near = self.chance.random() < 0.4
        found = [site for site in (self.shallow if near else self.inner) if wanted(site)]
        return self.chance.choice(found) if found else None

    def broken(self, what: str, site: Site, value: Any, *names: str) -> Broken:
        # An argument or a filter is named; which word of it is wrong need not be.
        path = ".".join(part for part in site.path[:2] if isinstance(part, str))
        return Broken(what, put(self.valid, site.path, value), names or (path,))

    def required_missing(self) -> Broken | None:
        site = self.chance.choice(self.objects)
        if not site.schema.get("required"):
            return None
        name = self.chance.choice(site.schema["required"])
        kept = {key: value for key, value in site.value.items() if key != name}
        if not site.path:
            return Broken("missing", kept, (name,))
        return self.broken("missing", site, kept, name)

    def wrong_type(self) -> Broken | None:
        if (site := self.some()) is None:
            return None
        types = OTHER_TYPES[site.schema["type"]]
        types = NOT_QUITE_TRUE if site.name == "allow_duplicate" else types
        if site.name == "query":
            # A list of words is joined.
            types = tuple(value for value in types if value != ["x", "y"])
        return self.broken("type", site, self.other(site, types))

    def out_of_bounds(self) -> Broken | None:
        site = self.some(lambda one: one.schema["type"] in ("integer", "number") or one.is_range)
        if site is None:
            return None
        off = self.chance.choice((1, 2, 7, 1_000, 10**9)) + self.chance.randrange(1_000)
        if site.is_range:
            # These limits are stated only in the description.
            wide = 10**8 + off
            value: Any = self.chance.choice(
                ({"min": -wide}, {"max": wide}, {"min": -wide, "max": wide}, {"min": 2, "max": 1})
            )
            return self.broken("range", site, value)
        low, high = bounds(site.schema)
        if site.name in CAPPED:
            high = None
        ends = [] if low is None else [low - off]
        ends += [] if high is None else [high + off]
        return self.broken("bounds", site, self.chance.choice(ends)) if ends else None

    def wrong_word(self) -> Broken | None:
        closed = {"filter", "remove_filters"}
        site = self.some(
            lambda one: (
                "enum" in one.schema
                or (one.schema["type"] == "string" and one.name in closed)
                or one.name in WRONG
            )
        )
        if site is None or site.schema["type"] != "string":
            return None
        if site.name in WRONG:
            made_up = f"{self.word()} {self.word()}"
            return self.broken("form", site, self.other(site, (*WRONG[site.name], made_up)))
        near = str(site.value) + self.chance.choice(("x", "zq", " or not"))
        return self.broken("word", site, self.other(site, (self.word(), near, near, "null")))

    def unknown_name(self) -> Broken:
        site = self.chance.choice(self.objects)
        name = self.chance.choice((*UNKNOWN, f"zq{self.word()}"))
        value: Any = self.chance.choice((None, 1, "x", [], {}, ["x"]))
        changed = dict(site.value) | {name: value}
        shown = name[:40]
        if not site.path:
            return Broken("unknown", changed, (shown,))
        return self.broken("unknown", site, changed, shown)

    def misspelled_name(self) -> Broken | None:
        site = self.chance.choice(self.objects)
        if not site.value:
            return None
        name = self.chance.choice(list(site.value))
        place = self.chance.randrange(len(name))
        ways = [
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name + "s",
        ]
        if name == "allow_duplicate":
            ways += ["ALLOW_DUPLICATE", "allowDuplicate", "allow-duplicate"]
        wrong = self.chance.choice(ways)
        same = name != "allow_duplicate" and letters(wrong) == letters(name)
        if not wrong or same or wrong in site.schema["properties"]:
            return None
        changed = {wrong if key == name else key: value for key, value in site.value.items()}
        if not site.path:
            return Broken("misspelled", changed, (wrong,))
        return self.broken("misspelled", site, changed, wrong)

    def empty_where_one_is_needed(self) -> Broken | None:
        if self.tool == "reveal_contacts":
            return Broken("empty", self.valid | {"candidate_ids": []}, ("candidate_ids",))
        skills: Any = self.chance.choice(({}, {"core": []}, {"mandatory": [" ", ""]}))
        if self.tool == "create_sourcing_session":
            return Broken("empty", put(self.valid, ("filters", "skills"), skills), ("skills",))
        if self.tool == "update_sourcing_session":
            name = self.chance.choice(list(WORDS))
            empty: dict[type, Any] = {list: [" ", ""], bool: False}
            nothing = empty.get(type(WORDS[name]))
            if name == "skills":
                nothing = {"mandatory": [" ", ""]}
            if nothing is None:
                return None
            changed = {"session_id": SESSION, "filters": {name: nothing}}
            return Broken("empty", changed, (name,))
        return None

    def too_long(self) -> Broken | None:
        most = "maxLength"
        site = self.some(
            lambda one: (
                most in one.schema
                or "maxItems" in one.schema
                or (one.schema["type"] == "string" and one.path[0] == "filters")
            )
        )
        if site is None:
            return None
        over = self.chance.choice((1, 2, 50, 20_000))
        if site.schema["type"] == "array":
            items = [f"{number:024x}" for number in range(site.schema["maxItems"] + over % 99)]
            return self.broken("too many", site, items)
        return self.broken("too long", site, "w" * (site.schema.get(most, 200) + over))

    def control_character(self) -> Broken | None:
        closed = {"filter", "remove_filters", "sample_profile_url", *WRONG}
        site = self.some(
            lambda one: (
                # A filter's words may be cleaned instead: see the test of free text.
                one.path[0] != "filters"
                and one.schema["type"] == "string"
                and ("enum" in one.schema or one.name in closed)
            )
        )
        if site is None:
            return None
        place = self.chance.randrange(len(site.value) + 1)
        value = site.value[:place] + self.chance.choice(CONTROL) + site.value[place:]
        return self.broken("control", site, value)

    def too_deep(self) -> Broken | None:
        site = self.some()
        if site is None:
            return None
        name = self.chance.choice((None, "a", site.name))
        value = deep(self.chance.choice((2, 20, 150)), name)
        if isinstance(value, list) and site.schema["type"] == "array":
            value = [value]
        return self.broken("deep", site, value)

    def huge_or_not_finite(self) -> Broken | None:
        site = self.some(
            lambda one: one.schema["type"] in ("integer", "number") and one.name not in CAPPED
        )
        if site is None:
            return None
        return self.broken("huge", site, self.chance.choice(HUGE + NOT_FINITE))


WRONG: dict[str, tuple[str, ...]] = {
    "session_id": WRONG_IDS,
    "candidate_id": WRONG_CANDIDATES,
    "candidate_ids": WRONG_CANDIDATES,
    "sample_profile_url": WRONG_URLS,
}


def letters(name: str) -> str:
    return name.replace("_", "")


def bounds(schema: dict[str, Any]) -> tuple[float | None, float | None]:
    return schema.get("minimum"), schema.get("maximum")


def objection(broken: Broken, is_error: bool, text: str) -> str | None:
    """The fault in a response to broken arguments; None if there is none."""
    if not is_error:
        return "was accepted"
    if not text.startswith("Nothing was sent or charged: "):
        return "does not say that nothing was sent or charged"
    if "\n" in text or not text.isprintable():
        return "is not one plain paragraph"
    if len(text) > LONG:
        return f"has {len(text)} characters"
    if not text.endswith((".", "?")):
        return "is not a sentence"
    # The one address that may be spoken of is the beginning that a right one has.
    if re.search(r"pydantic|Traceback|Error executing|https?://\w", text):
        return "speaks of the machinery"
    if not any(name in text for name in broken.names):
        return "does not name it"
    return None
