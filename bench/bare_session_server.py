"""A minimal server with a real tool: the SDK and plain httpx, calling the API.

It imports nothing from this repository, so it runs with only those two installed.
"""

import sys
from typing import Any

import httpx
from mcp.server import MCPServer

KEY = "fjk_bench"
HEADERS = {"x-fj-api-key": KEY, "accept": "application/json"}


def bare_http(api: str) -> httpx.AsyncClient:
    """A plain httpx client, with the headers that our server sends."""
    return httpx.AsyncClient(base_url=api, headers=HEADERS, timeout=30)


def bare_server(http: httpx.AsyncClient) -> MCPServer:
    """A server with one tool, which sends the same request as ours."""
    server = MCPServer("bare", log_level="WARNING")

    @server.tool()
    async def get_session(session_id: str) -> dict[str, Any]:
        """Look up one session."""
        response = await http.get(f"/sourcing-session/{session_id}")
        response.raise_for_status()
        session: dict[str, Any] = response.json()["data"]["session"]
        return session

    return server


def main(api: str, port: int | None = None) -> None:
    """Serve on stdio, or on a loopback port, without any of the SDK's extras."""
    server = bare_server(bare_http(api))
    if port is None:
        server.run("stdio")
        return
    import uvicorn

    app = server.streamable_http_app(stateless_http=True)
    uvicorn.run(app, port=port, http="h11", ws="none", log_level="warning", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
