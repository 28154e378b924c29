"""Error responses of OAuth (RFC 6749, section 5.2): JSON with `error` and `error_description`."""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

NOT_CACHED = {"cache-control": "no-store", "pragma": "no-cache"}


def error_in(response: Response) -> str | None:
    """The error of a response; None if it is none."""
    if response.status_code < 400:
        return None
    return str(msgspec.json.decode(bytes(response.body)).get("error"))


def error_response(
    error: str, text: str, status: int = 400, headers: Mapping[str, str] | None = None
) -> Response:
    """A response that says what is wrong.

    Args:
        error: its name in OAuth.
        text: for developers, without quotation marks.
        status: of the response.
        headers: further ones.
    """
    content = {"error": error, "error_description": text}
    return JSONResponse(content, status, {**NOT_CACHED, **(headers or {})})


def invalid_client(request: Request, text: str) -> Response:
    """The response to a client that is not known, or does not prove who it is."""
    basic = {"www-authenticate": 'Basic realm="fj-mcp"'}
    return error_response(
        "invalid_client", text, 401, basic if "authorization" in request.headers else None
    )


def unavailable(text: str) -> Response:
    """The response when something cannot be reached that the request needs."""
    return error_response("temporarily_unavailable", text, 503, {"retry-after": "60"})
