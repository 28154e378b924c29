"""The SDK's own OAuth client, which knows no more than an address."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

CALLBACK_HERE = "http://127.0.0.1:9999/callback"


@dataclass
class Remembered:
    """What a client stores."""

    tokens: OAuthToken | None = None
    info: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.info

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.info = client_info


def known_client(client_id: str, secret: str) -> OAuthClientInformationFull:
    """What the user has typed in about a client that need not register."""
    return OAuthClientInformationFull(
        client_id=client_id,
        client_secret=secret,
        token_endpoint_auth_method="client_secret_basic",
        redirect_uris=[AnyUrl(CALLBACK_HERE)],
    )


@dataclass
class SdkClient:
    """A client on the user's computer.

    Attributes:
        address: of MCP.
        browse: opens a link for the user; returns what the client is sent back.
        document: the address that describes the client, if it has one.
        issuer: that it is told, instead of the one it was sent back.
    """

    address: str
    browse: Callable[[str], Awaitable[dict[str, str]]]
    document: str | None = None
    stored: Remembered = field(default_factory=Remembered)
    issuer: str | None = None
    _back: dict[str, str] = field(default_factory=dict)
    _auth: OAuthClientProvider | None = None

    def expire(self) -> None:
        """Let the access token be too old for the client, as after an hour."""
        assert self._auth is not None
        self._auth.context.token_expiry_time = 1.0

    async def _open_browser(self, link: str) -> None:
        self._back = await self.browse(link)

    async def _sent_back(self) -> AuthorizationCodeResult:
        issuer = self.issuer or self._back["iss"]
        return AuthorizationCodeResult(
            code=self._back["code"], state=self._back["state"], iss=issuer
        )

    @asynccontextmanager
    async def connected(self, era: str) -> AsyncIterator[Client]:
        """Connect, and sign in if the server asks for it."""
        auth = self._auth = OAuthClientProvider(
            self.address,
            OAuthClientMetadata(redirect_uris=[AnyUrl(CALLBACK_HERE)], client_name="Assistant"),
            self.stored,
            self._open_browser,
            self._sent_back,
            client_metadata_url=self.document,
        )
        async with connected_with(self.address, auth, era) as client:
            yield client


@asynccontextmanager
async def connected_with(address: str, auth: httpx2.Auth, era: str) -> AsyncIterator[Client]:
    """Connect, each request on a connection of its own."""
    async with httpx2.AsyncClient(
        auth=auth,
        limits=httpx2.Limits(max_keepalive_connections=0),
        timeout=60,
        trust_env=False,
    ) as http:
        transport = streamable_http_client(address, http_client=http)
        async with Client(transport, mode=era) as client:
            yield client
