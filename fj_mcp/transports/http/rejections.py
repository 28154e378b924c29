"""Requests that are answered before MCP sees them: an HTTP status and a sentence."""

import json
from collections.abc import Mapping
from typing import Any

from mcp_types import INVALID_REQUEST
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fj_mcp.transports.messages import Id


class Refused(Exception):
    """A request that goes no further. The text says what to do, and holds nothing it brought."""

    def __init__(
        self,
        status: int,
        sentence: str,
        headers: Mapping[str, str] | None = None,
        *,
        code: int = INVALID_REQUEST,
        request_id: Id = None,
        data: Any = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self._headers = headers or {}
        self._id = request_id
        self._error = {"code": code, "message": sentence}
        if data is not None:
            self._error["data"] = data

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as the JSON-RPC error that clients show."""
        response = Response(
            json.dumps({"jsonrpc": "2.0", "id": self._id, "error": self._error}),
            self.status,
            # The rest of the body is not read, so nothing can follow on this connection.
            {"connection": "close", **self._headers},
            "application/json",
        )
        await response(scope, receive, send)
