"""Connections to FutureJobs: trusted certificates, proxies, and the errors of both.

Trusted are the machine's own certificates and those that a variable names. Proxies come from the
usual variables, or from the system's settings on macOS and Windows.
"""

import os
import ssl
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from fj_mcp.api.direct_transport import DirectTransport
from fj_mcp.api.errors import ApiError, Attempted, CannotConnect, Unreachable
from fj_mcp.text import lenient

PROXY_NEEDS_PASSWORD = (
    "The proxy requires a user name and a password",
    "Add them to HTTPS_PROXY (http://user:password@host:port) and restart the server",
)

_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=20)

_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_RESTART = "and restart the server"

_CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name a file of authorities to trust; the first one that is set counts."""


def open_client(attempted: Attempted, **options: Any) -> httpx.AsyncClient:
    """Open a client with the machine's trusted certificates and proxies.

    Args:
        attempted: the operation, for the error message.
        options: passed to `httpx.AsyncClient`. With a `transport`, no network is used.

    Raises:
        CannotConnect: if the settings of certificates or proxies are not usable.
    """
    try:
        if options.get("transport") is None:
            proxies = getproxies()
            if any(proxies.get(scheme) for scheme in ("http", "https", "all")):
                options |= {"verify": trusted_certificates(), "limits": _LIMITS}
            else:
                # No redirect is followed, so that an http address needs no certificate.
                plain = options.get("base_url", "").startswith("http:")
                trusted = _NO_CERTIFICATES if plain else trusted_certificates()
                options["transport"] = DirectTransport(trusted, _LIMITS)
        return httpx.AsyncClient(**options)
    except OSError as error:
        # ssl.SSLError, raised for a file without certificates, is an OSError.
        reason = "No certificate in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise CannotConnect(
            attempted,
            f"The file in {_certificates()} cannot be used ({reason})",
            f"Correct it, or unset it to use this machine's certificates, {_RESTART}",
        ) from None
    except (ValueError, httpx.InvalidURL):
        raise CannotConnect(
            attempted,
            f"{_proxy_setting()} is not a proxy address",
            f"Correct it (http://host:port) or unset it, {_RESTART}",
        ) from None


def trusted_certificates() -> ssl.SSLContext:
    """The authorities that this machine trusts, and those of the variables for certificates.

    Raises:
        OSError: for a file that cannot be used.
    """
    return _trusted(os.environ.get(_certificates()))


def load_certificates() -> None:
    """Load the trusted certificates before the first request needs them."""
    # That request reports a file that cannot be used.
    with suppress(OSError):
        trusted_certificates()


def not_connected(attempted: Attempted, error: httpx.TransportError, url: httpx.URL) -> ApiError:
    """The error for a connection that could not be made. Nothing was sent.

    Args:
        attempted: the operation, for the error message.
        error: a `ConnectError`, `ConnectTimeout`, `PoolTimeout` or `ProxyError`.
        url: the requested address.
    """
    proxy = _proxy_for(url)
    if isinstance(error, httpx.ProxyError):
        return _refused_by_proxy(attempted, str(error), proxy, url.host)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CannotConnect(attempted, *_untrusted(str(cause).lower(), url.host))
        if isinstance(cause, ssl.SSLError):
            return CannotConnect(
                attempted,
                f"No secure connection to {url.host} can be made: "
                "the server there does not use TLS",
                "Check FJ_API_BASE_URL, if it is set, and the proxy, if there is one",
            )
        cause = cause.__cause__ or cause.__context__
    if proxy is None or isinstance(error, httpx.PoolTimeout):
        return Unreachable(attempted)
    return Unreachable(
        attempted,
        f"The proxy {proxy} cannot be reached",
        "Start it, or correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY and restart the server",
    )


@cache
def _trusted(file: str | None) -> ssl.SSLContext:
    """The trusted authorities, shared by all clients: loading them takes 40 ms and a megabyte.

    Raises:
        OSError: for a file that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.platform not in ("darwin", "win32"):
        # This also honors SSL_CERT_DIR, and loads once what truststore loads for each connection.
        context.load_default_certs()
    if sys.platform in ("darwin", "win32") or not context.cert_store_stats()["x509_ca"]:
        # OpenSSL does not use the system's store here, or looks for it in another place.
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if folder := os.environ.get("SSL_CERT_DIR"):
            context.load_verify_locations(capath=folder)
    if file and _certificates() == "REQUESTS_CA_BUNDLE" and Path(file).is_dir():
        context.load_verify_locations(capath=file)
    elif file:
        context.load_verify_locations(cafile=file)
    return context


def _certificates() -> str:
    """The variable that names the authorities to trust."""
    return next((name for name in _CERTIFICATES if os.environ.get(name)), _CERTIFICATES[0])


def _untrusted(reason: str, host: str) -> tuple[str, str]:
    """The problem with a certificate and its remedy, from the verifier's `reason`."""
    if "expired" in reason or "validity period" in reason or "not yet valid" in reason:
        return (
            f"The certificate of {host} has expired or is not valid yet",
            "Check this machine's date; if it is right, the certificate must be renewed",
        )
    if "mismatch" in reason or "does not match" in reason or "doesn't match" in reason:
        return (
            f"The server's certificate is not valid for {host}",
            "Check FJ_API_BASE_URL, if it is set, and whether a proxy or a sign-in page responds "
            "instead",
        )
    return (
        f"The certificate of {host} is not trusted by this machine",
        "If your company or an antivirus program inspects secure connections, set SSL_CERT_FILE "
        f"to its CA certificate file (PEM) {_RESTART}",
    )


def _refused_by_proxy(
    attempted: Attempted, words: str, proxy: str | None, host: str
) -> CannotConnect | Unreachable:
    """The error for a proxy's refusal. `words` start with the status of an HTTP proxy."""
    status = lenient.count(words[:3])
    if status == 407 or words == "Invalid username/password":
        return CannotConnect(attempted, *PROXY_NEEDS_PASSWORD)
    named = f"The proxy {proxy}" if proxy else "The proxy"
    if status >= 500 or not status:
        return Unreachable(
            attempted, f"{named} could not reach {host}", "Check the network and the proxy"
        )
    return CannotConnect(
        attempted,
        f"{named} does not allow connections to {host} (HTTP {status})",
        f"Ask its administrator to allow {host}, or add it to NO_PROXY and restart the server",
    )


def _proxy_for(url: httpx.URL) -> str | None:
    """The host and port of the proxy for `url`, without its password; None if none is used."""
    proxies = getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    if not named or proxy_bypass(url.host):
        return None
    proxy = httpx.URL(_address(named))
    return f"{proxy.host}:{proxy.port}" if proxy.port else proxy.host


def _proxy_setting() -> str:
    """The variable that holds an invalid proxy address."""
    for scheme in ("all", "https", "http"):
        named = getproxies().get(scheme)
        if named and not _is_proxy(named):
            return f"{scheme.upper()}_PROXY"
    return "NO_PROXY, or another proxy setting,"


def _is_proxy(named: str) -> bool:
    try:
        httpx.Proxy(_address(named))
    except (ValueError, httpx.InvalidURL):
        return False
    return True


def _address(named: str) -> str:
    return named if "://" in named else f"http://{named}"
