"""The failures that every layer may raise, and the base of all others.

    FutureJobsError              the text is complete: what failed, what to change, what it cost
    ├── BadArguments             refused here, before anything was sent
    ├── BadSettings              a setting is wrong
    ├── NoKey                    no API key is set
    ├── DeadlinePassed           a whole tool call took too long
    ├── in `ledger.errors`
    │   ├── LedgerBroken         purchases cannot be remembered, so none is made
    │   └── OverBudget           the day's budget does not allow it
    ├── in `purchases.errors`
    │   ├── NotApproved          the person said no, or could not be asked
    │   ├── TooLate              too little time is left in the call to buy anything
    │   ├── OutcomeOpen          a purchase was sent and nobody knows yet what became of it
    │   └── OutcomeHidden        ... and this key cannot see it
    ├── NotWritten               in `shortlist.export_file`: a folder cannot be written to
    └── ApiError                 in `api.errors`: FutureJobs answered, or did not

Only the text of these reaches the model: `server.sdk.tool_adapter` and `server.resources` hand it
to the SDK, which hides every other exception. No text of a candidate, no key and no raw body is
ever part of one.
"""


class FutureJobsError(Exception):
    """A failure whose text is one sentence (or two) that says what to do.

    Attributes:
        cause: the same for somebody who called no tool: what is wrong, and what to put right.
    """

    def __init__(self, text: str, cause: str | None = None) -> None:
        self.cause = cause or text
        super().__init__(text)


class BadArguments(FutureJobsError):
    """Arguments that cannot be sent. `problem` starts with the argument's name."""

    def __init__(self, problem: str) -> None:
        end = "" if problem.endswith("?") else "."
        super().__init__(f"Nothing was sent or charged: {problem}{end}")


class BadSettings(FutureJobsError):
    """Settings that cannot be used. Each problem starts with the setting's name."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__(
            f"Nothing was sent or charged: {'; '.join(problems)}. "
            "Correct the setting and restart the server; fj-mcp doctor checks all of them."
        )


class NoKey(FutureJobsError):
    """There is no API key to send."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was sent or charged: no FutureJobs API key is set. Set FJ_API_KEY=fjk_… in "
            "the server's environment and restart it, or set FJ_SANDBOX=1 to try everything on "
            "invented people without a key."
        )


class DeadlinePassed(FutureJobsError):
    """The whole call took too long. `costs` says whether it is one that spends credits."""

    def __init__(self, seconds: float, *, costs: bool) -> None:
        if costs:
            advice = (
                "If the person was asked whether to spend credits, let them answer and call again "
                "with the same arguments; nothing is paid for twice."
            )
        else:
            advice = "Nothing was charged; call again, asking for less at once if that is possible."
        super().__init__(f"The call took longer than {seconds:g} seconds. {advice}")
