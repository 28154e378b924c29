"""Requests to the company's identity provider, as the operator has set it up."""

from typing import Any
from urllib.parse import quote

import anyio
import httpx
import msgspec

from fj_mcp.api.errors import ApiError, Attempted
from fj_mcp.api.network import open_client
from fj_mcp.telemetry.logs import log

_SECONDS = 5.0
_MAX_BYTES = 1_048_576
_ATTEMPTED = Attempted("signing in", "")


class ProviderUnavailable(Exception):
    """The provider gave no usable response. The text says why, and quotes nothing of it."""


class NoDocument(ProviderUnavailable):
    """The provider has no document at an address."""


async def read_document(url: str) -> dict[str, Any]:
    """Read a JSON document. Raises `ProviderUnavailable`, `NoDocument`."""
    return await _send("GET", url)


async def post_form(url: str, form: dict[str, str], credentials: tuple[str, str]) -> dict[str, Any]:
    """Send a form with a client's id and secret. Raises `ProviderUnavailable`, `NoDocument`."""
    # RFC 6749 (2.3.1) has both parts encoded first.
    client_id, secret = (quote(part, safe="") for part in credentials)
    return await _send("POST", url, data=form, auth=(client_id, secret))


async def _send(method: str, url: str, **options: Any) -> dict[str, Any]:
    try:
        with anyio.fail_after(_SECONDS):
            async with (
                open_client(_ATTEMPTED, timeout=_SECONDS) as client,
                client.stream(
                    method, url, headers={"accept": "application/json"}, **options
                ) as response,
            ):
                return _object_in(response, await _content(response))
    except TimeoutError:
        raise _unavailable(url, f"it did not respond within {_SECONDS:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL):
        raise _unavailable(url, "no secure connection to it can be made") from None
    except ApiError as error:
        # The settings of certificates or proxies cannot be used.
        raise _unavailable(url, str(error)) from None
    except ProviderUnavailable as reason:
        raise _unavailable(url, str(reason), type(reason)) from None


async def _content(response: httpx.Response) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > _MAX_BYTES:
            raise ProviderUnavailable("its response is too large")
    return bytes(content)


def _object_in(response: httpx.Response, content: bytes) -> dict[str, Any]:
    if response.status_code in (404, 410):
        raise NoDocument("it has nothing at that address")
    if response.status_code != 200:
        raise ProviderUnavailable(f"it responded with HTTP {response.status_code}")
    try:
        found = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderUnavailable("its response is not JSON")
    return found


def _unavailable(
    url: str, reason: str, kind: type[ProviderUnavailable] = ProviderUnavailable
) -> ProviderUnavailable:
    log.warning("sign-in step=provider outcome=failed url=%s reason=%s", url, reason)
    return kind(reason)
