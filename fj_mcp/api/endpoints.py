"""The API's endpoints: one table, which also decides what may be sent twice.

Paths and methods come from the API's documentation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fj_mcp.api import evidence
from fj_mcp.api.errors import ApiError, Attempted, RateLimited, Unavailable, Unreachable

_PASSING_STATUSES = frozenset({None, 408, 502, 503, 504})
"""What a gateway says of a machine that may be back a moment later; None is a broken connection."""


@dataclass(frozen=True)
class Operation:
    """One endpoint.

    Attributes:
        method: the HTTP method.
        path: below the base address, with `{session_id}` or `{candidate_id}` where ids go.
        attempted: the words for its errors, and whether it costs.
        answers: whether a body holds what the operation promises. One without it is no answer.
    """

    method: Literal["GET", "POST", "PATCH"]
    path: str
    attempted: Attempted
    answers: Callable[[dict[str, Any]], bool]

    def may_repeat(self, error: ApiError) -> bool:
        """Whether the same request may be sent again after `error`."""
        if self.attempted.costs:
            return isinstance(error, Unreachable | RateLimited)
        if isinstance(error, Unavailable):
            return error.status in _PASSING_STATUSES
        return error.passing


OPERATIONS: Mapping[str, Operation] = {
    "create_session": Operation(
        "POST",
        "/sourcing-session",
        Attempted("a search", "create_sourcing_session", True, 5),
        evidence.new_session,
    ),
    "update_session": Operation(
        "PATCH",
        "/sourcing-session/update-session/{session_id}",
        Attempted("an update", "update_sourcing_session", True, None),
        evidence.search_begun,
    ),
    "fetch_more": Operation(
        "POST",
        "/sourcing-session/{session_id}/fetch-more",
        Attempted("fetching more profiles", "fetch_more_profiles", True, 5),
        evidence.search_begun,
    ),
    "reveal": Operation(
        "POST",
        "/sourcing-session/contact/reveal",
        Attempted("a reveal", "reveal_contacts", True, None),
        evidence.contact,
    ),
    "get_session": Operation(
        "GET",
        "/sourcing-session/{session_id}",
        Attempted("the session", "get_session"),
        evidence.session,
    ),
    "profiles": Operation(
        "GET",
        "/sourcing-session/{session_id}/profiles",
        Attempted("the session's profiles", "list_profiles"),
        evidence.profiles,
    ),
    "candidate": Operation(
        "GET",
        "/sourcing-session/candidate/{candidate_id}/details",
        Attempted("the candidate", "get_candidate"),
        evidence.candidate,
    ),
    "project_sessions": Operation(
        "GET",
        "/projects/sessions",
        Attempted("the list of sessions", "list_sessions"),
        evidence.sessions,
    ),
    "annotation": Operation(
        "POST",
        "/sourcing-session/get-annotation",
        Attempted("the job description", "suggest_filters"),
        evidence.annotation,
    ),
    "autocomplete": Operation(
        "GET",
        "/sourcing-session/filters/autocomplete",
        Attempted("the query", "search_filter_values"),
        evidence.values,
    ),
}
"""Every endpoint. `attempted.costs` decides what may be sent twice."""
