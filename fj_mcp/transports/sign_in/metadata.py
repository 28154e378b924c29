"""The addresses of this server, and the documents that tell clients about them."""

from collections.abc import Sequence
from typing import Any

from mcp.server.auth.routes import ID_JAG_GRANT_PROFILE
from mcp.shared.auth import JWT_BEARER_GRANT_TYPE
from msgspec import Struct

from fj_mcp.settings.sign_in import DEFAULT_PORTS
from fj_mcp.transports.sign_in.scopes import SCOPES, prefixed

AUTHORIZE, TOKEN, REGISTER, REVOKE = "/authorize", "/token", "/register", "/revoke"
SIGN_IN, CONNECTIONS = "/sign-in", "/connections"
PAGES = (AUTHORIZE, SIGN_IN, CONNECTIONS)
RESOURCE_METADATA = "/.well-known/oauth-protected-resource"
SERVER_METADATA = "/.well-known/oauth-authorization-server"
_MCP = "/mcp"

AUTH_METHODS = ["none", "client_secret_post", "client_secret_basic"]


class Addresses(Struct, frozen=True):
    """The public addresses. `issuer` is FJ_PUBLIC_URL; users add it to a client with `/mcp`."""

    issuer: str

    @property
    def resource(self) -> str:
        """The address of MCP, for which tokens are issued."""
        return f"{self.issuer}{_MCP}"

    @property
    def resource_metadata(self) -> str:
        """Where a client without a token learns how to get one."""
        return f"{self.issuer}{RESOURCE_METADATA}{_MCP}"

    def is_resource(self, named: str | None) -> bool:
        """Whether a client means this server alone; one that names none can mean no other.

        Args:
            named: the resources that it names, with spaces between them.
        """
        return named is None or {*map(_plain, named.split(" "))} == {self.resource}

    def of(self, path: str) -> str:
        """The public address of a path."""
        return f"{self.issuer}{path}"


def _plain(address: str) -> str:
    """An address with its origin in lower case, without a default port and a last slash."""
    scheme, _, rest = address.lower().partition("://")
    host = rest.partition("/")[0]
    path = address[len(f"{scheme}://{host}") :]
    return f"{scheme}://{host.removesuffix(DEFAULT_PORTS.get(scheme, ''))}{path}".removesuffix("/")


def resource_documents(
    addresses: Addresses, authorization_servers: Sequence[str], scope_prefix: str = ""
) -> dict[str, dict[str, Any]]:
    """What MCP at this server says of itself (RFC 9728), by path.

    Args:
        addresses: of this server.
        authorization_servers: the issuers of its tokens.
        scope_prefix: in front of the scopes as they know them.
    """
    return _placed(
        RESOURCE_METADATA,
        {
            "resource": addresses.resource,
            "authorization_servers": list(authorization_servers),
            "scopes_supported": prefixed(SCOPES, scope_prefix),
            "bearer_methods_supported": ["header"],
            "resource_name": "FutureJobs sourcing",
        },
    )


def server_documents(addresses: Addresses, *, reads_documents: bool) -> dict[str, dict[str, Any]]:
    """What the authorization server says of itself (RFC 8414), by path.

    Args:
        addresses: of this server.
        reads_documents: whether a client's id may be the address of its metadata.
    """
    return _placed(
        SERVER_METADATA,
        {
            "issuer": addresses.issuer,
            "authorization_endpoint": addresses.of(AUTHORIZE),
            "token_endpoint": addresses.of(TOKEN),
            "registration_endpoint": addresses.of(REGISTER),
            "revocation_endpoint": addresses.of(REVOKE),
            "scopes_supported": list(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": AUTH_METHODS,
            "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
            "code_challenge_methods_supported": ["S256"],
            "client_id_metadata_document_supported": reads_documents,
            "authorization_response_iss_parameter_supported": True,
        },
    )


def assertion_documents(addresses: Addresses) -> dict[str, dict[str, Any]]:
    """What a server that only takes identity assertions says of itself, by path."""
    return _placed(
        SERVER_METADATA,
        {
            "issuer": addresses.issuer,
            # Nothing is there, but clients take metadata without it for incomplete.
            "authorization_endpoint": addresses.of(AUTHORIZE),
            "token_endpoint": addresses.of(TOKEN),
            "scopes_supported": list(SCOPES),
            "response_types_supported": [],
            "grant_types_supported": [JWT_BEARER_GRANT_TYPE],
            "authorization_grant_profiles_supported": [ID_JAG_GRANT_PROFILE],
            "token_endpoint_auth_methods_supported": AUTH_METHODS[1:],
        },
    )


def _placed(path: str, document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A document at its path, and where a client looks that appends `/mcp`."""
    return {path: document, f"{path}{_MCP}": document}
