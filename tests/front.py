"""The server as an assistant sees it: a connected client, with the sandbox behind it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, TextContent

from fj_mcp.sandbox import Sandbox
from fj_mcp.server import build_server
from fj_mcp.settings import Settings

ERAS = ("2026-07-28", "legacy")
UNKNOWN_SESSION = "0" * 24
CSHARP = {"skills": {"mandatory": ["C#"]}}


class Refused(Exception):
    """A tool answered with an error; the text is what the model reads."""


class Assistant:
    """A client of the server that reads results as clients do."""

    def __init__(self, client: Client, sandbox: Sandbox) -> None:
        self.client = client
        self.sandbox = sandbox

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured result; raises `Refused` with the text of an error."""
        answer = await self.client.call_tool(tool, arguments)
        text = text_of(answer)
        if answer.is_error:
            raise Refused(text)
        facts: dict[str, Any] = answer.structured_content
        assert json.loads(text) == facts
        return facts

    async def refusal(self, tool: str, **arguments: Any) -> str:
        """The text of the error that a call must give."""
        try:
            result = await self.call(tool, **arguments)
        except Refused as refused:
            return str(refused)
        raise AssertionError(f"{tool} was not refused: {result}")

    async def search(self, **filters: Any) -> str:
        """The id of a new, finished session."""
        started = await self.call(
            "create_sourcing_session", title="Test", filters=filters or CSHARP
        )
        session_id: str = started["session_id"]
        waited = await self.call("wait_for_session", session_id=session_id)
        assert waited["status"] == "done"
        return session_id

    def sent(self, operation: str) -> int:
        """How many requests of one operation reached the API."""
        return sum(call.operation == operation for call in self.sandbox.calls)


def text_of(answer: CallToolResult) -> str:
    """The text of a result, which is one block."""
    (block,) = answer.content
    assert isinstance(block, TextContent)
    return block.text


@asynccontextmanager
async def connected(
    api: Sandbox | None = None, era: str = ERAS[0], **settings: Any
) -> AsyncIterator[Assistant]:
    """An assistant connected to a server on `api`, a sandbox that matches at once by default."""
    api = api or Sandbox(match_seconds=0)
    server = build_server(Settings.model_validate({"sandbox": True} | settings), api.transport)
    async with Client(server, mode=era) as client:
        yield Assistant(client, api)
