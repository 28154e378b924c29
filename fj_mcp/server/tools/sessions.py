"""Tools for sourcing sessions: start, wait, change, look up."""

from typing import Annotated, Any, TypeVar

import anyio
from mcp.server.mcpserver import Context, Elicit, Resolve
from pydantic import Field

from fj_mcp.api.session_records import Session
from fj_mcp.errors import BadArguments
from fj_mcp.filters.argument_types import LEFT_OUT, NOT_BOOL, SpendingFlag
from fj_mcp.filters.query_map import from_queries
from fj_mcp.filters.search_filters import FILTERS, FilterChanges, SearchFilters
from fj_mcp.purchases.fetch_more_order import FetchMoreOrder
from fj_mcp.purchases.order import Order, Receipt, fingerprint
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
from fj_mcp.workspace.empty_searches import finished
from fj_mcp.workspace.known_values import Checked
from fj_mcp.workspace.ranked_sessions import rank_in_time, show
from fj_mcp.workspace.searched_filters import record_search

F = TypeVar("F", bound=SearchFilters)
R = TypeVar("R", StartedSession, MoreProfiles)


async def given_search(
    title: str,
    filters: SearchFilters,
    job_description: str | None,
    sample_profile_url: str | None,
    allow_duplicate: bool,
    connection: CurrentConnection,
) -> SearchOrder:
    """The order for a call of `create_sourcing_session`, in the call's own spelling."""
    return SearchOrder(
        connection.workspace,
        title,
        filters,
        job_description=job_description or "",
        sample_profile_url=sample_profile_url or "",
        allow_duplicate=allow_duplicate,
    )


async def check_values(
    connection: Connection, filters: F, call: str, order: SearchOrder | UpdateOrder
) -> Checked[F]:
    """The filters of a call in FutureJobs' spelling; see `KnownValues.check`."""
    try:
        return await connection.workspace.known_values.check(filters, call)
    except BadArguments:
        # The same call made again goes through; also if nobody is there to decide.
        if connection.settings.confirm_spend != "off" and not await _is_bought(connection, order):
            raise
        return await connection.workspace.known_values.check(filters, call)


async def _is_bought(connection: Connection, order: SearchOrder | UpdateOrder) -> bool:
    """Whether an order was sent before, when a look-up had failed."""
    ledger = connection.workspace.ledger
    return (
        await ledger.open_in((), order.evidence) is not None
        or await ledger.charged(order.fingerprints, order.evidence) is not None
    )


async def check_search(
    filters: SearchFilters,
    order: Annotated[SearchOrder, Resolve(given_search)],
    connection: CurrentConnection,
) -> Checked[SearchFilters]:
    """The filters of a search in FutureJobs' spelling, looked up once the rest is in order."""
    call = fingerprint("search values", filters=filters.as_dict())
    return await check_values(connection, filters, call, order)


async def search_order(
    order: Annotated[SearchOrder, Resolve(given_search)],
    checked: Annotated[Checked[SearchFilters], Resolve(check_search)],
) -> SearchOrder:
    """The order for that call, in FutureJobs' spelling."""
    return order.respelled(checked.filters, checked.unknown)


async def more_order(session_id: str, connection: CurrentConnection) -> FetchMoreOrder:
    """The order for a call of `fetch_more_profiles`."""
    return FetchMoreOrder(connection.workspace, session_id)


async def given_update(
    session_id: str,
    title: str | None,
    job_description: str | None,
    sample_profile_url: str | None,
    filters: FilterChanges | None,
    remove_filters: list[str] | None,
    connection: CurrentConnection,
) -> UpdateOrder:
    """The order for a call of `update_sourcing_session`, in the call's own spelling."""
    return UpdateOrder(
        connection.workspace,
        session_id,
        title=title,
        job_description=job_description,
        sample_profile_url=sample_profile_url,
        changes=filters,
        removed=remove_filters or [],
    )


async def check_update(
    session_id: str,
    filters: FilterChanges | None,
    order: Annotated[UpdateOrder, Resolve(given_update)],
    connection: CurrentConnection,
) -> Checked[FilterChanges]:
    """The filters of that call in FutureJobs' spelling, looked up once the rest is in order."""
    if filters is None:
        return Checked(FilterChanges())
    call = fingerprint("update values", session=session_id, filters=filters.as_dict())
    return await check_values(connection, filters, call, order)


async def update_order(
    order: Annotated[UpdateOrder, Resolve(given_update)],
    checked: Annotated[Checked[FilterChanges], Resolve(check_update)],
) -> UpdateOrder:
    """The order for that call, in FutureJobs' spelling."""
    return order.respelled(checked.filters)


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


async def buy(connection: Connection, order: Order[R, Any, Any], answer: Answer) -> R:
    """The result of an order, which is remembered for the record of the search."""
    outcome = await connection.checkout.buy(order, consent(answer))
    result = order.result(outcome)
    sent = isinstance(outcome, Receipt)
    await record_search(connection.workspace, order.operation, result, sent=sent)
    return result


async def create_sourcing_session(
    title: Annotated[Title, Field(description="A name to know the search by.")],
    filters: SearchFilters,
    connection: CurrentConnection,
    checked: Annotated[Checked[SearchFilters], Resolve(check_search)],
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
    """Start a new search: find candidates to hire for a role, for example senior developers in
    one city who know a skill and have five years of experience. Costs 5 credits, so agree on
    the filters with the user first; the same filters within 24 hours are free, with
    already_existed true. Returns at once with status running and session_id (none if nobody
    fits); then call wait_for_session. To change a search use update_sourcing_session, for more
    people from the same one fetch_more_profiles.
    """
    result = await buy(connection, order, answer)
    return await finished(connection.workspace, result, checked)


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
    """Wait until a search is finished and everyone is matched, or check whether it is still
    running or its results are ready yet. Free. Use it after create, update or fetch_more.
    Returns the 10 best candidates once matching is done; after max_wait_seconds, status running
    and how many are matched so far: call it again. For more candidates use list_profiles.
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
    if ranked is not None:
        ranked = await show(connection.workspace, ranked, ranked.best)
    return candidate_pages.waited_session(session, seconds, ranked, can_spend)


async def fetch_more_profiles(
    session_id: SessionId,
    connection: CurrentConnection,
    order: Annotated[FetchMoreOrder, Resolve(more_order)],
    answer: Annotated[Answer, Resolve(ask_for_more)],
) -> MoreProfiles:
    """Get more people for a finished session with the same filters, when there are not enough
    and the user asks who else they could look at or whether there are others. Costs 5 credits,
    so ask first. Returns at once with status running; wait_for_session then shows them first.
    exhausted true: there are no more. To page through those already found use list_profiles
    (free), to loosen filters update_sourcing_session.
    """
    return await buy(connection, order, answer)


async def update_sourcing_session(
    session_id: SessionId,
    connection: CurrentConnection,
    checked: Annotated[Checked[FilterChanges], Resolve(check_update)],
    order: Annotated[UpdateOrder, Resolve(update_order)],
    answer: Annotated[Answer, Resolve(ask_for_update)],
    title: Annotated[Title, Field(description="New title.")] = LEFT_OUT,
    job_description: Annotated[JobDescription, Field(description="New text.")] = LEFT_OUT,
    sample_profile_url: ProfileUrl = LEFT_OUT,
    filters: Annotated[
        FilterChanges,
        Field(
            description="Only what changes; each list given replaces the old one, others stay. "
            "Takes every filter and value of create_sourcing_session."
        ),
    ] = LEFT_OUT,
    remove_filters: Annotated[
        list[FilterName], Field(max_length=len(FILTERS), description="Filters to drop.")
    ] = LEFT_OUT,
) -> StartedSession:
    """Change the filters, title or text of a finished search and run it again: make it another
    location instead, add, drop or remove a skill or another requirement. Replaces the
    candidates found, so export_profiles first if they matter. Costs credits (how many is not
    published; a title alone costs as much), so ask first; changing nothing is free. Returns at
    once with status running; then call wait_for_session. For a separate search use
    create_sourcing_session, for more people with the same filters fetch_more_profiles.
    """
    result = await buy(connection, order, answer)
    return await finished(connection.workspace, result, checked, remove_filters or [])


async def get_session(session_id: SessionId, connection: CurrentConnection) -> FullSession:
    """Show one search again: the filters (criteria) it used, its title, job description and
    status, how many people it matched, and when it was created. Free. For its candidates use
    list_profiles, to wait until it is done wait_for_session, to find its session_id
    list_sessions.
    """
    session = await connection.workspace.client.get_session(session_id)
    filters, ignored = from_queries(connection.workspace.sent_filters.in_force(session))
    return session_pages.full_session(session, filters.as_dict(), ignored)


async def list_sessions(
    connection: CurrentConnection, page: Page = 1, limit: PageSize = 20
) -> SessionList:
    """List previous searches, all that were made before, newest first, with session_id, title,
    number of profiles and time: to go on with an old one from yesterday or last week instead of
    paying for it again. Free. has_more: the next page has earlier ones. For the filters of one
    search use get_session.
    """
    sessions = await connection.workspace.client.project_sessions()
    return session_pages.session_list(sessions, page, limit, not connection.settings.read_only)
