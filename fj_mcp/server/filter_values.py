"""The values a filter takes: from its own vocabulary, or completed by the API."""

from typing import TYPE_CHECKING

from fj_mcp.errors import BadArguments
from fj_mcp.filters.base import Wire
from fj_mcp.filters.kinds import MAX_VALUE_LENGTH, Choice, Tiers, Values
from fj_mcp.filters.names import nearest_name
from fj_mcp.filters.search_filters import WIRES
from fj_mcp.results.models import FilterValues
from fj_mcp.text.cleaning import clean_line
from fj_mcp.text.comparison import folded

if TYPE_CHECKING:
    from fj_mcp.server.connection import Connection

SHORTEST_QUERY = 2


async def search_values(running: "Connection", name: str, query: str, limit: int) -> FilterValues:
    """Values of the filter `name` that fit `query`, `limit` at most.

    Raises:
        BadArguments: for a filter that does not exist or takes no words, or a query too short
            for the API.
        ApiError: if the API does not answer.
    """
    query = clean_line(query, MAX_VALUE_LENGTH)
    wire = WIRES.get(name)
    if wire is None:
        raise BadArguments(f"filter {nearest_name(name)}")
    if not isinstance(wire, Values | Choice | Tiers):
        raise BadArguments(f"filter {name} takes no words, so there are none to look up")
    if wire.vocabulary:
        return _from_vocabulary(wire, name, query, limit)
    if wire.autocomplete is None:
        return FilterValues(
            filter=name, values=[], next_step=f"{name} takes any text; use your own words."
        )
    if len(query) < SHORTEST_QUERY:
        raise BadArguments(f"query must have at least {SHORTEST_QUERY} letters")
    found = await running.workspace.client.autocomplete(wire.autocomplete, query, limit)
    step = None if found else f"No value begins like that; try fewer letters for {name}."
    return FilterValues(filter=name, values=found[:limit], next_step=step)


def _from_vocabulary(wire: Wire, name: str, query: str, limit: int) -> FilterValues:
    wanted = folded(query)
    found = [
        token
        for token, label in wire.vocabulary.items()
        if wanted in folded(token) or wanted in folded(label)
    ]
    if found:
        return FilterValues(filter=name, values=found[:limit])
    rule = "takes only these values" if wire.closed else "is known to take these values"
    known = list(wire.vocabulary)[:limit]
    return FilterValues(filter=name, values=known, next_step=f"Nothing fits; {name} {rule}.")
