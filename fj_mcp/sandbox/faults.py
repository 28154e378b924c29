"""Faults: failures that the sandbox produces on request."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fj_mcp.sandbox.responses import Refusal, Response

FaultKind = Literal[
    "429", "502_before", "502_after", "207", "html", "empty", "cut", "null_data", "drop_before",
    "drop_after", "delay_before", "delay_after", "status", "status_after", "unpriced",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(FaultKind)

_PAGE = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h1>Gateway</h1></body></html>"
_WITHOUT_EFFECT = ("429", "502_before", "html", "status")


@dataclass(frozen=True)
class Fault:
    """One failure.

    Attributes:
        kind: `429`, `502_before`, `html` and `status` respond without the operation's effect;
            `502_after`, `status_after`, `empty`, `cut`, `null_data` and `unpriced` (no credits
            reported) replace or damage the response after the effect; `drop_…` and `delay_…` occur
            before or after the effect, as named; `207` saves the session without completing its
            search, or completes it `seconds` later, if given.
        seconds: duration of a delay.
        status: the HTTP status of `html`, `status` and `status_after`.
        body: the body of `status` and `status_after` (JSON, or a string sent as it is); the reason
            of a `207`.
        retry_after: the `Retry-After` header of a `429`, in seconds or verbatim; None for none.
    """

    kind: FaultKind
    seconds: float = 0.0
    status: int = 500
    body: Any = None
    retry_after: float | str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")

    @property
    def has_effect(self) -> bool:
        """Whether the operation still takes effect."""
        return self.kind not in _WITHOUT_EFFECT

    def response(self) -> Response:
        """The response of a fault without effect."""
        if self.kind == "429":
            after = None if self.retry_after is None else f"{self.retry_after}"
            headers = {"Retry-After": after} if after is not None else {}
            return Refusal(429, "Too many requests", headers=headers).response()
        if self.kind == "html":
            return _html(self.status)
        if self.kind == "status":
            return self._custom_response()
        return _html(502)

    def alter(self, response: Response) -> Response:
        """The operation's response as this fault changes it."""
        if self.kind == "502_after":
            return _html(502)
        if self.kind == "status_after":
            return self._custom_response()
        if self.kind == "empty":
            return Response(response.status, b"", response.headers)
        if self.kind == "cut":
            whole = response.encoded()
            return Response(response.status, whole[: len(whole) // 2], response.headers)
        if self.kind == "null_data":
            bare = not isinstance(response.body, dict)
            return Response(response.status, None if bare else response.body | {"data": None})
        if self.kind == "unpriced":
            return Response(response.status, _without_credits(response.body), response.headers)
        if self.kind == "207" and isinstance(response.body, dict) and response.status < 300:
            return Response(response.status, response.body | {"statusCode": 207}, response.headers)
        return response

    def _custom_response(self) -> Response:
        return Response(
            self.status, self.body.encode() if isinstance(self.body, str) else self.body
        )


class Faults:
    """The pending faults of each operation."""

    def __init__(self) -> None:
        self._pending: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, operation: str, fault: Fault, times: int) -> None:
        """Make the next `times` calls of the operation fail."""
        self._pending[operation].extend([fault] * times)

    def take(self, operation: str) -> Fault | None:
        """The fault for a call that has just arrived, if one is pending."""
        pending = self._pending[operation]
        return pending.popleft() if pending else None


def _without_credits(body: Any) -> Any:
    if isinstance(body, dict):
        named = ("creditInfo", "sessionCreditCharged")
        return {name: _without_credits(part) for name, part in body.items() if name not in named}
    return [_without_credits(part) for part in body] if isinstance(body, list) else body


def _html(status: int) -> Response:
    return Response(status, _PAGE % status, {"Content-Type": "text/html; charset=utf-8"})
