"""Errors of purchases that were not made, and of those whose outcome is open."""

from fj_mcp.errors import FutureJobsError
from fj_mcp.text.numbers import number_of


class NotApproved(FutureJobsError):
    """The user did not approve a purchase. `reason` completes the sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Nothing was sent or charged: {reason}")


class TooLate(FutureJobsError):
    """Too little time is left before the call's deadline to get a response to a purchase."""

    def __init__(self, tool: str) -> None:
        super().__init__(
            "Nothing was sent or charged: too little time was left in this call to wait for a "
            f"response. Call {tool} again with the same arguments."
        )


class OutcomeOpen(FutureJobsError):
    """A purchase was sent, and it is not certain yet whether it was carried out."""

    def __init__(self, happened: str, tool: str, seconds: float) -> None:
        wait = number_of(max(1, round(seconds)), "second")
        super().__init__(
            f"{happened}, and the outcome is not certain yet. Nothing will be paid for twice: call "
            f"{tool} again with the same arguments in {wait} to find out whether it was "
            "carried out."
        )


class OutcomeHidden(FutureJobsError):
    """A search was sent, and free reads cannot show whether it was carried out."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"An identical search was sent and got no readable response, and {reason}. Check in "
            "FutureJobs whether the session exists; if it does not, call create_sourcing_session "
            "with allow_duplicate true."
        )
