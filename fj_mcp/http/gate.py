"""What a request passes before MCP sees it: whose key it is for, and a body within bounds."""

from collections import deque
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fj_mcp.http.bodies import Bodies, Gone, routed
from fj_mcp.http.credentials import Credentials
from fj_mcp.http.refusals import Refused
from fj_mcp.http.workspaces import WORKSPACE, Workspaces

PATH = "/mcp"


class Gate:
    """ASGI middleware around the SDK's app."""

    def __init__(self, app: ASGIApp, credentials: Credentials, workspaces: Workspaces) -> None:
        self._app = app
        self._credentials = credentials
        self._workspaces = workspaces
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on with the key's workspace in the scope."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        try:
            key = self._credentials.key_of(scope)
            if scope["method"] != "POST":
                # There are no sessions, and nothing is ever said without being asked.
                raise Refused(405, "Send each message with POST.", {"allow": "POST"})
            body = await self._bodies.read(scope, receive)
            headers = routed(scope["headers"], body)
            workspace = self._workspaces.of(key)
        except Refused as refused:
            await refused.answer(scope, receive, send)
            return
        except Gone:
            return
        with workspace:
            handed: dict[str, Any] = {**scope, "headers": headers, WORKSPACE: workspace}
            await self._app(handed, _again(body, receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """`receive` for somebody who has not read the body yet."""
    messages: deque[Message] = deque([{"type": "http.request", "body": body, "more_body": False}])

    async def replay() -> Message:
        return messages.popleft() if messages else await receive()

    return replay
