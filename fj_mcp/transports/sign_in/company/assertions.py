"""Enterprise-managed authorization: tokens for identity assertions (ID-JAG, RFC 7523).

The identity provider signs an assertion that one client may act for one user at this server. The
client exchanges it here for a token, and gets a new assertion when that has expired.
"""

import secrets
from collections.abc import Callable, Sequence

import msgspec
from mcp.server.auth.provider import IdentityAssertionParams, TokenError
from mcp.shared.auth import JWT_BEARER_GRANT_TYPE, OAuthClientInformationFull, OAuthToken

from fj_mcp.settings.predefined_clients import PredefinedClient
from fj_mcp.storage.sign_in.records import Grant, Token
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.transports.sign_in.access import Access, AccessDenied, StoredTokens
from fj_mcp.transports.sign_in.clients import KnownClient
from fj_mcp.transports.sign_in.company.claims import Claims
from fj_mcp.transports.sign_in.company.policy import Policy
from fj_mcp.transports.sign_in.company.published import Published
from fj_mcp.transports.sign_in.company.signed_tokens import LEEWAY_SECONDS, verified_claims
from fj_mcp.transports.sign_in.company.tokens import NotValid
from fj_mcp.transports.sign_in.metadata import Addresses
from fj_mcp.transports.sign_in.provider import ACCESS_PREFIX, ACCESS_SECONDS, Provider
from fj_mcp.transports.sign_in.scopes import as_text
from fj_mcp.transports.sign_in.sealing import Sealer, digest, secret_digest

_TYPE = ("oauth-id-jag+jwt",)
_KEY = "asserted key"
"""The purpose of the sealed key. Users' own keys have another, and so no token of one kind is ever
taken for one of the other."""

_MAX_SECONDS = 3_600.0
"""The longest time for which an assertion may be valid, and its use remembered."""


class AssertionProvider(Provider):
    """Issues tokens for assertions, and for nothing else."""

    def __init__(
        self,
        store: SignInStore,
        sealer: Sealer,
        addresses: Addresses,
        clock: Callable[[], float],
        *,
        clients: Sequence[PredefinedClient],
        published: Published,
        policy: Policy,
        workspace: str,
    ) -> None:
        """Open nothing yet.

        Args:
            store: of grants and tokens.
            sealer: of the key.
            addresses: of this server.
            clock: Unix seconds.
            clients: that may present assertions.
            published: of the identity provider that signs them.
            policy: who may use this server.
            workspace: of the key that all of them work with.
        """
        known = {one.client_id: _client(one) for one in clients if one.client_secret}

        async def find_client(client_id: str) -> KnownClient | None:
            return known.get(client_id)

        super().__init__(
            store,
            sealer,
            addresses,
            clock,
            find_client=find_client,
            forget_grant=lambda _: None,
        )
        self._published = published
        self._policy = policy
        self._workspace = workspace

    async def exchange_identity_assertion(
        self, client: OAuthClientInformationFull, params: IdentityAssertionParams
    ) -> OAuthToken:
        """A token for an assertion.

        Raises:
            TokenError: if the assertion is not valid here.
            StorageUnavailable: if the database cannot be used.
            ProviderUnavailable: if the identity provider's keys cannot be read.
        """
        claims = await self._verified(params.assertion, client)
        try:
            access = self._policy.access(claims)
        except AccessDenied as denied:
            raise TokenError("invalid_grant", str(denied)) from None
        if access is None or access.person is None:
            raise TokenError("invalid_grant", "the assertion names no user")
        wanted = params.scopes or access.scopes
        scopes = as_text(scope for scope in access.scopes if scope in wanted)
        if not scopes:
            raise TokenError("invalid_scope", "the assertion allows none of these scopes")
        await self._use_once(claims)
        return await self._issue_for(access, scopes, client)

    async def _verified(self, assertion: str, client: OAuthClientInformationFull) -> Claims:
        """The claims of an assertion. Raises `TokenError`, `ProviderUnavailable`."""
        issuer = self.addresses.issuer
        # An issuer may be written with a slash at its end.
        audiences = (issuer, f"{issuer}/")
        try:
            claims = await verified_claims(self._published, assertion, audiences, _TYPE)
        except NotValid as reason:
            raise TokenError("invalid_grant", f"the assertion is not valid: {reason}") from None
        if claims.get("client_id") != client.client_id:
            raise TokenError("invalid_grant", "the assertion is for another client")
        resource = claims.get("resource")
        if not isinstance(resource, str) or not self.addresses.is_resource(resource):
            raise TokenError("invalid_target", "the assertion is for another resource")
        return claims

    async def _use_once(self, claims: Claims) -> None:
        """Remember an assertion for as long as it is valid. Raises `TokenError`."""
        name, seconds = claims.get("jti"), claims["exp"] - self._clock()
        named = isinstance(name, str) and name != "" and name.isprintable()
        if not named or seconds > _MAX_SECONDS:
            raise TokenError("invalid_grant", "the assertion needs a jti, and a shorter lifetime")
        subject = digest(f"assertion {self._published.issuer} {name}")
        used = await self._store.count_attempt(subject, seconds + 2 * LEEWAY_SECONDS)
        if used.count > 1:
            raise TokenError("invalid_grant", "the assertion was already used")

    async def _issue_for(
        self, access: Access, scopes: str, client: OAuthClientInformationFull
    ) -> OAuthToken:
        grant_id = secrets.token_hex(16)
        token = self._sealer.new_token(ACCESS_PREFIX)
        now = self._clock()
        grant = Grant(
            grant_id=grant_id,
            workspace=self._workspace,
            client_id=client.client_id,
            client_name=client.client_name or client.client_id,
            place="",
            browser="",
            scopes=scopes,
            resource=self.addresses.resource,
            sealed_key=self._sealer.seal(_KEY, access.key, grant_id),
            created_at=now,
            person=msgspec.json.encode(access.person).decode(),
        )
        record = Token(digest(token), grant_id, "access", scopes, now + ACCESS_SECONDS)
        await self._store.allow(grant, record)
        return OAuthToken(access_token=token, expires_in=int(ACCESS_SECONDS), scope=scopes)


class AssertedTokens(StoredTokens):
    """Verifies tokens that were issued for assertions. An `AccessVerifier`."""

    def __init__(
        self,
        store: SignInStore,
        sealer: Sealer,
        addresses: Addresses,
        clock: Callable[[], float],
        key: str,
    ) -> None:
        """Args: `key`: the server's own."""
        super().__init__(store, sealer, addresses, clock)
        self._key = key

    def key_of(self, grant: Grant) -> str | None:
        """The server's own key, for a grant that was made with it."""
        key = self.sealer.unseal(_KEY, grant.sealed_key, grant.grant_id)
        return key if key == self._key else None


def _client(one: PredefinedClient) -> KnownClient:
    return KnownClient(
        source="operator",
        client_id=one.client_id,
        client_name=one.name or one.client_id,
        client_secret=secret_digest(one.client_secret or ""),
        redirect_uris=None,
        grant_types=[JWT_BEARER_GRANT_TYPE],
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method
    )
