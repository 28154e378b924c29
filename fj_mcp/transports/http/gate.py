"""The checks before a request reaches MCP: credentials, host names, path, body and limits."""

from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from fj_mcp.transports.http.credentials import Credentials
from fj_mcp.transports.http.host_names import AllowedNames
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.http.request_bodies import BodyReader, Disconnected, replay, route
from fj_mcp.transports.http.responses import Responder, reads_streams
from fj_mcp.transports.http.tenants import TENANT, Tenants

if TYPE_CHECKING:
    from fj_mcp.transports.http.signed_in import SignedIn

PATH = "/mcp"
HEALTH_PATHS = ("/healthz", "/readyz")
_READ_METHODS = ("GET", "HEAD")

RESPONSE_SECONDS = 120.0
"""Time for a response beyond the call's own deadline, for clients on slow networks."""


class Gate:
    """ASGI middleware around the SDK's app. Only the health endpoints need no credentials, and
    those for signing in.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        credentials: Credentials,
        tenants: Tenants,
        names: AllowedNames,
        seconds: float,
        signed_in: "SignedIn | None" = None,
    ) -> None:
        """Args: `seconds`: how long a response may take in all; `signed_in`: None if users cannot
        sign in.
        """
        self._app = app
        self._credentials = credentials
        self._tenants = tenants
        self._names = names
        self._seconds = seconds
        self._signed_in = signed_in
        self._bodies = BodyReader()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reject the request, or pass it on with the key's tenant in the scope."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = _path(scope)
        # Pass on the path as checked here, so that the app cannot read it differently.
        checked: dict[str, Any] = {**scope, "path": path, "root_path": ""}
        if path in HEALTH_PATHS and scope["method"] in _READ_METHODS:
            await self._app(checked, receive, send)
            return
        try:
            if self._signed_in is not None and self._signed_in.serves(path):
                self._names.check_host(scope["headers"])
                await self._signed_in.serve(self._app, checked, receive, send, self._bodies)
            else:
                await self._serve_message(path, checked, receive, send)
        except RequestRejected as rejected:
            if self._signed_in is not None:
                self._signed_in.explain(rejected)
            await rejected.send(scope, receive, send)
        except Disconnected:
            return

    async def _serve_message(
        self, path: str, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        access = await self._signed_in.access(scope) if self._signed_in is not None else None
        key = self._credentials.key_of(scope) if access is None else access.key
        if access is None:
            self._names.check(scope["headers"])
        else:
            # Hosted clients name their own pages, and no other page knows the token.
            self._names.check_host(scope["headers"])
        _check_target(path, scope["method"])
        streams = reads_streams(scope["headers"])
        accepted = access is not None
        with self._tenants.request(key, accepted=accepted):
            body = await self._bodies.read_message(scope, receive)
            message = route(scope["headers"], body)
            if self._signed_in is not None:
                self._signed_in.check_scope(access, message.content)
            with self._tenants.tenant(key, accepted=accepted) as tenant:
                inner = scope | {"path": PATH, "headers": message.headers, TENANT: tenant}
                responder = Responder(send, streams=streams)
                await responder.run(self._app, inner, replay(message.body, receive), self._seconds)


def _path(scope: Scope) -> str:
    """The path without the prefix that the app may be mounted at."""
    path, root = scope["path"], scope.get("root_path", "")
    below: str = path.removeprefix(root)
    return below if root and below.startswith("/") else path


def _check_target(path: str, method: str) -> None:
    if path in HEALTH_PATHS:
        raise RequestRejected(405, "Use GET for this path.", {"allow": "GET"})
    if path not in (PATH, f"{PATH}/"):
        raise RequestRejected(404, f"Not found: MCP is at {PATH}.")
    if method != "POST":
        # There are no HTTP sessions, and the server sends nothing without a request.
        raise RequestRejected(405, "Send each message with POST.", {"allow": "POST"})
