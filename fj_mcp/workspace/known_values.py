"""Filter values as FutureJobs spells them, looked up for free before a search is paid for.

A value that FutureJobs does not know finds nobody, and the credits are gone all the same.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import anyio
from cachetools import TTLCache
from msgspec import Struct
from pydantic_core import to_json

from fj_mcp.api.errors import ApiError, CannotConnect, Rejected
from fj_mcp.errors import BadArguments
from fj_mcp.filters.base import STORED, Filter
from fj_mcp.filters.search_filters import FILTERS, FilterChanges, SearchFilters
from fj_mcp.filters.spellings import LONGEST_CODE, UnknownValue
from fj_mcp.storage.ledger.purchase import DAY_SECONDS
from fj_mcp.storage.ledger.storage import Storage
from fj_mcp.text.cleaning import as_word, cut, looks_like_instructions, quoted
from fj_mcp.text.comparison import normalized

if TYPE_CHECKING:
    from fj_mcp.api.client import FutureJobs

SHORTEST_QUERY = 2
"""The API completes nothing shorter."""

MAX_COMPLETIONS = 25
"""The largest limit that clients have been seen to send."""

CHECK_SECONDS = 3.0
"""How long a search waits for the look-ups; it then goes on without the rest. The requests end a
second before, as all of a call do."""

MAX_VALUES = 12
"""Of one search; its result says how many more there are."""

MAX_LOOKUPS = 24
"""Of one search, because look-ups count against the key's rate limit. Most values take one."""

_MAX_QUERIES = 4
"""Spellings of one value that are looked up."""

_MAX_GUESSES = 2
_MAX_NEAREST = 3
_CACHED_ANSWERS = 500
_CACHED_SECONDS = 3600.0

_REMEMBERED_SECONDS = 2 * DAY_SECONDS
"""Longer than an equal search is returned instead of bought."""

F = TypeVar("F", bound=SearchFilters)

Ask = Callable[[str], Awaitable[list[str] | None]]
"""Looks a text up; None if that is not possible."""

Findings = dict[str, tuple[str | None, list[str]]]
"""FutureJobs' spelling, or the nearest ones, of the values that it spells in another way or does
not know, by the value's digest: like the ledger, it repeats nothing that was asked for."""


class Checked(Struct, Generic[F], frozen=True):
    """Filters after the look-up of their values.

    Attributes:
        filters: with FutureJobs' spelling of each value for which it is certain.
        unknown: the values that FutureJobs does not know, or is not known to accept.
        unchecked: how many values were not looked up.
    """

    filters: F
    unknown: tuple[UnknownValue, ...] = ()
    unchecked: int = 0


class KnownValues:
    """The values that FutureJobs completes, for one workspace."""

    def __init__(self, client: "FutureJobs", storage: Storage, call_seconds: float) -> None:
        """Args: `storage` of the workspace; `call_seconds`: the deadline of a call."""
        self._client = client
        self._storage = storage
        self._seconds = min(CHECK_SECONDS, call_seconds / 15)
        self._answers: TTLCache[tuple[str, str, int], list[str]] = TTLCache(
            _CACHED_ANSWERS, _CACHED_SECONDS
        )
        self._rejected: TTLCache[str, bool] = TTLCache(len(FILTERS), _CACHED_SECONDS)
        """The `filter_type` names that the API does not accept."""

    async def complete(self, filter_type: str, query: str, limit: int) -> list[str]:
        """At most `limit` values for `query`, as FutureJobs completes it. Raises an `ApiError`."""
        key = (filter_type, normalized(query), limit)
        if (found := self._answers.get(key)) is None:
            found = (await self._client.autocomplete(filter_type, query, limit))[:limit]
            self._answers[key] = found
        return found

    async def check(self, filters: F, call: str) -> Checked[F]:
        """Look up the values of filters before they are paid for.

        Args:
            filters: of a new search, or to change on a session.
            call: a digest of what was asked for. The same call gets the same findings for two days,
                unless a look-up failed; it is then made again.

        Raises:
            BadArguments: the first time that this call names a place which FutureJobs does not
                know.
            CannotConnect: if no connection is possible. Any other failure is ignored.
        """
        values, outside = _values_in(filters), _outside_vocabularies(filters)
        if not values:
            return Checked(filters, tuple(outside))
        name, refused = f"values:{call}", f"refused values:{call}"
        findings: Findings
        unchecked = beyond = len(values[MAX_VALUES:])
        if (known := await self._storage.agreed(name)) is not None:
            findings = json.loads(known)
        else:
            was_refused = await self._storage.agreed(refused) is not None
            findings, unchecked = await self._find(values)
            if unchecked == beyond:
                stored = json.dumps(findings)
                known = await self._storage.agree(name, stored, _REMEMBERED_SECONDS)
                findings = json.loads(known)
            if not was_refused and (places := _unknown_places(values, findings)):
                await self._storage.agree(refused, "", _REMEMBERED_SECONDS)
                raise BadArguments(_refusal(places))
        unknown = _unknown(values, findings) + outside
        return Checked(_respelled(filters, findings), tuple(unknown), unchecked)

    async def unknown_in(self, filters: SearchFilters) -> list[UnknownValue]:
        """The values of filters that FutureJobs does not know, as far as can be found out."""
        values = _values_in(filters)
        findings, _ = await self._find(values)
        return _unknown(values, findings) + _outside_vocabularies(filters)

    async def _find(self, values: list[tuple[str, str]]) -> tuple[Findings, int]:
        """Look up values in parallel, until the time for it is over or a look-up fails.

        Returns:
            What was found, and how many values could not be looked up.

        Raises:
            CannotConnect: because then the search cannot be sent either.
        """
        found: Findings = {}
        unchecked = len(values)
        failure: ApiError | None = None
        left = MAX_LOOKUPS
        with anyio.move_on_after(self._seconds):
            async with anyio.create_task_group() as tasks:

                async def look(name: str, value: str) -> None:
                    nonlocal failure, unchecked
                    declared, cut_short = FILTERS[name], False

                    async def ask(query: str) -> list[str] | None:
                        nonlocal left, cut_short
                        cut_short = left <= 0
                        left -= 1
                        return None if cut_short else await self._ask(declared, query)

                    try:
                        finding = await _look_up(declared, value, ask)
                    except ApiError as error:
                        # The search goes on without, and reports what is wrong if it still is.
                        failure = error
                        tasks.cancel_scope.cancel()
                    else:
                        unchecked -= finding is not None or not cut_short
                        if finding is not None and finding[0] != value:
                            found[_digest(name, value)] = finding

                for name, value in values[:MAX_VALUES]:
                    tasks.start_soon(look, name, value)
        if isinstance(failure, CannotConnect):
            raise failure
        return found, unchecked

    async def _ask(self, declared: Filter, query: str) -> list[str] | None:
        filter_type = declared.autocomplete or ""
        if len(query) < SHORTEST_QUERY or filter_type in self._rejected:
            return None
        try:
            return await self.complete(filter_type, query, MAX_COMPLETIONS)
        except Rejected:
            self._rejected[filter_type] = True
            return None


async def _look_up(declared: Filter, value: str, ask: Ask) -> tuple[str | None, list[str]] | None:
    """FutureJobs' spelling of a value, or None and the nearest ones; None if it cannot be known."""
    spellings = declared.spellings
    is_code = len(value) <= LONGEST_CODE
    area: str | None = None
    seen: list[str] = []
    hidden = False
    for query in spellings.queries(value)[:_MAX_QUERIES]:
        found = await ask(query)
        if found is None:
            return None
        exact = [one for one in found if normalized(one) == normalized(value)]
        same = exact or spellings.same(value, found)
        full = len(found) >= MAX_COMPLETIONS
        # A list that is cut off may hide another place of that name.
        if len(same) == 1 and (not full or normalized(same[0]) in map(normalized, (value, query))):
            return same[0], []
        if same:
            return None, same[:_MAX_NEAREST]
        area = area or spellings.area(value, found)
        if area is not None and not is_code:
            break
        if query == value or len(query) > LONGEST_CODE:
            seen += found
            hidden = hidden or full
    if declared.must_be_known and spellings.is_country(value) and (area or not hidden):
        return None, []
    if area is not None:
        # A code may be another place's as well: CA is California, and Canada.
        respelled = normalized(area) != normalized(value)
        return (None, [area]) if is_code and respelled else (area, [])
    if declared.must_be_known and len(value) == SHORTEST_QUERY:
        return None, []
    if hidden:
        return None
    nearest = spellings.related(value, seen)
    if not nearest and not is_code:
        nearest = await _guess(declared, value, ask)
    # They are quoted in sentences.
    return None, [one for one in nearest if not looks_like_instructions(one)][:_MAX_NEAREST]


async def _guess(declared: Filter, value: str, ask: Ask) -> list[str]:
    """What a value that is not completed may be meant for."""
    spellings = declared.spellings
    for query in spellings.guessed(value)[:_MAX_GUESSES]:
        found = await ask(query) or []
        if guessed := spellings.same(query, found):
            return guessed
    for query in spellings.shorter(value):
        if related := spellings.related(value, await ask(query) or []):
            return related
    return []


def _values_in(filters: SearchFilters) -> list[tuple[str, str]]:
    """The values to look up with the names of their filters, the most consequential first.

    Only the first `MAX_VALUES` are looked up.
    """
    found = [
        (name, value)
        for name, given in filters.as_dict().items()
        if FILTERS[name].autocomplete
        for value in _flat(given)
        if len(value) >= SHORTEST_QUERY
    ]
    found.sort(key=lambda one: not FILTERS[one[0]].must_be_known)
    return found


def _outside_vocabularies(filters: SearchFilters) -> list[UnknownValue]:
    """The values that no vocabulary has although there is one; FutureJobs may know them."""
    return [
        UnknownValue(name, value, FILTERS[name].nearest(value))
        for name, given in filters.as_dict().items()
        if FILTERS[name].vocabulary and isinstance(given, list)
        for value in given
        if value not in FILTERS[name].vocabulary
    ]


def _flat(given: Any) -> list[str]:
    lists = given.values() if isinstance(given, dict) else [given]
    return [value for values in lists for value in values]


def _digest(name: str, value: str) -> str:
    return hashlib.sha256(f"{name}\n{normalized(value)}".encode()).hexdigest()[:16]


def _unknown(values: list[tuple[str, str]], findings: Findings) -> list[UnknownValue]:
    found = ((name, value, findings.get(_digest(name, value))) for name, value in values)
    return [
        UnknownValue(name, value, tuple(finding[1]))
        for name, value, finding in found
        if finding is not None and finding[0] is None
    ]


def _respelled(filters: F, findings: Findings) -> F:
    """The filters with FutureJobs' spellings."""

    def spelled(name: str, given: Any) -> Any:
        if isinstance(given, dict):
            return {tier: spelled(name, values) for tier, values in given.items()}
        found = ((value, findings.get(_digest(name, value))) for value in given)
        return [(finding and finding[0]) or value for value, finding in found]

    given = {name: value for name, value in filters.as_dict().items() if FILTERS[name].autocomplete}
    changed = {name: spelled(name, value) for name, value in given.items()}
    changed = {name: value for name, value in changed.items() if value != given[name]}
    if not changed:
        return filters
    valid = FilterChanges.model_validate(changed, context=STORED)
    return filters.model_copy(update={name: getattr(valid, name) for name in changed})


def _unknown_places(values: list[tuple[str, str]], findings: Findings) -> list[UnknownValue]:
    return [one for one in _unknown(values, findings) if FILTERS[one.filter].must_be_known]


def _refusal(places: list[UnknownValue]) -> str:
    named = "; ".join(_in_words(one) for one in places[:_MAX_NEAREST])
    return (
        f"FutureJobs does not know {named}. Correct that, or repeat the call unchanged to search "
        "all the same"
    )


def _in_words(one: UnknownValue) -> str:
    has = " or ".join(quoted(cut(value, 80)) for value in one.nearest)
    known = f"it has {has}" if has else "it has nothing like it"
    if FILTERS[one.filter].spellings.is_country(one.value):
        known = f"use countries: {to_json([one.value]).decode()}"
    return f"filters.{one.filter} {quoted(as_word(one.value))} ({known})"
