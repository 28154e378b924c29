"""Certificates and proxies: which are trusted, and the error when no connection can be made."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import trustme

from fj_mcp.api import network
from fj_mcp.api.errors import Attempted
from tests.support.processes import CLEAN, NETWORK, Api, measuring, started, stdio_process
from tests.support.raw_api import raw_api

KEY = "fjk_network"
SENT_NOTHING = "Nothing was sent or charged: "


@pytest.fixture(autouse=True)
def own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore this machine's proxies and certificates."""
    for name in (*NETWORK, *map(str.lower, NETWORK)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def secure_api(
    authority: trustme.CA, name: str = "localhost", **validity: object
) -> Iterator[tuple[str, list[str]]]:
    """An API over TLS without any session, with a certificate for `name`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **validity).configure_cert(context)  # type: ignore[arg-type]
    with raw_api(lambda: [b'{"data": []}'], tls=context) as found:
        yield found


def hashed(file: Path) -> Path:
    """The folder of a certificate, which is renamed to what OpenSSL looks for."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(file)]
    name = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return file.rename(file.with_name(f"{name}.0")).parent


@contextmanager
def proxy(answer: bytes) -> Iterator[tuple[str, list[str]]]:
    """A proxy that answers every request the same, and the first lines of the requests."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(65536).decode().partition("\r\n")[0])
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def failure(address: str, state: Path, **settings: str) -> tuple[str, str]:
    """The error of a tool and the report of the doctor about a connection."""
    api = Api(address, httpx.Client())
    log = state / "stderr"
    with stdio_process(api, KEY, state, **settings, **measuring()) as server:
        text = server.refusal("list_sessions")
        paid = server.refusal(
            "create_sourcing_session", title="T", filters={"skills": {"core": ["C#"]}}
        )
        assert paid.replace("create_sourcing_session", "list_sessions") == text
        assert server.call("get_spending")["purchases"] == []
    used = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": address, "FJ_STATE_DIR": str(state)}
    log = state / "stderr"
    with (
        log.open("w") as stderr,
        started(
            ("doctor",), used | settings | {"COLUMNS": "1000"} | measuring(), stderr=stderr
        ) as doctor,
    ):
        assert doctor.stdout is not None
        last = doctor.stdout.read().splitlines()[-1]
        assert doctor.wait() == 1
    assert log.read_text() == ""
    assert last.startswith("fix  ")
    assert "list_sessions" not in last
    return text, last.removeprefix("fix  ")


def both(address: str, state: Path, cause: str, **settings: str) -> None:
    """Check that a tool and the doctor tell of the same cause, which trying again cannot mend."""
    text, examined = failure(address, state, **settings)
    assert text == SENT_NOTHING + cause
    assert examined == cause


def test_the_machines_own_authority_is_trusted(authority: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(file))
    with secure_api(authority) as (address, asked):
        api = Api(address, httpx.Client())
        with stdio_process(api, KEY, tmp_path, SSL_CERT_FILE=str(file)) as server:
            assert server.call("list_sessions")["total"] == 0
    assert len(asked) == 1


def test_a_folder_of_authorities_is_trusted(authority: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(file))
    folder = hashed(file)
    with secure_api(authority) as (address, _):
        api = Api(address, httpx.Client())
        with stdio_process(api, KEY, tmp_path, SSL_CERT_DIR=str(folder)) as server:
            assert server.call("list_sessions")["total"] == 0


def test_an_authority_in_the_systems_own_store_is_trusted(
    authority: trustme.CA, tmp_path: Path
) -> None:
    store = ssl.get_default_verify_paths().cafile
    unshared = ["unshare", "-m", "true"]
    may_mount = shutil.which("unshare") and subprocess.run(unshared, check=False).returncode == 0
    if store is None or not may_mount:
        pytest.skip("needs a store in one file, and the right to put another in its place")
    file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(file))
    place = f"mount --bind {file} {Path(store).resolve()}"
    with secure_api(authority) as (address, _):
        used = {"FJ_API_KEY": KEY, "FJ_API_BASE_URL": address, "FJ_STATE_DIR": str(tmp_path)}
        examined = subprocess.run(
            ["unshare", "-m", "sh", "-c", f"{place} && exec {sys.executable} -m fj_mcp doctor"],
            env=CLEAN | used,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert "the key works" in examined.stdout
    assert examined.returncode == 0


@pytest.mark.anyio
@pytest.mark.parametrize("place", ["file", "folder"])
async def test_other_authorities_are_trusted_when_openssl_does_not_use_the_systems_store(
    place: str, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On macOS and Windows truststore asks the system; here it asks OpenSSL.
    monkeypatch.setattr(sys, "platform", "darwin")
    file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(file))
    if place == "file":
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    else:
        monkeypatch.setenv("SSL_CERT_DIR", str(hashed(file)))
    network._trusted.cache_clear()
    with secure_api(authority) as (address, _):
        async with network.open_client(Attempted("a test", "test")) as http:
            assert (await http.get(address)).json() == {"data": []}
    network._trusted.cache_clear()


def test_a_certificate_of_an_unknown_authority_is_named_with_the_remedy(
    authority: trustme.CA, tmp_path: Path
) -> None:
    with secure_api(authority) as (address, asked):
        both(
            address,
            tmp_path,
            "The certificate of localhost is not trusted by this machine. If your company or an "
            "antivirus program inspects secure connections, set SSL_CERT_FILE to its CA "
            "certificate file (PEM) and restart the server.",
        )
    assert asked == []


def test_a_certificate_for_another_host_has_its_own_error(
    authority: trustme.CA, tmp_path: Path
) -> None:
    file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(file))
    with secure_api(authority, "elsewhere.example.com") as (address, _):
        both(
            address,
            tmp_path,
            "The server's certificate is not valid for localhost. Check FJ_API_BASE_URL, if it is "
            "set, and whether a proxy or a sign-in page responds instead.",
            SSL_CERT_FILE=str(file),
        )


def test_an_expired_certificate_has_its_own_error(authority: trustme.CA, tmp_path: Path) -> None:
    file = tmp_path / "own.pem"
    authority.cert_pem.write_to_path(str(file))
    old = datetime(2020, 1, 1, tzinfo=UTC)
    with secure_api(authority, not_before=old, not_after=old.replace(month=2)) as (address, _):
        both(
            address,
            tmp_path,
            "The certificate of localhost has expired or is not valid yet. Check this machine's "
            "date; if it is right, the certificate must be renewed.",
            SSL_CERT_FILE=str(file),
        )


def test_a_server_without_tls_has_its_own_error(tmp_path: Path) -> None:
    with raw_api(lambda: [b"{}"]) as (address, _):
        both(
            address.replace("http://", "https://"),
            tmp_path,
            "No secure connection to localhost can be made: the server there does not use TLS. "
            "Check FJ_API_BASE_URL, if it is set, and the proxy, if there is one.",
        )


@pytest.mark.parametrize("kind", ["missing", "folder", "unreadable", "empty", "text"])
def test_an_unusable_certificate_file_is_named(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "own.pem"
    reason = "No certificate in it"
    if kind == "missing":
        reason = "No such file or directory"
    elif kind == "folder":
        file.mkdir()
        reason = "Is a directory"
    elif kind == "unreadable":
        file.write_text("x")
        file.chmod(0)
        if os.access(file, os.R_OK):
            pytest.skip("this user reads everything")
        reason = "Permission denied"
    else:
        file.write_text("" if kind == "empty" else "-----BEGIN CERTIFICATE-----\n")
    both(
        "https://localhost:9/api/v1/wl",
        tmp_path,
        f"The file in SSL_CERT_FILE cannot be used ({reason}). Correct it, or unset it to use this "
        "machine's certificates, and restart the server.",
        SSL_CERT_FILE=str(file),
    )


@pytest.mark.parametrize("name", ["ALL_PROXY", "HTTPS_PROXY", "all_proxy"])
def test_a_socks_proxy_without_its_package_is_named(name: str, tmp_path: Path) -> None:
    both(
        "https://localhost:9/api/v1/wl",
        tmp_path,
        f"{name.upper()} is a SOCKS proxy, which needs the package socksio. Install it with fj-mcp "
        "(uvx --with socksio fj-mcp), or use an HTTP proxy, and restart the server.",
        **{name: "socks5://127.0.0.1:1080"},
    )


@pytest.mark.parametrize("value", ["ftp://127.0.0.1:21", "http://host:port", "socks4://127.0.0.1"])
def test_an_invalid_proxy_setting_is_named_without_its_value(value: str, tmp_path: Path) -> None:
    both(
        "https://localhost:9/api/v1/wl",
        tmp_path,
        "HTTPS_PROXY is not a proxy address. Correct it (http://host:port) or unset it, and "
        "restart the server.",
        HTTPS_PROXY=value,
    )


@pytest.mark.parametrize("status", [b"403 Forbidden", b"407 Proxy Authentication Required"])
def test_a_refusing_proxy_is_named_and_asked_once(status: bytes, tmp_path: Path) -> None:
    with proxy(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n") as (address, asked):
        cause = (
            f"The proxy {address} does not allow connections to api.example.com (HTTP 403). Ask "
            "its administrator to allow api.example.com, or add it to NO_PROXY and restart the "
            "server."
        )
        if status.startswith(b"407"):
            cause = (
                "The proxy requires a user name and a password. Add them to HTTPS_PROXY "
                "(http://user:password@host:port) and restart the server."
            )
        secret = {"HTTPS_PROXY": f"http://somebody:pa55word@{address}"}
        both("https://api.example.com/api/v1/wl", tmp_path, cause, **secret)
    # Once for each tool, and once for the doctor.
    assert asked == ["CONNECT api.example.com:443 HTTP/1.1"] * 3


def test_a_proxy_that_cannot_reach_the_api_is_tried_again(tmp_path: Path) -> None:
    with proxy(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n") as (
        address,
        asked,
    ):
        text, examined = failure(
            "https://api.example.com/api/v1/wl", tmp_path, HTTPS_PROXY=f"http://{address}"
        )
    cause = f"The proxy {address} could not reach api.example.com. Check the network and the proxy"
    assert text == f"{SENT_NOTHING}{cause}, then call list_sessions again."
    assert examined == f"{cause}."
    assert len(asked) > 3


def test_a_proxy_that_is_down_is_named(tmp_path: Path) -> None:
    text, examined = failure(
        "https://api.example.com/api/v1/wl", tmp_path, HTTPS_PROXY="http://u:pa55word@127.0.0.1:9"
    )
    cause = (
        "The proxy 127.0.0.1:9 cannot be reached. Start it, or correct HTTPS_PROXY, HTTP_PROXY or "
        "ALL_PROXY and restart the server"
    )
    assert text == f"{SENT_NOTHING}{cause}, then call list_sessions again."
    assert examined == f"{cause}."


def test_the_doctor_reports_an_unreachable_api_without_naming_a_tool(tmp_path: Path) -> None:
    _, examined = failure("https://127.0.0.1:9/api/v1/wl", tmp_path)
    assert examined == (
        "FutureJobs cannot be reached. Check the network (and FJ_API_BASE_URL, if it is set)."
    )


def test_nothing_is_replaced_in_pythons_own_ssl() -> None:
    before = ssl.SSLContext
    network.open_client(Attempted("a test", "test"))
    assert ssl.SSLContext is before
