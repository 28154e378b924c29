"""Parse one JSON-RPC message: repaired if its meaning is certain, otherwise rejected.

The SDK drops messages that it cannot read, which leaves the client waiting for a response.
"""

import re
from typing import Any, NamedTuple

from mcp_types import INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR
from pydantic_core import from_json, to_json

from fj_mcp.errors import BadArguments
from fj_mcp.text.repeated_keys import RepeatedKey, parse_json

NO_JSON = "The message is not JSON, or it is nested too deeply: send one JSON-RPC message."
NO_REQUEST = (
    'This is not a JSON-RPC request: send one object with jsonrpc "2.0", the name of a method, '
    "an object of params, and an id that is a string or a whole number."
)
_INVALID_RESPONSE = "The client's response cannot be read."

_BOM = b"\xef\xbb\xbf"
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape in a string: a pair of surrogates, one alone (in a group), or any other."""

_FIRST_ID = re.compile(
    rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(-?\d{1,18}|"[^"\\]{1,100}")\s*,'
)

Id = str | int | None


class BadMessage(Exception):
    """A message that is rejected. The text says what to send instead.

    Attributes:
        code: of the JSON-RPC error to send back.
        request_id: of the request, if it could be read.
    """

    def __init__(self, code: int, message: str, request_id: Id = None) -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id


class ParsedMessage(NamedTuple):
    """A message: its content, and the JSON to pass on."""

    content: dict[str, Any]
    json: bytes


def parse_message(data: bytes) -> ParsedMessage:
    """Parse a message; all its text is valid Unicode afterward.

    Raises:
        BadMessage: if it is not JSON (-32700), not a JSON-RPC message (-32600), or a tool call that
            gives two values for one key (-32602).
    """
    repaired = _replace_lone_surrogates(data.removeprefix(_BOM))
    try:
        content = from_json(repaired)
    except ValueError:
        try:
            # Replaces only what is not UTF-8.
            repaired = repaired.decode("utf-8", "replace").encode()
            content = from_json(repaired)
        except ValueError:
            raise BadMessage(PARSE_ERROR, NO_JSON, id_in(repaired)) from None
    if not isinstance(content, dict):
        raise BadMessage(INVALID_REQUEST, NO_REQUEST)
    return _as_json_rpc(content, repaired)


def id_in(start: bytes) -> Id:
    """The id of a request that cannot be read as a whole, if the message starts with it."""
    found = _FIRST_ID.match(start)
    request_id: Id = from_json(found[1]) if found else None
    return request_id


def _replace_lone_surrogates(data: bytes) -> bytes:
    """Put U+FFFD for each escaped half of a character: JavaScript cuts strings at UTF-16 units."""
    if b"\\ud" not in data and b"\\uD" not in data:
        return data
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], data)


def _as_json_rpc(content: dict[str, Any], json: bytes) -> ParsedMessage:
    request_id = content.get("id")
    if isinstance(request_id, bool) or not isinstance(request_id, str | int):
        request_id = None
    outcome = "result" in content or "error" in content
    if outcome and "method" not in content:
        return _response(content, json, request_id)
    named = isinstance(content.get("method"), str) and not outcome
    usable = isinstance(content.get("params"), dict | None)
    valid_id = "id" not in content or request_id is not None
    if not (content.get("jsonrpc") == "2.0" and named and usable and valid_id):
        raise BadMessage(INVALID_REQUEST, NO_REQUEST, request_id)
    if content["method"] == "tools/call" and (problem := _repetition_in(json)) is not None:
        raise BadMessage(INVALID_PARAMS, str(BadArguments(problem)), request_id)
    return ParsedMessage(content, json)


def _repetition_in(json: bytes) -> str | None:
    """What is wrong with JSON that gives two values for one key; None for any other.

    It takes some microseconds, so only what may cost credits is checked: calls, and the responses
    to questions before a purchase.
    """
    try:
        parse_json(json.decode())
    except RepeatedKey as repeated:
        return str(repeated)
    except (ValueError, RecursionError):
        # Of two parsers one may be stricter; what was parsed once is a message.
        pass
    return None


def _response(content: dict[str, Any], json: bytes, request_id: Id) -> ParsedMessage:
    """A client's response to a request, replaced by an error if it cannot be read.

    It is never rejected: two sides that reject each other's rejections would never stop.
    """
    error = content.get("error")
    failed = isinstance(error, dict) and (
        type(error.get("code")) is int and isinstance(error.get("message"), str)
    )
    succeeded = isinstance(content.get("result"), dict) and request_id is not None
    if content.get("jsonrpc") == "2.0" and failed != succeeded and not _repetition_in(json):
        return ParsedMessage(content, json)
    invalid = {"code": INVALID_REQUEST, "message": _INVALID_RESPONSE}
    content = {"jsonrpc": "2.0", "id": request_id, "error": invalid}
    return ParsedMessage(content, to_json(content))
