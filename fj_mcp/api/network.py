"""The way to FutureJobs: which certificates are trusted, which proxies are used, what went wrong.

Certificates are those that the machine trusts, and those of `SSL_CERT_FILE` and `SSL_CERT_DIR`.
Proxies come from the usual variables, or from the system's settings on macOS and Windows.
"""

import os
import ssl
import sys
from functools import cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from fj_mcp.api.errors import ApiError, Attempted, CannotConnect, Unreachable
from fj_mcp.text import lenient

PROXY_WANTS_PASSWORD = (
    "The proxy asks for a user name and a password",
    "Put them into HTTPS_PROXY (http://user:password@host:port) and restart the server",
)

_RESTART = "and restart the server"


def open_client(attempted: Attempted, **options: Any) -> httpx.AsyncClient:
    """A client that trusts what the machine trusts and uses its proxies.

    Args:
        attempted: the words for an error.
        options: of `httpx.AsyncClient`. With a `transport` there is no network.

    Raises:
        CannotConnect: where certificates or proxies are set in a way that cannot be used.
    """
    try:
        if options.get("transport") is None:
            options["verify"] = _trusted(os.environ.get("SSL_CERT_FILE"))
        return httpx.AsyncClient(**options)
    except OSError as error:
        # An ssl.SSLError, for a file without certificates, is one too.
        reason = "No certificate is in it" if isinstance(error, ssl.SSLError) else error.strerror
        raise CannotConnect(
            attempted,
            f"SSL_CERT_FILE names a file that cannot be used ({reason})",
            f"Correct it, or unset it to trust what this machine trusts, {_RESTART}",
        ) from None
    except ImportError:
        raise CannotConnect(
            attempted,
            f"{_proxy_setting(socks=True)} names a SOCKS proxy, which needs the package socksio",
            "Install it beside fj-mcp (uvx --with socksio fj-mcp), or name an HTTP proxy, "
            f"{_RESTART}",
        ) from None
    except (ValueError, httpx.InvalidURL):
        raise CannotConnect(
            attempted,
            f"{_proxy_setting()} is not the address of a proxy",
            f"Correct it (http://host:port) or unset it, {_RESTART}",
        ) from None


def not_connected(attempted: Attempted, error: httpx.TransportError, url: httpx.URL) -> ApiError:
    """The error for a connection that could not be made, so that nothing was sent.

    Args:
        attempted: the words for it.
        error: what httpx raised: a `ConnectError`, `ConnectTimeout`, `PoolTimeout`, `ProxyError`.
        url: what was asked for.
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
                f"No secure connection to {url.host} can be made: what answers there speaks no TLS",
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
    """The trusted authorities. Reading them takes 40 ms and a megabyte, so all clients share them.

    Raises `OSError` for a file that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if sys.platform not in ("darwin", "win32"):
        # This also honors SSL_CERT_DIR. It reads once what truststore reads for each connection.
        context.load_default_certs()
    if sys.platform in ("darwin", "win32") or not context.cert_store_stats()["x509_ca"]:
        # OpenSSL knows nothing of the system's store here, or was built for another place.
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if folder := os.environ.get("SSL_CERT_DIR"):
            context.load_verify_locations(capath=folder)
    if file:
        context.load_verify_locations(cafile=file)
    return context


def _untrusted(reason: str, host: str) -> tuple[str, str]:
    """What is wrong with a certificate, and the remedy, from the words of whoever verified it."""
    if "expired" in reason or "validity period" in reason or "not yet valid" in reason:
        return (
            f"The certificate of {host} has expired, or is not valid yet",
            "Check the date of this machine; if it is right, the certificate has to be renewed",
        )
    if "mismatch" in reason or "does not match" in reason or "doesn't match" in reason:
        return (
            f"The certificate that was shown is not one for {host}",
            "Check FJ_API_BASE_URL, if it is set, and whether a proxy or a sign-in page answers",
        )
    return (
        f"The certificate of {host} is not trusted by this machine",
        "If your company or an antivirus program inspects secure connections, set SSL_CERT_FILE "
        f"to the file with its authority's certificate (PEM) {_RESTART}",
    )


def _refused_by_proxy(
    attempted: Attempted, words: str, proxy: str | None, host: str
) -> CannotConnect | Unreachable:
    """For a proxy that answered, in `words` that start with its HTTP status if it speaks HTTP."""
    status = lenient.count(words[:3])
    if status == 407 or words == "Invalid username/password":
        return CannotConnect(attempted, *PROXY_WANTS_PASSWORD)
    named = f"The proxy {proxy}" if proxy else "The proxy"
    if status >= 500 or not status:
        return Unreachable(
            attempted, f"{named} could not reach {host}", "Check the network and the proxy"
        )
    return CannotConnect(
        attempted,
        f"{named} does not let connections to {host} through (HTTP {status})",
        f"Ask whoever runs it to allow {host}, or name it in NO_PROXY and restart the server",
    )


def _proxy_for(url: httpx.URL) -> str | None:
    """The proxy's host and port, without its password; None if none is used."""
    proxies = getproxies()
    named = proxies.get(url.scheme) or proxies.get("all")
    if not named or proxy_bypass(url.host):
        return None
    proxy = httpx.URL(_address(named))
    return f"{proxy.host}:{proxy.port}" if proxy.port else proxy.host


def _proxy_setting(*, socks: bool = False) -> str:
    """The variable with a SOCKS proxy, or with what is no proxy's address."""
    for scheme in ("all", "https", "http"):
        named = getproxies().get(scheme)
        if named and (named.startswith("socks") if socks else not _is_proxy(named)):
            return f"{scheme.upper()}_PROXY"
    return "A proxy setting" if socks else "NO_PROXY, or another proxy setting,"


def _is_proxy(named: str) -> bool:
    try:
        httpx.Proxy(_address(named))
    except (ValueError, httpx.InvalidURL):
        return False
    return True


def _address(named: str) -> str:
    return named if "://" in named else f"http://{named}"
