"""What a token allows in requests to MCP."""

from collections.abc import Iterable, Sequence
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from starlette.requests import HTTPConnection
from starlette.routing import Route

from fj_mcp.settings.settings import KEY_HEADER
from fj_mcp.transports.request_headers import bearers
from fj_mcp.transports.sign_in.access import Access, AccessVerifier
from fj_mcp.transports.sign_in.metadata import Addresses
from fj_mcp.transports.sign_in.scopes import (
    SCOPES,
    in_order,
    prefixed,
    scope_of_message,
    scope_of_tool,
)

ACCESS = "fj_mcp.access"
"""The key of a request's `Access` in its ASGI scope, if it brought a token."""

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
    """What tokens allow here, and the paths that clients need before they have one."""

    def __init__(
        self,
        addresses: Addresses,
        verifiers: Sequence[AccessVerifier],
        routes: Sequence[Route],
        scope_prefix: str = "",
    ) -> None:
        """Put everything together; nothing is opened.

        Args:
            addresses: of this server.
            verifiers: of the tokens that are accepted; the first that recognizes one verifies it.
            routes: for the pages, the endpoints and the metadata.
            scope_prefix: in front of the scopes that clients are told to ask for.
        """
        self._addresses = addresses
        self._verifiers = verifiers
        self._scope_prefix = scope_prefix
        self.routes = routes
        self.paths = frozenset(route.path for route in routes)
        """The paths that need no credentials."""

    @property
    def challenge(self) -> str:
        """The parameters of WWW-Authenticate for a request without valid credentials."""
        return self._challenge(SCOPES)

    def _challenge(self, scopes: Iterable[str]) -> str:
        named = " ".join(prefixed(in_order(set(scopes)), self._scope_prefix))
        return f'scope="{named}", resource_metadata="{self._addresses.resource_metadata}"'

    async def access(self, request: HTTPConnection) -> Access | None:
        """What a request may do; None if it brings no token of a known issuer.

        Raises:
            TokenRefused: if its token is not valid.
            AccessDenied: if the user may not use this server.
            StorageUnavailable: if that cannot be found out.
            ProviderUnavailable: likewise.
        """
        tokens = [token.decode("latin-1") for token in bearers(request.scope["headers"])]
        for token in tokens:
            for verifier in self._verifiers:
                if not verifier.recognizes(token):
                    continue
                if len(tokens) > 1 or KEY_HEADER in request.headers:
                    raise TokenRefused("The request has more than one token or key: send only one.")
                if (access := await verifier.verify(token, request)) is None:
                    raise TokenRefused("The token is no longer valid: sign in again.")
                return access
        return None

    def check_scope(self, access: Access, message: dict[str, Any]) -> None:
        """Check that a token allows what a JSON-RPC message needs. Raises `TooNarrow`."""
        needed = scope_of_message(message)
        if needed not in access.scopes:
            parameters = self._challenge((*access.scopes, needed))
            raise TooNarrow(f'error="insufficient_scope", {parameters}')


def with_allowed_tools(inner: ServerMiddleware[Any]) -> ServerMiddleware[Any]:
    """Middleware around `inner` that lists only the tools that the token of a request allows."""

    async def handle(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await inner(ctx, call_next)
        access: Access | None = ctx.request.scope.get(ACCESS) if ctx.request else None
        if access is None or ctx.method != "tools/list" or not isinstance(result, dict):
            return result
        allowed = [tool for tool in result["tools"] if scope_of_tool(tool["name"]) in access.scopes]
        # Other tokens allow other tools, and the next one may allow more.
        own = {"cacheScope": "private", "ttlMs": _LIST_MILLISECONDS} if "ttlMs" in result else {}
        return {**result, **own, "tools": allowed}

    return handle
