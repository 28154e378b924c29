"""Look-up of filter values: in the filter's own vocabulary, or by the API's autocomplete."""

from typing import TYPE_CHECKING

from fj_mcp.errors import BadArguments
from fj_mcp.filters.base import Filter
from fj_mcp.filters.kinds import MAX_VALUE_LENGTH, Choice, Tiers, Values
from fj_mcp.filters.names import nearest_name
from fj_mcp.filters.search_filters import FILTERS
from fj_mcp.results.models import FilterValues
from fj_mcp.text.cleaning import clean_line
from fj_mcp.text.comparison import normalized

if TYPE_CHECKING:
    from fj_mcp.server.connection import Connection

SHORTEST_QUERY = 2


async def search_values(
    connection: "Connection", name: str, query: str, limit: int
) -> FilterValues:
    """Find at most `limit` values of the filter `name` that match `query`.

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
        raise BadArguments(f"query must have at least {SHORTEST_QUERY} letters")
    found = await connection.workspace.client.autocomplete(declared.autocomplete, query, limit)
    step = None if found else f"No value starts like that; try fewer letters for {name}."
    return FilterValues(filter=name, values=found[:limit], next_step=step)


def _from_vocabulary(declared: Filter, name: str, query: str, limit: int) -> FilterValues:
    wanted = normalized(query)
    found = [
        token
        for token, label in declared.vocabulary.items()
        if wanted in normalized(token) or wanted in normalized(label)
    ] or list(declared.meanings(query))
    if found:
        return FilterValues(filter=name, values=found[:limit])
    rule = "accepts only these values" if declared.closed else "is known to accept these values"
    known = list(declared.vocabulary)[:limit]
    return FilterValues(filter=name, values=known, next_step=f"No match; {name} {rule}.")
