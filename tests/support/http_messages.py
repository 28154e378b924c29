"""Messages to a server over HTTP, as clients of both protocol eras send them."""

import json
from typing import Any

import httpx
from mcp import Client

from tests.support.assistant import CSHARP, text_of
from tests.support.processes import HttpServer

VERSION = "2026-07-28"
SEARCH = {"title": "Test", "filters": CSHARP}


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, text_of(answer)
    facts: dict[str, Any] = answer.structured_content
    return facts


async def searched(client: Client, **more: Any) -> str:
    session_id: str = (await call(client, "create_sourcing_session", **SEARCH | more))["session_id"]
    assert (await call(client, "wait_for_session", session_id=session_id))["status"] == "done"
    return session_id


def message(method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}


def modern(
    method: str, params: dict[str, Any] | None = None, **capabilities: Any
) -> dict[str, Any]:
    """A message as clients of protocol 2026-07-28 send it."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    }
    return message(method, {**(params or {}), "_meta": meta})


def tool_call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"name": tool, "arguments": arguments}


def post(server: HttpServer, body: dict[str, Any] | bytes, **headers: str) -> httpx.Response:
    """One POST; headers are named with underscores, and an empty one is left out."""
    sent = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {name: value for name, value in sent.items() if value}
    # Workers may still be starting.
    return httpx.post(server.address, content=content, headers=given, timeout=30, trust_env=False)


def post_modern(server: HttpServer, body: dict[str, Any], key: str) -> dict[str, Any]:
    headers = {"mcp_method": body["method"], "mcp_name": body["params"].get("name", "")}
    answer = post(server, body, x_fj_api_key=key, mcp_protocol_version=VERSION, **headers)
    result: dict[str, Any] = answer.json()
    return result


def result_in(answer: httpx.Response) -> dict[str, Any]:
    """The result of a JSON answer, or of a stream of events that ends with it."""
    assert answer.status_code == 200, answer.text
    text = answer.text
    if answer.headers["content-type"].startswith("text/event-stream"):
        text = text.rpartition("data: ")[2]
    result: dict[str, Any] = json.loads(text)["result"]
    return result
