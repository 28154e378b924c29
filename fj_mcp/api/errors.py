"""What FutureJobs did not do, each failure as a sentence for the model.

ApiError
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
"""

from dataclasses import dataclass

from fj_mcp.errors import FutureJobsError


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
