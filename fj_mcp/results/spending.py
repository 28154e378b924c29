"""The report of what was spent. Its field names are published."""

from typing import Literal

from pydantic import BaseModel, Field

from fj_mcp.results.models import Result


class PurchaseLine(BaseModel):
    """One purchase in a spending report."""

    operation: str
    session_id: str | None = None
    credits: int | None = None
    outcome: Literal["charged", "not_charged", "unknown", "pending"]
    when: str
    who: str | None = None


class SessionSpending(BaseModel):
    """What one session has cost, since the ledger began."""

    session_id: str | None = None
    title: str | None = None
    credits: int
    estimated: int | None = Field(default=None, description="On top, without a stated price.")
    counts: dict[str, int] = Field(description="Purchases by operation and channel.")


class SpendingReport(Result):
    """Credits spent, by session and by purchase."""

    spent_today: int
    estimated_today: int | None = Field(
        default=None, description="The part of spent_today without a stated price."
    )
    reserved: int | None = Field(default=None, description="For outcomes that are still open.")
    budget: int | None = None
    yours: dict[str, int] | None = Field(
        default=None, description="Of the user who asks: spent_today, reserved, budget, left."
    )
    remaining_credits: int | None = None
    remaining_as_of: str | None = Field(default=None, description="When FutureJobs said so.")
    by_session: list[SessionSpending] = Field(description="Last used first, complete.")
    purchases: list[PurchaseLine] = Field(description="Newest first, 20 at most.")
