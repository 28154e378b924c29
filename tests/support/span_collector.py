"""A local collector for OpenTelemetry's protocol over HTTP."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue


@dataclass(frozen=True)
class Span:
    """One exported span."""

    name: str
    service: str
    facts: dict[str, Any]
    failed: bool
    trace_id: bytes
    span_id: bytes
    parent_id: bytes
    nanoseconds: int


class Collector:
    """The exported spans."""

    def __init__(self, address: str) -> None:
        self.variables: dict[str, Any] = {"OTEL_EXPORTER_OTLP_ENDPOINT": address}
        self.bodies: list[bytes] = []

    def spans(self, name: str = "") -> list[Span]:
        """Spans whose name starts with `name`, in the order they ended."""
        return [
            Span(
                span.name,
                _read(resource.resource.attributes)["service.name"],
                _read(span.attributes),
                span.status.code == span.status.STATUS_CODE_ERROR,
                span.trace_id,
                span.span_id,
                span.parent_span_id,
                span.end_time_unix_nano - span.start_time_unix_nano,
            )
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
            if span.name.startswith(name)
        ]

    def text(self) -> str:
        """Every string in the exported data, one per line."""
        messages = map(ExportTraceServiceRequest.FromString, self.bodies)
        return "\n".join(text for message in messages for text in _texts(message))


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that runs for the duration of the context."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        collector = Collector(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield collector
        server.shutdown()
        thread.join()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif hasattr(value, "ListFields"):
        for _, inner in value.ListFields():
            yield from _texts(inner)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for inner in value:
            yield from _texts(inner)


def _read(attributes: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(attributes)
    return {
        pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value")
        for pair in pairs
    }
