"""The order that changes a session and searches again in it."""

from contextlib import suppress
from functools import partial
from typing import Any

import anyio
from msgspec.structs import replace
from pydantic import ValidationError

from fj_mcp.api.call_context import BeforeSend
from fj_mcp.api.errors import ApiError
from fj_mcp.api.session_records import Session, Started
from fj_mcp.errors import BadArguments
from fj_mcp.filters.base import STORED
from fj_mcp.filters.changes import after_change, skills_left
from fj_mcp.filters.names import REMOVABLE, name_of, nearest_name
from fj_mcp.filters.query_map import fitted_filters, from_queries, to_queries
from fj_mcp.filters.search_filters import FilterChanges, SearchFilters
from fj_mcp.purchases.order import (
    Found,
    Order,
    Plan,
    Receipt,
    find_change,
    fingerprint,
    is_matching,
    session_evidence,
)
from fj_mcp.purchases.same_search import same_link, search_digests
from fj_mcp.purchases.search_order import (
    MAX_JD_CHARACTERS,
    check_size,
    earlier_credits,
    earlier_search,
    searched,
    started_session,
)
from fj_mcp.results import next_steps
from fj_mcp.results.models import Credits, StartedSession
from fj_mcp.storage.ledger.evidence import Evidence
from fj_mcp.storage.ledger.purchase import Purchase
from fj_mcp.text.cleaning import clean_line, quoted
from fj_mcp.workspace.workspace import Workspace

_NEVER_SENT = frozenset({"allowFallback", "languages", "search_other_regions", "nuances"})


_SHOWN_CHARACTERS = 200

_READ_SECONDS = 3.0
"""How long a result waits for the filters in force, if nobody matches."""


class UpdatePlan(Plan, frozen=True, kw_only=True):
    """The plan of an update.

    Attributes:
        before: the session's filters before the update.
        title: the session's title after the update.
        filters: the session's filters after the update.
        kept: stored filters without a counterpart here, which are sent back unchanged.
        changes: the parameters of `FutureJobs.update_session`.
    """

    before: dict[str, Any]
    title: str | None
    filters: SearchFilters
    kept: list[str]
    changes: dict[str, Any]


class UpdateOrder(Order[StartedSession, UpdatePlan, Started]):
    """An update of a session: changes are merged into its filters, and all are sent."""

    operation = "update_session"

    def __init__(
        self,
        workspace: Workspace,
        session_id: str,
        *,
        title: str | None,
        job_description: str | None,
        sample_profile_url: str | None,
        changes: FilterChanges | None,
        removed: list[str],
        given: FilterChanges | None = None,
    ) -> None:
        """Args: `given`: the changes in the call's own spelling."""
        if changes is not None and not changes.model_fields_set:
            changes = None
        wanted = (title, job_description, sample_profile_url, changes)
        if all(item is None for item in wanted) and not removed:
            raise BadArguments(
                "title, job_description, sample_profile_url, filters or remove_filters is "
                "required; an empty filter or tier keeps its value, and remove_filters removes it, "
                "such as regions or skills.core"
            )
        _check_removed(changes, removed)
        self._workspace = workspace
        self.session_id: str = session_id
        self._title = title
        self._text = job_description
        self._sample = sample_profile_url
        self._changes = changes.as_dict() if changes is not None else {}
        self._removed = removed
        sent, own = (
            fingerprint(
                self.operation,
                session=session_id,
                title=title,
                text=job_description,
                sample=same_link(sample_profile_url).encode().hex(),
                changes=one.as_dict() if one else None,
                removed=removed,
            )
            for one in (changes, changes and (given or changes))
        )
        self.fingerprints = (sent,)
        self.evidence = (Evidence(given=own),)
        self.locks = (f"session:{session_id}",)
        self._respell = partial(
            UpdateOrder,
            workspace,
            session_id,
            title=title,
            job_description=job_description,
            sample_profile_url=sample_profile_url,
            removed=removed,
            given=changes,
        )

    def respelled(self, changes: FilterChanges) -> "UpdateOrder":
        """The same order with the changes in FutureJobs' spelling."""
        return self._respell(changes=changes)

    def _in_force(self, session: Session) -> tuple[dict[str, Any], dict[str, Any]]:
        """The session's filters, as FutureJobs stores them and by name."""
        stored = self._workspace.sent_filters.in_force(session)
        return stored, from_queries(stored)[0].as_dict()

    async def inspect(self) -> UpdatePlan | StartedSession:
        session = await self._workspace.watcher.look(self.session_id)
        stored, before = self._in_force(session)
        if await is_matching(self._workspace, session):
            return _unchanged(
                session,
                before,
                "The session is still matching, so nothing was changed or charged. Call "
                f"wait_for_session with session_id {session.id} (free), then update again.",
            )
        filters = self._filters_after(before)
        check_size(filters)
        described = self._text is not None or self._sample is not None
        text = clean_line((self._text or session.job_description or ""), MAX_JD_CHARACTERS)
        sample = session.sample_profile_url if self._sample is None else self._sample
        same_sample = same_link(sample) == same_link(session.sample_profile_url)
        same_search = filters.as_dict() == before and same_sample
        if (
            same_search
            and self._title in (None, session.title)
            and text == clean_line(session.job_description or "", MAX_JD_CHARACTERS)
        ):
            return _nothing_to_change(session, before)
        # A tier is a part of its filter.
        changed = {*self._changes, *(name.partition(".")[0] for name in self._removed)}
        kept = {
            key: entry
            for key, entry in stored.items()
            # Stored filters without a counterpart here are kept, not silently dropped.
            if key not in _NEVER_SENT
            and name_of(key) not in changed
            and from_queries({key: entry})[1]
        }
        named = ", ".join(sorted(changed)) or "its title or texts"
        if await self._is_done(session):
            return _nothing_to_change(session, before)
        effects, unexpected = await self._effects(
            session,
            only_texts=same_search,
            only_spelling=not same_search and _may_be_same(before, filters, same_sample),
            left=skills_left(before, self._changes, self._removed) if "skills" in changed else {},
        )
        evidence = session_evidence(session, session.filter_changes_counter)
        evidence = replace(evidence, given=self.evidence[0].given)
        if not kept:
            # A new search with the filters that are then in force is this one.
            evidence = replace(evidence, **search_digests(filters, sample))
        return UpdatePlan(
            evidence,
            f"a new search in {quoted(session.title or session.id)} with changes to {named}",
            effects,
            unexpected,
            before=before,
            title=self._title or session.title,
            filters=filters,
            kept=from_queries(kept)[1],
            changes={
                "queries": to_queries(filters) | kept,
                "title": self._title,
                "text": text if described else None,
                "sample_profile_url": sample if described else None,
            },
        )

    def _filters_after(self, before: dict[str, Any]) -> SearchFilters:
        """The full set of filters after the update. Raises `BadArguments` if it has no skill."""
        after = after_change(before, self._changes, self._removed)
        if "skills" in before and "skills" not in after:
            tiers = ", ".join(name for name in self._removed if name.startswith("skills."))
            raise BadArguments(
                f"remove_filters may not name {tiers}; a search needs at least one skill"
            )
        try:
            return SearchFilters.model_validate(after, context=STORED)
        except ValidationError:
            raise BadArguments(
                "filters.skills is required, because the session has no skills"
            ) from None

    async def _is_done(self, session: Session) -> bool:
        """Whether the session's last change is this update, sent in any spelling."""
        ledger = self._workspace.ledger
        last = await ledger.newest_in(session.id, (self.operation,), {"charged"})
        if last is None or not self.is_same(last):
            return False
        return session.filter_changes_counter <= last.evidence.counter + 1

    async def send(self, plan: UpdatePlan, before_send: BeforeSend) -> Receipt[UpdatePlan, Started]:
        started = await self._workspace.client.update_session(
            self.session_id, **plan.changes, before_send=before_send
        )
        return searched(plan, started, self.session_id)

    def describe(self, receipt: Receipt[UpdatePlan, Started]) -> StartedSession:
        plan = receipt.plan
        counter = max(receipt.response.filter_changes_counter, plan.evidence.counter + 1)
        self._workspace.sent_filters.remember(self.session_id, counter, plan.changes["queries"])
        result = started_session(receipt, plan.title, plan.filters)
        if plan.kept:
            named = ", ".join(plan.kept[:20])
            note = f"Kept unchanged, because this server has no filter for them: {named}."
            result.warning = f"{result.warning} {note}" if result.warning else note
        return result

    async def _effects(
        self,
        session: Session,
        *,
        only_texts: bool,
        only_spelling: bool,
        left: dict[str, list[str]],
    ) -> tuple[str, bool]:
        """The effects to tell the user, and whether a client that cannot ask must stop once."""
        count = session.matched or session.total
        revealed = 0
        for one in await self._workspace.ledger.in_session(session.id):
            if one.state == "charged" and one.operation == self.operation:
                break  # It has replaced the candidates of earlier reveals.
            revealed += one.state == "charged" and one.operation == "reveal"
        sentences = []
        if only_texts:
            sentences.append("Changing only a title or a text costs credits like any other update.")
        if only_spelling:
            sentences.append("It may search for the same again: it only spells values otherwise.")
        if left:
            tiers = "; ".join(f"{tier} {', '.join(skills)}" for tier, skills in left.items())
            sentences.append(f"These skills stay: {clean_line(tiers, _SHOWN_CHARACTERS)}.")
        if count:
            sentences.append(f"It replaces the candidates found so far ({count}).")
        if revealed:
            sentences.append(
                f"Contacts of theirs were revealed ({revealed}): export_profiles (free) keeps them "
                "in a file."
            )
        return " ".join(sentences), only_texts or only_spelling or bool(revealed)

    async def no_match(self, plan: UpdatePlan) -> StartedSession:
        # Nothing documents what becomes of the session, so look.
        session: Session | None = None
        with anyio.move_on_after(_READ_SECONDS), suppress(ApiError):
            session = await self._workspace.client.get_session(self.session_id)
        filters, title = plan.before, plan.title
        warning: str | None
        if session is None:
            warning = "The session could not be read again; get_session shows its filters (free)."
        else:
            _, filters = self._in_force(session)
            title = session.title
            count = session.matched or session.total
            warning = (
                "Nothing was changed or charged: the session keeps the filters shown here and the "
                f"candidates found so far ({count})."
                if filters == plan.before
                else None
            )
        return StartedSession(
            session_id=self.session_id,
            title=title,
            status="done",
            expected_profiles=0,
            filters=fitted_filters(filters)[0],
            warning=warning,
            next_step=next_steps.widen_step(self.session_id, "the requested filters"),
        )

    async def repeat(self, purchase: Purchase, *, existed: bool) -> StartedSession:
        session = await self._workspace.watcher.look(self.session_id)
        return earlier_search(self._workspace, session, earlier_credits(purchase))

    @classmethod
    async def find(
        cls, workspace: Workspace, purchase: Purchase, call_seconds: float
    ) -> Found | None:
        def has_changed(session: Session) -> bool:
            return session.filter_changes_counter > purchase.evidence.counter

        return (await find_change(workspace, purchase, has_changed))[1]


def _unchanged(session: Session, filters: dict[str, Any], step: str) -> StartedSession:
    return StartedSession(
        session_id=session.id,
        title=session.title,
        status=session.status,
        api_status=next_steps.unusual(session.api_status),
        credits=Credits(charged=0),
        filters=fitted_filters(filters)[0],
        next_step=step,
    )


def _nothing_to_change(session: Session, filters: dict[str, Any]) -> StartedSession:
    return _unchanged(
        session,
        filters,
        "The session already has exactly these values, so nothing was sent or charged. "
        f"{next_steps.session_step(session)}",
    )


def _check_removed(changes: FilterChanges | None, removed: list[str]) -> None:
    """Reject changes that would cost credits and cannot be what was meant."""
    given = changes.as_dict() if changes is not None else {}
    fields = {*(changes.model_fields_set if changes is not None else ())}
    for position, name in enumerate(removed):
        if name not in REMOVABLE:
            raise BadArguments(f"remove_filters[{position}] {nearest_name(name, REMOVABLE)}")
        filter_name, _, tier = name.partition(".")
        if name in fields or tier in given.get(filter_name, ()):
            raise BadArguments(f"filters.{name} is in remove_filters too; keep one of the two")
    if "skills" in removed:
        raise BadArguments(
            "remove_filters may not name skills; a search needs at least one skill, and a single "
            "tier is named as skills.core"
        )
    if blank := fields - given.keys():
        name = min(blank)
        raise BadArguments(
            f"filters.{name} restricts nothing with these values; to remove the filter, name it in "
            "remove_filters"
        )


def _may_be_same(before: dict[str, Any], after: SearchFilters, same_sample: bool) -> bool:
    """Whether filters may differ only in how their values are spelled."""
    stored = FilterChanges.model_validate(before, context=STORED)
    one, other = (Evidence(**search_digests(filters, None)) for filters in (stored, after))
    return same_sample and (one.is_search_of(other) or one.may_be_search_of(other))
