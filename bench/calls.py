"""Tool calls, and a search to make them on."""

from typing import Any

from mcp import Client


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured result of a call. Raises `RuntimeError` if it fails."""
    result = await client.call_tool(tool, arguments)
    content: dict[str, Any] | None = result.structured_content
    if result.is_error or content is None:
        raise RuntimeError(f"{tool} failed: {result.content}")
    return content


async def search(client: Client, skill: str = "C#") -> str:
    """The id of a new session that searches for `skill`."""
    filters = {"skills": {"mandatory": [skill]}}
    started = await call(client, "create_sourcing_session", title=skill, filters=filters)
    session_id: str = started["session_id"]
    return session_id
