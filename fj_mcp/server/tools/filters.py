"""Tools that help to fill in the filters."""

from typing import Annotated

from pydantic import Field, StringConstraints

from fj_mcp.filters.argument_types import LEFT_OUT, NOT_BOOL
from fj_mcp.filters.query_map import fitted_filters, from_queries
from fj_mcp.results.models import FilterValues, SuggestedFilters
from fj_mcp.server.arguments import JobDescription, ProfileUrl
from fj_mcp.server.context import Running
from fj_mcp.server.filter_values import search_values


async def suggest_filters(
    job_description: Annotated[JobDescription, Field(description="The whole text.")],
    running: Running,
    sample_profile_url: ProfileUrl = LEFT_OUT,
) -> SuggestedFilters:
    """Turn a job description into search filters, ready for create_sourcing_session. Free, and
    starts no search. Show the filters to the person and correct them before searching, because
    the search costs credits. ignored lists what FutureJobs found and no filter carries. To look
    up single values, such as how a city is spelt, use search_filter_values.
    """
    suggested = await running.workspace.client.annotation(job_description, sample_profile_url or "")
    filters, ignored = from_queries(suggested, marked=True)
    shown, cut_short = fitted_filters(filters.shown())
    if filters.skills:
        step = (
            "Show these filters to the person, correct them, and then call "
            "create_sourcing_session with them."
        )
    else:
        step = (
            "A search needs at least one skill and none was found: ask the person which skills "
            "matter, and add them as filters.skills before calling create_sourcing_session."
        )
    return SuggestedFilters(filters=shown, ignored=[*ignored[:40], *cut_short], next_step=step)


async def search_filter_values(
    filter: Annotated[str, Field(max_length=60, description="A filter's name, such as regions.")],
    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=100),
        Field(description="The first letters, two or more."),
    ],
    running: Running,
    limit: Annotated[int, Field(ge=1, le=25, description="1 to 25."), NOT_BOOL] = 10,
) -> FilterValues:
    """Look up how FutureJobs spells the values of one filter, such as regions, skills or
    current_companies. Free. Use it before searching when a place, company or school has to be
    exact, because a spelling that FutureJobs does not know finds nobody. Filters with a fixed
    list (seniority, functions) are answered from that list. To get all filters from a job
    description at once use suggest_filters.
    """
    return await search_values(running, filter, query, limit)
