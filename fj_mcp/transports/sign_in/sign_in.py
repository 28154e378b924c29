"""Everything for signing in, put together for one server."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, request_response
from starlette.types import ASGIApp

from fj_mcp.api.public_documents import PublicDocuments, reaches_internet_directly
from fj_mcp.settings.predefined_clients import read_clients
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.sign_in.access import Access, AccessVerifier, StoredTokens, bearers
from fj_mcp.transports.sign_in.browsers import Browsers
from fj_mcp.transports.sign_in.clients import Clients
from fj_mcp.transports.sign_in.connections_page import ConnectionsPage
from fj_mcp.transports.sign_in.endpoints import Endpoints
from fj_mcp.transports.sign_in.keys import CheckKey, KeyReader
from fj_mcp.transports.sign_in.limits import Limiter
from fj_mcp.transports.sign_in.metadata import (
    AUTHORIZE,
    CONNECTIONS,
    REGISTER,
    REVOKE,
    SIGN_IN,
    TOKEN,
    Addresses,
    documents,
)
from fj_mcp.transports.sign_in.pages import unavailable
from fj_mcp.transports.sign_in.provider import Provider
from fj_mcp.transports.sign_in.scopes import SCOPES, as_text, scope_of_message, scope_of_tool
from fj_mcp.transports.sign_in.sealing import Sealer
from fj_mcp.transports.sign_in.sign_in_page import SignInPage

ACCESS = "fj_mcp.access"
"""The key of a request's `Access` in its ASGI scope, if it brought a token."""

Handler = Callable[[Request], Awaitable[Response]]
Headers = Sequence[tuple[bytes, bytes]]

_METADATA_SECONDS = 300
_LIST_MILLISECONDS = 60_000


class TokenRefused(Exception):
    """The token of a request is not valid, or not the only credential. The text says what to do."""


class TooNarrow(Exception):
    """A token does not allow what a message needs.

    Attributes:
        challenge: the parameters of the header WWW-Authenticate.
    """

    def __init__(self, challenge: str) -> None:
        super().__init__(
            "Nothing was sent or charged: the user has not allowed this connection to do that. "
            "They can allow it by connecting again."
        )
        self.challenge = challenge


class SignIn:
    """The authorization server in this process, and what tokens allow here."""

    def __init__(
        self,
        settings: Settings,
        database: Callable[[], Database],
        clock: Callable[[], float],
        check_key: CheckKey,
        workspace_of: Callable[[str], str],
    ) -> None:
        """Put everything together; nothing is opened.

        Args:
            settings: with a public address.
            database: finds the one of this process, once the server runs.
            clock: Unix seconds.
            check_key: sends a free request with a key.
            workspace_of: the workspace of a key.

        Raises:
            ValueError: with a message, if the settings do not suffice.
        """
        if settings.state_key is None:
            raise ValueError(
                "The server was not started: signing in needs FJ_STATE_KEY, with which the users' "
                "keys are encrypted. Set it to the output of `openssl rand -hex 32`, and keep it: "
                "all servers that share the database need the same, also after a restart."
            )
        if settings.own_key_only:
            raise ValueError(
                "The server was not started: users cannot sign in, because its settings come from "
                ".env in the folder that it was started in. Start it with --env-file and that file."
            )
        assert settings.public_url is not None
        if settings.oauth_allow_loopback_clients:
            log.warning("FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS is set: use it for tests only")
        self._addresses = addresses = Addresses(settings.public_url)
        store = SignInStore(database, clock)
        sealer = Sealer(settings.state_key.get_secret_value())
        local = settings.oauth_allow_loopback_clients
        reader = PublicDocuments(allow_loopback=local) if reaches_internet_directly() else None
        predefined = read_clients(settings.oauth_clients) if settings.oauth_clients else []
        clients = Clients(store, predefined, reader)
        tokens = StoredTokens(store, sealer, addresses, clock)
        make_provider = partial(
            Provider, store, sealer, addresses, clock, forget_grant=tokens.forget_grant
        )
        provider = make_provider(find_client=clients.find)
        at_token = make_provider(find_client=clients.find_at_token)
        limiter = Limiter(store, sealer, clock)
        browsers = Browsers(store, sealer, addresses, workspace_of, clock)
        keys = KeyReader(limiter, check_key)
        self._verifiers: tuple[AccessVerifier, ...] = (tokens,)
        self._endpoints = Endpoints(clients, provider, at_token, limiter)
        self._sign_in = SignInPage(provider, browsers, keys)
        self._connections = ConnectionsPage(store, addresses, browsers, keys, provider.end)
        self._documents = documents(addresses, reads_documents=reader is not None)
        self.paths = frozenset(route.path for route in self.routes())
        """The paths that need no credentials."""

    def routes(self) -> list[Route]:
        """The routes for the pages, the endpoints and the metadata."""
        calls = self._endpoints
        return [
            *(_open(path, _document(content), "GET") for path, content in self._documents.items()),
            _open(TOKEN, calls.token, "POST"),
            _open(REGISTER, calls.register, "POST"),
            _open(REVOKE, calls.revoke, "POST"),
            Route(AUTHORIZE, calls.authorize, methods=["GET", "POST"]),
            *_page(SIGN_IN, self._sign_in),
            *_page(CONNECTIONS, self._connections),
        ]

    def allowed_tools(self, inner: ServerMiddleware[Any]) -> ServerMiddleware[Any]:
        """Middleware around `inner` that lists only the tools that a token allows."""
        return AllowedTools(inner)

    @property
    def challenge(self) -> str:
        """The parameters of WWW-Authenticate for a request without valid credentials."""
        return self._challenge(SCOPES)

    def _challenge(self, scopes: Iterable[str]) -> str:
        address = self._addresses.resource_metadata
        return f'scope="{as_text(scopes)}", resource_metadata="{address}"'

    async def access(self, headers: Headers) -> Access | None:
        """What a request with these headers may do; None if it brings no token of a known issuer.

        Raises:
            TokenRefused: if its token is not valid.
            StorageUnavailable: if that cannot be found out.
        """
        for token in bearers(headers):
            for verifier in self._verifiers:
                if not verifier.recognizes(token):
                    continue
                if len(bearers(headers)) > 1 or any(name == b"x-fj-api-key" for name, _ in headers):
                    raise TokenRefused("The request has a token and another key: send one.")
                if (access := await verifier.verify(token)) is None:
                    raise TokenRefused("The token is not valid any more: sign in again.")
                return access
        return None

    def check_scope(self, access: Access, message: dict[str, Any]) -> None:
        """Check that a token allows what a JSON-RPC message needs. Raises `TooNarrow`."""
        needed = scope_of_message(message)
        if needed not in access.scopes:
            parameters = self._challenge((*access.scopes, needed))
            raise TooNarrow(f'error="insufficient_scope", {parameters}')


class AllowedTools:
    """Middleware that lists only the tools that the token of a request allows."""

    def __init__(self, inner: ServerMiddleware[Any]) -> None:
        """Args: `inner`: handles the message first."""
        self._inner = inner

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Handle one message."""
        result = await self._inner(ctx, call_next)
        access: Access | None = ctx.request.scope.get(ACCESS) if ctx.request else None
        if access is None or ctx.method != "tools/list" or not isinstance(result, dict):
            return result
        allowed = [tool for tool in result["tools"] if scope_of_tool(tool["name"]) in access.scopes]
        # Other tokens allow other tools, and the next one may allow more.
        own = {"cacheScope": "private", "ttlMs": _LIST_MILLISECONDS} if "ttlMs" in result else {}
        return {**result, **own, "tools": allowed}


def _page(path: str, page: SignInPage | ConnectionsPage) -> list[Route]:
    return [
        Route(path, _available(page.show), methods=["GET"]),
        Route(path, _available(page.answer), methods=["POST"]),
    ]


def _available(handler: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except StorageUnavailable:
            return unavailable()

    return handle


def _document(content: dict[str, Any]) -> Handler:
    async def send(_: Request) -> Response:
        return JSONResponse(content, headers={"cache-control": f"max-age={_METADATA_SECONDS}"})

    return send


def _open(path: str, handler: Handler, method: str) -> Route:
    """A route that web pages of any origin may call; it takes no cookie."""
    app: ASGIApp = CORSMiddleware(
        request_response(handler),
        allow_origins=("*",),
        allow_methods=(method,),
        allow_headers=("*",),
        expose_headers=("WWW-Authenticate", "Retry-After"),
    )
    return Route(path, app, methods=[method, "OPTIONS"])
