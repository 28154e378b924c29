"""Requests that are answered before MCP sees them: an HTTP status and a sentence."""

import json
from collections.abc import Mapping

from mcp_types import INVALID_REQUEST
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Refused(Exception):
    """A request that goes no further. The text says what to do, and holds nothing it brought."""

    def __init__(
        self,
        status: int,
        sentence: str,
        headers: Mapping[str, str] | None = None,
        code: int = INVALID_REQUEST,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self._headers = headers or {}
        self._code = code

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as the JSON-RPC error that clients show."""
        error = {"code": self._code, "message": str(self)}
        response = Response(
            json.dumps({"jsonrpc": "2.0", "id": None, "error": error}),
            self.status,
            # The rest of the body is not read, so nothing can follow on this connection.
            {"connection": "close", **self._headers},
            "application/json",
        )
        await response(scope, receive, send)
