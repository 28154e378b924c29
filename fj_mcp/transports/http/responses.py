"""Send the SDK's response in a form that the client reads, and before its deadline."""

import anyio
from mcp_types import INTERNAL_ERROR
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fj_mcp.server.sdk.protocol_errors import UNEXPECTED
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.request_headers import Headers

_JSON = ("application/json", "application/*", "*/*")
_STREAM = ("text/event-stream", "text/*")
_STREAM_TYPE = b"text/event-stream"


def reads_streams(headers: Headers) -> bool:
    """Whether a client explicitly accepts event streams.

    Raises:
        RequestRejected: 406, if it does not accept JSON.
    """
    accepted = [value.decode("latin-1").lower() for name, value in headers if name == b"accept"]
    kinds = [kind.partition(";")[0].strip() for kind in ",".join(accepted).split(",")]
    if any(kinds) and not any(kind in _JSON for kind in kinds):
        raise RequestRejected(
            406, "Send Accept: application/json, text/event-stream, or leave it out."
        )
    return any(kind in _STREAM for kind in kinds)


class Responder:
    """Sends the response to one request; used in place of ASGI's `send`."""

    def __init__(self, send: Send, *, streams: bool) -> None:
        """Args: `streams`: whether the client reads event streams."""
        self._send = send
        self._streams = streams
        self._events: bytearray | None = None
        self._begun = False
        self._ended = False

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, seconds: float) -> None:
        """Run `app`, and cut its response off after `seconds`."""
        with anyio.move_on_after(seconds):
            await app(scope, receive, self)
        if not await self.end():
            timed_out = RequestRejected(504, UNEXPECTED, code=INTERNAL_ERROR)
            await timed_out.send(scope, receive, self._send)

    async def end(self) -> bool:
        """End a response that was cut off; whether it had begun."""
        if self._begun and not self._ended:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        return self._begun

    async def __call__(self, message: Message) -> None:
        """Send a part of the response; collect a stream for a client that does not read them."""
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            if not self._streams and kind.startswith(_STREAM_TYPE):
                self._events = bytearray()
                return
            self._begun = True
        elif self._events is not None:
            self._events += message.get("body", b"")
            if not message.get("more_body", False):
                await self._last_event()
            return
        else:
            self._ended = not message.get("more_body", False)
        await self._send(message)

    async def _last_event(self) -> None:
        """Send the last event of a stream, which is the response itself, as JSON."""
        assert self._events is not None
        found = [line[6:] for line in self._events.splitlines() if line.startswith(b"data: ")]
        if not found:
            return
        self._begun = self._ended = True
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(found[-1])).encode()),
        ]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send({"type": "http.response.body", "body": bytes(found[-1])})
