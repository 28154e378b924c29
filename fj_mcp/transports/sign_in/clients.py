"""The clients that may ask users to sign in: set up by the operator, described by a document of
their own, or registered.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from cachetools import TLRUCache
from mcp.shared.auth import InvalidRedirectUriError, OAuthClientInformationFull
from msgspec import Struct
from pydantic import AnyUrl, ValidationError

from fj_mcp.api.public_documents import NotRead, PublicDocuments
from fj_mcp.clock import Elapsed
from fj_mcp.settings.predefined_clients import PredefinedClient
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.telemetry.logs import log
from fj_mcp.text import lenient
from fj_mcp.text.cleaning import clean_line
from fj_mcp.transports.sign_in import redirects
from fj_mcp.transports.sign_in.scopes import SCOPES, in_order
from fj_mcp.transports.sign_in.sealing import secret_digest

Source = Literal["operator", "document", "registration"]

_MAX_NAME = 60
_MAX_ID = 2_000
_REGISTERED_ID = re.compile(r"[0-9a-f-]{36}")
_DOCUMENTS_KEPT = 1_000

_SHARED_SECRETS = ("client_secret_post", "client_secret_basic", "client_secret_jwt")


class KnownClient(OAuthClientInformationFull):
    """A client, by the rules of this server.

    Attributes:
        source: how it is known.
        client_secret: a digest of it.
    """

    source: Source

    @property
    def shown_name(self) -> str:
        """Its own name for itself, for the user."""
        return clean_line(self.client_name or "", _MAX_NAME) or "An unnamed app"

    @property
    def host(self) -> str:
        """The host of the document that describes it; empty without one."""
        return urlsplit(self.client_id).netloc if self.source == "document" else ""

    def validate_scope(self, requested_scope: str | None) -> list[str]:
        """The scopes that a client asks for: all, if it names none of this server's."""
        return in_order((requested_scope or "").split()) or list(SCOPES)

    def validate_redirect_uri(self, redirect_uri: AnyUrl | None) -> AnyUrl:
        """The address to send the user back to.

        Raises:
            InvalidRedirectUriError: if it is not one of the client's.
        """
        known = self.redirect_uris or []
        if redirect_uri is None and len(known) == 1:
            return known[0]
        if redirect_uri is None or not any(
            redirects.same_address(str(one), str(redirect_uri)) for one in known
        ):
            raise InvalidRedirectUriError("redirect_uri is not registered for this client")
        return redirect_uri


class _Described(Struct, frozen=True):
    """A client by its document, or None, and how long that is cached."""

    client: KnownClient | None
    seconds: float


class Clients:
    """Finds clients by their id."""

    def __init__(
        self,
        store: SignInStore,
        predefined: Sequence[PredefinedClient],
        documents: PublicDocuments | None,
        clock: Callable[[], float],
    ) -> None:
        """Open nothing yet.

        Args:
            store: of those that registered.
            predefined: by the operator.
            documents: reads the documents at clients' ids; None if none can be read.
            clock: Unix seconds.

        Raises:
            ValueError: with a message, for a predefined client that cannot work.
        """
        self._store = store
        self._documents = documents
        self._predefined = {one.client_id: _predefined(one) for one in predefined}
        self._described: TLRUCache[str, _Described] = TLRUCache(
            _DOCUMENTS_KEPT, lambda _, found, now: now + found.seconds, Elapsed(clock)
        )

    async def find(self, client_id: str) -> KnownClient | None:
        """A client; None if it is unknown. Raises `StorageUnavailable`."""
        if (predefined := self._predefined.get(client_id)) is not None:
            return predefined
        if self.describes_itself(client_id):
            return await self._describe(client_id)
        return await self._registered(client_id)

    async def find_at_token(self, client_id: str) -> KnownClient | None:
        """The same without reading a document: a code is bound to everything in it that matters."""
        if client_id not in self._predefined and self.describes_itself(client_id):
            return _client(
                {"client_id": client_id, "token_endpoint_auth_method": "none"}, "document"
            )
        return await self.find(client_id)

    def must_read(self, client_id: str) -> bool:
        """Whether a document must be read to find a client."""
        unknown = client_id not in self._predefined and client_id not in self._described
        return unknown and self.describes_itself(client_id)

    def describes_itself(self, client_id: str) -> bool:
        """Whether an id is the address of a document, and documents are read here."""
        return self._documents is not None and client_id.startswith("https://")

    async def _registered(self, client_id: str) -> KnownClient | None:
        # Some characters make a database fail as if it were down.
        known = _REGISTERED_ID.fullmatch(client_id)
        found = await self._store.client(client_id) if known else None
        if found is None:
            return None
        metadata = msgspec.json.decode(found.metadata)
        return _client(metadata | {"client_secret": found.secret_digest}, "registration")

    async def _describe(self, url: str) -> KnownClient | None:
        described = self._described.get(url)
        if described is None:
            described = self._described[url] = await self._read(url)
        return described.client

    async def _read(self, url: str) -> _Described:
        assert self._documents is not None
        try:
            _check_address(url)
            document = await self._documents.read(url)
            return _Described(_from_document(url, document.content), document.fresh_seconds)
        except NotRead as reason:
            host = clean_line(redirects.place(url), _MAX_NAME)
            log.warning("sign-in step=document outcome=refused host=%s reason=%s", host, reason)
            # A failure is not cached, so that an app works as soon as its makers have fixed it.
            return _Described(None, 0.0)


def registered_metadata(client: OAuthClientInformationFull) -> str:
    """What is kept of a registration, as JSON."""
    return client.model_dump_json(
        include={
            "client_id",
            "client_name",
            "redirect_uris",
            "token_endpoint_auth_method",
            "application_type",
        },
        exclude_none=True,
    )


def _client(metadata: dict[str, Any], source: Source) -> KnownClient:
    # Whichever way a secret is sent, it is compared in the form, see `endpoints`.
    method = "client_secret_post" if metadata.get("client_secret") else "none"
    own = {"source": source, "token_endpoint_auth_method": method}
    return KnownClient.model_validate(metadata | own)


def _predefined(one: PredefinedClient) -> KnownClient:
    for address in one.redirect_uris:
        if (problem := redirects.problem_with(address)) is not None:
            raise ValueError(f"FJ_OAUTH_CLIENTS: a redirect address of {one.client_id} {problem}.")
    secret = secret_digest(one.client_secret) if one.client_secret else None
    metadata = {
        "client_id": one.client_id,
        "client_name": one.name or one.client_id,
        "client_secret": secret,
        "redirect_uris": one.redirect_uris,
    }
    return _client(metadata, "operator")


def _check_address(url: str) -> None:
    """Raises `NotRead` for an address that the rules of client ids do not allow."""
    try:
        parts = urlsplit(url)
        # Nothing before or in it that the user could take for another host.
        named = redirects.is_host_name(parts.hostname or "") and "@" not in parts.netloc
        usable = named and (parts.port or 443) > 0
    except ValueError:
        usable = False
    plain = redirects.is_plain(url) and "#" not in url and len(url) <= _MAX_ID
    if not usable or not plain or parts.path in ("", "/"):
        raise NotRead("its address cannot be a client id")


def _from_document(url: str, content: bytes) -> KnownClient:
    """The client of a document. Raises `NotRead`."""
    try:
        metadata = lenient.mapping(msgspec.json.decode(content))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise NotRead("it is not JSON") from None
    if metadata.get("client_id") != url:
        raise NotRead("it names another client_id")
    asks = metadata.get("token_endpoint_auth_method") in _SHARED_SECRETS
    if asks or metadata.get("client_secret") is not None:
        raise NotRead("it wants a secret, which a public document cannot have")
    addresses = metadata.get("redirect_uris")
    given = [
        redirects.without_any_port(one)
        for one in (addresses if isinstance(addresses, list) else [])[: redirects.MAX_ADDRESSES]
        if isinstance(one, str)
    ]
    usable = [one for one in given if redirects.problem_with(one) is None]
    if not usable:
        raise NotRead("it has no usable redirect address")
    name = metadata.get("client_name")
    if not isinstance(name, str) or not name.strip():
        raise NotRead("it has no client_name")
    kept = {"client_id": url, "client_name": name, "redirect_uris": usable}
    try:
        return _client(kept, "document")
    except ValidationError:
        raise NotRead("it has no usable redirect address") from None
