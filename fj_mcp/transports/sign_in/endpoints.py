"""The endpoints that clients call: the SDK's, with our additions.

The SDK reads a client's id from the form only, and compares secrets as they are sent. Before it
looks, `token_requests` moves them to the form and replaces secrets by their digests.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from mcp.server.auth.handlers.authorize import AuthorizationHandler
from mcp.server.auth.handlers.register import RegistrationHandler
from mcp.server.auth.handlers.revoke import RevocationHandler
from mcp.server.auth.handlers.token import TokenHandler
from mcp.server.auth.middleware.client_auth import ClientAuthenticator
from mcp.server.auth.settings import ClientRegistrationOptions
from starlette.requests import Request
from starlette.responses import Response

from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.telemetry.logs import log
from fj_mcp.text.cleaning import clean_line
from fj_mcp.transports.sign_in import oauth_errors, redirects
from fj_mcp.transports.sign_in.clients import Clients
from fj_mcp.transports.sign_in.forms import (
    BadForm,
    Form,
    as_query,
    encoded,
    fields_of_query,
    read_form,
    with_body,
    with_query,
)
from fj_mcp.transports.sign_in.limits import DOCUMENTS, REGISTRATIONS, Limiter, TooOften, address_of
from fj_mcp.transports.sign_in.metadata import SIGN_IN
from fj_mcp.transports.sign_in.pages import NOT_STORED, message, unavailable
from fj_mcp.transports.sign_in.provider import Provider
from fj_mcp.transports.sign_in.scopes import SCOPES, as_text
from fj_mcp.transports.sign_in.token_requests import (
    BadClient,
    read_client_form,
    with_oauth_error,
)

_GRANT_TYPES = ("authorization_code", "refresh_token")
_MAX_NAME = 200
_NO_DATABASE = "the database cannot be used: try again in a minute"
_START_AGAIN = "Start again in the app. If that does not help, contact its developer."


class Endpoints:
    """`/authorize`, `/token`, `/register` and `/revoke`."""

    def __init__(
        self, clients: Clients, provider: Provider, at_token: Provider, limiter: Limiter
    ) -> None:
        """Args: `at_token` finds clients without reading their documents."""
        self._known = clients
        self._provider = provider
        self._limiter = limiter
        authenticator = ClientAuthenticator(at_token)
        self._authorization = AuthorizationHandler(provider)
        self._tokens = TokenHandler(at_token, authenticator, identity_assertion_enabled=True)
        self._revocation = RevocationHandler(at_token, authenticator)
        options = ClientRegistrationOptions(enabled=True, default_scopes=list(SCOPES))
        self._registration = RegistrationHandler(provider, options)

    async def authorize(self, request: Request) -> Response:
        """Send the user to the page that asks, or back to the client with an error."""
        try:
            form = fields_of_query(request)
            if request.method == "POST":
                form = await read_form(request)
        except BadForm:
            return _bad_request()
        try:
            if self._known.must_read(form.get("client_id", "")):
                await self._limiter.count(DOCUMENTS, address_of(request))
            known = await self._provider.get_client(form.get("client_id", ""))
            if known is None:
                _log("authorize", "refused")
                described = self._known.describes_itself(form.get("client_id", ""))
                return _unknown_client(described=described)
            whose = f" client={known.host or known.source}"
            address = form.get("redirect_uri")
            # The SDK rewrites one before it is compared.
            if address is not None and redirects.problem_with(address) is not None:
                _log("authorize", f"refused{whose}")
                return _bad_request()
            # A client that names no method means plain (RFC 7636, section 4.3).
            asked = {"code_challenge_method": "plain"} | form
            response = await self._authorization.handle(as_query(request, asked))
        except TooOften as often:
            return _too_many_documents(often.seconds)
        except StorageUnavailable:
            return unavailable()
        location = response.headers.get("location")
        if location is None:
            _log("authorize", f"refused{whose}")
            return _bad_request()
        asks = location.startswith(f"{self._provider.addresses.of(SIGN_IN)}?")
        _log("authorize", f"{'ok' if asks else 'error'}{whose}")
        if not asks:
            issuer = self._provider.addresses.issuer
            # The SDK puts a line feed between reasons, which RFC 6749 does not allow.
            plain = location.replace("%0A", "+")
            response.headers["location"] = with_query(plain, [("iss", issuer)])
        response.headers.update(NOT_STORED)
        if asks or redirects.is_local(location) or known.source == "operator":
            return response
        return _refused(response.headers["location"])

    async def token(self, request: Request) -> Response:
        """Exchange a code or a refresh token for tokens."""

        async def exchange(form: Form) -> Response:
            changed = await self._token_form(form)
            return with_oauth_error(
                await self._tokens.handle(with_body(request, encoded(changed))), form
            )

        return await self._call("token", request, exchange)

    async def register(self, request: Request) -> Response:
        """Register a client (RFC 7591)."""
        try:
            await self._limiter.count(REGISTRATIONS, address_of(request))
            metadata = _known_metadata(await request.body())
            body = msgspec.json.encode(metadata)
            register = self._registration.handle
            response: Response = await register(with_body(request, body, "application/json"))
        except TooOften as often:
            return oauth_errors.error_response(
                "temporarily_unavailable",
                f"too many clients are being registered: try again in {often.seconds} seconds",
                429,
                {"retry-after": str(often.seconds)},
            )
        except _BadMetadata as bad:
            _log("register", bad.error)
            return oauth_errors.error_response(bad.error, str(bad))
        except StorageUnavailable:
            return oauth_errors.unavailable(_NO_DATABASE)
        _log("register", oauth_errors.error_in(response) or "ok")
        response.headers.update(oauth_errors.NOT_CACHED)
        return response

    async def revoke(self, request: Request) -> Response:
        """End what a token belongs to (RFC 7009)."""

        async def end(form: Form) -> Response:
            response = await self._revocation.handle(with_body(request, encoded(form)))
            if "token" not in form and oauth_errors.error_in(response) == "invalid_request":
                return oauth_errors.error_response("invalid_request", "token is missing")
            return response

        return await self._call("revoke", request, end)

    async def _token_form(self, form: Form) -> Form:
        """A form as the SDK wants it: with the address of the code, and scopes that exist."""
        settled = {name: value for name, value in form.items() if name != "scope"}
        if known := as_text(form.get("scope", "").split()):
            settled["scope"] = known
        if "code" in form and "redirect_uri" not in form:
            # OAuth 2.1 does not ask for it any more, because the verifier proves more.
            address = await self._provider.redirect_of(form["code"])
            settled |= {"redirect_uri": address} if address else {}
        return settled

    async def _call(
        self, step: str, request: Request, handle: Callable[[Form], Awaitable[Response]]
    ) -> Response:
        """Handle a client's form, once it is as the SDK reads it."""
        try:
            form = await read_client_form(request)
            if not self._provider.addresses.is_resource(form.get("resource")):
                return oauth_errors.error_response("invalid_target", "resource is not this server")
            response = await handle(form)
        except BadForm as bad:
            return oauth_errors.error_response("invalid_request", str(bad))
        except BadClient as bad:
            return oauth_errors.invalid_client(request, str(bad))
        except StorageUnavailable:
            return oauth_errors.unavailable(_NO_DATABASE)
        _log(step, oauth_errors.error_in(response) or "ok")
        if response.status_code == 401:
            return oauth_errors.invalid_client(
                request, "the client is unknown, or its secret is wrong"
            )
        response.headers.update(oauth_errors.NOT_CACHED)
        return response


class _BadMetadata(Exception):
    """A registration that cannot be accepted."""

    def __init__(self, error: str, text: str) -> None:
        super().__init__(text)
        self.error = error


def _known_metadata(body: bytes) -> dict[str, Any]:
    """The metadata of a client that matter here. Raises `_BadMetadata`."""
    try:
        given = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        given = None
    if not isinstance(given, dict):
        raise _BadMetadata("invalid_client_metadata", "send the client's metadata as a JSON object")
    addresses = given.get("redirect_uris")
    if not isinstance(addresses, list) or not 0 < len(addresses) <= redirects.MAX_ADDRESSES:
        raise _BadMetadata(
            "invalid_redirect_uri",
            f"redirect_uris must be a list of 1 to {redirects.MAX_ADDRESSES} addresses",
        )
    for number, address in enumerate(addresses, 1):
        problem = (
            redirects.problem_with(address) if isinstance(address, str) else "is not an address"
        )
        if problem is not None:
            raise _BadMetadata("invalid_redirect_uri", f"redirect address {number} {problem}")
    # What this server decides itself is not read, so that nothing in it can be wrong.
    kept = {"redirect_uris": addresses, "response_types": ["code"], "grant_types": _GRANT_TYPES}
    grants = given.get("grant_types")
    if isinstance(grants, list) and grants and "authorization_code" not in grants:
        kept["grant_types"] = [*map(str, grants)]
    if isinstance(name := given.get("client_name"), str):
        kept["client_name"] = clean_line(name, _MAX_NAME)
    if (kind := given.get("application_type")) in ("web", "native"):
        kept["application_type"] = kind
    method = given.get("token_endpoint_auth_method")
    kept["token_endpoint_auth_method"] = method or "client_secret_basic"
    return kept


def _log(step: str, outcome: str) -> None:
    log.info("sign-in step=%s outcome=%s", step, outcome)


def _bad_request() -> Response:
    return message(
        "This request is not valid",
        "The app sent a request that this server does not accept, or asked it to send you to an "
        "address that the app has not registered. Nothing was connected.",
        _START_AGAIN,
        status=400,
    )


def _refused(location: str) -> Response:
    """The page with an app's error, which the user takes back to it.

    Anyone can register an app with an address of theirs, and a mistake in its request must not turn
    a link to this server into one to that address (RFC 9700, section 4.11.2).
    """
    return message(
        "This request is not valid",
        "The app sent a request that this server does not accept. Nothing was connected.",
        status=400,
        link=(location, f"Go back to {redirects.place(location)}"),
    )


def _too_many_documents(seconds: int) -> Response:
    return message(
        "Too many apps are connecting at once",
        "Nothing was connected. Wait a minute, then start again in the app.",
        status=429,
        headers={"retry-after": str(seconds)},
    )


def _unknown_client(*, described: bool) -> Response:
    """The page for an app whose id is unknown, or leads to no document that can be used."""
    return message(
        "This server does not recognize the app",
        "The app is no longer registered here, or the document that describes it cannot be read. "
        "Nothing was connected.",
        _START_AGAIN if described else "Remove this server from the app, then add it again.",
        status=400,
    )
