"""The API's responses: the success envelope and the error body."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Response:
    """An HTTP response.

    Attributes:
        body: sent as JSON; bytes are sent as they are.
        text: `body` as JSON, if already serialized.
    """

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None

    def encoded(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        text = json.dumps(self.body, ensure_ascii=False) if self.text is None else self.text
        # A lone surrogate from a client is not valid text, and becomes a question mark.
        return text.encode(errors="replace")


class Refusal(Exception):
    """The API refuses a request.

    Attributes:
        status: the HTTP status.
        message: the reason, in words.
        errors: the reason for each invalid field.
        headers: additional response headers.
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

    def response(self) -> Response:
        """The refusal as the API's error response."""
        body: dict[str, Any] = {
            "message": self.message,
            "statusCode": self.status,
            "success": False,
        }
        if self.errors:
            body["errors"] = [{name: reason} for name, reason in self.errors.items()]
        return Response(self.status, body, self.headers)


def success(data: Any, message: str = "Success", status: int = 200, **extra: Any) -> Response:
    """`data` in the success envelope, with the `extra` fields next to it."""
    envelope = {"statusCode": status, "data": data, "message": message, "status": "SUCCESS"}
    return Response(status, envelope | extra)
