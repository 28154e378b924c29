"""The base of all errors, and the errors that any layer may raise.

    FutureJobsError              the message is complete: what failed, what to do, what it cost
    ├── BadArguments             rejected here, before anything was sent
    ├── BadSettings              a setting is wrong
    ├── NoKey                    no API key is set
    ├── DeadlinePassed           a tool call took too long
    ├── in `storage.errors`
    │   ├── StorageUnavailable   nothing can be recorded, so nothing is bought or decided
    │   ├── DeletionFailed       ... or deleted
    │   ├── OverBudget           the purchase would exceed the day's budget
    │   └── OverPersonBudget     ... or the user's own
    ├── in `purchases.errors`
    │   ├── NotApproved          the user declined, or could not be asked
    │   ├── TooLate              too little time is left in the call for a purchase
    │   ├── OutcomeOpen          a purchase was sent and its outcome is not known yet
    │   └── OutcomeHidden        ... and this key cannot look it up
    ├── NotDeleted               in `server.consent`: the user did not agree to a deletion
    ├── NotWritten               in `shortlist.export_file`: a folder is not writable
    └── ApiError                 in `api.errors`: a request to FutureJobs failed

Only the messages of these errors reach the model: `server.sdk.tool_adapter` and `server.resources`
pass them to the SDK, which hides every other exception. They never contain profile text, a key or
a raw response body.
"""


class FutureJobsError(Exception):
    """A failure whose message is a sentence or two and says what to do.

    Attributes:
        cause: the message without reference to a tool call: what is wrong, and how to correct it.
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
    """Invalid settings. Each problem starts with the name of the setting."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        wrong = "; ".join(problems)
        super().__init__(
            f"Nothing was sent or charged: {wrong}. "
            "Correct the setting and restart the server; fj-mcp doctor checks all of them.",
            cause=f"{wrong}. Correct the setting; fj-mcp doctor checks all of them.",
        )


class NoKey(FutureJobsError):
    """No API key is set."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was sent or charged: no FutureJobs API key is set. Set FJ_API_KEY=fjk_… in "
            "the server's environment and restart it, or set FJ_SANDBOX=1 to try everything with "
            "fictional candidates and no key."
        )


class DeadlinePassed(FutureJobsError):
    """A tool call took too long. `costs` is true for a tool that spends credits."""

    def __init__(self, seconds: float, *, costs: bool) -> None:
        if costs:
            advice = (
                "If the user was asked whether to spend credits, wait for their answer and call "
                "again with the same arguments; nothing is paid for twice."
            )
        else:
            advice = "Nothing was charged; call again, with a smaller request if possible."
        limit = f"{seconds:g} {'second' if seconds == 1 else 'seconds'}"
        super().__init__(f"The call took longer than {limit}. {advice}")
