"""Why nothing is bought, or why nobody knows yet whether it was."""

from fj_mcp.errors import FutureJobsError


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
