"""Searches that nobody fits: what free reads say about them, and what to change."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import anyio
from msgspec.structs import replace

from fj_mcp.api.errors import ApiError
from fj_mcp.api.session_records import newest_first
from fj_mcp.filters.base import STORED
from fj_mcp.filters.changes import Changes, after_change
from fj_mcp.filters.query_map import from_queries
from fj_mcp.filters.search_filters import FilterChanges
from fj_mcp.results.models import StartedSession, warn
from fj_mcp.results.next_steps import NOTHING_BOUGHT
from fj_mcp.shortlist.suggestions import (
    UNKNOWN,
    Clues,
    Looser,
    as_search,
    as_update,
    suggest_for_nobody,
)
from fj_mcp.text.comparison import normalized
from fj_mcp.text.numbers import number_of
from fj_mcp.workspace.known_values import Checked
from fj_mcp.workspace.workspace import Workspace

_SECONDS = 3.0
_SESSIONS = 5
"""The newest sessions with candidates are compared, with one request each."""

_NAMED = 5
"""Unknown values that the next step repeats."""


async def finished(
    workspace: Workspace,
    result: StartedSession,
    checked: Checked[Any],
    removed: Sequence[str] = (),
) -> StartedSession:
    """A result with the values that FutureJobs does not know and, if nobody fits, suggestions.

    Args:
        workspace: of the key.
        result: of a new search, or of an update.
        checked: the filters that were sent.
        removed: the filters that an update removed.
    """
    result.unknown_values = [str(one) for one in checked.unknown] or None
    searched = result.credits is None or result.credits.charged != 0
    if checked.unchecked and searched:
        count = number_of(checked.unchecked, "filter value")
        warn(result, f"Not looked up before the search: {count}; search_filter_values is free.")
    if result.status == "done" and result.expected_profiles == 0:
        why = None
        with suppress(ApiError):
            why = await _suggest(workspace, result, checked.filters.as_dict(), removed)
        result.next_step = _nobody_step(result, why)
    return result


def _nobody_step(result: StartedSession, why: str | None) -> str:
    """The next step after a search that was not bought, because nobody fits."""
    advice = (result.next_step or "").removeprefix(NOTHING_BOUGHT).strip()
    if result.suggestions:
        reason = result.suggestions[0].reason
        named, advice = reason.startswith(UNKNOWN), f"suggestions[0]: {reason}"
    else:
        # What a suggestion would leave out is only named where there is none.
        named, about = False, "" if why is None or why.startswith(UNKNOWN) else why
        advice = f"{about} {advice}".strip()
    sentences = [NOTHING_BOUGHT]
    if result.unknown_values and not named:
        sentences.append(f"{UNKNOWN} {', '.join(result.unknown_values[:_NAMED])}.")
    return " ".join([*sentences, advice])


async def _suggest(
    workspace: Workspace, result: StartedSession, given: Changes, removed: Sequence[str]
) -> str | None:
    """Add suggestions to the result of a search that nobody fits; return the likeliest reason."""
    before: Changes = {}
    if result.session_id is not None:
        session = await workspace.client.get_session(result.session_id)
        before = from_queries(workspace.sent_filters.in_force(session))[0].as_dict()
    tried = FilterChanges.model_validate(after_change(before, given, removed), context=STORED)
    clues = await clues_for(workspace, tried, result.session_id)
    found = suggest_for_nobody(tried, clues)
    if result.session_id is None:
        whole = [as_search(tried, one) for one in found]
    else:
        whole = [as_update(before, tried, one) for one in found]
    result.suggestions = [one for one in whole if one is not None] or None
    return found[0].reason if found else None


async def clues_for(
    workspace: Workspace, filters: FilterChanges, updated: str | None = None
) -> Clues:
    """What can be found out, within three seconds, about filters that nobody fits. Never fails.

    Args:
        workspace: of the key.
        filters: that nobody fits.
        updated: the id of the session that would get these filters, and has others.
    """
    left = anyio.current_effective_deadline() - anyio.current_time()
    clues = Clues()
    with anyio.move_on_after(min(_SECONDS, left / 2)), suppress(ApiError):
        clues = Clues(await workspace.known_values.unknown_in(filters))
        clues = replace(clues, looser=await _looser_search(workspace, filters, updated))
    return clues


async def _looser_search(
    workspace: Workspace, filters: FilterChanges, updated: str | None
) -> Looser | None:
    """The search that differs least, of those that found candidates with fewer filters."""
    wanted = filters.as_dict()
    listed = newest_first(await workspace.client.project_sessions())
    found: list[tuple[int, bool, int, Looser]] = []
    for one in [one for one in listed if one.profiles][:_SESSIONS]:
        session = await workspace.client.get_session(one.id)
        in_force = workspace.sent_filters.in_force(session)
        looser = _compared(wanted, from_queries(in_force)[0].as_dict(), one.profiles or 0)
        if looser is not None:
            # To keep a session as it is would be no suggestion.
            found.append((len(looser.without), one.id == updated, -looser.profiles, looser))
    return min(found, key=lambda one: one[:3])[3] if found else None


def _compared(wanted: Changes, other: Changes, profiles: int) -> Looser | None:
    """The difference of another search that had fewer filters; None if it was not looser."""
    if any(
        name not in ("skills", "within_km") and _plain(wanted.get(name)) != _plain(other[name])
        for name in other
    ):
        return None
    # Over a longer distance the same search finds no fewer candidates.
    if other.get("within_km", 0) > wanted.get("within_km", 0):
        return None
    nearby = {"within_km"} if "regions" in other else set()
    without = tuple(name for name in wanted if name not in other and name not in nearby)
    same_skills = _plain(wanted["skills"]) == _plain(other.get("skills"))
    if same_skills and without:
        return Looser(profiles, without)
    mandatory = (set(_plain(one.get("skills", {}).get("mandatory", []))) for one in (other, wanted))
    fewer, more = mandatory
    if not without and not same_skills and "skills" in other and fewer < more:
        return Looser(profiles, skills=other["skills"])
    return None


def _plain(value: Any) -> Any:
    """A filter's value for comparison, without regard to order and case."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return sorted(normalized(part) for part in value)
    return normalized(value) if isinstance(value, str) else value
