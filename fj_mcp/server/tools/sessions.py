"""Tools for sourcing sessions: start, wait, change, look up."""

from typing import Annotated

import anyio
from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import Field

from fj_mcp.api.session_records import Session
from fj_mcp.filters.argument_types import LEFT_OUT, NOT_BOOL, SpendingFlag
from fj_mcp.filters.query_map import from_queries
from fj_mcp.filters.search_filters import FILTERS, FilterChanges, SearchFilters
from fj_mcp.purchases.fetch_more_order import FetchMoreOrder
from fj_mcp.purchases.search_order import SearchOrder
from fj_mcp.purchases.update_order import UpdateOrder
from fj_mcp.results.models import (
    FullSession,
    MoreProfiles,
    SessionList,
    StartedSession,
    WaitedSession,
    warn,
)
from fj_mcp.server.arguments import (
    FilterName,
    JobDescription,
    Page,
    PageSize,
    ProfileUrl,
    SessionId,
    Title,
)
from fj_mcp.server.connection import Connection
from fj_mcp.server.consent import Answer, Approval, consent, question
from fj_mcp.server.context import CurrentConnection
from fj_mcp.server.progress import report_matching
from fj_mcp.sessions import session_pages
from fj_mcp.shortlist import candidate_pages
from fj_mcp.workspace.ranked_sessions import rank_in_time


async def search_order(
    title: str,
    filters: SearchFilters,
    job_description: str | None,
    sample_profile_url: str | None,
    allow_duplicate: bool,
    connection: CurrentConnection,
) -> SearchOrder:
    """The order for a call of `create_sourcing_session`."""
    return SearchOrder(
        connection.workspace,
        title,
        filters,
        job_description=job_description or "",
        sample_profile_url=sample_profile_url or "",
        allow_duplicate=allow_duplicate,
    )


async def more_order(session_id: str, connection: CurrentConnection) -> FetchMoreOrder:
    """The order for a call of `fetch_more_profiles`."""
    return FetchMoreOrder(connection.workspace, session_id)


async def update_order(
    session_id: str,
    title: str | None,
    job_description: str | None,
    sample_profile_url: str | None,
    filters: FilterChanges | None,
    remove_filters: list[str] | None,
    connection: CurrentConnection,
) -> UpdateOrder:
    """The order for a call of `update_sourcing_session`."""
    return UpdateOrder(
        connection.workspace,
        session_id,
        title=title,
        job_description=job_description,
        sample_profile_url=sample_profile_url,
        changes=filters,
        removed=remove_filters or [],
    )


async def ask_for_search(
    order: Annotated[SearchOrder, Resolve(search_order)],
    connection: CurrentConnection,
    ctx: Context[Connection],
) -> Approval | Elicit[Approval]:
    """The question before a search."""
    return await question(connection, ctx, order)


async def ask_for_more(
    order: Annotated[FetchMoreOrder, Resolve(more_order)],
    connection: CurrentConnection,
    ctx: Context[Connection],
) -> Approval | Elicit[Approval]:
    """The question before fetching more."""
    return await question(connection, ctx, order)


async def ask_for_update(
    order: Annotated[UpdateOrder, Resolve(update_order)],
    connection: CurrentConnection,
    ctx: Context[Connection],
) -> Approval | Elicit[Approval]:
    """The question before an update."""
    return await question(connection, ctx, order)


async def create_sourcing_session(
    title: Annotated[Title, Field(description="A title to recognize the search by.")],
    filters: SearchFilters,
    connection: CurrentConnection,
    order: Annotated[SearchOrder, Resolve(search_order)],
    answer: Annotated[Answer, Resolve(ask_for_search)],
    job_description: Annotated[
        JobDescription, Field(description="Only the first 250 characters are sent.")
    ] = LEFT_OUT,
    sample_profile_url: ProfileUrl = LEFT_OUT,
    allow_duplicate: Annotated[
        SpendingFlag, Field(description="true: pay again for an identical search.")
    ] = False,
) -> StartedSession:
    """Start a new candidate search from filters. Costs 5 credits, so confirm the filters with the
    user first; the same search within 24 hours is returned for free, with already_existed true.
    Returns at once with session_id and status running; matching takes about a minute, so call
    wait_for_session next. To change an existing search use update_sourcing_session, for more
    candidates from the same one fetch_more_profiles, and for filters from a job description
    suggest_filters (free). If nobody matches, the result is empty and has no session_id.
    """
    return await connection.checkout.buy(order, consent(answer))


async def wait_for_session(
    session_id: SessionId,
    connection: CurrentConnection,
    ctx: Context[Connection],
    max_wait_seconds: Annotated[
        int,
        Field(ge=0, description="0 checks once; {seconds} is the maximum and the default."),
        NOT_BOOL,
    ] = LEFT_OUT,
) -> WaitedSession:
    """Wait, free of charge, until matching is done after create, update or fetch more, and return
    the 10 best candidates. After max_wait_seconds it returns status running and the number
    matched so far: call it again, as often as needed. For more or filtered candidates use
    list_profiles, which does not wait.
    """
    limit = connection.settings.longest_wait
    seconds = min(limit, limit if max_wait_seconds is None else max_wait_seconds)
    started = anyio.current_time()
    session = await connection.workspace.watcher.wait(
        session_id, seconds, report_matching(ctx.report_progress)
    )
    result = await wait_result(connection, session, anyio.current_time() - started)
    if max_wait_seconds is not None and max_wait_seconds > limit:
        warn(
            result,
            f"max_wait_seconds is at most {limit}, so {limit} was used; to wait longer, call again "
            "(free).",
        )
    return result


async def wait_result(connection: Connection, session: Session, seconds: float) -> WaitedSession:
    """The result of `wait_for_session` after waiting `seconds` for `session`."""
    can_spend = not connection.settings.read_only
    ranked = None
    if session.status == "done":
        ranked = await rank_in_time(connection.workspace, session, can_spend=can_spend)
    return candidate_pages.waited_session(session, seconds, ranked, can_spend)


async def fetch_more_profiles(
    session_id: SessionId,
    connection: CurrentConnection,
    order: Annotated[FetchMoreOrder, Resolve(more_order)],
    answer: Annotated[Answer, Resolve(ask_for_more)],
) -> MoreProfiles:
    """Find more candidates for a finished session with the same filters. Costs 5 credits, so ask
    the user first; while the session is still matching, nothing is fetched or charged. Returns at
    once with status running; wait_for_session returns the result. exhausted true means there are
    no more candidates, so do not call it again for that session. To page through candidates
    already found use list_profiles (free); to loosen the filters use update_sourcing_session.
    """
    return await connection.checkout.buy(order, consent(answer))


async def update_sourcing_session(
    session_id: SessionId,
    connection: CurrentConnection,
    order: Annotated[UpdateOrder, Resolve(update_order)],
    answer: Annotated[Answer, Resolve(ask_for_update)],
    title: Annotated[Title, Field(description="New title.")] = LEFT_OUT,
    job_description: Annotated[JobDescription, Field(description="New text.")] = LEFT_OUT,
    sample_profile_url: ProfileUrl = LEFT_OUT,
    filters: Annotated[
        FilterChanges, Field(description="Only the filters to change; each replaces its values.")
    ] = LEFT_OUT,
    remove_filters: Annotated[
        list[FilterName], Field(max_length=len(FILTERS), description="Names of filters to remove.")
    ] = LEFT_OUT,
) -> StartedSession:
    """Change a finished session's filters, title or texts and search again in it. Costs credits
    (FutureJobs does not publish how many), so ask the user first; an update that changes nothing
    is free. Filters not named stay as they are. Returns at once with status running and the new
    filters; call wait_for_session next. For a separate search use create_sourcing_session, for
    more candidates with the same filters fetch_more_profiles.
    """
    return await connection.checkout.buy(order, consent(answer))


async def get_session(session_id: SessionId, connection: CurrentConnection) -> FullSession:
    """Look up one session: title, job description, current filters, status, counts and creation
    time. Free; does not wait. For its candidates use list_profiles, to wait until it is done
    wait_for_session, to find the id of a session list_sessions.
    """
    session = await connection.workspace.client.get_session(session_id)
    filters, ignored = from_queries(connection.workspace.sent_filters.in_force(session))
    return session_pages.full_session(session, filters.as_dict(), ignored)


async def list_sessions(
    connection: CurrentConnection, page: Page = 1, limit: PageSize = 20
) -> SessionList:
    """List the searches made in this workspace, newest first, with id, title, number of profiles
    and time. Free. Use it to find an earlier session instead of paying for the same search again;
    has_more true means there are older ones on the next page. For one session's filters and
    status use get_session.
    """
    sessions = await connection.workspace.client.project_sessions()
    return session_pages.session_list(sessions, page, limit, not connection.settings.read_only)
