"""A span and a log line for each request to FutureJobs.

They contain operations and outcomes, never search terms or candidates.
"""

from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING

from opentelemetry import trace

from fj_mcp import __version__
from fj_mcp.telemetry.logs import log

if TYPE_CHECKING:
    import httpx


OPERATION = "fj_mcp.operation"
"""The key of the operation in a request's extensions."""

_ATTEMPT = "fj_mcp.attempt"

_tracer = trace.get_tracer("fj_mcp", __version__)


class AttemptSpan:
    """A context manager for one attempt of a request: a span, and a log line at DEBUG.

    Attributes:
        response: set by the caller once it has arrived.
    """

    response: "httpx.Response | None" = None

    def __init__(self, request: "httpx.Request") -> None:
        """Count another attempt of `request`."""
        self._operation: str = request.extensions[OPERATION]
        self._attempt: int = request.extensions.get(_ATTEMPT, 0) + 1
        request.extensions[_ATTEMPT] = self._attempt

    def __enter__(self) -> "AttemptSpan":
        self._began = perf_counter()
        self._span = _tracer.start_span(
            f"FutureJobs {self._operation}",
            kind=trace.SpanKind.CLIENT,
            attributes={
                "futurejobs.operation": self._operation,
                "futurejobs.attempt": self._attempt,
            },
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        status = self.response.status_code if self.response is not None else None
        failure = kind.__name__ if kind else str(status) if status and status >= 400 else None
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if failure is not None:
            self._span.set_attribute("error.type", failure)
            self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()
        seconds = perf_counter() - self._began
        log.debug(
            "operation=%s attempt=%d outcome=%s ms=%.0f",
            self._operation,
            self._attempt,
            failure or status,
            seconds * 1_000,
        )
