"""Interpret an HTTP response: return the API's JSON, or raise the matching error.

Gateways send HTML, error bodies have other keys than success bodies, and the status in a body can
differ from the HTTP status. Nothing outside this module has to know that.
"""

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping
from typing import Any

import httpx
from msgspec import Struct
from pydantic_core import from_json

from fj_mcp.api import required_data
from fj_mcp.api.endpoints import ENDPOINTS, Endpoint
from fj_mcp.api.errors import (
    ApiError,
    Attempted,
    CannotConnect,
    KeyRefused,
    NoCredits,
    NoMatch,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
    Unreadable,
)
from fj_mcp.api.network import PROXY_NEEDS_PASSWORD
from fj_mcp.api.response_bodies import Body
from fj_mcp.api.session_records import CreditInfo
from fj_mcp.filters.names import name_of
from fj_mcp.settings.settings import SANDBOX_KEY
from fj_mcp.text import lenient

_FAILED = re.compile(
    r"error|fail|^(?:false|ko|no|denied|refused|rejected|unsuccessful)$", re.IGNORECASE
)
_NO_MATCH = "no profiles match"

_MAX_VALUES = 1_000_000
"""The limit for one response. As Python objects, so many values take a hundred megabytes."""

_FEW_BYTES = 3_000_000
"""The values of a response up to this size take less than that: the most `{},`, 72 bytes each."""


class RequestContext(Struct, frozen=True):
    """Details of the request, for error messages.

    Attributes:
        ids: the ids in the request's path.
        remaining: the credits left according to the last response that named them.
        key: the API key in use, no part of which may be repeated.
    """

    ids: Mapping[str, str]
    remaining: int | None = None
    key: str = ""


def read_response(
    endpoint: Endpoint, response: httpx.Response, content: Body, known: RequestContext
) -> dict[str, Any]:
    """The JSON of a response; a bare array is returned as `{"data": [...]}`.

    A success status is not enough: the body must contain the data that the endpoint promises, and
    report no failure. A failure reported in the body counts like the same HTTP status.

    Args:
        endpoint: the endpoint of the request.
        response: a response of any status.
        content: its whole body.
        known: details for error messages.

    Raises:
        ApiError: for anything else. It is `certain` only if the response says that the request
            was not carried out, and contains no sign that it was.
    """
    attempted = endpoint.attempted
    body = _decoded(endpoint, content)
    if isinstance(body, list):
        body = {"data": body}
    fields = lenient.mapping(body)
    complete = endpoint.is_complete(fields)
    failure = _reported_failure(fields) if response.is_success else response.status_code
    if failure is None:
        if complete or (attempted.costs and required_data.names_price(fields)):
            return fields
        raise Unreadable(attempted)
    if complete or required_data.names_charge(fields):
        # The response contradicts itself: it has signs of both success and failure.
        if attempted.costs or response.is_success:
            raise Unreadable(attempted)
    elif failure == 0 and attempted.costs and _NO_MATCH in _message(fields).lower():
        raise NoMatch(attempted, "no profiles match")
    if failure in range(300, 600):
        raise _error(attempted, failure, fields, response, known)
    raise Unreadable(attempted)


def _reported_failure(body: dict[str, Any]) -> int | None:
    """The status of the failure that a body reports, 0 if it has no status; None: no failure."""
    parts = _parts(body)
    codes = [lenient.count(part.get(name)) for part in parts for name in ("statusCode", "status")]
    codes.append(lenient.count(lenient.mapping(body.get("error")).get("code")))
    # Of several, the highest leaves the outcome most open.
    if (code := max(codes)) >= 400:
        return code
    failed = any(
        _is_false(part.get("success"))
        or part.get("status") is False
        or _FAILED.search(lenient.line(part.get("status"), 60) or "")
        for part in parts
    )
    return 0 if failed else None


def _parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a body that may report a failure."""
    return [body, lenient.mapping(body.get("error")), lenient.mapping(body.get("data"))]


def _is_false(value: object) -> bool:
    return value is False or (lenient.line(value) or "").lower() in ("false", "0", "no")


def _message(body: dict[str, Any]) -> str:
    """The API's own message, at any of its places; empty if there is none."""
    found = (part.get(name) for part in _parts(body) for name in ("message", "detail", "error"))
    listed = (lenient.lines(one, 500, 3) for one in found)
    return "; ".join(next((words for words in listed if words), []))


def _decoded(endpoint: Endpoint, content: Body) -> Any:
    """Parse `content` as JSON; None if it is not JSON or has too many values."""
    if len(content) > _FEW_BYTES and content.count(b",") > _MAX_VALUES:
        return None
    if endpoint.decode is not None and (body := endpoint.decode(content)) is not None:
        return body
    try:
        return from_json(content)
    except ValueError:
        pass
    try:
        # Slower, but it accepts half of a surrogate pair, which truncated profiles can contain.
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def spent_seconds_until_reset(response: httpx.Response) -> float | None:
    """Seconds until the next request is allowed, if this response used up the rate limit."""
    if lenient.whole(response.headers.get("ratelimit-remaining")) != 0:
        return None
    return _seconds(response.headers.get("ratelimit-reset"))


def _error(
    attempted: Attempted,
    status: int,
    body: dict[str, Any],
    response: httpx.Response,
    known: RequestContext,
) -> ApiError:
    """The error for a status, which may come from the HTTP response or from its body."""
    if status in (401, 403):
        return KeyRefused(attempted)
    if status == 402:
        info = required_data.price(body)
        left = CreditInfo.read(info).remaining
        price = lenient.credits(info.get("amount"))
        last = known.remaining
        if left is None and last is not None and last < (attempted.price or 0):
            left = last
        return NoCredits(attempted, left, price, in_sandbox=known.key == SANDBOX_KEY)
    if status == 404:
        return _not_found(attempted, known.ids)
    if status == 429:
        return RateLimited(attempted, _retry_after(response))
    if status == 407:
        return CannotConnect(attempted, *PROXY_NEEDS_PASSWORD)
    if 400 <= status < 500 and status != 408:
        message = _message(body)
        kind = NoMatch if status == 400 and _NO_MATCH in message.lower() else Rejected
        words = lenient.quote(message, known.key) or f"HTTP {status}"
        return kind(attempted, _reasons(body, known.key) or words)
    return Unavailable(attempted, status)


def _not_found(attempted: Attempted, ids: Mapping[str, str]) -> NotFound:
    session_id = ids.get("session_id")
    if candidate_id := ids.get("candidate_id"):
        return NotFound(
            attempted,
            f"candidate {candidate_id} in session {session_id}",
            "list_profiles shows the ids of that session's candidates.",
        )
    if session_id:
        return NotFound(
            attempted,
            f"session {session_id} in this key's workspace",
            "list_sessions shows the sessions it has.",
        )
    if attempted.phrase == ENDPOINTS["reveal"].attempted.phrase:
        return NotFound(attempted, "contact for this profile", "Other candidates may have one.")
    return NotFound(
        attempted,
        "project for this key",
        "Ask FutureJobs to assign the key to one; the ids of earlier sessions still work.",
    )


def _reasons(body: dict[str, Any], key: str) -> str:
    """The API's reasons by field, with this server's names."""
    reasons = []
    for item in lenient.mappings(body.get("errors"))[:3]:
        for field, reason in list(item.items())[:3]:
            plain = field.removeprefix("queries.")
            name = name_of(plain) or name_of(plain.rpartition(".")[0])
            shown = f"filters.{name}" if name else lenient.field(field) or "a field"
            words = lenient.quote(reason, key, 160)
            reasons.append(f"{shown}: {words}" if words else f"{shown} is not valid")
    return "; ".join(reasons)


def _retry_after(response: httpx.Response) -> float:
    for header in ("retry-after", "ratelimit-reset"):
        if (seconds := _seconds(response.headers.get(header))) is not None:
            return seconds
    return 1.0


def _seconds(header: str | None) -> float | None:
    """Seconds from now, from a header with seconds, Unix seconds or an HTTP date."""
    if header is None:
        return None
    seconds = lenient.number(header)
    if seconds is None:
        try:
            seconds = email.utils.parsedate_to_datetime(header).timestamp()
        except ValueError:
            return None
    # A number this large is a point in time, not a wait.
    wait = seconds - time.time() if seconds > 1e9 else seconds
    return min(max(0.0, wait), 3600.0) if math.isfinite(wait) else None
