"""What a token allows, and what each tool needs."""

from collections.abc import Collection, Iterable
from typing import Any

from fj_mcp.server.catalog import TOOLS, ToolKind

READ, SPEND, CONTACTS = "sourcing:read", "sourcing:spend", "sourcing:contacts"
SCOPES = (READ, SPEND, CONTACTS)


def _scope(kind: ToolKind) -> str:
    if kind.reveals:
        return CONTACTS
    return SPEND if kind.costs else READ


_NEEDED = {fn.__name__: _scope(kind) for fn, _, kind in TOOLS}


def scope_of_tool(name: str) -> str:
    """The scope that a tool needs."""
    return _NEEDED.get(name, READ)


def scope_of_message(message: dict[str, Any]) -> str:
    """The scope that a JSON-RPC message needs."""
    params = message.get("params")
    if message.get("method") != "tools/call" or not isinstance(params, dict):
        return READ
    return scope_of_tool(str(params.get("name")))


def in_order(scopes: Collection[str]) -> list[str]:
    """The known ones among some scopes, in their order."""
    return [scope for scope in SCOPES if scope in scopes]


def as_text(scopes: Iterable[str]) -> str:
    """Scopes as OAuth writes them."""
    return " ".join(in_order(set(scopes)))


def prefixed(scopes: Iterable[str], prefix: str) -> list[str]:
    """Scopes as an identity provider may know them, such as `api://…/sourcing:read`."""
    return [f"{prefix}{scope}" for scope in scopes]
