"""Request bodies: read within limits, and routed to the protocol version they belong to."""

from collections import deque
from typing import Any, NamedTuple

import anyio
from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    NAME_BEARING_METHODS,
    InboundLadderRejection,
    classify_inbound_request,
    encode_header_value,
    find_duplicated_routing_header,
    unsupported_protocol_version_rejection,
)
from mcp_types import HEADER_MISMATCH, PROTOCOL_VERSION_META_KEY, ErrorData
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from starlette.types import Message, Receive, Scope

from fj_mcp.server.sdk.protocol_errors import plain_error
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.messages import NO_REQUEST, BadMessage, parse_message
from fj_mcp.transports.request_headers import Headers

MAX_BODY_BYTES = 1_000_000
BODY_SECONDS = 15.0
"""How long a body may take to arrive."""

_MAX_BYTES_ARRIVING = 64_000_000
"""In all incomplete bodies together."""


class Disconnected(Exception):
    """The client hung up before its request was complete."""


class BodyReader:
    """Reads bodies, and limits the memory for those that are arriving."""

    def __init__(self) -> None:
        self._arriving = 0

    async def read_message(self, scope: Scope, receive: Receive) -> bytes:
        """Read the whole body of a message. Raises like `read`, and `RequestRejected` 415."""
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            raise RequestRejected(415, "Send the message with Content-Type: application/json.")
        return await self.read(scope, receive, MAX_BODY_BYTES)

    async def read(self, scope: Scope, receive: Receive, most: int) -> bytes:
        """Read the whole body, of at most `most` bytes.

        Raises:
            RequestRejected: 408, 413 or 503.
            Disconnected: if the client hung up.
        """
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > most):
            raise _too_large(most)
        body = bytearray()
        try:
            with anyio.fail_after(BODY_SECONDS):
                while True:
                    event = await receive()
                    if event["type"] != "http.request":
                        raise Disconnected
                    part = event.get("body", b"")
                    if len(body) + len(part) > most:
                        raise _too_large(most)
                    if self._arriving + len(part) > _MAX_BYTES_ARRIVING:
                        raise RequestRejected(
                            503, "The server is busy: try again.", {"retry-after": "5"}
                        )
                    body += part
                    self._arriving += len(part)
                    if not event.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            message = f"The body was not complete after {BODY_SECONDS:g} seconds: send it again."
            raise RequestRejected(408, message) from None
        finally:
            self._arriving -= len(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that starts with the body, which was already read."""
    messages: deque[Message] = deque([{"type": "http.request", "body": body, "more_body": False}])

    async def replayed() -> Message:
        return messages.popleft() if messages else await receive()

    return replayed


def _too_large(most: int) -> RequestRejected:
    message = f"The body is larger than {most:,} bytes: send less at once."
    return RequestRejected(413, message)


class RoutedMessage(NamedTuple):
    """A message as the SDK gets it: headers, body, and the content of the body."""

    headers: Headers
    body: bytes
    content: dict[str, Any]


def route(headers: Headers, body: bytes) -> RoutedMessage:
    """Adapt headers and body so that the SDK serves a message in its own protocol version.

    The SDK looks at the header only. Some clients name another version there than in the message,
    or send `initialize` although `server/discover` says that they need not. The SDK is also strict
    about JSON's media type.

    Raises:
        RequestRejected: 400, if it is not a message, or contradicts the version that it names.
    """
    try:
        message = parse_message(body)
    except BadMessage as bad:
        raise RequestRejected(400, str(bad), code=bad.code, request_id=bad.request_id) from None
    plain: Headers = [
        *(item for item in headers if item[0] not in _JSON_HEADERS),
        *_JSON_HEADERS.items(),
    ]
    content = message.content
    version = next((v.decode("latin-1") for k, v in plain if k == _VERSION), None)
    early = version is None or version in HANDSHAKE_PROTOCOL_VERSIONS
    params = _object(content, "params")
    # Without a version it is not a handshake but a method that protocol 2026-07-28 removed.
    if content.get("method") == "initialize" and "protocolVersion" in params:
        kept = plain if early else [item for item in plain if item[0] != _VERSION]
        return RoutedMessage(kept, message.json, content)
    meant = _object(params, "_meta").get(PROTOCOL_VERSION_META_KEY)
    if early and meant in MODERN_PROTOCOL_VERSIONS:
        plain, early = _modern(plain, content, meant), False
    if not early:
        _check_modern(plain, content)
    return RoutedMessage(plain, message.json, content)


def _check_modern(headers: Headers, content: dict[str, Any]) -> None:
    """Reject what the SDK would reject later, with this server's messages."""
    named = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    verdict: object
    if "method" not in content:
        # In this version the server sends no requests that a client could respond to.
        raise RequestRejected(400, NO_REQUEST)
    if find_duplicated_routing_header(named) is not None:
        verdict = InboundLadderRejection(HEADER_MISMATCH, "")
    elif "id" in content:
        verdict = classify_inbound_request(content, headers=dict(named))
    else:
        verdict = unsupported_protocol_version_rejection(dict(named)[MCP_PROTOCOL_VERSION_HEADER])
    if isinstance(verdict, InboundLadderRejection):
        error = plain_error(ErrorData(code=verdict.code, message="", data=verdict.data))
        raise RequestRejected(
            400,
            error.message,
            code=error.code,
            request_id=content.get("id"),
            data=error.data,
        )


_JSON_HEADERS = {
    b"content-type": b"application/json",
    b"accept": b"application/json, text/event-stream",
}
_VERSION = MCP_PROTOCOL_VERSION_HEADER.encode()


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    child = parent.get(name)
    return child if isinstance(child, dict) else {}


def _modern(headers: Headers, message: dict[str, Any], version: str) -> Headers:
    """Add the headers of protocol 2026-07-28 that are missing or belong to an older version."""
    method = message.get("method")
    wanted = {MCP_METHOD_HEADER: method}
    if isinstance(method, str) and (key := NAME_BEARING_METHODS.get(method)) is not None:
        wanted[MCP_NAME_HEADER] = message["params"].get(key)
    present = {name for name, _ in headers}
    added = [
        (name.encode(), encode_header_value(value).encode())
        for name, value in wanted.items()
        if isinstance(value, str) and name.encode() not in present
    ]
    kept = [item for item in headers if item[0] != _VERSION]
    return [*kept, (_VERSION, version.encode()), *added]
