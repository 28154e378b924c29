"""What is wrong with settings, in words for the user who wrote them."""

from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches

from pydantic import ValidationError

from fj_mcp.settings.env_files import Values

LEDGER_URL = "FJ_LEDGER_URL"
"""Was a Redis for several servers. To ignore it would be to share nothing any more."""


def misspelled(values: Values, variables: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """A message about each unknown setting, and the setting that it would have been.

    That is None if no name is near, or the near one is set, too.

    Args:
        values: as they were given, by their names in the environment.
        variables: the settings that there are, by the same; the more used ones first.
    """
    names = [*variables.values()]
    found: list[tuple[str, str | None]] = []
    for given in sorted(values):
        plain = given.upper().replace("-", "_")
        # FJ_TEST_ is the prefix of the project's own tests.
        ours = plain.startswith("FJ_") and not plain.startswith("FJ_TEST_")
        if given in {*variables, LEDGER_URL} or not ours or not given.isprintable():
            continue
        name = plain.removeprefix("FJ_").lower()
        near = get_close_matches(name, names, n=3, cutoff=0.6)
        near.sort(key=lambda one: (*_distance(one, name), names.index(one)))
        meant = f"FJ_{near[0].upper()}" if near else None
        hint = f"did you mean {meant}?" if meant else ".env.example lists all of them"
        missed = near[0] if near and meant not in values else None
        found.append((f"{given} is not a setting ({hint})", missed))
    return found


def _distance(setting: str, name: str) -> tuple[float, ...]:
    """How far a setting is from a name: in words, and then in letters."""
    # base_url is as close to database_url as to api_base_url.
    words = len({*setting.split("_")} & {*name.split("_")})
    letters = SequenceMatcher(None, setting, name).ratio()
    return (-words, -letters)


def reason(error: ValidationError) -> str:
    """Why a value is not valid, to follow the name of its setting."""
    first = error.errors(include_input=False)[0]
    context = first.get("ctx", {})
    if "error" in context:
        return str(context["error"])
    if first["type"].startswith("bool"):
        return "must be 1 or 0"
    if first["type"] == "literal_error":
        return f"must be {context['expected']}"
    bounds = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}
    if first["type"] in bounds:
        name, words = bounds[first["type"]]
        return f"must be {words} {context[name]:g}"
    if first["type"].startswith("int"):
        return "must be a whole number"
    return "must be a number" if first["type"].startswith("float") else "cannot be read"
