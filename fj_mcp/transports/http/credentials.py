"""The key of a request: the one it brings, or the server's if the request may use it."""

import hmac
from dataclasses import dataclass

from starlette.types import Scope

from fj_mcp.settings.settings import KEY_HEADER, KEY_SHAPE, Settings
from fj_mcp.settings.sign_in import is_loopback
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.request_headers import Headers, bearers

_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")

HOW_TO_BRING_A_KEY = (
    "Send your FutureJobs key with every request, as x-fj-api-key: fjk_… or as Authorization: "
    "Bearer fjk_…"
)
HOW_TO_ADD_A_KEY = (
    "Send your FutureJobs key along with this server's token in every request, as x-fj-api-key: "
    "fjk_…"
)
HOW_TO_SIGN_IN_WITH_A_KEY = (
    "Sign in: reconnect this server in your client, or send your FutureJobs key with every "
    "request, as x-fj-api-key: fjk_… or as Authorization: Bearer fjk_…"
)
HOW_TO_BE_LET_IN = (
    "Send this server's token (FJ_HTTP_TOKEN) with every request, as Authorization: Bearer …"
)
HOW_TO_SIGN_IN_OR_BE_LET_IN = (
    "Sign in: reconnect this server in your client, or send this server's token "
    "(FJ_HTTP_TOKEN) with every request, as Authorization: Bearer …"
)
HOW_TO_SIGN_IN = (
    "Sign in with your company's account, or send your own FutureJobs key with every request, as "
    "x-fj-api-key: fjk_…"
)

_OWN_KEY_ONLY = (
    "This server accepts only its own key, because its settings come from .env in the folder it "
    "was started in. To accept others, start it with --env-file and that file."
)


@dataclass(frozen=True)
class Credentials:
    """The credentials that requests must have.

    Attributes:
        key: the server's own, for requests without one; None if it has none.
        token: required in every request, if not None.
        exposed: whether a request that seems local may come from another machine.
        own_key_only: whether requests may use only the server's own key.
        company: whether the server's own key is for those who bring a token of the company's
            identity provider, or `token`.
        signs_in: whether users can sign in with keys of their own.
    """

    key: str | None
    token: bytes | None
    exposed: bool
    own_key_only: bool = False
    company: bool = False
    signs_in: bool = False

    @classmethod
    def of(cls, settings: Settings, *, exposed: bool) -> "Credentials":
        """The credentials that `settings` require.

        Raises:
            ValueError: with a message, if anyone could spend the server's credits.
        """
        company = settings.oauth_issuer is not None
        guarded = settings.http_token or company or settings.sandbox
        if exposed and settings.api_key and not guarded:
            raise ValueError(
                "Anyone who can reach this server could spend the credits of FJ_API_KEY: set "
                "FJ_HTTP_TOKEN, which every request must then send; or unset FJ_API_KEY, so that "
                "each request brings its own key; or listen on 127.0.0.1 only."
            )
        token = settings.http_token.get_secret_value().encode() if settings.http_token else None
        signs_in = settings.signs_in_with_keys
        return cls(settings.key, token, exposed, settings.own_key_only, company, signs_in)

    def key_of(self, scope: Scope) -> str:
        """The key to use for a request.

        Raises:
            RequestRejected: 401, if the key or the token is missing or wrong.
        """
        headers: Headers = scope["headers"]
        keys = {value.strip() for name, value in headers if name == KEY_HEADER.encode()}
        tokens = {*bearers(headers)}
        if self.token is None:
            keys |= tokens
        elif len(tokens) != 1 or not hmac.compare_digest(self.token, *tokens):
            signs_in = self.company or self.signs_in
            how = HOW_TO_SIGN_IN_OR_BE_LET_IN if signs_in else HOW_TO_BE_LET_IN
            raise _unauthorized(how, wrong=bool(tokens))
        # A token leaves one header for the key.
        bring = HOW_TO_BRING_A_KEY if self.token is None else HOW_TO_ADD_A_KEY
        if not keys and self.key is not None and (self.token or self._is_local(scope)):
            return self.key
        if not keys:
            by_signing_in = self.signs_in and self.token is None
            how = HOW_TO_SIGN_IN_WITH_A_KEY if by_signing_in else bring
            raise _unauthorized(HOW_TO_SIGN_IN if self.company else how, wrong=False)
        key = keys.pop().decode("latin-1")
        if keys:
            raise _unauthorized("The request has two different keys: send only one.", wrong=True)
        if not KEY_SHAPE.fullmatch(key):
            raise _unauthorized(f"That is not a FutureJobs key. {bring}", wrong=True)
        if self.own_key_only and key != self.key:
            raise _unauthorized(_OWN_KEY_ONLY, wrong=True)
        return key

    def _is_local(self, scope: Scope) -> bool:
        # The app may be served at another address than `exposed` knows of, or behind a proxy.
        client = scope.get("client")
        forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
        # Only a refusal lets a client ask its user to sign in.
        exposed = self.exposed or self.company or self.signs_in or forwarded
        return not exposed and client is not None and is_loopback(client[0])


def _unauthorized(message: str, *, wrong: bool) -> RequestRejected:
    error = ', error="invalid_token"' if wrong else ""
    return RequestRejected(401, message, {"www-authenticate": f'Bearer realm="fj-mcp"{error}'})
