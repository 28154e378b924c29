"""The gate before MCP over HTTP: two open paths, a key for the rest, and no redirects."""

import json
import re
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from fj_mcp.transports.http.responses import Responder
from tests.support.conditions import until
from tests.support.processes import CLEAN, Api, HttpServer, http_process

pytestmark = [pytest.mark.unmeasured, pytest.mark.xdist_group("http-gate")]

KEY = {"x-fj-api-key": "fjk_gate"}
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "DELETE", "PUT", "PATCH", "TRACE", "FOO")
LIST = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).encode()
CALL = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "list_sessions", "arguments": {}},
    }
).encode()
ODD = (
    "/mcp%0a",
    "/mcp%0A",
    "/mcp%0d%0a",
    "/mcp%20",
    "/mcp%00",
    "/mcp%2f%2f",
    "//mcp",
    "//evil.example.com/mcp",
    "/mcp//",
    "/MCP",
    "/mcp/..",
    "/mcp/../healthz",
    "/mcp/.",
    "/./mcp",
    "/mcp;x",
    "/mcp/x",
    "/healthz/",
    "/healthz%0a",
    "/healthz%2f",
    "//healthz",
    "/readyz/",
    "/readyz%0a",
    "/HEALTHZ",
    "/",
    "/docs",
    "/mcp%C0%AF",
    "/%e2%80%ae",
    "http://evil.example.com/mcp",
    "http://localhost/healthz",
    "*",
)


@pytest.fixture(scope="module")
def server(api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpServer]:
    with http_process(tmp_path_factory.mktemp("gate"), api=api) as one:
        yield one
        assert "Traceback" not in one.log()


def exchanged(
    server: HttpServer, method: str, target: str, body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request, as its bytes; the connection must be closed."""
    given = {
        "host": "localhost",
        "accept": "text/event-stream, application/json",
        "content-type": "application/json",
        "content-length": str(len(body)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    sent = "\r\n".join([*head, "connection: close", "", ""]).encode("latin-1") + body
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(sent)
        received = b""
        while part := connection.recv(65_536):
            received += part
    top, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}, rest


@pytest.mark.parametrize("host", ["localhost", "evil.example.com"])
@pytest.mark.parametrize("method", METHODS)
def test_without_a_key_no_path_is_open_and_none_redirects(
    server: HttpServer, method: str, host: str
) -> None:
    for target in (*ODD, "/mcp", "/mcp/"):
        status, headers, body = exchanged(server, method, target, LIST, host=host)
        assert status == 401, target
        assert "location" not in headers, target
        assert b"Traceback" not in body
        assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("method", METHODS)
def test_with_a_key_other_paths_are_not_found(server: HttpServer, method: str) -> None:
    for target in ODD:
        status, headers, _ = exchanged(server, method, target, LIST, **KEY)
        assert status == 404, target
        assert "location" not in headers
    for target in ("/mcp", "/mcp/", "/healthz", "/readyz"):
        status, headers, _ = exchanged(server, method, target, LIST, **KEY)
        expected = {("POST", "/mcp"): 200, ("POST", "/mcp/"): 200}
        if target in ("/healthz", "/readyz") and method in ("GET", "HEAD"):
            expected[method, target] = 200
        assert status == expected.get((method, target), 405), target
        assert "location" not in headers


@pytest.mark.parametrize("target", ["/mcp", "/mcp/", *ODD])
def test_with_a_key_other_hosts_and_origins_are_rejected_at_every_path(
    server: HttpServer, target: str
) -> None:
    for method in ("GET", "POST"):
        for host in ("evil.example.com", "localhost.evil.example.com", "localhost:x"):
            status, _, body = exchanged(server, method, target, CALL, **KEY, host=host)
            assert (status, b"allowed-host" in body) == (421, True)
        for origin in ("https://evil.example.com", "null", "http://localhost.evil.example.com"):
            status, _, body = exchanged(server, method, target, CALL, **KEY, origin=origin)
            assert (status, b"allowed-origin" in body) == (403, True)


def test_host_names_match_in_any_case_and_with_any_port(server: HttpServer) -> None:
    for host in ("LocalHost", "localhost:80", "127.0.0.1:9", "[::1]:443"):
        status, _, _ = exchanged(server, "POST", "/mcp/", CALL, **KEY, host=host)
        assert status == 200, host


def test_health_is_served_under_any_host_name(server: HttpServer) -> None:
    for target in ("/healthz", "/readyz", "/healthz?probe=1"):
        assert exchanged(server, "GET", target, host="10.0.0.5:8000")[0] == 200
        assert exchanged(server, "HEAD", target, host="10.0.0.5:8000")[2] == b""


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("APPLICATION/JSON;q=0.9", "application/json"),
        ("", "application/json"),
        ("application/json, text/event-stream", "text/event-stream"),
        ("text/event-stream;q=0.5, */*", "text/event-stream"),
    ],
)
@pytest.mark.parametrize("kind_sent", ["APPLICATION/JSON", "application/json; charset=utf-8"])
def test_json_is_accepted_under_any_of_its_media_types(
    server: HttpServer, accept: str, kind: str, kind_sent: str
) -> None:
    given = KEY | {"accept": accept, "content_type": kind_sent}
    for version in ("2025-06-18", "2025-11-25"):
        status, headers, body = exchanged(
            server, "POST", "/mcp", CALL, **given, mcp_protocol_version=version
        )
        assert (status, headers["content-type"].partition(";")[0]) == (200, kind)
        assert b'"isError":false' in body
        if kind == "application/json":
            assert json.loads(body)["id"] == 1


def test_progress_is_omitted_for_clients_that_accept_only_json(server: HttpServer) -> None:
    meta = {
        "progressToken": 5,
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    wish = {"title": "T", "filters": {"skills": {"mandatory": ["C#"]}}}
    session_id = None
    for tool, arguments in (
        ("create_sourcing_session", wish),
        ("wait_for_session", {"session_id": ""}),
    ):
        given: dict[str, Any] = arguments | ({"session_id": session_id} if session_id else {})
        params = {"name": tool, "arguments": given, "_meta": meta}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        status, headers, body = exchanged(
            server, "POST", "/mcp", json.dumps(message).encode(), **KEY, accept="application/json"
        )
        assert (status, headers["content-type"]) == (200, "application/json")
        facts = json.loads(body)["result"]["structuredContent"]
        session_id = facts["session_id"]
    assert facts["status"] == "done"


@pytest.mark.anyio
@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize("hangs", [True, False])
async def test_a_response_that_never_comes_is_cut_off(
    streams: bool, begun: bool, hangs: bool
) -> None:
    sent: list[Message] = []

    async def silent(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            kind = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": kind})
            await send({"type": "http.response.body", "body": b": ping", "more_body": True})
        if hangs:
            await anyio.sleep_forever()

    async def receive() -> Message:
        raise AssertionError("the request was read before")

    async def send(message: Message) -> None:
        sent.append(message)

    with anyio.fail_after(5):
        await Responder(send, streams=streams).run(silent, {"type": "http"}, receive, 0.05)
    assert sent[0]["status"] == (200 if begun and streams else 504)
    assert not sent[-1].get("more_body", False)


def test_under_a_prefix_the_same_paths_are_open_and_closed(tmp_path: Path) -> None:
    program = """
        from contextlib import asynccontextmanager
        import sys
        import uvicorn
        from starlette.applications import Starlette
        from starlette.routing import Mount
        from fj_mcp.transports.http.app import create_app

        inner = create_app()
        app = Starlette(
            routes=[Mount("/team", inner)], lifespan=lambda _: inner.router.lifespan_context(inner)
        )
        uvicorn.run(app, uds=sys.argv[1], log_level="error")
    """
    place = str(tmp_path / "socket")
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), place],
        env=CLEAN | {"FJ_STATE_DIR": str(tmp_path), "FJ_SANDBOX": "1"},
    )
    try:
        until(lambda: (tmp_path / "socket").exists() or None)
        transport = httpx.HTTPTransport(uds=place)
        with httpx.Client(transport=transport, base_url="http://localhost/team") as http:
            assert http.get("/healthz").json() == {"status": "ok"}
            for path in ("/mcp", "/mcp/"):
                assert http.post(path, content=LIST).status_code == 401
                answer = http.post(path, json=json.loads(LIST), headers=KEY)
                assert answer.json()["result"]["tools"]
            assert http.get("/healthz%0a").status_code == 401
            assert http.get("/team/mcp", headers=KEY).status_code == 404
    finally:
        process.kill()
        process.wait(timeout=15)


def test_workers_end_with_the_process_that_started_them(tmp_path: Path, api: Api) -> None:
    with http_process(tmp_path, "--workers", "2", api=api, measured=False) as server:
        pid = server.process.pid
        assert exchanged(server, "POST", "/mcp", CALL, **KEY)[0] == 200
        if Path("/proc").exists():
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            assert len(re.findall(r"\d+", children)) >= 2
        server.process.kill()
        server.process.wait()

        def free() -> bool:
            with socket.socket() as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                return other.connect_ex(("127.0.0.1", server.port)) != 0

        assert until(free)
