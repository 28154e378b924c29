"""Messages on stdin, one a line: read within bounds, and none left without an answer."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import INVALID_REQUEST, JSONRPCError, JSONRPCResponse

from fj_mcp.server.sdk.protocol_errors import PlainError, plain_error
from fj_mcp.transports.messages import BadMessage, Id, Read, id_in, read_message

if TYPE_CHECKING:
    from mcp.shared._stream_protocols import WriteStream

MOST_LINE_BYTES = 10_000_000

_STDIN = 0
_CHUNK_BYTES = 65_536
_TOO_LONG = f"The message is longer than {MOST_LINE_BYTES:,} bytes: send less at once."
_WATCH_SECONDS = 0.02


class Lines:
    """What the client on stdin says, and which of its requests have no answer yet."""

    def __init__(self) -> None:
        self._sent: WriteStream[SessionMessage]
        self._open: set[Id] = set()
        self._stopped = False
        self._reading = anyio.CancelScope()

    def answering(self, sent: "WriteStream[SessionMessage]") -> "WriteStream[SessionMessage]":
        """`sent`, which carries answers to the client, for whoever gives them."""
        self._sent = sent
        return _Answers(sent, self._open)

    async def answered(self) -> None:
        """Return as soon as every request that was read is answered."""
        while self._open:  # noqa: ASYNC110 - once in a lifetime; an event would be state
            await anyio.sleep(_WATCH_SECONDS)

    def stop(self) -> None:
        """Read no further, as if the client had hung up."""
        self._stopped = True
        self._reading.cancel()

    async def read(self, hung_up: Callable[[], Awaitable[None]]) -> AsyncIterator[bytes]:
        """The JSON of each message that can be served; what cannot is refused.

        Args:
            hung_up: waited for when the client has hung up, before the messages end.
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
            if too_long or len(line) > MOST_LINE_BYTES:
                if not too_long:
                    await self._refuse(_too_long(line))
                too_long = True
                line.clear()
        if not self._stopped:
            # A last line may have no end.
            if not too_long and (message := await self._message(bytes(line))) is not None:
                yield message
            await hung_up()

    async def _chunk(self) -> bytes:
        """What comes next on stdin; nothing at its end."""
        with anyio.CancelScope() as self._reading:
            # A number that is not stdin's may be any file's.
            if self._stopped or sys.stdin is None:
                return b""
            try:
                return await anyio.to_thread.run_sync(
                    os.read, _STDIN, _CHUNK_BYTES, abandon_on_cancel=True
                )
            except OSError:
                return b""
        return b""

    async def _message(self, line: bytes) -> bytes | None:
        if not line.strip():
            return None
        try:
            if len(line) > MOST_LINE_BYTES:
                raise _too_long(line)
            message = read_message(line)
        except BadMessage as bad:
            await self._refuse(bad)
            return None
        self._note(message)
        return message.json

    def _note(self, message: Read) -> None:
        content = message.content
        method = content.get("method")
        if method == "notifications/cancelled":
            # What is cancelled is not answered.
            cancelled = (content.get("params") or {}).get("requestId")
            if isinstance(cancelled, str | int):
                self._open.discard(cancelled)
        elif method is not None and "id" in content:
            self._open.add(content["id"])

    async def _refuse(self, bad: BadMessage) -> None:
        error = PlainError(code=bad.code, message=str(bad))
        refusal = JSONRPCError(jsonrpc="2.0", id=bad.request_id, error=error)
        await self._sent.send(SessionMessage(refusal))


def _too_long(line: bytes | bytearray) -> BadMessage:
    return BadMessage(INVALID_REQUEST, _TOO_LONG, id_in(bytes(line[:1_000])))


class _Answers:
    """The SDK's stream to the client, with errors in this server's words."""

    def __init__(self, sent: "WriteStream[SessionMessage]", unanswered: set[Id]) -> None:
        self._sent = sent
        self._unanswered = unanswered

    async def send(self, item: SessionMessage) -> None:
        message = item.message
        if isinstance(message, JSONRPCError):
            error = plain_error(message.error)
            item = replace(item, message=message.model_copy(update={"error": error}))
        await self._sent.send(item)
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._unanswered.discard(message.id)

    async def aclose(self) -> None:
        await self._sent.aclose()

    async def __aenter__(self) -> "_Answers":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()
