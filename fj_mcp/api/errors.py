"""Errors of the FutureJobs API, each with a message for the model.

ApiError
├── KeyRefused           401, 403
├── NoCredits            402
├── NotFound             404
├── Rejected             400, 409, 422 and other client errors
│   └── NoMatch          400 "No profiles match": an empty result, not a failure
├── RateLimited          429
├── Unreachable          no connection could be made
├── CannotConnect        ... and none can be, until a setting or certificate is corrected
└── NoResponse           no usable response: for a purchase, the outcome is open
    ├── Unavailable      5xx, a gateway's page, a lost connection
    ├── Unreadable       a response that is not the API's JSON
    └── TimedOut         no response in time
"""

from msgspec import Struct

from fj_mcp.errors import FutureJobsError
from fj_mcp.text.numbers import number_of


class Attempted(Struct, frozen=True):
    """The operation that failed, in the words of its error message.

    Attributes:
        phrase: the operation with its article, such as "a search".
        tool: the tool to call again.
        costs: whether it spends credits.
        price: the price in credits, if the API publishes one.
        brought_key: whether the key came with the request, over HTTP.
        signs_in: whether the user may have signed in with the key instead.
    """

    phrase: str
    tool: str
    costs: bool = False
    price: int | None = None
    brought_key: bool = False
    signs_in: bool = False


class ApiError(FutureJobsError):
    """A request to FutureJobs failed.

    Attributes:
        attempted: the operation.
        certain: whether it was definitely not carried out, so that nothing was charged.
        transient: whether the same call may succeed a moment later.
    """

    certain = True
    transient = False

    def __init__(self, attempted: Attempted, text: str, cause: str | None = None) -> None:
        self.attempted = attempted
        super().__init__(text, cause)


class KeyRefused(ApiError):
    """401 or 403."""

    def __init__(self, attempted: Attempted) -> None:
        if attempted.brought_key:
            advice = (
                " sent with this request. Set a valid key as the header x-fj-api-key in the "
                "client's settings for this server"
            )
            if attempted.signs_in:
                advice += ", or remove the server there, add it again, and sign in with a valid key"
        else:
            advice = ". Check FJ_API_KEY (fj-mcp doctor shows more) and restart the server"
        super().__init__(
            attempted,
            f"Nothing was charged: FutureJobs rejected the API key{advice}; calling again will not "
            "help until then.",
            "FutureJobs rejected the API key. Check FJ_API_KEY.",
        )


class NoCredits(ApiError):
    """402. `remaining` and `price` are the API's numbers; None if it gave none."""

    def __init__(
        self,
        attempted: Attempted,
        remaining: int | None,
        price: int | None,
        *,
        in_sandbox: bool = False,
    ) -> None:
        price = attempted.price if price is None else price
        left = (
            "too few credits left"
            if remaining is None
            else f"{number_of(remaining, 'credit')} left"
        )
        cost = (
            f"{attempted.phrase} costs {price}"
            if price is not None
            else f"{attempted.phrase} costs more (FutureJobs does not publish the price)"
        )
        whose, remedy = "workspace", "Top up in FutureJobs"
        if in_sandbox:
            whose, remedy = "sandbox", "Restart the server for new credits (free)"
        super().__init__(
            attempted,
            f"Nothing was charged: the {whose} has {left} and {cost}. {remedy}, "
            "or use list_sessions to find searches that are already paid for.",
        )


class NotFound(ApiError):
    """404. `what` names the resource with its id, `remedy` says where to find the right id."""

    def __init__(self, attempted: Attempted, what: str, remedy: str) -> None:
        cause = f"FutureJobs has no {what}. {remedy}"
        super().__init__(attempted, f"Nothing was charged: {cause}", cause)


class Rejected(ApiError):
    """400, 409, 422: FutureJobs rejected the request. `reasons` use this server's names."""

    def __init__(self, attempted: Attempted, reasons: str) -> None:
        super().__init__(
            attempted,
            f"Nothing was charged: FutureJobs did not accept {attempted.phrase}: {reasons}. "
            f"Correct that and call {attempted.tool} again.",
            f"FutureJobs did not accept {attempted.phrase}: {reasons}.",
        )


class NoMatch(Rejected):
    """400 "No profiles match": the filters are valid, but no candidate matches them."""


class RateLimited(ApiError):
    """429. `seconds` is the wait that FutureJobs asks for."""

    transient = True

    def __init__(self, attempted: Attempted, seconds: float) -> None:
        self.seconds = seconds
        what = "FutureJobs is rate limiting requests."
        wait = number_of(max(1, round(seconds)), "second")
        super().__init__(
            attempted,
            f"Nothing was charged: {what} Call {attempted.tool} again in {wait}.",
            f"{what} Try again in {wait}.",
        )


class Unreachable(ApiError):
    """No connection could be made; nothing was sent. `what` and `remedy` have no final period."""

    transient = True

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
    """A setting or certificate prevents the connection, so nothing was sent; a retry is useless.

    `what` and `remedy` have no final period.
    """

    def __init__(self, attempted: Attempted, what: str, remedy: str) -> None:
        cause = f"{what}. {remedy}."
        super().__init__(attempted, f"Nothing was sent or charged: {cause}", cause)


class NoResponse(ApiError):
    """There is no usable response, so the outcome of a paid request is not certain."""

    transient = True

    def __init__(self, attempted: Attempted, what: str) -> None:
        self.happened = what
        self.certain = not attempted.costs
        charged = "It may have been charged" if attempted.costs else "Nothing was charged"
        super().__init__(
            attempted,
            f"{what}. {charged}; call {attempted.tool} again in a minute.",
            f"{what}. Try again in a minute.",
        )


class Unavailable(NoResponse):
    """5xx, a gateway's page, or a lost connection. `status` is the HTTP status, if any."""

    def __init__(self, attempted: Attempted, status: int | None = None) -> None:
        self.status = status
        what = (
            "The connection to FutureJobs was lost"
            if status is None
            else f"FutureJobs returned an error (HTTP {status})"
        )
        super().__init__(attempted, what)


class Unreadable(NoResponse):
    """A response that is not the API's JSON."""

    def __init__(self, attempted: Attempted) -> None:
        super().__init__(attempted, "FutureJobs sent a response that cannot be read")


class TimedOut(NoResponse):
    """No response within `seconds`."""

    def __init__(self, attempted: Attempted, seconds: float) -> None:
        limit = f"{seconds:g} {'second' if seconds == 1 else 'seconds'}"
        super().__init__(attempted, f"FutureJobs did not respond within {limit}")
