"""Building the server: tools, prompts, resources, middleware, and what lives as long as it runs."""

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
from fj_mcp.server.instructions import INSTRUCTIONS, READ_ONLY_NOTE
from fj_mcp.server.prompts import PROMPTS, add_prompts
from fj_mcp.server.resources import CACHE_HINTS, add_resources
from fj_mcp.server.sdk.protocol_errors import OwnWords
from fj_mcp.server.sdk.tracing import WithoutTexts
from fj_mcp.server.tasks import WaitTasks
from fj_mcp.settings.settings import Settings
from fj_mcp.telemetry.logs import start_logging

if TYPE_CHECKING:
    from mcp.server.request_state import RequestStateSecurity


@dataclass(frozen=True)
class Hosting:
    """What a server has instead of one `Connection`, where each request may be another key's.

    Attributes:
        lifespan: what lives as long as it runs.
        middleware: finds the `Connection` of each request, and hands it on in the context.
        security: how questions to the person are sealed while the client has them.
    """

    lifespan: Callable[[MCPServer[Any]], AbstractAsyncContextManager[Any]]
    middleware: ServerMiddleware[Any]
    security: "RequestStateSecurity | None"


def build_server(
    settings: Settings,
    make_transport: MakeTransport | None = None,
    clock: Clock | None = None,
    on_open: Callable[[Connection], None] | None = None,
    hosting: "Hosting | None" = None,
) -> MCPServer[Connection]:
    """The server for these settings.

    Args:
        settings: as read from the environment.
        make_transport: how to reach the API, if not over the network.
        clock: the time, if not this machine's.
        on_open: told what a connection works with, as soon as there is one.
        hosting: how to serve many keys at once; the other three are for a server with one.
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
        instructions=INSTRUCTIONS + (READ_ONLY_NOTE if settings.read_only else ""),
        website_url="https://futurejobs.ai",
        tools=[*tools],
        extensions=extensions,
        lifespan=hosting.lifespan if hosting else lifespan,
        log_level=settings.log_level,
        cache_hints=CACHE_HINTS,
        middleware=[hosting.middleware if hosting else with_connection],
        request_state_security=hosting.security if hosting else None,
        # Nothing is ever announced, and over HTTP each listener would hold a connection.
        subscriptions=False if hosting else None,
    )
    names = {fn.__name__ for fn, *_ in (*TOOLS, *PROMPTS)}
    methods = {binding.method for extension in extensions for binding in extension.methods()}
    # The SDK's spans are its outermost middleware.
    server.middleware[0] = WithoutTexts(server.middleware[0], names | methods)
    server.middleware.insert(1, with_approval)
    server.middleware.insert(0, OwnWords([tool.name for tool in tools]))
    add_prompts(server, settings)
    add_resources(server)
    add_completion(server)
    return server


def _shortlist_view() -> Apps:
    """The interactive shortlist: one HTML file, read when a client asks for it."""
    view = Apps()
    view.add_resource(
        FileResource(
            uri=SHORTLIST_URI,
            name="shortlist",
            title="Interactive shortlist",
            description="The candidates of a session, to sort, filter, open and select.",
            mime_type=APP_MIME_TYPE,
            path=Path(__file__).parent / "app" / "shortlist.html",
        )
    )
    return view
