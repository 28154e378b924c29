"""Signing in with the company's identity provider, put together for one server."""

from collections.abc import Callable

from fj_mcp.settings.settings import Settings
from fj_mcp.transports.sign_in.company.policy import Policy
from fj_mcp.transports.sign_in.company.published import Published
from fj_mcp.transports.sign_in.company.signed_tokens import SignedTokens
from fj_mcp.transports.sign_in.company.tokens import CompanyTokens
from fj_mcp.transports.sign_in.metadata import Addresses, resource_documents
from fj_mcp.transports.sign_in.routes import document_routes
from fj_mcp.transports.sign_in.sign_in import SignIn


def sign_in_with_company(settings: Settings, clock: Callable[[], float]) -> SignIn:
    """What tokens of the company's identity provider allow here.

    Args:
        settings: with its issuer.
        clock: Unix seconds.

    Raises:
        ValueError: with a message, if the settings do not suffice.
    """
    assert settings.oauth_issuer is not None
    if settings.public_url is None:
        raise ValueError(
            "The server was not started: FJ_OAUTH_ISSUER needs the address of this server as "
            "clients know it. Add --public-url https://…, or set FJ_PUBLIC_URL."
        )
    if settings.key is None:
        raise ValueError(
            "The server was not started: with FJ_OAUTH_ISSUER all users work with the server's "
            "own FutureJobs key. Set FJ_API_KEY."
        )
    addresses = Addresses(settings.public_url)
    published = Published(settings.oauth_issuer, clock)
    reader = SignedTokens(published, settings.oauth_audience or addresses.resource)
    token = settings.http_token.get_secret_value() if settings.http_token else None
    prefix = settings.oauth_scope_prefix
    documents = resource_documents(addresses, [settings.oauth_issuer], prefix)
    verifier = CompanyTokens(reader, Policy.of(settings), token)
    return SignIn(addresses, [verifier], document_routes(documents), prefix)
