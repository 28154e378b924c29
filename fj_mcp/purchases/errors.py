"""Why nothing is bought, or why nobody knows yet whether it was; a part of the tree in `errors`."""

from datetime import UTC, datetime

from fj_mcp.errors import FutureJobsError


class OverBudget(FutureJobsError):
    """A purchase of `price` credits on top of `spent` would exceed the day's `budget`."""

    def __init__(self, spent: int, price: int, budget: int, ends: float) -> None:
        day_ends = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%d %H:%M UTC")
        super().__init__(
            f"Nothing was sent or charged: {spent} of today's {budget} credits are spent or "
            f"reserved, and this would cost about {price}. The day ends at {day_ends}; a higher "
            "FJ_CREDIT_BUDGET takes effect when the server is restarted."
        )


class NotApproved(FutureJobsError):
    """The person did not agree to a purchase. `reason` is a whole sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Nothing was sent or charged: {reason}")


class TooLate(FutureJobsError):
    """Too little of the call's time is left for a purchase to be answered in it."""

    def __init__(self, tool: str) -> None:
        super().__init__(
            "Nothing was sent or charged: too little time was left in this call for an answer. "
            f"Call {tool} again with the same arguments."
        )


class OutcomeOpen(FutureJobsError):
    """A purchase was sent, and it is not certain yet whether it was carried out."""

    def __init__(self, happened: str, tool: str, seconds: float) -> None:
        super().__init__(
            f"{happened}, and the outcome is not certain yet. Nothing will be sent twice: call "
            f"{tool} again with the same arguments in {max(1, round(seconds))} seconds, and it "
            "will find out whether it was carried out."
        )


class OutcomeHidden(FutureJobsError):
    """A search was sent, and free reads cannot tell whether it was carried out, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"An identical search was sent and got no readable answer, and {why}. Look in "
            "FutureJobs whether the session is there; if it is not, call create_sourcing_session "
            "with allow_duplicate true."
        )
