"""What can go wrong, each as a sentence for the model.

    FutureJobsError              the text is complete: what failed, what to change, what it cost
    ├── BadArguments             refused here, before anything was sent
    ├── BadSettings              a setting is wrong
    ├── NoKey                    no API key is set
    ├── DeadlinePassed           a whole tool call took too long
    ├── LedgerBroken             purchases cannot be remembered, so none is made
    ├── NotWritten               an export's folder cannot be written to
    ├── in `purchase_errors`
    │   ├── OverBudget           the day's budget does not allow it
    │   ├── NotApproved          the person said no, or could not be asked
    │   ├── TooLate              too little time is left in the call to buy anything
    │   ├── OutcomeOpen          a purchase was sent and nobody knows yet what became of it
    │   └── OutcomeHidden        ... and this key cannot see it
    └── ApiError                 FutureJobs answered, or did not
        ├── KeyRefused           401, 403
        ├── NoCredits            402
        ├── NotFound             404
        ├── Rejected             400, 409, 422 and the other refusals
        │   └── NoMatch          400 "No profiles match": an empty result, not a failure
        ├── RateLimited          429
        ├── Unreachable          no connection could be made
        ├── CannotConnect        ... and none can be, until a setting or a certificate is put right
        └── NoAnswer             no usable answer: for a purchase, the outcome is open
            ├── Unavailable      5xx, a gateway's page, a connection that broke
            ├── Unreadable       an answer that is not the API's JSON
            └── TimedOut         no answer in time

Only the text of these reaches the model: the SDK hides every other exception. No text of a
candidate, no key and no raw body is ever part of one.
"""

from dataclasses import dataclass

from mcp.server.mcpserver.exceptions import ResourceError, ToolError


class FutureJobsError(ToolError, ResourceError):
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


class LedgerBroken(FutureJobsError):
    """The ledger cannot be read or written. `remedy` is a whole sentence."""

    def __init__(self, place: str, remedy: str) -> None:
        super().__init__(
            f"Nothing was sent or charged: the record of purchases at {place} cannot be used, and "
            f"without it nothing is bought. {remedy} Free calls go on working."
        )


class NotWritten(FutureJobsError):
    """An export cannot be written into `folder`, for an operating system's `reason`."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            f"Nothing was written or charged: files cannot be made in {folder} ({reason}). Set "
            "FJ_EXPORT_DIR to a folder that can be written to and restart the server."
        )


@dataclass(frozen=True)
class Attempted:
    """What was being done when an `ApiError` came up, in the words its sentence needs.

    Attributes:
        phrase: the thing done, with its article, such as "a search".
        tool: the tool to call again.
        costs: whether it spends credits.
        price: the price in credits, where the API publishes one.
        brought_key: whether the key came with the request, over HTTP.
    """

    phrase: str
    tool: str
    costs: bool = False
    price: int | None = None
    brought_key: bool = False


class ApiError(FutureJobsError):
    """FutureJobs did not do what was asked.

    Attributes:
        attempted: what was being done.
        certain: whether it is certain that nothing was carried out, so that nothing was charged.
        passing: whether the same call may succeed a moment later.
    """

    certain = True
    passing = False

    def __init__(self, attempted: Attempted, text: str, cause: str | None = None) -> None:
        self.attempted = attempted
        super().__init__(text, cause)


class KeyRefused(ApiError):
    """401 or 403."""

    def __init__(self, attempted: Attempted) -> None:
        if attempted.brought_key:
            advice = (
                " that came with this request. Set a valid one as header x-fj-api-key in the "
                "client's settings for this server"
            )
        else:
            advice = ". Check FJ_API_KEY (fj-mcp doctor tells more) and restart the server"
        super().__init__(
            attempted,
            f"Nothing was charged: FutureJobs refused the API key{advice}; calling again will not "
            "help before that.",
            "FutureJobs refused the API key. Check FJ_API_KEY.",
        )


class NoCredits(ApiError):
    """402. `remaining` and `price` are what the API said, where it did."""

    def __init__(self, attempted: Attempted, remaining: int | None, price: int | None) -> None:
        price = attempted.price if price is None else price
        left = "too few credits left" if remaining is None else f"{remaining} credits left"
        cost = (
            f"{attempted.phrase} costs {price}"
            if price is not None
            else f"{attempted.phrase} costs more (FutureJobs does not publish the price)"
        )
        super().__init__(
            attempted,
            f"Nothing was charged: the workspace has {left} and {cost}. Top up in FutureJobs, "
            "or ask list_sessions for searches already paid for.",
        )


class NotFound(ApiError):
    """404. `what` names the thing with its id, `remedy` says where the right id is."""

    def __init__(self, attempted: Attempted, what: str, remedy: str) -> None:
        cause = f"FutureJobs knows no {what}. {remedy}"
        super().__init__(attempted, f"Nothing was charged: {cause}", cause)


class Rejected(ApiError):
    """400, 409, 422: FutureJobs does not take the request. `reasons` use this server's names."""

    def __init__(self, attempted: Attempted, reasons: str) -> None:
        super().__init__(
            attempted,
            f"Nothing was charged: FutureJobs did not accept {attempted.phrase}: {reasons}. "
            f"Change that and call {attempted.tool} again.",
            f"FutureJobs did not accept {attempted.phrase}: {reasons}.",
        )


class NoMatch(Rejected):
    """400 "No profiles match": the filters are fine, and nobody fits them."""


class RateLimited(ApiError):
    """429. `seconds` is how long FutureJobs asks to wait."""

    passing = True

    def __init__(self, attempted: Attempted, seconds: float) -> None:
        self.seconds = seconds
        what, wait = (
            "FutureJobs takes no more requests for now.",
            f"{max(1, round(seconds))} seconds",
        )
        super().__init__(
            attempted,
            f"Nothing was charged: {what} Call {attempted.tool} again in {wait}.",
            f"{what} Try again in {wait}.",
        )


class Unreachable(ApiError):
    """No connection could be made, so nothing was sent. `what` and `remedy` have no full stop."""

    passing = True

    def __init__(
        self,
        attempted: Attempted,
        what: str = "FutureJobs cannot be reached",
        remedy: str = "Check the network (and FJ_API_BASE_URL, if it is set)",
    ) -> None:
        super().__init__(
            attempted,
            f"Nothing was sent or charged: {what}. {remedy}, then call {attempted.tool} again.",
            f"{what}. {remedy}.",
        )


class CannotConnect(ApiError):
    """A setting or a certificate stands in the way, so nothing was sent and trying again is vain.

    `what` and `remedy` have no full stop.
    """

    def __init__(self, attempted: Attempted, what: str, remedy: str) -> None:
        cause = f"{what}. {remedy}."
        super().__init__(attempted, f"Nothing was sent or charged: {cause}", cause)


class NoAnswer(ApiError):
    """There is no usable answer, so for a paid call the outcome is not certain."""

    passing = True

    def __init__(self, attempted: Attempted, what: str) -> None:
        self.happened = what
        self.certain = not attempted.costs
        charged = "It may have been charged" if attempted.costs else "Nothing was charged"
        super().__init__(
            attempted,
            f"{what}. {charged}; call {attempted.tool} again in a minute.",
            f"{what}. Try again in a minute.",
        )


class Unavailable(NoAnswer):
    """5xx, a gateway's page, or a connection that broke. `status` is the HTTP status, if any."""

    def __init__(self, attempted: Attempted, status: int | None = None) -> None:
        self.status = status
        what = (
            "The connection to FutureJobs broke"
            if status is None
            else f"FutureJobs is not answering properly (HTTP {status})"
        )
        super().__init__(attempted, what)


class Unreadable(NoAnswer):
    """An answer that is not the API's JSON."""

    def __init__(self, attempted: Attempted) -> None:
        super().__init__(attempted, "FutureJobs sent an answer that cannot be read")


class TimedOut(NoAnswer):
    """No answer within `seconds`."""

    def __init__(self, attempted: Attempted, seconds: float) -> None:
        super().__init__(attempted, f"FutureJobs did not answer within {seconds:g} seconds")
