"""The least that a server with a real tool can be: the SDK and plain httpx, asking the API.

It imports nothing of this repository, so that it also runs where only those two are installed.
"""

import sys
from typing import Any

import httpx
from mcp.server import MCPServer

KEY = "fjk_bench"
HEADERS = {"x-fj-api-key": KEY, "accept": "application/json"}


def bare_http(api: str) -> httpx.AsyncClient:
    """What a plain program would use: httpx with the headers that the server sends."""
    return httpx.AsyncClient(base_url=api, headers=HEADERS, timeout=30)


def bare_server(http: httpx.AsyncClient) -> MCPServer:
    """A server with one tool, which sends the request that ours sends."""
    server = MCPServer("bare", log_level="WARNING")

    @server.tool()
    async def get_session(session_id: str) -> dict[str, Any]:
        """Look up one session."""
        answer = await http.get(f"/sourcing-session/{session_id}")
        answer.raise_for_status()
        session: dict[str, Any] = answer.json()["data"]["session"]
        return session

    return server


def main(api: str, port: int | None = None) -> None:
    """Serve on stdio, or on a port of loopback, without any of the SDK's extras."""
    server = bare_server(bare_http(api))
    if port is None:
        server.run("stdio")
        return
    import uvicorn

    app = server.streamable_http_app(stateless_http=True)
    uvicorn.run(app, port=port, http="h11", ws="none", log_level="warning", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
