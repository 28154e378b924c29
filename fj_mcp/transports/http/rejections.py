"""Requests rejected before they reach MCP, with an HTTP status and a message."""

import json
from collections.abc import Mapping
from typing import Any

from mcp_types import INVALID_REQUEST
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fj_mcp.transports.messages import Id


class RequestRejected(Exception):
    """A rejected request. The text says what to do, and quotes no value from the request.

    Attributes:
        headers: of the response.
    """

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        code: int = INVALID_REQUEST,
        request_id: Id = None,
        data: Any = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self._id = request_id
        self._error = {"code": code, "message": message}
        if data is not None:
            self._error["data"] = data

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response, a JSON-RPC error."""
        response = Response(
            json.dumps({"jsonrpc": "2.0", "id": self._id, "error": self._error}),
            self.status,
            # The rest of the body is not read, so the connection cannot be reused.
            {"connection": "close", **self.headers},
            "application/json",
        )
        await response(scope, receive, send)
