"""JSON-RPC errors with this server's own messages.

Those of the SDK and of pydantic quote the request, at any length, and name internals.
"""

from collections.abc import Collection
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    UNSUPPORTED_PROTOCOL_VERSION,
    ErrorData,
)
from mcp_types.methods import SPEC_CLIENT_METHODS
from pydantic import ValidationError
from pydantic_core import to_json

from fj_mcp.telemetry.logs import log
from fj_mcp.text.cleaning import as_word
from fj_mcp.text.comparison import closest_match

UNEXPECTED = (
    "The server failed unexpectedly; its log shows where. Call again with the same arguments; "
    "nothing is paid for twice."
)
_MESSAGES = {
    CONNECTION_CLOSED: (
        "The connection was closed before the call finished. Call again with the same arguments; "
        "nothing is paid for twice."
    ),
    HEADER_MISMATCH: (
        "The request's headers contradict its body or are duplicated: send MCP-Protocol-Version, "
        "Mcp-Method and Mcp-Name once each, with the values in the message."
    ),
    INVALID_PARAMS: (
        "The parameters are not valid for this method and protocol version; in versions before "
        "2026-07-28, initialize must come first."
    ),
    INVALID_REQUEST: (
        "This connection was initialized with an older protocol version and must keep using it."
    ),
    METHOD_NOT_FOUND: "This server has no such method in this protocol version.",
    MISSING_REQUIRED_CLIENT_CAPABILITY: (
        "The client did not declare a capability that this needs; the error's data names it."
    ),
    UNSUPPORTED_PROTOCOL_VERSION: (
        "This server does not support that protocol version; the error's data lists those that it "
        "supports."
    ),
    -32800: "The request was canceled.",
}
_STALE_ANSWER = (
    "Nothing was sent or charged: the answer belongs to another call, key or server, or came too "
    "late. Call again with the same arguments and without requestState, and the user is asked "
    "again."
)
_NO_RESOURCE = (
    "There is no resource with this URI; resources/list and resources/templates/list show the "
    "valid ones."
)
_TAKES = {
    "completion/complete": "ref, an object, and argument, an object with name and value",
    "initialize": "protocolVersion, a string, capabilities, an object, and clientInfo, an object",
    "prompts/get": "name, a string, and arguments, an object of strings",
    "resources/read": "uri, a string",
    "tools/call": "name, a string, and arguments, an object",
}
_MAX_DATA_BYTES = 1_000


class PlainError(ErrorData):
    """An error with a message of this server's."""


class ProtocolError(MCPError):
    """Raised to respond with a JSON-RPC error that has a message of this server's."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(code, message, data)
        given = {} if data is None else {"data": data}
        self.error = PlainError(code=code, message=message, **given)


class UnreadableResource(ResourceError):
    """A resource that cannot be read. The text gives the reason."""


class NoSuchResource(ResourceNotFoundError):
    """A URI without a resource. The text gives the reason."""


def plain_error(error: ErrorData) -> PlainError:
    """Replace an error's message with the one for its code, unless it is a `PlainError` already."""
    if isinstance(error, PlainError):
        return error
    message = _MESSAGES.get(error.code, UNEXPECTED)
    given = {} if (data := _short(error.data)) is None else {"data": data}
    return PlainError(code=error.code, message=message, **given)


class PlainErrors:
    """Middleware that gives every failed request a message of this server's."""

    def __init__(self, tools: Collection[str]) -> None:
        """Args: `tools`: the names of the server's tools."""
        self._tools = tools

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Handle one message.

        Raises:
            ProtocolError: if the request failed.
        """
        try:
            result = await call_next(ctx)
        except ProtocolError:
            raise
        except MCPError as error:
            raise _translated(error, ctx.method) from error
        except ValidationError:
            raise ProtocolError(INVALID_PARAMS, _invalid_params(ctx.method)) from None
        except Exception:
            if ctx.request_id is None:
                raise
            method = ctx.method if ctx.method in SPEC_CLIENT_METHODS else "a request"
            log.exception("%s failed", method)
            raise ProtocolError(INTERNAL_ERROR, UNEXPECTED) from None
        if ctx.method == "tools/call" and isinstance(result, dict):
            return self._explain_unknown_tool(ctx, result)
        return result

    def _explain_unknown_tool(
        self, ctx: ServerRequestContext[Any, Any], result: dict[str, Any]
    ) -> dict[str, Any]:
        name = str((ctx.params or {}).get("name"))
        if name in self._tools or not result.get("isError"):
            return result
        meant = closest_match(name, [*self._tools])
        hint = f"did you mean {meant}?" if meant else "tools/list shows the existing ones."
        words = f"Nothing was sent or charged: there is no tool {as_word(name)}; {hint}"
        return result | {"content": [{"type": "text", "text": words}]}


def _translated(error: MCPError, method: str) -> ProtocolError:
    code, data = error.code, _short(error.data)
    cause = error.__cause__ or error.__context__
    if isinstance(cause, UnreadableResource | NoSuchResource):
        # The SDK only adds the code.
        return ProtocolError(code, str(cause), data)
    if code == INVALID_PARAMS:
        if data == {"reason": "invalid_request_state"}:
            return ProtocolError(code, _STALE_ANSWER, data)
        message = _NO_RESOURCE if method == "resources/read" else _invalid_params(method)
        return ProtocolError(code, message, data)
    if code == INVALID_REQUEST:
        # A request that the server sent to the client failed.
        return ProtocolError(code, UNEXPECTED, data)
    return ProtocolError(code, plain_error(error.error).message, data)


def _invalid_params(method: str) -> str:
    if (takes := _TAKES.get(method)) is None:
        return _MESSAGES[INVALID_PARAMS]
    return f"The parameters cannot be used: {method} takes {takes}."


def _short(data: Any) -> Any:
    """An error's data, such as the supported versions, unless the client's text makes it long."""
    if isinstance(data, dict) and isinstance(requested := data.get("requested"), str):
        data = data | {"requested": requested[:60]}
    # The SDK puts an empty string where there is no data.
    return None if not data or len(to_json(data)) > _MAX_DATA_BYTES else data
