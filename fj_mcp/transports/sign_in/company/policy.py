"""Who of the company may use this server, and for what."""

from msgspec import Struct

from fj_mcp.settings.settings import Settings
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.sign_in.access import Access, AccessDenied
from fj_mcp.transports.sign_in.company.claims import Claims, groups_of, scopes_of, user_of


class Policy(Struct, frozen=True):
    """What the operator has set up.

    Attributes:
        key: of FutureJobs, with which everyone works.
        groups: that may use the server; empty for everyone.
        scopes: of tokens that name none.
    """

    key: str
    groups: frozenset[str]
    scopes: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        """The policy of the settings, which must have a key."""
        assert settings.key is not None
        return cls(settings.key, frozenset(settings.oauth_groups), settings.oauth_scopes)

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
            log.info("sign-in step=company outcome=denied reason=groups")
            raise AccessDenied(
                "Your account is not in a group that may use this server. Ask the person who runs "
                "it for access."
            )
        scopes = scopes_of(claims, self.scopes)
        return Access(key=self.key, scopes=scopes, person=user)
