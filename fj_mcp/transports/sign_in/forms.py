"""Forms that clients and pages send."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import msgspec
from starlette.requests import Request
from starlette.types import Message

_TYPE = "application/x-www-form-urlencoded"
_JSON = "application/json"
_MAX_FIELDS = 40

Form = dict[str, str]


class BadForm(Exception):
    """A form that cannot be read. The text says what to send."""


def fields_in(encoded: str) -> Form:
    """The fields of a form or a query; those without a value count as omitted (RFC 6749).

    A resource may be named several times (RFC 8707): all that differ, with spaces between them.

    Raises:
        BadForm: if another field is given twice, or there are too many.
    """
    try:
        pairs = parse_qsl(encoded, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise BadForm("the form has too many fields") from None
    resources = dict.fromkeys(value for name, value in pairs if name == "resource")
    others = [pair for pair in pairs if pair[0] != "resource"]
    form = dict(others)
    if len(form) != len(others):
        raise BadForm("a parameter is repeated")
    return form | ({"resource": " ".join(resources)} if resources else {})


def fields_of_query(request: Request) -> Form:
    """The fields of an address. Raises `BadForm`."""
    # Starlette's own `url` fails at what is not UTF-8.
    return fields_in(request.scope["query_string"].decode("latin-1"))


async def read_form(request: Request) -> Form:
    """The fields of a form that was sent. Raises `BadForm`."""
    if _kind(request) != _TYPE:
        raise BadForm(f"send the form with Content-Type: {_TYPE}")
    return await _fields(request)


async def read_parameters(request: Request) -> Form:
    """What a client has sent: a form, perhaps without its type, or JSON. Raises `BadForm`."""
    kind = _kind(request)
    if kind != _JSON:
        return await (read_form(request) if kind else _fields(request))
    try:
        given = msgspec.json.decode(await request.body(), type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise BadForm("the body is not a JSON object") from None
    return {name: value for name, value in given.items() if isinstance(value, str) and value}


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _fields(request: Request) -> Form:
    try:
        return fields_in((await request.body()).decode())
    except UnicodeDecodeError:
        raise BadForm("the form is not UTF-8") from None


def basic_credentials(request: Request, client_id: str) -> tuple[str, str] | None:
    """The client's id and secret in `Authorization: Basic`; None without it.

    Args:
        request: of a client.
        client_id: in its form, if any. With it, an address can be told from a secret although the
            client has not encoded its colon.

    Raises:
        BadForm: if they cannot be read.
    """
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    encoded = encoded.encode("ascii", "replace").decode()
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    name, colon, secret = text.partition(":")
    if not colon:
        raise BadForm("the Authorization header cannot be read")
    if client_id and text.startswith(f"{client_id}:"):
        return client_id, unquote(text.removeprefix(f"{client_id}:"))
    return unquote(name), unquote(secret)


def as_query(request: Request, form: Form) -> Request:
    """A GET with these fields in its query."""
    return Request({**request.scope, "method": "GET", "query_string": encoded(form)})


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
