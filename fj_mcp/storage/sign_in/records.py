"""The records of signing in. Moments are in Unix seconds, scopes separated by spaces."""

from typing import Literal

from msgspec import Struct

UNUSED_CLIENT_SECONDS = 3_600.0
"""How long a registration is kept if no user has allowed it anything."""

CLIENT_SECONDS = 90 * 86_400.0
"""How long a registration is kept after its last use."""

BROWSER_SECONDS = 30 * 86_400.0
"""How long a browser stays signed in after its last use."""

TokenKind = Literal["code", "access", "refresh"]


class Client(Struct, frozen=True):
    """A client that registered itself.

    Attributes:
        metadata: JSON, as it registered.
        used_at: None until a user has allowed it something.
    """

    client_id: str
    metadata: str
    secret_digest: str | None
    created_at: float
    used_at: float | None = None


class Grant(Struct, frozen=True):
    """What a user has allowed a client.

    Attributes:
        workspace: of the key.
        place: where the user was sent back to, as the page shows it.
        browser: the digest of the cookie of the browser it was allowed in.
        person: who the user is, if an identity provider says so.
        resource: the address of MCP that its tokens are for.
        used_at: when tokens were last issued; None before the first ones.
    """

    grant_id: str
    workspace: str
    client_id: str
    client_name: str
    place: str
    browser: str
    scopes: str
    resource: str
    sealed_key: str
    created_at: float
    used_at: float | None = None
    person: str | None = None


class Token(Struct, frozen=True):
    """A code or a token of a grant.

    Attributes:
        request: JSON of the request that a code belongs to.
        used_at: when a code or a refresh token was first exchanged.
    """

    digest: str
    grant_id: str
    kind: TokenKind
    scopes: str
    expires_at: float
    request: str | None = None
    used_at: float | None = None


class Browser(Struct, frozen=True):
    """A browser that is signed in, by the digest of its cookie."""

    digest: str
    workspace: str
    sealed_key: str
    used_at: float


class Attempts(Struct, frozen=True):
    """How often something was tried, and when it counts from one again."""

    count: int
    until: float
