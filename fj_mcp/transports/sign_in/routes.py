"""Routes that need no credentials: pages, endpoints and metadata."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, request_response
from starlette.types import ASGIApp

from fj_mcp.storage.errors import StorageUnavailable
from fj_mcp.transports.sign_in.pages import unavailable

Handler = Callable[[Request], Awaitable[Response]]

_METADATA_SECONDS = 300


class Page(Protocol):
    """A page with a form."""

    async def show(self, request: Request) -> Response:
        """The page."""
        ...

    async def answer(self, request: Request) -> Response:
        """The response to its form."""
        ...


def page_routes(path: str, page: Page) -> list[Route]:
    """The routes of a page."""
    return [
        Route(path, _available(page.show), methods=["GET"]),
        Route(path, _available(page.answer), methods=["POST"]),
    ]


def _available(handler: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except StorageUnavailable:
            return unavailable()

    return handle


def document_routes(documents: Mapping[str, dict[str, Any]]) -> list[Route]:
    """The routes of metadata, by path."""
    return [open_route(path, _document(content), "GET") for path, content in documents.items()]


def _document(content: dict[str, Any]) -> Handler:
    async def send(_: Request) -> Response:
        return JSONResponse(content, headers={"cache-control": f"max-age={_METADATA_SECONDS}"})

    return send


def open_route(path: str, handler: Handler, method: str) -> Route:
    """A route that web pages of any origin may call; it takes no cookie."""
    app: ASGIApp = CORSMiddleware(
        request_response(handler),
        allow_origins=("*",),
        allow_methods=(method,),
        allow_headers=("*",),
        expose_headers=("WWW-Authenticate", "Retry-After"),
    )
    return Route(path, app, methods=[method, "OPTIONS"])
