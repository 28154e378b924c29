"""JSON-RPC errors in this server's own words: a sentence for each, and nothing of the SDK's.

The SDK's and pydantic's words repeat what was sent, whatever its length, and name what only this
program knows.
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
from fj_mcp.text.cleaning import spoken
from fj_mcp.text.comparison import nearest

UNFORESEEN = (
    "The server failed in a way that was not foreseen, and its log says where. Call again with "
    "the same arguments; nothing is paid for twice."
)
_SENTENCES = {
    CONNECTION_CLOSED: (
        "The connection was closed before the call was finished. Call again with the same "
        "arguments; nothing is paid for twice."
    ),
    HEADER_MISMATCH: (
        "The headers of the request say something else than its body, or say it twice: send "
        "MCP-Protocol-Version, Mcp-Method and Mcp-Name as the message has them."
    ),
    INVALID_PARAMS: (
        "The parameters are not those of this method and protocol version; before 2026-07-28, "
        "initialize has to come first."
    ),
    INVALID_REQUEST: (
        "This connection began with the handshake of an older protocol version, and goes on in it."
    ),
    METHOD_NOT_FOUND: "This server has no such method in the protocol version that is used.",
    MISSING_REQUIRED_CLIENT_CAPABILITY: (
        "The client did not declare the capability that this needs; it is named in the data."
    ),
    UNSUPPORTED_PROTOCOL_VERSION: (
        "This server does not speak that protocol version; the data names those that it speaks."
    ),
    -32800: "The request was cancelled.",
}
_STALE_ANSWER = (
    "Nothing was sent or charged: the answer belongs to another call, key or server, or came too "
    "late. Call again with the same arguments, without requestState, to be asked anew."
)
_NO_RESOURCE = (
    "There is no resource at this address; resources/list and resources/templates/list show those "
    "that there are."
)
_TAKES = {
    "completion/complete": "ref, an object, and argument, an object with name and value",
    "initialize": "protocolVersion, a string, capabilities, an object, and clientInfo, an object",
    "prompts/get": "name, a string, and arguments, an object of strings",
    "resources/read": "uri, a string",
    "tools/call": "name, a string, and arguments, an object",
}
_MOST_DATA_BYTES = 1_000


class OwnError(ErrorData):
    """An error whose message is one of this server's sentences."""


class Told(MCPError):
    """Answers a request with a JSON-RPC error. The message is a sentence of this server's."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(code, message, data)
        given = {} if data is None else {"data": data}
        self.error = OwnError(code=code, message=message, **given)


class UnreadableResource(ResourceError):
    """A resource that cannot be read, for the reason that the text gives."""


class NoSuchResource(ResourceNotFoundError):
    """An address at which there is nothing, for the reason that the text gives."""


def in_own_words(error: ErrorData) -> OwnError:
    """An error with the sentence for its code, unless it is told in this server's words already."""
    if isinstance(error, OwnError):
        return error
    message = _SENTENCES.get(error.code, UNFORESEEN)
    given = {} if (data := _short(error.data)) is None else {"data": data}
    return OwnError(code=error.code, message=message, **given)


class OwnWords:
    """Middleware: whatever goes wrong with a request is told in this server's words."""

    def __init__(self, tools: Collection[str]) -> None:
        """Args: `tools`: the names of those that there are."""
        self._tools = tools

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Handle one message.

        Raises:
            Told: if a request could not be answered.
        """
        try:
            result = await call_next(ctx)
        except Told:
            raise
        except MCPError as error:
            raise _told(error, ctx.method) from error
        except ValidationError:
            raise Told(INVALID_PARAMS, _wrong_parameters(ctx.method)) from None
        except Exception:
            if ctx.request_id is None:
                raise
            method = ctx.method if ctx.method in SPEC_CLIENT_METHODS else "a request"
            log.exception("%s failed", method)
            raise Told(INTERNAL_ERROR, UNFORESEEN) from None
        if ctx.method == "tools/call" and isinstance(result, dict):
            return self._of_a_known_tool(ctx, result)
        return result

    def _of_a_known_tool(
        self, ctx: ServerRequestContext[Any, Any], result: dict[str, Any]
    ) -> dict[str, Any]:
        name = str((ctx.params or {}).get("name"))
        if name in self._tools or not result.get("isError"):
            return result
        meant = nearest(name[:100], [*self._tools])
        hint = f"did you mean {meant}?" if meant else "tools/list shows those that there are."
        words = f"Nothing was sent or charged: there is no tool {spoken(name)}; {hint}"
        return result | {"content": [{"type": "text", "text": words}]}


def _told(error: MCPError, method: str) -> Told:
    code, data = error.code, _short(error.data)
    cause = error.__cause__ or error.__context__
    if isinstance(cause, UnreadableResource | NoSuchResource):
        # The SDK only adds the code.
        return Told(code, str(cause), data)
    if code == INVALID_PARAMS:
        if data == {"reason": "invalid_request_state"}:
            return Told(code, _STALE_ANSWER, data)
        message = _NO_RESOURCE if method == "resources/read" else _wrong_parameters(method)
        return Told(code, message, data)
    if code == INVALID_REQUEST:
        # A request of the server's own came to nothing.
        return Told(code, UNFORESEEN, data)
    return Told(code, in_own_words(error.error).message, data)


def _wrong_parameters(method: str) -> str:
    if (takes := _TAKES.get(method)) is None:
        return _SENTENCES[INVALID_PARAMS]
    return f"The parameters cannot be used: {method} takes {takes}."


def _short(data: Any) -> Any:
    """An error's data, such as the versions that are supported, unless a client's text fills it."""
    if isinstance(data, dict) and isinstance(requested := data.get("requested"), str):
        data = data | {"requested": requested[:60]}
    # An empty text is what the SDK puts where there is nothing.
    return None if not data or len(to_json(data)) > _MOST_DATA_BYTES else data
