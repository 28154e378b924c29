"""What an HTTP answer means: the API's JSON, or the error that it stands for.

Gateways answer HTML, error bodies have other keys than success bodies, and the body's own status
can differ from HTTP's: all of that ends here.
"""

import email.utils
import json
import math
import time
from collections.abc import Mapping
from typing import Any

import httpx
from pydantic_core import from_json

from fj_mcp import reading
from fj_mcp.errors import (
    ApiError,
    Attempted,
    KeyRefused,
    NoCredits,
    NoMatch,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
    Unreadable,
)
from fj_mcp.filters import name_of
from fj_mcp.operations import OPERATIONS, Operation
from fj_mcp.records import CreditInfo


def read_answer(
    attempted: Attempted,
    response: httpx.Response,
    ids: Mapping[str, str],
    remaining: int | None = None,
) -> dict[str, Any]:
    """The JSON of an answer; a bare array comes back as `{"data": [...]}`.

    Args:
        attempted: what was asked, for the words of an error.
        response: the whole answer, of any status.
        ids: the ids in the request's path, for the words of a 404.
        remaining: the credits left when they were last heard of, for the words of a 402.

    Raises:
        ApiError: for anything but the API's JSON with a success status.
    """
    body = _decoded(response.content)
    if isinstance(body, list):
        body = {"data": body}
    if not response.is_success:
        status, refused = response.status_code, reading.mapping(body)
        raise _refusal(attempted, status, refused, response, ids, remaining)
    if not isinstance(body, dict):
        raise Unreadable(attempted)
    own_status = reading.count(body.get("statusCode"))
    if body.get("success") is False and own_status >= 400:
        raise _refusal(attempted, own_status, body, response, ids, remaining)
    return body


def has_data(operation: Operation, answer: dict[str, Any]) -> bool:
    """Whether an answer, as `read_answer` gives it, holds what the operation asks for."""
    if operation.bare:
        return answer.get("data", answer) is not None
    data = answer.get("data")
    if not isinstance(data, dict):
        return isinstance(data, list)
    missing = data.get("docs") is None and reading.count(data.get("totalDocs")) > 0
    held = data.get(operation.part, data) if operation.part else data
    return held not in (None, {}) and not missing


def _decoded(content: bytes) -> Any:
    """The JSON in `content`; None where there is none."""
    try:
        return from_json(content)
    except ValueError:
        pass
    try:
        # Slower, but it also reads half of a surrogate pair, which profiles cut short can hold.
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def spent_seconds_until_reset(response: httpx.Response) -> float | None:
    """Seconds to wait before the next request, where this answer says that none is left now."""
    if reading.whole(response.headers.get("ratelimit-remaining")) != 0:
        return None
    return _seconds(response.headers.get("ratelimit-reset"))


def _refusal(
    attempted: Attempted,
    status: int,
    body: dict[str, Any],
    response: httpx.Response,
    ids: Mapping[str, str],
    remaining: int | None,
) -> ApiError:
    """The error for an HTTP status and a body, both of any provenance."""
    if status in (401, 403):
        return KeyRefused(attempted)
    if status == 402:
        data = reading.mapping(body.get("data"))
        told = reading.mapping(body.get("creditInfo") or data.get("creditInfo"))
        left = CreditInfo.read(told).remaining
        price = reading.whole(told.get("amount"))
        if left is None and remaining is not None and remaining < (attempted.price or 0):
            left = remaining
        return NoCredits(attempted, left, price)
    if status == 404:
        return _missing(attempted, ids)
    if status == 429:
        return RateLimited(attempted, _asked_wait(response))
    if 400 <= status < 500 and status != 408:
        message = reading.line(body.get("message"), 200) or f"HTTP {status}"
        nobody = status == 400 and "no profiles match" in message.lower()
        kind = NoMatch if nobody else Rejected
        return kind(attempted, _reasons(body) or message.rstrip("."))
    return Unavailable(attempted, status)


def _missing(attempted: Attempted, ids: Mapping[str, str]) -> NotFound:
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
            "list_sessions shows those it knows.",
        )
    if attempted.phrase == OPERATIONS["reveal"].attempted.phrase:
        return NotFound(attempted, "contact for this profile", "Other candidates may have one.")
    return NotFound(
        attempted,
        "project for this key",
        "Ask FutureJobs to assign the key to one; ids of earlier sessions go on working.",
    )


def _reasons(body: dict[str, Any]) -> str:
    """The API's field reasons, by this server's names."""
    reasons = []
    for item in reading.mappings(body.get("errors"))[:3]:
        for field, reason in list(item.items())[:3]:
            key = field.removeprefix("queries.")
            name = name_of(key) or name_of(key.rpartition(".")[0])
            shown = f"filters.{name}" if name else reading.line(field, 60)
            words = reading.line(reason, 160)
            reasons.append(f"{shown}: {words}" if words else f"{shown} is not valid")
    return "; ".join(reasons)


def _asked_wait(response: httpx.Response) -> float:
    for header in ("retry-after", "ratelimit-reset"):
        if (seconds := _seconds(response.headers.get(header))) is not None:
            return seconds
    return 1.0


def _seconds(header: str | None) -> float | None:
    """Seconds from now, from a header in seconds, Unix seconds or HTTP date."""
    if header is None:
        return None
    seconds = reading.number(header)
    if seconds is None:
        try:
            seconds = email.utils.parsedate_to_datetime(header).timestamp()
        except ValueError:
            return None
    # A number this large is a point in time, not a wait.
    wait = seconds - time.time() if seconds > 1e9 else seconds
    return min(max(0.0, wait), 3600.0) if math.isfinite(wait) else None
