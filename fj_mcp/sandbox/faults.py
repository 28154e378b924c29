"""Failures on request: what an operation can be made to answer in place of the truth."""

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any, Literal, get_args

from fj_mcp.sandbox.responses import Answer, Refusal

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
        kind: `429`, `502_before`, `html` and `status` answer without the operation's effect;
            `502_after`, `status_after`, `empty`, `cut`, `null_data` and `unpriced` (which names no
            credits) spoil the answer to an operation that had its effect; `drop_…` and `delay_…`
            say themselves when; `207` saves the session and does not complete its search, or only
            `seconds` later where they are given.
        seconds: how long a delay takes.
        status: the HTTP status of `html`, `status` and `status_after`.
        body: the body of `status` and `status_after` (JSON, or a string sent as it is); the reason
            of a `207`.
        retry_after: the `Retry-After` of a `429`, in seconds or as it is; None for no header.
    """

    kind: FaultKind
    seconds: float = 0.0
    status: int = 500
    body: Any = None
    retry_after: float | str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a fault's kind is one of {', '.join(KINDS)}")

    @property
    def has_effect(self) -> bool:
        """Whether the operation still takes place."""
        return self.kind not in _WITHOUT_EFFECT

    def instead(self) -> Answer:
        """The answer of a fault without effect."""
        if self.kind == "429":
            after = None if self.retry_after is None else f"{self.retry_after}"
            headers = {"Retry-After": after} if after is not None else {}
            return Refusal(429, "Too many requests", headers=headers).answer()
        if self.kind == "html":
            return _html(self.status)
        if self.kind == "status":
            return self._given()
        return _html(502)

    def spoil(self, answer: Answer) -> Answer:
        """What becomes of an operation's answer."""
        if self.kind == "502_after":
            return _html(502)
        if self.kind == "status_after":
            return self._given()
        if self.kind == "empty":
            return Answer(answer.status, b"", answer.headers)
        if self.kind == "cut":
            whole = answer.encoded()
            return Answer(answer.status, whole[: len(whole) // 2], answer.headers)
        if self.kind == "null_data":
            bare = not isinstance(answer.body, dict)
            return Answer(answer.status, None if bare else answer.body | {"data": None})
        if self.kind == "unpriced":
            return Answer(answer.status, _without_credits(answer.body), answer.headers)
        if self.kind == "207" and isinstance(answer.body, dict) and answer.status < 300:
            return Answer(answer.status, answer.body | {"statusCode": 207}, answer.headers)
        return answer

    def _given(self) -> Answer:
        return Answer(self.status, self.body.encode() if isinstance(self.body, str) else self.body)


class Faults:
    """The failures that are still to come, by operation."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, operation: str, fault: Fault, times: int) -> None:
        """Let the next `times` calls of the operation fail."""
        self._waiting[operation].extend([fault] * times)

    def take(self, operation: str) -> Fault | None:
        """The failure of the call that arrives now, if one waits for it."""
        waiting = self._waiting[operation]
        return waiting.popleft() if waiting else None


def _without_credits(body: Any) -> Any:
    if isinstance(body, dict):
        named = ("creditInfo", "sessionCreditCharged")
        return {name: _without_credits(part) for name, part in body.items() if name not in named}
    return [_without_credits(part) for part in body] if isinstance(body, list) else body


def _html(status: int) -> Answer:
    return Answer(status, _PAGE % status, {"Content-Type": "text/html; charset=utf-8"})
