"""The routing table: each operation with its method, path and handler."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fj_mcp.sandbox import people_operations, session_operations
from fj_mcp.sandbox.request import Request
from fj_mcp.sandbox.responses import Response

BASE_PATH = "/api/v1/wl"


@dataclass(frozen=True)
class Route:
    """One operation; `path` is below the base path, and `{id}` stands for an id."""

    operation: str
    method: str
    path: str
    handler: Callable[[Request], Response]

    def match(self, path: str) -> str | None:
        """The id in `path` ("" if the route has none), or None if the path does not match."""
        pattern = re.escape(BASE_PATH + self.path).replace(re.escape("{id}"), "([^/]+)")
        if (found := re.fullmatch(pattern, path)) is None:
            return None
        return found[1] if found.groups() else ""


_SESSION = "/sourcing-session"
# fmt: off
ROUTES: tuple[Route, ...] = (
    Route("create_session", "POST", _SESSION, session_operations.create_session),
    Route("get_session", "GET", f"{_SESSION}/{{id}}", session_operations.get_session),
    Route("update_session", "PATCH", f"{_SESSION}/update-session/{{id}}",
          session_operations.update_session),
    Route("fetch_more", "POST", f"{_SESSION}/{{id}}/fetch-more", session_operations.fetch_more),
    Route("profiles", "GET", f"{_SESSION}/{{id}}/profiles", people_operations.profiles),
    Route("candidate", "GET", f"{_SESSION}/candidate/{{id}}/details", people_operations.candidate),
    Route("reveal", "POST", f"{_SESSION}/contact/reveal", people_operations.reveal),
    Route("project_sessions", "GET", "/projects/sessions", session_operations.project_sessions),
    Route("annotation", "POST", f"{_SESSION}/get-annotation", people_operations.annotation),
    Route("autocomplete", "GET", f"{_SESSION}/filters/autocomplete",
          people_operations.autocomplete),
)
# fmt: on
ENDPOINTS: tuple[str, ...] = tuple(route.operation for route in ROUTES)


def route_of(method: str, path: str) -> tuple[Route | None, str]:
    """The route of a request, or None, and the id in its path."""
    for route in ROUTES:
        if route.method == method and (found := route.match(path)) is not None:
            return route, found
    return None, ""
