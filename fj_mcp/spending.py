"""What costs credits: each rule that keeps a purchase from being made for nothing.

The free reads come first: a call that cannot succeed, or whose outcome is already there, is
answered without paying.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
from pydantic import ValidationError

from fj_mcp import views
from fj_mcp.candidates import Profile
from fj_mcp.errors import ApiError, BadArguments, NoMatch, NotFound
from fj_mcp.filters import WIRES, FilterChanges, SearchFilters, name_of, nearest_name
from fj_mcp.queries import from_queries, to_queries
from fj_mcp.records import CreditInfo, Session, Started
from fj_mcp.results import MoreProfiles, RevealedContact, RevealedContacts, StartedSession
from fj_mcp.shortlists import Shortlists
from fj_mcp.text import clean_line

if TYPE_CHECKING:
    from fj_mcp.client import Channel, FutureJobs

MOST_JD_CHARACTERS = 250
"""Of a job description, on one line, in a session: what a production client sends. Longer texts
go to JD to filters only."""

_NEVER_SENT = frozenset({"allowFallback", "languages", "search_other_regions", "nuances"})
_SESSIONS_KEPT = 200
_REVEALS_AT_ONCE = 3


@dataclass(frozen=True)
class _Sent:
    counter: int
    queries: dict[str, Any]


class Spending:
    """The purchases: create, update, fetch more, reveal."""

    def __init__(self, client: "FutureJobs", shortlists: Shortlists) -> None:
        self._client = client
        self._shortlists = shortlists
        self._sent: OrderedDict[str, _Sent] = OrderedDict()

    async def create_session(
        self, title: str, filters: SearchFilters, job_description: str, sample_profile_url: str
    ) -> StartedSession:
        """Start a search. Nobody matching is an empty result without a session."""
        _check_size(filters)
        queries = to_queries(filters)
        text = clean_line(job_description, MOST_JD_CHARACTERS)
        try:
            started = await self._client.create_session(title, queries, text, sample_profile_url)
        except NoMatch:
            return StartedSession(
                title=title,
                status="done",
                expected_profiles=0,
                filters=filters.shown(),
                next_step=views.widen_step(None),
            )
        self._remember(started, queries)
        return _started_session(started.session.id, title, started, filters)

    async def update_session(
        self,
        session_id: str,
        *,
        title: str | None,
        job_description: str | None,
        sample_profile_url: str | None,
        changes: FilterChanges | None,
        removed: list[str],
    ) -> StartedSession:
        """Merge changes into a session's filters and search again with the whole map."""
        if changes is not None and not changes.model_fields_set:
            changes = None
        given = (title, job_description, sample_profile_url, changes)
        if all(item is None for item in given) and not removed:
            raise BadArguments("title, job_description, filters or remove_filters is required")
        _check_removed(changes, removed)
        session = await self._client.get_session(session_id)
        stored = self.queries_in_force(session)
        filters = _merge(stored, changes, removed)
        _check_size(filters)
        foreign = {
            key: entry
            for key, entry in stored.items()
            if name_of(key) is None and key not in _NEVER_SENT
        }
        queries = foreign | to_queries(filters)
        described = job_description is not None or sample_profile_url is not None
        try:
            started = await self._client.update_session(
                session_id,
                queries=queries,
                title=title,
                text=_kept_text(session, job_description) if described else None,
                sample_profile_url=(
                    session.sample_profile_url if sample_profile_url is None else sample_profile_url
                )
                if described
                else None,
            )
        except NoMatch:
            return StartedSession(
                session_id=session_id,
                title=title or session.title,
                status="done",
                expected_profiles=0,
                filters=filters.shown(),
                next_step=views.widen_step(session_id),
            )
        self._remember(started, queries)
        return _started_session(session_id, title or session.title, started, filters)

    async def fetch_more(self, session_id: str) -> MoreProfiles:
        """Ask for further profiles of a session."""
        try:
            started = await self._client.fetch_more(session_id)
        except NoMatch:
            started = None
        if started is None or started.new_profiles == 0:
            return MoreProfiles(
                session_id=session_id,
                status="done",
                expected_profiles=0,
                exhausted=True,
                credits=views.credits(started.credits) if started else None,
                next_step=(
                    "There is nobody else for these filters, so do not fetch more. Loosen them "
                    f"with update_sourcing_session and session_id {session_id}, which costs "
                    "credits: ask first."
                ),
            )
        return MoreProfiles(
            session_id=session_id,
            status="running",
            api_status=views.unusual(started.api_status),
            expected_profiles=started.new_profiles,
            credits=views.credits(started.credits),
            warning=views.unfinished(started),
            next_step=views.wait_step(session_id),
        )

    async def reveal(
        self, session: Session, candidate_ids: list[str], channel: "Channel"
    ) -> RevealedContacts:
        """Reveal one contact each; those already revealed are answered from the profile."""
        self._shortlists.expect_contacts(session.id)
        shortlist = await self._shortlists.ranked(session)
        people = [shortlist.find(candidate_id) for candidate_id in candidate_ids]
        for position, (candidate_id, person) in enumerate(zip(candidate_ids, people, strict=True)):
            if person is None:
                raise BadArguments(
                    f"candidate_ids[{position}] {candidate_id} is not in session {session.id}; "
                    "list_profiles shows the ids of its candidates"
                )
        outcomes: dict[str, _Outcome] = {}
        at_once = anyio.CapacityLimiter(_REVEALS_AT_ONCE)

        async def reveal(person: Profile) -> None:
            async with at_once:
                outcomes[person.id] = await self._reveal_one(session.id, person, channel)

        async with anyio.create_task_group() as tasks:
            for person in people:
                assert person is not None
                tasks.start_soon(reveal, person)
        return _revealed(session.id, [outcomes[item] for item in candidate_ids], channel)

    async def _reveal_one(self, session_id: str, person: Profile, channel: "Channel") -> "_Outcome":
        known = person.email if channel == "email" else person.phone
        if known.revealed:
            return _Outcome(_contact(person, "already_revealed", known.values))
        if person.reveal_url is None:
            return _Outcome(_contact(person, "not_found"))
        try:
            answer = await self._client.reveal(session_id, person.reveal_url, channel)
        except NotFound:
            return _Outcome(_contact(person, "not_found"))
        except ApiError as error:
            if error.certain:
                return _Outcome(None, error=error, candidate_id=person.id)
            return _Outcome(_contact(person, "unknown"), error=error)
        if answer.values:
            return _Outcome(_contact(person, "found", answer.values), answer.credits)
        # An empty answer may mean "not yet": phone numbers can arrive minutes later.
        late = channel == "phone" and not answer.absent
        status = "pending" if late else "not_found"
        return _Outcome(_contact(person, status), answer.credits)

    def queries_in_force(self, session: Session) -> dict[str, Any]:
        """The session's filter map, with the ranges that the API's echo may have lost.

        Updates were seen to come back without their RANGE filters; as long as nobody changed
        the filters since, what was sent is what is in force.
        """
        sent = self._sent.get(session.id)
        if sent is None or sent.counter != session.filter_changes_counter:
            return session.queries
        ranges = {key: entry for key, entry in sent.queries.items() if entry["type"] == "RANGE"}
        return ranges | session.queries

    def _remember(self, started: Started, queries: dict[str, Any]) -> None:
        known = {key: entry for key, entry in queries.items() if name_of(key)}
        self._sent[started.session.id] = _Sent(started.filter_changes_counter, known)
        while len(self._sent) > _SESSIONS_KEPT:
            self._sent.popitem(last=False)


@dataclass(frozen=True)
class _Outcome:
    """What became of one reveal: a contact to show, or an error and nothing spent."""

    contact: RevealedContact | None
    credits: CreditInfo = field(default_factory=CreditInfo)
    error: ApiError | None = None
    candidate_id: str = ""


def _contact(person: Profile, status: Any, values: tuple[str, ...] = ()) -> RevealedContact:
    return RevealedContact(
        candidate_id=person.id, name=person.name, status=status, values=list(values)
    )


def _revealed(session_id: str, outcomes: list[_Outcome], channel: "Channel") -> RevealedContacts:
    results = [outcome.contact for outcome in outcomes if outcome.contact is not None]
    failed = [outcome for outcome in outcomes if outcome.contact is None]
    if not results and failed and failed[0].error is not None:
        raise failed[0].error
    warnings = []
    if failed:
        ids = ", ".join(outcome.candidate_id for outcome in failed)
        warnings.append(f"Not revealed and not charged: {ids}. {failed[0].error}")
    if any(result.status == "unknown" for result in results):
        warnings.append(
            "FutureJobs gave no usable answer for those marked unknown: they may have been "
            "charged, and nothing was sent again."
        )
    return RevealedContacts(
        results=results,
        credits=views.credits(_total([outcome.credits for outcome in outcomes])),
        warning=" ".join(warnings) or None,
        next_step=_reveal_step(session_id, results, channel),
    )


def _reveal_step(session_id: str, results: list[RevealedContact], channel: "Channel") -> str | None:
    late = next((item for item in results if item.status in ("pending", "unknown")), None)
    if late is None:
        return None
    return (
        f"A {channel} can arrive within about three minutes. Then call get_candidate with "
        f"session_id {session_id}, candidate_id {late.candidate_id}: it shows what was revealed, "
        "for free. Revealing again may be charged again."
    )


def _total(infos: list[CreditInfo]) -> CreditInfo:
    charged = [info.charged for info in infos if info.charged is not None]
    remaining = [info.remaining for info in infos if info.remaining is not None]
    return CreditInfo(sum(charged) if charged else None, min(remaining) if remaining else None)


def _started_session(
    session_id: str, title: str | None, started: Started, filters: SearchFilters
) -> StartedSession:
    return StartedSession(
        session_id=session_id,
        title=title,
        # Whatever the stored session says, its search has only begun.
        status="running",
        api_status=views.unusual(started.api_status),
        expected_profiles=started.expected_profiles,
        credits=views.credits(started.credits),
        filters=filters.shown(),
        warning=views.unfinished(started),
        next_step=views.wait_step(session_id),
    )


def _kept_text(session: Session, job_description: str | None) -> str:
    text = session.job_description if job_description is None else job_description
    return clean_line(text or "", MOST_JD_CHARACTERS)


def _check_removed(changes: FilterChanges | None, removed: list[str]) -> None:
    """Refuse what would cost credits and not be what was meant."""
    for position, name in enumerate(removed):
        if name not in WIRES:
            raise BadArguments(f"remove_filters[{position}] {nearest_name(name)}")
        if changes is not None and name in changes.model_fields_set:
            raise BadArguments(f"filters.{name} is in remove_filters too; keep one of the two")
    if "skills" in removed:
        raise BadArguments("remove_filters may not name skills; a search needs at least one skill")
    blank = changes.model_fields_set - changes.shown().keys() if changes is not None else set()
    if blank:
        name = min(blank)
        raise BadArguments(
            f"filters.{name} restricts nothing as given; to drop the filter name it in "
            "remove_filters"
        )


def _check_size(filters: SearchFilters) -> None:
    """Refuse filters that no result could repeat in the size that clients take."""
    if views.fitted_filters(filters.shown())[1]:
        raise BadArguments(
            f"filters are too large; keep them under {views.MOST_FILTER_BYTES:,} characters by "
            "naming fewer values"
        )


def _merge(
    stored: dict[str, Any], changes: FilterChanges | None, removed: list[str]
) -> SearchFilters:
    """The whole filter set after a change. Raises `BadArguments` if it holds no skill."""
    merged = from_queries(stored)[0].shown() | (changes.shown() if changes is not None else {})
    for name in removed:
        merged.pop(name, None)
    try:
        return SearchFilters.model_validate(merged)
    except ValidationError:
        raise BadArguments(
            "filters.skills is required, because the session holds no skill"
        ) from None
