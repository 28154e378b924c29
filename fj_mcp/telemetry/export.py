"""Where spans go: to OpenTelemetry, if it has an endpoint.

Its standard variables say where that is, and reading them is OpenTelemetry's part.
"""

import threading
from collections.abc import Mapping
from typing import Any

from opentelemetry import trace

from fj_mcp import __version__
from fj_mcp.telemetry.logs import log

FLUSH_SECONDS = 1.0
"""How long the last spans may take; clients kill a server that lingers for two seconds."""

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


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
