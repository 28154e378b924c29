"""Forms that clients and pages send."""

import base64
import binascii
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.requests import Request
from starlette.types import Message

_TYPE = "application/x-www-form-urlencoded"
_MAX_FIELDS = 40

Form = dict[str, str]


class BadForm(Exception):
    """A form that cannot be read. The text says what to send."""


def fields_in(encoded: str) -> Form:
    """The fields of a form or a query.

    Raises:
        BadForm: if a field is given twice, or there are too many.
    """
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise BadForm("the form has too many fields") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise BadForm("a parameter is given twice")
    return form


def fields_of_query(request: Request) -> Form:
    """The fields of an address. Raises `BadForm`."""
    # Starlette's own `url` fails at what is not UTF-8.
    return fields_in(request.scope["query_string"].decode("latin-1"))


async def read_form(request: Request) -> Form:
    """The fields of a form that was sent. Raises `BadForm`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _TYPE:
        raise BadForm(f"send the form with Content-Type: {_TYPE}")
    try:
        return fields_in((await request.body()).decode())
    except UnicodeDecodeError:
        raise BadForm("the form is not UTF-8") from None


def basic_credentials(request: Request) -> tuple[str, str] | None:
    """The client's id and secret in `Authorization: Basic`; None without it. Raises `BadForm`."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    encoded = encoded.encode("ascii", "replace").decode()
    try:
        name, colon, secret = (
            base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        colon = ""
    if not colon:
        raise BadForm("the Authorization header cannot be read")
    return unquote(name), unquote(secret)


def with_body(request: Request, body: bytes, kind: str = _TYPE) -> Request:
    """The same request with another body, and without its credentials."""
    dropped = (b"content-type", b"content-length", b"authorization")
    headers = [item for item in request.scope["headers"] if item[0] not in dropped]
    headers += [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({**request.scope, "headers": headers}, receive)


def encoded(form: Form) -> bytes:
    """A form as it is sent."""
    return urlencode(form).encode()


def with_query(address: str, fields: Iterable[tuple[str, str | None]]) -> str:
    """An address with more fields in its query, which otherwise stays as it is."""
    added = urlencode([(name, value) for name, value in fields if value is not None])
    return f"{address}{'&' if '?' in address else '?'}{added}"
