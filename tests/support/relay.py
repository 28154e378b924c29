"""A way to a PostgreSQL on which connections are lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, Self

from tests.support.ledgers import PostgresServer


class _Ends(NamedTuple):
    """Of a connection: from the PostgreSQL, to it, and to the client."""

    there: asyncio.StreamReader
    back: asyncio.StreamWriter
    writer: asyncio.StreamWriter


class _Way:
    """A way to a PostgreSQL by TCP. Subclasses pass on what is sent."""

    def __init__(self, postgres: PostgresServer) -> None:
        self._socket = f"{postgres.folder}/.s.PGSQL.5432"
        self._meetings = set[asyncio.Task[None]]()
        self.address = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        async with await asyncio.start_server(self._meet, "127.0.0.1", 0) as listening:
            port = listening.sockets[0].getsockname()[1]
            # Nothing is encrypted on the way.
            self.address = f"postgresql://tester@127.0.0.1:{port}/postgres?sslmode=disable"
            yield self
        await asyncio.gather(*self._meetings)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (meeting := asyncio.current_task()) is not None:
            self._meetings.add(meeting)
        there, back = await asyncio.open_unix_connection(self._socket)
        answering = asyncio.create_task(_pass_on(there, writer))
        with suppress(OSError):
            while piece := await reader.read(65536):
                if self._is_special(piece):
                    answering.cancel()
                    await asyncio.wait([answering])
                    if not await self._treat(piece, _Ends(there, back, writer)):
                        break
                    answering = asyncio.create_task(_pass_on(there, writer))
                    continue
                back.write(piece)
                await back.drain()
        for end in (back, writer):
            end.close()
        await asyncio.wait([answering])

    def _is_special(self, piece: bytes) -> bool:
        """Whether this piece is not just passed on."""
        raise NotImplementedError

    async def _treat(self, piece: bytes, ends: _Ends) -> bool:
        """Pass on a special piece, or not; return whether the connection goes on."""
        raise NotImplementedError


class Relay(_Way):
    """A way to a PostgreSQL, by TCP, that is cut at a commit: before it, or after it.

    Only the commits count that come after a statement with the text `of`. `cuts`: how many of them
    in a row are cut.
    """

    def __init__(
        self, postgres: PostgresServer, commit: int, when: str, of: bytes = b"", cuts: int = 1
    ) -> None:
        super().__init__(postgres)
        self._left = commit
        self._when = when
        self._of = of
        self._counts = False
        self._cuts = cuts

    def keep(self) -> bool:
        """Cut no more; return whether it was cut."""
        was_cut = self._left <= 0
        self._cuts = 0
        return was_cut

    def _is_special(self, piece: bytes) -> bool:
        self._counts = self._counts or self._of in piece
        commits = self._counts and b"COMMIT" in piece
        self._left -= commits
        return commits and self._left <= 0 and self._cuts > 0

    async def _treat(self, piece: bytes, ends: _Ends) -> bool:
        self._cuts -= 1
        if self._when == "after":
            ends.back.write(piece)
            await ends.there.read(65536)
        return False


class HeldAnswer(_Way):
    """A way to a PostgreSQL, by TCP, on which the answer to one statement is held.

    Attributes:
        address: of the way.
        asked: set once a statement with the text `of` was passed on and answered.
        release: lets the answer through, and from then on all others.
    """

    def __init__(self, postgres: PostgresServer, of: bytes) -> None:
        super().__init__(postgres)
        self._of = of
        self.asked, self.release = asyncio.Event(), asyncio.Event()

    def _is_special(self, piece: bytes) -> bool:
        return self._of in piece and not self.asked.is_set()

    async def _treat(self, piece: bytes, ends: _Ends) -> bool:
        ends.back.write(piece)
        answer = await ends.there.read(65536)
        self.asked.set()
        await self.release.wait()
        ends.writer.write(answer)
        return True


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
        writer.close()
