"""Signing in with a FutureJobs key, put together for one server."""

from collections.abc import Callable
from functools import partial

from starlette.routing import Route

from fj_mcp.api.public_documents import PublicDocuments, reaches_internet_directly
from fj_mcp.settings.predefined_clients import read_clients
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.sign_in.access import StoredTokens
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
    resource_documents,
    server_documents,
)
from fj_mcp.transports.sign_in.provider import Provider
from fj_mcp.transports.sign_in.routes import document_routes, open_route, page_routes
from fj_mcp.transports.sign_in.sealing import Sealer
from fj_mcp.transports.sign_in.sign_in import SignIn
from fj_mcp.transports.sign_in.sign_in_page import SignInPage


def sign_in_with_keys(
    settings: Settings,
    database: Callable[[], Database],
    clock: Callable[[], float],
    check_key: CheckKey,
    workspace_of: Callable[[str], str],
) -> SignIn:
    """The authorization server in this process.

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
            "The server was not started: signing in needs FJ_STATE_KEY to encrypt users' keys. Set "
            "it to the output of `openssl rand -hex 32` and keep it: all servers that share the "
            "database need the same one, also after a restart."
        )
    if settings.own_key_only:
        raise ValueError(
            "The server was not started: users cannot sign in, because its settings come from "
            ".env in the folder where it was started. Start it with --env-file and that file."
        )
    assert settings.public_url is not None
    if settings.oauth_allow_loopback_clients:
        log.warning("FJ_OAUTH_ALLOW_LOOPBACK_CLIENTS is set: use it for tests only")
    addresses = Addresses(settings.public_url)
    store = SignInStore(database, clock)
    sealer = Sealer(settings.state_key.get_secret_value())
    local = settings.oauth_allow_loopback_clients
    reader = PublicDocuments(allow_loopback=local) if reaches_internet_directly() else None
    predefined = read_clients(settings.oauth_clients)
    for one in predefined:
        if not one.redirect_uris:
            raise ValueError(f"FJ_OAUTH_CLIENTS: {one.client_id} needs redirect_uris.")
    clients = Clients(store, predefined, reader, clock)
    tokens = StoredTokens(store, sealer, addresses, clock)
    make_provider = partial(
        Provider, store, sealer, addresses, clock, forget_grant=tokens.forget_grant
    )
    provider = make_provider(find_client=clients.find)
    at_token = make_provider(find_client=clients.find_at_token)
    limiter = Limiter(store, sealer, clock)
    browsers = Browsers(store, sealer, addresses, workspace_of, clock)
    keys = KeyReader(limiter, check_key)
    calls = Endpoints(clients, provider, at_token, limiter)
    page = SignInPage(provider, browsers, keys)
    connections = ConnectionsPage(store, addresses, browsers, keys, provider.end)
    routes = [
        *document_routes(resource_documents(addresses, [addresses.issuer])),
        *document_routes(server_documents(addresses, reads_documents=reader is not None)),
        open_route(TOKEN, calls.token, "POST"),
        open_route(REGISTER, calls.register, "POST"),
        open_route(REVOKE, calls.revoke, "POST"),
        Route(AUTHORIZE, calls.authorize, methods=["GET", "POST"]),
        *page_routes(SIGN_IN, page),
        *page_routes(CONNECTIONS, connections),
    ]
    return SignIn(addresses, [tokens], routes)
