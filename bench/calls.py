"""How a tool is called, and a search to call it on."""

from typing import Any

from mcp import Client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured result of one call, which must succeed."""
    answer = await client.call_tool(tool, arguments)
    result: dict[str, Any] | None = answer.structured_content
    if answer.is_error or result is None:
        raise RuntimeError(f"{tool} failed: {answer.content}")
    return result


async def search(client: Client, skill: str = "C#") -> str:
    """The id of a new session that looks for everybody with `skill`."""
    filters = {"skills": {"mandatory": [skill]}}
    started = await call(client, "create_sourcing_session", title=skill, filters=filters)
    session_id: str = started["session_id"]
    return session_id
