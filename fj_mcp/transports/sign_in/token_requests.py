"""Requests for tokens, and to end them, as clients send them and as the SDK reads them."""

import jwt
from mcp.shared.auth import JWT_BEARER_GRANT_TYPE
from starlette.requests import Request
from starlette.responses import Response

from fj_mcp.transports.sign_in.forms import BadForm, Form, basic_credentials, read_parameters
from fj_mcp.transports.sign_in.oauth_errors import error_in, error_response
from fj_mcp.transports.sign_in.sealing import secret_digest

_NEEDED = {
    "authorization_code": ("code", "code_verifier"),
    "refresh_token": ("refresh_token",),
    JWT_BEARER_GRANT_TYPE: ("assertion",),
}
"""The parameters of a token request, by its grant type."""


class BadClient(Exception):
    """A client that names itself in two ways."""


async def read_client_form(request: Request) -> Form:
    """A client's form, with its id and the digest of its secret. Raises `BadForm`, `BadClient`."""
    if request.method != "POST":
        raise BadForm("send the form with POST")
    form = await read_parameters(request)
    credentials = basic_credentials(request, form.get("client_id", ""))
    if credentials is not None:
        client_id, secret = credentials
        if "client_secret" in form:
            raise BadForm(
                "the secret is in both the form and the Authorization header: send it once"
            )
        if form.setdefault("client_id", client_id) != client_id:
            raise BadClient("the form and the Authorization header name different clients")
        form["client_secret"] = secret
    elif "client_id" not in form and "client_assertion" in form:
        form["client_id"] = _named_in(form["client_assertion"])
    secret = form.get("client_secret", "")
    # It only says where to look first, and the SDK rejects what it does not know.
    form.pop("token_type_hint", None)
    # The SDK misses an empty one when a token is revoked.
    return form | {"client_secret": secret_digest(secret) if secret else ""}


def _named_in(assertion: str) -> str:
    """The client that an assertion (RFC 7523) names, which may be the only place.

    It proves nothing: with a document for its id, a client is a public one here.
    """
    try:
        named = jwt.decode(assertion, options={"verify_signature": False}).get("sub")
    except jwt.InvalidTokenError:
        named = None
    return named if isinstance(named, str) else ""


def with_oauth_error(response: Response, form: Form) -> Response:
    """The response to a token request, with errors as RFC 6749 has them.

    The SDK calls everything that it cannot read, and another `redirect_uri`, an invalid request.
    """
    if response.status_code != 400 or error_in(response) != "invalid_request":
        return response
    kind = form.get("grant_type", "")
    needed = ("grant_type", *_NEEDED.get(kind, ()))
    missing = [name for name in needed if name not in form]
    if missing:
        return error_response("invalid_request", f"{missing[0]} is missing")
    if kind not in _NEEDED:
        return error_response(
            "unsupported_grant_type", "grant_type must be one of those in the server's metadata"
        )
    if kind == "authorization_code":
        return error_response("invalid_grant", "redirect_uri is not where the code was sent")
    return response
