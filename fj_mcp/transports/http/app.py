"""The ASGI app: the SDK's Streamable HTTP app behind the gate, with the health endpoints."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
from mcp.server import MCPServer
from mcp.server.context import ServerMiddleware, ServerRequestContext
from mcp.server.request_state import RequestStateSecurity
from mcp.server.transport_security import TransportSecuritySettings
from sse_starlette.sse import AppStatus
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from fj_mcp.api.direct_transport import load_aiohttp
from fj_mcp.api.errors import NotFound
from fj_mcp.errors import FutureJobsError
from fj_mcp.server.build import MultiTenancy, build_server
from fj_mcp.server.connection import sandbox_transport
from fj_mcp.settings.settings import Settings, settings_here
from fj_mcp.settings.sign_in import is_loopback
from fj_mcp.storage.database.database import Database
from fj_mcp.telemetry.export import export_spans, flush_spans
from fj_mcp.telemetry.logs import flush_log, log_settings
from fj_mcp.transports.http.credentials import Credentials
from fj_mcp.transports.http.gate import HEALTH_PATHS, PATH, RESPONSE_SECONDS, Gate
from fj_mcp.transports.http.health import Readiness, health
from fj_mcp.transports.http.host_names import AllowedNames, without_port
from fj_mcp.transports.http.rejections import RequestRejected
from fj_mcp.transports.http.request_bodies import MAX_BODY_BYTES
from fj_mcp.transports.http.tenants import Tenants, tenant_of, user_of
from fj_mcp.workspace.workspace import workspace_fingerprint

if TYPE_CHECKING:
    from fj_mcp.transports.sign_in.sign_in import SignIn


def create_app(
    settings: Settings | None = None,
    *,
    host: str = "127.0.0.1",
    allowed_hosts: Sequence[str] = (),
    allowed_origins: Sequence[str] = (),
    tenants: Tenants | None = None,
) -> ASGIApp:
    """Make the app, with MCP at `/mcp`, and `/healthz` and `/readyz`.

    Args:
        settings: None reads them from the environment and the settings files.
        host: the address that it will be served at, if known.
        allowed_hosts: values of the Host header to accept besides local names; without a port they
            match any.
        allowed_origins: web pages that may call, such as `https://app.example.com`.
        tenants: replaces the tenants made from `settings`.

    Raises:
        ValueError: with a message, if anyone could spend the server's credits, or the settings for
            signing in do not suffice.
    """
    if settings is None:
        settings = settings_here()
        log_settings(settings)
    for problem in settings.problems:
        # Without it, the server would ask the company's users for FutureJobs keys.
        if problem.startswith("FJ_OAUTH_ISSUER"):
            raise ValueError(f"The server was not started: {problem}.")
    public = [urlsplit(settings.public_url).netloc] if settings.public_url else []
    hosts = (*settings.http_allowed_hosts, *allowed_hosts, *public)
    origins = (*settings.http_allowed_origins, *allowed_origins)
    exposed = not all(map(is_loopback, (host, *map(without_port, hosts))))
    credentials = Credentials.of(settings, exposed=exposed)
    served = tenants or Tenants(settings, sandbox_transport if settings.sandbox else None)
    sign_in = _sign_in(settings, served)

    @asynccontextmanager
    async def lifespan(server: MCPServer[Any]) -> AsyncIterator[Tenants]:
        # Each worker exports its own spans, and must flush here: a signal ends it without cleanup.
        export_spans(os.environ)
        load_aiohttp()
        async with served.open(server) as connection:
            yield connection
        await anyio.to_thread.run_sync(flush_spans)
        await anyio.to_thread.run_sync(flush_log)

    handle: ServerMiddleware[Any] = served.handle
    if sign_in is not None:
        from fj_mcp.transports.sign_in.sign_in import with_allowed_tools

        handle = with_allowed_tools(handle)
    server = build_server(
        settings, tenancy=MultiTenancy(lifespan, handle, _request_state_security(settings))
    )
    readiness = Readiness(settings, served)
    for path, handler in zip(HEALTH_PATHS, (health, readiness.check), strict=True):
        server.custom_route(path, ["GET"])(handler)
    names = AllowedNames([f"[{host}]" if ":" in host else host, *hosts], origins)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        max_request_body_size=MAX_BODY_BYTES,
        # The gate checks host names, before anything else can respond.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    # A redirect would send the key to the host in the Host header.
    app.router.redirect_slashes = False
    signed_in = None
    if sign_in is not None:
        from fj_mcp.transports.http.signed_in import SignedIn

        app.router.routes += sign_in.routes
        signed_in = SignedIn(sign_in, served.in_flight)
    app.add_middleware(
        Gate,
        credentials=credentials,
        tenants=served,
        names=names,
        seconds=settings.call_deadline_seconds + RESPONSE_SECONDS,
        signed_in=signed_in,
    )
    if sign_in is not None:
        # The gate decides which pages may call; those with a token may all.
        app.add_middleware(_Cors, allow_origins=("*",), others=sign_in.paths)
        if settings.trusted_proxies:
            app.add_middleware(_TrustedProxies, networks=settings.trusted_proxies)
    elif origins:
        app.add_middleware(_Cors, allow_origins=origins, others=frozenset())
    # By default, streams are cut off at the first signal; ours may finish.
    AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]
    return app


class _TrustedProxies(ProxyHeadersMiddleware):
    """Takes a client's address from X-Forwarded-For, if trusted proxies have written it."""

    def __init__(self, app: ASGIApp, networks: Sequence[str]) -> None:
        async def without_header(scope: Scope, receive: Receive, send: Send) -> None:
            kept = [one for one in scope.get("headers", ()) if one[0] != b"x-forwarded-for"]
            await app({**scope, "headers": kept}, receive, send)

        # uvicorn has narrower types of its own for ASGI.
        super().__init__(without_header, list(networks))  # type: ignore[arg-type]


class _Cors(CORSMiddleware):
    """Lets web pages of some origins call, except at paths that have rules of their own."""

    def __init__(self, app: ASGIApp, allow_origins: Sequence[str], others: frozenset[str]) -> None:
        super().__init__(
            app,
            allow_origins=allow_origins,
            # Clients of earlier versions try GET and DELETE, and go on if they read 405.
            allow_methods=("POST", "GET", "DELETE"),
            allow_headers=("*",),
            expose_headers=("WWW-Authenticate", "Retry-After"),
        )
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") in self._others:
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _sign_in(settings: Settings, tenants: Tenants) -> "SignIn | None":
    """Signing in, if the settings switch it on. Raises `ValueError`."""

    def database() -> Database:
        return tenants.database

    def workspace_of(key: str) -> str:
        return workspace_fingerprint(key, settings.api_base_url)

    async def check_key(key: str) -> None:
        try:
            with tenants.tenant(key) as tenant:
                await tenant.connection.workspace.client.project_sessions()
        except NotFound:
            # It has no project, whose searches could be listed, and works otherwise.
            pass
        except RequestRejected as busy:
            raise FutureJobsError(str(busy)) from None

    # Their libraries are not needed by other servers.
    clock = tenants.clock.now
    if settings.oauth_issuer:
        from fj_mcp.transports.sign_in.company.sign_in import sign_in_with_company

        return sign_in_with_company(settings, database, clock, workspace_of)
    if settings.public_url:
        from fj_mcp.transports.sign_in.with_keys import sign_in_with_keys

        return sign_in_with_keys(settings, database, clock, check_key, workspace_of)
    return None


def _request_state_security(settings: Settings) -> RequestStateSecurity:
    """Seal questions to the user, so that only the user who was asked can answer them."""

    def principal(ctx: ServerRequestContext[Any, Any]) -> str:
        tenant, user = tenant_of(ctx), user_of(ctx)
        return tenant.fingerprint if user is None else f"{tenant.fingerprint} {user.subject}"

    keys: list[bytes | bytearray | str] = [
        settings.state_key.get_secret_value() if settings.state_key else os.urandom(32)
    ]
    return RequestStateSecurity(keys=keys, bind_principal=principal)
