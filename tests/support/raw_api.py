"""An API on loopback that sends the same raw bytes in response to every request."""

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Body = Callable[[], Iterable[bytes]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore errors: tests expect clients that disconnect or reject a certificate."""


@contextmanager
def raw_api(
    body: Body,
    headers: dict[str, str] | None = None,
    status: int = 200,
    tls: ssl.SSLContext | None = None,
) -> Iterator[tuple[str, list[str]]]:
    """The address of such an API, and a list of the requested paths."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            with suppress(OSError):
                super().handle_one_request()
                return
            self.close_connection = True

        def do_GET(self) -> None:
            asked.append(self.path)
            length = int(self.headers.get("content-length") or 0)
            self.rfile.read(length)
            self.send_response(status)
            for name, value in ({"content-type": "application/json"} | (headers or {})).items():
                self.send_header(name, value)
            self.send_header("connection", "close")
            self.end_headers()
            for piece in body():
                self.wfile.write(piece)

        do_POST = do_PATCH = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        # The handler does the handshake, so that one that hangs does not block the others.
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://localhost:{server.server_address[1]}/api/v1/wl", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
