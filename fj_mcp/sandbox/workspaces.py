"""Workspaces: the credits, sessions and rate limit of one API key."""

from dataclasses import dataclass, field
from typing import Any

from fj_mcp.sandbox.responses import Refusal
from fj_mcp.sandbox.sessions import Session


@dataclass(frozen=True)
class Charge:
    """Credits charged to a key for one operation on a session."""

    operation: str
    session_id: str
    amount: int
    key: str


@dataclass
class Workspace:
    """The part of the sandbox that belongs to one API key.

    Attributes:
        charges: the list of all charges, shared by all workspaces.
    """

    key: str
    credits: int
    charges: list[Charge]
    sessions: dict[str, Session] = field(default_factory=dict)
    window_started: float = 0.0
    window_calls: int = 0

    def session(self, session_id: str) -> Session:
        """The session with this id.

        Raises:
            Refusal: 404 for an unknown id, or one of another workspace.
        """
        if (session := self.sessions.get(session_id)) is None:
            raise Refusal(404, "Sourcing session not found")
        return session

    def check_credits(self, amount: int) -> None:
        """Check that `amount` credits are available.

        Raises:
            Refusal: 402 if they are not.
        """
        if self.credits < amount:
            message = f"Insufficient credits: {amount} needed, {self.credits} left"
            raise Refusal(402, message)

    def charge(self, operation: str, session: Session, amount: int, reason: str) -> dict[str, Any]:
        """Take `amount` credits, after `check_credits` has checked them; returns `creditInfo`."""
        self.credits -= amount
        session.credits_charged += amount
        self.charges.append(Charge(operation, session.id, amount, self.key))
        return {
            "charged": True,
            "amount": amount,
            "reason": reason,
            "remainingCredits": self.credits,
        }

    def count_call(self, now: float, limit: int, window_seconds: float) -> dict[str, str]:
        """Count one call against the rate limit; returns the rate-limit headers.

        Raises:
            Refusal: 429 with `Retry-After` for a call beyond `limit` in `window_seconds`.
        """
        if not self.window_calls or now - self.window_started >= window_seconds:
            self.window_started, self.window_calls = now, 0
        self.window_calls += 1
        reset = max(1, round(self.window_started + window_seconds - now))
        headers = {
            "RateLimit-Policy": f"{limit};w={window_seconds:g}",
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(0, limit - self.window_calls)),
            "RateLimit-Reset": str(reset),
        }
        if self.window_calls > limit:
            headers["Retry-After"] = str(reset)
            raise Refusal(429, "Too many requests", headers=headers)
        return headers
