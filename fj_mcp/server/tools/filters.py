"""Tools that help fill in the filters."""

from typing import Annotated

from pydantic import Field, StringConstraints

from fj_mcp.filters.argument_types import LEFT_OUT, NOT_BOOL, Capped
from fj_mcp.filters.query_map import fitted_filters, from_queries
from fj_mcp.results.models import FilterValues, SuggestedFilters
from fj_mcp.server.arguments import FilterName, JobDescription, ProfileUrl
from fj_mcp.server.context import CurrentConnection
from fj_mcp.server.filter_values import search_values


async def suggest_filters(
    job_description: Annotated[JobDescription, Field(description="The whole text.")],
    connection: CurrentConnection,
    sample_profile_url: ProfileUrl = LEFT_OUT,
) -> SuggestedFilters:
    """Turn a job description (the text of a job ad or vacancy, a JD) into the search filters
    that fit the role, ready for create_sourcing_session. Free; starts no search. It can
    misread: check skill tiers, years and places, and agree on the filters with the user before
    paying. ignored names what no filter covers. To look up one value's spelling, use
    search_filter_values.
    """
    suggested = await connection.workspace.client.annotation(
        job_description, sample_profile_url or ""
    )
    filters, ignored = from_queries(suggested, marked=True)
    shown, cut_short = fitted_filters(filters.as_dict())
    if connection.settings.read_only:
        step = "Show these filters to the user. This server is read-only and starts no searches."
    elif filters.skills:
        step = (
            "Show these filters to the user, correct them, and then call "
            "create_sourcing_session with them."
        )
    else:
        step = (
            "A search needs at least one skill and none was found: ask the user which skills "
            "matter, and add them as filters.skills before calling create_sourcing_session."
        )
    return SuggestedFilters(filters=shown, ignored=[*ignored[:40], *cut_short], next_step=step)


async def search_filter_values(
    filter: Annotated[
        FilterName, Field(max_length=60, description="Filter name, such as regions.")
    ],
    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=100),
        Field(description="The first letters, at least two."),
    ],
    connection: CurrentConnection,
    limit: Annotated[int, Field(ge=1, le=25, description="1 to 25."), NOT_BOOL, Capped(25)] = 10,
) -> FilterValues:
    """Look up how FutureJobs spells one filter value (the name of a city, company or
    university), or which values there are to choose from in a fixed list (seniority, functions,
    industries; query all lists every value). Free. Use it before a search: an unknown spelling
    finds nobody. For a whole text use suggest_filters.
    """
    return await search_values(connection, filter, query, limit)
