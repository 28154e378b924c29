"""Workspaces: what belongs to one API key, its credits, sessions and share of the rate limit."""

from dataclasses import dataclass, field
from typing import Any

from fj_mcp.sandbox.responses import Refusal
from fj_mcp.sandbox.sessions import Session


@dataclass(frozen=True)
class Charge:
    """Credits that were taken: for which operation, on which session, from which key."""

    operation: str
    session_id: str
    amount: int
    key: str


@dataclass
class Workspace:
    """One API key's own sandbox.

    Attributes:
        charges: where charges are written down, shared by all workspaces.
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
            Refusal: 404 for an id that is unknown or another workspace's.
        """
        if (session := self.sessions.get(session_id)) is None:
            raise Refusal(404, "Sourcing session not found")
        return session

    def afford(self, amount: int) -> None:
        """Make sure that `amount` credits are there.

        Raises:
            Refusal: 402 when they are not.
        """
        if self.credits < amount:
            message = f"Insufficient credits: {amount} needed, {self.credits} left"
            raise Refusal(402, message)

    def charge(self, operation: str, session: Session, amount: int, reason: str) -> dict[str, Any]:
        """Take `amount` credits, which `afford` found there; returns `creditInfo`."""
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
        """Count one call against the rate limit; returns the headers that tell of it.

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
