"""Signing in with the company's identity provider, put together for one server."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fj_mcp.api.identity_provider import ProviderUnavailable
from fj_mcp.settings.predefined_clients import read_clients
from fj_mcp.settings.settings import Settings
from fj_mcp.storage.database.database import Database
from fj_mcp.storage.sign_in.store import SignInStore
from fj_mcp.transports.sign_in.access import AccessVerifier
from fj_mcp.transports.sign_in.clients import Clients
from fj_mcp.transports.sign_in.company.assertions import AssertedTokens, AssertionProvider
from fj_mcp.transports.sign_in.company.introspected_tokens import IntrospectedTokens
from fj_mcp.transports.sign_in.company.policy import Policy
from fj_mcp.transports.sign_in.company.published import Published
from fj_mcp.transports.sign_in.company.signed_tokens import SignedTokens
from fj_mcp.transports.sign_in.company.tokens import CompanyTokens, TokenReader
from fj_mcp.transports.sign_in.endpoints import Endpoints
from fj_mcp.transports.sign_in.limits import Limiter
from fj_mcp.transports.sign_in.metadata import (
    TOKEN,
    Addresses,
    assertion_documents,
    resource_documents,
)
from fj_mcp.transports.sign_in.oauth_errors import unavailable
from fj_mcp.transports.sign_in.routes import document_routes, open_route
from fj_mcp.transports.sign_in.sealing import Sealer
from fj_mcp.transports.sign_in.sign_in import SignIn

_NOT_STARTED = "The server was not started:"


def sign_in_with_company(
    settings: Settings,
    database: Callable[[], Database],
    clock: Callable[[], float],
    workspace_of: Callable[[str], str],
) -> SignIn:
    """What tokens of the company's identity provider allow here.

    Args:
        settings: with its issuer.
        database: finds the one of this process, once the server runs.
        clock: Unix seconds.
        workspace_of: the workspace of a key.

    Raises:
        ValueError: with a message, if the settings do not suffice.
    """
    assert settings.oauth_issuer is not None
    if settings.public_url is None:
        raise ValueError(
            f"{_NOT_STARTED} FJ_OAUTH_ISSUER needs the address of this server as clients know it. "
            "Add --public-url https://…, or set FJ_PUBLIC_URL."
        )
    if settings.key is None:
        raise ValueError(
            f"{_NOT_STARTED} with FJ_OAUTH_ISSUER all users work with the server's own FutureJobs "
            "key. Set FJ_API_KEY."
        )
    addresses = Addresses(settings.public_url)
    published = Published(settings.oauth_issuer, clock)
    policy = Policy.of(settings)
    server_token = settings.http_token.get_secret_value() if settings.http_token else None
    # Clients that add a slash to the resource get tokens that have it, too.
    own = (addresses.resource, f"{addresses.resource}/")
    audiences = (settings.oauth_audience,) if settings.oauth_audience else own
    reader = _reader(settings, published, audiences, clock)
    issuers = [settings.oauth_issuer]
    verifiers: list[AccessVerifier] = []
    routes: list[Route] = []
    if settings.oauth_id_jag:
        issuers.append(addresses.issuer)
        store = SignInStore(database, clock)
        workspace = workspace_of(policy.key)
        tokens, routes = _assertions(
            settings, addresses, published, policy, store=store, clock=clock, workspace=workspace
        )
        verifiers.append(tokens)
    verifiers.append(CompanyTokens(reader, policy, server_token))
    prefix = settings.oauth_scope_prefix
    routes += document_routes(resource_documents(addresses, issuers, prefix))
    return SignIn(addresses, verifiers, routes, prefix)


def _reader(
    settings: Settings, published: Published, audiences: Sequence[str], clock: Callable[[], float]
) -> TokenReader:
    if settings.oauth_introspection is None:
        return SignedTokens(published, audiences, clock)
    client_id, _, secret = settings.oauth_introspection.get_secret_value().partition(":")
    return IntrospectedTokens(published, audiences, (client_id, secret), clock)


def _assertions(
    settings: Settings,
    addresses: Addresses,
    published: Published,
    policy: Policy,
    *,
    store: SignInStore,
    clock: Callable[[], float],
    workspace: str,
) -> tuple[AccessVerifier, list[Route]]:
    """The token endpoint for identity assertions, and what verifies its tokens."""
    clients = read_clients(settings.oauth_clients)
    if settings.state_key is None or not any(one.client_secret for one in clients):
        raise ValueError(
            f"{_NOT_STARTED} FJ_OAUTH_ID_JAG needs FJ_STATE_KEY (the output of `openssl rand -hex "
            "32`), and in FJ_OAUTH_CLIENTS the clients that present assertions, with a "
            "client_secret."
        )
    sealer = Sealer(settings.state_key.get_secret_value())
    provider = AssertionProvider(
        store,
        sealer,
        addresses,
        clock,
        clients=clients,
        published=published,
        policy=policy,
        workspace=workspace,
    )
    known = Clients(store, [], None, clock)
    calls = Endpoints(known, provider, provider, Limiter(store, sealer, clock))

    async def token(request: Request) -> Response:
        try:
            return await calls.token(request)
        except ProviderUnavailable:
            return unavailable("the identity provider cannot be reached: try again in a minute")

    routes = [*document_routes(assertion_documents(addresses)), open_route(TOKEN, token, "POST")]
    return AssertedTokens(store, sealer, addresses, clock, policy.key), routes
