"""What the SDK's handlers need of an authorization server: clients, codes and tokens."""

import re
import secrets
from collections.abc import Awaitable, Callable

import msgspec
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from msgspec import Struct
from pydantic import AnyUrl, ConfigDict

from fj_mcp.storage.sign_in.records import Client, Grant, Token
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.transports.sign_in import redirects
from fj_mcp.transports.sign_in.clients import KnownClient, Source, registered_metadata
from fj_mcp.transports.sign_in.forms import with_query
from fj_mcp.transports.sign_in.metadata import SIGN_IN, Addresses
from fj_mcp.transports.sign_in.scopes import as_text
from fj_mcp.transports.sign_in.sealing import Sealer, digest, secret_digest

ACCESS_PREFIX = "fjmt_"
_REFRESH_PREFIX, _CODE_PREFIX = "fjmr_", "fjmc_"

CODE_SECONDS = 60.0
ACCESS_SECONDS = 3_600.0
REFRESH_SECONDS = 60 * 86_400.0
GRACE_SECONDS = 10.0
"""How long a refresh token may be used again by a client that has lost the response."""

QUESTION_SECONDS = 1_800.0
"""How long the user may take on the page."""

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_MAX_QUESTION = 8_000
"""Characters, so that the page's address is not longer than browsers and proxies take."""

_QUESTION = "question"


class Question(Struct, frozen=True):
    """What a client asks of the user, as the page's address carries it, sealed.

    Attributes:
        source: how the client is known.
        host: of the document that describes the client.
    """

    client_id: str
    client_name: str
    source: Source
    host: str
    redirect_uri: str
    challenge: str
    scopes: list[str]
    state: str | None
    asked_at: float


class _CodeRequest(Struct, frozen=True):
    """What a code is bound to."""

    redirect_uri: str
    challenge: str


_WITH_RECORDS = ConfigDict(arbitrary_types_allowed=True)


class StoredCode(AuthorizationCode):
    """A code, with its record."""

    model_config = _WITH_RECORDS
    stored: Token


class StoredRefreshToken(RefreshToken):
    """A refresh token, with its record and its grant's."""

    model_config = _WITH_RECORDS
    stored: Token
    grant: Grant


class StoredAccessToken(AccessToken):
    """An access token, with the record of its grant."""

    model_config = _WITH_RECORDS
    grant: Grant


class Provider(OAuthAuthorizationServerProvider[StoredCode, StoredRefreshToken, StoredAccessToken]):
    """Every method raises `StorageUnavailable` if the database cannot be used."""

    def __init__(
        self,
        store: SignInStore,
        sealer: Sealer,
        addresses: Addresses,
        clock: Callable[[], float],
        *,
        find_client: Callable[[str], Awaitable[KnownClient | None]],
        forget_grant: Callable[[str], None],
    ) -> None:
        """Open nothing yet.

        Args:
            store: of clients, grants and tokens.
            sealer: of keys and of the page's address.
            addresses: of this server.
            clock: Unix seconds.
            find_client: by its id.
            forget_grant: called with the id of each grant that ends.
        """
        self._store = store
        self._sealer = sealer
        self.addresses = addresses
        self._clock = clock
        self._find_client = find_client
        self._forget_grant = forget_grant

    async def get_client(self, client_id: str) -> KnownClient | None:
        """A client; None if it is unknown."""
        return await self._find_client(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Keep a registration."""
        secret = client_info.client_secret
        client = Client(
            client_info.client_id,
            registered_metadata(client_info),
            secret_digest(secret) if secret else None,
            self._clock(),
        )
        await self._store.add_client(client)

    async def authorize(
        self, client: OAuthClientInformationFull, params: AuthorizationParams
    ) -> str:
        """The address of the page for a client's request.

        Raises:
            AuthorizeError: if the client asks for something that this server does not have.
        """
        assert isinstance(client, KnownClient)
        if not self.addresses.is_resource(params.resource):
            raise AuthorizeError("invalid_target", f"resource must be {self.addresses.resource}")
        if not _CHALLENGE.fullmatch(params.code_challenge):
            raise AuthorizeError("invalid_request", "code_challenge must be an S256 challenge")
        question = Question(
            client_id=client.client_id,
            client_name=client.shown_name,
            source=client.source,
            host=client.host,
            redirect_uri=str(params.redirect_uri),
            challenge=params.code_challenge,
            scopes=params.scopes or [],
            state=params.state,
            asked_at=self._clock(),
        )
        text = msgspec.json.encode(question).decode()
        sealed = self._sealer.seal(_QUESTION, text, self.addresses.issuer)
        if len(sealed) > _MAX_QUESTION:
            raise AuthorizeError("invalid_request", "state or redirect_uri is too long")
        return with_query(self.addresses.of(SIGN_IN), [("request", sealed)])

    def question(self, sealed: str) -> Question | None:
        """The request that a page's address carries; None if it is damaged or too old."""
        found = self._sealer.unseal(_QUESTION, sealed, self.addresses.issuer)
        try:
            question = msgspec.json.decode(found or "", type=Question)
        except msgspec.MsgspecError:
            # Another version of the server may have sealed it.
            return None
        return question if self._clock() - question.asked_at < QUESTION_SECONDS else None

    async def allow(
        self, question: Question, key: str, workspace: str, browser: str, scopes: list[str]
    ) -> str:
        """Record the user's answer, and return the code for the client.

        Args:
            question: that was answered.
            key: of FutureJobs, which stands behind the tokens.
            workspace: of the key.
            browser: the digest of the browser's cookie.
            scopes: that the user allows.
        """
        grant_id = secrets.token_hex(16)
        now = self._clock()
        grant = Grant(
            grant_id=grant_id,
            workspace=workspace,
            client_id=question.client_id,
            client_name=question.client_name,
            place=redirects.place(question.redirect_uri),
            browser=browser,
            scopes=as_text(scopes),
            resource=self.addresses.resource,
            sealed_key=self._sealer.seal_key(key, grant_id),
            created_at=now,
        )
        code = _CODE_PREFIX + secrets.token_urlsafe(32)
        request = _CodeRequest(question.redirect_uri, question.challenge)
        stored = Token(
            digest=digest(code),
            grant_id=grant_id,
            kind="code",
            scopes=grant.scopes,
            expires_at=now + CODE_SECONDS,
            request=msgspec.json.encode(request).decode(),
        )
        await self._store.allow(grant, stored)
        return code

    async def allowed_before(self, question: Question, browser: str) -> Grant | None:
        """What this very client was allowed in a browser before."""
        place = redirects.place(question.redirect_uri)
        return await self._store.allowed_in(browser, question.client_id, place)

    async def redirect_of(self, code: str) -> str | None:
        """The address that a code was sent to; None for an unknown one."""
        found = await self._store.token(digest(code), "code")
        return _request_of(found[0]).redirect_uri if found else None

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> StoredCode | None:
        """A client's code. If it was used before, its grant ends."""
        found = await self._store.token(digest(authorization_code), "code")
        if found is None or found[1].client_id != client.client_id:
            return None
        token, grant = found
        if token.used_at is not None:
            await self.end(grant.grant_id)
            return None
        request = _request_of(token)
        return StoredCode(
            code=authorization_code,
            scopes=token.scopes.split(),
            expires_at=float("inf"),  # an expired one is not found
            client_id=grant.client_id,
            code_challenge=request.challenge,
            redirect_uri=AnyUrl(request.redirect_uri),
            redirect_uri_provided_explicitly=True,
            resource=grant.resource,
            stored=token,
        )

    async def exchange_authorization_code(
        self,
        client: OAuthClientInformationFull,  # noqa: ARG002
        authorization_code: StoredCode,
    ) -> OAuthToken:
        """Tokens for a code.

        Raises:
            TokenError: if it was used in the meantime.
        """
        code = authorization_code.stored
        issued, response = self._issue(code.grant_id, code.scopes, code.scopes)
        if not await self._store.exchange(code, issued):
            self._forget_grant(code.grant_id)
            raise TokenError("invalid_grant", "the code was already used")
        return response

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> StoredRefreshToken | None:
        """A refresh token of a client."""
        found = await self._store.token(digest(refresh_token), "refresh")
        if found is None or found[1].client_id != client.client_id:
            return None
        token, grant = found
        return StoredRefreshToken(
            token=refresh_token,
            client_id=grant.client_id,
            scopes=token.scopes.split(),
            resource=grant.resource,
            stored=token,
            grant=grant,
        )

    async def exchange_refresh_token(
        self,
        client: OAuthClientInformationFull,  # noqa: ARG002
        refresh_token: StoredRefreshToken,
        scopes: list[str],
    ) -> OAuthToken:
        """New tokens for a refresh token.

        Raises:
            TokenError: if it was used before, or its grant can no longer be used.
        """
        grant = refresh_token.grant
        if self._sealer.unseal_key(grant.sealed_key, grant.grant_id) is None:
            # Tokens without a key would be refused, and refreshed again.
            raise TokenError("invalid_grant", "the user must sign in again")
        stored = refresh_token.stored
        issued, response = self._issue(grant.grant_id, as_text(scopes), stored.scopes)
        if not await self._store.exchange(stored, issued, grace_seconds=GRACE_SECONDS):
            self._forget_grant(grant.grant_id)
            raise TokenError("invalid_grant", "the refresh token was already used")
        return response

    async def load_access_token(self, token: str) -> StoredAccessToken | None:
        """An access token."""
        found = await self._store.token(digest(token), "access")
        if found is None:
            return None
        stored, grant = found
        return StoredAccessToken(
            token=token,
            client_id=grant.client_id,
            scopes=stored.scopes.split(),
            resource=grant.resource,
            subject=grant.person,
            grant=grant,
        )

    async def revoke_token(self, token: StoredAccessToken | StoredRefreshToken) -> None:
        """End the grant of a token."""
        await self.end(token.grant.grant_id)

    async def end(self, grant_id: str) -> None:
        """End a grant, with all its tokens."""
        await self._store.remove_grant(grant_id)
        self._forget_grant(grant_id)

    def _issue(self, grant_id: str, scopes: str, all_scopes: str) -> tuple[list[Token], OAuthToken]:
        """New tokens: their records, and the response to the client."""
        access = self._sealer.new_token(ACCESS_PREFIX)
        refresh = _REFRESH_PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        records = [
            Token(digest(access), grant_id, "access", scopes, now + ACCESS_SECONDS),
            Token(digest(refresh), grant_id, "refresh", all_scopes, now + REFRESH_SECONDS),
        ]
        response = OAuthToken(
            access_token=access,
            expires_in=int(ACCESS_SECONDS),
            scope=scopes,
            refresh_token=refresh,
        )
        return records, response


def _request_of(code: Token) -> _CodeRequest:
    return msgspec.json.decode(code.request or "", type=_CodeRequest)
