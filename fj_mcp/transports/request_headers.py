"""The headers of a request, as ASGI has them."""

from collections.abc import Sequence

Headers = Sequence[tuple[bytes, bytes]]
"""Names in small letters, and values."""


def bearers(headers: Headers) -> list[bytes]:
    """What stands behind `Authorization: Bearer`, for each such header."""
    found = []
    for name, value in headers:
        scheme, _, credential = value.strip().partition(b" ")
        if name == b"authorization" and scheme.lower() == b"bearer":
            found.append(credential.strip())
    return found
