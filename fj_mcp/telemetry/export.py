"""A span for each request to FutureJobs, and where spans go.

Spans name operations and outcomes, never what was asked for or who was found. They are exported
where OpenTelemetry's standard variables say so; reading those is OpenTelemetry's part.
"""

import threading
from collections.abc import Mapping
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any

from opentelemetry import trace

from fj_mcp import __version__
from fj_mcp.telemetry.logs import log

if TYPE_CHECKING:
    import httpx

OPERATION = "fj_mcp.operation"
"""Where a request's extensions say which operation it is for."""

FLUSH_SECONDS = 1.0
"""How long the last spans may take; clients kill a server that lingers for two seconds."""

_ATTEMPT = "fj_mcp.attempt"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_tracer = trace.get_tracer("fj_mcp", __version__)


class Sending:
    """One attempt of a request as a context: a span, and a line of the log at DEBUG.

    Attributes:
        response: what was answered, as far as the attempt came; set by whoever sends.
    """

    response: "httpx.Response | None" = None

    def __init__(self, request: "httpx.Request") -> None:
        """The first attempt of `request`, or the next if there was one before."""
        self._operation: str = request.extensions[OPERATION]
        self._attempt: int = request.extensions.get(_ATTEMPT, 0) + 1
        request.extensions[_ATTEMPT] = self._attempt

    def __enter__(self) -> "Sending":
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


def export_spans(environment: Mapping[str, str]) -> None:
    """Export spans from now on, if `environment` has an OTLP endpoint.

    What it needs is only loaded then. A process that already collects spans is left as it is.
    """
    traced = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    wanted = any(environment.get(name) for name in _ENDPOINTS) and "otlp" in traced.split(",")
    if not wanted or not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    try:
        trace.set_tracer_provider(_exporting_provider())
    except ImportError:
        log.warning(
            "Nothing is exported to OpenTelemetry, whose endpoint is set: add the extra otel of "
            "this project where it is installed (uv run --extra otel fj-mcp, or pip install "
            "'.[otel]' in its folder), or unset OTEL_EXPORTER_OTLP_ENDPOINT."
        )
    except ValueError:
        log.warning(
            "Nothing is exported to OpenTelemetry: one of its settings (OTEL_...) has a value that "
            "cannot be used."
        )


def _exporting_provider() -> trace.TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = Resource({"service.name": "fj-mcp", "service.version": __version__})
    # What the variables say comes before ours, and ours before OpenTelemetry's defaults.
    resource = Resource.create().merge(ours.merge(OTELResourceDetector().detect()))
    # At exit it would wait half a minute for an endpoint that does not answer.
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def flush_spans() -> None:
    """Send the spans that were not sent yet, for a second at most."""
    flush: Any = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        # Its own time limit is not kept.
        thread = threading.Thread(target=flush, daemon=True)
        thread.start()
        thread.join(FLUSH_SECONDS)
