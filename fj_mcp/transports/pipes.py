"""stdin and stdout of this process, read and written by the event loop.

The SDK uses three threads per call for it, which take a tenth of the call's time.
"""

import os
import select
import sys

import anyio

_STDIN, _STDOUT, _STDERR = range(3)
_CHUNK_BYTES = 65_536


async def read_stdin() -> bytes:
    """The next bytes; empty at the end.

    Raises:
        OSError: if stdin cannot be read.
    """
    if sys.platform != "win32":
        try:
            await anyio.wait_readable(_STDIN)
        except PermissionError:
            # epoll does not take files.
            pass
        else:
            return os.read(_STDIN, _CHUNK_BYTES)
    return await anyio.to_thread.run_sync(os.read, _STDIN, _CHUNK_BYTES, abandon_on_cancel=True)


class Stdout:
    """The file that `stdio_server` writes to. Not for Windows, whose pipes cannot be waited for.

    As in the SDK, `print` writes to stderr from now on.
    """

    def __init__(self) -> None:
        self._pipe = os.dup(_STDOUT)
        os.dup2(os.open(os.devnull, os.O_WRONLY) if sys.stderr is None else _STDERR, _STDOUT)
        self._unsent = b""

    async def write(self, line: str) -> None:
        """Keep one message for `flush`."""
        self._unsent = line.encode()

    async def flush(self) -> None:
        """Send the message, as fast as the client reads it.

        Raises:
            BrokenPipeError: if the client has closed its side.
        """
        unsent = memoryview(self._unsent)
        while unsent:
            if not select.select([], [self._pipe], [], 0)[1]:
                await anyio.wait_writable(self._pipe)
            # A pipe that is ready takes this much without blocking.
            unsent = unsent[os.write(self._pipe, unsent[: select.PIPE_BUF]) :]
