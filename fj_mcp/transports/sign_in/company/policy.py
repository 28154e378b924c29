"""Who of the company may use this server, and for what."""

from msgspec import Struct

from fj_mcp.settings.settings import Settings
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.sign_in.access import Access, AccessDenied
from fj_mcp.transports.sign_in.company.claims import (
    Claims,
    groups_of,
    leaves_groups_out,
    scopes_of,
    user_of,
)

_IN_NO_GROUP = (
    "Your account is not in a group that may use this server. Ask the person who runs it for "
    "access."
)
_TOO_MANY_GROUPS = (
    "Your account is in too many groups for your company's identity provider to name them. Ask the "
    "person who runs this server for access."
)


class Policy(Struct, frozen=True):
    """What the operator has set up.

    Attributes:
        key: of FutureJobs, with which everyone works.
        groups: that may use the server; empty for everyone.
        scopes: of tokens that name none.
        scope_prefix: in front of scopes, as the provider writes them.
    """

    key: str
    groups: frozenset[str]
    scopes: tuple[str, ...]
    scope_prefix: str

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        """The policy of the settings, which must have a key."""
        assert settings.key is not None
        return cls(
            settings.key,
            frozenset(settings.oauth_groups),
            settings.oauth_scopes,
            settings.oauth_scope_prefix,
        )

    def access(self, claims: Claims) -> Access | None:
        """What a token with these claims allows; None if it names nobody.

        Raises:
            AccessDenied: if its user is in none of the groups.
        """
        user = user_of(claims)
        if user is None:
            log.info("sign-in step=company outcome=refused reason=no-subject")
            return None
        if self.groups and not self.groups & groups_of(claims):
            unknown = leaves_groups_out(claims)
            reason = "groups-left-out" if unknown else "groups"
            log.info("sign-in step=company outcome=denied reason=%s", reason)
            raise AccessDenied(_TOO_MANY_GROUPS if unknown else _IN_NO_GROUP)
        scopes = scopes_of(claims, self.scope_prefix, self.scopes)
        return Access(key=self.key, scopes=scopes, person=user)
