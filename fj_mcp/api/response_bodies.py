"""Read the body of a response in chunks, up to a size limit.

httpx decompresses each chunk from the network at once, and 64 kB of gzip can expand to 64 MB.
"""

import zlib

import anyio.lowlevel
import httpx

MAX_BODY_BYTES = 32 * 1024 * 1024
"""The limit of a decoded body. The largest known one, a page of profiles, is a tenth of this."""

ENCODINGS = "gzip"
"""The value of `accept-encoding`."""

Body = bytes | bytearray

_CHUNK_BYTES = 1024 * 1024


class NotReadable(Exception):
    """A body that is too large, in an unsupported encoding, or corrupt."""


async def read_body(response: httpx.Response) -> Body:
    """Read and decode the whole body.

    Raises:
        NotReadable: for a body over 32 MB, and for one that cannot be decoded.
        httpx.TransportError: if the connection is lost.
    """
    if response.is_stream_consumed:
        # The transport had the whole body in memory.
        return response.content
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return await _plain(response)
    if encoding in ("gzip", "x-gzip", "deflate"):
        return await _inflated(response)
    raise NotReadable


async def _plain(response: httpx.Response) -> Body:
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MAX_BODY_BYTES:
        raise NotReadable
    # Joining a list of chunks at the end would take twice as long.
    whole = bytearray()
    async for chunk in response.aiter_raw():
        whole += chunk
        if len(whole) > MAX_BODY_BYTES:
            raise NotReadable
    return whole


async def _inflated(response: httpx.Response) -> Body:
    # MAX_WBITS | 32 detects gzip and zlib automatically.
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)
    whole = bytearray()
    async for received in response.aiter_raw():
        chunk = received
        try:
            while chunk and not inflater.eof:
                whole += inflater.decompress(chunk, _CHUNK_BYTES)
                chunk = inflater.unconsumed_tail
                if len(whole) > MAX_BODY_BYTES:
                    raise NotReadable
                if chunk:
                    # Inflating a large body must not block other tasks.
                    await anyio.lowlevel.checkpoint()
        except zlib.error:
            raise NotReadable from None
        if inflater.eof:
            break
    return whole
