"""The order for a new search, and the results of bought searches."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from msgspec.structs import replace

from fj_mcp.api.call_context import BeforeSend
from fj_mcp.api.errors import NotFound
from fj_mcp.api.session_records import Session, Started
from fj_mcp.errors import BadArguments
from fj_mcp.filters.contradictions import contradiction_in
from fj_mcp.filters.kinds import Range
from fj_mcp.filters.query_map import MAX_FILTER_BYTES, fitted_filters, from_queries, to_queries
from fj_mcp.filters.search_filters import FILTERS, SearchFilters
from fj_mcp.filters.spellings import UnknownValue
from fj_mcp.purchases.errors import OutcomeHidden
from fj_mcp.purchases.order import (
    CONCLUSIVE_AFTER_SECONDS,
    Found,
    Order,
    P,
    Plan,
    Receipt,
    age,
    fingerprint,
)
from fj_mcp.purchases.same_search import same_link, search_digests
from fj_mcp.results import next_steps
from fj_mcp.results.models import Credits, StartedSession
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.storage.ledger.purchase import DAY_SECONDS, Purchase
from fj_mcp.text import lenient
from fj_mcp.text.cleaning import clean_line, quoted
from fj_mcp.workspace.workspace import Workspace

MAX_JD_CHARACTERS = 250
"""The part of a job description that is sent with a search, as FutureJobs' own web client does. The
full text is only used to suggest filters."""

_SHOWN_JD_CHARACTERS = 60


class SearchOrder(Order[StartedSession, Plan, Started]):
    """A new session. One of the last 24 hours with the same filters is returned instead.

    Title and text do not make another search, because every conversation words them anew. The
    sample profile does: FutureJobs matches by it.
    """

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
        given: SearchFilters | None = None,
        unknown: Sequence[UnknownValue] = (),
    ) -> None:
        """Args: `given`: the filters in the call's own spelling, `unknown` to FutureJobs."""
        given = given or filters
        check_size(filters)
        self._workspace = workspace
        self._title = title
        self._filters = filters
        self._queries = to_queries(filters)
        self._text = clean_line(job_description, MAX_JD_CHARACTERS)
        self._sample = sample_profile_url
        self.allow_duplicate = allow_duplicate
        # Case matters in the path of an address.
        link = same_link(sample_profile_url).encode().hex()
        self.fingerprints = (
            fingerprint(self.operation, filters=filters.as_dict(), sample=link),
            # In ledgers written before titles, texts and spellings ceased to matter.
            fingerprint(
                self.operation,
                title=title,
                filters=given.as_dict(),
                text=self._text,
                sample=sample_profile_url.encode().hex(),
            ),
        )
        self.locks = tuple(f"create:{one}" for one in self.fingerprints)
        self._respell = partial(
            SearchOrder,
            workspace,
            title,
            job_description=job_description,
            sample_profile_url=sample_profile_url,
            allow_duplicate=allow_duplicate,
            given=given,
        )
        own = fingerprint(self.operation, given=given.as_dict(), sample=link)
        self.evidence = tuple(
            replace(
                search_evidence(title, self._text, to_queries(one), sample_profile_url),
                given=own,
                **search_digests(one, sample_profile_url, unknown),
            )
            for one in ((filters, given) if given != filters else (filters,))
        )

    def respelled(self, filters: SearchFilters, unknown: Sequence[UnknownValue]) -> "SearchOrder":
        """The same order with the filters in FutureJobs' spelling, of which some are `unknown`."""
        return self._respell(filters=filters, unknown=unknown)

    async def inspect(self) -> Plan | StartedSession:
        bought = None
        if not self.allow_duplicate:
            bought = await self._workspace.ledger.charged(self.fingerprints, self.evidence)
        if bought is not None:
            # NotFound: the session was deleted in FutureJobs since.
            with suppress(NotFound):
                session = await self._workspace.watcher.look(bought.session_id or "")
                # The response tells the time.
                recent = age(self._workspace, bought) < DAY_SECONDS
                if recent and self._holds(session, bought):
                    return self._existing(session)
        # This read yields the API's time, by which the session is recognized if the response is
        # lost. A key without a project can still search.
        with suppress(NotFound):
            await self._workspace.client.project_sessions()
        doubt = "" if self.allow_duplicate else await self._doubt()
        description = f"a search {quoted(self._title)}"
        return Plan(self.evidence[0], description, doubt, unexpected=bool(doubt))

    async def _doubt(self) -> str:
        """A sentence about an earlier search that may be this one; empty if there is none."""
        other = await self._workspace.ledger.doubtful(self.evidence)
        if other is None:
            return ""
        which = "a search whose outcome is not known yet"
        if other.session_id is not None:
            try:
                session = await self._workspace.watcher.look(other.session_id)
            except NotFound:
                return ""
            which = f"{quoted(session.title or session.id)} (session {session.id}), bought already"
        return f"It may be the same as {which}: only a place is written in more or less detail."

    async def send(self, plan: Plan, before_send: BeforeSend) -> Receipt[Plan, Started]:
        started = await self._workspace.client.create_session(
            self._title, self._queries, self._text, self._sample, before_send
        )
        return searched(plan, started, started.session.id)

    def describe(self, receipt: Receipt[Plan, Started]) -> StartedSession:
        counter = receipt.response.filter_changes_counter
        self._workspace.sent_filters.remember(receipt.session_id, counter, self._queries)
        return started_session(receipt, self._title, self._filters)

    async def no_match(self, plan: Plan) -> StartedSession:
        return StartedSession(
            title=self._title,
            status="done",
            expected_profiles=0,
            filters=self._filters.as_dict(),
            next_step=next_steps.widen_step(None),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> StartedSession:
        session = await self._workspace.watcher.look(purchase.session_id or "")
        if not existed:
            return earlier_search(self._workspace, session, earlier_credits(purchase))
        return self._existing(session)

    def _holds(self, session: Session, purchase: Purchase) -> bool:
        """Whether a session still has the filters that were bought for it."""
        updated = purchase.operation != self.operation
        if session.filter_changes_counter <= (purchase.evidence.counter + 1 if updated else 0):
            return True
        # Changed by an update that the ledger does not know.
        shown = from_queries(self._workspace.sent_filters.in_force(session))[0]
        # A response may omit ranges.
        omitted = {
            name: getattr(self._filters, name)
            for name, declared in FILTERS.items()
            if isinstance(declared, Range) and getattr(shown, name, None) is None
        }
        present = search_digests(shown.model_copy(update=omitted), session.sample_profile_url)
        return any(Evidence(**present).is_search_of(one) for one in self.evidence)

    def _existing(self, session: Session) -> StartedSession:
        result = earlier_search(self._workspace, session, Credits(charged=0))
        result.already_existed = True
        result.next_step = f"{self._bought_before(session)} {result.next_step}"
        return result

    def _bought_before(self, session: Session) -> str:
        """A sentence about the search that this order would buy again."""
        text = clean_line(session.job_description or "", _SHOWN_JD_CHARACTERS)
        described = f" with the text {quoted(text)}" if text else ""
        return (
            f"This search was already bought as {quoted(session.title or session.id)}{described}, "
            "so nothing was charged; allow_duplicate true buys it again."
        )

    @classmethod
    async def find(
        cls, workspace: Workspace, purchase: Purchase, call_seconds: float
    ) -> Found | None:
        client, evidence = workspace.client, purchase.evidence
        taken = await workspace.ledger.bought_sessions()
        others = [
            one for one in await workspace.ledger.open_of(cls.operation) if one.id != purchase.id
        ]
        # Ids and Date headers have whole seconds, so a session may seem slightly older than its
        # request. Without the API's time, the other evidence has to decide.
        tolerance = 3 if evidence.server_time else 24 * 3600
        since = (evidence.server_time or evidence.local_time or 0) - tolerance
        left = (evidence.left and evidence.left.server) or since
        until = left + call_seconds + CONCLUSIVE_AFTER_SECONDS + 2 * tolerance
        similar = False
        try:
            sessions = await client.project_sessions()
        except NotFound:
            reason = "this key has no project whose sessions could be searched"
            raise OutcomeHidden(reason) from None
        for listed in sessions:
            created = listed.created_at.timestamp() if listed.created_at else 0
            if listed.id in taken or not created or created < since:
                continue
            if not evidence.has_name_of(_name_evidence(listed.title, listed.job_description)):
                continue
            try:
                session = await client.get_session(listed.id)
            except NotFound:
                continue  # Deleted, although still listed.
            shown = search_evidence(
                listed.title, listed.job_description, session.queries, session.sample_profile_url
            )
            if evidence.has_search_of(shown):
                # Later purchases in the session are in its total too.
                used = session.search_more_counter or session.filter_changes_counter
                return Found(session.id, None if used else session.credits_charged)
            another = any(other.evidence.has_search_of(shown) for other in others)
            similar = similar or (not another and created <= until)
        if similar:
            # Same title, text and time: the API may show filters in another form than they were
            # sent, and taking it for another search would mean paying again.
            raise OutcomeHidden("a session with its title shows other filters than requested")
        return None


def earlier_search(
    workspace: Workspace, session: Session, credits: Credits | None
) -> StartedSession:
    """The result of an earlier search, with its session's current state."""
    filters = from_queries(workspace.sent_filters.in_force(session))[0]
    return StartedSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        expected_profiles=session.total or None,
        credits=credits,
        filters=fitted_filters(filters.as_dict())[0],
        next_step=next_steps.session_step(session),
    )


def earlier_credits(purchase: Purchase) -> Credits:
    """The credits of a purchase, as recorded in the ledger; estimated if nothing stated them."""
    unknown = purchase.credits is None
    return Credits(
        charged=purchase.credits,
        estimated=purchase.expected if unknown else None,
        remaining=purchase.remaining,
    )


def searched(plan: P, started: Started, session_id: str) -> Receipt[P, Started]:
    """The receipt for a search, new or in an existing session."""
    unfinished = started.unfinished is not None
    return Receipt(plan, started, session_id, started.credits, unfinished=unfinished)


def started_session(
    receipt: Receipt[Any, Started], title: str | None, filters: SearchFilters
) -> StartedSession:
    """The result of a search that was just bought."""
    started = receipt.response
    return StartedSession(
        session_id=receipt.session_id,
        title=title,
        # Whatever the session's status says, its search has only just started.
        status="running",
        api_status=next_steps.unusual(started.api_status),
        expected_profiles=started.expected_profiles,
        credits=next_steps.credits(receipt.credits),
        filters=filters.as_dict(),
        warning=next_steps.unfinished_warning(started),
        next_step=next_steps.wait_step(receipt.session_id),
    )


def check_size(filters: SearchFilters) -> None:
    """Reject filters that contradict each other, or are too large to be repeated in a result."""
    if (problem := contradiction_in(filters.as_dict())) is not None:
        raise BadArguments(problem)
    if fitted_filters(filters.as_dict())[1]:
        raise BadArguments(
            f"filters are too large; keep them under {MAX_FILTER_BYTES:,} characters by "
            "naming fewer values"
        )


def search_evidence(
    title: str | None, text: str | None, queries: Any, sample_profile_url: str | None
) -> Evidence:
    """The evidence that identifies a search, as it was sent or as a session shows it."""
    return replace(
        _name_evidence(title, text),
        filters=fingerprint("filters", filters=from_queries(queries)[0].as_dict()),
        sample=fingerprint("sample", link=lenient.link(sample_profile_url)),
        credits=0,
    )


def _name_evidence(title: str | None, text: str | None) -> Evidence:
    """The part of a search's evidence that a list of sessions shows."""
    return Evidence(title=fingerprint("title", text=title), text=fingerprint("text", text=text))
