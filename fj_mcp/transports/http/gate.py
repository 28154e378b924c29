"""What a request passes before MCP sees it: whose key it is for, and a body within bounds."""

from collections import deque
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fj_mcp.transports.http.credentials import Credentials
from fj_mcp.transports.http.host_names import Names
from fj_mcp.transports.http.rejections import Refused
from fj_mcp.transports.http.request_bodies import Bodies, Gone, routed
from fj_mcp.transports.http.responses import Reply, reads_streams
from fj_mcp.transports.http.tenants import TENANT, Tenants

PATH = "/mcp"
HEALTH_PATHS = ("/healthz", "/readyz")
_LOOKING = ("GET", "HEAD")

REPLY_SECONDS = 120.0
"""How long an answer may take beside the call's own deadline; a slow network reads for a while."""


class Gate:
    """ASGI middleware around the SDK's app. Nothing but health is answered to just anybody."""

    def __init__(
        self,
        app: ASGIApp,
        credentials: Credentials,
        tenants: Tenants,
        names: Names,
        seconds: float,
    ) -> None:
        """Args: `seconds`: how long an answer may take in all."""
        self._app = app
        self._credentials = credentials
        self._tenants = tenants
        self._names = names
        self._seconds = seconds
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on with the key's tenant in the scope."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = _path(scope)
        # The app is told the path as it was understood here, so that there is no other reading.
        known: dict[str, Any] = {**scope, "path": path, "root_path": ""}
        if path in HEALTH_PATHS and scope["method"] in _LOOKING:
            await self._app(known, receive, send)
            return
        try:
            key = self._credentials.key_of(scope)
            self._names.check(scope["headers"])
            _check_target(path, scope["method"])
            streams = reads_streams(scope["headers"])
            with self._tenants.request(key) as tenant:
                body = await self._bodies.read(scope, receive)
                headers, message = routed(scope["headers"], body)
                handed = known | {"path": PATH, "headers": headers, TENANT: tenant}
                reply = Reply(send, streams=streams)
                await reply.of(self._app, handed, _again(message, receive), self._seconds)
        except Refused as refused:
            await refused.answer(scope, receive, send)
        except Gone:
            return


def _path(scope: Scope) -> str:
    """The path below the prefix that the app may be mounted at."""
    path, root = scope["path"], scope.get("root_path", "")
    below: str = path.removeprefix(root)
    return below if root and below.startswith("/") else path


def _check_target(path: str, method: str) -> None:
    if path in HEALTH_PATHS:
        raise Refused(405, "Ask for this with GET.", {"allow": "GET"})
    if path not in (PATH, f"{PATH}/"):
        raise Refused(404, f"There is nothing at this address: MCP is at {PATH}.")
    if method != "POST":
        # There are no sessions, and nothing is ever said without being asked.
        raise Refused(405, "Send each message with POST.", {"allow": "POST"})


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` for somebody who has not read the body yet."""
    messages: deque[Message] = deque([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Message:
        return messages.popleft() if messages else await receive()

    return replay
