"""A client connected to the server, with the sandbox as its API."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from mcp import Client
from mcp.client.extension import ClientExtension
from mcp.client.session import ElicitationFnT
from mcp_types import CallToolResult, ResourceLink, TextContent

from fj_mcp.clock import Clock
from fj_mcp.sandbox.app import Sandbox
from fj_mcp.server.build import build_server
from fj_mcp.settings.settings import SANDBOX_KEY, Settings
from tests.support.clocks import InstantClock
from tests.support.ledgers import IN_POSTGRES, ledger_settings

ERAS = ("2026-07-28", "legacy")
UNKNOWN_SESSION = "0" * 24
PEOPLE = 30
"""Number of candidates that a search for `CSHARP` finds."""

CSHARP = {"skills": {"mandatory": ["C#"]}}


def search_for(title: str) -> dict[str, Any]:
    """The arguments of a search that every title makes another one, and that finds the same."""
    return {"title": title, "filters": {"skills": CSHARP["skills"] | {"secondary": [title]}}}


class Refused(Exception):
    """A tool returned an error; the text is what the model reads."""


class Caller:
    """A client of any server, which reads results as clients do."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured result; raises `Refused` with the text of an error."""
        result = await self.client.call_tool(tool, arguments)
        text = text_of(result)
        if result.is_error:
            raise Refused(text)
        content: dict[str, Any] = result.structured_content
        assert json.loads(text) == content
        return content

    async def refusal(self, tool: str, **arguments: Any) -> str:
        """The error text of a call, which must fail."""
        try:
            result = await self.call(tool, **arguments)
        except Refused as refused:
            return str(refused)
        raise AssertionError(f"{tool} was not refused: {result}")


class Assistant(Caller):
    """A client of a server in this process, and the sandbox that is its API."""

    def __init__(self, client: Client, sandbox: Sandbox) -> None:
        super().__init__(client)
        self.sandbox = sandbox

    async def start_search(self, **filters: Any) -> str:
        """Start a search; return the session's id without reading its candidates."""
        started = await self.call(
            "create_sourcing_session", title="Test", filters=filters or CSHARP
        )
        session_id: str = started["session_id"]
        return session_id

    async def search(self, **filters: Any) -> str:
        """Start a search and wait until it is done; return the session's id."""
        session_id = await self.start_search(**filters)
        waited = await self.call("wait_for_session", session_id=session_id)
        assert waited["status"] == "done"
        return session_id

    def sent(self, operation: str) -> int:
        """Count the requests to one endpoint that reached the API."""
        return sum(call.operation == operation for call in self.sandbox.calls)


def text_of(result: CallToolResult) -> str:
    """The text of a result: one block, followed by nothing but links."""
    block, *links = result.content
    assert all(isinstance(link, ResourceLink) for link in links)
    assert isinstance(block, TextContent)
    return block.text


def small_sandbox(**options: Any) -> Sandbox:
    """A sandbox that matches immediately and finds few candidates."""
    return Sandbox(match_seconds=0, first_batch=PEOPLE, **options)


@asynccontextmanager
async def connected(
    api: Sandbox | None = None,
    era: str = ERAS[0],
    clock: Clock | None = None,
    answer: ElicitationFnT | None = None,
    extensions: Sequence[ClientExtension] = (),
    **settings: Any,
) -> AsyncIterator[Assistant]:
    """An assistant connected to a server on `api`, by default a sandbox that matches immediately.

    `clock` is the server's, and by default does not wait; `answer` gives the user's answers, for
    clients that can ask; `extensions` are the ones that the client declares.
    """
    api = api or small_sandbox()
    kept = TemporaryDirectory()
    # A sandbox server never uses a shared ledger, so with PostgreSQL it must look like a real one.
    identity: dict[str, Any] = {"sandbox": True}
    if IN_POSTGRES and "sandbox" not in settings:
        identity = {"sandbox": False, "api_key": SANDBOX_KEY}
    own: dict[str, Any] = {"export_dir": kept.name, **identity, **settings}
    place = ledger_settings(own.pop("state_dir", kept.name))
    given = Settings.model_validate(place | own)
    server = build_server(given, api.transport, clock or InstantClock())
    with kept:
        async with Client(
            server, mode=era, elicitation_callback=answer, extensions=extensions
        ) as client:
            yield Assistant(client, api)
