"""Streamable HTTP for many clients at once, each request with its own API key.

`fj-mcp serve --http` is the command; `app.create_app` makes the ASGI app for other process
managers: `uvicorn --factory fj_mcp.transports.http.app:create_app`. Nothing of one key may ever
reach another key's requests.
"""
