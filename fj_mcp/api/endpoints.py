"""The API's endpoints: one table, which also decides what may be retried.

Paths and methods come from the API's documentation.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from fj_mcp.api import required_data
from fj_mcp.api.errors import ApiError, Attempted, RateLimited, Unavailable, Unreachable
from fj_mcp.api.profile_fields import decode_profiles
from fj_mcp.storage.ledger.purchase import USUAL_PRICE

_TRANSIENT_STATUSES = frozenset({None, 408, 502, 503, 504})
"""A gateway's statuses for a server that may be back a moment later; None is a lost connection."""


class Endpoint(Struct, frozen=True):
    """One endpoint.

    Attributes:
        method: the HTTP method.
        path: relative to the base address, with `{session_id}` or `{candidate_id}` for ids.
        attempted: the description for its errors, and whether it costs credits.
        is_complete: whether a body has the data that the endpoint promises. Without it, a success
            status proves nothing.
        decode: decodes the usual body faster; returns None for any other.
    """

    method: Literal["GET", "POST", "PATCH"]
    path: str
    attempted: Attempted
    is_complete: Callable[[dict[str, Any]], bool]
    decode: Callable[[bytes | bytearray], dict[str, Any] | None] | None = None

    def may_retry(self, error: ApiError) -> bool:
        """Whether the same request may be sent again after `error`."""
        if self.attempted.costs:
            return isinstance(error, Unreachable | RateLimited)
        if isinstance(error, Unavailable):
            return error.status in _TRANSIENT_STATUSES
        return error.transient


ENDPOINTS: Mapping[str, Endpoint] = {
    "create_session": Endpoint(
        "POST",
        "/sourcing-session",
        Attempted("a search", "create_sourcing_session", True, USUAL_PRICE),
        required_data.new_session,
    ),
    "update_session": Endpoint(
        "PATCH",
        "/sourcing-session/update-session/{session_id}",
        Attempted("an update", "update_sourcing_session", True, None),
        required_data.search_begun,
    ),
    "fetch_more": Endpoint(
        "POST",
        "/sourcing-session/{session_id}/fetch-more",
        Attempted("fetching more profiles", "fetch_more_profiles", True, USUAL_PRICE),
        required_data.search_begun,
    ),
    "reveal": Endpoint(
        "POST",
        "/sourcing-session/contact/reveal",
        Attempted("a reveal", "reveal_contacts", True, None),
        required_data.contact,
    ),
    "get_session": Endpoint(
        "GET",
        "/sourcing-session/{session_id}",
        Attempted("the session", "get_session"),
        required_data.session,
    ),
    "profiles": Endpoint(
        "GET",
        "/sourcing-session/{session_id}/profiles",
        Attempted("the session's profiles", "list_profiles"),
        required_data.profiles,
        decode_profiles,
    ),
    "candidate": Endpoint(
        "GET",
        "/sourcing-session/candidate/{candidate_id}/details",
        Attempted("the candidate", "get_candidate"),
        required_data.candidate,
    ),
    "project_sessions": Endpoint(
        "GET",
        "/projects/sessions",
        Attempted("the list of sessions", "list_sessions"),
        required_data.sessions,
    ),
    "annotation": Endpoint(
        "POST",
        "/sourcing-session/get-annotation",
        Attempted("the job description", "suggest_filters"),
        required_data.annotation,
    ),
    "autocomplete": Endpoint(
        "GET",
        "/sourcing-session/filters/autocomplete",
        Attempted("the query", "search_filter_values"),
        required_data.values,
    ),
}
"""Every endpoint. `attempted.costs` decides what may be retried."""
