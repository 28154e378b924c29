"""Streamable HTTP for many clients at once, each request with its own API key.

The command is `fj-mcp serve --http`; `app.create_app` makes the ASGI app for other process
managers: `uvicorn --factory fj_mcp.transports.http.app:create_app`. Nothing that belongs to one key
may ever reach the requests of another.
"""
