"""The shapes of the API's answers: the success envelope and the error body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    Attributes:
        body: becomes JSON; bytes go out as they are.
        text: `body` as JSON, where it is already there.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None

    def encoded(self) -> bytes:
        """What goes out."""
        if isinstance(self.body, bytes):
            return self.body
        text = json.dumps(self.body, ensure_ascii=False) if self.text is None else self.text
        # A client's half of a surrogate pair comes back as a question mark, as it is no text.
        return text.encode(errors="replace")


class Refusal(Exception):
    """A request the API turns down.

    Attributes:
        status: the HTTP status.
        message: what is wrong, in words.
        errors: the reason for each field that is at fault.
        headers: what goes out beside the usual headers.
    """

    def __init__(
        self,
        status: int,
        message: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = dict(errors or {})
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        """The refusal as the API words it."""
        body: dict[str, Any] = {
            "message": self.message,
            "statusCode": self.status,
            "success": False,
        }
        if self.errors:
            body["errors"] = [{name: reason} for name, reason in self.errors.items()]
        return Answer(self.status, body, self.headers)


def success(data: Any, message: str = "Success", status: int = 200, **beside: Any) -> Answer:
    """`data` in the success envelope; `beside` stands beside it."""
    envelope = {"statusCode": status, "data": data, "message": message, "status": "SUCCESS"}
    return Answer(status, envelope | beside)
