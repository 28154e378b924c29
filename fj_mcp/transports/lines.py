"""Messages on stdin, one per line, with limits and a response to every request."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, JSONRPCError, JSONRPCResponse

from fj_mcp.server.sdk.protocol_errors import PlainError, plain_error
from fj_mcp.transports.messages import BadMessage, Id, ParsedMessage, id_in, parse_message
from fj_mcp.transports.pipes import read_stdin

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import WriteStream

MAX_LINE_BYTES = 10_000_000

_TOO_LONG = f"The message is longer than {MAX_LINE_BYTES:,} bytes: send less at once."
_POLL_SECONDS = 0.02


class Lines:
    """Reads the client's messages from stdin, and tracks requests that have no response yet.

    Attributes:
        tools_sent: set once the client has the list of tools.
    """

    def __init__(self) -> None:
        self._sent: WriteStream[SessionMessage]
        self._open: set[Id] = set()
        self.tools_sent = anyio.Event()
        self._stopped = False
        self._reading = anyio.CancelScope()

    def track(self, sent: "WriteStream[SessionMessage]") -> "WriteStream[SessionMessage]":
        """Wrap the stream to the client, so that responses sent on it are tracked."""
        self._sent = sent
        return _Responses(sent, self._open, self.tools_sent)

    async def all_sent(self) -> None:
        """Wait until every request that was read has its response."""
        while self._open:  # noqa: ASYNC110 - once in a lifetime; an event would be state
            await anyio.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop reading, as if the client had hung up."""
        self._stopped = True
        self._reading.cancel()

    async def read(self, on_hang_up: Callable[[], Awaitable[None]]) -> AsyncIterator[bytes]:
        """Yield the JSON of each valid message, and reject the others.

        Args:
            on_hang_up: awaited when the client has hung up, before the iteration ends.
        """
        line = bytearray()
        too_long = False
        while chunk := await self._chunk():
            *ends, start = chunk.split(b"\n")
            for end in ends:
                line += end
                if not too_long and (message := await self._message(bytes(line))) is not None:
                    yield message
                line.clear()
                too_long = False
            line += start
            if too_long or len(line) > MAX_LINE_BYTES:
                if not too_long:
                    await self._reject(_too_long(line))
                too_long = True
                line.clear()
        if not self._stopped:
            # The last line may lack its line break.
            if not too_long and (message := await self._message(bytes(line))) is not None:
                yield message
            await on_hang_up()

    async def _chunk(self) -> bytes:
        """The next bytes from stdin; empty at its end."""
        with anyio.CancelScope() as self._reading:
            # Without a stdin, file descriptor 0 may be any other file.
            if self._stopped or sys.stdin is None:
                return b""
            try:
                return await read_stdin()
            except OSError:
                return b""
        return b""

    async def _message(self, line: bytes) -> bytes | None:
        if not line.strip():
            return None
        try:
            if len(line) > MAX_LINE_BYTES:
                raise _too_long(line)
            message = parse_message(line)
        except BadMessage as bad:
            await self._reject(bad)
            return None
        self._track_request(message)
        return message.json

    def _track_request(self, message: ParsedMessage) -> None:
        content = message.content
        method = content.get("method")
        if method == "notifications/cancelled":
            # A canceled request gets no response.
            cancelled = (content.get("params") or {}).get("requestId")
            if isinstance(cancelled, str | int):
                self._open.discard(cancelled)
        elif method is not None and "id" in content:
            self._open.add(content["id"])

    async def _reject(self, bad: BadMessage) -> None:
        error = PlainError(code=bad.code, message=str(bad))
        rejection = JSONRPCError(jsonrpc="2.0", id=bad.request_id, error=error)
        await self._sent.send(SessionMessage(rejection))


def _too_long(line: bytes | bytearray) -> BadMessage:
    return BadMessage(INVALID_REQUEST, _TOO_LONG, id_in(bytes(line[:1_000])))


class _Responses:
    """The SDK's stream to the client, with this server's error messages."""

    def __init__(
        self, sent: "WriteStream[SessionMessage]", unanswered: set[Id], tools_sent: anyio.Event
    ) -> None:
        self._sent = sent
        self._unanswered = unanswered
        self._tools_sent = tools_sent

    async def send(self, item: SessionMessage) -> None:
        message = item.message
        if isinstance(message, JSONRPCError):
            error = plain_error(message.error)
            item = replace(item, message=message.model_copy(update={"error": error}))
        await self._sent.send(item)
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._unanswered.discard(message.id)
        if isinstance(message, JSONRPCResponse) and "tools" in message.result:
            self._tools_sent.set()

    async def aclose(self) -> None:
        await self._sent.aclose()

    async def __aenter__(self) -> "_Responses":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
