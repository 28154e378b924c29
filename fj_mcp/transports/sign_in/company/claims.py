"""What the claims of a company's token say: who the user is, and what the token allows."""

from collections.abc import Mapping
from typing import Any

from fj_mcp.storage.user import User
from fj_mcp.text.cleaning import clean_line, looks_like_instructions
from fj_mcp.transports.sign_in.scopes import in_order

Claims = Mapping[str, Any]

_NAMES = ("email", "preferred_username", "upn", "username", "name")
"""For people to read, and nothing else: some providers let users choose them."""

_MAX_NAME = 120


def user_of(claims: Claims) -> User | None:
    """The user; None if the claims name nobody."""
    # Entra's `sub` is another one for each application, its `oid` is not.
    named = (claims.get("oid"), claims.get("sub"))
    subject = next((one for one in named if isinstance(one, str) and one), None)
    # Databases do not take every character.
    if subject is None or not subject.isprintable():
        return None
    names = [*(claims.get(name) for name in _NAMES), subject]
    shown = (clean_line(one, _MAX_NAME) for one in names if isinstance(one, str))
    # Colleagues' models read it. A backslash is no markup, but follows the domain in Windows.
    fit = (one for one in shown if one and not looks_like_instructions(one.replace("\\", "")))
    return User(subject, next(fit, "?"))


def scopes_of(claims: Claims, prefix: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes of this server, or `otherwise` if there are none of them.

    Some providers put the address of the server in front, such as `api://…/sourcing:read`.
    """
    words = [one for claim in ("scope", "scp") for one in _words(claims, claim)]
    named = {one.removeprefix(prefix).rpartition("/")[2] for one in words}
    return tuple(in_order(named)) or otherwise


def groups_of(claims: Claims) -> set[str]:
    """The groups and the roles of the user."""
    return {one for claim in ("groups", "roles") for one in _listed(claims.get(claim))}


def leaves_groups_out(claims: Claims) -> bool:
    """Whether the user is in more groups than Entra lists in a token."""
    elsewhere = claims.get("_claim_names")
    return bool(claims.get("hasgroups")) or (isinstance(elsewhere, dict) and "groups" in elsewhere)


def audiences_of(claims: Claims) -> list[str]:
    """What a token is for."""
    return _listed(claims.get("aud"))


def is_for_calls(claims: Claims) -> bool:
    """Whether a token is one to call with, and not an ID token, a refresh token, or one that only
    works together with a key of the client.

    OpenID Connect has no claim that says so. `at_hash` and `c_hash` are in ID tokens only; `typ`
    is Keycloak's, `token_use` is Cognito's, and both tell the kinds apart.
    """
    if any(claims.get(claim) for claim in ("at_hash", "c_hash", "cnf")):
        return False
    kinds = [claims.get(name) for name in ("typ", "token_use", "token_type")]
    allowed = ("bearer", "access", "access_token")
    return all(kind is None or str(kind).lower() in allowed for kind in kinds)


def _words(claims: Claims, claim: str) -> list[str]:
    return [word for one in _listed(claims.get(claim)) for word in one.split()]


def _listed(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]
