"""The bodies of requests: read within bounds, and routed to the protocol era that they are of."""

from typing import Any

import anyio
from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    NAME_BEARING_METHODS,
    encode_header_value,
)
from mcp_types import PARSE_ERROR, PROTOCOL_VERSION_META_KEY
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from pydantic_core import from_json
from starlette.types import Receive, Scope

from fj_mcp.http.refusals import Refused

MOST_BODY_BYTES = 1_000_000
BODY_SECONDS = 15.0
"""How long a body may take to arrive."""

_MOST_BYTES_ARRIVING = 64_000_000
"""Of all bodies that are not complete yet."""

Headers = list[tuple[bytes, bytes]]


class Gone(Exception):
    """The client hung up before its request was complete."""


class Bodies:
    """Reads bodies, and counts what is held of those that are arriving."""

    def __init__(self) -> None:
        self._arriving = 0

    async def read(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body.

        Raises:
            Refused: 408, 413, 415 or 503.
            Gone: nobody is there to be answered.
        """
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            raise Refused(415, "Send the message with Content-Type: application/json.")
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and (len(declared) > 18 or int(declared) > MOST_BODY_BYTES):
            raise _too_large()
        body = bytearray()
        try:
            with anyio.fail_after(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise Gone
                    part = message.get("body", b"")
                    if len(body) + len(part) > MOST_BODY_BYTES:
                        raise _too_large()
                    if self._arriving + len(part) > _MOST_BYTES_ARRIVING:
                        raise Refused(
                            503, "The server is busy: send it again.", {"retry-after": "5"}
                        )
                    body += part
                    self._arriving += len(part)
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            words = f"The body was not complete after {BODY_SECONDS:g} seconds: send it again."
            raise Refused(408, words) from None
        finally:
            self._arriving -= len(body)


def _too_large() -> Refused:
    return Refused(413, f"The body is larger than {MOST_BODY_BYTES:,} bytes: send less at once.")


def routed(headers: Headers, body: bytes) -> Headers:
    """The headers by which the SDK serves `body` in the era that it is of.

    It goes by the header alone, and clients were seen that name another era there than in the
    message, or that shake hands although `server/discover` told them that they need not.

    Raises:
        Refused: 400, if it is no JSON, or nested deeper than 200 levels.
    """
    try:
        message = from_json(body)
    except ValueError:
        words = "The body is not JSON, or it is nested too deeply: send one JSON-RPC message."
        raise Refused(400, words, code=PARSE_ERROR) from None
    if not isinstance(message, dict):
        return headers
    said = next((v.decode("latin-1") for k, v in headers if k == _VERSION), None)
    early = said is None or said in HANDSHAKE_PROTOCOL_VERSIONS
    params = _object(message, "params")
    # Without that it is none of the handshakes that there are, but a method that 2026 removed.
    if message.get("method") == "initialize" and "protocolVersion" in params:
        return headers if early else [item for item in headers if item[0] != _VERSION]
    meant = _object(params, "_meta").get(PROTOCOL_VERSION_META_KEY)
    if not early or meant not in MODERN_PROTOCOL_VERSIONS:
        return headers
    return _modern(headers, message, meant)


_VERSION = MCP_PROTOCOL_VERSION_HEADER.encode()


def _object(parent: dict[str, Any], name: str) -> dict[str, Any]:
    child = parent.get(name)
    return child if isinstance(child, dict) else {}


def _modern(headers: Headers, message: dict[str, Any], version: str) -> Headers:
    """With the headers of protocol 2026-07-28, as far as they are missing or of another era."""
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
