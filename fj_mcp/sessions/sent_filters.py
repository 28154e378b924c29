"""The filters that this process sent, where the API's own answer does not tell them."""

from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache

from fj_mcp.api.session_records import Session
from fj_mcp.filters.names import name_of

_SESSIONS_KEPT = 200


@dataclass(frozen=True)
class _Sent:
    counter: int
    queries: dict[str, Any]


class SentFilters:
    """The filter maps that this process sent, because the API's echo may lose some of them.

    Updates were seen to come back without their RANGE filters; as long as nobody changed the
    filters since, what was sent is what is in force.
    """

    def __init__(self) -> None:
        self._sent: LRUCache[str, _Sent] = LRUCache(_SESSIONS_KEPT)

    def remember(self, session_id: str, counter: int, queries: dict[str, Any]) -> None:
        """Note what was sent, and the `filterChangesCounter` that the session has since."""
        known = {
            key: entry for key, entry in queries.items() if name_of(key) and isinstance(entry, dict)
        }
        self._sent[session_id] = _Sent(counter, known)

    def in_force(self, session: Session) -> dict[str, Any]:
        """The session's filter map, with the ranges that the echo lost."""
        sent = self._sent.get(session.id)
        if sent is None or sent.counter != session.filter_changes_counter:
            return session.queries
        ranges = {key: entry for key, entry in sent.queries.items() if entry.get("type") == "RANGE"}
        return ranges | session.queries
