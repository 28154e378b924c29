"""The same API through FastMCP, which makes the tools from an OpenAPI document.

It runs in an environment with FastMCP, and imports nothing else that is not in the bare one.
"""

import sys
from typing import Any

import httpx2
from fastmcp import FastMCP  # type: ignore[import-not-found]

from bench.bare_session_server import HEADERS


def _operation(name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    session = {
        "name": "session_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
    }
    return {
        "operationId": name,
        "parameters": [session, *parameters],
        "responses": {"200": {"description": "Success"}},
    }


def _number(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "integer"}}


OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "FutureJobs", "version": "1"},
    "paths": {
        "/sourcing-session/{session_id}": {"get": _operation("get_session")},
        "/sourcing-session/{session_id}/profiles": {
            "get": _operation("list_profiles", _number("page"), _number("limit"))
        },
    },
}


def main(api: str) -> None:
    http = httpx2.AsyncClient(base_url=api, headers=HEADERS, timeout=30)
    server = FastMCP.from_openapi(OPENAPI, http, name="peer")
    server.run("stdio", show_banner=False, log_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1])
