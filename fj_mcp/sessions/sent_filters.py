"""The filters that this process sent, for when the API's response omits some of them."""

from typing import Any

from cachetools import LRUCache
from msgspec import Struct

from fj_mcp.api.session_records import Session
from fj_mcp.filters.names import name_of

_SESSIONS_KEPT = 200


class _Sent(Struct, frozen=True):
    counter: int
    queries: dict[str, Any]


class SentFilters:
    """The filter maps that this process sent, because the API's response may omit some of them.

    Updates have been seen to come back without their RANGE filters. As long as the filters have
    not changed since, the filters sent are the ones in force.
    """

    def __init__(self) -> None:
        self._sent: LRUCache[str, _Sent] = LRUCache(_SESSIONS_KEPT)

    def remember(self, session_id: str, counter: int, queries: dict[str, Any]) -> None:
        """Store the filters sent, with the `filterChangesCounter` that the session has since."""
        known = {
            key: entry for key, entry in queries.items() if name_of(key) and isinstance(entry, dict)
        }
        self._sent[session_id] = _Sent(counter, known)

    def in_force(self, session: Session) -> dict[str, Any]:
        """The session's filter map, with the ranges that the response omitted."""
        sent = self._sent.get(session.id)
        if sent is None or sent.counter != session.filter_changes_counter:
            return session.queries
        ranges = {key: entry for key, entry in sent.queries.items() if entry.get("type") == "RANGE"}
        return ranges | session.queries
