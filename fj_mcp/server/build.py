"""Build the MCP server: tools, prompts, resources, middleware and lifespan."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.apps import APP_MIME_TYPE, Apps
from mcp.server.context import ServerMiddleware
from mcp.server.mcpserver.resources import FileResource

from fj_mcp import __version__
from fj_mcp.clock import Clock
from fj_mcp.server.catalog import SHORTLIST_URI, TOOLS, list_tools
from fj_mcp.server.completion import add_completion
from fj_mcp.server.connection import Connection, MakeTransport, open_connection, sandbox_transport
from fj_mcp.server.consent import with_approval
from fj_mcp.server.context import with_connection
from fj_mcp.server.instructions import instructions
from fj_mcp.server.prompts import PROMPTS, add_prompts
from fj_mcp.server.resources import CACHE_HINTS, add_resources
from fj_mcp.server.sdk.protocol_errors import PlainErrors
from fj_mcp.server.sdk.tracing import RedactedSpans
from fj_mcp.server.tasks import WaitTasks
from fj_mcp.settings.settings import Settings
from fj_mcp.telemetry.logs import start_logging

if TYPE_CHECKING:
    from mcp.server.request_state import RequestStateSecurity


@dataclass(frozen=True)
class MultiTenancy:
    """The parts of a server that serves many keys, each with a `Connection` of its own.

    Attributes:
        lifespan: opened when the server starts, closed when it stops.
        middleware: puts the `Connection` of each request's key in the context.
        security: seals the questions to the user while the client holds them.
    """

    lifespan: Callable[[MCPServer[Any]], AbstractAsyncContextManager[Any]]
    middleware: ServerMiddleware[Any]
    security: "RequestStateSecurity | None"


def build_server(
    settings: Settings,
    make_transport: MakeTransport | None = None,
    clock: Clock | None = None,
    on_open: Callable[[Connection], None] | None = None,
    tenancy: "MultiTenancy | None" = None,
) -> MCPServer[Connection]:
    """Build the server for these settings.

    Args:
        settings: as read from the environment.
        make_transport: makes the transport to the API, if not the network.
        clock: replaces this machine's clock.
        on_open: called with the connection as soon as it is open.
        tenancy: serves many keys at once; the three arguments before it are for a single key.
    """
    start_logging(settings.log_level)
    if settings.sandbox and make_transport is None:
        make_transport = sandbox_transport

    def lifespan(_: MCPServer[Connection]) -> AbstractAsyncContextManager[Connection]:
        return open_connection(settings, make_transport, clock, on_open)

    tools = list_tools(settings)
    extensions = [_shortlist_view(), WaitTasks(tools)]
    server = MCPServer(
        "fj-mcp",
        title="FutureJobs sourcing",
        version=__version__,
        instructions=instructions(settings),
        website_url="https://futurejobs.ai",
        tools=[*tools],
        extensions=extensions,
        lifespan=tenancy.lifespan if tenancy else lifespan,
        log_level=settings.log_level,
        cache_hints=CACHE_HINTS,
        middleware=[tenancy.middleware if tenancy else with_connection],
        request_state_security=tenancy.security if tenancy else None,
        # The server never notifies, and over HTTP each subscriber would hold a connection.
        subscriptions=False if tenancy else None,
    )
    names = {fn.__name__ for fn, *_ in (*TOOLS, *PROMPTS)}
    methods = {binding.method for extension in extensions for binding in extension.methods()}
    # The SDK's spans are its outermost middleware.
    server.middleware[0] = RedactedSpans(server.middleware[0], names | methods)
    server.middleware.insert(1, with_approval)
    server.middleware.insert(0, PlainErrors([tool.name for tool in tools]))
    add_prompts(server, settings)
    add_resources(server)
    add_completion(server)
    return server


def _shortlist_view() -> Apps:
    """The interactive shortlist: an HTML file, read when a client requests it."""
    view = Apps()
    view.add_resource(
        FileResource(
            uri=SHORTLIST_URI,
            name="shortlist",
            title="Interactive shortlist",
            description="A session's candidates in a table to sort, filter, open and select.",
            mime_type=APP_MIME_TYPE,
            path=Path(__file__).parent / "app" / "shortlist.html",
        )
    )
    return view
