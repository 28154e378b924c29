"""One JSON-RPC message as a client sent it: mended where its meaning is certain, else refused.

The SDK drops what it cannot read, so that whoever sent it waits for ever.
"""

import re
from typing import Any, NamedTuple

from mcp_types import INVALID_REQUEST, PARSE_ERROR
from pydantic_core import from_json, to_json

NO_JSON = "The message is not JSON, or it is nested too deeply: send one JSON-RPC message."
NO_REQUEST = (
    'This is not a JSON-RPC request: send one object with jsonrpc "2.0", the name of a method, '
    "an object of params, and an id that is a string or a whole number."
)
_NO_ANSWER = "The client's answer cannot be read."

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
    """A message that goes no further. The text says what to send instead.

    Attributes:
        code: of the JSON-RPC error that answers it.
        request_id: of the request, as far as it could be made out.
    """

    def __init__(self, code: int, sentence: str, request_id: Id = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.request_id = request_id


class Read(NamedTuple):
    """A message: what it says, and the JSON to hand on."""

    content: dict[str, Any]
    json: bytes


def read_message(sent: bytes) -> Read:
    """The message in some bytes, whose text is valid Unicode from here on.

    Raises:
        BadMessage: if it is no JSON (-32700), or no JSON-RPC message (-32600).
    """
    mended = _with_whole_characters(sent.removeprefix(_BOM))
    try:
        content = from_json(mended)
    except ValueError:
        try:
            # Only what is no UTF-8 is another text now.
            mended = mended.decode("utf-8", "replace").encode()
            content = from_json(mended)
        except ValueError:
            raise BadMessage(PARSE_ERROR, NO_JSON, id_in(mended)) from None
    if not isinstance(content, dict):
        raise BadMessage(INVALID_REQUEST, NO_REQUEST)
    return _as_json_rpc(content, mended)


def id_in(start: bytes) -> Id:
    """The id of a request that cannot be read as a whole, if it begins with that."""
    found = _FIRST_ID.match(start)
    request_id: Id = from_json(found[1]) if found else None
    return request_id


def _with_whole_characters(sent: bytes) -> bytes:
    """`sent` with U+FFFD for each half of a character: JavaScript cuts texts at UTF-16 units."""
    if b"\\ud" not in sent and b"\\uD" not in sent:
        return sent
    return _ESCAPE.sub(lambda escape: rb"\ufffd" if escape[1] else escape[0], sent)


def _as_json_rpc(content: dict[str, Any], json: bytes) -> Read:
    request_id = content.get("id")
    if isinstance(request_id, bool) or not isinstance(request_id, str | int):
        request_id = None
    outcome = "result" in content or "error" in content
    if outcome and "method" not in content:
        return _answer(content, json, request_id)
    named = isinstance(content.get("method"), str) and not outcome
    usable = isinstance(content.get("params"), dict | None)
    known = "id" not in content or request_id is not None
    if content.get("jsonrpc") == "2.0" and named and usable and known:
        return Read(content, json)
    raise BadMessage(INVALID_REQUEST, NO_REQUEST, request_id)


def _answer(content: dict[str, Any], json: bytes, request_id: Id) -> Read:
    """A client's answer to a request; an error, where nobody could make anything of it.

    It is never refused: two sides that refuse each other's refusals would never stop.
    """
    error = content.get("error")
    failed = isinstance(error, dict) and (
        type(error.get("code")) is int and isinstance(error.get("message"), str)
    )
    succeeded = isinstance(content.get("result"), dict) and request_id is not None
    if content.get("jsonrpc") == "2.0" and failed != succeeded:
        return Read(content, json)
    told = {"code": INVALID_REQUEST, "message": _NO_ANSWER}
    content = {"jsonrpc": "2.0", "id": request_id, "error": told}
    return Read(content, to_json(content))
