"""Tokens of the company's identity provider at `/mcp`."""

import hmac
from typing import Protocol

from starlette.requests import HTTPConnection

from fj_mcp.settings.settings import KEY_SHAPE
from fj_mcp.telemetry.logs import log
from fj_mcp.transports.sign_in.access import Access
from fj_mcp.transports.sign_in.company.claims import Claims
from fj_mcp.transports.sign_in.company.policy import Policy


class NotValid(Exception):
    """A token is not one of the provider's for this server. The text says why, for the log."""


class TokenReader(Protocol):
    """Finds out what a token says."""

    async def read(self, token: str, request: HTTPConnection) -> Claims:
        """The claims of a token that a request brought.

        Raises:
            NotValid: if it is not the provider's, for another server, or expired.
            ProviderUnavailable: if the provider does not respond.
        """
        ...


class CompanyTokens:
    """Verifies the access tokens of the company's identity provider. An `AccessVerifier`."""

    def __init__(self, reader: TokenReader, policy: Policy, server_token: str | None) -> None:
        """Args: `server_token`: FJ_HTTP_TOKEN, if it is set."""
        self._reader = reader
        self._policy = policy
        self._server_token = (server_token or "").encode()

    def recognizes(self, token: str) -> bool:
        """Whether a token is neither a FutureJobs key nor FJ_HTTP_TOKEN."""
        own = hmac.compare_digest(token.encode(), self._server_token)
        return not own and not KEY_SHAPE.fullmatch(token)

    async def verify(self, token: str, request: HTTPConnection) -> Access | None:
        """What a token stands for; None if it is not valid.

        Raises:
            AccessDenied: if its user may not use this server.
            ProviderUnavailable: if the provider does not respond.
        """
        try:
            return self._policy.access(await self._reader.read(token, request))
        except NotValid as reason:
            log.info("sign-in step=company outcome=refused reason=%s", reason)
            return None
