"""The addresses of this server, and the documents that tell clients about them."""

from typing import Any

from msgspec import Struct

from fj_mcp.settings.sign_in import DEFAULT_PORTS
from fj_mcp.transports.sign_in.scopes import SCOPES

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
        """Whether a client means this server; one that names none can mean no other."""
        return named is None or _plain(named) == self.resource

    def of(self, path: str) -> str:
        """The public address of a path."""
        return f"{self.issuer}{path}"


def _plain(address: str) -> str:
    """An address with its origin in lower case, without a default port and a last slash."""
    scheme, _, rest = address.lower().partition("://")
    host = rest.partition("/")[0]
    path = address[len(f"{scheme}://{host}") :]
    return f"{scheme}://{host.removesuffix(DEFAULT_PORTS.get(scheme, ''))}{path}".removesuffix("/")


def documents(addresses: Addresses, *, reads_documents: bool) -> dict[str, dict[str, Any]]:
    """The metadata of the server, by path; each also where a client looks that appends `/mcp`.

    Args:
        addresses: of this server.
        reads_documents: whether a client's id may be the address of its metadata.
    """
    resource = {
        "resource": addresses.resource,
        "authorization_servers": [addresses.issuer],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "FutureJobs sourcing",
    }
    server = {
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
    }
    return {
        RESOURCE_METADATA: resource,
        f"{RESOURCE_METADATA}{_MCP}": resource,
        SERVER_METADATA: server,
        f"{SERVER_METADATA}{_MCP}": server,
    }
