"""Look-up of filter values: in the filter's own vocabulary, or by the API's autocomplete."""

from typing import TYPE_CHECKING

from fj_mcp.errors import BadArguments
from fj_mcp.filters.base import MAX_VALUE_LENGTH, Filter
from fj_mcp.filters.kinds import Choice, Tiers, Values
from fj_mcp.filters.names import nearest_name
from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.filters.spellings import LONGEST_CODE
from fj_mcp.results.models import FilterValues
from fj_mcp.text.cleaning import as_word, clean_line, quoted
from fj_mcp.text.comparison import distinct, normalized
from fj_mcp.workspace.known_values import MAX_COMPLETIONS, SHORTEST_QUERY, KnownValues

if TYPE_CHECKING:
    from fj_mcp.server.connection import Connection

_SHORTEST_GUESS = 3
"""Fewer letters are the beginning of too many names."""

_EVERYTHING = frozenset({"", "*", "all", "any"})
"""Queries that ask for a whole list."""


async def search_values(
    connection: "Connection", name: str, query: str, limit: int
) -> FilterValues:
    """Find at most `limit` values of the filter `name` that match `query`, or a whole fixed list.

    Raises:
        BadArguments: if the filter does not exist or takes no text, or if the query is too short
            for the API.
        ApiError: if the API call fails.
    """
    query = clean_line(query, MAX_VALUE_LENGTH)
    declared = FILTERS.get(name)
    if declared is None:
        raise BadArguments(f"filter {nearest_name(name)}")
    if not isinstance(declared, Values | Choice | Tiers):
        raise BadArguments(f"filter {name} takes no text values, so there are none to look up")
    if declared.vocabulary:
        return _from_vocabulary(declared, name, query, limit)
    if declared.autocomplete is None:
        return FilterValues(
            filter=name, values=[], next_step=f"{name} accepts any text; use your own words."
        )
    if len(query) < SHORTEST_QUERY:
        own = "; use a skill of one letter, such as C, as it is" if name == "skills" else ""
        raise BadArguments(f"query must have at least {SHORTEST_QUERY} letters{own}")
    return await _completed(connection.workspace.known_values, declared, name, query, limit)


async def _completed(
    known: KnownValues, declared: Filter, name: str, query: str, limit: int
) -> FilterValues:
    """Complete a query; without the value itself also its other spellings, and its beginning."""
    filter_type, spellings = declared.autocomplete or "", declared.spellings
    found = await known.complete(filter_type, query, limit)
    is_code = len(query) <= LONGEST_CODE
    if same := spellings.same(query, found):
        return FilterValues(filter=name, values=distinct([*same, *found]))
    if found and not is_code and spellings.area(query, found):
        country = declared.must_be_known and spellings.is_country(query)
        step = f"{quoted(as_word(query))} is a country: use countries." if country else None
        return FilterValues(filter=name, values=found, next_step=step)
    nothing = f"FutureJobs has no value for {quoted(as_word(query))}"
    others = spellings.queries(query)[1:]
    if not found and len(query) >= _SHORTEST_GUESS:
        others += spellings.guessed(query)
    for other in dict.fromkeys(others):
        more = await known.complete(filter_type, other, limit)
        meant = spellings.same(other, more) or [
            one for one in more if spellings.area(other, [one]) is not None
        ]
        if not meant and not found and len(other) > LONGEST_CODE:
            meant = more
        if meant:
            these = "the first" if found else "these"
            step = f"{nothing}; {these} are for {quoted(other)}."
            values = distinct([*meant, *found])[:limit]
            return FilterValues(filter=name, values=values, next_step=step)
    if found:
        return FilterValues(filter=name, values=found)
    for start in spellings.shorter(query):
        found = await known.complete(filter_type, start, MAX_COMPLETIONS)
        if nearest := spellings.nearest(query, found)[:limit]:
            step = f"{nothing}; these start with {quoted(as_word(start))} and are similar."
            return FilterValues(filter=name, values=nearest, next_step=step)
    step = f"{nothing}, for other spellings or for fewer letters; {name} with it may fit nobody."
    return FilterValues(filter=name, values=[], next_step=step)


def _from_vocabulary(declared: Filter, name: str, query: str, limit: int) -> FilterValues:
    wanted = normalized(query)
    every = wanted in _EVERYTHING
    found = [
        token
        for token, label in declared.vocabulary.items()
        if not every and (wanted in normalized(token) or wanted in normalized(label))
    ] or list(declared.meanings(query))
    if found:
        more = f"{limit} of {len(found)} matches." if len(found) > limit else None
        return FilterValues(filter=name, values=found[:limit], next_step=more)
    # A part of the list would be taken for all of it.
    rule = "accepts only these values" if declared.closed else "is known to accept these values"
    step = f"{name} {rule}." if every else f"No match; {name} {rule}."
    return FilterValues(filter=name, values=list(declared.vocabulary), next_step=step)
