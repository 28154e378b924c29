"""Between the gate and signing in: the pages that need no credentials, and tokens for keys."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import anyio
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fj_mcp.api.identity_provider import ProviderUnavailable
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.http.request_bodies import BodyReader, replay
from fj_mcp.transports.http.responses import Responder
from fj_mcp.transports.http.tenants import USER
from fj_mcp.transports.sign_in.access import Access, AccessDenied
from fj_mcp.transports.sign_in.metadata import PAGES
from fj_mcp.transports.sign_in.oauth_errors import error_response
from fj_mcp.transports.sign_in.pages import message
from fj_mcp.transports.sign_in.sign_in import ACCESS, SignIn, TokenRefused, TooNarrow

MAX_AT_ONCE = 200
"""Requests without credentials, so that they leave room for calls."""

MAX_ARRIVING = 1_000
"""Bodies without credentials that are not complete yet; slow ones take no places of others."""

_MAX_BODY_BYTES = 65_536
_SECONDS = 30.0
_ACCESS_SECONDS = 10.0
"""Time to verify a token, so that the call that follows is answered before clients hang up."""

_WELL_KNOWN = "/.well-known/"


class SignedIn:
    """Requests for signing in, and of clients that users have signed in to."""

    def __init__(
        self, sign_in: SignIn, in_flight: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Args: `in_flight` cancels what is within it when the server ends."""
        self._sign_in = sign_in
        self._arriving = 0
        self._in_flight = in_flight
        self._serving = 0

    def serves(self, path: str) -> bool:
        """Whether a path needs no credentials, even one where clients look for metadata in vain."""
        return path in self._sign_in.paths or _WELL_KNOWN in path

    async def serve(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, bodies: BodyReader
    ) -> None:
        """Serve a page, an endpoint or a document for signing in.

        Raises:
            Disconnected: if the client hung up.
        """
        if _WELL_KNOWN in scope["path"]:
            scope = {**scope, "path": scope["path"].removesuffix("/")}
        try:
            await self._serve(app, scope, receive, send, bodies)
        except RequestRejected as rejected:
            await _refusal(scope["path"], rejected)(scope, receive, send)

    async def _serve(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, bodies: BodyReader
    ) -> None:
        body = b""
        if scope["method"] == "POST":
            _check_room(self._arriving, MAX_ARRIVING)
            self._arriving += 1
            try:
                body = await bodies.read(scope, receive, _MAX_BODY_BYTES)
            finally:
                self._arriving -= 1
        _check_room(self._serving, MAX_AT_ONCE)
        self._serving += 1
        try:
            responder = Responder(send, streams=True)
            with self._in_flight(), anyio.move_on_after(_SECONDS):
                await app(scope, replay(body, receive), responder)
        finally:
            self._serving -= 1
        if not await responder.end():
            raise RequestRejected(
                503, "The server did not finish in time: try again.", {"retry-after": "5"}
            )

    async def access(self, scope: dict[str, Any]) -> Access | None:
        """What a request may do; None if it brings no token.

        Raises:
            RequestRejected: 401, 403 or 503.
        """
        try:
            with anyio.fail_after(_ACCESS_SECONDS):
                access = await self._sign_in.access(HTTPConnection(scope))
        except TokenRefused as refused:
            challenge = 'Bearer realm="fj-mcp", error="invalid_token"'
            raise RequestRejected(401, str(refused), {"www-authenticate": challenge}) from None
        except AccessDenied as denied:
            raise RequestRejected(403, str(denied)) from None
        except StorageUnavailable:
            raise _unavailable("its database") from None
        except (ProviderUnavailable, TimeoutError) as reason:
            log.info("sign-in step=call outcome=503 reason=%s", reason)
            # With 401, clients would make all users sign in again.
            raise _unavailable("the company's identity provider") from None
        scope[ACCESS] = access
        scope[USER] = access.person if access else None
        return access

    def check_scope(self, access: Access | None, message: dict[str, Any]) -> None:
        """Check that a request may do what its message needs; without a token it may do all.

        Raises:
            RequestRejected: 403.
        """
        if access is None:
            return
        try:
            self._sign_in.check_scope(access, message)
        except TooNarrow as narrow:
            challenge = {"www-authenticate": f'Bearer realm="fj-mcp", {narrow.challenge}'}
            request_id = message.get("id")
            raise RequestRejected(403, str(narrow), challenge, request_id=request_id) from None

    def explain(self, rejected: RequestRejected) -> None:
        """Say in a response how a client gets a token, and in the log that it has none."""
        if rejected.status in (401, 403):
            log.info("sign-in step=call outcome=%d", rejected.status)
        if rejected.status == 401:
            rejected.headers["www-authenticate"] += f", {self._sign_in.challenge}"


def _unavailable(what: str) -> RequestRejected:
    return RequestRejected(
        503, f"The server cannot reach {what}: try again in a minute.", {"retry-after": "60"}
    )


def _check_room(taken: int, most: int) -> None:
    if taken >= most:
        raise RequestRejected(
            503, "Too many users are signing in: try again in a few seconds.", {"retry-after": "5"}
        )


def _refusal(path: str, rejected: RequestRejected) -> Response:
    """A refusal as users and OAuth clients read it."""
    headers = {"connection": "close", **rejected.headers}
    if path in PAGES:
        return message("Sign-in failed", str(rejected), status=rejected.status, headers=headers)
    error = "temporarily_unavailable" if rejected.status == 503 else "invalid_request"
    # This is before the routes, which say the same of their own responses.
    readable = {"access-control-allow-origin": "*", "access-control-expose-headers": "Retry-After"}
    return error_response(error, str(rejected), rejected.status, headers | readable)
