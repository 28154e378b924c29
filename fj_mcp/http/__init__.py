"""Serving many clients at once over Streamable HTTP, each request for a key of its own.

`fj-mcp serve --http` is the command; `create_app` makes the ASGI app for other process managers:
`uvicorn --factory fj_mcp.http:create_app`.
"""

from fj_mcp.http.app import create_app

__all__ = ["create_app"]
