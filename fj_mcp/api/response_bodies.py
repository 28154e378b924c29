"""The body of a response, read piece by piece and never beyond a limit.

httpx inflates whatever a piece of the network holds at once, and 64 kB of gzip can hold 64 MB.
"""

import zlib

import anyio.lowlevel
import httpx

MOST_BYTES = 32 * 1024 * 1024
"""Of a body as JSON. The largest that is known, a page of profiles, is a tenth of this."""

ENCODINGS = "gzip"
"""What to ask for: what is read here."""

_PIECE_BYTES = 1024 * 1024


class NotReadable(Exception):
    """A body that is too large, or in an encoding that was not asked for, or not in it."""


async def read_body(response: httpx.Response) -> bytes:
    """The whole body, decoded.

    Raises:
        NotReadable: for a body over 32 MB, and for one that cannot be decoded.
        httpx.TransportError: if the connection breaks.
    """
    if response.is_stream_consumed:
        # Whoever made the response had the whole of it.
        return response.content
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return await _plain(response)
    if encoding in ("gzip", "x-gzip", "deflate"):
        return await _inflated(response)
    raise NotReadable


async def _plain(response: httpx.Response) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MOST_BYTES:
        raise NotReadable
    pieces, size = [], 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > MOST_BYTES:
            raise NotReadable
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _inflated(response: httpx.Response) -> bytes:
    # This many bits tell gzip from zlib by themselves.
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    whole = bytearray()
    async for received in response.aiter_raw():
        piece = received
        try:
            while piece and not inflater.eof:
                whole += inflater.decompress(piece, _PIECE_BYTES)
                piece = inflater.unconsumed_tail
                if len(whole) > MOST_BYTES:
                    raise NotReadable
                if piece:
                    # Inflating what is large must not hold up everybody else.
                    await anyio.lowlevel.checkpoint()
        except zlib.error:
            raise NotReadable from None
        if inflater.eof:
            break
    return bytes(whole)
