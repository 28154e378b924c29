"""Export spans over OpenTelemetry, if its standard variables set an endpoint."""

import threading
from collections.abc import Mapping
from typing import Any

from opentelemetry import trace

from fj_mcp import __version__
from fj_mcp.telemetry.logs import log

FLUSH_SECONDS = 1.0
"""The time limit for the last spans. Clients kill a server that lingers for two seconds."""

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def export_spans(environment: Mapping[str, str]) -> None:
    """Start exporting spans if `environment` has an OTLP endpoint.

    The exporter is only imported then. A tracer provider that is already set is kept.
    """
    traced = environment.get("OTEL_TRACES_EXPORTER") or "otlp"
    wanted = any(environment.get(name) for name in _ENDPOINTS) and "otlp" in traced.split(",")
    if not wanted or not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return
    try:
        trace.set_tracer_provider(_exporting_provider())
    except ImportError:
        log.warning(
            "No spans are exported, although an OpenTelemetry endpoint is set: install this "
            "project with its extra otel (uv run --extra otel fj-mcp, or pip install '.[otel]' in "
            "its folder), or unset OTEL_EXPORTER_OTLP_ENDPOINT."
        )
    except ValueError:
        log.warning(
            "No spans are exported: an OpenTelemetry setting (OTEL_...) has a value that cannot be "
            "used."
        )


def _exporting_provider() -> trace.TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = Resource({"service.name": "fj-mcp", "service.version": __version__})
    # Precedence: the environment, then our values, then OpenTelemetry's defaults.
    resource = Resource.create().merge(ours.merge(OTELResourceDetector().detect()))
    # At exit it would wait half a minute for an endpoint that does not respond.
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def flush_spans() -> None:
    """Send the remaining spans, for at most a second."""
    flush: Any = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        # `force_flush` does not keep to its own time-out.
        thread = threading.Thread(target=flush, daemon=True)
        thread.start()
        thread.join(FLUSH_SECONDS)
