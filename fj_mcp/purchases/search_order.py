"""The order for a new search, and how a search that was bought is told."""

from contextlib import suppress
from typing import Any

from fj_mcp.api.errors import NotFound
from fj_mcp.api.session_records import Started
from fj_mcp.errors import BadArguments
from fj_mcp.filters.query_map import MOST_FILTER_BYTES, fitted_filters, from_queries, to_queries
from fj_mcp.filters.search_filters import SearchFilters
from fj_mcp.ledger.purchase import DAY_SECONDS, Purchase
from fj_mcp.purchases.order import Bought, Order, age, fingerprint
from fj_mcp.results import next_steps
from fj_mcp.results.models import Credits, Result, StartedSession
from fj_mcp.text import lenient
from fj_mcp.text.cleaning import clean_line, quoted
from fj_mcp.workspace.workspace import Workspace

MOST_JD_CHARACTERS = 250
"""Of a job description, on one line, in a session: what a production client sends. Longer texts
go to JD to filters only."""


class SearchOrder(Order):
    """A new session. An identical one of the last 24 hours is returned instead of bought."""

    operation = "create_session"
    session_id = None

    def __init__(
        self,
        workspace: Workspace,
        title: str,
        filters: SearchFilters,
        job_description: str,
        sample_profile_url: str,
        allow_duplicate: bool,
    ) -> None:
        check_size(filters)
        self._workspace = workspace
        self._title = title
        self._filters = filters
        self._queries = to_queries(filters)
        self._text = clean_line(job_description, MOST_JD_CHARACTERS)
        self._sample = sample_profile_url
        self.insists = allow_duplicate
        self.fingerprint = fingerprint(
            self.operation,
            title=title,
            filters=filters.shown(),
            text=self._text,
            # A person's address is an id: its case matters.
            sample=sample_profile_url.encode().hex(),
        )
        self.slot = f"create:{self.fingerprint}"
        self.wish = f"a search {quoted(title)}"

    async def inspect(self) -> Result | dict[str, Any]:
        if not self.insists and (bought := await self._workspace.ledger.charged(self.fingerprint)):
            # Deleted in FutureJobs since, there is nothing to return to.
            with suppress(NotFound):
                earlier = await self.repeat(bought, existed=True)
                if age(self._workspace, bought) < DAY_SECONDS:
                    return earlier
        # For the server's clock, by which a session is recognised if its answer is lost. A key
        # without a project can search all the same.
        with suppress(NotFound):
            await self._workspace.client.project_sessions()
        return search_traces(self._title, self._text) | query_traces(self._queries, self._sample)

    async def send(self) -> Bought:
        started = await self._workspace.client.create_session(
            self._title, self._queries, self._text, self._sample
        )
        counter = started.filter_changes_counter
        self._workspace.sent_filters.remember(started.session.id, counter, self._queries)
        result = started_session(started.session.id, self._title, started, self._filters)
        unfinished = started.unfinished is not None
        return Bought(result, started.session.id, started.credits, unfinished=unfinished)

    def nobody(self) -> StartedSession:
        return StartedSession(
            title=self._title,
            status="done",
            expected_profiles=0,
            filters=self._filters.shown(),
            next_step=next_steps.widen_step(None),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> StartedSession:
        return await earlier_search(self._workspace, purchase, existed=existed)


async def earlier_search(
    workspace: Workspace, purchase: Purchase, *, existed: bool
) -> StartedSession:
    """A search bought before, as its session is now; free if it was told before (`existed`)."""
    session = await workspace.watcher.look(purchase.session_id or "")
    filters = from_queries(workspace.sent_filters.in_force(session))[0]
    credits = earlier_credits(purchase)
    if existed:
        credits = Credits(charged=0)
    return StartedSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        expected_profiles=session.total or None,
        credits=credits,
        filters=fitted_filters(filters.shown())[0],
        already_existed=existed or None,
        next_step=next_steps.session_step(session),
    )


def earlier_credits(purchase: Purchase) -> Credits | None:
    """What a purchase cost, as far as the ledger remembers."""
    if purchase.credits is None and purchase.remaining is None:
        return None
    return Credits(charged=purchase.credits, remaining=purchase.remaining)


def started_session(
    session_id: str, title: str | None, started: Started, filters: SearchFilters
) -> StartedSession:
    """A search that was just bought."""
    return StartedSession(
        session_id=session_id,
        title=title,
        # Whatever the stored session says, its search has only begun.
        status="running",
        api_status=next_steps.unusual(started.api_status),
        expected_profiles=started.expected_profiles,
        credits=next_steps.credits(started.credits),
        filters=filters.shown(),
        warning=next_steps.unfinished(started),
        next_step=next_steps.wait_step(session_id),
    )


def check_size(filters: SearchFilters) -> None:
    """Refuse filters that no result could repeat in the size that clients take."""
    if fitted_filters(filters.shown())[1]:
        raise BadArguments(
            f"filters are too large; keep them under {MOST_FILTER_BYTES:,} characters by "
            "naming fewer values"
        )


def search_traces(title: str | None, text: str | None) -> dict[str, str]:
    """What a search is found again by in the list of sessions."""
    return {"title": fingerprint("title", text=title), "text": fingerprint("text", text=text)}


def query_traces(queries: Any, sample_profile_url: str | None) -> dict[str, str]:
    """What tells a search from others of its name, as sent or as a session shows it."""
    return {
        "filters": filters_fingerprint(queries),
        "sample": fingerprint("sample", link=lenient.link(sample_profile_url)),
    }


def filters_fingerprint(queries: Any) -> str:
    """A digest of a filter map, as sent or as a session shows it."""
    return fingerprint("filters", filters=from_queries(queries)[0].shown())
