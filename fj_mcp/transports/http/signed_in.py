"""Between the gate and signing in: the pages that need no credentials, and tokens for keys."""

from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.http.request_bodies import BodyReader, replay
from fj_mcp.transports.http.responses import Responder
from fj_mcp.transports.sign_in.access import Access
from fj_mcp.transports.sign_in.metadata import PAGES
from fj_mcp.transports.sign_in.oauth_errors import error_response
from fj_mcp.transports.sign_in.pages import message
from fj_mcp.transports.sign_in.sign_in import ACCESS, SignIn, TokenRefused, TooNarrow

MAX_AT_ONCE = 200
"""Requests without credentials, so that they leave room for calls."""

_MAX_BODY_BYTES = 65_536
_SECONDS = 30.0
_WELL_KNOWN = "/.well-known/"


class SignedIn:
    """What the gate asks about requests of clients that users have signed in to."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._serving = 0

    def serves(self, path: str) -> bool:
        """Whether a path needs no credentials; nothing is where clients only look for metadata."""
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
        if self._serving >= MAX_AT_ONCE:
            raise RequestRejected(
                503, "Too many users are signing in: try again.", {"retry-after": "5"}
            )
        self._serving += 1
        try:
            posted = scope["method"] == "POST"
            body = await bodies.read(scope, receive, _MAX_BODY_BYTES) if posted else b""
            responder = Responder(send, streams=True)
            await responder.run(app, scope, replay(body, receive), _SECONDS)
        finally:
            self._serving -= 1

    async def access(self, scope: dict[str, Any]) -> Access | None:
        """What a request may do; None if it brings no token.

        Raises:
            RequestRejected: 401 or 503.
        """
        try:
            access = await self._sign_in.access(scope["headers"])
        except TokenRefused as refused:
            challenge = 'Bearer realm="fj-mcp", error="invalid_token"'
            raise RequestRejected(401, str(refused), {"www-authenticate": challenge}) from None
        except StorageUnavailable:
            raise RequestRejected(
                503,
                "The server cannot reach its database: send it again in a minute.",
                {"retry-after": "60"},
            ) from None
        scope[ACCESS] = access
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


def _refusal(path: str, rejected: RequestRejected) -> Response:
    """A refusal as users and OAuth clients read it."""
    headers = {"connection": "close", **rejected.headers}
    if path in PAGES:
        return message(
            "Signing in did not work", str(rejected), status=rejected.status, headers=headers
        )
    error = "temporarily_unavailable" if rejected.status == 503 else "invalid_request"
    return error_response(error, str(rejected), rejected.status, headers)
