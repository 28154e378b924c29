"""The order for a new search, and the result of one that was bought."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from fj_mcp.api.call_context import BeforeSend
from fj_mcp.api.errors import NotFound
from fj_mcp.api.session_records import Started
from fj_mcp.errors import BadArguments
from fj_mcp.filters.query_map import MAX_FILTER_BYTES, fitted_filters, from_queries, to_queries
from fj_mcp.filters.search_filters import SearchFilters
from fj_mcp.ledger.evidence import Evidence
from fj_mcp.ledger.purchase import DAY_SECONDS, Purchase
from fj_mcp.purchases.errors import OutcomeHidden
from fj_mcp.purchases.order import (
    SETTLED_AFTER_SECONDS,
    Found,
    Order,
    Plan,
    Receipt,
    age,
    fingerprint,
)
from fj_mcp.results import next_steps
from fj_mcp.results.models import Credits, StartedSession
from fj_mcp.text import lenient
from fj_mcp.text.cleaning import clean_line, quoted
from fj_mcp.workspace.workspace import Workspace

MOST_JD_CHARACTERS = 250
"""Of a job description, on one line, in a session: what a production client sends. Longer texts
go to JD to filters only."""


class SearchOrder(Order[StartedSession, Plan]):
    """A new session. An identical one of the last 24 hours is returned instead of bought."""

    operation = "create_session"
    session_id = None

    def __init__(
        self,
        workspace: Workspace,
        title: str,
        filters: SearchFilters,
        *,
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
            filters=filters.as_dict(),
            text=self._text,
            # A person's address is an id: its case matters.
            sample=sample_profile_url.encode().hex(),
        )
        self.lock = f"create:{self.fingerprint}"

    async def inspect(self) -> Plan | StartedSession:
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
        evidence = search_evidence(self._title, self._text, self._queries, self._sample)
        return Plan(evidence, f"a search {quoted(self._title)}")

    async def send(self, plan: Plan, before_send: BeforeSend) -> Receipt[StartedSession]:
        started = await self._workspace.client.create_session(
            self._title, self._queries, self._text, self._sample, before_send
        )
        counter = started.filter_changes_counter
        self._workspace.sent_filters.remember(started.session.id, counter, self._queries)
        result = started_session(started.session.id, self._title, started, self._filters)
        unfinished = started.unfinished is not None
        return Receipt(result, started.session.id, started.credits, unfinished=unfinished)

    def nobody(self, plan: Plan) -> StartedSession:
        return StartedSession(
            title=self._title,
            status="done",
            expected_profiles=0,
            filters=self._filters.as_dict(),
            next_step=next_steps.widen_step(None),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> StartedSession:
        return await earlier_search(self._workspace, purchase, existed=existed)

    @classmethod
    async def find(
        cls, workspace: Workspace, purchase: Purchase, call_seconds: float
    ) -> Found | None:
        client, evidence = workspace.client, purchase.evidence
        taken = await workspace.ledger.bought_sessions()
        others = [
            one for one in await workspace.ledger.open_of(cls.operation) if one.id != purchase.id
        ]
        # Whole seconds in the id and in the Date header: a session may seem to be a little older
        # than the request for it. Without the server's time only the other signs decide.
        tolerance = 3 if evidence.server_time else 24 * 3600
        since = (evidence.server_time or evidence.local_time or 0) - tolerance
        left = (evidence.left and evidence.left.server) or since
        until = left + call_seconds + SETTLED_AFTER_SECONDS + 2 * tolerance
        similar = False
        try:
            sessions = await client.project_sessions()
        except NotFound:
            why = "this key has no project whose sessions could be looked through"
            raise OutcomeHidden(why) from None
        for listed in sessions:
            created = listed.created_at.timestamp() if listed.created_at else 0
            if listed.id in taken or not created or created < since:
                continue
            if not evidence.has_name_of(_name_evidence(listed.title, listed.job_description)):
                continue
            try:
                session = await client.get_session(listed.id)
            except NotFound:
                continue  # Listed still, and deleted already.
            shown = search_evidence(
                listed.title, listed.job_description, session.queries, session.sample_profile_url
            )
            if evidence.has_search_of(shown):
                # What was done with it since is in its count too.
                used = session.search_more_counter or session.filter_changes_counter
                return Found(session.id, None if used else session.credits_charged)
            another = any(other.evidence.has_search_of(shown) for other in others)
            similar = similar or (not another and created <= until)
        if similar:
            # The same title and text at the same moment: the API may show filters otherwise than
            # they were sent, and to be sure of a miss would be to pay again.
            raise OutcomeHidden("a session of that name shows other filters than were asked for")
        return None


async def earlier_search(
    workspace: Workspace, purchase: Purchase, *, existed: bool
) -> StartedSession:
    """A search bought before, as its session is now; free if delivered before (`existed`)."""
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
        filters=fitted_filters(filters.as_dict())[0],
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
        filters=filters.as_dict(),
        warning=next_steps.unfinished_warning(started),
        next_step=next_steps.wait_step(session_id),
    )


def check_size(filters: SearchFilters) -> None:
    """Refuse filters that no result could repeat in the size that clients take."""
    if fitted_filters(filters.as_dict())[1]:
        raise BadArguments(
            f"filters are too large; keep them under {MAX_FILTER_BYTES:,} characters by "
            "naming fewer values"
        )


def search_evidence(
    title: str | None, text: str | None, queries: Any, sample_profile_url: str | None
) -> Evidence:
    """What tells a search from others, as sent or as a session shows it."""
    return replace(
        _name_evidence(title, text),
        filters=fingerprint("filters", filters=from_queries(queries)[0].as_dict()),
        sample=fingerprint("sample", link=lenient.link(sample_profile_url)),
        credits=0,
    )


def _name_evidence(title: str | None, text: str | None) -> Evidence:
    """As much of it as a list of sessions shows."""
    return Evidence(title=fingerprint("title", text=title), text=fingerprint("text", text=text))
