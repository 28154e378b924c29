"""The ASGI app: the SDK's Streamable HTTP app behind the gate, with the health addresses."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.server import MCPServer
from mcp.server.context import ServerRequestContext
from mcp.server.request_state import RequestStateSecurity
from mcp.server.transport_security import TransportSecuritySettings
from sse_starlette.sse import AppStatus
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from fj_mcp.server.build import Hosting, build_server
from fj_mcp.server.connection import sandbox_transport
from fj_mcp.settings.settings import Settings, settings_here
from fj_mcp.telemetry.export import export_spans, flush_spans
from fj_mcp.telemetry.logs import flush_log, log_settings
from fj_mcp.transports.http.credentials import Credentials, is_loopback
from fj_mcp.transports.http.gate import HEALTH_PATHS, PATH, REPLY_SECONDS, Gate
from fj_mcp.transports.http.health import Readiness, alive
from fj_mcp.transports.http.host_names import Names, without_port
from fj_mcp.transports.http.request_bodies import MOST_BODY_BYTES
from fj_mcp.transports.http.tenants import Tenants, tenant_of


def create_app(
    settings: Settings | None = None,
    *,
    host: str = "127.0.0.1",
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    tenants: Tenants | None = None,
) -> ASGIApp:
    """The app, with MCP at `/mcp`, and `/healthz` and `/readyz`.

    Args:
        settings: None reads them from the environment and the files of settings.
        host: the address that it will be served at, if that is known.
        allowed_hosts: what the Host header may say beside local names, with any port.
        allowed_origins: which web pages may call, such as `https://app.example.com`.
        tenants: what keys work with, if not with the API at its address.

    Raises:
        ValueError: with a sentence, if anybody could spend the server's credits.
    """
    if settings is None:
        settings = settings_here()
        log_settings(settings)
    hosts = (*settings.http_allowed_hosts, *allowed_hosts)
    origins = (*settings.http_allowed_origins, *allowed_origins)
    exposed = not all(map(is_loopback, (host, *map(without_port, hosts))))
    credentials = Credentials.of(settings, exposed=exposed)
    served = tenants or Tenants(settings, sandbox_transport if settings.sandbox else None)

    @asynccontextmanager
    async def lifespan(server: MCPServer[Any]) -> AsyncIterator[Tenants]:
        # Each process that serves exports its own; one that ends by a signal runs nothing after.
        export_spans(os.environ)
        async with served.open(server) as running:
            yield running
        await anyio.to_thread.run_sync(flush_spans)
        await anyio.to_thread.run_sync(flush_log)

    server = build_server(settings, hosting=Hosting(lifespan, served.handle, _sealed(settings)))
    readiness = Readiness(settings, served)
    for path, answer in zip(HEALTH_PATHS, (alive, readiness.answer), strict=True):
        server.custom_route(path, ["GET"])(answer)
    names = Names([f"[{host}]" if ":" in host else host, *hosts], origins)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        max_request_body_size=MOST_BODY_BYTES,
        # The gate checks names, before anything else can answer.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    # A redirection would send the key to wherever the Host header says.
    app.router.redirect_slashes = False
    app.add_middleware(
        Gate,
        credentials=credentials,
        tenants=served,
        names=names,
        seconds=settings.call_deadline_seconds + REPLY_SECONDS,
    )
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, **_CORS)
    # Streams would break off as soon as the process is asked to end; ours are let end.
    AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]
    return app


_CORS: dict[str, Any] = {
    "allow_methods": ["POST"],
    "allow_headers": ["*"],
    "expose_headers": ["WWW-Authenticate"],
}


def _sealed(settings: Settings) -> RequestStateSecurity:
    """Questions to the person can be answered by the key that was asked, and no other."""

    def principal(ctx: ServerRequestContext[Any, Any]) -> str:
        return tenant_of(ctx).fingerprint

    keys: list[bytes | bytearray | str] = [
        settings.state_key.get_secret_value() if settings.state_key else os.urandom(32)
    ]
    return RequestStateSecurity(keys=keys, bind_principal=principal)
